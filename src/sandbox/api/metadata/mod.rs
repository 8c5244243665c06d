//! The tables as the metadata API tells of them. Definitions are built in full and then cut to what is asked for;
//! nothing here knows rows.

mod attribute;
mod entity;
mod filter;
mod labels;
mod option_set;
mod project;
mod relationship;

use serde_json::{Map, Value, json};

use super::call::Call;
use super::error::{ApiError, Result};
use super::reply::Reply;
use crate::sandbox::odata::options::{Expand, Options};
use crate::sandbox::odata::uri::{Key, Segment};
use crate::sandbox::schema::{Schema, Table};
use project::Projection;

const CAST: &str = "Microsoft.Dynamics.CRM.";

/// `EntityDefinitions` and the other roots of the metadata.
pub(super) fn answer(call: &Call<'_>, root: &Segment, rest: &[Segment]) -> Result<Reply> {
    let options = Options::parse(&call.query)?;
    match root.name.as_str() {
        "EntityDefinitions" => definitions(call, root, rest, &options),
        "RelationshipDefinitions" => relationships(call, root, rest, &options),
        // No choice of the sandbox is shared between tables.
        _ => match root.key {
            None if rest.is_empty() => {
                reply_list(call, "GlobalOptionSetDefinitions", Vec::new(), &options, None)
            }
            _ => Err(not_found("Could not find the global option set.")),
        },
    }
}

fn definitions(call: &Call<'_>, root: &Segment, rest: &[Segment], options: &Options) -> Result<Reply> {
    let Some(key) = &root.key else {
        if let Some(next) = rest.first() {
            return Err(ApiError::no_segment(&next.name));
        }
        let all = call.schema().tables().iter().map(entity::definition).collect();
        let expand = |value: &Value, expand: &Expand| expand_table(call.schema(), value, expand);
        return reply_list(call, "EntityDefinitions", all, options, Some((&ENTITY, &expand)));
    };
    let table = find_table(call.schema(), key)?;
    let name = &table.name;
    match rest {
        [] => {
            let expand = |value: &Value, expand: &Expand| expand_table(call.schema(), value, expand);
            let path = "EntityDefinitions".to_owned();
            reply_one(call, &path, entity::definition(table), options, Some((&ENTITY, &expand)))
        }
        [part, rest @ ..] => match part.name.as_str() {
            "Attributes" => attributes(call, table, part, rest, options),
            "ManyToOneRelationships" | "OneToManyRelationships" | "ManyToManyRelationships" | "Keys" => {
                let values = members(call.schema(), table, &part.name);
                let path = format!("EntityDefinitions('{name}')/{}", part.name);
                let named = if part.name == "Keys" { "LogicalName" } else { "SchemaName" };
                match &part.key {
                    None => reply_list(call, &path, values, options, None),
                    Some(key) => reply_one(call, &path, pick(values, key, named)?, options, None),
                }
            }
            property => {
                let definition = entity::definition(table);
                let value = definition.get(property).ok_or_else(|| ApiError::no_segment(property))?;
                reply_property(call, &format!("EntityDefinitions('{name}')/{property}"), value, rest)
            }
        },
    }
}

