//! State and status go in pairs.

use rusqlite::types::Value;

use super::super::error::{ApiError, Result};
use super::draft::Draft;
use crate::sandbox::schema::Table;

/// Completes and checks state and status of a draft.
pub(super) fn complete(draft: &mut Draft<'_>) -> Result<()> {
    let table = draft.table;
    let Some(first) = initial(table) else { return Ok(()) };
    if draft.is_new() {
        let state = draft.number("statecode").unwrap_or(first);
        draft.set("statecode", Value::Integer(state));
    }
    if !draft.changes("statecode") && !draft.changes("statuscode") {
        return Ok(());
    }
    let Some(state) = draft.number("statecode") else { return Err(invalid()) };
    let declared = table.states().iter().find(|known| i64::from(known.value) == state).ok_or_else(invalid)?;
    // Null and a state by itself mean the state's usual status.
    let moved = draft.changes("statecode") && draft.before("statecode") != draft.get("statecode");
    let own = draft.changes("statuscode") && draft.number("statuscode").is_some();
    if !own && (moved || draft.is_null("statuscode")) {
        draft.set("statuscode", Value::Integer(declared.default_status.into()));
    }
    let status = draft.number("statuscode");
    let belongs = table
        .statuses()
        .iter()
        .any(|known| Some(i64::from(known.value)) == status && i64::from(known.state) == state);
    if belongs { Ok(()) } else { Err(invalid()) }
}

/// The state of new rows.
fn initial(table: &Table) -> Option<i64> {
    let first = table.states().first()?;
    let draft = table.states().iter().find(|state| state.invariant == "Draft");
    Some(draft.unwrap_or(first).value.into())
}

fn invalid() -> ApiError {
    ApiError::bad(
        0x8004_8408,
        "State code is invalid or state code is valid but status code is invalid for a specified state code.",
    )
}
