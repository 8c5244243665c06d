//! Saving to the sandbox: what arrives, what a conflict keeps, what a lost answer means.

use dvtui::dataverse::{Change, Patch, Query, Row, RowId, RowQuery, field};
use dvtui::ops::{Outcome, save};
use serde_json::json;

use crate::world::{World, fault};

/// An active case with all its columns, as a form would read it.
async fn a_case(world: &World) -> (RowId, Row) {
    let query = Query::new("incidents").select(["prioritycode"]).filter(field("statecode").eq(0)).top(1);
    let page = world.client.page(&query).await.unwrap();
    let id = page.row(0).unwrap().id(&"incidentid".into()).unwrap();
    (id, world.client.row(&RowQuery::new("incidents", id)).await.unwrap())
}

/// Sets the priority to one that it is not.
async fn to_another_priority(world: &World, id: RowId, row: &Row) -> (Patch, String) {
    let current = row.cell("prioritycode").unwrap().json.to_owned();
    let other = if current == "1" { "2" } else { "1" };
    let changes = vec![("prioritycode".into(), Change::Number(other.to_owned()))];
    (Patch::new(&world.table("incident").await, id, row, changes), other.to_owned())
}

async fn priority(world: &World, id: RowId) -> String {
    let row = world.client.row(&RowQuery::new("incidents", id)).await.unwrap();
    row.cell("prioritycode").unwrap().json.to_owned()
}

#[tokio::test]
async fn a_saved_change_is_on_the_server_and_the_next_save_is_no_conflict_with_it() {
    let world = World::open().await;
    let (id, row) = a_case(&world).await;
    let (patch, wanted) = to_another_priority(&world, id, &row).await;
    let outcome = save(&world.client, &patch).await;
    let Outcome::Saved(saved) = outcome else { panic!("{outcome:?}") };
    assert_eq!(saved.cell("prioritycode").unwrap().json, wanted);
    assert!(saved.cell("prioritycode").unwrap().formatted.is_some());
    assert_ne!(saved.etag(), row.etag());
    assert_eq!(priority(&world, id).await, wanted);

    let row = row.merged(&saved);
    assert_eq!(row.cell("prioritycode").unwrap().json, wanted);
    let (again, wanted) = to_another_priority(&world, id, &row).await;
    assert!(matches!(save(&world.client, &again).await, Outcome::Saved(_)));
    assert_eq!(priority(&world, id).await, wanted);

    let requests = world.requests().await;
    let writes: Vec<_> = requests.iter().filter(|entry| entry["method"] == "PATCH").collect();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[0]["if_match"], patch.etag);
    assert_eq!(writes[1]["if_match"], *saved.etag().unwrap());
    assert!(writes[0]["path"].as_str().unwrap().ends_with("?$select=prioritycode"));
}

#[tokio::test]
async fn a_row_that_somebody_else_changed_is_not_overwritten() {
    let world = World::open().await;
    let (id, row) = a_case(&world).await;
    let theirs = vec![("description".into(), Change::Text("theirs".to_owned()))];
    let table = world.table("incident").await;
    world.other().await.update(&Patch::new(&table, id, &row, theirs)).await.unwrap();

    let (patch, wanted) = to_another_priority(&world, id, &row).await;
    let Outcome::Conflict { error, current: Some(current) } = save(&world.client, &patch).await else {
        panic!("no conflict")
    };
    assert_eq!(error.code(), Some("0x80060882"));
    assert_ne!(current.cell("prioritycode").unwrap().json, wanted);

    let fresh = world.client.row(&RowQuery::new("incidents", id)).await.unwrap();
    let (again, wanted) = to_another_priority(&world, id, &fresh).await;
    assert!(matches!(save(&world.client, &again).await, Outcome::Saved(_)));
    let row = world.client.row(&RowQuery::new("incidents", id)).await.unwrap();
    assert_eq!(row.cell("prioritycode").unwrap().json, wanted);
    assert_eq!(row.cell("description").unwrap().text().as_deref(), Some("theirs"));
}

#[tokio::test]
async fn text_money_dates_and_nothing_arrive_exactly() {
    let world = World::open().await;
    let page = world.client.page(&Query::new("accounts").select(["name"]).top(1)).await.unwrap();
    let id = page.row(0).unwrap().id(&"accountid".into()).unwrap();
    let read = RowQuery::new("accounts", id);
    let row = world.client.row(&read).await.unwrap();
    let hostile = "O'Neil \"x\" \\ \u{1b}[2J \u{202e}\n東京 🇳🇴";
    let changes = vec![
        ("description".into(), Change::Text(hostile.to_owned())),
        ("creditlimit".into(), Change::Number("99999999999.9999".to_owned())),
        ("numberofemployees".into(), Change::Number("17".to_owned())),
        ("creditonhold".into(), Change::YesNo(true)),
        ("telephone1".into(), Change::Null),
    ];
    let patch = Patch::new(&world.table("account").await, id, &row, changes);
    let outcome = save(&world.client, &patch).await;
    let Outcome::Saved(saved) = outcome else { panic!("{outcome:?}") };
    for row in [saved, world.client.row(&read).await.unwrap()] {
        assert!(patch.is_applied_in(&row), "{row}");
        assert_eq!(row.cell("description").unwrap().text().as_deref(), Some(hostile));
        assert!(row.cell("creditlimit").unwrap().json.starts_with("99999999999.9999"));
        assert!(row.cell("telephone1").unwrap().is_null());
    }
}

