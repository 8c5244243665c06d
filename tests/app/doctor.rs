//! The doctor by keys, with the sandbox as the judge.

use serde_json::json;

use crate::program::{Program, api_fault};

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_at_the_table_behind_it_and_explains_what_a_key_asks_for() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("g d");
    let screen = program.wait_for("[ok]   WhoAmI").await;
    assert!(screen.contains("[ok]   Audience      this environment"), "{screen}");
    assert!(screen.contains("[ok]   Privileges    all privileges on incident"), "{screen}");
    program.keys("t");
    program.wait_for("as anna@contoso.example").await;
    program.keys("esc K x");
    program.wait_for("the character").await;
    program.keys("q esc");
    program.wait_for("CAS-").await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whom_the_environment_refuses_meanwhile_is_told_whom_to_ask() {
    let mut program = Program::start_at_the_cases().await;
    let fault = json!({ "kind": "status", "status": 403, "code": "0x80040225", "message": "Disabled." });
    program.fault(api_fault("GET", "WhoAmI", 1, fault)).await;
    program.keys("g d");
    program.wait_for("[fail] WhoAmI").await;
    program.keys("enter");
    let screen = program.wait_for("0x80040225").await;
    assert!(screen.contains("Ask an administrator to enable this user"), "{screen}");
    program.keys("esc esc");
    program.quit().await;
}
