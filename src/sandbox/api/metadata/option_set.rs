//! Option sets. All of them are local to their column.

use serde_json::{Map, Value, json};

use super::labels::{label, managed};
use crate::sandbox::schema::{Choice, Column, State, Status, Table};
use crate::sandbox::seed::named_id;

pub(super) fn choice(table: &Table, column: &Column, options: &[Choice]) -> Value {
    let options = options.iter().map(|choice| option(table, column, choice.value, choice.label, None));
    set(table, column, "OptionSetMetadata", "Picklist", options.collect())
}

pub(super) fn state(table: &Table, column: &Column, states: &[State]) -> Value {
    let options = states.iter().map(|state| {
        let more = json!({ "DefaultStatus": state.default_status, "InvariantName": state.invariant });
        option(table, column, state.value, state.label, Some(("StateOptionMetadata", more)))
    });
    set(table, column, "OptionSetMetadata", "State", options.collect())
}

pub(super) fn status(table: &Table, column: &Column, statuses: &[Status]) -> Value {
    let options = statuses.iter().map(|status| {
        let more = json!({ "State": status.state, "TransitionData": null });
        option(table, column, status.value, status.label, Some(("StatusOptionMetadata", more)))
    });
    set(table, column, "OptionSetMetadata", "Status", options.collect())
}

pub(super) fn yes_no(table: &Table, column: &Column, no: &str, yes: &str) -> Value {
    let mut value = set(table, column, "BooleanOptionSetMetadata", "Boolean", Vec::new());
    if let Some(object) = value.as_object_mut() {
        object.shift_remove("Options");
        object.shift_remove("ParentOptionSetName");
        object.insert("TrueOption".to_owned(), option(table, column, 1, yes, None));
        object.insert("FalseOption".to_owned(), option(table, column, 0, no, None));
    }
    value
}

fn set(table: &Table, column: &Column, kind: &str, of: &str, options: Vec<Value>) -> Value {
    let name = format!("{}_{}", table.name, column.name);
    json!({
        "@odata.type": format!("#Microsoft.Dynamics.CRM.{kind}"),
        "MetadataId": named_id(&format!("options {name}")),
        "HasChanged": null,
        "IsCustomOptionSet": false,
        "IsGlobal": false,
        "IsManaged": true,
        "Name": name,
        "ExternalTypeName": null,
        "OptionSetType": of,
        "IntroducedVersion": "5.0.0.0",
        "ParentOptionSetName": null,
        "Description": label("", &name),
        "DisplayName": label(&column.label, &format!("options {name}")),
        "IsCustomizable": managed(true, false, "iscustomizable"),
        "Options": options,
    })
}

fn option(table: &Table, column: &Column, value: i32, text: &str, more: Option<(&str, Value)>) -> Value {
    let mut object = Map::new();
    if let Some((kind, _)) = &more {
        object.insert("@odata.type".to_owned(), format!("#Microsoft.Dynamics.CRM.{kind}").into());
    }
    for (name, value) in [
        ("Value", json!(value)),
        ("Color", Value::Null),
        ("IsManaged", json!(true)),
        ("ExternalValue", json!("")),
        ("ParentValues", json!([])),
        ("Tag", Value::Null),
        ("IsHidden", json!(false)),
        ("MetadataId", Value::Null),
        ("HasChanged", Value::Null),
    ] {
        object.insert(name.to_owned(), value);
    }
    if let Some((_, Value::Object(more))) = more {
        object.extend(more);
    }
    let of = format!("{}.{} {value}", table.name, column.name);
    object.insert("Label".to_owned(), label(text, &of));
    object.insert("Description".to_owned(), label("", &of));
    Value::Object(object)
}
