//! `$ref`: the links between rows, from either side.

use http::{Method, StatusCode};
use rusqlite::Transaction;
use uuid::Uuid;

use super::super::access::Right;
use super::super::address;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::key;
use super::super::read;
use super::super::reply::Reply;
use super::draft::{Draft, Link};
use super::{Object, body, keep, save};
use crate::sandbox::odata::uri::Key;
use crate::sandbox::schema::{Association, Members, Table};
use crate::sandbox::store::quoted;

/// `PUT` and `DELETE /incidents(id)/primarycontactid/$ref`.
pub(crate) fn link(call: &Call<'_>, table: &Table, id: Uuid, nav: &str) -> Result<Reply> {
    call.require(Right::Write, table)?;
    let value = match call.method {
        Method::DELETE => serde_json::Value::Null,
        _ => address_in_body(call, table)?.into(),
    };
    save(call, table, id, &Object::from_iter([(format!("{nav}@odata.bind"), value)]))
}

/// `POST /accounts(id)/Account_Tasks/$ref`.
pub(crate) fn associate(call: &Call<'_>, table: &Table, id: Uuid, members: &Members<'_>) -> Result<Reply> {
    let address = address_in_body(call, table)?;
    call.hold(members.table())?;
    call.write(|transaction| {
        read::version(transaction, table, id)?;
        let here = body::existing(transaction, table, id)?;
        let there = member(call, transaction, members, &address)?;
        attach(call, transaction, members, &here, there)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

/// `DELETE /accounts(id)/Account_Tasks(id)/$ref`, or with the other row's address in `$id`.
pub(crate) fn disassociate(
    call: &Call<'_>,
    table: &Table,
    id: Uuid,
    members: &Members<'_>,
    key: Option<&Key>,
) -> Result<Reply> {
    call.hold(members.table())?;
    call.write(|transaction| {
        read::version(transaction, table, id)?;
        let there = match (key, call.query.get("$id")) {
            (Some(key), _) => key::find_in(transaction, members.table(), key)?.found(members.table())?,
            (None, Some(address)) => member(call, transaction, members, address)?,
            (None, None) => {
                return Err(ApiError::query(
                    "The row to take out is named in brackets or by the option '$id'.",
                ));
            }
        };
        detach(call, transaction, members, (table, id), there)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

fn address_in_body(call: &Call<'_>, table: &Table) -> Result<String> {
    let object = body::object(call, table)?;
    let address = object.get("@odata.id").and_then(|value| value.as_str()).map(str::to_owned);
    address.ok_or_else(|| ApiError::payload(table, "The property '@odata.id' is missing."))
}

/// The row that an address names, of those that can be in the collection.
fn member(call: &Call<'_>, transaction: &Transaction<'_>, members: &Members<'_>, text: &str) -> Result<Uuid> {
    let table = members.table();
    let named = address::row(call, transaction, text)?.filter(|(found, _)| found.name == table.name);
    match named {
        Some((_, key)) => key.found(table),
        None => Err(ApiError::payload(table, format!("The address '{text}' names no row of that kind."))),
    }
}

/// Puts a row into a collection.
pub(super) fn attach(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    members: &Members<'_>,
    here: &Link,
    there: Uuid,
) -> Result<()> {
    call.require(Right::Write, members.table())?;
    match members {
        Members::Children(relationship) => {
            let mut draft = Draft::of(transaction, relationship.table, there)?;
            if !relationship.column.update {
                return Err(read_only(members));
            }
            draft.link(relationship.column, Some(here));
            keep(call, transaction, &mut draft, there)
        }
        Members::Linked(link) => {
            if let Some(table) = call.schema().table(&here.table) {
                call.require(Right::Write, table)?;
            }
            body::existing(transaction, link.table, there)?;
            if is_linked(transaction, link, here.id, there)? {
                return Err(ApiError::new(
                    StatusCode::PRECONDITION_FAILED,
                    0x8004_0237,
                    "Cannot insert duplicate key.",
                ));
            }
            let mut draft = Draft::new(link.intersect);
            draft.set_id(&link.intersect.key, Uuid::new_v4());
            draft.set_id(link.here.column, here.id);
            draft.set_id(link.there.column, there);
            draft.insert(transaction)
        }
    }
}

fn is_linked(transaction: &Transaction<'_>, link: &Association<'_>, here: Uuid, there: Uuid) -> Result<bool> {
    let sql = format!("SELECT 1 FROM {}", pair(link));
    let keys = [here.as_bytes().as_slice(), there.as_bytes().as_slice()];
    Ok(transaction.prepare_cached(&sql)?.exists(keys)?)
}

/// `intersect WHERE here = ?1 AND there = ?2`.
fn pair(link: &Association<'_>) -> String {
    let (here, there) = (quoted(link.here.column), quoted(link.there.column));
    format!("{} WHERE {here} = ?1 AND {there} = ?2", quoted(&link.intersect.name))
}

fn detach(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    members: &Members<'_>,
    (table, id): (&Table, Uuid),
    there: Uuid,
) -> Result<()> {
    call.require(Right::Write, members.table())?;
    match members {
        Members::Children(relationship) => {
            let mut draft = Draft::of(transaction, relationship.table, there)?;
            let current = draft.linked(relationship.column);
            if current.is_none_or(|current| current.id != id) {
                return Err(ApiError::no_row(relationship.table, there));
            }
            if !relationship.column.update {
                return Err(read_only(members));
            }
            draft.link(relationship.column, None);
            keep(call, transaction, &mut draft, there)
        }
        Members::Linked(link) => {
            call.require(Right::Write, table)?;
            let sql = format!("DELETE FROM {}", pair(link));
            let keys = [id.as_bytes().as_slice(), there.as_bytes().as_slice()];
            match transaction.prepare_cached(&sql)?.execute(keys)? {
                0 => Err(ApiError::no_row(link.table, there)),
                _ => Ok(()),
            }
        }
    }
}

fn read_only(members: &Members<'_>) -> ApiError {
    ApiError::payload(members.table(), "The rows of this collection cannot be chosen.")
}
