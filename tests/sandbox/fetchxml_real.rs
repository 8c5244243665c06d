//! Queries that other people wrote, found in public code: each is answered, or refused for a reason that is named.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use crate::office::Office;

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/real");
    if folder.is_dir() {
        return Some(folder);
    }
    let _ = writeln!(std::io::stderr(), "skipped: {} is not there", folder.display());
    None
}

/// The query inside a view as it is exported.
fn query(view: &str) -> Option<String> {
    let inner = view.split("<fetchxml>").nth(1)?.split("</fetchxml>").next()?;
    Some(inner.trim().to_owned())
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let rest = element.split(&format!("{name}=")).nth(1)?;
    let quote = rest.chars().next()?;
    rest[1..].split(quote).next().map(str::to_owned)
}

#[tokio::test]
async fn real_queries_run_or_are_refused_for_what_is_wrong_with_them() {
    let Some(folder) = folder() else { return };
    let mut queries: Vec<String> = fs::read_to_string(folder.join("fetchxml.jsonl"))
        .unwrap()
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["xml"].as_str().unwrap().to_owned()
        })
        .collect();
    for entry in fs::read_dir(folder.join("savedqueries")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        queries.push(query(&text).unwrap_or_else(|| panic!("no fetch in {text}")));
    }
    assert!(queries.len() > 200);
    let office = Office::new().await;
    let definitions = office.get("/EntityDefinitions?$select=LogicalName,EntitySetName").await;
    let sets: BTreeMap<_, _> = definitions
        .rows()
        .iter()
        .map(|row| {
            (
                row["LogicalName"].as_str().unwrap().to_owned(),
                row["EntitySetName"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let mut unexplained = Vec::new();
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for query in &queries {
        let table =
            query.split("<entity").nth(1).and_then(|entity| attribute(entity, "name")).unwrap_or_default();
        let known = sets.get(&table);
        let reply = office
            .fetch(known.map_or("incidents", String::as_str), query, "odata.include-annotations=\"*\"")
            .await;
        let outcome = match reply.status.as_u16() {
            200 => "answered".to_owned(),
            _ => reply.refusal().1.to_owned(),
        };
        let reason = match outcome.as_str() {
            "answered" => true,
            // The address is about another table, since the sandbox has none of that name.
            "0x80041128" => known.is_none(),
            "0x80041102" => sets.keys().all(|name| !reply.message().contains(&format!("'{name}'"))),
            "0x80041103" => reply.message().contains("doesn't contain attribute"),
            "0x80041117" => query.contains("not-any"),
            "0x80041108" => {
                query.contains("@Expr") || query.contains('{') || reply.message().contains("is not an option")
            }
            "0x80041109" => query.contains("alias=\"...\""),
            "0x8004110b" => query.contains("alias=''"),
            "0x8004110c" => query.contains("'$count'"),
            _ => false,
        };
        if !reason {
            unexplained.push(format!("{outcome}: {}\n{query}", reply.message()));
        }
        *outcomes.entry(outcome).or_default() += 1;
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n\n"));
    let _ = writeln!(std::io::stderr(), "{outcomes:?}");
    assert!(outcomes["answered"] > 50, "{outcomes:?}");
}