fn attributes(
    call: &Call<'_>,
    table: &Table,
    part: &Segment,
    rest: &[Segment],
    options: &Options,
) -> Result<Reply> {
    let path = format!("EntityDefinitions('{}')/Attributes", table.name);
    let cast = rest.first().and_then(|segment| segment.name.strip_prefix(CAST));
    let rest = if cast.is_some() { &rest[1..] } else { rest };
    if let Some(cast) = cast
        && !attribute::is_type(cast)
    {
        return Err(ApiError::query(format!(
            "The type '{CAST}{cast}' is not a type of column metadata that a request can be cast to."
        )));
    }
    let expand = |value: &Value, expand: &Expand| expand_column(value, expand);
    let known = |name: &str| match cast {
        Some(cast) => attribute::has_property(cast, name),
        None => attribute::has_property("AttributeMetadata", name),
    };
    let kind = cast.unwrap_or("AttributeMetadata");
    let projection = Projection { kind, known: &known, base: cast.is_none() };
    let path = match cast {
        Some(cast) => format!("{path}/{CAST}{cast}"),
        None => path,
    };
    match &part.key {
        None => {
            let all = table
                .columns
                .iter()
                .enumerate()
                .map(|(index, column)| attribute::definition(table, column, index + 1));
            let values: Vec<Value> = all
                .filter(|(kind, _)| cast.is_none_or(|cast| *kind == cast))
                .map(|(_, value)| value)
                .collect();
            if let Some(next) = rest.first() {
                return Err(ApiError::no_segment(&next.name));
            }
            reply_list(call, &path, values, options, Some((&projection, &expand)))
        }
        Some(key) => {
            let all = table
                .columns
                .iter()
                .enumerate()
                .map(|(index, column)| attribute::definition(table, column, index + 1));
            let (kinds, values): (Vec<_>, Vec<_>) = all.unzip();
            let value = pick(values.clone(), key, "LogicalName")?;
            let at = values.iter().position(|other| *other == value).unwrap_or_default();
            if cast.is_some_and(|cast| kinds.get(at) != Some(&cast)) {
                return Err(not_found("The column is not of the type that was asked for."));
            }
            match rest {
                [] => reply_one(call, &path, value, options, Some((&projection, &expand))),
                [property, rest @ ..]
                    if property.name == "OptionSet" || property.name == "GlobalOptionSet" =>
                {
                    let set = value.get(&property.name).cloned().unwrap_or_default();
                    reply_property(call, &format!("{path}/{}", property.name), &set, rest)
                }
                [property, rest @ ..] => {
                    let inner =
                        value.get(&property.name).ok_or_else(|| ApiError::no_segment(&property.name))?;
                    reply_property(call, &format!("{path}/{}", property.name), inner, rest)
                }
            }
        }
    }
}

fn relationships(call: &Call<'_>, root: &Segment, rest: &[Segment], options: &Options) -> Result<Reply> {
    let tables = call.schema().tables().iter();
    let mut all: Vec<Value> =
        tables.flat_map(|table| relationship::many_to_one(call.schema(), table)).collect();
    for value in &mut all {
        if let Some(object) = value.as_object_mut() {
            let kind = format!("#{CAST}OneToManyRelationshipMetadata");
            object.shift_insert(0, "@odata.type".to_owned(), kind.into());
        }
    }
    let rest = match rest.first() {
        Some(cast) if cast.name == "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata" => &rest[1..],
        _ => rest,
    };
    match (&root.key, rest) {
        (None, []) => reply_list(call, "RelationshipDefinitions", all, options, None),
        (Some(key), []) => {
            reply_one(call, "RelationshipDefinitions", pick(all, key, "SchemaName")?, options, None)
        }
        (_, [next, ..]) => Err(ApiError::no_segment(&next.name)),
    }
}

fn find_table<'a>(schema: &'a Schema, key: &Key) -> Result<&'a Table> {
    let found = match key {
        Key::Id(id) => schema.tables().iter().find(|table| entity::id(table) == *id),
        key => {
            let name = key.text("LogicalName").unwrap_or_default();
            schema.table(&name)
        }
    };
    found.ok_or_else(|| {
        let name = key.text("LogicalName").unwrap_or_default();
        ApiError::new(
            http::StatusCode::NOT_FOUND,
            0x8004_1102,
            format!(
                "The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."
            ),
        )
    })
}

fn pick(values: Vec<Value>, key: &Key, named: &str) -> Result<Value> {
    let wanted = match key {
        Key::Id(id) => ("MetadataId", id.to_string()),
        key => (named, key.text(named).unwrap_or_default()),
    };
    let found =
        values.into_iter().find(|value| value.get(wanted.0).and_then(Value::as_str) == Some(&wanted.1));
    found.ok_or_else(|| not_found(&format!("Could not find '{}' in the metadata.", wanted.1)))
}

fn not_found(message: &str) -> ApiError {
    ApiError::new(http::StatusCode::NOT_FOUND, 0x8004_0217, message)
}

