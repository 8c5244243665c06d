//! Pending changes that go from one session into a file, and from there into another one.

use std::path::Path;

use dvtui::auth::TokenStore;
use dvtui::config::{Paths, Profiles};
use dvtui::tui::Start;
use serde_json::json;

use crate::program::Program;

/// The same person at another machine: other folders, so another profile, another journal and another sign-in.
fn elsewhere(home: &Path, start: &mut Start) {
    let home = home.join("elsewhere");
    start.profiles = Profiles::of(&Paths::below(&home));
    start.store = TokenStore::in_folder(&home.join("state"));
    start.state_folder = home.join("state");
    start.cache_folder = home.join("cache");
}

/// A program in which two updates, a note, a resolution and a delete wait in a file; the paths of the two records.
async fn handed_over() -> (Program, [String; 2]) {
    let mut program = Program::start_at_the_cases().await;
    let first = program.open_as_json().await;
    program.keys("esc");
    program.wait_for("CAS-").await;
    program.keys("c p h");
    if !program
        .wait_until("an answer", |screen| screen.contains(" pending") || screen.contains("already"))
        .await
        .contains(" pending")
    {
        program.keys("c p l");
    }
    program.wait_for("~1 pending").await;
    program.keys("j");
    let second = program.open_as_json().await;
    program.keys("esc");
    program.wait_for("CAS-").await;
    program.keys("x n");
    program.wait_for("Note on CAS-").await;
    program.keys("C a l l e d ctrl-d");
    program.wait_for("~2 pending").await;
    program.keys("c o w");
    if !program
        .wait_until("an answer", |screen| screen.contains("~3 pending") || screen.contains("already"))
        .await
        .contains("~3 pending")
    {
        program.keys("c o e");
    }
    program.wait_for("~3 pending").await;
    program.keys("j D");
    program.wait_for("~4 pending").await;
    program.keys(":");
    program.paste("pending save ~/changes.json");
    program.keys("enter");
    program.wait_for("4 changes are written to ~/changes.json, and stay pending here.").await;
    assert!(program.writes().await.is_empty());
    let home = program.home().to_owned();
    let mut program = program.start_again_with(|_, start| elsewhere(&home, start)).await;
    program.wait_for("Action Card").await;
    assert!(!program.shown().contains("pending"), "another journal: {}", program.shown());
    (program, [first, second])
}

async fn load(program: &mut Program) {
    program.keys(":");
    program.paste("pending load ~/changes.json");
    program.keys("enter");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_session_wrote_another_one_loads_reviews_and_sends() {
    let (mut program, [first, second]) = handed_over().await;
    let before = [program.row(&first).await, program.row(&second).await];
    load(&mut program).await;
    program.wait_for("4 changes loaded, written").await;
    assert!(program.writes().await.is_empty());

    // It is in the journal of this session by now.
    let mut program = program.break_off_and_start_again().await;
    program.wait_for("~4 pending").await;
    program.keys("w");
    let screen = program.wait_for("4 of 4 included").await;
    let name = |row: &serde_json::Value| row["ticketnumber"].as_str().unwrap().to_owned();
    for row in &before {
        assert!(screen.contains(&format!("Case {}", name(row))), "{screen}");
    }
    assert!(screen.contains("New note on") && screen.contains("Delete Case CAS-"), "{screen}");
    program.keys("s");
    program.wait_for("Type delete").await;
    program.keys("d e l e t e enter");
    program.wait_until("all of it sent", |screen| !screen.contains("pending")).await;
    let after = [program.row(&first).await, program.row(&second).await];
    assert_ne!(after[0]["prioritycode"], before[0]["prioritycode"]);
    assert_ne!(after[1]["caseorigincode"], before[1]["caseorigincode"]);
    let notes = program.row(&format!("{second}/Incident_Annotation?$select=notetext")).await;
    assert!(notes.to_string().contains("Called"), "{notes}");
    let writes = program.writes().await;
    assert_eq!(writes.iter().filter(|write| write["method"] == "DELETE").count(), 1);
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_changed_while_the_changes_were_in_the_file_is_a_conflict() {
    let (mut program, [first, _]) = handed_over().await;
    program.change_as_somebody_else(&first, json!({ "description": "theirs" })).await;
    let theirs = program.row(&first).await;
    load(&mut program).await;
    program.wait_for("1 record was changed since").await;
    program.keys("esc w");
    program.wait_for("4 of 4 included").await;
    program.keys("s");
    program.wait_for("Type delete").await;
    program.keys("d e l e t e enter");
    program.wait_for("412").await;
    program
        .wait_until("every answer", |screen| screen.contains("~1 pending") && !screen.contains("[.]"))
        .await;
    assert_eq!(program.row(&first).await["prioritycode"], theirs["prioritycode"]);
    program.quit_with_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_refused_in_another_environment_when_it_is_damaged_and_where_none_is() {
    let (program, _) = handed_over().await;
    let file = program.home().join("changes.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(program.home().join("half.json"), &text[..text.len() / 2]).unwrap();
    let other = program.sandbox.ready().environments[2].url.clone();
    let mut program = program.start_again_with(|_, start| start.url = Some(other)).await;
    program.wait_for("Action Card").await;
    load(&mut program).await;
    let screen = program.wait_for("Nothing was loaded: it is for ").await;
    assert!(screen.contains("and this is"), "{screen}");
    for (name, why) in [("half.json", "it is no file of pending changes"), ("none.json", "there is no file")]
    {
        program.keys("esc :");
        program.paste(&format!("pending load ~/{name}"));
        program.keys("enter");
        program.wait_for(why).await;
    }
    program.quit().await;
}
