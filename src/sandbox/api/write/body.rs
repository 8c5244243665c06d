//! From a JSON body to changes of columns.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::address;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::draft::{Draft, Link};
use super::{Later, Object, deep, value};
use crate::sandbox::schema::{Column, Members, Relationship, Table};
use crate::sandbox::store::{has, quoted};

/// The body of a request as an object.
pub(super) fn object(call: &Call<'_>, table: &Table) -> Result<Object> {
    match serde_json::from_slice(&call.body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::payload(table, "A JSON object was expected.")),
        Err(error) => Err(ApiError::payload(table, format!("The body is not valid JSON: {error}."))),
    }
}

/// Puts every property into the draft. Columns that cannot be written are passed over, as the service does. What
/// concerns the row's collections comes back, to be done when the row is there.
pub(super) fn read<'a>(
    call: &'a Call<'_>,
    transaction: &Transaction<'_>,
    draft: &mut Draft<'a>,
    object: &'a Object,
    depth: usize,
) -> Result<Vec<Later<'a>>> {
    let table = draft.table;
    let mut customers = 0;
    let mut links: Vec<(Relationship<'a>, Option<Link>)> = Vec::new();
    let mut later = Vec::new();
    for (name, json) in object {
        if let Some((property, annotation)) = name.split_once('@') {
            let collection = || call.schema().collection(table, property);
            if property.is_empty() {
                fits(annotation, table, json)?;
            } else if annotation == "odata.bind" {
                let relationships = table.navigation(property);
                if !relationships.is_empty() {
                    let bound = bind(call, transaction, table, property, &relationships, json)?;
                    customers += usize::from(bound.0.column.name == "customerid" && bound.1.is_some());
                    links.push(bound);
                } else if let Some(members) = collection() {
                    later.push(bind_many(call, transaction, table, property, members, json)?);
                } else {
                    return Err(undeclared(table, property));
                }
            } else if table.property(property).is_none()
                && table.navigation(property).is_empty()
                && collection().is_none()
            {
                return Err(undeclared(table, property));
            }
            continue;
        }
        if let Some(column) = table.property(name) {
            read_column(draft, column, json)?;
            continue;
        }
        let relationships = table.navigation(name);
        match (relationships.first(), json) {
            (Some(relationship), Json::Null) => links.push((*relationship, None)),
            (Some(_), Json::Object(nested)) if draft.is_new() => {
                let made = deep::parent(call, transaction, table, name, &relationships, nested, depth)?;
                customers += usize::from(made.0.column.name == "customerid");
                links.push((made.0, Some(made.1)));
            }
            (Some(_), Json::Object(_)) => return Err(deep::no_update(table, name)),
            (Some(_), _) => return Err(wrong_shape(table, name, "an object")),
            (None, json) => match (call.schema().collection(table, name), json) {
                (Some(members), Json::Array(rows)) if draft.is_new() => {
                    later.push(Later::Make { members, rows });
                }
                (Some(_), Json::Array(_)) => return Err(deep::no_update(table, name)),
                (Some(_), _) => return Err(wrong_shape(table, name, "an array")),
                (None, _) => return Err(unknown(table, name)),
            },
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
    Ok(later)
}

fn read_column(draft: &mut Draft<'_>, column: &Column, json: &Json) -> Result<()> {
    let table = draft.table;
    if column.is_lookup() {
        return Err(ApiError::payload(
            table,
            "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.",
        ));
    }
    let writable = if draft.is_new() { column.create } else { column.update };
    if column.name == table.key && !draft.is_new() {
        own_key(draft, json)?;
    } else if writable || column.name == "statecode" {
        let stored = value::stored(table, column, json)?;
        draft.set(&column.name, stored);
    }
    Ok(())
}

/// Puts the values of the key that a row is made under into its draft.
pub(super) fn keyed(
    call: &Call<'_>,
    connection: &Connection,
    draft: &mut Draft<'_>,
    key: &[(String, Value)],
) -> Result<()> {
    for (name, value) in key {
        let Some(column) = draft.table.column(name).filter(|column| column.is_lookup()) else {
            draft.set(name, value.clone());
            continue;
        };
        let targets = column.targets.iter().filter_map(|target| call.schema().table(&target.table));
        let Value::Blob(id) = value else { continue };
        let Ok(id) = Uuid::from_slice(id) else { continue };
        let mut missing = None;
        let mut found = None;
        for target in targets {
            match existing(connection, target, id) {
                Ok(link) => found = Some(link),
                Err(error) => missing = missing.or(Some(error)),
            }
        }
        match (found, missing) {
            (Some(link), _) => draft.link(column, Some(&link)),
            (None, Some(error)) => return Err(error),
            (None, None) => {}
        }
    }
    Ok(())
}

fn own_key(draft: &Draft<'_>, json: &Json) -> Result<()> {
    let same = json.as_str().and_then(|text| text.parse::<Uuid>().ok()) == draft.id(&draft.table.key);
    if same { Ok(()) } else { Err(ApiError::bad(0x8004_0266, "Invalid primary key.")) }
}

/// `@odata.type` must be the table's or one that all tables have in common. Other annotations of a row say nothing.
fn fits(annotation: &str, table: &Table, json: &Json) -> Result<()> {
    if annotation != "odata.type" {
        return Ok(());
    }
    let given = json.as_str().unwrap_or_default();
    let name = type_name(given);
    let common = name == "crmbaseentity" || (name == "activitypointer" && table.declared.traits.activity);
    if name == table.name || common {
        return Ok(());
    }
    Err(ApiError::payload(
        table,
        format!(
            "The type '{}' is not compatible with the expected type 'Microsoft.Dynamics.CRM.{}'.",
            given.trim_start_matches('#'),
            table.name
        ),
    ))
}

/// `account` of `#Microsoft.Dynamics.CRM.account`.
pub(super) fn type_name(given: &str) -> &str {
    let name = given.strip_prefix('#').unwrap_or(given);
    name.strip_prefix("Microsoft.Dynamics.CRM.").unwrap_or(name)
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

fn unknown(table: &Table, name: &str) -> ApiError {
    ApiError::payload(
        table,
        format!(
            "The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{}'. Make sure to only use property \
             names that are defined by the type.",
            table.name
        ),
    )
}

fn wrong_shape(table: &Table, name: &str, expected: &str) -> ApiError {
    ApiError::payload(table, format!("The value of the navigation property '{name}' must be {expected}."))
}

/// `"customerid_account@odata.bind": "/accounts(guid)"`, also without the slash, as a whole address, or null.
fn bind<'a>(
    call: &Call<'_>,
    connection: &Connection,
    table: &Table,
    nav: &str,
    relationships: &[Relationship<'a>],
    json: &Json,
) -> Result<(Relationship<'a>, Option<Link>)> {
    let wrong = |text: &str| names_nothing(table, nav, text);
    let first = relationships.first().ok_or_else(|| undeclared(table, nav))?;
    let text = match json {
        Json::Null => return Ok((*first, None)),
        Json::String(text) => text,
        other => return Err(wrong(&other.to_string())),
    };
    let (target, key) = address::row(call, connection, text)?.ok_or_else(|| wrong(text))?;
    let relationship = relationships
        .iter()
        .find(|relationship| relationship.target.table == target.name)
        .ok_or_else(|| wrong(text))?;
    Ok((*relationship, Some(existing(connection, target, key.found(target)?)?)))
}

/// `"Account_Tasks@odata.bind": ["/tasks(guid)"]`.
fn bind_many<'a>(
    call: &Call<'_>,
    connection: &Connection,
    table: &Table,
    nav: &str,
    members: Members<'a>,
    json: &Json,
) -> Result<Later<'a>> {
    let Json::Array(texts) = json else {
        return Err(wrong_shape(table, &format!("{nav}@odata.bind"), "an array"));
    };
    let mut rows = Vec::with_capacity(texts.len());
    for json in texts {
        let text = json.as_str().ok_or_else(|| names_nothing(table, nav, &json.to_string()))?;
        let named = address::row(call, connection, text)?;
        let (target, key) = named
            .filter(|(target, _)| target.name == members.table().name)
            .ok_or_else(|| names_nothing(table, nav, text))?;
        rows.push(key.found(target)?);
    }
    Ok(Later::Bind { members, rows })
}

fn names_nothing(table: &Table, nav: &str, address: &str) -> ApiError {
    ApiError::payload(
        table,
        format!("The address '{address}' in '{nav}@odata.bind' names no row of that kind."),
    )
}

/// A link to a row that must be there.
pub(super) fn existing(connection: &Connection, table: &Table, id: Uuid) -> Result<Link> {
    if !has(connection, table)? {
        return Err(ApiError::no_row(table, id));
    }
    let name = match table.declared.primary_name {
        "" => "NULL".to_owned(),
        name => quoted(name),
    };
    let sql = format!("SELECT {name} FROM {} WHERE {} = ?1", quoted(&table.name), quoted(&table.key));
    let name: Option<Option<String>> = connection
        .prepare_cached(&sql)?
        .query_row([id.as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    match name {
        Some(name) => Ok(Link { table: table.name.clone(), id, name }),
        None => Err(ApiError::no_row(table, id)),
    }
}
