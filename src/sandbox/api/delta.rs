//! Change tracking: what came, changed and went since a list was read.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rusqlite::types::Value;

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::format;
use super::page::{Page, Plan};
use super::read::{Collection, LIMIT, head, next_link, rows};
use super::reply::Reply;
use crate::sandbox::odata::cookie::{self, Position};
use crate::sandbox::odata::options::{Options, Order};
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::store::{deleted_since, last_version};

/// `ExpireChangeTrackingInDays` of an organization that never changed it.
const EXPIRES_IN_DAYS: i64 = 7;
const TIME: &str = "%m/%d/%Y %H:%M:%S";

/// How far the reader of a list knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token {
    version: i64,
    /// Seconds of UTC.
    at: i64,
}

/// A list with `Prefer: odata.track-changes`. Its delta link goes back to when the first page was read, so that
/// nothing is lost that changed while the others were.
pub(super) fn first(call: &Call<'_>, collection: &Collection<'_>, options: &Options) -> Result<Reply> {
    allowed(call, collection, options)?;
    let plan = Plan::new(call, collection.table, options)?;
    let position = position(options, &plan)?;
    let known = position.as_ref().and_then(|position| position.tracking.as_deref());
    let known = known.map(|text| Token::parse(text).ok_or_else(expired)).transpose()?;
    let size = call.prefer.page_size.unwrap_or(LIMIT).min(LIMIT);
    let (page, version) = call.read(|connection| -> Result<_> {
        let last = position.as_ref().map(|position| position.last.as_slice());
        Ok((plan.page(call, connection, None, last, size)?, last_version(connection)?))
    })?;
    let token = known.unwrap_or(Token { version, at: call.now });
    let number = position.map_or(1, |position| position.page);
    Ok(answer(call, &plan, "", number, &page, &[], token).applied(call.prefer.applied_to_tracking()))
}

/// `?$deltatoken=...`: the rows that came or changed in the order they did, and in the end those that went.
pub(super) fn changes(
    call: &Call<'_>,
    collection: &Collection<'_>,
    options: &Options,
    token: &str,
) -> Result<Reply> {
    allowed(call, collection, options)?;
    let by_version = Order { path: vec!["versionnumber".to_owned()], descending: false };
    let options = Options { orderby: vec![by_version], ..options.clone() };
    let plan = Plan::new(call, collection.table, &options)?;
    let position = position(&options, &plan)?;
    let size = call.prefer.page_size.unwrap_or(LIMIT).min(LIMIT);
    let (page, gone, version) = call.read(|connection| -> Result<_> {
        let version = last_version(connection)?;
        let since = Token::valid(call, token, version)?;
        let last = position.as_ref().map(|position| position.last.as_slice());
        let page = plan.page(call, connection, Some(&behind(since)), last, size)?;
        let gone = match page.more {
            true => Vec::new(),
            false => deleted_since(connection, collection.table, since.version)?,
        };
        Ok((page, gone, version))
    })?;
    let set = collection.table.declared.set;
    let gone: Vec<String> = gone
        .iter()
        .map(|id| {
            let context = format!("{}/$metadata#{set}/$deletedEntity", call.root);
            format!("{{\"@odata.context\":\"{context}\",\"id\":\"{id}\",\"reason\":\"deleted\"}}")
        })
        .collect();
    let number = position.map_or(1, |position| position.page);
    let token = Token { version, at: call.now };
    Ok(answer(call, &plan, "/$delta", number, &page, &gone, token).applied(call.prefer.applied_to_read()))
}

/// `/$count?$deltatoken=...`: how many changes there are.
pub(super) fn count(
    call: &Call<'_>,
    collection: &Collection<'_>,
    options: &Options,
    token: &str,
) -> Result<Reply> {
    allowed(call, collection, options)?;
    let plan = Plan::new(call, collection.table, options)?;
    let count = call.read(|connection| -> Result<_> {
        let since = Token::valid(call, token, last_version(connection)?)?;
        let gone = deleted_since(connection, collection.table, since.version)?.len();
        Ok(plan.count(connection, Some(&behind(since)), LIMIT)? + gone)
    })?;
    Ok(Reply::count(count))
}

