//! Rows that are made and deleted: what arrives, and what a lost answer means.

use dvtui::dataverse::{Change, Deletion, Guard, NewRow, Row, RowId, RowQuery};
use dvtui::ops;
use serde_json::json;

use crate::scripted::{Answer, Server, error, json as answer, status};
use crate::world::{World, fault};
use crate::writes::table;

const ID: &str = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11";

fn id() -> RowId {
    ID.parse().unwrap()
}

/// A new account, under an id of ours.
fn account(name: &str) -> NewRow {
    NewRow {
        set: "accounts".into(),
        primary_id: "accountid".into(),
        id: id(),
        values: vec![
            ("name".into(), Change::Text(name.to_owned())),
            ("creditlimit".into(), Change::Number("1.5000".to_owned())),
        ],
        detect_duplicates: true,
    }
}

async fn end_of(world: &World, id: RowId) -> Deletion {
    let row = world.client.row(&RowQuery::new("accounts", id)).await.unwrap();
    Deletion::new(&world.table("account").await, id, &row)
}

/// How many requests of this method were sent.
async fn count(world: &World, method: &str) -> usize {
    world.requests().await.iter().filter(|entry| entry["method"] == method).count()
}

#[tokio::test]
async fn a_new_row_has_the_id_that_was_chosen_and_cannot_be_made_twice() {
    let world = World::open().await;
    let row = ops::create(&world.client, &account("A name of its own")).await.unwrap();
    assert_eq!(row.id(&"accountid".into()), Some(id()));
    assert_eq!(row.cell("name").unwrap().text().as_deref(), Some("A name of its own"));
    assert!(row.etag().is_some() && row.cell("createdon").is_some(), "all columns come back: {row}");
    let again = NewRow { detect_duplicates: false, ..account("A name of its own") };
    let refused = ops::create(&world.client, &again).await.unwrap_err();
    assert_eq!((refused.status(), refused.code()), (Some(412), Some("0x80040237")));
    assert!(!refused.is_conflict());
}

#[tokio::test]
async fn a_row_whose_answer_never_came_is_found_by_its_id() {
    let world = World::open().await;
    world.order(fault("POST", "accounts", 1, json!({ "kind": "reset_after" }))).await;
    let row = ops::create(&world.client, &account("Lost and found")).await.unwrap();
    assert_eq!(row.id(&"accountid".into()), Some(id()));
    world.order(fault("POST", "accounts", 1, json!({ "kind": "cut" }))).await;
    let other = "11111111-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap();
    let cut = NewRow { id: other, ..account("Cut and found") };
    assert_eq!(ops::create(&world.client, &cut).await.unwrap().id(&"accountid".into()), Some(other));
    assert_eq!(count(&world, "POST").await, 2, "nothing was sent twice");
}

#[tokio::test]
async fn a_row_that_never_arrived_is_told_and_can_be_sent_again() {
    let world = World::open().await;
    world.order(fault("POST", "accounts", 1, json!({ "kind": "reset_before" }))).await;
    let lost = ops::create(&world.client, &account("Never arrived")).await.unwrap_err();
    assert!(lost.is_network() && !lost.is_outcome_unknown(), "{lost:?}");
    assert_eq!(count(&world, "POST").await, 1);
    ops::create(&world.client, &account("Never arrived")).await.unwrap();
}

#[tokio::test]
async fn nobody_knows_what_became_of_a_row_that_cannot_be_looked_for() {
    let server = Server::start(|_| vec![Answer::Nothing, error(403, "0x80040220")]).await;
    let unknown = ops::create(&server.client(), &account("x")).await.unwrap_err();
    assert!(unknown.is_outcome_unknown(), "{unknown:?}");
    let methods: Vec<String> = server.seen().into_iter().map(|seen| seen.method).collect();
    assert_eq!(methods, ["POST", "GET"]);
}

