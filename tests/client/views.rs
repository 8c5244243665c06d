//! Views of the server: which there are, and the rows that they have.

use dvtui::dataverse::{Change, ColumnName, Error, NewRow, Query, RowId, StoredView, ViewKind};
use dvtui::ops;
use serde_json::json;

use crate::world::{World, fault};

fn names(views: &[StoredView]) -> Vec<&str> {
    views.iter().map(|view| view.name.as_str()).collect()
}

fn columns(columns: &[ColumnName]) -> Vec<&str> {
    columns.iter().map(ColumnName::as_str).collect()
}

async fn system(world: &World, name: &str) -> StoredView {
    let views = world.client.views(&"incident".into(), ViewKind::System).await.unwrap();
    views.into_iter().find(|view| view.name == name).unwrap()
}

/// All rows of a query, and how many pages they came in.
async fn read(world: &World, query: Query) -> (Vec<RowId>, usize) {
    let (mut ids, mut count) = (vec![], 0);
    let mut pages = world.client.pages(query);
    while let Some(page) = pages.next().await.unwrap() {
        count += 1;
        ids.extend(page.rows().filter_map(|row| row.id(&"incidentid".into())));
    }
    (ids, count)
}

#[tokio::test]
async fn the_public_views_of_a_table_come_by_name_with_columns_and_order_in_one_request() {
    let world = World::new().await;
    let before = world.requests().await.len();
    let views = world.client.views(&"incident".into(), ViewKind::System).await.unwrap();
    assert_eq!(world.requests().await.len(), before + 1);
    let shown = names(&views);
    for name in ["Active Cases", "My Active Cases", "All Cases"] {
        assert!(shown.contains(&name), "{shown:?}");
    }
    assert!(shown.is_sorted(), "{shown:?}");
    assert!(!shown.iter().any(|name| name.contains("Quick Find") || name.contains("Lookup")), "{shown:?}");
    let defaults: Vec<&str> =
        views.iter().filter(|view| view.is_default).map(|view| view.name.as_str()).collect();
    assert_eq!(defaults, ["My Active Cases"]);
    for view in &views {
        let query = view.query.as_ref().unwrap();
        assert_eq!(query.order, [("createdon".into(), true)], "{}", view.name);
        assert!(query.columns.as_ref().unwrap().contains(&"incidentid".into()));
        assert_eq!(
            columns(view.columns.as_ref().unwrap())[..4],
            ["title", "ticketnumber", "prioritycode", "caseorigincode"]
        );
    }
    assert!(world.client.views(&"no_such_table".into(), ViewKind::System).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_personal_view_is_listed_and_run_by_an_option_of_its_own() {
    let world = World::new().await;
    let mine = world.client.views(&"incident".into(), ViewKind::Personal).await.unwrap();
    assert_eq!(names(&mine), ["My urgent cases"]);
    let query = Query::of_view("incidents", mine[0].id).count();
    let page = world.client.page(&query).await.unwrap();
    assert_eq!(page.total().map(|total| total.rows), Some(page.len() as u64));
}

#[tokio::test]
async fn a_view_has_its_own_rows_in_pages_and_what_a_row_lacks_is_null() {
    let world = World::new().await;
    let view = system(&world, "Active Cases").await;
    let properties = ["title", "prioritycode", "_customerid_value", "_ownerid_value"];
    let query = Query::of_view("incidents", view.id).select(properties).page_size(40).count().annotations();
    let plain = Query::new("incidents")
        .select(["title"])
        .filter(dvtui::dataverse::field("statecode").eq(0))
        .order_by_desc("createdon")
        .count();
    let first = world.client.page(&query).await.unwrap();
    let expected = world.client.page(&plain).await.unwrap();
    assert_eq!(first.len(), 40);
    assert_eq!(first.total(), expected.total());
    for row in first.rows() {
        assert!(row.cells(&properties).iter().all(Option::is_some), "{}", row.json());
        assert!(row.etag().is_some());
    }
    let (mut ids, pages) = read(&world, query).await;
    let (mut all, _) = read(&world, plain).await;
    assert!(pages > 1, "{pages}");
    ids.sort_unstable_by_key(ToString::to_string);
    all.sort_unstable_by_key(ToString::to_string);
    assert_eq!(ids, all);
    let sent = world.requests().await;
    let path =
        sent.iter().filter_map(|request| request["path"].as_str()).find(|path| path.contains("savedQuery"));
    assert!(path.is_some_and(|path| !path.contains("$select")), "{path:?}");
}

#[tokio::test]
async fn columns_of_a_linked_table_come_under_the_names_that_the_layout_has() {
    let world = World::new().await;
    let admin = world.other().await;
    let fetch = r#"<fetch distinct="false"><entity name="incident"><attribute name="incidentid"/><attribute name="title"/>
        <attribute name="customerid"/><order attribute="title"/>
        <link-entity name="account" from="accountid" to="customerid" alias="a_1"><attribute name="name"/>
        </link-entity></entity></fetch>"#;
    let layout = r#"<grid name="resultset" object="112"><row name="result" id="incidentid">
        <cell name="a_1.name" width="100"/><cell name="title" width="300"/></row></grid>"#;
    let text = |name: &str, value: &str| (ColumnName::new(name), Change::Text(value.to_owned()));
    let made = NewRow {
        set: "userqueries".into(),
        primary_id: "userqueryid".into(),
        id: "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap(),
        values: vec![
            text("name", "By account"),
            text("returnedtypecode", "incident"),
            text("fetchxml", fetch),
            text("layoutxml", layout),
            ("querytype".into(), Change::Number("0".to_owned())),
        ],
        detect_duplicates: false,
    };
    ops::create(&admin, &made).await.unwrap();
    let views = admin.views(&"incident".into(), ViewKind::Personal).await.unwrap();
    let view = views.iter().find(|view| view.name == "By account").unwrap();
    assert_eq!(columns(view.columns.as_ref().unwrap()), ["a_1.name", "title"]);
    let linked = &view.query.as_ref().unwrap().linked;
    assert_eq!(linked.len(), 1);
    assert_eq!((linked[0].table.as_str(), linked[0].column.as_str()), ("account", "name"));
    let query = Query::of_view("incidents", view.id).select(["title", "_customerid_value"]).annotations();
    let page = admin.page(&query).await.unwrap();
    assert!(!page.is_empty());
    for row in page.rows() {
        let cells = row.cells(&[linked[0].property.as_str(), "_customerid_value"]);
        let [name, customer] = cells.as_slice() else { panic!() };
        assert_eq!(name.as_ref().unwrap().text(), customer.as_ref().unwrap().text(), "{}", row.json());
    }
}

#[tokio::test]
async fn where_a_view_cannot_be_counted_its_rows_come_all_the_same() {
    let world = World::new().await;
    let view = system(&world, "Active Cases").await;
    let no = json!({ "kind": "status", "status": 400, "code": "0x80060888", "message": "No $count here." });
    world.order(fault("GET", "count=true", 1, no.clone())).await;
    let query = Query::of_view("incidents", view.id).select(["title"]).count();
    let page = world.client.page(&query).await.unwrap();
    assert!(!page.is_empty() && page.total().is_none());
    world.order(fault("GET", "savedQuery", 2, no)).await;
    let refused = world.client.page(&query).await;
    assert!(matches!(refused, Err(Error::Api { status: 400, .. })), "{refused:?}");
}

#[tokio::test]
async fn null_that_the_server_left_out_is_null_and_what_was_not_asked_for_stays_away() {
    let world = World::new().await;
    let view = system(&world, "Active Cases").await;
    let rows = json!({ "value": [
        { "@odata.etag": "W/\"1\"", "incidentid": "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11", "title": "x" } ] });
    let answer = json!({ "kind": "answer", "body": rows.to_string(), "content_type": "application/json" });
    world.order(fault("GET", "savedQuery", 1, answer)).await;
    let query = Query::of_view("incidents", view.id).select(["title", "prioritycode"]);
    let row = world.client.page(&query).await.unwrap().row(0).unwrap();
    assert_eq!(row.cell("prioritycode").unwrap().json, "null");
    assert_eq!(row.cell("title").unwrap().json, "\"x\"");
    assert!(row.cell("description").is_none());
}

#[tokio::test]
async fn a_view_that_is_damaged_is_listed_with_the_reason_and_one_without_a_key_is_not() {
    let world = World::new().await;
    let id = |n: u8| format!("9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a{n:02x}");
    let bomb = "<!DOCTYPE fetch [<!ENTITY a \"a\">]><fetch><entity name=\"&a;\"/></fetch>";
    let rows = json!({ "value": [
        { "savedqueryid": id(1), "name": "Bomb", "fetchxml": bomb, "layoutxml": "<grid" },
        { "savedqueryid": id(2), "name": null, "fetchxml": null, "layoutxml": null, "isdefault": "yes" },
        { "savedqueryid": "none", "name": "No key" },
        { "name": "Nothing" },
    ] });
    let answer = json!({ "kind": "answer", "body": rows.to_string(), "content_type": "application/json" });
    world.order(fault("GET", "savedqueries", 1, answer)).await;
    let views = world.client.views(&"incident".into(), ViewKind::System).await.unwrap();
    assert_eq!(names(&views), ["Bomb", &id(2)]);
    for view in &views {
        assert!(view.query.is_err() && view.columns.is_err() && !view.is_default, "{view:?}");
    }
}

#[tokio::test]
async fn a_refused_read_and_a_view_that_is_gone_are_errors() {
    let world = World::new().await;
    let no =
        json!({ "kind": "status", "status": 403, "code": "0x80040220", "message": "Missing prvReadQuery." });
    world.order(fault("GET", "userqueries", 1, no)).await;
    let refused = world.client.views(&"incident".into(), ViewKind::Personal).await;
    assert!(matches!(refused, Err(Error::Api { status: 403, .. })), "{refused:?}");
    let mut view = system(&world, "Active Cases").await;
    view.id.id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    let gone = world.client.page(&Query::of_view("incidents", view.id)).await;
    assert!(gone.as_ref().is_err_and(Error::is_not_found), "{gone:?}");
}
