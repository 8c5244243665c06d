//! Rows within rows: a body can make a row together with those that it points to and those that point to it.

use rusqlite::Transaction;
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::access::Right;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::draft::{Draft, Link};
use super::{New, Object, body, insert_as, link};
use crate::sandbox::schema::{Column, Members, Relationship, Table};

/// Rows within rows within rows: bodies that go deeper are refused before they use up the stack.
const MAX_DEPTH: usize = 16;

/// What a body says of a collection of its row. It is done when the row is there.
pub(super) enum Later<'a> {
    Make { members: Members<'a>, rows: &'a [Json] },
    Bind { members: Members<'a>, rows: Vec<Uuid> },
}

/// Makes the row that a lookup is to point to.
pub(super) fn parent<'a>(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    nav: &str,
    relationships: &[Relationship<'a>],
    object: &Object,
    depth: usize,
) -> Result<(Relationship<'a>, Link)> {
    let named = object.get("@odata.type").and_then(Json::as_str).map(body::type_name);
    let relationship = match (relationships, named) {
        ([only], _) => only,
        (several, Some(name)) => several
            .iter()
            .find(|relationship| relationship.target.table == name)
            .ok_or_else(|| ApiError::payload(table, format!("'{nav}' does not lead to '{name}'.")))?,
        (_, None) => {
            return Err(ApiError::payload(table, format!("The row in '{nav}' must say its '@odata.type'.")));
        }
    };
    let target = call
        .schema()
        .table(&relationship.target.table)
        .ok_or_else(|| ApiError::not_implemented(format!("rows of '{}'", relationship.target.table)))?;
    let id = row(call, transaction, target, object, None, depth)?;
    Ok((*relationship, body::existing(transaction, target, id)?))
}

/// Does what was left for when the row is there.
pub(super) fn finish(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    draft: &Draft<'_>,
    id: Uuid,
    later: Vec<Later<'_>>,
    depth: usize,
) -> Result<()> {
    if later.is_empty() {
        return Ok(());
    }
    let table = draft.table;
    let here = body::existing(transaction, table, id)?;
    for task in later {
        match task {
            Later::Bind { members, rows } => {
                for row in rows {
                    link::attach(call, transaction, &members, &here, row)?;
                }
            }
            Later::Make { members, rows } => {
                for json in rows {
                    let Json::Object(object) = json else {
                        return Err(ApiError::payload(members.table(), "A JSON object was expected."));
                    };
                    member(call, transaction, &members, &here, object, depth)?;
                }
            }
        }
    }
    Ok(())
}

/// Makes a row in a collection of the row that is `here`.
pub(super) fn member(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    members: &Members<'_>,
    here: &Link,
    object: &Object,
    depth: usize,
) -> Result<Uuid> {
    match members {
        Members::Children(relationship) => {
            let parent = Some((relationship.column, here.clone()));
            row(call, transaction, relationship.table, object, parent, depth)
        }
        Members::Linked(association) => {
            let made = row(call, transaction, association.table, object, None, depth)?;
            link::attach(call, transaction, members, here, made)?;
            Ok(made)
        }
    }
}

fn row(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    object: &Object,
    parent: Option<(&Column, Link)>,
    depth: usize,
) -> Result<Uuid> {
    if depth >= MAX_DEPTH {
        return Err(ApiError::payload(
            table,
            format!("More than {MAX_DEPTH} rows stand within one another."),
        ));
    }
    call.require(Right::Create, table)?;
    insert_as(call, transaction, table, object, &New { parent, depth: depth + 1, ..New::default() })
}

/// Related rows can be made with a new row, not with a change of one.
pub(super) fn no_update(table: &Table, nav: &str) -> ApiError {
    ApiError::payload(
        table,
        format!(
            "Deep update of the navigation property '{nav}' is not allowed. Change the related rows by themselves."
        ),
    )
}
