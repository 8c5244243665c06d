//! A sign-in that ends while somebody works.

use serde_json::{Value, json};

use crate::program::{Program, api_fault};

async fn entra(program: &Program, times: Value, fault: Value) {
    let matched = json!({ "origin": "entra", "path": "/token$" });
    program.fault(json!({ "match": matched, "times": times, "fault": fault })).await;
}

async fn token_requests(program: &Program) -> usize {
    let all = program.requests().await;
    all.iter().filter(|one| one["path"].as_str().unwrap().ends_with("/token")).count()
}

/// Signs in again by keys and sends what was staged before.
async fn sign_in_and_save(program: &mut Program) {
    program.keys("g u");
    let screen = program.wait_for("Signed in as").await;
    assert!(screen.contains("CAS-") && screen.contains("~1 pending"), "it goes on where it was: {screen}");
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending") && screen.contains("CAS-")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_revoked_sign_in_and_a_new_one_the_staged_edit_is_saved() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    let before = token_requests(&program).await;
    entra(&program, json!(1), json!({ "kind": "revoke_refresh" })).await;
    program.fault(api_fault("PATCH", "incidents", 1, json!({ "kind": "expire_token" }))).await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    let screen = program.wait_for("sign in again").await;
    assert!(screen.contains("pending") && screen.contains("CAS-"), "{screen}");
    assert_eq!(token_requests(&program).await, before + 1, "asked once");
    sign_in_and_save(&mut program).await;
    let writes = program.writes().await;
    let statuses: Vec<_> = writes.iter().map(|write| write["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [401, 200]);
    let path = writes[1]["path"].as_str().unwrap().split('?').next().unwrap().to_owned();
    assert_eq!(program.row(&path).await["prioritycode"], 1);
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_claims_challenge_and_a_new_sign_in_the_staged_edit_is_saved() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    entra(&program, json!(1), json!({ "kind": "status", "status": 400, "code": "50076" })).await;
    let challenge = json!({ "kind": "status", "status": 401, "claims": claims });
    program.fault(api_fault("PATCH", "incidents", 1, challenge)).await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    let screen = program.wait_for("sign in again").await;
    assert!(screen.contains("pending") && screen.contains("policy"), "{screen}");
    sign_in_and_save(&mut program).await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_needs_a_sign_in_is_read_after_it_and_nothing_staged_is_lost() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    let before = token_requests(&program).await;
    entra(&program, json!(1), json!({ "kind": "status", "status": 400, "code": "700082" })).await;
    program.fault(api_fault("GET", "/incidents\\?", 1, json!({ "kind": "expire_token" }))).await;
    program.keys("r");
    let screen = program.wait_for("sign in again").await;
    assert!(screen.contains("pending") && screen.contains("CAS-"), "what is there stays: {screen}");
    assert_eq!(token_requests(&program).await, before + 1, "asked once");
    sign_in_and_save(&mut program).await;
    program.quit().await;
}
