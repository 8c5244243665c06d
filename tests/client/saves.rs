//! What became of a save.

use dvtui::dataverse::Patch;
use dvtui::ops::{Outcome, save};

use crate::scripted::{Answer, Server, error, json};
use crate::writes::{patch, saved};

async fn outcome(answers: Vec<Answer>, patch: &Patch) -> (Outcome, usize) {
    let server = Server::start(|_| answers).await;
    let outcome = save(&server.client(), patch).await;
    let writes = server.seen().iter().filter(|seen| seen.method == "PATCH").count();
    (outcome, writes)
}

fn row(etag: u32, priority: u32) -> Answer {
    json(&format!(r#"{{"@odata.etag":"W/\"{etag}\"","prioritycode":{priority}}}"#))
}

#[tokio::test]
async fn a_save_that_is_answered_is_saved() {
    let (outcome, _) = outcome(vec![saved()], &patch()).await;
    assert!(matches!(outcome, Outcome::Saved(row) if row.etag().as_deref() == Some("W/\"8\"")));
}

#[tokio::test]
async fn a_conflict_comes_with_the_row_as_it_is_now() {
    let (outcome, writes) = outcome(vec![error(412, "0x80060882"), row(9, 3)], &patch()).await;
    let Outcome::Conflict { error, current: Some(current) } = outcome else { panic!("{outcome:?}") };
    assert!(error.is_conflict());
    assert_eq!(current.cell("prioritycode").unwrap().json, "3");
    assert_eq!(writes, 1);
}

#[tokio::test]
async fn a_lost_answer_is_found_out_and_the_write_is_never_repeated() {
    let (applied, writes) = outcome(vec![Answer::Nothing, row(8, 2)], &patch()).await;
    assert!(matches!(applied, Outcome::Saved(_)), "{applied:?}");
    assert_eq!(writes, 1);

    let (unchanged, writes) = outcome(vec![Answer::Nothing, row(7, 1)], &patch()).await;
    assert!(matches!(&unchanged, Outcome::NotSaved(error) if error.is_network()), "{unchanged:?}");
    assert_eq!(writes, 1);

    let (other_column, _) = outcome(vec![Answer::Nothing, row(9, 1)], &patch()).await;
    assert!(matches!(other_column, Outcome::Conflict { .. }), "{other_column:?}");

    let (other_value, _) = outcome(vec![Answer::Nothing, row(9, 3)], &patch()).await;
    assert!(matches!(other_value, Outcome::Unknown { current: Some(_), .. }), "{other_value:?}");

    let (gone, _) = outcome(vec![Answer::Nothing, error(404, "0x80040217")], &patch()).await;
    assert!(matches!(gone, Outcome::Gone(_)), "{gone:?}");

    let (unreadable, writes) = outcome(vec![Answer::Nothing, error(403, "0x80040220")], &patch()).await;
    assert!(matches!(unreadable, Outcome::Unknown { current: None, .. }), "{unreadable:?}");
    assert_eq!(writes, 1);
}

#[tokio::test]
async fn a_row_that_is_gone_is_told_and_never_created_anew() {
    let (outcome, writes) = outcome(vec![error(404, "0x80040217")], &patch()).await;
    assert!(matches!(outcome, Outcome::Gone(_)));
    assert_eq!(writes, 1);
}

#[tokio::test]
async fn what_the_server_refuses_is_not_saved() {
    let (outcome, _) = outcome(vec![error(400, "0x8004431a")], &patch()).await;
    assert_eq!(outcome.error().and_then(|error| error.code()), Some("0x8004431a"));
    assert!(matches!(outcome, Outcome::NotSaved(_)));
}
