//! Workflows that can be run on demand: which there are, running one, and what a lost answer means.

use dvtui::dataverse::{Action, Operation, Query, RowId, RowQuery, Subject, field};
use dvtui::ops::operate::{Outcome, operate};
use serde_json::json;

use crate::scripted::{self, Server};
use crate::world::{World, fault};

async fn a_case(world: &World) -> Subject {
    let open = field("statecode").eq(0).and(field("isescalated").eq(false));
    let cases = Query::new("incidents").select(["incidentid"]).filter(open).top(1);
    let page = world.client.page(&cases).await.unwrap();
    let id = page.row(0).unwrap().id(&"incidentid".into()).unwrap();
    as_read(world, id).await
}

async fn as_read(world: &World, id: RowId) -> Subject {
    let row = world.client.row(&RowQuery::new("incidents", id)).await.unwrap();
    let etag = row.etag().unwrap().into_owned();
    Subject { set: "incidents".into(), primary_id: "incidentid".into(), id, etag, done: None }
}

async fn escalate(world: &World) -> RowId {
    let workflows = world.client.workflows(&"incident".into()).await.unwrap();
    workflows.iter().find(|workflow| workflow.name == "Escalate to second line").unwrap().id
}

async fn runs(world: &World) -> usize {
    let all = world.requests().await;
    all.iter().filter(|entry| entry["path"].as_str().unwrap().ends_with("ExecuteWorkflow")).count()
}

#[tokio::test]
async fn those_of_the_table_that_are_ready_are_listed_by_name() {
    let world = World::open().await;
    let workflows = world.client.workflows(&"incident".into()).await.unwrap();
    let names: Vec<_> = workflows.iter().map(|workflow| workflow.name.as_str()).collect();
    assert_eq!(names, ["Escalate to second line", "Send survey"]);
    assert_eq!(workflows[0].description, "Marks the case as escalated.");
    assert!(!workflows[0].real_time);
    assert_eq!(world.client.workflows(&"account".into()).await.unwrap(), []);
}

#[tokio::test]
async fn one_that_is_run_changes_the_case_and_one_that_was_changed_meanwhile_is_left_alone() {
    let world = World::open().await;
    let (workflow, case) = (escalate(&world).await, a_case(&world).await);
    let run = Operation::Act(Action::execute_workflow(workflow, case.clone()));
    let outcome = operate(&world.client, &run).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let row = world.client.row(&RowQuery::new("incidents", case.id)).await.unwrap();
    assert_eq!(row.cell("isescalated").unwrap().json, "true");
    let outcome = operate(&world.client, &run).await;
    assert!(matches!(outcome, Outcome::Conflict(_)), "it has another version by now: {outcome:?}");
    assert_eq!(runs(&world).await, 1);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_nothing_is_sent_again() {
    let world = World::open().await;
    let (workflow, case) = (escalate(&world).await, a_case(&world).await);
    world.order(fault("POST", "ExecuteWorkflow", 1, json!({ "kind": "reset_after" }))).await;
    let outcome = operate(&world.client, &Operation::Act(Action::execute_workflow(workflow, case))).await;
    assert!(matches!(&outcome, Outcome::Unknown(error) if error.is_outcome_unknown()), "{outcome:?}");
    assert_eq!(runs(&world).await, 1);
}

#[tokio::test]
async fn the_server_is_asked_for_definitions_of_classic_ones_only_and_real_time_ones_are_told_apart() {
    let one =
        r#"{"workflowid":"00000000-0000-4000-8000-0000000000f1","name":"Now","description":null,"mode":1}"#;
    let body = format!(r#"{{"value":[{one}]}}"#);
    let server = Server::start(|_| vec![scripted::json(&body)]).await;
    let workflows = server.client().workflows(&"new_odd_table".into()).await.unwrap();
    assert!(workflows[0].real_time && workflows[0].description.is_empty(), "{workflows:?}");
    let asked = server.seen()[0].target.replace("%20", " ").replace("%27", "'");
    for part in ["type eq 1", "category eq 0", "ondemand eq true", "statecode eq 1"] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    assert!(asked.contains("primaryentity eq 'new_odd_table'"), "{asked}");
}
