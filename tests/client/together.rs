//! Several operations in one change set against the sandbox: all of them, or none, and which one stood in the way.

use dvtui::dataverse::{Change, Deletion, Error, NewRow, Operation, Patch, RowId, RowQuery};
use dvtui::ops;
use dvtui::ops::operate::Outcome;
use serde_json::json;
use uuid::Uuid;

use crate::scripted::{Server, status};
use crate::world::{World, fault};

async fn accounts(world: &World, count: usize) -> Vec<RowId> {
    let mut made = Vec::new();
    for place in 0..count {
        let new = account(&format!("Account {place}"));
        ops::create(&world.client, &new).await.unwrap();
        made.push(new.id);
    }
    made
}

fn account(name: &str) -> NewRow {
    NewRow {
        set: "accounts".into(),
        primary_id: "accountid".into(),
        id: RowId(Uuid::new_v4()),
        values: vec![("name".into(), Change::Text(name.to_owned()))],
        detect_duplicates: false,
    }
}

/// Another name for an account, as it is now.
async fn rename(world: &World, id: RowId, name: &str) -> Patch {
    let row = world.client.row(&RowQuery::new("accounts", id)).await.unwrap();
    Patch::new(&world.table("account").await, id, &row, vec![("name".into(), Change::Text(name.to_owned()))])
}

async fn name(world: &World, id: RowId) -> String {
    let row = world.client.row(&RowQuery::new("accounts", id)).await.unwrap();
    row.cell("name").unwrap().text().unwrap().into_owned()
}

async fn writes(world: &World) -> usize {
    world.requests().await.iter().filter(|entry| entry["method"] != "GET").count()
}

/// What became of each, in a word.
fn words(outcomes: &[Outcome]) -> Vec<&'static str> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Done(Some(_)) => "done, with the row",
        Outcome::Done(None) => "done",
        Outcome::Conflict(_) => "conflict",
        Outcome::Gone(_) => "gone",
        Outcome::NotDone(Error::AllOrNothing) => "not done either",
        Outcome::NotDone(_) => "refused",
        Outcome::Unknown(_) => "unknown",
    };
    outcomes.iter().map(word).collect()
}

#[tokio::test]
async fn changes_a_new_row_and_a_delete_are_one_request_and_each_has_its_new_version() {
    let world = World::open().await;
    let made = accounts(&world, 3).await;
    let doomed = world.client.row(&RowQuery::new("accounts", made[2])).await.unwrap();
    let operations = [
        Operation::Update(rename(&world, made[0], "First").await),
        Operation::Update(rename(&world, made[1], "Second").await),
        Operation::Create(account("New")),
        Operation::Delete(Deletion::new(&world.table("account").await, made[2], &doomed)),
    ];
    let before = writes(&world).await;
    let outcomes = ops::together(&world.client, &operations).await;
    assert_eq!(words(&outcomes), ["done, with the row", "done, with the row", "done, with the row", "done"]);
    assert_eq!(writes(&world).await, before + 1);
    assert_eq!(name(&world, made[0]).await, "First");
    let Outcome::Done(Some(second)) = &outcomes[1] else { panic!("{outcomes:?}") };
    let now = world.client.row(&RowQuery::new("accounts", made[1])).await.unwrap();
    assert_eq!((second.etag(), second.cell("name").unwrap().json), (now.etag(), "\"Second\""));
}

#[tokio::test]
async fn of_one_that_somebody_else_changed_it_is_said_and_none_is_changed() {
    let world = World::open().await;
    let made = accounts(&world, 3).await;
    let mut patches = Vec::new();
    for id in &made {
        patches.push(rename(&world, *id, "Mine").await);
    }
    world.other().await.update(&rename(&world, made[1], "Theirs").await).await.unwrap();
    let operations: Vec<_> = patches.into_iter().map(Operation::Update).collect();
    let outcomes = ops::together(&world.client, &operations).await;
    assert_eq!(words(&outcomes), ["not done either", "conflict", "not done either"]);
    assert_eq!(name(&world, made[0]).await, "Account 0");
}

#[tokio::test]
async fn of_a_server_that_numbers_no_answer_the_changed_row_is_looked_for() {
    let world = World::open().await;
    let made = accounts(&world, 2).await;
    let patches = [rename(&world, made[0], "Mine").await, rename(&world, made[1], "Mine").await];
    let etags: Vec<String> = patches.iter().map(|patch| patch.etag.clone()).collect();
    let server = Server::start(|_| {
        let part = "--batchresponse_1\r\nContent-Type: application/http\r\n\r\n\
             HTTP/1.1 412 Precondition Failed\r\nContent-Type: application/json\r\n\r\n\
             {\"error\":{\"code\":\"0x80060882\",\"message\":\"changed\"}}\r\n--batchresponse_1--\r\n";
        let row = |etag: &str| json!({ "@odata.etag": etag, "name": "x" }).to_string();
        vec![
            status(412, &[("content-type", "multipart/mixed; boundary=batchresponse_1")], part),
            status(200, &[("content-type", "application/json")], &row(&etags[0])),
            status(200, &[("content-type", "application/json")], &row("W/\"other\"")),
        ]
    })
    .await;
    let outcomes = ops::together(&server.client(), &patches.map(Operation::Update)).await;
    assert_eq!(words(&outcomes), ["not done either", "conflict"]);
}

#[tokio::test]
async fn a_refused_one_is_named_with_its_reason_and_nothing_is_left_of_the_others() {
    let world = World::open().await;
    let made = accounts(&world, 1).await;
    let new = account("New");
    let taken = NewRow { id: made[0], ..account("Taken") };
    let operations = [Operation::Create(new.clone()), Operation::Create(taken)];
    let outcomes = ops::together(&world.client, &operations).await;
    assert_eq!(words(&outcomes), ["not done either", "refused"]);
    let left = world.client.row(&RowQuery::new("accounts", new.id)).await.unwrap_err();
    assert!(left.is_not_found(), "{left:?}");
}

#[tokio::test]
async fn after_a_lost_answer_each_is_looked_up_and_nothing_is_sent_again() {
    let world = World::open().await;
    let made = accounts(&world, 2).await;
    for (kind, expected) in [("reset_after", "done, with the row"), ("reset_before", "refused")] {
        let operations = [
            Operation::Update(rename(&world, made[0], kind).await),
            Operation::Update(rename(&world, made[1], kind).await),
        ];
        let before = writes(&world).await;
        world.order(fault("POST", "batch", 1, json!({ "kind": kind }))).await;
        let outcomes = ops::together(&world.client, &operations).await;
        assert_eq!(words(&outcomes), [expected, expected], "{kind}: {outcomes:?}");
        assert!(writes(&world).await <= before + 1, "{kind}");
    }
}