/// The lists that belong to a table.
fn members(schema: &Schema, table: &Table, name: &str) -> Vec<Value> {
    match name {
        "Attributes" => {
            let columns = table.columns.iter().enumerate();
            columns.map(|(index, column)| attribute::definition(table, column, index + 1).1).collect()
        }
        "ManyToOneRelationships" => relationship::many_to_one(schema, table),
        "OneToManyRelationships" => relationship::one_to_many(schema, table),
        "Keys" => entity::keys(table),
        _ => Vec::new(),
    }
}

const ENTITY: Projection<'static> =
    Projection { kind: "EntityMetadata", known: &entity::has_property, base: false };

fn expand_table(schema: &Schema, value: &Value, expand: &Expand) -> Result<Value> {
    let name = value.get("LogicalName").and_then(Value::as_str).unwrap_or_default();
    let table = schema.table(name).ok_or_else(|| ApiError::no_segment(name))?;
    let known = match expand.nav.as_str() {
        "Attributes"
        | "ManyToOneRelationships"
        | "OneToManyRelationships"
        | "ManyToManyRelationships"
        | "Keys" => members(schema, table, &expand.nav),
        other => return Err(ApiError::no_property(other, "EntityMetadata")),
    };
    let inner = |value: &Value, expand: &Expand| expand_column(value, expand);
    let attribute = |name: &str| attribute::has_property("AttributeMetadata", name);
    let projection = Projection { kind: "AttributeMetadata", known: &attribute, base: true };
    let with = (expand.nav == "Attributes").then_some((&projection, &inner as &project::Expander<'_>));
    Ok(Value::Array(project::list(known, &expand.options, with)?))
}

fn expand_column(value: &Value, expand: &Expand) -> Result<Value> {
    match expand.nav.as_str() {
        "OptionSet" | "GlobalOptionSet" => match value.get(&expand.nav) {
            None | Some(Value::Null) => Ok(Value::Null),
            Some(set) => project::one(set.clone(), &expand.options, None),
        },
        other => Err(ApiError::no_property(other, "AttributeMetadata")),
    }
}

type With<'a> = Option<(&'a Projection<'a>, &'a project::Expander<'a>)>;

fn reply_list(
    call: &Call<'_>,
    path: &str,
    values: Vec<Value>,
    options: &Options,
    with: With<'_>,
) -> Result<Reply> {
    let values = project::list(values, options, with)?;
    let mut body = Map::new();
    let context = format!("{}/$metadata#{path}{}", call.root, project::context(options));
    body.insert("@odata.context".to_owned(), context.into());
    if options.count {
        body.insert("@odata.count".to_owned(), values.len().into());
    }
    body.insert("value".to_owned(), Value::Array(values));
    Ok(Reply::value(&Value::Object(body)))
}

fn reply_one(call: &Call<'_>, path: &str, value: Value, options: &Options, with: With<'_>) -> Result<Reply> {
    let mut body = Map::new();
    let context = format!("{}/$metadata#{path}{}/$entity", call.root, project::context(options));
    body.insert("@odata.context".to_owned(), context.into());
    if let Value::Object(object) = project::one(value, options, with)? {
        body.extend(object);
    }
    Ok(Reply::value(&Value::Object(body)))
}

/// A property by itself: `ObjectTypeCode`, with `/$value` as plain text.
fn reply_property(call: &Call<'_>, path: &str, value: &Value, rest: &[Segment]) -> Result<Reply> {
    let context = format!("{}/$metadata#{path}", call.root);
    match rest {
        [raw] if raw.name == "$value" => {
            Ok(Reply::text(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        }
        [] => match value {
            Value::Null => Ok(Reply::empty(http::StatusCode::NO_CONTENT)),
            Value::Object(object) => {
                let mut body = Map::new();
                body.insert("@odata.context".to_owned(), context.into());
                body.extend(object.clone());
                Ok(Reply::value(&Value::Object(body)))
            }
            value => Ok(Reply::value(&json!({ "@odata.context": context, "value": value }))),
        },
        [next, ..] => Err(ApiError::no_segment(&next.name)),
    }
}
