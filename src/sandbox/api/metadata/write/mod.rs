//! POST, PUT, PATCH and DELETE of definitions. A request changes a model of the definitions and nothing else; the
//! file follows the model and keeps the request, so that a file that is opened again goes the same way.

mod column;
mod read;
mod relation;
mod table;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::reply::Reply;
use super::CAST;
use crate::sandbox::odata::uri::{Key, Segment, segments};
use crate::sandbox::schema::{Change, Declaration, Gone, Model, Schema};
use crate::sandbox::seed::named_id;
use crate::sandbox::store::redefine;

const READ: &str = "OPTIONS,GET,HEAD";
/// Actions on definitions that have no address of their own.
const ACTIONS: &[&str] = &[
    "CreateEntities",
    "InsertOptionValue",
    "UpdateOptionValue",
    "DeleteOptionValue",
    "PublishXml",
    "PublishAllXml",
];

pub(in super::super) fn is_action(name: &str) -> bool {
    ACTIONS.contains(&name)
}

/// What a request has done: the address of what it made, and its answer.
#[derive(Debug, Default)]
struct Done {
    made: Option<String>,
    body: Option<Value>,
}

impl Done {
    fn made(address: String) -> Done {
        Done { made: Some(address), body: None }
    }
}

/// Answers a request that changes definitions.
pub(in super::super) fn answer(call: &Call<'_>, path: &[Segment]) -> Result<Reply> {
    let allowed = allowed(path);
    if !allowed.split(',').any(|method| method == call.method.as_str()) || call.method == Method::OPTIONS {
        return Err(ApiError::method(&call.method, allowed));
    }
    if let Some(organization) = call.schema().table("organization") {
        call.require_privilege(privilege(&call.method, path), organization)?;
    }
    let name = path.first().map_or("", |first| first.name.as_str());
    // Definitions are never kept back until they are published.
    if name.starts_with("Publish") {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    }
    if call.within.is_some() {
        return Err(ApiError::not_implemented("changes of definitions within a change set"));
    }
    let body: Value = match call.body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&call.body)
            .map_err(|error| invalid(format!("The body is not valid JSON: {error}.")))?,
    };
    let request = json!({ "method": call.method.as_str(), "path": call.path, "body": body }).to_string();
    let done = call.write(|transaction| {
        // Another change may have come between.
        let before = call.environment.schema();
        let mut model = Model::of(&before);
        let done = apply(&mut model, &call.method, path, &body)?;
        let after = Arc::new(model.finish());
        if let Some((table, column)) = after.tables().iter().find_map(|table| Some((table, table.twice()?))) {
            return Err(invalid(format!("The table {} would have two columns '{column}'.", table.name)));
        }
        // What the store cannot hold, such as more columns than a table of its can have, is refused too.
        redefine(transaction, &before, &after, &request)
            .map_err(|error| invalid(format!("The definitions cannot be changed in this way: {error}.")))?;
        call.environment.redefine(after);
        Ok(done)
    })?;
    let reply = match done.body {
        Some(mut body) => {
            if let Some(object) = body.as_object_mut() {
                let context = format!("{}/$metadata#{CAST}{name}Response", call.root);
                object.shift_insert(0, "@odata.context".to_owned(), context.into());
            }
            Reply::value(&body)
        }
        None => Reply::empty(StatusCode::NO_CONTENT),
    };
    Ok(match done.made {
        Some(address) => reply.with("odata-entityid", &format!("{}/{address}", call.root)),
        None => reply,
    })
}

/// The definitions after all the changes that a file has kept.
pub(in super::super) fn redone(schema: Arc<Schema>, requests: &[String]) -> Result<Arc<Schema>> {
    if requests.is_empty() {
        return Ok(schema);
    }
    let mut model = Model::of(&schema);
    for request in requests {
        let request: Value =
            serde_json::from_str(request).map_err(|error| invalid(format!("A kept request: {error}.")))?;
        let method = request["method"].as_str().and_then(|name| name.parse().ok()).unwrap_or(Method::POST);
        let path = segments(request["path"].as_str().unwrap_or_default())?;
        apply(&mut model, &method, &path, &request["body"])?;
    }
    Ok(Arc::new(model.finish()))
}

/// The methods that an address takes. Definitions are put whole: there is no PATCH.
fn allowed(path: &[Segment]) -> &'static str {
    let last = path.iter().rev().find(|segment| !segment.name.starts_with(CAST));
    let Some(last) = last else { return READ };
    match (last.name.as_str(), &last.key) {
        (name, _) if is_action(name) => "OPTIONS,POST",
        (
            "EntityDefinitions"
            | "RelationshipDefinitions"
            | "GlobalOptionSetDefinitions"
            | "Attributes"
            | "Keys",
            None,
        ) => "OPTIONS,GET,HEAD,POST",
        ("Keys", Some(_)) => "OPTIONS,GET,HEAD,DELETE",
        (
            "EntityDefinitions" | "RelationshipDefinitions" | "GlobalOptionSetDefinitions" | "Attributes",
            Some(_),
        ) => "OPTIONS,GET,HEAD,PUT,DELETE",
        _ => READ,
    }
}

