//! Rows that must not be there twice: by an alternate key always, by the rules of duplicate detection when the caller
//! asks for it.

use http::StatusCode;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::draft::Draft;
use crate::sandbox::store::quoted;

/// Refuses values of an alternate key that another row has. A key with a null in it binds nobody.
pub(super) fn keys(connection: &Connection, draft: &Draft<'_>, id: Uuid) -> Result<()> {
    let table = draft.table;
    for key in table.declared.keys {
        let changed =
            key.columns.iter().any(|name| draft.changes(name) && draft.before(name) != draft.get(name));
        if !changed || key.columns.iter().any(|name| draft.is_null(name)) {
            continue;
        }
        let conditions: Vec<_> = key.columns.iter().map(|name| format!("{} = ?", quoted(name))).collect();
        let sql = format!(
            "SELECT 1 FROM {} WHERE {} AND {} <> ?",
            quoted(&table.name),
            conditions.join(" AND "),
            quoted(&table.key)
        );
        let own = Value::Blob(id.as_bytes().to_vec());
        let values = key.columns.iter().map(|name| draft.get(name)).chain([&own]);
        if connection.prepare_cached(&sql)?.exists(params_from_iter(values))? {
            return Err(ApiError::new(
                StatusCode::PRECONDITION_FAILED,
                0x8006_0892,
                format!(
                    "Entity Key {} violated. A record with the same value for {} already exists. A duplicate record \
                     cannot be created. Select one or more unique values and try again.",
                    key.label, key.label
                ),
            ));
        }
    }
    Ok(())
}

/// The column by which duplicates of a table are found: accounts by name, contacts by address.
pub(in crate::sandbox::api) fn duplicate_rule(table: &str) -> Option<&'static str> {
    match table {
        "account" => Some("name"),
        "contact" => Some("emailaddress1"),
        _ => None,
    }
}

/// Duplicate detection, when the caller asks for it.
pub(super) fn detect(call: &Call<'_>, connection: &Connection, draft: &Draft<'_>, id: Uuid) -> Result<()> {
    let asked = call
        .header("mscrm.suppressduplicatedetection")
        .is_some_and(|value| value.eq_ignore_ascii_case("false"));
    let Some(column) = duplicate_rule(&draft.table.name) else { return Ok(()) };
    if !asked || !draft.changes(column) || draft.is_null(column) {
        return Ok(());
    }
    let sql = format!(
        "SELECT 1 FROM {} WHERE {} = ?1 AND statecode = 0 AND {} <> ?2 LIMIT 1",
        quoted(&draft.table.name),
        quoted(column),
        quoted(&draft.table.key)
    );
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params![draft.get(column), id.as_bytes().as_slice()], |_| Ok(()))
        .optional()?;
    match found {
        None => Ok(()),
        Some(()) => Err(ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            0x8004_0333,
            "A record was not created or updated because a duplicate of the current record already exists.",
        )),
    }
}
