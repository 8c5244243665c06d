//! From a path to what it names.

use http::{Method, StatusCode};
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use super::read::{self, Collection, Parent};
use super::reply::Reply;
use super::{functions, key, metadata, write};
use crate::sandbox::odata::uri::{Segment, segments};
use crate::sandbox::schema::Table;

const READ: &str = "OPTIONS,GET,HEAD";
const SET: &str = "OPTIONS,GET,HEAD,POST";
const ROW: &str = "OPTIONS,GET,HEAD,PATCH,DELETE";
const COLUMN: &str = "OPTIONS,GET,HEAD,PUT,DELETE";
const LINK: &str = "OPTIONS,PUT,DELETE";

/// The version of an address and the path behind it. Without a version the newest one answers.
pub(super) fn version(path: &str) -> Result<(&str, &str)> {
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
    let segments = segments(&call.path)?;
    let Some((first, rest)) = segments.split_first() else {
        return get_only(call, |call| Ok(functions::service_document(call)));
    };
    if let Some(table) = call.schema().set(&first.name) {
        return rows(call, table, first, rest);
    }
    if rest.is_empty() && functions::is_one(first) {
        return get_only(call, |call| functions::answer(call, first));
    }
    match first.name.as_str() {
        name if metadata::is_root(name) || metadata::is_action(name) => metadata::answer(call, first, rest),
        "$batch" => Err(ApiError::not_implemented("$batch")),
        name => Err(ApiError::no_segment(name)),
    }
}

fn get_only(call: &Call<'_>, answer: impl FnOnce(&Call<'_>) -> Result<Reply>) -> Result<Reply> {
    match call.method {
        Method::GET => answer(call),
        ref method => Err(ApiError::method(method, READ)),
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
            ([other, ..], _) if other.name.starts_with("Microsoft.Dynamics.CRM.") => {
                Err(ApiError::not_implemented(format!("the message '{}'", other.name)))
            }
            ([other, ..], _) => Err(ApiError::no_segment(&other.name)),
        };
    };
    let id = key::find(call, table, key)?;
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

/// What belongs to a row: a column, a related row, a collection.
fn part(call: &Call<'_>, table: &Table, id: Uuid, segment: &Segment, rest: &[Segment]) -> Result<Reply> {
    let name = segment.name.as_str();
    if name.starts_with("Microsoft.Dynamics.CRM.") {
        return Err(ApiError::not_implemented(format!("the message '{name}'")));
    }
    let last = rest.last().map(|segment| segment.name.as_str());
    let relationships = table.navigation(name);
    if !relationships.is_empty() {
        return match (&call.method, last) {
            (&Method::GET, None) => related(call, table, id, segment),
            (&Method::PUT | &Method::DELETE, Some("$ref")) => write::link(call, table, id, name),
            (&Method::GET, Some("$ref")) => Err(ApiError::not_implemented("reading $ref")),
            (method, Some("$ref")) => Err(ApiError::method(method, LINK)),
            (method, _) => Err(ApiError::method(method, READ)),
        };
    }
    if let Some(column) = table.property(name) {
        return match (&call.method, last) {
            (&Method::GET, None) => read_column(call, table, id, name, false),
            (&Method::GET, Some("$value")) => read_column(call, table, id, name, true),
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
    let collection = Collection { table: members.table(), of: Some(Parent { table, id, members }) };
    match (&call.method, last) {
        (&Method::GET, None) if segment.key.is_none() => read::collection(call, &collection),
        (&Method::GET, Some("$count")) => read::count(call, &collection),
        (_, Some("$ref")) => Err(ApiError::not_implemented("$ref of collections; write the lookup instead")),
        (method, _) => Err(ApiError::method(method, READ)),
    }
}

fn related(call: &Call<'_>, table: &Table, id: Uuid, segment: &Segment) -> Result<Reply> {
    let relationships = table.navigation(&segment.name);
    let found = call.read(|connection| read::related(connection, table, id, &relationships))?;
    match found.and_then(|(name, id)| call.schema().table(&name).map(|table| (table, id))) {
        Some((table, id)) => read::row(call, table, id),
        None => Ok(Reply::empty(StatusCode::NO_CONTENT)),
    }
}

/// `GET /accounts(id)/name`, with or without `/$value`.
fn read_column(call: &Call<'_>, table: &Table, id: Uuid, name: &str, raw: bool) -> Result<Reply> {
    use crate::sandbox::odata::options::Options;

    call.require(super::access::Right::Read, table)?;
    let options = Options { select: Some(vec![name.to_owned()]), ..Options::default() };
    let one = read::One::plan(call, table, &options)?;
    let (body, _) = call.read(|connection| one.read(call, connection, id))?;
    let row: serde_json::Value = serde_json::from_slice(&body)
        .map_err(|error| ApiError::query(format!("The row cannot be read: {error}.")))?;
    match row.get(name) {
        None | Some(serde_json::Value::Null) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Some(value) if raw => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Ok(Reply::text(&text))
        }
        Some(value) => {
            let context = format!("{}/$metadata#{}({id})/{name}", call.root, table.declared.set);
            Ok(Reply::value(&serde_json::json!({ "@odata.context": context, "value": value })))
        }
    }
}