fn answer(
    call: &Call<'_>,
    plan: &Plan<'_>,
    kind: &str,
    number: u64,
    page: &Page,
    gone: &[String],
    token: Token,
) -> Reply {
    let mut out = Vec::new();
    head(&mut out, call, plan, kind, None);
    if !page.more {
        let query = call.query.raw_but(&["$deltatoken", "$skiptoken"]);
        let and = if query.is_empty() { "" } else { "&" };
        let link = format!("{}{}?{query}{and}$deltatoken={}", call.root, call.path, token.escaped());
        out.extend_from_slice(b",\"@odata.deltaLink\":");
        format::string(&mut out, &link);
    }
    rows(&mut out, page, gone);
    if page.more {
        // A list of changes has its token in its own address.
        let tracking = kind.is_empty().then(|| token.text());
        next_link(&mut out, call, page, |first, last| {
            cookie::encode_tracking(number + 1, &plan.keys, first, last, tracking.as_deref())
        });
    }
    out.push(b'}');
    Reply::json(out)
}

fn behind(since: Token) -> Fragment {
    Fragment { sql: "t.versionnumber > ?".to_owned(), values: vec![Value::Integer(since.version)] }
}

fn position(options: &Options, plan: &Plan<'_>) -> Result<Option<Position>> {
    Ok(options.skiptoken.as_ref().map(|token| cookie::decode(token, &plan.keys)).transpose()?)
}

fn allowed(call: &Call<'_>, collection: &Collection<'_>, options: &Options) -> Result<()> {
    call.require(Right::Read, collection.table)?;
    let narrowed = options.filter.is_some() || !options.orderby.is_empty() || options.top.is_some();
    if narrowed || !options.expand.is_empty() || options.apply.is_some() {
        return Err(ApiError::query(
            "The query options $filter, $orderby, $expand and $top cannot be used with change tracking.",
        ));
    }
    if collection.of.is_some() {
        return Err(ApiError::query("Changes are tracked of whole tables, not of the collections of a row."));
    }
    Ok(())
}

fn expired() -> ApiError {
    ApiError::bad(
        0x8004_4352,
        "Version stamp associated with the client has expired. Please perform a full sync.",
    )
}

impl Token {
    /// Reads `919042!08/22/2026 08:10:44`.
    fn parse(text: &str) -> Option<Token> {
        let (version, at) = text.split_once('!')?;
        let at = DateTime::strptime(TIME, at).ok()?.to_zoned(TimeZone::UTC).ok()?;
        Some(Token { version: version.parse().ok()?, at: at.timestamp().as_second() })
    }

    /// A token that changes can still be told for. One from before the rows were brought back is of no use.
    fn valid(call: &Call<'_>, text: &str, newest: i64) -> Result<Token> {
        let token = Token::parse(text)
            .ok_or_else(|| ApiError::query(format!("The delta token '{text}' is not valid.")))?;
        let old = call.now - token.at > EXPIRES_IN_DAYS * 86_400;
        if old || token.version > newest { Err(expired()) } else { Ok(token) }
    }

    fn text(self) -> String {
        let at = Timestamp::from_second(self.at).unwrap_or(Timestamp::UNIX_EPOCH);
        format!("{}!{}", self.version, TimeZone::UTC.to_datetime(at).strftime(TIME))
    }

    /// As it stands in an address.
    fn escaped(self) -> String {
        self.text().replace('!', "%21").replace('/', "%2f").replace(' ', "%20").replace(':', "%3a")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_looks_as_the_services_do_and_reads_back() {
        let token = Token { version: 919_042, at: 1_787_386_244 };
        assert_eq!(token.text(), "919042!08/22/2026 08:10:44");
        assert_eq!(token.escaped(), "919042%2108%2f22%2f2026%2008%3a10%3a44");
        assert_eq!(Token::parse(&token.text()), Some(token));
        for text in ["", "1", "x!08/22/2026 08:10:44", "1!22/08/2026 08:10:44", "1!"] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }
}
