//! Collections asked for with FetchXML: as text in the address, or as a stored view.

mod rows;
mod stored;

use rusqlite::Connection;

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::format;
use super::read::{Collection, LIMIT, parent_exists};
use super::reply::Reply;
use crate::sandbox::fetchxml::ast::Fetch;
use crate::sandbox::fetchxml::sql::{Extra, Query};
use crate::sandbox::fetchxml::{self, cookie};
use crate::sandbox::odata;
use crate::sandbox::odata::cookie::Position;
use crate::sandbox::odata::options::Options;
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::schema::Table;
use rows::Rows;

/// Rows that may be passed over without a cookie.
const MAX_SKIPPED: u64 = 50_000;

/// A query with what the address says beside it.
struct Asked {
    fetch: Fetch,
    /// The options that came with a stored query; FetchXML in the address has none but `$count`.
    options: Option<Options>,
    count: bool,
}

/// Where a page begins.
enum Start {
    Behind(Position),
    /// Page number and rows to pass over.
    At(u64, u64),
}

/// The answer to a query in FetchXML; none when the address has none.
pub(super) fn answer(call: &Call<'_>, collection: &Collection<'_>) -> Result<Option<Reply>> {
    let options = ["fetchXml", "savedQuery", "userQuery"];
    let mut given = options.into_iter().filter_map(|name| Some((name, call.query.get(name)?)));
    let Some((name, value)) = given.next() else { return Ok(None) };
    if let Some((second, _)) = given.next() {
        return Err(ApiError::query(format!(
            "The query options '{name}' and '{second}' exclude each other."
        )));
    }
    call.require(Right::Read, collection.table)?;
    let asked = if name == "fetchXml" { in_address(call, value)? } else { stored::read(call, name, value)? };
    page(call, collection, &asked).map(Some)
}

fn in_address(call: &Call<'_>, text: &str) -> Result<Asked> {
    if let Some(other) = call.query.names().find(|name| name.starts_with('$') && *name != "$count") {
        return Err(ApiError::query(format!("The query option '{other}' cannot be combined with fetchXml.")));
    }
    let count = Options::parse(&call.query)?.count;
    Ok(Asked { fetch: fetchxml::fetch(text)?, options: None, count })
}

fn page(call: &Call<'_>, collection: &Collection<'_>, asked: &Asked) -> Result<Reply> {
    let fetch = &asked.fetch;
    same_table(collection.table, fetch)?;
    let extra = match &asked.options {
        Some(options) => stored::extra(call, collection.table, options)?,
        None => Extra::default(),
    };
    let query = Query::new(call.schema(), fetch, call.context(), extra)?;
    for table in &query.tables {
        call.require(Right::Read, table)?;
        call.hold(table)?;
    }
    let top = fetch.top.map(|top| top.min(LIMIT));
    let size = fetch.count.or(call.prefer.page_size).unwrap_or(LIMIT).min(LIMIT);
    let start = start(asked, &query, size)?;
    let only = collection.only();
    let only: Vec<&Fragment> = only.iter().collect();
    let (rows, total) = call.read(|connection| {
        parent_exists(connection, collection)?;
        rows::bounded(connection, |connection| {
            input(connection, &query, &only)?;
            let rows = Rows::read(call, connection, &query, &only, &start, top.unwrap_or(size))?;
            let total = if fetch.total || asked.count {
                Some(rows::count(connection, query.count(&only, LIMIT + 1))?)
            } else {
                None
            };
            Ok((rows, total))
        })
    })?;
    let more = rows.more && top.is_none();
    let number = match &start {
        Start::Behind(position) => position.page,
        Start::At(page, _) => *page,
    };
    let mut out = Vec::with_capacity(rows.json.len() + 1024);
    head(&mut out, call, &query, asked.count.then_some(total).flatten());
    annotations(&mut out, call, total);
    if asked.options.is_none() {
        paging(&mut out, call, &query, &rows, number, more);
    }
    out.extend(b",\"value\":[");
    out.extend(&rows.json);
    out.push(b']');
    if more && asked.options.is_some() {
        let keys = if query.keys_at.is_some() { query.keys.as_slice() } else { &[] };
        let token = odata::cookie::encode(number + 1, keys, &rows.first, &rows.last);
        let link =
            format!("{}{}?{}&$skiptoken={token}", call.root, call.path, call.query.raw_without("$skiptoken"));
        out.extend(b",\"@odata.nextLink\":");
        format::string(&mut out, &link);
    }
    out.push(b'}');
    Ok(Reply::json(out).applied(call.prefer.applied_to_read()))
}

