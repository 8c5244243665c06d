//! `CreateMultiple` and its kin: many rows of one table in one transaction, all of them or none.

use http::StatusCode;
use rusqlite::Transaction;
use rusqlite::types::Value;
use serde_json::{Value as Json, json};

use super::super::access::Right;
use super::super::address;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::key::{self, RowKey};
use super::super::reply::Reply;
use super::condition::Condition;
use super::{Object, body, change, insert, upsert, value};
use crate::sandbox::schema::Table;

/// The messages for many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bulk {
    Create,
    Update,
    Upsert,
    Delete,
}

impl Bulk {
    /// The message that a segment names.
    pub(crate) fn named(segment: &str) -> Option<Bulk> {
        match segment.strip_prefix("Microsoft.Dynamics.CRM.")? {
            "CreateMultiple" => Some(Bulk::Create),
            "UpdateMultiple" => Some(Bulk::Update),
            "UpsertMultiple" => Some(Bulk::Upsert),
            "DeleteMultiple" => Some(Bulk::Delete),
            _ => None,
        }
    }
}

/// `POST /incidents/Microsoft.Dynamics.CRM.CreateMultiple`.
pub(crate) fn bulk(call: &Call<'_>, table: &Table, bulk: Bulk) -> Result<Reply> {
    match bulk {
        Bulk::Create => call.require(Right::Create, table)?,
        Bulk::Update => call.require(Right::Write, table)?,
        Bulk::Upsert => {
            call.require(Right::Create, table)?;
            call.require(Right::Write, table)?;
        }
        // Elastic tables have it, and there are none here.
        Bulk::Delete => {
            return Err(ApiError::bad(
                0x8004_0800,
                format!(
                    "The 'DeleteMultiple' method does not support entities of type '{}'. MessageProcessorCache \
                     returned MessageProcessor.Empty.",
                    table.name
                ),
            ));
        }
    }
    let targets = targets(call, table)?;
    let ids = call.write(|transaction| {
        let ids = targets.iter().map(|target| one(call, transaction, table, bulk, target));
        ids.collect::<Result<Vec<_>>>()
    })?;
    if bulk != Bulk::Create {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    }
    Ok(Reply::value(&json!({
        "@odata.context": format!("{}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse", call.root),
        "Ids": ids,
    })))
}

fn targets(call: &Call<'_>, table: &Table) -> Result<Vec<Object>> {
    let mut object = body::object(call, table)?;
    let targets = match object.remove("Targets") {
        Some(Json::Array(targets)) if !targets.is_empty() => targets,
        Some(Json::Array(_)) => {
            return Err(ApiError::bad(0x8004_0203, "Invalid argument. 'Targets' holds no rows."));
        }
        _ => {
            return Err(ApiError::bad(0x8004_0203, "Invalid argument. Required field 'Targets' is missing."));
        }
    };
    targets
        .into_iter()
        .map(|target| match target {
            // The targets are declared as rows of any table, so that each must say whose it is.
            Json::Object(target) if target.contains_key("@odata.type") => Ok(target),
            Json::Object(_) => {
                Err(ApiError::payload(table, "A row in 'Targets' must say its type with '@odata.type'."))
            }
            _ => Err(ApiError::payload(table, "'Targets' holds rows as JSON objects.")),
        })
        .collect()
}

fn one(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    bulk: Bulk,
    target: &Object,
) -> Result<uuid::Uuid> {
    match bulk {
        Bulk::Create | Bulk::Delete => insert(call, transaction, table, target),
        Bulk::Update => {
            let key = key_of(call, transaction, table, target)?.ok_or_else(|| {
                ApiError::bad(
                    0x8004_0266,
                    format!("Invalid primary key. A row to update has no '{}'.", table.key),
                )
            })?;
            let id = key.found(table)?;
            change(call, transaction, table, id, target)?;
            Ok(id)
        }
        Bulk::Upsert => {
            let key = key_of(call, transaction, table, target)?;
            let key = key.unwrap_or(RowKey { id: None, values: Vec::new() });
            let (id, _) = upsert(call, transaction, table, &key, target, &Condition::none())?;
            Ok(id)
        }
    }
}

/// Which row a target is: by its address, by its primary key or by all the columns of an alternate key.
fn key_of(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    target: &Object,
) -> Result<Option<RowKey>> {
    if let Some(address) = target.get("@odata.id") {
        let address = address.as_str().unwrap_or_default();
        let named = address::row(call, transaction, address)?.filter(|(found, _)| found.name == table.name);
        return match named {
            Some((_, key)) => Ok(Some(key)),
            None => {
                Err(ApiError::payload(table, format!("The address '{address}' names no row of that kind.")))
            }
        };
    }
    if let Some(id) = target.get(&table.key) {
        let id = id.as_str().and_then(|text| text.parse().ok());
        return match id {
            Some(id) => Ok(Some(RowKey::of(id))),
            None => Err(ApiError::bad(0x8004_0266, "Invalid primary key.")),
        };
    }
    for declared in table.declared.keys {
        let values: Option<Vec<(String, Value)>> = declared
            .columns
            .iter()
            .map(|name| {
                let column = table.column(name).filter(|column| !column.is_lookup())?;
                let json = target.get(*name).filter(|json| !json.is_null())?;
                Some((column.name.clone(), value::stored(table, column, json).ok()?))
            })
            .collect();
        if let Some(values) = values {
            return key::with_values(transaction, table, values).map(Some);
        }
    }
    Ok(None)
}
