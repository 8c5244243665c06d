//! From a JSON body to changes of columns.

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::draft::{Draft, Link};
use super::value;
use crate::sandbox::odata::uri::{Key, segments};
use crate::sandbox::schema::{Relationship, Table};
use crate::sandbox::store::{has, quoted};

pub(super) type Object = serde_json::Map<String, Json>;

/// The body of a request as an object.
pub(super) fn object(call: &Call<'_>, table: &Table) -> Result<Object> {
    match serde_json::from_slice(&call.body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::payload(table, "A JSON object was expected.")),
        Err(error) => Err(ApiError::payload(table, format!("The body is not valid JSON: {error}."))),
    }
}

/// Puts every property into the draft. Columns that cannot be written are passed over, as the service does.
pub(super) fn read(
    call: &Call<'_>,
    connection: &Connection,
    draft: &mut Draft<'_>,
    object: &Object,
) -> Result<()> {
    let table = draft.table;
    let mut customers = 0;
    let mut links: Vec<(Relationship<'_>, Option<Link>)> = Vec::new();
    for (name, json) in object {
        if let Some((property, annotation)) = name.split_once('@') {
            if annotation == "odata.bind" {
                let bound = bind(call, connection, table, property, json)?;
                customers += usize::from(bound.0.column.name == "customerid" && bound.1.is_some());
                links.push(bound);
            } else if !property.is_empty()
                && table.property(property).is_none()
                && table.navigation(property).is_empty()
            {
                return Err(undeclared(table, property));
            }
            continue;
        }
        if let Some(column) = table.property(name) {
            if column.is_lookup() {
                return Err(ApiError::payload(
                    table,
                    "CRM do not support direct update of Entity Reference properties, Use Navigation properties \
                     instead.",
                ));
            }
            let writable = if draft.is_new() { column.create } else { column.update };
            if column.name == table.key && !draft.is_new() {
                own_key(draft, json)?;
            } else if writable || column.name == "statecode" {
                let stored = value::stored(table, column, json)?;
                draft.set(&column.name, stored);
            }
            continue;
        }
        let relationships = table.navigation(name);
        match (relationships.first(), json) {
            (Some(relationship), Json::Null) => links.push((*relationship, None)),
            (Some(_), _) => return Err(ApiError::not_implemented("deep inserts; bind an existing row")),
            (None, _) if call.schema().collection(table, name).is_some() => {
                return Err(ApiError::not_implemented("deep inserts; make the rows one by one"));
            }
            (None, _) => {
                return Err(ApiError::payload(
                    table,
                    format!(
                        "The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{}'. Make sure to \
                         only use property names that are defined by the type.",
                        table.name
                    ),
                ));
            }
        }
    }
    if customers > 1 {
        return Err(ApiError::bad(
            0x8004_440f,
            "You can either specify a parent contact or account, but not both.",
        ));
    }
    // A null for one target must not undo the value for another one of the same lookup.
    links.sort_by_key(|(_, link)| link.is_some());
    for (relationship, link) in links {
        let column = relationship.column;
        let writable = if draft.is_new() { column.create } else { column.update };
        let other = link.is_none()
            && draft.linked(column).is_some_and(|current| {
                column.is_polymorphic() && !column.is_owner() && current.table != relationship.target.table
            });
        if writable && !other {
            draft.link(column, link.as_ref());
        }
    }
    Ok(())
}

fn own_key(draft: &Draft<'_>, json: &Json) -> Result<()> {
    let same = json.as_str().and_then(|text| text.parse::<Uuid>().ok()) == draft.id(&draft.table.key);
    if same { Ok(()) } else { Err(ApiError::bad(0x8004_0266, "Invalid primary key.")) }
}

fn undeclared(table: &Table, property: &str) -> ApiError {
    ApiError::payload(
        table,
        format!(
            "An undeclared property '{property}' which only has property annotations in the payload but no property \
             value was found in the payload. In OData, only declared navigation properties and declared named \
             streams can be represented as properties without values."
        ),
    )
}

/// `"customerid_account@odata.bind": "/accounts(guid)"`, also without the slash, as a whole address, or null.
fn bind<'a>(
    call: &Call<'_>,
    connection: &Connection,
    table: &'a Table,
    nav: &str,
    json: &Json,
) -> Result<(Relationship<'a>, Option<Link>)> {
    let relationships = table.navigation(nav);
    let Some(first) = relationships.first() else {
        return Err(match call.schema().collection(table, nav) {
            Some(_) => ApiError::not_implemented("binding of collections; write the lookup instead"),
            None => undeclared(table, nav),
        });
    };
    let address = match json {
        Json::Null => return Ok((*first, None)),
        Json::String(address) => address,
        _ => {
            return Err(ApiError::payload(
                table,
                format!("The value of '{nav}@odata.bind' is not an address."),
            ));
        }
    };
    let wrong = || {
        ApiError::payload(
            table,
            format!("The address '{address}' in '{nav}@odata.bind' names no row of that kind."),
        )
    };
    let path = relative(call, address).ok_or_else(wrong)?;
    let segments = segments(path).map_err(|_| wrong())?;
    let [segment] = segments.as_slice() else { return Err(wrong()) };
    let target = call.schema().set(&segment.name).ok_or_else(wrong)?;
    let relationship =
        relationships.iter().find(|other| other.target.table == target.name).ok_or_else(wrong)?;
    let key = segment.key.as_ref().ok_or_else(wrong)?;
    match key {
        Key::Id(id) => Ok((*relationship, Some(existing(connection, target, *id)?))),
        Key::Named(_) => Err(ApiError::not_implemented("binding by alternate key")),
        Key::Empty | Key::Other(_) => Err(wrong()),
    }
}

/// The path behind the version.
fn relative<'a>(call: &Call<'_>, address: &'a str) -> Option<&'a str> {
    let path = match address.strip_prefix(call.config().root.as_str()) {
        Some(path) => path,
        None if address.contains("://") => return None,
        None => address,
    };
    match path.strip_prefix("/api/data/") {
        Some(rest) => rest.split_once('/').map(|(_, path)| path),
        None => Some(path),
    }
}

/// A link to a row that must be there.
pub(super) fn existing(connection: &Connection, table: &Table, id: Uuid) -> Result<Link> {
    if !has(connection, table)? {
        return Err(ApiError::no_row(table, id));
    }
    let sql = format!(
        "SELECT {} FROM {} WHERE {} = ?1",
        quoted(table.declared.primary_name),
        quoted(&table.name),
        quoted(&table.key)
    );
    let name: Option<Option<String>> = connection
        .prepare_cached(&sql)?
        .query_row([id.as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    match name {
        Some(name) => Ok(Link { table: table.name.clone(), id, name }),
        None => Err(ApiError::no_row(table, id)),
    }
}