#[tokio::test]
async fn duplicates_are_looked_for_only_where_that_is_wanted() {
    let world = World::open().await;
    let other =
        |name| NewRow { id: "11111111-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap(), ..account(name) };
    ops::create(&world.client, &account("Twin")).await.unwrap();
    let refused = ops::create(&world.client, &other("Twin")).await.unwrap_err();
    assert!(refused.is_duplicate() && !refused.is_conflict(), "{refused:?}");
    ops::create(&world.client, &NewRow { detect_duplicates: false, ..other("Twin") }).await.unwrap();
}

#[tokio::test]
async fn a_create_is_one_post_with_the_id_in_its_body() {
    let server = Server::start(|_| {
        vec![
            status(201, &[("Content-Type", "application/json")], &format!(r#"{{"accountid":"{ID}"}}"#)),
            status(204, &[("ETag", "W/\"8\"")], ""),
            error(403, "0x80040220"),
        ]
    })
    .await;
    let new = account("x");
    server.client().create(&new).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/api/data/v9.2/accounts"));
    assert_eq!(seen.body, format!(r#"{{"accountid":"{ID}","name":"x","creditlimit":1.5000}}"#));
    assert_eq!(seen.header("mscrm.suppressduplicatedetection"), Some("false"));
    assert_eq!(seen.header("prefer"), Some("return=representation"));
    assert_eq!(new.wire().unwrap().body, seen.body, "what is shown is what is sent");
    // Without a body, and without the right to read: what was sent is what there is.
    let row = server.client().create(&NewRow { detect_duplicates: false, ..new.clone() }).await.unwrap();
    assert_eq!((row.json(), row.etag().as_deref()), (new.body().as_str(), Some("W/\"8\"")));
    assert_eq!(server.seen()[1].header("mscrm.suppressduplicatedetection"), None);
}

#[tokio::test]
async fn a_row_is_deleted_as_it_was_read_and_not_when_somebody_changed_it() {
    let world = World::open().await;
    ops::create(&world.client, &account("Doomed")).await.unwrap();
    let stale = end_of(&world, id()).await;
    let change = vec![("telephone1".into(), Change::Text("1".to_owned()))];
    let row = world.client.row(&RowQuery::new("accounts", id())).await.unwrap();
    let patch = dvtui::dataverse::Patch::new(&world.table("account").await, id(), &row, change);
    world.other().await.update(&patch).await.unwrap();

    let conflict = ops::delete(&world.client, &stale).await.unwrap_err();
    assert_eq!((conflict.is_conflict(), conflict.code()), (true, Some("0x80060882")));
    let fresh = end_of(&world, id()).await;
    ops::delete(&world.client, &fresh).await.unwrap();
    assert!(ops::delete(&world.client, &fresh).await.unwrap_err().is_not_found());
    let requests = world.requests().await;
    let first = requests.iter().find(|entry| entry["method"] == "DELETE").unwrap();
    assert_eq!(first["if_match"], stale.etag);
    assert_eq!(first["path"], format!("/api/data/v9.2/accounts({ID})"));
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_found_out_and_never_repeated() {
    let world = World::open().await;
    ops::create(&world.client, &account("Doomed")).await.unwrap();
    let end = end_of(&world, id()).await;
    world.order(fault("DELETE", "accounts", 1, json!({ "kind": "reset_before" }))).await;
    let lost = ops::delete(&world.client, &end).await.unwrap_err();
    assert!(lost.is_network() && !lost.is_outcome_unknown(), "the row is as it was: {lost:?}");
    world.order(fault("DELETE", "accounts", 1, json!({ "kind": "reset_after" }))).await;
    ops::delete(&world.client, &end).await.unwrap();
    assert_eq!(count(&world, "DELETE").await, 2);

    let changed = answer(r#"{"@odata.etag":"W/\"9\"","incidentid":"x"}"#);
    let server =
        Server::start(|_| vec![Answer::Nothing, changed, Answer::Nothing, error(403, "0x80040220")]).await;
    let row = Row::from_json(r#"{"@odata.etag":"W/\"7\""}"#).unwrap();
    let end = Deletion::new(&table(), id(), &row);
    assert!(ops::delete(&server.client(), &end).await.unwrap_err().is_conflict());
    assert!(ops::delete(&server.client(), &end).await.unwrap_err().is_outcome_unknown());
}

#[tokio::test]
async fn a_table_without_concurrency_compares_before_it_deletes() {
    let row = |etag: u32| answer(&format!(r#"{{"@odata.etag":"W/\"{etag}\"","incidentid":"{ID}"}}"#));
    let read = Row::from_json(r#"{"@odata.etag":"W/\"7\""}"#).unwrap();
    let end = Deletion::new(&table(), id(), &read);
    let server =
        Server::start(|_| vec![error(400, "0x8006088d"), row(7), status(204, &[], ""), row(8)]).await;
    server.client().delete(&end).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(), ["DELETE", "GET", "DELETE"]);
    assert_eq!(seen[2].header("if-match"), Some("*"));
    let unprotected = Deletion { optimistic_concurrency: false, ..end };
    assert!(server.client().delete(&unprotected).await.unwrap_err().is_conflict());
    assert_eq!(server.seen().len(), 4, "nothing was deleted");
}

#[tokio::test]
async fn a_closed_guard_makes_and_deletes_nothing() {
    let server = Server::start(|_| vec![]).await;
    let row = Row::from_json(r#"{"@odata.etag":"W/\"7\""}"#).unwrap();
    let end = Deletion::new(&table(), id(), &row);
    for guard in [Guard::new(), Guard::locked("Read-only was asked for.")] {
        let client = server.client_with(guard);
        assert!(client.create(&account("x")).await.unwrap_err().is_refused());
        for end in [end.clone(), Deletion { optimistic_concurrency: false, ..end.clone() }] {
            assert!(client.delete(&end).await.unwrap_err().is_refused());
        }
    }
    assert!(server.seen().is_empty());
}
