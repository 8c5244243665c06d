//! What a person sees and keeps when the server or the line misbehaves.

use serde_json::json;

use crate::program::{Program, api_fault};

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_that_is_refused_once_is_renewed_unseen() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.fault(api_fault("GET", "incidents", 1, json!({ "kind": "status", "status": 401 }))).await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("CAS-").await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_cut_short_is_read_again_and_never_shown_in_part() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.fault(api_fault("GET", "incidents", 1, json!({ "kind": "cut", "after_bytes": 5000 }))).await;
    program.keys("/ i n c i d e n t enter");
    let screen = program.wait_for("CAS-").await;
    assert!(screen.contains("50 of 300"), "{screen}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_html_is_a_problem_and_not_an_empty_table() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.fault(api_fault("GET", "incidents", 10, json!({ "kind": "html" }))).await;
    program.keys("/ i n c i d e n t enter");
    let screen = program.wait_for("Cannot read").await;
    assert!(!screen.contains("No rows"), "{screen}");
    program.keys("ctrl-x");
    let body = program.wait_for("<html").await;
    assert!(body.contains("GET /api/data/v9.2/incidents, status 200"), "{body}");
    program.keys("esc");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_the_server_refuses_keeps_the_edit_pending() {
    let mut program = Program::start_at_the_cases().await;
    program
        .fault(api_fault(
            "PATCH",
            "incidents",
            1,
            json!({ "kind": "status", "status": 400, "code": "0x80040265", "message": "No changes on Mondays." }),
        ))
        .await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_for("No changes on Mondays").await;
    program.keys("ctrl-x");
    program.wait_for("\"code\":\"0x80040265\"").await;
    program.keys("esc");
    program.wait_for("pending").await;
    assert_eq!(program.writes().await.len(), 1, "a write is not sent twice");
    program.quit_with_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_whose_connection_is_reset_is_not_sent_again_by_itself() {
    let mut program = Program::start_at_the_cases().await;
    program.fault(api_fault("PATCH", "incidents", 1, json!({ "kind": "reset_before" }))).await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_for("Not saved").await;
    program.wait_for("pending").await;
    assert_eq!(program.writes().await.len(), 1);
    program.quit_with_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_the_server_asks_for_is_shown_and_can_be_stopped() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    let slow = json!({ "kind": "status", "status": 429, "retry_after": "200", "code": "0x80072322" });
    program.fault(api_fault("GET", "v9.2/incidents", 1, slow)).await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("Dataverse asks to wait").await;
    program.keys("ctrl-c");
    let screen = program.wait_for("Stopped").await;
    assert!(!screen.contains("asks to wait"), "{screen}");
    program.keys("r");
    program.wait_for("asks to wait").await; // the server still wants none, and that is told
    program.quit().await;
}
