//! Tables and their alternate keys.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Done, changed, column, gone, invalid, logical, read, table_id};
use crate::sandbox::api::error::{ApiError, Result};
use crate::sandbox::odata::uri::Key;
use crate::sandbox::schema::{
    ACTIVE_OR_NOT, ACTIVE_OR_NOT_REASONS, AlternateKey, Declaration, Declared, Gone, Kind, Model, Origin,
    Ownership, Traits, kept, kept_list, plural, state, status,
};
use crate::sandbox::seed::named_id;

/// Tables that are made here have type codes from here on.
const FIRST_CODE: i32 = 11_000;
/// As many as a request to make several may name.
const MOST_AT_ONCE: usize = 50;

pub(super) fn create_all(model: &mut Model, body: &Value) -> Result<Done> {
    let entities = body["Entities"].as_array().filter(|entities| !entities.is_empty());
    let entities = entities.ok_or_else(|| invalid("'Entities' must be a list of tables."))?;
    if entities.len() > MOST_AT_ONCE {
        return Err(invalid(format!("No more than {MOST_AT_ONCE} tables can be made at once.")));
    }
    let mut ids = Vec::new();
    for entity in entities {
        create(model, entity)?;
        ids.push(table_id(&read::schema_name(entity)?.to_lowercase()));
    }
    Ok(Done { made: None, body: Some(json!({ "EntityIds": ids })) })
}

