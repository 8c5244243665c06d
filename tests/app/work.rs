//! A day's work by keys, with the values on the server as the judge.

use serde_json::{Value, json};

use crate::program::{Program, api_fault};

/// Path of the row that the first write went to.
async fn written_row(program: &Program) -> String {
    let writes = program.writes().await;
    let path = writes[0]["path"].as_str().unwrap();
    path.split('?').next().unwrap().to_owned()
}

/// A priority that was staged, changed as this by somebody else, and sent; the path of its row.
async fn saved_beside(change: Value) -> (Program, String) {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    let path = program.open_as_json().await;
    program.change_as_somebody_else(&path, change).await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    (program, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn three_keys_stage_a_priority_two_send_it_and_two_repeat_it_on_the_next_row() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    assert!(program.writes().await.is_empty());
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending")).await;
    let path = written_row(&program).await;
    assert_eq!(program.row(&path).await["prioritycode"], 1);

    program.keys("j .");
    program.wait_for("~1 pending").await;
    program.quit_with_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_save_of_the_same_row_is_no_conflict_with_ourselves() {
    let mut program = Program::start_at_the_cases().await;
    for letter in ["h", "l", "h"] {
        program.keys(&format!("c p {letter}"));
        program.wait_for("~1 pending").await;
        program.keys("w");
        program.wait_for("y yes").await;
        program.keys("y");
        program.wait_until("saved", |screen| !screen.contains("pending")).await;
    }
    let writes = program.writes().await;
    assert_eq!(
        writes.iter().map(|write| write["status"].as_u64().unwrap()).collect::<Vec<_>>(),
        [200, 200, 200]
    );
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_somebody_else_is_never_overwritten_and_the_edit_survives() {
    let (mut program, path) = saved_beside(json!({ "prioritycode": 3, "title": "Changed elsewhere" })).await;
    // The row is read again by itself; three more keys decide and send.
    program.wait_for("-> ?").await;
    assert_eq!(program.row(&path).await["prioritycode"], 3, "nothing was overwritten");
    let screen = program.wait_for("Bo Lindqvist changed it").await;
    assert!(screen.contains("Changed else") && screen.contains("~1 pending"), "{screen}");
    program.keys("m s");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending")).await;
    let row = program.row(&path).await;
    assert_eq!((row["prioritycode"].clone(), row["title"].clone()), (json!(1), json!("Changed elsewhere")));
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_somebody_else_to_another_column_takes_one_key_more() {
    let (mut program, path) = saved_beside(json!({ "title": "Changed elsewhere" })).await;
    program.wait_for("Changed meanwhile, but not your").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending")).await;
    let row = program.row(&path).await;
    assert_eq!((row["prioritycode"].clone(), row["title"].clone()), (json!(1), json!("Changed elsewhere")));
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_during_a_save_that_is_refused_keeps_the_program_and_the_edit() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    let path = program.open_as_json().await;
    program.change_as_somebody_else(&path, json!({ "prioritycode": 3 })).await;
    // Long enough that the keys below are answered first, on however busy a machine.
    let slow = json!({ "kind": "delay", "ms": 10_000 });
    program.fault(api_fault("PATCH", "incidents", 1, slow)).await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_for("Saving CAS-").await;
    program.keys("Q");
    program.wait_for("y quit when it is done").await;
    program.keys("y");
    program.wait_for("Leaving when the save").await;
    let screen = program.wait_for("-> ?").await;
    assert!(screen.contains("~1 pending"), "{screen}");
    program.keys("esc");
    program.quit_with_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_staged_is_there_after_a_run_that_was_broken_off_and_can_be_saved() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h j .");
    program.wait_for("~2 pending").await;
    let mut program = program.break_off_and_start_again().await;
    program.wait_for("2 changes of last time are pending").await;
    program.keys("w");
    program.wait_for("s send").await;
    program.keys("s");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending")).await;
    let path = written_row(&program).await;
    assert_eq!(program.row(&path).await["prioritycode"], 1);
    assert_eq!(program.writes().await.len(), 2);

    let mut program = program.break_off_and_start_again().await;
    program.wait_for("Action Card").await;
    let screen = program.wait_until("signed in", |screen| !screen.contains("connecting")).await;
    assert!(!screen.contains("pending"), "what was saved is no longer there: {screen}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_for_a_save_when_the_terminal_was_closed_is_not_sent_and_waits_next_time() {
    let mut program = Program::start_at_the_cases().await;
    let path = program.open_as_json().await;
    program.keys("1 c p h");
    program.wait_for("~1 pending").await;
    program.keys("D");
    program.wait_for("~2 pending").await;
    program.fault(api_fault("PATCH", "incidents", 1, json!({ "kind": "delay", "ms": 2_000 }))).await;
    program.keys("w");
    program.wait_for("included, sent to").await;
    program.keys("s");
    program.wait_for("Deletes 1 record for good").await;
    program.keys("d e l e t e enter");
    program.wait_for("Saving CAS-").await;
    let mut program = program.hang_up_and_start_again().await;
    let screen = program.wait_for("1 change of last time is pending").await;
    assert!(!screen.contains("may have arrived"), "{screen}");
    assert_eq!(program.row(&path).await["prioritycode"], 1);
    assert_eq!(program.writes().await.len(), 1);
    program.quit_with_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_on_its_way_when_the_run_was_broken_off_is_looked_up() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    program.fault(api_fault("PATCH", "incidents", 1, json!({ "kind": "delay", "ms": 60_000 }))).await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_for("Saving CAS-").await;
    let mut program = program.break_off_and_start_again().await;
    program.wait_for("may have arrived").await;
    program.keys("w");
    program.wait_for("Perhaps saved").await;
    program.keys("r");
    program.wait_for("y yes").await;
    program.keys("n");
    program.quit_with_pending().await;
}
