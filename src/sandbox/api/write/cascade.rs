//! A new owner of a row is one of the rows below it too.

use rusqlite::Transaction;
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::Result;
use super::case::store;
use super::delete::children;
use super::draft::{Draft, Link};
use super::owner;
use super::trail::Action;
use crate::sandbox::schema::{OnDelete, Table};
use crate::sandbox::store::has;

/// Rows below rows below rows: what lies deeper keeps its owner.
const MAX_DEPTH: usize = 50;

/// Carries the owner that `draft` has got to what hangs on the row.
pub(super) fn assigned(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    draft: &Draft<'_>,
    id: Uuid,
) -> Result<()> {
    if !draft.changes("ownerid") || draft.before("ownerid") == draft.get("ownerid") {
        return Ok(());
    }
    match draft.table.column("ownerid").and_then(|column| draft.linked(column)) {
        Some(owner) => below(call, transaction, draft.table, id, &owner, 0),
        None => Ok(()),
    }
}

/// A row that has this owner already is where a circle of rows ends.
fn below(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    id: Uuid,
    new: &Link,
    depth: usize,
) -> Result<()> {
    if depth > MAX_DEPTH {
        return Ok(());
    }
    let parental = |on_delete: OnDelete| on_delete == OnDelete::Cascade;
    let relationships = call.schema().referring(table);
    for relationship in relationships.filter(|relationship| parental(relationship.target.on_delete)) {
        let Some(column) = relationship.table.column("ownerid") else { continue };
        if !has(transaction, relationship.table)? {
            continue;
        }
        for child in children(transaction, &relationship, id)? {
            let mut draft = Draft::of(transaction, relationship.table, child)?;
            if draft.id("ownerid") == Some(new.id) {
                continue;
            }
            draft.link(column, Some(new));
            owner::follow(transaction, &mut draft, new)?;
            store(call, transaction, &mut draft, child, Action::Cascade)?;
            below(call, transaction, relationship.table, child, new, depth + 1)?;
        }
    }
    Ok(())
}
