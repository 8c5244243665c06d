//! What is in the brackets behind a set: a primary key, or values of an alternate key.

use http::StatusCode;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use crate::sandbox::odata::literal::stored_text;
use crate::sandbox::odata::uri::{Key, unquoted};
use crate::sandbox::schema::{Column, Kind, Table};
use crate::sandbox::store::quoted;

/// A row's key, which may or may not lead to a row.
#[derive(Debug)]
pub(super) struct RowKey {
    /// None: no row has these values of the alternate key.
    pub(super) id: Option<Uuid>,
    /// The values of the alternate key by column, for a row that is made under it.
    pub(super) values: Vec<(String, Value)>,
}

impl RowKey {
    pub(super) fn of(id: Uuid) -> RowKey {
        RowKey { id: Some(id), values: Vec::new() }
    }

    /// The same key as it stands now: a row may have come or gone since it was looked for.
    pub(super) fn again(&self, connection: &Connection, table: &Table) -> Result<RowKey> {
        match self.values.is_empty() {
            true => Ok(RowKey { id: self.id, values: Vec::new() }),
            false => with_values(connection, table, self.values.clone()),
        }
    }

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

/// The row that a key of an address leads to.
pub(super) fn find(call: &Call<'_>, table: &Table, key: &Key) -> Result<RowKey> {
    match key {
        Key::Id(id) => Ok(RowKey::of(*id)),
        key => call.read(|connection| find_in(connection, table, key)),
    }
}

pub(super) fn find_in(connection: &Connection, table: &Table, key: &Key) -> Result<RowKey> {
    let parts = match key {
        Key::Id(id) => return Ok(RowKey::of(*id)),
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
        return Ok(RowKey::of(id));
    }
    let mut values = Vec::with_capacity(parts.len());
    for (name, text) in parts {
        let column = table.property(name).ok_or_else(|| ApiError::no_property(name, &table.name))?;
        values.push((column.name.clone(), value(column, text)?));
    }
    if !is_declared(table, &values) {
        return Err(ApiError::bad(
            0x8006_0890,
            format!("The specified key attributes are not a defined key for the {} entity", table.name),
        ));
    }
    with_values(connection, table, values)
}

fn is_declared(table: &Table, values: &[(String, Value)]) -> bool {
    let mut names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    table.declared.keys.iter().any(|key| {
        let mut columns = key.columns.to_vec();
        columns.sort_unstable();
        columns == names
    })
}

/// The value of a part of a key as it stands in an address.
fn value(column: &Column, text: &str) -> Result<Value> {
    let quoted = text.len() > 1 && text.starts_with('\'') && text.ends_with('\'');
    Ok(match column.kind {
        Kind::Text { .. } | Kind::Memo { .. } if !quoted => {
            return Err(ApiError::query(format!(
                "Bad Request - Error in query syntax: the value of '{}' is a text in quotes.",
                column.name
            )));
        }
        Kind::YesNo { .. } => stored_text(&text.to_ascii_lowercase(), column)?,
        _ => stored_text(&unquoted(text), column)?,
    })
}

/// The row with these values of an alternate key.
pub(super) fn with_values(
    connection: &Connection,
    table: &Table,
    values: Vec<(String, Value)>,
) -> Result<RowKey> {
    let conditions: Vec<_> = values.iter().map(|(name, _)| format!("{} = ?", quoted(name))).collect();
    let sql = format!(
        "SELECT {} FROM {} WHERE {} LIMIT 1",
        quoted(&table.key),
        quoted(&table.name),
        conditions.join(" AND ")
    );
    let parameters = params_from_iter(values.iter().map(|(_, value)| value));
    let id: Option<Vec<u8>> =
        connection.prepare_cached(&sql)?.query_row(parameters, |row| row.get(0)).optional()?;
    Ok(RowKey { id: id.and_then(|id| Uuid::from_slice(&id).ok()), values })
}
