//! Relationships: a lookup and what it leads to, or a table of links.

use serde_json::Value;
use uuid::Uuid;

use super::{Done, changed, column, gone, invalid, logical, read};
use crate::sandbox::api::error::{ApiError, Result};
use crate::sandbox::odata::uri::Key;
use crate::sandbox::schema::{
    Declaration, Declared, DeclaredTarget, Gone, Kind, LookupKind, ManyToMany, Model, OnDelete, Origin,
    Ownership, Required, Side, Traits, column as declare, kept, kept_list, plural,
};
use crate::sandbox::seed::named_id;

fn id(schema: &str) -> Uuid {
    named_id(&format!("relationship {schema}"))
}

/// Whether a relationship of the name is there already.
fn is_taken(model: &Model, schema: &str) -> bool {
    model.many_to_many.iter().any(|link| link.schema.eq_ignore_ascii_case(schema))
        || model
            .tables()
            .flat_map(|table| table.columns)
            .flat_map(targets)
            .any(|target| target.relationship.eq_ignore_ascii_case(schema))
}

fn targets(column: &Declared) -> &'static [DeclaredTarget] {
    match column.kind {
        Kind::Lookup { targets, .. } => targets,
        _ => column.refers,
    }
}

pub(super) fn create(model: &mut Model, body: &Value) -> Result<Done> {
    let schema = kept(read::schema_name(body)?);
    if is_taken(model, schema) {
        return Err(invalid(format!("A relationship with the name {schema} is there already.")));
    }
    match read::kind(body) {
        "OneToManyRelationshipMetadata" => lookup(model, schema, body)?,
        "ManyToManyRelationshipMetadata" => links(model, schema, body)?,
        other => return Err(invalid(format!("'{other}' is not a type of relationship."))),
    }
    Ok(Done::made(format!("RelationshipDefinitions({})", id(schema))))
}

fn named(model: &Model, body: &Value, property: &str) -> Result<&'static Declaration> {
    let name = body[property].as_str().unwrap_or_default();
    model.table(name).ok_or_else(|| invalid(format!("The table '{name}' of {property} does not exist.")))
}

fn lookup(model: &mut Model, schema: &'static str, body: &Value) -> Result<()> {
    let referenced = named(model, body, "ReferencedEntity")?;
    let mut table = named(model, body, "ReferencingEntity")?.clone();
    let lookup = &body["Lookup"];
    let name = kept(read::schema_name(lookup)?);
    let on_delete = match body["CascadeConfiguration"]["Delete"].as_str() {
        Some("Cascade") => OnDelete::Cascade,
        Some("Restrict") => OnDelete::Restrict,
        Some("NoCascade") => OnDelete::Nothing,
        _ => OnDelete::RemoveLink,
    };
    let target = DeclaredTarget {
        table: kept(&logical(referenced)),
        nav: body["ReferencingEntityNavigationPropertyName"].as_str().map_or(name, kept),
        relationship: schema,
        collection: body["ReferencedEntityNavigationPropertyName"].as_str().map_or(schema, kept),
        on_delete,
    };
    let kind = Kind::Lookup { kind: LookupKind::Simple, targets: kept_list(vec![target]) };
    let label = read::label(&lookup["DisplayName"]).map_or(name, kept);
    let declared = Declared {
        custom: true,
        description: read::label(&lookup["Description"]).map_or("", kept),
        required: match lookup["RequiredLevel"]["Value"].as_str() {
            Some("ApplicationRequired") => Required::Application,
            Some("Recommended") => Required::Recommended,
            _ => Required::None,
        },
        ..declare(name, label, kind)
    };
    column::unused(table.schema, table.columns, &declared)?;
    table.columns = kept_list(table.columns.iter().copied().chain([declared]).collect());
    let (one, many) = (logical(referenced), logical(&table));
    model.put(table);
    changed(model, &many);
    changed(model, &one);
    Ok(())
}

fn links(model: &mut Model, schema: &'static str, body: &Value) -> Result<()> {
    let first = named(model, body, "Entity1LogicalName")?;
    let second = named(model, body, "Entity2LogicalName")?;
    let intersect = body["IntersectEntityName"].as_str().unwrap_or(schema);
    read::schema_name(&serde_json::json!({ "SchemaName": intersect }))?;
    let intersect = kept(&intersect.to_lowercase());
    if model.table(intersect).is_some() {
        return Err(invalid(format!("The table '{intersect}' is there already.")));
    }
    let same = first.schema == second.schema;
    let key = |table: &Declaration, suffix: &str| {
        kept(&format!("{}{}", table.key.to_lowercase(), if same { suffix } else { "" }))
    };
    let (one, two) = (key(first, "one"), key(second, "two"));
    let code = model.tables().map(|declared| declared.code + 1).max().unwrap_or_default();
    model.put(Declaration {
        schema: intersect,
        set: kept(&plural(intersect)),
        display: schema,
        plural: schema,
        description: "",
        code,
        key: kept(&format!("{intersect}id")),
        primary_name: "",
        ownership: Ownership::None,
        stem: intersect,
        owned: "",
        owning_user: "",
        traits: Traits::NONE,
        origin: Origin::Intersect,
        keys: &[],
        columns: kept_list(vec![
            declare(one, one, Kind::Id).indexed(),
            declare(two, two, Kind::Id).indexed(),
        ]),
    });
    let nav = |property: &str| body[property].as_str().map_or(schema, kept);
    let (there, back) = (nav("Entity1NavigationPropertyName"), nav("Entity2NavigationPropertyName"));
    model.many_to_many.push(ManyToMany {
        schema,
        custom: true,
        intersect,
        first: Side { table: kept(&logical(first)), column: one, nav: there },
        second: Side { table: kept(&logical(second)), column: two, nav: back },
    });
    changed(model, &logical(first));
    changed(model, &logical(second));
    changed(model, intersect);
    Ok(())
}

pub(super) fn delete(model: &mut Model, key: &Key) -> Result<Done> {
    let name = key.text("SchemaName");
    let is = |schema: &str| match key {
        Key::Id(wanted) => id(schema) == *wanted,
        _ => name.as_deref() == Some(schema),
    };
    let link = model.many_to_many.iter().find(|link| is(link.schema)).cloned();
    if let Some(link) = link {
        if !link.custom {
            return Err(needed(link.schema));
        }
        model.many_to_many.retain(|other| other.schema != link.schema);
        model.take(link.intersect);
        gone(model, link.intersect, Gone::Relationship, id(link.schema));
        changed(model, link.first.table);
        changed(model, link.second.table);
        return Ok(Done::default());
    }
    let of = |column: &Declared| targets(column).iter().find(|target| is(target.relationship));
    let found = model.tables().find_map(|table| {
        table.columns.iter().find_map(|column| of(column).map(|target| (table.clone(), *column, target)))
    });
    let (mut table, column, target) = found.ok_or_else(|| super::super::not_found("the relationship"))?;
    if !column.custom || targets(&column).len() > 1 {
        return Err(needed(target.relationship));
    }
    let name = logical(&table);
    table.columns =
        kept_list(table.columns.iter().copied().filter(|other| other.schema != column.schema).collect());
    model.put(table);
    gone(model, &name, Gone::Relationship, id(target.relationship));
    changed(model, target.table);
    Ok(Done::default())
}

fn needed(schema: &str) -> ApiError {
    ApiError::bad(
        0x8004_f01f,
        format!("The EntityRelationship({schema}) component cannot be deleted: tables need it."),
    )
}
