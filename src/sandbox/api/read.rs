//! GET of rows: collections, single rows, related rows, counts and single columns.

use http::StatusCode;
use rusqlite::Connection;
use rusqlite::types::Value;
use uuid::Uuid;

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::expand::members;
use super::page::{Page, Plan};
use super::reply::Reply;
use crate::sandbox::odata::cookie;
use crate::sandbox::odata::options::Options;
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::schema::{Members, Relationship, Table};
use crate::sandbox::store::{quoted, type_column};

/// Rows of a page at most, and rows counted at most.
const LIMIT: usize = 5000;

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
    fn only(&self) -> Option<Fragment> {
        self.of.as_ref().map(|parent| members(&parent.members, parent.id))
    }
}

/// `GET /incidents`, `GET /accounts(id)/Account_Tasks`.
pub(super) fn collection(call: &Call<'_>, collection: &Collection<'_>) -> Result<Reply> {
    call.require(Right::Read, collection.table)?;
    let options = Options::parse(&call.query)?;
    let plan = Plan::new(call, collection.table, &options)?;
    let position = match &options.skiptoken {
        Some(token) => Some(cookie::decode(token, &plan.keys)?),
        None => None,
    };
    let size = call.prefer.page_size.unwrap_or(LIMIT).min(LIMIT);
    let limit = options.top.map_or(size, |top| top.min(LIMIT));
    let only = collection.only();
    let (page, count) = call.read(|connection| -> Result<_> {
        parent_exists(connection, collection)?;
        let last = position.as_ref().map(|position| position.last.as_slice());
        let page = plan.page(call, connection, only.as_ref(), last, limit)?;
        let count = if options.count { Some(plan.count(connection, only.as_ref(), LIMIT)?) } else { None };
        Ok((page, count))
    })?;
    let mut out = Vec::with_capacity(page.rows.iter().map(|row| row.json.len() + 2).sum::<usize>() + 512);
    head(&mut out, call, &plan, count);
    rows(&mut out, &page);
    let number = position.map_or(1, |position| position.page);
    if page.more
        && options.top.is_none()
        && let (Some(first), Some(last)) = (page.rows.first(), page.rows.last())
    {
        let token = cookie::encode(number + 1, &plan.keys, &first.keys, &last.keys);
        let query = call.query.raw_without("$skiptoken");
        let and = if query.is_empty() { "" } else { "&" };
        let link = format!("{}{}?{query}{and}$skiptoken={token}", call.root, call.path);
        out.extend(b",\"@odata.nextLink\":");
        super::format::string(&mut out, &link);
    }
    out.push(b'}');
    Ok(Reply::json(out).applied(call.prefer.applied_to_read()))
}

/// The context and the annotations of a collection.
fn head(out: &mut Vec<u8>, call: &Call<'_>, plan: &Plan<'_>, count: Option<usize>) {
    let context = format!("{}/$metadata#{}{}", call.root, plan.table().declared.set, plan.context());
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

fn rows(out: &mut Vec<u8>, page: &Page) {
    out.extend(b",\"value\":[");
    for (index, row) in page.rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend(&row.json);
        out.push(b'}');
    }
    out.push(b']');
}

/// `GET /incidents/$count`.
pub(super) fn count(call: &Call<'_>, collection: &Collection<'_>) -> Result<Reply> {
    call.require(Right::Read, collection.table)?;
    let options = Options::parse(&call.query)?;
    let plan = Plan::new(call, collection.table, &options)?;
    let only = collection.only();
    let count = call.read(|connection| {
        parent_exists(connection, collection)?;
        plan.count(connection, only.as_ref(), LIMIT)
    })?;
    Ok(Reply::count(count.min(LIMIT)))
}

fn parent_exists(connection: &Connection, collection: &Collection<'_>) -> Result<()> {
    match &collection.of {
        Some(parent) => version(connection, parent.table, parent.id).map(|_| ()),
        None => Ok(()),
    }
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
    Ok(Reply::json(body).etag(&etag).applied(call.prefer.applied_to_read()))
}

/// How one row is to be shown.
pub(super) struct One<'a>(Plan<'a>);

impl<'a> One<'a> {
    /// Not to be made within a write, as no plan is.
    pub(super) fn plan(call: &'a Call<'_>, table: &'a Table, options: &'a Options) -> Result<One<'a>> {
        if options.filter.is_some() || !options.orderby.is_empty() || options.top.is_some() {
            return Err(ApiError::query("A single row can neither be filtered nor ordered."));
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
    if !options.expand.is_empty() || call.prefer.applied_to_read().is_some() {
        return Ok(None);
    }
    let version = call.read(|connection| version(connection, table, id))?;
    let current = format!("W/\"{version}\"");
    Ok((current == etag).then(|| Reply::empty(StatusCode::NOT_MODIFIED).etag(&current)))
}

/// The row that a lookup of a row points to, for `GET /incidents(id)/customerid_account`.
pub(super) fn related(
    connection: &Connection,
    table: &Table,
    id: Uuid,
    relationships: &[Relationship<'_>],
) -> Result<Option<(String, Uuid)>> {
    let Some(column) = relationships.first().map(|relationship| relationship.column) else {
        return Ok(None);
    };
    let kind = if column.is_polymorphic() { quoted(&type_column(column)) } else { "NULL".to_owned() };
    let sql = format!(
        "SELECT {}, {kind} FROM {} WHERE {} = ?1",
        quoted(&column.name),
        quoted(&table.name),
        quoted(&table.key)
    );
    version(connection, table, id)?;
    let (key, kind): (Option<Vec<u8>>, Option<String>) = connection
        .prepare_cached(&sql)?
        .query_row([id.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let target = relationships
        .iter()
        .map(|relationship| &relationship.target.table)
        .find(|name| kind.as_ref().is_none_or(|kind| kind == *name));
    Ok(match (key.and_then(|key| Uuid::from_slice(&key).ok()), target) {
        (Some(key), Some(target)) => Some((target.clone(), key)),
        _ => None,
    })
}
