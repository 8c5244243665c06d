//! How a case is resolved, cancelled and opened again.

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction};
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::draft::Draft;
use super::trail::{self, Action};
use super::{owner, rules, state};
use crate::sandbox::schema::Table;
use crate::sandbox::store::{Counter, next};

const ACTIVE: i64 = 0;
const RESOLVED: i64 = 1;
const CANCELLED: i64 = 2;
const ON_HOLD: i64 = 2;

/// What a change of a case's state takes, and what follows from it.
pub(super) fn changing(call: &Call<'_>, transaction: &Transaction<'_>, draft: &mut Draft<'_>) -> Result<()> {
    let Some(id) = draft.id(&draft.table.key) else { return Ok(()) };
    let Value::Integer(before) = *draft.before("statecode") else { return Ok(()) };
    match (before, draft.number("statecode")) {
        (ACTIVE | CANCELLED, Some(RESOLVED)) => {
            return Err(ApiError::bad(
                0x8004_023b,
                "This message can not be used to set the state of incident to Resolved. In order to set state of \
                 incident to Resolved, use the CloseIncidentRequest message instead.",
            ));
        }
        (RESOLVED, Some(CANCELLED)) => return Err(closed()),
        (ACTIVE, Some(CANCELLED)) => {
            if open_activities(transaction, id)? {
                return Err(ApiError::bad(
                    0x8004_440e,
                    "The incident can not be cancelled because there are open activities for this incident.",
                ));
            }
            if open_children(transaction, id)? {
                return Err(ApiError::bad(
                    0x8003_f451,
                    "Cancel active child case before canceling parent case.",
                ));
            }
        }
        (RESOLVED, Some(ACTIVE)) => cancel_resolutions(transaction, id)?,
        _ => {}
    }
    hold(call, draft);
    Ok(())
}

/// Counts the minutes on hold.
fn hold(call: &Call<'_>, draft: &mut Draft<'_>) {
    let was = *draft.before("statuscode") == Value::Integer(ON_HOLD);
    let is = *draft.get("statuscode") == Value::Integer(ON_HOLD) && draft.number("statecode") == Some(ACTIVE);
    if is && !was {
        draft.set("lastonholdtime", Value::Integer(call.now));
    }
    if was && !is {
        let minutes = draft.number("lastonholdtime").map_or(0, |since| (call.now - since).max(0) / 60);
        draft.set("onholdtime", Value::Integer(draft.number("onholdtime").unwrap_or_default() + minutes));
    }
}

/// Resolves a case. The row that says how is the caller's to make.
pub(in crate::sandbox::api) fn close(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    id: Uuid,
    status: i64,
) -> Result<()> {
    let mut draft = Draft::of(transaction, table, id)?;
    if draft.number("statecode") != Some(ACTIVE) {
        return Err(closed());
    }
    if open_activities(transaction, id)? {
        return Err(ApiError::bad(
            0x8004_440a,
            "The incident can not be closed because there are open activities for this incident.",
        ));
    }
    if open_children(transaction, id)? {
        return Err(ApiError::bad(0x8003_f452, "Close active child case before closing parent case."));
    }
    if !follows(table, draft.number("statuscode"), status) {
        return Err(ApiError::bad(
            0x8004_f854,
            "Because of the status transition rules, you can't resolve a case in the current status.Change the case \
             status, and then try resolving it, or contact your system administrator.",
        ));
    }
    draft.set("statecode", Value::Integer(RESOLVED));
    if status >= 0 {
        draft.set("statuscode", Value::Integer(status));
    }
    state::complete(&mut draft)?;
    hold(call, &mut draft);
    draft.set("deactivatedon", Value::Integer(call.now));
    store(call, transaction, &mut draft, id, Action::Close)
}

/// Whether a status reason may come after another one.
pub(in crate::sandbox::api) fn follows(table: &Table, from: Option<i64>, to: i64) -> bool {
    let current = table.statuses().iter().find(|status| Some(i64::from(status.value)) == from);
    current
        .is_none_or(|status| status.next.is_empty() || status.next.iter().any(|next| i64::from(*next) == to))
}

/// Saves a draft that the platform itself has changed.
pub(super) fn store(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    draft: &mut Draft<'_>,
    id: Uuid,
    action: Action,
) -> Result<()> {
    draft.set("modifiedon", Value::Integer(call.now));
    draft.link_named("modifiedby", Some(&owner::caller(call)));
    draft.update(transaction, id)?;
    trail::save(call, transaction, draft, id, action)?;
    rules::saved(transaction, draft)
}

/// The minutes that the activities of a case took.
pub(in crate::sandbox::api) fn total_time(connection: &Connection, id: Uuid) -> Result<i64> {
    let mut statement = connection.prepare_cached(
        "SELECT COALESCE(SUM(actualdurationminutes), 0) FROM activitypointer \
         WHERE regardingobjectid = ?1 AND regardingobjectid__type = 'incident' AND statecode = 1",
    )?;
    Ok(statement.query_row([id.as_bytes().as_slice()], |row| row.get(0))?)
}

fn open_activities(connection: &Connection, id: Uuid) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM activitypointer WHERE regardingobjectid = ?1 AND regardingobjectid__type = 'incident' \
         AND statecode IN (0, 3) AND activitytypecode <> 'incidentresolution' LIMIT 1",
    )?;
    Ok(statement.exists([id.as_bytes().as_slice()])?)
}

fn open_children(connection: &Connection, id: Uuid) -> Result<bool> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM incident WHERE parentcaseid = ?1 AND statecode = 0 LIMIT 1")?;
    Ok(statement.exists([id.as_bytes().as_slice()])?)
}

/// A case that is open again was not resolved by what was said to have resolved it.
fn cancel_resolutions(transaction: &Transaction<'_>, id: Uuid) -> Result<()> {
    let version = next(transaction, Counter::Version)?;
    transaction
        .prepare_cached(
            "UPDATE incidentresolution SET statecode = 2, statuscode = 3, versionnumber = ?2 \
             WHERE incidentid = ?1 AND statecode = 1",
        )?
        .execute((id.as_bytes().as_slice(), version))?;
    Ok(())
}

fn closed() -> ApiError {
    ApiError::bad(0x8004_4411, "Already Closed or Canceled")
}
