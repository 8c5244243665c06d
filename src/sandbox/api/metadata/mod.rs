//! The tables as the metadata API tells of them. Only what is asked for is written; nothing here knows rows.

mod attribute;
mod attribute_kinds;
mod changes;
mod csdl;
mod definition;
mod entity;
mod filter;
mod json;
mod key;
mod managed_property;
mod option_set;
mod plan;
mod relationship;
mod write;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::call::Call;
use super::error::{ApiError, Result};
use super::reply::Reply;
use crate::sandbox::odata::options::Options;
use crate::sandbox::odata::uri::{Key, Segment};
use crate::sandbox::schema::{Schema, Table};
use attribute::Attribute;
use definition::{Definition, Related, Type, boxed};
use entity::Entity;
use json::{Json, LANGUAGE};
use plan::Plan;

const CAST: &str = "Microsoft.Dynamics.CRM.";

/// The roots of the metadata.
pub(super) fn is_root(name: &str) -> bool {
    matches!(
        name,
        "EntityDefinitions"
            | "RelationshipDefinitions"
            | "GlobalOptionSetDefinitions"
            | "ManagedPropertyDefinitions"
            | "RetrieveMetadataChanges"
            | "$metadata"
    )
}

pub(super) use write::{is_action, redone};

/// Answers a question about one of the roots, or changes what it is asked about.
pub(super) fn answer(call: &Call<'_>, root: &Segment, rest: &[Segment]) -> Result<Reply> {
    let is_function = matches!(root.name.as_str(), "$metadata" | "RetrieveMetadataChanges");
    match call.method {
        Method::GET if !is_action(&root.name) => read(call, root, rest),
        ref method if is_function => Err(ApiError::method(method, "OPTIONS,GET,HEAD")),
        _ => {
            let mut path = vec![root.clone()];
            path.extend_from_slice(rest);
            write::answer(call, &path)
        }
    }
}

/// Answers a question about one of the roots.
fn read(call: &Call<'_>, root: &Segment, rest: &[Segment]) -> Result<Reply> {
    match root.name.as_str() {
        "$metadata" => return no_more(rest).map(|()| csdl::answer(call)),
        "RetrieveMetadataChanges" => return no_more(rest).and_then(|()| changes::answer(call, root)),
        _ => {}
    }
    let options = Options::parse(&call.query)?;
    let about = About { call, options: &options };
    match root.name.as_str() {
        "EntityDefinitions" => about.entities(root, rest),
        "RelationshipDefinitions" => about.relationships(root, rest),
        "GlobalOptionSetDefinitions" => about.option_sets(root, rest),
        _ => about.managed_properties(root, rest),
    }
}

/// A question with its options.
struct About<'a> {
    call: &'a Call<'a>,
    options: &'a Options,
}

