//! Reading from the sandbox: who, which tables, pages, rows.

use std::collections::HashSet;

use dvtui::dataverse::{ColumnKind, Query, Row, RowId, RowQuery, RowsByKey, Table, TableName, field};
use dvtui::ops;
use serde_json::json;

use crate::world::{World, fault};

#[tokio::test]
async fn connecting_names_the_user_and_allows_writes_where_it_is_no_production() {
    let world = World::new().await;
    assert!(world.client.guard().read_only().is_some());
    let identity = ops::connect(&world.client).await.unwrap();
    assert!(!identity.is_production());
    assert_eq!(identity.kind.word(), "sandbox");
    assert!(identity.user.is_some_and(|name| name.to_lowercase().contains("anna")));
    assert!(identity.organization.is_some());
    assert_eq!(world.client.guard().read_only(), None);
    let ready = world.sandbox.ready();
    assert_eq!(identity.organization_id.to_string(), ready.environments[0].organization_id);
}

#[tokio::test]
async fn the_time_zone_is_that_of_the_users_settings() {
    let world = World::new().await;
    assert_eq!(world.client.time_zone().await.unwrap().as_deref(), Some("UTC"));
}

#[tokio::test]
async fn a_stranger_is_told_that_he_is_not_in_this_environment() {
    for (user, code) in [("stranger", "0x80072560"), ("norole", "0x80042f09")] {
        let world = World::signed_in_as(user).await;
        let failed = ops::connect(&world.client).await.unwrap_err();
        assert!(failed.is_forbidden(), "{user}: {failed}");
        assert_eq!(failed.code(), Some(code));
        assert!(world.client.guard().read_only().is_some());
    }
}

#[tokio::test]
async fn an_environment_that_does_not_say_what_it_is_stays_read_only() {
    let world = World::new().await;
    let no = json!({ "kind": "status", "status": 501 });
    world.order(fault("GET", "RetrieveCurrentOrganization", 1, no)).await;
    let identity = ops::connect(&world.client).await.unwrap();
    assert!(identity.is_production());
    assert!(world.client.guard().read_only().unwrap().contains("could not be read"));
}

#[tokio::test]
async fn tables_are_listed_with_their_sets_and_found_by_either_name() {
    let world = World::new().await;
    let tables = world.client.tables().await.unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert!(names.is_sorted());
    for name in ["account", "contact", "incident", "task", "annotation", "systemuser", "team", "queue"] {
        assert!(names.contains(&name), "{name}");
    }
    let case = world.table("incident").await;
    assert_eq!((case.set.as_str(), case.primary_id.as_str()), ("incidents", "incidentid"));
    assert_eq!(case.primary_name.as_ref().map(|name| name.as_str()), Some("title"));
    assert_eq!((case.display_name.as_str(), case.collection_name.as_str()), ("Case", "Cases"));
    assert!(case.optimistic_concurrency);
    assert_eq!(world.table("incidents").await, case);
    assert_eq!(world.client.table("it's nothing").await.unwrap(), None);
}

#[tokio::test]
async fn the_schema_of_every_table_has_its_columns_limits_and_options() {
    let world = World::new().await;
    for table in world.client.tables().await.unwrap() {
        let schema = world.client.table_schema(&table).await.unwrap();
        assert!(schema.column(table.primary_id.as_str()).is_some(), "{}", table.name);
        assert!(!schema.default_columns().is_empty());
        for column in &schema.columns {
            let complete = match &column.kind {
                ColumnKind::Choice { options } | ColumnKind::State { options } => !options.is_empty(),
                ColumnKind::Status { options } => options.iter().all(|option| option.state.is_some()),
                ColumnKind::Text { max_length, .. } | ColumnKind::Memo { max_length } => max_length.is_some(),
                ColumnKind::Lookup { targets } => !targets.is_empty(),
                ColumnKind::Other(_) => false,
                _ => true,
            };
            assert!(complete, "{}.{}: {:?}", table.name, column.name, column.kind);
        }
    }
    let case = world.schema("incident").await;
    assert_eq!(case.column("prioritycode").unwrap().label_of(1), Some("High"));
    let names: Vec<&str> = case.default_columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(
        names[..6],
        ["ticketnumber", "title", "prioritycode", "statuscode", "customerid", "createdon"]
    );
}

