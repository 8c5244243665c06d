use serde_json::{Map, Value, json};

use crate::sandbox::seed::named_id;

/// A label in the one language of the sandbox; empty text is no label.
pub(super) fn label(text: &str, of: &str) -> Value {
    if text.is_empty() {
        return json!({ "LocalizedLabels": [], "UserLocalizedLabel": null });
    }
    let label = json!({
        "Label": text,
        "LanguageCode": 1033,
        "IsManaged": true,
        "MetadataId": named_id(&format!("label {of}")),
        "HasChanged": null,
    });
    json!({ "LocalizedLabels": [label], "UserLocalizedLabel": label })
}

/// A managed property.
pub(super) fn managed(value: bool, changeable: bool, name: &str) -> Value {
    json!({ "Value": value, "CanBeChanged": changeable, "ManagedPropertyLogicalName": name })
}

/// One object of several, in order: a long one does not fit the macro.
pub(super) fn joined(parts: impl IntoIterator<Item = Value>) -> Map<String, Value> {
    let mut whole = Map::new();
    for part in parts {
        if let Value::Object(part) = part {
            whole.extend(part);
        }
    }
    whole
}