/// The privilege that a request takes.
fn privilege(method: &Method, path: &[Segment]) -> &'static str {
    let last = path.iter().rev().find(|segment| !segment.name.starts_with(CAST));
    let what = last.map_or("", |segment| segment.name.as_str());
    match (what, method) {
        ("RelationshipDefinitions", &Method::DELETE) => "prvDeleteRelationship",
        ("RelationshipDefinitions", _) => "prvCreateRelationship",
        ("Attributes", &Method::DELETE) => "prvDeleteAttribute",
        ("Attributes", &Method::POST) => "prvCreateAttribute",
        ("Attributes", _) => "prvWriteAttribute",
        ("GlobalOptionSetDefinitions", &Method::DELETE) => "prvDeleteOptionSet",
        ("GlobalOptionSetDefinitions", &Method::POST) => "prvCreateOptionSet",
        (
            "GlobalOptionSetDefinitions" | "InsertOptionValue" | "UpdateOptionValue" | "DeleteOptionValue",
            _,
        ) => "prvWriteOptionSet",
        ("PublishXml" | "PublishAllXml", _) => "prvPublishCustomization",
        (_, &Method::DELETE) => "prvDeleteEntity",
        (_, &Method::POST) => "prvCreateEntity",
        _ => "prvWriteEntity",
    }
}

/// Changes the model. It must be the same for the same request, whenever it is done.
fn apply(model: &mut Model, method: &Method, path: &[Segment], body: &Value) -> Result<Done> {
    // A type behind an address says nothing that the body does not.
    let path: Vec<&Segment> = path.iter().filter(|segment| !segment.name.starts_with(CAST)).collect();
    let names: Vec<&str> = path.iter().map(|segment| segment.name.as_str()).collect();
    let keys: Vec<Option<&Key>> = path.iter().map(|segment| segment.key.as_ref()).collect();
    match (method, names.as_slice(), keys.as_slice()) {
        (&Method::POST, ["CreateEntities"], _) => table::create_all(model, body),
        (&Method::POST, ["EntityDefinitions"], [None]) => table::create(model, body),
        (&Method::PUT, ["EntityDefinitions"], [Some(key)]) => {
            table::update(model, find_table(model, key)?, body)
        }
        (&Method::DELETE, ["EntityDefinitions"], [Some(key)]) => {
            table::delete(model, find_table(model, key)?)
        }
        (&Method::POST, ["EntityDefinitions", "Attributes"], [Some(key), None]) => {
            column::create(model, find_table(model, key)?, body)
        }
        (&Method::PUT, ["EntityDefinitions", "Attributes"], [Some(key), Some(column)]) => {
            column::update(model, find_table(model, key)?, column, body)
        }
        (&Method::DELETE, ["EntityDefinitions", "Attributes"], [Some(key), Some(column)]) => {
            column::delete(model, find_table(model, key)?, column)
        }
        (&Method::POST, ["EntityDefinitions", "Keys"], [Some(key), None]) => {
            table::create_key(model, find_table(model, key)?, body)
        }
        (&Method::DELETE, ["EntityDefinitions", "Keys"], [Some(key), Some(of)]) => {
            table::delete_key(model, find_table(model, key)?, of)
        }
        (&Method::POST, ["RelationshipDefinitions"], [None]) => relation::create(model, body),
        (&Method::DELETE, ["RelationshipDefinitions"], [Some(key)]) => relation::delete(model, key),
        (&Method::POST, ["GlobalOptionSetDefinitions"], [None]) => column::create_choice(model, body),
        (&Method::PUT, ["GlobalOptionSetDefinitions"], [Some(key)]) => {
            column::update_choice(model, key, body)
        }
        (&Method::DELETE, ["GlobalOptionSetDefinitions"], [Some(key)]) => column::delete_choice(model, key),
        (&Method::POST, [name @ ("InsertOptionValue" | "UpdateOptionValue" | "DeleteOptionValue")], _) => {
            column::change_option(model, name, body)
        }
        _ => Err(ApiError::not_implemented(format!(
            "the change '{method} {}' of definitions",
            names.join("/")
        ))),
    }
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad(0x8004_0203, message)
}

fn logical(declared: &Declaration) -> String {
    declared.schema.to_lowercase()
}

fn table_id(name: &str) -> Uuid {
    named_id(&format!("table {name}"))
}

fn find_table(model: &Model, key: &Key) -> Result<Declaration> {
    let name = key.text("LogicalName");
    let found = model.tables().find(|declared| match key {
        Key::Id(id) => table_id(&logical(declared)) == *id,
        _ => name.as_deref() == Some(&logical(declared)),
    });
    found.cloned().ok_or_else(|| {
        let name = name.unwrap_or_default();
        ApiError::new(
            StatusCode::NOT_FOUND,
            0x8004_1102,
            format!(
                "The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."
            ),
        )
    })
}

fn changed(model: &mut Model, table: &str) {
    model.history.push(Change { table: table.to_owned(), gone: None });
}

fn gone(model: &mut Model, table: &str, what: Gone, id: Uuid) {
    model.history.push(Change { table: table.to_owned(), gone: Some((what, id)) });
}
