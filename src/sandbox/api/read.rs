//! GET of rows: collections, single rows, related rows, counts and single columns.

use http::StatusCode;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::expand::members;
use super::page::{Page, Plan};
use super::reply::Reply;
use super::{apply, delta};
use crate::sandbox::odata::cookie;
use crate::sandbox::odata::options::Options;
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::schema::{Members, Table};
use crate::sandbox::store::quoted;

/// Rows of a page at most, and rows counted at most.
pub(super) const LIMIT: usize = 5000;

/// Where the rows of a collection come from.
pub(super) struct Collection<'a> {
    pub(super) table: &'a Table,
    /// The row whose collection this is, with its table.
    pub(super) of: Option<Parent<'a>>,
}

/// A row and one of its collections.
pub(super) struct Parent<'a> {
    pub(super) table: &'a Table,
    pub(super) id: Uuid,
    pub(super) members: Members<'a>,
}

impl Collection<'_> {
    pub(super) fn only(&self) -> Option<Fragment> {
        self.of.as_ref().map(|parent| members(&parent.members, parent.id))
    }
}

/// `GET /incidents`, `GET /accounts(id)/Account_Tasks`.
pub(super) fn collection(call: &Call<'_>, collection: &Collection<'_>) -> Result<Reply> {
    if let Some(reply) = super::fetch::answer(call, collection)? {
        return Ok(reply);
    }
    call.require(Right::Read, collection.table)?;
    let options = Options::parse(&call.query)?;
    if let Some(apply) = &options.apply {
        return apply::answer(call, collection, &options, apply);
    }
    if let Some(token) = &options.deltatoken {
        return delta::changes(call, collection, &options, token);
    }
    if call.prefer.track_changes {
        return delta::first(call, collection, &options);
    }
    list(call, collection, &options, false)
}

/// `GET /accounts(id)/Account_Tasks/$ref`.
pub(super) fn references(call: &Call<'_>, collection: &Collection<'_>) -> Result<Reply> {
    let mut options = Options::parse(&call.query)?;
    options.select = Some(vec![collection.table.key.clone()]);
    options.expand.clear();
    list(call, collection, &options, true)
}

fn list(call: &Call<'_>, collection: &Collection<'_>, options: &Options, references: bool) -> Result<Reply> {
    let plan = Plan::new(call, collection.table, options)?;
    let position = match &options.skiptoken {
        Some(token) => Some(cookie::decode(token, &plan.keys)?),
        None => None,
    };
    let size = call.prefer.page_size.unwrap_or(LIMIT).min(LIMIT);
    let limit = options.top.map_or(size, |top| top.min(LIMIT));
    let only = collection.only();
    let (mut page, count) = call.read(|connection| -> Result<_> {
        parent_exists(connection, collection)?;
        let last = position.as_ref().map(|position| position.last.as_slice());
        let page = plan.page(call, connection, only.as_ref(), last, limit)?;
        let count = if options.count { Some(plan.count(connection, only.as_ref(), LIMIT)?) } else { None };
        Ok((page, count))
    })?;
    let mut out = Vec::with_capacity(page.rows.iter().map(|row| row.json.len() + 2).sum::<usize>() + 2048);
    if references {
        for row in &mut page.rows {
            let address = format!("{}/{}({})", call.root, page.set, row.id);
            row.json = format!("{{\"@odata.id\":\"{address}\"").into_bytes();
        }
        out.extend(format!("{{\"@odata.context\":\"{}/$metadata#Collection($ref)\"", call.root).bytes());
    } else {
        head(&mut out, call, &plan, "", count);
    }
    rows(&mut out, &page, &[]);
    if page.more && options.top.is_none() {
        let number = position.map_or(1, |position| position.page);
        next_link(&mut out, call, &page, |first, last| cookie::encode(number + 1, &plan.keys, first, last));
    }
    out.push(b'}');
    let applied = match options.top {
        // Who says how many rows there shall be gets them all at once.
        Some(_) => call.prefer.applied_to_row(),
        None => call.prefer.applied_to_read(),
    };
    Ok(Reply::json(out).applied(applied))
}