impl About<'_> {
    fn schema(&self) -> &Schema {
        self.call.schema()
    }

    fn entities(&self, root: &Segment, rest: &[Segment]) -> Result<Reply> {
        let schema = self.schema();
        let Some(key) = &root.key else {
            no_more(rest)?;
            let all = schema.tables().iter().map(|table| Entity { schema, table });
            return self.list("EntityDefinitions", entity::kind(), boxed(all));
        };
        let table = find_table(schema, key)?;
        let entity = Entity { schema, table };
        let path = format!("EntityDefinitions('{}')", table.name);
        match rest {
            [] => self.one("EntityDefinitions", entity::kind(), &entity),
            [part, rest @ ..] => match (part.name.as_str(), entity.related(&part.name)) {
                ("Attributes", _) => self.attributes(table, part, rest),
                (name, Some(Related::Many(items))) => {
                    let (kind, named) = match name {
                        "Keys" => (key::kind(), "LogicalName"),
                        "ManyToManyRelationships" => {
                            (relationship::kind(Some(relationship::MANY_TO_MANY)), "SchemaName")
                        }
                        _ => (relationship::kind(Some(relationship::ONE_TO_MANY)), "SchemaName"),
                    };
                    let path = format!("{path}/{name}");
                    match &part.key {
                        None => no_more(rest).and_then(|()| self.list(&path, kind, items)),
                        Some(key) => self.member(&path, kind, pick(items, key, named)?.as_ref(), rest),
                    }
                }
                (property, _) => self.property(&path, &entity, property, rest),
            },
        }
    }

    fn attributes(&self, table: &Table, part: &Segment, rest: &[Segment]) -> Result<Reply> {
        let (cast, rest) = cast(rest, attribute::cast)?;
        let path = with_cast(format!("EntityDefinitions('{}')/Attributes", table.name), cast);
        let fits = |column: &Attribute<'_>| cast.is_none_or(|cast| column.kind() == cast);
        let Some(key) = &part.key else {
            no_more(rest)?;
            return self.list(
                &path,
                attribute::kind(cast),
                boxed(Attribute::all(self.schema(), table).filter(fits)),
            );
        };
        let name = key.text("LogicalName");
        let found = Attribute::all(self.schema(), table).find(|column| match key {
            Key::Id(id) => column.id() == *id,
            _ => name.as_ref() == Some(&column.column.name),
        });
        let wanted = || match key {
            Key::Id(id) => id.to_string(),
            _ => name.clone().unwrap_or_default(),
        };
        let column = found.ok_or_else(|| not_found(&wanted()))?;
        if !fits(&column) {
            return Err(not_found(&wanted()));
        }
        self.member(&path, attribute::kind(cast), &column, rest)
    }

    fn relationships(&self, root: &Segment, rest: &[Segment]) -> Result<Reply> {
        let (cast, rest) = cast(rest, relationship::cast)?;
        let schema = self.schema();
        let path = with_cast("RelationshipDefinitions".to_owned(), cast);
        let kind = relationship::kind(cast);
        let to_many = schema.tables().iter().flat_map(|table| relationship::many_to_one(schema, table));
        let links = schema.many_to_many().iter().map(relationship::LinkOf);
        let mut all = boxed(to_many);
        all.extend(boxed(links));
        all.retain(|item| cast.is_none_or(|cast| item.kind() == cast));
        match &root.key {
            None => no_more(rest).and_then(|()| self.list(&path, kind, all)),
            Some(key) => self.member(&path, kind, pick(all, key, "SchemaName")?.as_ref(), rest),
        }
    }

    fn option_sets(&self, root: &Segment, rest: &[Segment]) -> Result<Reply> {
        let (cast, rest) = cast(rest, option_set::cast)?;
        let path = with_cast("GlobalOptionSetDefinitions".to_owned(), cast);
        let mut all = boxed(option_set::shared(self.schema()));
        all.retain(|item| cast.is_none_or(|cast| item.kind() == cast));
        let Some(key) = &root.key else {
            no_more(rest)?;
            if self.options.filter.is_some() {
                return Err(ApiError::query(
                    "The $filter query option is not supported for the entity set 'GlobalOptionSetDefinitions'.",
                ));
            }
            return self.list(&path, option_set::kind(cast), all);
        };
        self.member(&path, option_set::kind(cast), pick(all, key, "Name")?.as_ref(), rest)
    }

    fn managed_properties(&self, root: &Segment, rest: &[Segment]) -> Result<Reply> {
        let path = "ManagedPropertyDefinitions";
        let all = boxed(managed_property::all());
        match &root.key {
            None => no_more(rest).and_then(|()| self.list(path, managed_property::kind(), all)),
            Some(key) => {
                self.member(path, managed_property::kind(), pick(all, key, "LogicalName")?.as_ref(), rest)
            }
        }
    }

    /// One of a list, or a property of it.
    fn member(&self, path: &str, kind: Type, item: &dyn Definition, rest: &[Segment]) -> Result<Reply> {
        match rest {
            [] => self.one(path, kind, item),
            [part, rest @ ..] => match item.related(&part.name) {
                Some(Related::One(None)) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
                Some(Related::One(Some(inner))) => {
                    let kind = option_set::kind(option_set::cast(inner.kind()));
                    let (_, rest) = cast(rest, option_set::cast)?;
                    self.member(&format!("{path}/{}", part.name), kind, inner.as_ref(), rest)
                }
                _ => self.property(path, item, &part.name, rest),
            },
        }
    }

    fn context(&self, path: &str) -> String {
        format!("{}/$metadata#{path}{}", self.call.root, plan::context(self.options))
    }

    /// Whether labels in the sandbox's language are wanted.
    fn labelled(&self) -> bool {
        self.call
            .query
            .get("LabelLanguages")
            .is_none_or(|wanted| wanted.split(',').any(|language| language.trim().parse() == Ok(LANGUAGE)))
    }

    fn list<'a>(&self, path: &str, kind: Type, items: Vec<Box<dyn Definition + 'a>>) -> Result<Reply> {
        let plan = Plan::new(kind, self.options)?;
        let mut list = Json::new(self.labelled());
        let count = plan.list(items, &mut list)?;
        let mut body = Json::new(true);
        body.raw("{");
        body.key("@odata.context");
        body.text(&self.context(path));
        if self.options.count {
            body.key("@odata.count");
            body.number(count as i64);
        }
        body.key("value");
        let mut body = body.finish();
        body.extend_from_slice(&list.finish());
        body.push(b'}');
        Ok(Reply::json(body))
    }

    fn one(&self, path: &str, kind: Type, item: &dyn Definition) -> Result<Reply> {
        let plan = Plan::new(kind, self.options)?;
        let mut body = Json::new(self.labelled());
        body.raw("{");
        body.key("@odata.context");
        body.text(&format!("{}/$entity", self.context(path)));
        plan.inside(item, &mut body)?;
        body.raw("}");
        Ok(Reply::json(body.finish()))
    }

    /// A property by itself: `ObjectTypeCode`, with `/$value` as plain text.
    fn property(&self, path: &str, item: &dyn Definition, name: &str, rest: &[Segment]) -> Result<Reply> {
        let value = filter::value(item, name).ok_or_else(|| ApiError::no_segment(name))?;
        let context = format!("{}/$metadata#{path}/{name}", self.call.root);
        match (rest, value) {
            ([raw], Value::String(text)) if raw.name == "$value" => Ok(Reply::text(&text)),
            ([raw], value) if raw.name == "$value" => Ok(Reply::text(&value.to_string())),
            ([next, ..], _) => Err(ApiError::no_segment(&next.name)),
            ([], Value::Null) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
            ([], Value::Object(object)) => {
                let mut body = Map::new();
                body.insert("@odata.context".to_owned(), context.into());
                body.extend(object);
                Ok(Reply::value(&Value::Object(body)))
            }
            ([], value) => Ok(Reply::value(&json!({ "@odata.context": context, "value": value }))),
        }
    }
}