pub(super) fn create(model: &mut Model, body: &Value) -> Result<Done> {
    let schema = kept(read::schema_name(body)?);
    let name = kept(&schema.to_lowercase());
    if model.table(name).is_some() {
        return Err(ApiError::bad(
            0x8004_0237,
            format!("An entity with the specified name {name} already exists. Specify a unique name."),
        ));
    }
    let attributes = body["Attributes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let primary = attributes.iter().find(|column| column["IsPrimaryName"] == true);
    let primary = primary.ok_or_else(|| invalid("A table needs a column with 'IsPrimaryName'."))?;
    if read::kind(primary) != "StringAttributeMetadata" {
        return Err(invalid("The primary name of a table must be a text column."));
    }
    let mut columns: Vec<Declared> = Vec::new();
    for attribute in attributes {
        let declared = read::declared(model, attribute, None)?;
        column::unused(schema, &columns, &declared)?;
        columns.push(declared);
    }
    columns.extend([state(ACTIVE_OR_NOT), status(ACTIVE_OR_NOT_REASONS)]);
    let columns = column::with_currency(columns);
    let display = read::label(&body["DisplayName"]).map_or(schema, kept);
    let ownership = match body["OwnershipType"].as_str() {
        None | Some("UserOwned" | "TeamOwned") => Ownership::User,
        Some("OrganizationOwned") => Ownership::Organization,
        Some(other) => return Err(invalid(format!("A table cannot be made with the ownership '{other}'."))),
    };
    if body["IsActivity"] == true {
        return Err(ApiError::not_implemented("new kinds of activities"));
    }
    let code = model.tables().map(|declared| declared.code + 1).max().unwrap_or(FIRST_CODE);
    let declared = Declaration {
        schema,
        set: body["EntitySetName"].as_str().map_or_else(|| kept(&plural(name)), kept),
        display,
        plural: read::label(&body["DisplayCollectionName"]).map_or_else(|| kept(&plural(display)), kept),
        description: read::label(&body["Description"]).map_or("", kept),
        code: code.max(FIRST_CODE),
        key: kept(&format!("{schema}Id")),
        primary_name: kept(&read::schema_name(primary)?.to_lowercase()),
        ownership,
        stem: name,
        owned: name,
        owning_user: kept(&format!("user_{name}")),
        traits: traits(body, Traits::NONE),
        origin: Origin::Custom,
        columns: kept_list(columns),
        keys: &[],
    };
    if model.tables().any(|other| other.set == declared.set) || !is_plain(declared.set) {
        return Err(invalid(format!("The entity set name '{}' cannot be used.", declared.set)));
    }
    model.put(declared);
    changed(model, name);
    Ok(Done::made(format!("EntityDefinitions({})", table_id(name))))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn traits(body: &Value, old: Traits) -> Traits {
    let flag = |value: &Value, old: bool| value.as_bool().unwrap_or(old);
    Traits {
        notes: flag(&body["HasNotes"], old.notes),
        activities: flag(&body["HasActivities"], old.activities),
        queue: flag(&body["IsValidForQueue"]["Value"], old.queue),
        duplicates: flag(&body["IsDuplicateDetectionEnabled"]["Value"], old.duplicates),
        ..old
    }
}

pub(super) fn update(model: &mut Model, mut table: Declaration, body: &Value) -> Result<Done> {
    let name = logical(&table);
    table.display = read::label(&body["DisplayName"]).map_or(table.display, kept);
    table.plural = read::label(&body["DisplayCollectionName"]).map_or(table.plural, kept);
    table.description = read::label(&body["Description"]).map_or(table.description, kept);
    table.traits = traits(body, table.traits);
    model.put(table);
    changed(model, &name);
    Ok(Done::default())
}

pub(super) fn delete(model: &mut Model, table: Declaration) -> Result<Done> {
    let name = logical(&table);
    if table.origin != Origin::Custom {
        return Err(ApiError::bad(
            0x8004_f01d,
            format!("The {name} entity cannot be deleted: it is not one that was made here."),
        ));
    }
    let refers = |declared: &Declaration| {
        declared.columns.iter().any(|column| match column.kind {
            Kind::Lookup { targets, .. } => targets.iter().any(|target| target.table == name),
            _ => column.refers.iter().any(|target| target.table == name),
        })
    };
    let others = model.tables().filter(|other| logical(other) != name && refers(other));
    let others: Vec<String> = others.map(logical).collect();
    if !others.is_empty() {
        return Err(ApiError::bad(
            0x8004_f01f,
            format!(
                "The Entity({name}) component cannot be deleted because it is referenced by: {}.",
                others.join(", ")
            ),
        ));
    }
    let links: Vec<&str> = model
        .many_to_many
        .iter()
        .filter(|link| link.first.table == name || link.second.table == name || link.intersect == name)
        .map(|link| link.intersect)
        .collect();
    for link in links {
        model.take(link);
        model.many_to_many.retain(|other| other.intersect != link);
    }
    model.take(&name);
    gone(model, &name, Gone::Table, table_id(&name));
    Ok(Done::default())
}

fn key_id(table: &str, key: &AlternateKey) -> Uuid {
    named_id(&format!("key {table} {}", key.schema.to_lowercase()))
}

pub(super) fn create_key(model: &mut Model, mut table: Declaration, body: &Value) -> Result<Done> {
    let name = logical(&table);
    let schema = read::schema_name(body)?;
    let mut columns = Vec::new();
    for column in body["KeyAttributes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let known = table.columns.iter().find(|declared| declared.schema.eq_ignore_ascii_case(column));
        let known =
            known.ok_or_else(|| invalid(format!("The column '{column}' of the key does not exist.")))?;
        columns.push(kept(&known.schema.to_lowercase()));
    }
    if columns.is_empty() || table.keys.iter().any(|key| key.schema.eq_ignore_ascii_case(schema)) {
        return Err(invalid("A key needs columns and a name that no other key of the table has."));
    }
    let label = read::label(&body["DisplayName"]).unwrap_or(schema);
    let key = AlternateKey { schema: kept(schema), label: kept(label), columns: kept_list(columns) };
    let made = format!("EntityDefinitions(LogicalName='{name}')/Keys({})", key_id(&name, &key));
    table.keys = kept_list(table.keys.iter().copied().chain([key]).collect());
    model.put(table);
    changed(model, &name);
    Ok(Done::made(made))
}

pub(super) fn delete_key(model: &mut Model, mut table: Declaration, key: &Key) -> Result<Done> {
    let name = logical(&table);
    let logical_name = key.text("LogicalName");
    let is = |known: &AlternateKey| match key {
        Key::Id(id) => key_id(&name, known) == *id,
        _ => logical_name.as_deref() == Some(&known.schema.to_lowercase()),
    };
    if !table.keys.iter().any(is) {
        return Err(super::super::not_found("the key"));
    }
    table.keys = kept_list(table.keys.iter().copied().filter(|known| !is(known)).collect());
    model.put(table);
    changed(model, &name);
    Ok(Done::default())
}
