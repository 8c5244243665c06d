//! From a path to what it names.

use http::{Method, StatusCode};
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use super::read::{self, Collection};
use super::reply::Reply;
use super::{batch, bypass, file, key, message, metadata, related, service, write};
use crate::sandbox::odata::uri::{Segment, segments};
use crate::sandbox::schema::Table;
use crate::sandbox::store::quoted;

const READ: &str = "OPTIONS,GET,HEAD";
const SET: &str = "OPTIONS,GET,HEAD,POST";
const ROW: &str = "OPTIONS,GET,HEAD,PATCH,DELETE";
const COLUMN: &str = "OPTIONS,GET,HEAD,PUT,DELETE";
const LINK: &str = "OPTIONS,PUT,DELETE";
const LINKS: &str = "OPTIONS,GET,HEAD,POST,DELETE";
const ACTION: &str = "OPTIONS,POST";

/// The version of an address and the path behind it. Without a version the newest one answers.
pub(super) fn version(path: &str) -> Result<(&str, &str)> {
    if path.eq_ignore_ascii_case(file::PICTURE) {
        return Ok(("v9.2", file::PICTURE));
    }
    let rest = path.strip_prefix("/api/data").ok_or_else(|| ApiError::no_segment(path))?;
    for version in ["v9.0", "v9.1", "v9.2"] {
        if let Some(rest) = rest.strip_prefix('/').and_then(|rest| rest.strip_prefix(version))
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return Ok((version, rest));
        }
    }
    Ok(("v9.2", rest))
}

pub(super) fn answer(call: &Call<'_>) -> Result<Reply> {
    match find(call) {
        // No address takes OPTIONS as a method of its own, so that each comes to what it would refuse with.
        Err(error) if call.method == Method::OPTIONS && error.allow.is_some() => {
            Ok(Reply::empty(StatusCode::NO_CONTENT).allowing(error.allow))
        }
        answered => answered,
    }
}

fn find(call: &Call<'_>) -> Result<Reply> {
    bypass::check(call)?;
    if call.path == file::PICTURE {
        return get_only(call, file::picture);
    }
    let segments = segments(&call.path)?;
    let Some((first, rest)) = segments.split_first() else {
        return get_only(call, |call| Ok(service::document(call)));
    };
    if let Some(table) = call.schema().set(&first.name) {
        return rows(call, table, first, rest);
    }
    if let Some(answered) = message::unbound(call, first, rest) {
        return answered;
    }
    if rest.is_empty()
        && let Some(answered) = file::message(call, &first.name)
    {
        return answered;
    }
    match first.name.as_str() {
        name if metadata::is_root(name) || metadata::is_action(name) => metadata::answer(call, first, rest),
        "$batch" if rest.is_empty() => post_only(call, batch::answer),
        "BulkDelete" if rest.is_empty() => post_only(call, write::bulk_delete),
        name => Err(ApiError::no_segment(name)),
    }
}

fn get_only(call: &Call<'_>, answer: impl FnOnce(&Call<'_>) -> Result<Reply>) -> Result<Reply> {
    match call.method {
        Method::GET => answer(call),
        ref method => Err(ApiError::method(method, READ)),
    }
}

fn post_only(call: &Call<'_>, answer: impl FnOnce(&Call<'_>) -> Result<Reply>) -> Result<Reply> {
    match call.method {
        Method::POST => answer(call),
        ref method => Err(ApiError::method(method, ACTION)),
    }
}

