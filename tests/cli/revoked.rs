//! A sign-in that somebody took back, or that a policy refuses: commands end with 5, and others go on.

use std::time::Duration;

use dvtui::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use crate::dv::Home;
use crate::support;

async fn order(sandbox: &Sandbox, order: Value) {
    let controls = sandbox.ready().controls.as_deref().unwrap();
    let reply =
        support::http().post(format!("{controls}/_sandbox/faults")).json(&order).send().await.unwrap();
    assert!(reply.status().is_success(), "{}", reply.text().await.unwrap());
}

async fn clear(sandbox: &Sandbox) {
    let controls = sandbox.ready().controls.as_deref().unwrap();
    support::http().delete(format!("{controls}/_sandbox/faults")).send().await.unwrap();
}

async fn token_requests(sandbox: &Sandbox) -> usize {
    let controls = sandbox.ready().controls.as_deref().unwrap();
    let log = support::http().get(format!("{controls}/_sandbox/requests")).send().await.unwrap();
    let log: Vec<Value> = log.json().await.unwrap();
    log.iter().filter(|one| one["path"].as_str().unwrap().ends_with("/token")).count()
}

/// Signed in to two environments under two accounts, each with a profile, and to the list of environments.
async fn world() -> (Sandbox, Home) {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let ready = sandbox.ready();
    let home = Home::new()
        .with("DV_AUTHORITY", &ready.authority)
        .with("DV_CLIENT_ID", &ready.client_id)
        .with("DV_DISCOVERY", &ready.discovery);
    for (name, place) in [("uat", 0), ("dev", 2)] {
        home.dv(&["env", "add", name, &ready.environments[place].url]).expect(0, &[]);
        home.dv(&["--profile", name, "login", "--device-code", "--no-open"]).expect(0, &[]);
    }
    (sandbox, home)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_sign_in_was_taken_back_meanwhile_ends_with_5_and_others_go_on() {
    let (sandbox, home) = world().await;
    let expired = json!({ "kind": "expire_token" });
    let policy = json!({ "kind": "status", "status": 401, "claims": r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"# });
    let refused = |code: &str| json!({ "kind": "status", "status": 400, "code": code });
    let bare = json!({
        "kind": "answer", "status": 400, "content_type": "application/json", "body": r#"{"error":"invalid_grant"}"#
    });
    for (api, entra, words) in [
        (&expired, refused("50173"), &["AADSTS50173", "dv --profile uat login"][..]),
        (&expired, refused("700082"), &["AADSTS700082"]),
        (&expired, refused("70043"), &["AADSTS70043"]),
        (&expired, bare, &["no longer works"]),
        (&policy, refused("50076"), &["policy", "asks for a new sign-in"]),
    ] {
        let page = json!({ "origin": "api", "path": "v9.2/incidents" });
        order(&sandbox, json!({ "match": page, "times": 1, "fault": api })).await;
        let token = json!({ "origin": "entra", "path": "/token$" });
        order(&sandbox, json!({ "match": token, "times": null, "fault": entra })).await;
        let before = token_requests(&sandbox).await;
        let ended = home.dv(&["--profile", "uat", "rows", "incidents", "--all", "--json"]);
        ended.expect(5, words);
        assert_eq!(token_requests(&sandbox).await, before + 1, "asked once");

        home.dv(&["--profile", "dev", "rows", "incidents", "--all", "--json"]).expect(0, &[]);
        home.dv(&["--profile", "dev", "whoami"]).expect(0, &[]);
        clear(&sandbox).await;
        home.dv(&["--profile", "uat", "login", "--device-code", "--no-open"]).expect(0, &["Signed in"]);
        home.dv(&["--profile", "uat", "rows", "incidents", "--all", "--json"]).expect(0, &[]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_refresh_token_stops_neither_the_list_nor_signing_out_nor_another_profile() {
    let (sandbox, home) = world().await;
    let ready = sandbox.ready();
    let mut tokens = home.tokens();
    for entry in tokens["tokens"].as_array_mut().unwrap() {
        if entry["environment"] == ready.environments[0].url.as_str() {
            entry["obtained_at"] = 1_700_000_000.into();
            entry["expires_at"] = 1_700_003_600.into();
            entry["refresh_token"] = "dead".into();
        }
    }
    home.write_tokens(&tokens.to_string());
    home.dv(&["--profile", "uat", "whoami"]).expect(5, &["login"]);
    home.dv(&["--profile", "dev", "whoami"]).expect(0, &[]);
    let listed = home.dv(&["env", "list"]);
    listed.expect(0, &[]);
    assert!(listed.out.contains("uat") && listed.out.contains("Contoso Trial"), "{listed:?}");
    home.dv(&["--profile", "uat", "logout"]).expect(0, &["Signed out"]);
    home.dv(&["--profile", "dev", "whoami"]).expect(0, &[]);
}