#[tokio::test]
async fn all_pages_together_have_every_row_once_in_order() {
    let world = World::new().await;
    let query = Query::new("incidents")
        .select(["title", "createdon", "_customerid_value"])
        .order_by_desc("createdon")
        .page_size(70)
        .annotations();
    let mut pages = world.client.pages(query);
    let (mut ids, mut dates, mut sizes) = (HashSet::new(), Vec::new(), Vec::new());
    while let Some(page) = pages.next().await.unwrap() {
        sizes.push(page.len());
        for row in page.rows() {
            assert!(ids.insert(row.id(&"incidentid".into()).unwrap()));
            dates.push(row.cell("createdon").unwrap().raw_text().unwrap().into_owned());
            let customer = row.cell("_customerid_value").unwrap();
            assert!(
                customer.formatted.is_some() && customer.table.is_some() && customer.navigation.is_some()
            );
        }
    }
    assert_eq!(sizes, [70, 70, 70, 70, 20]);
    assert!(dates.is_sorted_by(|earlier, later| earlier >= later));
}

#[tokio::test]
async fn pages_survive_breaks_between_and_inside_them() {
    let world = World::new().await;
    world.order(fault("GET", "skiptoken", 1, json!({ "kind": "cut" }))).await;
    world.order(fault("GET", "skiptoken", 1, json!({ "kind": "reset_before" }))).await;
    world.order(fault("GET", "incidents", 2, json!({ "kind": "status", "status": 503 }))).await;
    let mut pages = world.client.pages(Query::new("incidents").select(["title"]).page_size(100));
    let mut ids = HashSet::new();
    while let Some(page) = pages.next().await.unwrap() {
        assert!(page.rows().all(|row| ids.insert(row.id(&"incidentid".into()).unwrap())));
    }
    assert_eq!(ids.len(), 300);
}

#[tokio::test]
async fn a_page_of_a_proxy_is_never_the_end_of_the_rows() {
    let world = World::new().await;
    let mut pages = world.client.pages(Query::new("incidents").select(["title"]).page_size(100));
    pages.next().await.unwrap().unwrap();
    world.order(fault("GET", "skiptoken", 1, json!({ "kind": "html" }))).await;
    let failed = pages.next().await.unwrap_err();
    assert!(failed.to_string().contains("text/html"), "{failed}");
}

