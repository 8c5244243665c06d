//! Rows that follow the row they hang on to its new owner.

use rusqlite::Transaction;
use rusqlite::types::Value;
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::Result;
use super::delete::children;
use super::draft::Draft;
use super::owner;
use crate::sandbox::schema::OnDelete;
use crate::sandbox::store::has;

/// Hands what hangs on a row to its new owner. Where a delete goes along, an assignment does.
pub(super) fn assigned(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    draft: &Draft<'_>,
    id: Uuid,
) -> Result<()> {
    if !draft.changes("ownerid") || draft.before("ownerid") == draft.get("ownerid") {
        return Ok(());
    }
    let Some(new_owner) = draft.table.column("ownerid").and_then(|column| draft.linked(column)) else {
        return Ok(());
    };
    let mut parents = vec![(draft.table, id)];
    while let Some((table, id)) = parents.pop() {
        for relationship in call.schema().referring(table) {
            let follows = relationship.target.on_delete == OnDelete::Cascade;
            let Some(column) = relationship.table.column("ownerid").filter(|_| follows) else { continue };
            if !has(transaction, relationship.table)? {
                continue;
            }
            for child in children(transaction, &relationship, id)? {
                let mut draft = Draft::of(transaction, relationship.table, child)?;
                // Also what ends the way round of rows that hang on each other.
                if draft.linked(column).is_some_and(|current| current.id == new_owner.id) {
                    continue;
                }
                draft.link(column, Some(&new_owner));
                owner::complete(call, transaction, &mut draft)?;
                draft.set("modifiedon", Value::Integer(call.now));
                draft.link_named("modifiedby", Some(&owner::caller(call)));
                draft.update(transaction, child)?;
                parents.push((relationship.table, child));
            }
        }
    }
    Ok(())
}