/// The context and the annotations of a collection.
pub(super) fn head(out: &mut Vec<u8>, call: &Call<'_>, plan: &Plan<'_>, kind: &str, count: Option<usize>) {
    let context = format!("{}/$metadata#{}{}{kind}", call.root, plan.table().declared.set, plan.context());
    out.extend(b"{\"@odata.context\":");
    super::format::string(out, &context);
    if let Some(count) = count {
        out.extend(format!(",\"@odata.count\":{}", count.min(LIMIT)).bytes());
    }
    let total = count.map_or("-1".to_owned(), |count| count.min(LIMIT).to_string());
    let exceeded = count.is_some_and(|count| count > LIMIT).to_string();
    let version = format!("\"{}\"", call.metadata_version());
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

/// The rows of a page, and what else is to stand behind them.
pub(super) fn rows(out: &mut Vec<u8>, page: &Page, others: &[String]) {
    out.extend_from_slice(b",\"value\":[");
    let start = out.len();
    for row in &page.rows {
        if out.len() > start {
            out.push(b',');
        }
        out.extend_from_slice(&row.json);
        out.push(b'}');
    }
    for other in others {
        if out.len() > start {
            out.push(b',');
        }
        out.extend_from_slice(other.as_bytes());
    }
    out.push(b']');
}

/// The address of the page behind this one. `token` makes it of the keys of the first and the last row.
pub(super) fn next_link(
    out: &mut Vec<u8>,
    call: &Call<'_>,
    page: &Page,
    token: impl FnOnce(&[Value], &[Value]) -> String,
) {
    let (Some(first), Some(last)) = (page.rows.first(), page.rows.last()) else { return };
    let token = token(&first.keys, &last.keys);
    let query = call.query.raw_without("$skiptoken");
    let and = if query.is_empty() { "" } else { "&" };
    let link = format!("{}{}?{query}{and}$skiptoken={token}", call.root, call.path);
    out.extend_from_slice(b",\"@odata.nextLink\":");
    super::format::string(out, &link);
}

/// `GET /incidents/$count`.
pub(super) fn count(call: &Call<'_>, collection: &Collection<'_>) -> Result<Reply> {
    let options = Options::parse(&call.query)?;
    if let Some(token) = &options.deltatoken {
        return delta::count(call, collection, &options, token);
    }
    let plan = Plan::new(call, collection.table, &options)?;
    let only = collection.only();
    let count = call.read(|connection| {
        parent_exists(connection, collection)?;
        plan.count(connection, only.as_ref(), LIMIT)
    })?;
    Ok(Reply::count(count.min(LIMIT)))
}

pub(super) fn parent_exists(connection: &Connection, collection: &Collection<'_>) -> Result<()> {
    match &collection.of {
        Some(parent) => version(connection, parent.table, parent.id).map(|_| ()),
        None => Ok(()),
    }
}

/// Whether a row belongs to a collection.
pub(super) fn holds(connection: &Connection, collection: &Collection<'_>, id: Uuid) -> Result<bool> {
    parent_exists(connection, collection)?;
    let Some(only) = collection.only() else { return Ok(true) };
    let table = collection.table;
    let (name, key) = (quoted(&table.name), quoted(&table.key));
    let sql = format!("SELECT 1 FROM {name} AS t WHERE t.{key} = ? AND {}", only.sql);
    let values = [Value::Blob(id.as_bytes().to_vec())].into_iter().chain(only.values);
    Ok(connection.prepare_cached(&sql)?.exists(params_from_iter(values))?)
}

/// The version of a row that must be there.
pub(super) fn version(connection: &Connection, table: &Table, id: Uuid) -> Result<i64> {
    find_version(connection, table, id)?.ok_or_else(|| ApiError::no_row(table, id))
}

pub(super) fn find_version(
    connection: &Connection,
    table: &Table,
    id: Uuid,
) -> rusqlite::Result<Option<i64>> {
    use rusqlite::OptionalExtension;
    let sql = format!("SELECT versionnumber FROM {} WHERE {} = ?1", quoted(&table.name), quoted(&table.key));
    connection.prepare_cached(&sql)?.query_row([id.as_bytes().as_slice()], |row| row.get(0)).optional()
}

/// `GET /incidents(id)`.
pub(super) fn row(call: &Call<'_>, table: &Table, id: Uuid) -> Result<Reply> {
    call.require(Right::Read, table)?;
    let options = Options::parse(&call.query)?;
    if let Some(reply) = unchanged(call, table, id, &options)? {
        return Ok(reply);
    }
    let one = One::plan(call, table, &options)?;
    let (body, etag) = call.read(|connection| one.read(call, connection, id))?;
    Ok(Reply::json(body).etag(&etag).applied(call.prefer.applied_to_row()))
}

/// How one row is to be shown.
pub(super) struct One<'a>(Plan<'a>);

impl<'a> One<'a> {
    /// Not to be made within a write, as no plan is.
    pub(super) fn plan(call: &'a Call<'_>, table: &'a Table, options: &'a Options) -> Result<One<'a>> {
        if options.filter.is_some() {
            return Err(ApiError::query("Query option $filter cannot be applied to the requested resource."));
        }
        if !options.orderby.is_empty() || options.top.is_some() || options.count || options.apply.is_some() {
            return Err(ApiError::query(
                "Query options $orderby, $count, $top and $apply cannot be applied to the requested resource.",
            ));
        }
        Plan::new(call, table, options).map(One)
    }

    /// The body and the ETag of the row.
    pub(super) fn read(
        &self,
        call: &Call<'_>,
        connection: &Connection,
        id: Uuid,
    ) -> Result<(Vec<u8>, String)> {
        let table = self.0.table();
        let only = Fragment {
            sql: format!("t.{} = ?", quoted(&table.key)),
            values: vec![Value::Blob(id.as_bytes().to_vec())],
        };
        let page = self.0.page(call, connection, Some(&only), None, 1)?;
        let row = page.rows.first().ok_or_else(|| ApiError::no_row(table, id))?;
        let context = format!("{}/$metadata#{}{}/$entity", call.root, table.declared.set, self.0.context());
        let mut out = Vec::with_capacity(row.json.len() + 256);
        out.extend(b"{\"@odata.context\":");
        super::format::string(&mut out, &context);
        out.push(b',');
        out.extend(&row.json[1..]);
        out.push(b'}');
        Ok((out, format!("W/\"{}\"", row.version)))
    }
}

/// 304 for a row that the client has: not with expands or annotations, as the service has it.
fn unchanged(call: &Call<'_>, table: &Table, id: Uuid, options: &Options) -> Result<Option<Reply>> {
    let Some(etag) = call.header("if-none-match").filter(|etag| etag.starts_with("W/")) else {
        return Ok(None);
    };
    if !options.expand.is_empty() || call.prefer.applied_to_row().is_some() {
        return Ok(None);
    }
    let version = call.read(|connection| version(connection, table, id))?;
    let current = format!("W/\"{version}\"");
    Ok((current == etag).then(|| Reply::empty(StatusCode::NOT_MODIFIED).etag(&current)))
}
