//! `dv login` with a code, against the sandbox.

use std::time::Duration;

use dvtui::sandbox::{Options, Sandbox};

use crate::dv::Home;
use crate::support;

async fn control(sandbox: &Sandbox, path: &str) {
    let controls = sandbox.ready().controls.clone().unwrap();
    let response = support::http().post(format!("{controls}/_sandbox/{path}")).send().await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_printed_and_the_sign_in_is_kept_once_it_is_approved() {
    let sandbox = support::start(support::options()).await;
    let home = Home::for_sandbox(sandbox.ready());
    let mut login = home.start(&["login", "--device-code", "--no-open"]);
    assert!(login.err_after("Open: ").starts_with(&sandbox.ready().authority[..16]));
    let code = login.err_after("Code: ");
    control(&sandbox, &format!("approve?user_code={code}&user=bo")).await;
    let ended = login.end();
    ended.expect(0, &["Signed in to", "bo@contoso.example"]);
    assert_eq!(ended.out, "");
    let entry = &home.tokens()["tokens"][0];
    assert_eq!(entry["environment"], sandbox.ready().url.as_str());
    assert_eq!(entry["authority"], sandbox.ready().authority.as_str());
    assert!(entry["refresh_token"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_json_the_first_line_says_what_to_do_and_the_last_what_came_of_it() {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    let mut login = home.start(&["login", "--json", "--no-open"]); // no display: a code comes first
    let first = login.out_json();
    let names: Vec<_> = first.as_object().unwrap().keys().collect();
    assert_eq!(names, ["verification_uri", "user_code", "expires_in"]);
    assert_eq!(login.err_after("Code: "), first["user_code"].as_str().unwrap());
    let last = login.out_json();
    assert_eq!(last["user"], "anna@contoso.example");
    login.end().expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_code_ends_the_sign_in_with_5() {
    let sandbox = support::start(support::options()).await;
    let home = Home::for_sandbox(sandbox.ready());
    let mut login = home.start(&["login", "--device-code", "--no-open"]);
    let code = login.err_after("Code: ");
    control(&sandbox, &format!("deny?user_code={code}")).await;
    login.end().expect(5, &["declined", "start again"]);
    assert!(!home.tokens_file().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_code_ends_the_sign_in_with_5() {
    let options = Options { code_lifetime: Duration::from_secs(1), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    home.dv(&["login", "--device-code", "--no-open"]).expect(5, &["expired", "dv login"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_waits_ends_cleanly_when_it_is_interrupted() {
    for signal in ["-INT", "-TERM"] {
        let sandbox = support::start(support::options()).await;
        let home = Home::for_sandbox(sandbox.ready());
        let mut login = home.start(&["login", "--device-code", "--no-open"]);
        login.err_after("Code: ");
        let id = login.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
        login.end().expect(1, &["interrupted"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_or_user_that_entra_refuses_is_explained() {
    let sandbox = support::start(support::options()).await;
    let ready = sandbox.ready();
    for (code, word) in [("700016", "--client-id"), ("7000218", "public client flows")] {
        let home = Home::for_sandbox(ready).with("DV_CLIENT_ID", &ready.clients[code]);
        let mut login = home.start(&["login", "--device-code", "--no-open"]);
        // Some of these are refused at once, others when the code is redeemed.
        let ended = match code {
            "7000218" => {
                let user_code = login.err_after("Code: ");
                control(&sandbox, &format!("approve?user_code={user_code}")).await;
                login.end()
            }
            _ => login.end(),
        };
        ended.expect(5, &[&format!("AADSTS{code}"), word, "correlation id"]);
    }
}
