//! Answers of real environments and ours to the same requests: what theirs have, ours have.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::office::Office;

/// What real answers have and ours need not, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "Attributes[ManagedPropertyAttributeMetadata]",
        "no table of the sandbox has a column that holds a managed property",
    ),
    ("systemforms.value[].objecttypecode", "sent without being selected; clients select what they read"),
    ("systemforms.value[].type", "sent without being selected; clients select what they read"),
];

/// Types of JSON by the path at which they stand. Lists are walked, and of a definition the path says what type it
/// is. All labels share one path.
type Shape = BTreeMap<String, BTreeSet<&'static str>>;

fn walk(path: &str, value: &Value, shape: &mut Shape) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "yes or no",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    shape.entry(path.to_owned()).or_default().insert(kind);
    match value {
        Value::Array(items) => {
            for item in items {
                let kind = item["@odata.type"].as_str().and_then(|kind| kind.rsplit('.').next());
                walk(&format!("{path}[{}]", kind.unwrap_or_default()), item, shape);
            }
        }
        Value::Object(object) => {
            let inside = if object.contains_key("LocalizedLabels") { "<label>" } else { path };
            for (name, value) in object {
                walk(&format!("{inside}.{name}"), value, shape);
            }
        }
        _ => {}
    }
}

/// The request that a real answer answers, about one of our tables.
fn request(context: &str, table: &str) -> String {
    let fragment = context.split_once('#').unwrap().1;
    let fragment = fragment.strip_suffix("/$entity").unwrap_or(fragment);
    let mut depth = 0;
    let at = fragment
        .rmatch_indices(['(', ')'])
        .find_map(|(at, bracket)| {
            depth += if bracket == ")" { 1 } else { -1 };
            (depth == 0).then_some(at)
        })
        .unwrap();
    let (path, names) = (&fragment[..at], &fragment[at + 1..fragment.len() - 1]);
    let (expand, select): (Vec<&str>, Vec<&str>) = names.split(',').partition(|name| name.ends_with("()"));
    let expand: Vec<_> = expand.iter().map(|name| name.trim_end_matches("()")).collect();
    let mut query = format!("$select={}", select.join(","));
    if !expand.is_empty() {
        query += &format!("&$expand={}", expand.join(","));
    }
    match path.split_once('/') {
        None if path == "EntityDefinitions" => format!("/{path}(LogicalName='{table}')?{query}"),
        None if path == "systemforms" => format!("/{path}?{query}&$filter=objecttypecode eq '{table}'"),
        None => format!("/{path}?{query}&$filter=returnedtypecode eq '{table}'"),
        Some((_, rest)) => format!("/EntityDefinitions(LogicalName='{table}')/{rest}?{query}"),
    }
}

#[tokio::test]
async fn our_answers_have_everything_that_real_ones_have() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/real/webapi");
    if !folder.is_dir() {
        eprintln!("skipped: there are no answers of real environments beside this checkout");
        return;
    }
    let office = Office::new().await;
    let mut compared = 0;
    let mut lacking = BTreeSet::new();
    let mut kinds: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    kinds.sort();
    for kind in kinds {
        let name = kind.file_name().unwrap().to_str().unwrap().to_owned();
        // Everything that is asked of the real tables is asked of some of ours, with columns of all kinds.
        let (mut theirs, mut ours) = (Shape::new(), Shape::new());
        let mut asked = BTreeSet::new();
        for file in fs::read_dir(&kind).unwrap() {
            let real: Value =
                serde_json::from_str(&fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
            let context = real["@odata.context"].as_str().unwrap();
            let top = context.split_once('#').unwrap().1.split('(').next().unwrap().to_owned();
            walk(&top, &real, &mut theirs);
            for table in ["account", "contoso_inspection", "task", "team"] {
                let request = request(context, table);
                if asked.insert(request.clone()) {
                    let reply = office.get(&request).await;
                    assert_eq!(reply.status, 200, "{request}: {}", reply.text);
                    walk(&top, &reply.body, &mut ours);
                }
            }
            compared += 1;
        }
        assert!(ours.len() > 5, "{name}");
        for (path, types) in theirs {
            if EXCEPTIONS.iter().any(|(exception, _)| path.contains(exception)) {
                continue;
            }
            let some: BTreeSet<_> = types.iter().filter(|kind| **kind != "null").collect();
            match ours.get(&path) {
                None => {
                    lacking.insert(format!("{name}: {path}"));
                }
                Some(own) => {
                    let own: BTreeSet<_> = own.iter().filter(|kind| **kind != "null").collect();
                    if !some.is_empty() && !own.is_empty() && some.is_disjoint(&own) {
                        lacking.insert(format!("{name}: {path} is {some:?}, not {own:?}"));
                    }
                }
            }
        }
    }
    assert!(compared > 50, "{compared}");
    let lacking: Vec<_> = lacking.into_iter().collect();
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}
