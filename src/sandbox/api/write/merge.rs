//! Two rows that turned out to be one.

use rusqlite::Transaction;
use rusqlite::types::Value;
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::body::existing;
use super::case::store;
use super::delete::children;
use super::draft::{Draft, Link};
use super::trail::Action;
use crate::sandbox::schema::{OnDelete, Relationship, Table};
use crate::sandbox::store::has;

/// Moves what hangs on `subordinate` to `target` and deactivates it. With `parents`, both must have the same parent.
pub(in crate::sandbox::api) fn merge(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    target: Uuid,
    subordinate: Uuid,
    parents: bool,
) -> Result<()> {
    let mut loser = Draft::of(transaction, table, subordinate)?;
    let winner = Draft::of(transaction, table, target)?;
    check(&winner, &loser, parents)?;
    let link = existing(transaction, table, target)?;
    let relationships: Vec<_> = call.schema().referring(table).collect();
    for relationship in relationships {
        let moves =
            relationship.target.on_delete != OnDelete::Nothing && relationship.column.name != "masterid";
        if moves && has(transaction, relationship.table)? {
            adopt(call, transaction, &relationship, &link, subordinate)?;
        }
    }
    // Its own row may just have lost its parent.
    let parent = loser.table.name == "incident" && loser.id("parentcaseid") == Some(target);
    let (state, status) = if table.name == "incident" { (2, 2000) } else { (1, 2) };
    loser.set("statecode", Value::Integer(state));
    loser.set("statuscode", Value::Integer(status));
    loser.set("merged", Value::Integer(1));
    loser.link_named("masterid", Some(&link));
    if parent {
        loser.link_named("parentcaseid", None);
    }
    store(call, transaction, &mut loser, subordinate, Action::Merge)?;
    super::trail::event(call, transaction, table, target, Action::Merge)
}

fn check(winner: &Draft<'_>, loser: &Draft<'_>, parents: bool) -> Result<()> {
    let active = |draft: &Draft<'_>| draft.number("statecode") == Some(0);
    if !active(loser) && loser.table.name == "incident" {
        return Err(ApiError::bad(
            0x8004_f457,
            "The merge couldn't be performed. One or more of the selected cases couldn't be cancelled because of the \
             status transition rules that are defined for cases.",
        ));
    }
    if !active(winner) || !active(loser) {
        return Err(ApiError::bad(
            0x8004_0233,
            "The object is not in a valid state to perform this operation.",
        ));
    }
    let (column, code, message) = match loser.table.name.as_str() {
        "incident" => (
            "parentcaseid",
            0x8003_f450,
            "Child cases having different parent case associated can not be merged.",
        ),
        "account" => {
            ("parentaccountid", 0x8004_0203, "Invalid argument. The accounts have different parents.")
        }
        _ => ("parentcustomerid", 0x8004_0203, "Invalid argument. The contacts have different parents."),
    };
    match parents && winner.get(column) != loser.get(column) {
        true => Err(ApiError::bad(code, message)),
        false => Ok(()),
    }
}

/// Points the rows that refer to the subordinate to the target. A place in a queue ends: the target has its own.
fn adopt(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    relationship: &Relationship<'_>,
    target: &Link,
    subordinate: Uuid,
) -> Result<()> {
    for child in children(transaction, relationship, subordinate)? {
        let mut draft = Draft::of(transaction, relationship.table, child)?;
        let itself = child == target.id && relationship.table.name == target.table;
        if relationship.table.name == "queueitem" {
            draft.set("statecode", Value::Integer(1));
            draft.set("statuscode", Value::Integer(2));
        } else {
            draft.link(relationship.column, Some(target).filter(|_| !itself));
        }
        store(call, transaction, &mut draft, child, Action::Update)?;
    }
    Ok(())
}
