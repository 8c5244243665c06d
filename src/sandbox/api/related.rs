//! GET of what belongs to a row: a column, the row behind a lookup, a collection, and their addresses.

use http::{Method, StatusCode};
use rusqlite::Connection;
use uuid::Uuid;

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::format;
use super::read::{self, Collection, Parent};
use super::reply::Reply;
use crate::sandbox::odata::uri::{Key, Segment};
use crate::sandbox::schema::{Column, Members, Relationship, Table};
use crate::sandbox::store::{quoted, type_column};

/// Each segment may lead to another row; a path of more than any client needs could use up the stack.
const MAX_SEGMENTS: usize = 20;

/// Answers for the segments of a path behind a row.
pub(super) fn get(
    call: &Call<'_>,
    table: &Table,
    id: Uuid,
    segment: &Segment,
    rest: &[Segment],
) -> Result<Reply> {
    if rest.len() > MAX_SEGMENTS {
        return Err(ApiError::query("The address leads over too many rows."));
    }
    call.hold(table)?;
    let name = segment.name.as_str();
    let relationships = table.navigation(name);
    if let Some(column) = table.property(name)
        && segment.key.is_none()
    {
        return match names(rest).as_slice() {
            [] => value(call, table, id, column, false),
            ["$value"] => value(call, table, id, column, true),
            [other, ..] => Err(ApiError::no_segment(other)),
        };
    }
    if !relationships.is_empty() && segment.key.is_none() {
        return lookup(call, table, id, name, &relationships, rest);
    }
    match call.schema().collection(table, name) {
        Some(members) => collection(call, Parent { table, id, members }, segment, rest),
        None => Err(ApiError::no_segment(name)),
    }
}

fn names(segments: &[Segment]) -> Vec<&str> {
    segments.iter().map(|segment| segment.name.as_str()).collect()
}

/// `GET /accounts(id)/name`, with or without `/$value`.
fn value(call: &Call<'_>, table: &Table, id: Uuid, column: &Column, raw: bool) -> Result<Reply> {
    call.require(Right::Read, table)?;
    let sql = format!(
        "SELECT {} FROM {} WHERE {} = ?1",
        quoted(&column.name),
        quoted(&table.name),
        quoted(&table.key)
    );
    let json = call.read(|connection| -> Result<_> {
        read::version(connection, table, id)?;
        let mut json = Vec::new();
        connection.prepare_cached(&sql)?.query_row([id.as_bytes().as_slice()], |row| {
            format::json(&mut json, column, row.get_ref(0)?);
            Ok(())
        })?;
        Ok(json)
    })?;
    if json == b"null" {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    }
    if raw {
        let text = serde_json::from_slice::<String>(&json);
        return Ok(Reply::text(&text.unwrap_or_else(|_| String::from_utf8_lossy(&json).into_owned())));
    }
    let context = format!("{}/$metadata#{}({id})/{}", call.root, table.declared.set, column.property());
    let mut out = b"{\"@odata.context\":".to_vec();
    format::string(&mut out, &context);
    out.extend_from_slice(b",\"value\":");
    out.extend_from_slice(&json);
    out.push(b'}');
    Ok(Reply::json(out))
}

/// `GET /incidents(id)/customerid_account`, with `/$ref`, or with what belongs to that row.
fn lookup(
    call: &Call<'_>,
    table: &Table,
    id: Uuid,
    name: &str,
    relationships: &[Relationship<'_>],
    rest: &[Segment],
) -> Result<Reply> {
    call.require(Right::Read, table)?;
    let found = call.read(|connection| target(connection, table, id, relationships))?;
    let found = found.and_then(|(table, id)| Some((call.schema().table(&table)?, id)));
    match (found, rest) {
        (Some((table, id)), []) => read::row(call, table, id),
        (Some((table, id)), [reference]) if reference.name == "$ref" => {
            let address = format!("{}/{}({id})", call.root, table.declared.set);
            let context = format!("{}/$metadata#$ref", call.root);
            Ok(Reply::value(&serde_json::json!({ "@odata.context": context, "@odata.id": address })))
        }
        (Some((table, id)), [next, rest @ ..]) => get(call, table, id, next, rest),
        (None, []) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        (None, [next, ..]) if next.name == "$ref" => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        (None, _) => Err(ApiError::no_segment(name)),
    }
}

/// The row that a lookup of a row points to.
fn target(
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
    read::version(connection, table, id)?;
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

/// `GET /accounts(id)/Account_Tasks`, `/$count` and `/$ref` of it, one of its rows and what belongs to that.
fn collection(call: &Call<'_>, parent: Parent<'_>, segment: &Segment, rest: &[Segment]) -> Result<Reply> {
    let table = parent.members.table();
    call.hold(table)?;
    if let Members::Linked(link) = parent.members {
        call.hold(link.intersect)?;
    }
    let collection = Collection { table, of: Some(parent) };
    let Some(key) = &segment.key else {
        return match names(rest).as_slice() {
            [] => read::collection(call, &collection),
            ["$count"] => read::count(call, &collection),
            ["$ref"] => read::references(call, &collection),
            [other, ..] => Err(ApiError::no_segment(other)),
        };
    };
    let Key::Id(id) = key else {
        return Err(ApiError::query(format!("The key of '{}' is a GUID without quotes.", segment.name)));
    };
    if !call.read(|connection| read::holds(connection, &collection, *id))? {
        return Err(ApiError::no_row(table, *id));
    }
    match rest {
        [] => read::row(call, table, *id),
        [reference] if reference.name == "$ref" => Err(ApiError::method(&Method::GET, "OPTIONS,DELETE")),
        [next, rest @ ..] => get(call, table, *id, next, rest),
    }
}
