//! What a quick search looks at, by the views of the sandbox; and that the ways behind lookups find the rows they should.

use dvtui::dataverse::{ColumnName, Error, Query, field};
use serde_json::json;

use crate::world::{World, fault};

/// The quick-find view of the cases with the customer among its columns.
const WITH_CUSTOMER: &str = r#"<fetch><entity name="incident"><attribute name="title"/><filter type="or" isquickfindfields="1"><condition attribute="title" operator="like" value="{0}"/><condition attribute="customerid" operator="like" value="{0}"/></filter></entity></fetch>"#;

fn names(columns: &[ColumnName]) -> Vec<&str> {
    columns.iter().map(ColumnName::as_str).collect()
}

#[tokio::test]
async fn the_columns_of_the_quick_find_view_come_with_one_request_and_the_ways_behind_lookups_with_another() {
    let world = World::new().await;
    for (table, columns) in [
        ("incident", &["title", "ticketnumber", "customerid"][..]),
        ("contact", &["fullname", "firstname", "lastname", "emailaddress1"]),
        ("contoso_inspection", &["contoso_name", "contoso_code"]),
    ] {
        let schema = world.schema(table).await;
        let before = world.requests().await.len();
        let find = world.client.quick_find(&schema).await.unwrap().unwrap();
        assert_eq!(names(&find.columns), columns);
        let lookups = usize::from(table == "incident");
        assert_eq!(find.paths.is_empty(), lookups == 0, "{table}");
        assert_eq!(world.requests().await.len(), before + 1 + lookups, "the ways behind lookups: {table}");
    }
    let schema = world.schema("savedquery").await;
    assert_eq!(world.client.quick_find(&schema).await.unwrap(), None);
}

#[tokio::test]
async fn a_lookup_of_the_view_finds_rows_by_the_name_of_each_of_its_tables() {
    let world = World::new().await;
    let schema = world.schema("incident").await;
    let body = json!({ "value": [{ "fetchxml": WITH_CUSTOMER, "isdefault": true }] }).to_string();
    let view = json!({ "kind": "answer", "body": body, "content_type": "application/json" });
    world.order(fault("GET", "savedqueries", 1, view)).await;
    let find = world.client.quick_find(&schema).await.unwrap().unwrap();
    assert_eq!(names(&find.columns), ["title", "customerid"]);
    let mut targets: Vec<&str> = find.paths.iter().map(|path| path.target.as_str()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["account", "contact"], "{:?}", find.paths);

    let all = Query::new("incidents").select(["_customerid_value"]).annotations();
    let all = world.client.page(&all).await.unwrap();
    let name = |row: &dvtui::dataverse::Row| {
        row.cell("_customerid_value").and_then(|cell| Some(cell.text()?.to_lowercase())).unwrap_or_default()
    };
    for text in ["an", "co", "s"] {
        let mut expected: Vec<_> = all
            .rows()
            .filter(|row| name(row).contains(text))
            .map(|row| row.id(&"incidentid".into()))
            .collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{text} tells rows apart");
        let mut ways = Vec::new();
        for path in &find.paths {
            let primary = world.table(path.target.as_str()).await.primary_name.unwrap();
            ways.push(field(format!("{}/{primary}", path.navigation)).contains(text));
        }
        let either = ways.into_iter().reduce(dvtui::dataverse::Filter::or).unwrap();
        let found =
            world.client.page(&Query::new("incidents").select(["title"]).filter(either)).await.unwrap();
        let mut found: Vec<_> = found.rows().map(|row| row.id(&"incidentid".into())).collect();
        expected.sort_unstable_by_key(|id| id.map(|id| id.to_string()));
        found.sort_unstable_by_key(|id| id.map(|id| id.to_string()));
        assert_eq!(found, expected, "{text}");
    }
}

#[tokio::test]
async fn a_view_that_makes_no_sense_is_an_error() {
    let world = World::new().await;
    let schema = world.schema("incident").await;
    let body = json!({ "value": [{ "fetchxml": "<fetch", "isdefault": true }] }).to_string();
    let view = json!({ "kind": "answer", "body": body, "content_type": "application/json" });
    world.order(fault("GET", "savedqueries", 1, view)).await;
    let failed = world.client.quick_find(&schema).await.unwrap_err();
    assert!(matches!(failed, Error::Answer { .. }), "{failed}");
}
