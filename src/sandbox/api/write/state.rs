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
    if !belongs {
        return Err(invalid());
    }
    follows(draft)
}

/// Where the table says which status reasons may follow one, the others may not.
fn follows(draft: &Draft<'_>) -> Result<()> {
    let (before, after) = (draft.before("statuscode"), draft.get("statuscode"));
    let (Value::Integer(from), Value::Integer(to)) = (before, after) else { return Ok(()) };
    let statuses = draft.table.statuses();
    let known = statuses.iter().find(|known| i64::from(known.value) == *from);
    let allowed = from == to
        || known.is_none_or(|known| {
            known.next.is_empty() || known.next.iter().any(|next| i64::from(*next) == *to)
        });
    if allowed {
        return Ok(());
    }
    let label = |value: i64| {
        let status = statuses.iter().find(|status| i64::from(status.value) == value);
        status.map_or_else(|| value.to_string(), |status| status.label.to_owned())
    };
    Err(ApiError::bad(
        0x8004_f00e,
        format!(
            "{} entity attempted to transition from an invalid state: the status reason '{}' cannot follow '{}'.",
            draft.table.name,
            label(*to),
            label(*from)
        ),
    ))
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