#[tokio::test]
async fn filters_count_and_top_reach_the_server() {
    let world = World::new().await;
    let active =
        Query::new("incidents").select(["statecode"]).filter(field("statecode").eq(0)).count().page_size(5);
    let page = world.client.page(&active).await.unwrap();
    let total = page.total().unwrap();
    assert!(total.rows > 5 && total.rows < 300 && !total.capped, "{total:?}");
    assert!(page.rows().all(|row| row.cell("statecode").unwrap().json == "0"));
    let three = world.client.page(&Query::new("accounts").select(["name"]).top(3)).await.unwrap();
    assert_eq!((three.len(), three.next_link()), (3, None));
    let name = three.row(0).unwrap().cell("name").unwrap().text().unwrap().into_owned();
    let same = Query::new("accounts").select(["name"]).filter(field("name").eq(name.as_str()));
    assert!(!world.client.page(&same).await.unwrap().is_empty(), "{name}");
    let none = Query::new("accounts").select(["name"]).filter(field("name").eq("' or 1 eq 1"));
    assert!(world.client.page(&none).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_row_comes_with_its_etag_and_a_missing_one_is_not_found() {
    let world = World::new().await;
    let page = world.client.page(&Query::new("incidents").select(["title"]).top(1)).await.unwrap();
    let listed = page.row(0).unwrap();
    let id = listed.id(&"incidentid".into()).unwrap();
    let row = world.client.row(&RowQuery::new("incidents", id)).await.unwrap();
    assert_eq!(row.etag(), listed.etag());
    assert!(row.etag().unwrap().starts_with("W/\""));
    assert!(row.cell("prioritycode").unwrap().formatted.is_some());
    let missing = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    let failed = world.client.row(&RowQuery::new("incidents", missing)).await.unwrap_err();
    assert!(failed.is_not_found());
    assert_eq!(failed.code(), Some("0x80040217"));
}

#[tokio::test]
async fn unknown_columns_and_sets_and_malformed_filters_say_what_is_wrong() {
    let world = World::new().await;
    let unknown = world.client.page(&Query::new("incidents").select(["nothing"])).await.unwrap_err();
    assert_eq!((unknown.status(), unknown.code()), (Some(400), Some("0x80060888")));
    assert!(unknown.to_string().contains("nothing"));
    let set = world.client.page(&Query::new("incidentz")).await.unwrap_err();
    assert_eq!((set.status(), set.code()), (Some(404), Some("0x80060888")));
    let filter = dvtui::dataverse::Filter::Raw("title eq".to_owned());
    let malformed = world.client.page(&Query::new("incidents").filter(filter)).await.unwrap_err();
    assert_eq!(malformed.status(), Some(400));
}

#[tokio::test]
async fn the_alternate_keys_of_a_table_are_read_with_their_columns() {
    let world = World::new().await;
    let keys = world.client.table_keys(&"account".into()).await.unwrap();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(keys[0].is_of(["accountnumber"]) && !keys[0].is_of(["accountnumber", "name"]), "{keys:?}");
    assert_eq!(keys[0].index.as_deref(), Some("Active"));
    assert!(world.client.table_keys(&"incident".into()).await.unwrap().is_empty());
    let failed = world.client.table_keys(&"it's nothing".into()).await.unwrap_err();
    assert!(failed.status().is_some_and(|status| (400..500).contains(&status)), "{failed}");
}

#[tokio::test]
async fn rows_are_read_by_their_keys_many_at_a_time_and_what_is_gone_is_not_among_them() {
    let world = World::new().await;
    let tables = world.client.tables().await.unwrap();
    let table = |name: &str| tables.iter().find(|table| table.name.as_str() == name).unwrap().clone();
    let (cases, accounts) = (table("incident"), table("account"));
    let keys = async |table: &Table, most| {
        let page = world.client.page(&Query::new(table.set.clone()).top(most)).await.unwrap();
        page.rows().map(|row| row.id(&table.primary_id).unwrap()).collect::<Vec<RowId>>()
    };
    let (mut ids, of_accounts) = (keys(&cases, 120).await, keys(&accounts, 2).await);
    assert_eq!((ids.len(), of_accounts.len()), (120, 2));
    let there: HashSet<RowId> = ids.iter().chain(&of_accounts).copied().collect();
    ids.insert(60, RowId(uuid::Uuid::from_u128(7)));
    let wanted = [
        RowsByKey { table: cases, select: vec!["title".into()], ids },
        RowsByKey { table: accounts, select: vec!["name".into()], ids: of_accounts },
    ];
    let found = world.client.rows_by_key(&wanted).await.unwrap();
    assert_eq!(found.iter().map(|(_, id, _)| *id).collect::<HashSet<_>>(), there);
    assert!(found.iter().all(|(_, _, row)| row.etag().is_some()));
    let named = |(table, _, row): &(TableName, RowId, Row)| {
        row.cell(if table.as_str() == "account" { "name" } else { "title" }).is_some()
    };
    assert!(found.iter().all(named));
}
