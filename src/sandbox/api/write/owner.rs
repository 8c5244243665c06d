//! Who a row belongs to.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::super::access::Right;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::draft::{Draft, Link};

/// Fills the owner of a new row, and what follows from an owner that changes.
pub(super) fn complete(call: &Call<'_>, connection: &Connection, draft: &mut Draft<'_>) -> Result<()> {
    let Some(column) = draft.table.column("ownerid") else { return Ok(()) };
    if draft.is_new() && draft.linked(column).is_none() {
        draft.link(column, Some(&caller(call)));
    }
    if !draft.changes("ownerid") {
        return Ok(());
    }
    let Some(owner) = draft.linked(column) else { return Err(ApiError::required(draft.table, column)) };
    if !draft.is_new() && draft.before("ownerid") != draft.get("ownerid") {
        call.require(Right::Assign, draft.table)?;
    }
    follow(connection, draft, &owner)
}

/// What follows from an owner.
pub(super) fn follow(connection: &Connection, draft: &mut Draft<'_>, owner: &Link) -> Result<()> {
    let user = (owner.table == "systemuser").then_some(owner);
    let team = (owner.table == "team").then_some(owner);
    draft.link_named("owninguser", user);
    draft.link_named("owningteam", team);
    let unit = unit(connection, owner)?;
    draft.link_named("owningbusinessunit", unit.as_ref());
    Ok(())
}

/// Who really asks, when it is in the name of another.
pub(super) fn behind(call: &Call<'_>) -> Option<Link> {
    let behind = call.principal.behind.as_ref()?;
    Some(Link { table: "systemuser".to_owned(), id: behind.id, name: Some(behind.name.clone()) })
}

pub(super) fn caller(call: &Call<'_>) -> Link {
    Link { table: "systemuser".to_owned(), id: call.principal.id, name: Some(call.principal.name.clone()) }
}

/// The business unit of a user or a team.
fn unit(connection: &Connection, owner: &Link) -> Result<Option<Link>> {
    let sql = match owner.table.as_str() {
        "team" => "SELECT businessunitid, businessunitid__name FROM team WHERE teamid = ?1",
        _ => "SELECT businessunitid, businessunitid__name FROM systemuser WHERE systemuserid = ?1",
    };
    let row: Option<(Option<Vec<u8>>, Option<String>)> = connection
        .prepare_cached(sql)?
        .query_row([owner.id.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.and_then(|(id, name)| {
        let id = Uuid::from_slice(&id?).ok()?;
        Some(Link { table: "businessunit".to_owned(), id, name })
    }))
}