fn same_table(table: &Table, fetch: &Fetch) -> Result<()> {
    if table.name == fetch.entity.table {
        return Ok(());
    }
    Err(ApiError::bad(
        0x8004_1128,
        format!(
            "The query is about the entity '{}' and the address about '{}'.",
            fetch.entity.table, table.declared.set
        ),
    ))
}

/// Where the page begins: behind its cookie, or so many rows on when there is none, or when it is not the cookie
/// of the page before.
fn start(asked: &Asked, query: &Query<'_>, size: usize) -> Result<Start> {
    let fetch = &asked.fetch;
    let sought = query.keys_at.is_some();
    if let Some(token) = asked.options.as_ref().and_then(|options| options.skiptoken.as_ref()) {
        let keys = if sought { query.keys.as_slice() } else { &[] };
        let position = odata::cookie::decode(token, keys)?;
        return if sought { Ok(Start::Behind(position)) } else { skipped(position.page, size) };
    }
    let page = fetch.page.unwrap_or(1);
    match &fetch.cookie {
        Some(text) if sought && page > 1 => {
            let position = cookie::read(text, &query.keys)?;
            if position.page + 1 == page {
                return Ok(Start::Behind(Position { page, last: position.last, tracking: None }));
            }
            Ok(Start::At(page, (page - 1).saturating_mul(size as u64)))
        }
        _ => skipped(page, size),
    }
}

fn skipped(page: u64, size: usize) -> Result<Start> {
    let skipped = page.saturating_sub(1).saturating_mul(size as u64);
    if page > 1 && skipped + size as u64 > MAX_SKIPPED {
        return Err(ApiError::bad(
            0x8004_430a,
            "Paging cookie is required when trying to retrieve a set of records on any high pages.",
        ));
    }
    Ok(Start::At(page, skipped))
}

/// Refuses an aggregate over too many rows.
fn input(connection: &Connection, query: &Query<'_>, only: &[&Fragment]) -> Result<()> {
    let Some(limit) = query.input_limit else { return Ok(()) };
    if rows::count(connection, query.count_input(only, limit + 1))? > limit {
        return Err(ApiError::bad(
            0x8004_e023,
            "The maximum record limit is exceeded. Reduce the number of records.",
        ));
    }
    Ok(())
}

fn head(out: &mut Vec<u8>, call: &Call<'_>, query: &Query<'_>, count: Option<usize>) {
    let names: Vec<_> = query.outputs.iter().map(|output| output.property.as_str()).collect();
    let names = if query.whole { String::new() } else { format!("({})", names.join(",")) };
    out.extend(b"{\"@odata.context\":");
    format::string(out, &format!("{}/$metadata#{}{names}", call.root, query.table.declared.set));
    if let Some(count) = count {
        out.extend(format!(",\"@odata.count\":{}", count.min(LIMIT)).bytes());
    }
}

fn annotations(out: &mut Vec<u8>, call: &Call<'_>, total: Option<usize>) {
    let exceeded = total.is_some_and(|total| total > LIMIT).to_string();
    let total = total.map_or("-1".to_owned(), |total| total.min(LIMIT).to_string());
    let version = format!("\"{}\"", super::METADATA_VERSION);
    for (name, value) in [
        ("Microsoft.Dynamics.CRM.totalrecordcount", total),
        ("Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded", exceeded),
        ("Microsoft.Dynamics.CRM.globalmetadataversion", version),
    ] {
        if call.prefer.wants(name) {
            out.extend(format!(",\"@{name}\":{value}").bytes());
        }
    }
}

/// The cookie of the next page, where there is one, and whether there is one.
fn paging(out: &mut Vec<u8>, call: &Call<'_>, query: &Query<'_>, rows: &Rows, number: u64, more: bool) {
    const COOKIE: &str = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie";
    const MORE: &str = "Microsoft.Dynamics.CRM.morerecords";
    if more && query.keys_at.is_some() && call.prefer.wants(COOKIE) {
        out.extend(format!(",\"@{COOKIE}\":").bytes());
        format::string(out, &cookie::annotation(number, &query.keys, &rows.first, &rows.last));
    }
    if call.prefer.wants(MORE) {
        out.extend(format!(",\"@{MORE}\":{more}").bytes());
    }
}
