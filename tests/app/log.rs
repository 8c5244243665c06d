//! The request log, progress and copying in the running program.

use serde_json::json;

use crate::program::{Program, api_fault};

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_requests_of_the_session_from_the_first_on() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("g l");
    let screen = program.wait_for("Request log").await;
    assert!(screen.contains("incidents?$select="), "{screen}");
    assert!(screen.contains("Authorization: ***"), "{screen}");
    program.keys("/ o r g a n i z enter");
    let screen = program.wait_for("1 of ").await;
    assert!(screen.contains("RetrieveCurrentOrganization"), "{screen}");
    program.keys("esc esc");
    program.wait_for("CAS-").await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_takes_long_says_so_answers_keys_and_is_cancelled_at_once() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    let slow = json!({ "kind": "delay", "ms": 120_000 });
    program.fault(api_fault("GET", "v9.2/incidents", 1, slow)).await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("s  Ctrl-C cancel").await;
    program.keys("g");
    program.wait_for("g t").await; // a menu opens meanwhile
    program.keys("esc ctrl-c");
    program.wait_for("Stopped").await;
    program.keys("r");
    program.wait_for("CAS-").await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_is_cancelled_at_once() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    let slow = json!({ "kind": "trickle", "bytes_per_s": 1 });
    program.fault(api_fault("GET", "v9.2/incidents", 1, slow)).await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("s  Ctrl-C cancel").await;
    program.keys("ctrl-c");
    program.wait_for("Stopped").await;
    program.keys("g l");
    program.wait_for("called off").await;
    program.quit().await;
}
