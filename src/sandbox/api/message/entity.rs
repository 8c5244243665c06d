//! Rows as parameters: an object with a type and a primary key, or the address of the row.

use serde_json::Value as Json;
use uuid::Uuid;

use super::{ApiError, Call, NAMESPACE, Result};
use crate::sandbox::api::{key, read};
use crate::sandbox::odata::uri::segments;
use crate::sandbox::schema::Table;

/// A row that a message is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entity<'a> {
    pub(super) table: &'a Table,
    pub(super) id: Uuid,
}

impl<'a> Entity<'a> {
    /// A row that must be there.
    pub(super) fn existing(call: &'a Call<'_>, table: &Table, id: Uuid) -> Result<Entity<'a>> {
        let table = call.schema().table(&table.name).ok_or_else(|| ApiError::no_row(table, id))?;
        call.hold(table)?;
        call.read(|connection| read::version(connection, table, id))?;
        Ok(Entity { table, id })
    }

    /// The row that `json` refers to. `expected` is the table where the parameter allows one only.
    pub(super) fn read(
        call: &'a Call<'_>,
        parameter: &str,
        json: &Json,
        expected: Option<&str>,
    ) -> Result<Entity<'a>> {
        let wrong = |why: &str| {
            ApiError::bad(0x8004_0203, format!("Invalid argument. The parameter '{parameter}' {why}."))
        };
        let text = |name: &str| json.get(name).and_then(Json::as_str);
        let entity = match text("@odata.id") {
            Some(address) => addressed(call, address)?,
            None => {
                let table = match text("@odata.type") {
                    Some(name) => Some(typed(call, name)?),
                    None => expected.and_then(|name| call.schema().table(name)).or_else(|| keyed(call, json)),
                };
                let table = table.ok_or_else(|| wrong("needs '@odata.type' or '@odata.id'"))?;
                // Users and teams have the key of their common base too.
                let id = text(&table.key).or_else(|| text("ownerid")).and_then(|id| id.parse().ok());
                let id =
                    id.ok_or_else(|| wrong(&format!("needs the primary key '{}' as a GUID", table.key)))?;
                Entity { table, id }
            }
        };
        match expected {
            Some(expected) if entity.table.name != expected => {
                Err(wrong(&format!("is a row of '{}', not of '{expected}'", entity.table.name)))
            }
            _ => Ok(entity),
        }
    }

    /// `/incidents(guid)`, as it is bound.
    pub(super) fn address(&self) -> String {
        format!("/{}({})", self.table.declared.set, self.id)
    }

    /// A user or a team.
    pub(super) fn principal(self) -> Result<Entity<'a>> {
        match self.table.name.as_str() {
            "systemuser" | "team" => Ok(self),
            other => Err(ApiError::bad(
                0x8004_0203,
                format!("Invalid argument. A row of '{other}' is neither a user nor a team."),
            )),
        }
    }
}

/// The table of `#Microsoft.Dynamics.CRM.incident`.
fn typed<'a>(call: &'a Call<'_>, name: &str) -> Result<&'a Table> {
    let bare = name.trim_start_matches('#');
    let bare = bare.strip_prefix(NAMESPACE).or_else(|| bare.strip_prefix("mscrm.")).unwrap_or(bare);
    call.schema().table(bare).ok_or_else(|| {
        ApiError::bad(
            0x8004_1102,
            format!(
                "The entity with a name = '{bare}' with namemapping = 'Logical' was not found in the MetadataCache."
            ),
        )
    })
}

/// The table whose primary key is among the properties. All activities have the same key, so that it tells nothing.
fn keyed<'a>(call: &'a Call<'_>, json: &Json) -> Option<&'a Table> {
    let object = json.as_object()?;
    let named = |table: &&Table| table.key != "activityid" && object.contains_key(&table.key);
    call.schema().tables().iter().find(named)
}

/// The row of `incidents(guid)`, also as a whole address or by an alternate key.
fn addressed<'a>(call: &'a Call<'_>, address: &str) -> Result<Entity<'a>> {
    let wrong = || ApiError::query(format!("The address '{address}' names no row."));
    let path = match address.strip_prefix(call.config().root.as_str()) {
        Some(path) => path,
        None if address.contains("://") => return Err(wrong()),
        None => address,
    };
    let path = match path.strip_prefix("/api/data/") {
        Some(rest) => rest.split_once('/').map(|(_, path)| path).ok_or_else(wrong)?,
        None => path,
    };
    let segments = segments(path)?;
    let [segment] = segments.as_slice() else { return Err(wrong()) };
    let table = call.schema().set(&segment.name).ok_or_else(wrong)?;
    let key = segment.key.as_ref().ok_or_else(wrong)?;
    call.hold(table)?;
    let id = key::find(call, table, key)?.found(table)?;
    Ok(Entity { table, id })
}