/// The type at the beginning of the rest of a path, if there is one.
fn cast(
    rest: &[Segment],
    known: fn(&str) -> Option<&'static str>,
) -> Result<(Option<&'static str>, &[Segment])> {
    let name = rest.first().and_then(|first| first.name.strip_prefix(CAST));
    match name {
        Some(name) => Ok((Some(known(name).ok_or_else(|| no_cast(name))?), &rest[1..])),
        None => Ok((None, rest)),
    }
}

fn with_cast(path: String, cast: Option<&str>) -> String {
    match cast {
        Some(cast) => format!("{path}/{CAST}{cast}"),
        None => path,
    }
}

fn no_more(rest: &[Segment]) -> Result<()> {
    rest.first().map_or(Ok(()), |next| Err(ApiError::no_segment(&next.name)))
}

fn no_cast(name: &str) -> ApiError {
    ApiError::query(format!(
        "The type '{CAST}{name}' is not a type of metadata that a request can be cast to here."
    ))
}

fn find_table<'a>(schema: &'a Schema, key: &Key) -> Result<&'a Table> {
    let found = match key {
        Key::Id(id) => schema.tables().iter().find(|table| entity::id(table) == *id),
        key => schema.table(&key.text("LogicalName").unwrap_or_default()),
    };
    found.ok_or_else(|| {
        let name = match key {
            Key::Id(id) => id.to_string(),
            key => key.text("LogicalName").unwrap_or_default(),
        };
        ApiError::new(
            StatusCode::NOT_FOUND,
            0x8004_1102,
            format!(
                "The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."
            ),
        )
    })
}

/// The definition that a key names.
fn pick<'a>(
    items: Vec<Box<dyn Definition + 'a>>,
    key: &Key,
    named: &str,
) -> Result<Box<dyn Definition + 'a>> {
    let (property, wanted) = match key {
        Key::Id(id) => ("MetadataId", id.to_string()),
        key => (named, key.text(named).unwrap_or_default()),
    };
    let text = Value::from(wanted.as_str()).to_string().into_bytes();
    let mut found = Json::new(false);
    let mut items = items.into_iter();
    let picked = items.find(|item| {
        item.place(property).is_some_and(|place| {
            item.write(place, &mut found);
            found.take() == text
        })
    });
    picked.ok_or_else(|| not_found(&wanted))
}

fn not_found(name: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, 0x8004_0217, format!("Could not find '{name}' in the metadata."))
}
