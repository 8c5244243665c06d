//! What the sign-in service refuses, each cause by its user, client or address: the number, who can act and on what.

use std::time::Duration;

use dvtui::sandbox::{Options, Sandbox};

use crate::dv::{Ended, Home};
use crate::support;

async fn sandbox() -> Sandbox {
    support::start(support::options()).await
}

/// A sign-in with a code that this user approves.
async fn signed_in_as(sandbox: &Sandbox, home: &Home, user: &str) -> Ended {
    let mut login = home.start(&["login", "--device-code", "--no-open"]);
    let code = login.err_after("Code: ");
    let controls = sandbox.ready().controls.clone().unwrap();
    let url = format!("{controls}/_sandbox/approve?user_code={code}&user={user}");
    assert!(support::http().post(url).send().await.unwrap().status().is_success());
    login.end()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_that_the_service_refuses_is_told_why_and_who_can_act() {
    let sandbox = sandbox().await;
    let cases = [
        ("blocked", "AADSTS53003", ["Conditional Access", "--paste"]),
        ("mfa", "AADSTS50076", ["second factor", "--browser"]),
        ("other-tenant", "AADSTS50020", ["not in the tenant", "guest"]),
        ("leaver", "AADSTS50057", ["disabled", "administrator"]),
    ];
    for (user, code, words) in cases {
        let home = Home::for_sandbox(sandbox.ready());
        let ended = signed_in_as(&sandbox, &home, user).await;
        ended.expect(5, &[code, words[0], words[1], "correlation id"]);
        assert!(!home.tokens_file().exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_is_not_set_up_for_the_environment_is_told_what_to_add() {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let ready = sandbox.ready();
    for (code, word) in [("65001", "consent"), ("650057", "user_impersonation"), ("50105", "assign")] {
        let home = Home::for_sandbox(ready).with("DV_CLIENT_ID", &ready.clients[code]);
        // Some are refused before a code is shown, others when it is redeemed.
        let ended = home.dv(&["login", "--device-code", "--no-open"]);
        ended.expect(5, &[&format!("AADSTS{code}"), word, "correlation id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_is_wrong_or_does_not_exist_is_told_by_its_number() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let login = ["login", "--device-code", "--no-open"];
    let home = Home::for_sandbox(ready);
    home.dv(&[&login[..], &["--tenant", "nobody.example"]].concat()).expect(5, &["AADSTS90002", "tenant"]);
    let elsewhere = home.dv(&[&login[..], &["--tenant", "fabrikam.example"]].concat());
    elsewhere.expect(5, &["AADSTS500011", "not known in this tenant"]);
    // What the challenge names is said against an authority by hand; it stops nothing.
    let odd = Home::for_sandbox(ready).with("DV_SCOPE", "https://other.crm4.dynamics.com/.default");
    odd.dv(&login).expect(5, &["AADSTS500011"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_against_codes_is_followed_by_the_browser_with_what_the_policy_asks_for() {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    // Without a terminal nobody is asked anything: the next rung is named instead.
    let controls = sandbox.ready().controls.clone().unwrap();
    let fault = r#"{"match":{"origin":"entra","path":"/token"},"fault":{"kind":"status","status":400,"code":"53003"}}"#;
    let ordered =
        support::http().post(format!("{controls}/_sandbox/faults")).body(fault).send().await.unwrap();
    assert!(ordered.status().is_success(), "{}", ordered.text().await.unwrap());
    let ended = home.dv(&["login", "--no-open"]);
    ended.expect(5, &["AADSTS53003", "--browser", "ssh -L", "--paste", "--azure-cli"]);
}
