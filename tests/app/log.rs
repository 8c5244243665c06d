//! The request log, progress and copying in the running program.

use serde_json::json;

use crate::program::{Program, api_fault};

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_requests_of_the_session_from_the_first_on() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("g l");
    let screen = program.wait_for("Request log").await;
    assert!(screen.contains("Authorization: ***"), "{screen}");
    program.keys("/ o r g a n i z enter");
    let screen = program.wait_for("1 of ").await;
    assert!(screen.contains("RetrieveCurrentOrganization"), "{screen}");
    // The rows may have come before or after the definitions that were read beside them.
    program.keys("esc / i n c i d e n t s enter");
    program.wait_for("incidents?$select=").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_and_checks_stand_in_the_log_with_host_and_path_and_nothing_else() {
    let mut program = Program::start_sized(200, 40, |_, _| {}).await;
    program.wait_for("Action Card").await;
    program.keys("g u");
    program.wait_for("Signed in as").await;
    program.keys("g l / t o k e n enter");
    let screen = program.wait_for("/oauth2/v2.0/token").await;
    assert!(screen.contains("POST") && screen.contains("127.0.0.1:"), "{screen}");
    assert!(screen.contains("headers and bodies are not kept"), "{screen}");
    for secret in ["token?", "client_id", "code=", "Bearer", "eyJ"] {
        assert!(!screen.lines().skip(2).any(|line| line.contains(secret)), "{secret} in {screen}");
    }
    program.keys("esc g d");
    program.wait_for("Clipboard").await;
    program.wait_until("checked", |screen| !screen.contains("Running the checks")).await;
    program.keys("q g l / w h o a m i enter");
    program.wait_for("/api/data/v9.2/WhoAmI").await; // with its host: it is not of this session's own
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_of_the_log_is_sent_again_word_for_word() {
    let mut program = Program::start_at_the_cases().await;
    let rows = |paths: Vec<String>| {
        paths.into_iter().filter(|path| path.contains("/incidents?")).collect::<Vec<_>>()
    };
    let before = rows(program.api_paths().await);
    program.keys("g l / i n c i d e n t s enter .");
    program.wait_for("Sent again and answered").await;
    let after = rows(program.api_paths().await);
    assert_eq!((after.len(), after.last()), (before.len() + 1, before.last()));
    let requests = program.requests().await;
    let preferred = |path: &str| {
        let sent = requests.iter().filter(|one| one["path"] == path);
        sent.map(|one| one["prefer"].clone()).collect::<Vec<_>>()
    };
    let preferred = preferred(after.last().unwrap());
    assert!(
        preferred.len() == 2 && preferred[0] == preferred[1] && preferred[0].is_string(),
        "{preferred:?}"
    );
    program.quit().await;
}