fn rows(call: &Call<'_>, table: &Table, set: &Segment, rest: &[Segment]) -> Result<Reply> {
    call.hold(table)?;
    let Some(key) = &set.key else {
        return match (rest, &call.method) {
            ([], &Method::GET) => read::collection(call, &Collection { table, of: None }),
            ([], &Method::POST) => write::create(call, table),
            ([], method) => Err(ApiError::method(method, SET)),
            ([count], _) if count.name == "$count" => {
                get_only(call, |call| read::count(call, &Collection { table, of: None }))
            }
            ([message], _) if let Some(bulk) = write::Bulk::named(&message.name) => {
                post_only(call, |call| write::bulk(call, table, bulk))
            }
            ([other, rest @ ..], _) if other.name.starts_with("Microsoft.Dynamics.CRM.") => {
                message::bound(call, table, None, other, rest)
            }
            ([other, ..], _) => Err(ApiError::no_segment(&other.name)),
        };
    };
    let id = key::find(call, table, key)?;
    let table = match call.method {
        // A change of an activity, whatever its kind, is one of the row that it stands for.
        Method::PATCH | Method::DELETE if table.is_union() => kept(call, table, id.found(table)?)?,
        _ => table,
    };
    match rest {
        [] => match call.method {
            Method::GET => read::row(call, table, id.found(table)?),
            Method::PATCH => write::update(call, table, &id),
            Method::DELETE => write::delete(call, table, id.found(table)?),
            ref method => Err(ApiError::method(method, ROW)),
        },
        [next, rest @ ..] => part(call, table, id.found(table)?, next, rest),
    }
}

/// The table that keeps the row which a table of all activities shows.
fn kept<'a>(call: &'a Call<'_>, table: &Table, id: Uuid) -> Result<&'a Table> {
    let sql =
        format!("SELECT activitytypecode FROM {0} WHERE {1} = ?1", quoted(&table.name), quoted(&table.key));
    let kind: Option<String> = call.read(|connection| {
        let key = id.as_bytes().as_slice();
        connection.prepare_cached(&sql)?.query_row([key], |row| row.get(0)).optional().map_err(ApiError::from)
    })?;
    kind.and_then(|kind| call.schema().table(&kind)).ok_or_else(|| ApiError::no_row(table, id))
}

/// What belongs to a row: a column, a related row, a collection.
fn part(call: &Call<'_>, table: &Table, id: Uuid, segment: &Segment, rest: &[Segment]) -> Result<Reply> {
    let name = segment.name.as_str();
    if name.starts_with("Microsoft.Dynamics.CRM.") {
        return message::bound(call, table, Some(id), segment, rest);
    }
    if let Some(column) = table.property(name)
        && let Some(answered) = file::at(call, table, id, column, rest)
    {
        return answered;
    }
    if call.method == Method::GET {
        return related::get(call, table, id, segment, rest);
    }
    let last = rest.last().map(|segment| segment.name.as_str());
    if !table.navigation(name).is_empty() {
        return match (&call.method, last) {
            (&Method::PUT | &Method::DELETE, Some("$ref")) => write::link(call, table, id, name),
            (method, Some("$ref")) => Err(ApiError::method(method, LINK)),
            (method, _) => Err(ApiError::method(method, READ)),
        };
    }
    if let Some(column) = table.property(name) {
        return match (&call.method, last) {
            (&Method::PUT | &Method::DELETE, None) if !column.is_lookup() => {
                write::column(call, table, id, column)
            }
            (method, None) if !column.is_lookup() => Err(ApiError::method(method, COLUMN)),
            (method, _) => Err(ApiError::method(method, READ)),
        };
    }
    let Some(members) = call.schema().collection(table, name) else {
        return Err(ApiError::no_segment(name));
    };
    match (&call.method, last) {
        (&Method::POST, None) if segment.key.is_none() => write::create_within(call, table, id, &members),
        (&Method::POST, Some("$ref")) if segment.key.is_none() => write::associate(call, table, id, &members),
        (&Method::DELETE, Some("$ref")) => {
            write::disassociate(call, table, id, &members, segment.key.as_ref())
        }
        (method, Some("$ref")) => Err(ApiError::method(method, LINKS)),
        (method, None) if segment.key.is_none() => Err(ApiError::method(method, SET)),
        (method, _) => Err(ApiError::method(method, READ)),
    }
}
