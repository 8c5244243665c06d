//! What is in the brackets behind a set: a primary key, or values of an alternate key.

use http::StatusCode;
use rusqlite::OptionalExtension;
use rusqlite::types::Value;
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use crate::sandbox::odata::literal::stored_text;
use crate::sandbox::odata::uri::{Key, unquoted};
use crate::sandbox::schema::Table;
use crate::sandbox::store::quoted;

/// A row's key, which may or may not lead to a row.
#[derive(Debug)]
pub(super) struct RowKey {
    /// None: no row has these values of the alternate key.
    pub(super) id: Option<Uuid>,
    /// The values of the alternate key, for a row that is made under it.
    pub(super) values: Vec<(String, Value)>,
}

impl RowKey {
    pub(super) fn found(&self, table: &Table) -> Result<Uuid> {
        self.id.ok_or_else(|| {
            ApiError::new(
                StatusCode::NOT_FOUND,
                0x8006_0891,
                format!("A record with the specified key values does not exist in {} entity", table.name),
            )
        })
    }
}

pub(super) fn find(call: &Call<'_>, table: &Table, key: &Key) -> Result<RowKey> {
    let parts = match key {
        Key::Id(id) => return Ok(RowKey { id: Some(*id), values: Vec::new() }),
        Key::Named(parts) => parts,
        Key::Empty | Key::Other(_) => {
            return Err(ApiError::query(format!(
                "Bad Request - Error in query syntax: the key of '{}' is a GUID without quotes.",
                table.declared.set
            )));
        }
    };
    if let [(name, value)] = parts.as_slice()
        && *name == table.key
        && let Ok(id) = value.parse()
    {
        return Ok(RowKey { id: Some(id), values: Vec::new() });
    }
    let mut names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let declared = table.declared.keys.iter().any(|key| {
        let mut columns = key.columns.to_vec();
        columns.sort_unstable();
        columns == names
    });
    if !declared {
        return Err(ApiError::bad(
            0x8006_0890,
            format!("The specified key attributes are not a defined key for the {} entity", table.name),
        ));
    }
    let mut values = Vec::with_capacity(parts.len());
    for (name, text) in parts {
        let column = table.property(name).ok_or_else(|| ApiError::no_property(name, &table.name))?;
        values.push((name.clone(), stored_text(&unquoted(text), column)?));
    }
    let conditions: Vec<_> = values.iter().map(|(name, _)| format!("{} = ?", quoted(name))).collect();
    let sql = format!(
        "SELECT {} FROM {} WHERE {} LIMIT 1",
        quoted(&table.key),
        quoted(&table.name),
        conditions.join(" AND ")
    );
    let id: Option<Vec<u8>> = call.read(|connection| {
        let parameters = rusqlite::params_from_iter(values.iter().map(|(_, value)| value));
        connection
            .prepare_cached(&sql)?
            .query_row(parameters, |row| row.get(0))
            .optional()
            .map_err(ApiError::from)
    })?;
    Ok(RowKey { id: id.and_then(|id| Uuid::from_slice(&id).ok()), values })
}