#[tokio::test]
async fn a_save_whose_answer_is_cut_off_is_found_to_be_saved() {
    let world = World::open().await;
    let (id, row) = a_case(&world).await;
    let (patch, wanted) = to_another_priority(&world, id, &row).await;
    world.order(fault("PATCH", "incidents", 1, json!({ "kind": "cut" }))).await;
    let outcome = save(&world.client, &patch).await;
    assert!(matches!(outcome, Outcome::Saved(_)), "{outcome:?}");
    assert_eq!(priority(&world, id).await, wanted);
    assert_eq!(world.requests().await.iter().filter(|entry| entry["method"] == "PATCH").count(), 1);
}

#[tokio::test]
async fn a_save_whose_answer_never_came_is_found_to_be_saved() {
    let world = World::open().await;
    let (id, row) = a_case(&world).await;
    let (patch, wanted) = to_another_priority(&world, id, &row).await;
    world.order(fault("PATCH", "incidents", 1, json!({ "kind": "reset_after" }))).await;
    let outcome = save(&world.client, &patch).await;
    assert!(matches!(outcome, Outcome::Saved(_)), "{outcome:?}");
    assert_eq!(priority(&world, id).await, wanted);
    assert_eq!(world.requests().await.iter().filter(|entry| entry["method"] == "PATCH").count(), 1);
}

#[tokio::test]
async fn a_save_that_never_arrived_is_told_and_not_repeated() {
    let world = World::open().await;
    let (id, row) = a_case(&world).await;
    let (patch, _) = to_another_priority(&world, id, &row).await;
    world.order(fault("PATCH", "incidents", 1, json!({ "kind": "reset_before" }))).await;
    let outcome = save(&world.client, &patch).await;
    assert!(matches!(&outcome, Outcome::NotSaved(error) if error.is_network()), "{outcome:?}");
    assert_eq!(priority(&world, id).await, row.cell("prioritycode").unwrap().json);
    assert!(matches!(save(&world.client, &patch).await, Outcome::Saved(_)), "the same save again");
}

#[tokio::test]
async fn what_the_server_refuses_is_told_with_its_code_and_changes_nothing() {
    let world = World::open().await;
    let (id, row) = a_case(&world).await;
    let table = world.table("incident").await;
    for (column, change, code) in [
        ("prioritycode", Change::Number("99".to_owned()), "0x8004431a"),
        ("title", Change::Text("x".repeat(5_000)), "0x80044331"),
        ("prioritycode", Change::Text("High".to_owned()), "0x80048d19"),
        ("nothing", Change::Null, "0x80060888"), // the representation that is asked for selects it
    ] {
        let patch = Patch::new(&table, id, &row, vec![(column.into(), change)]);
        let outcome = save(&world.client, &patch).await;
        assert!(matches!(outcome, Outcome::NotSaved(_)), "{column}: {outcome:?}");
        assert_eq!(outcome.error().unwrap().code(), Some(code), "{column}");
    }
    assert_eq!(world.client.row(&RowQuery::new("incidents", id)).await.unwrap().etag(), row.etag());
}

#[tokio::test]
async fn a_reader_and_a_closed_guard_save_nothing() {
    let world = World::new().await;
    let (id, row) = a_case(&world).await;
    let (patch, _) = to_another_priority(&world, id, &row).await;
    let outcome = save(&world.client, &patch).await;
    assert!(matches!(&outcome, Outcome::NotSaved(error) if error.is_refused()));
    assert!(world.requests().await.iter().all(|entry| entry["method"] == "GET"));

    let world = World::signed_in_as("reader").await;
    world.client.guard().open();
    let (id, row) = a_case(&world).await;
    let (patch, _) = to_another_priority(&world, id, &row).await;
    let outcome = save(&world.client, &patch).await;
    assert!(matches!(&outcome, Outcome::NotSaved(error) if error.is_forbidden()), "{outcome:?}");
}

#[tokio::test]
async fn a_row_that_is_gone_is_never_made_anew() {
    let world = World::open().await;
    let (_, row) = a_case(&world).await;
    let nobody = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    let (patch, _) = to_another_priority(&world, nobody, &row).await;
    assert!(matches!(save(&world.client, &patch).await, Outcome::Gone(_)));
    let unprotected = Patch { optimistic_concurrency: false, ..patch };
    assert!(matches!(save(&world.client, &unprotected).await, Outcome::Gone(_)));
}
