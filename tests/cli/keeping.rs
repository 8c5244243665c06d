//! What is kept of a sign-in: whoami, token, logout, renewal.

use std::time::Duration;

use dvtui::sandbox::{Options, Sandbox};

use crate::dv::Home;
use crate::support;

async fn signed_in() -> (Sandbox, Home) {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    home.dv(&["login", "--device-code", "--no-open"]).expect(0, &[]);
    (sandbox, home)
}

/// How often the token endpoint was asked.
async fn token_requests(sandbox: &Sandbox) -> usize {
    let controls = sandbox.ready().controls.clone().unwrap();
    let log = support::http().get(format!("{controls}/_sandbox/requests")).send().await.unwrap();
    let log: serde_json::Value = serde_json::from_str(&log.text().await.unwrap()).unwrap();
    let token =
        |entry: &&serde_json::Value| entry["path"].as_str().is_some_and(|path| path.ends_with("/token"));
    log.as_array().unwrap().iter().filter(token).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoami_names_the_user_and_the_environment() {
    let (sandbox, home) = signed_in().await;
    let ended = home.dv(&["whoami", "--json"]);
    ended.expect(0, &[]);
    let who: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let names: Vec<_> = who.as_object().unwrap().keys().collect();
    assert_eq!(names, ["url", "user_id", "business_unit_id", "organization_id", "user"]);
    assert_eq!(who["url"], sandbox.ready().url.as_str());
    assert_eq!(who["organization_id"], sandbox.ready().environments[0].organization_id.as_str());
    let text = home.dv(&["whoami"]).out;
    assert!(text.contains(who["user"].as_str().unwrap()) && text.contains(&sandbox.ready().url), "{text}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_closed_to_others_and_stand_in_no_log() {
    use std::os::unix::fs::PermissionsExt;
    let (_sandbox, home) = signed_in().await;
    let home = home.with("DV_LOG", "trace");
    let code = home.start(&["login", "--device-code", "--no-open"]).err_after("Code: ");
    home.dv(&["rows", "incidents", "--filter", "contains(title,'secret-question')"]).expect(0, &[]);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.tokens_file()), 0o600);
    assert_eq!(mode(home.tokens_file().parent().unwrap()), 0o700);
    let token = home.dv(&["token"]).out;
    let log = std::fs::read_to_string(home.path(".local/state/dvtui/dv.log")).unwrap();
    assert!(log.contains("incidents"), "{log}");
    for secret in [token.trim(), "eyJ", &code, "secret-question", "filter"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_forgets_the_environment_and_nothing_else() {
    let (_sandbox, home) = signed_in().await;
    let other = r#"{"environment":"https://other.example","client_id":"c","authority":"https://l/t","token_endpoint":"https://l/t/token","scope":"s","user":null,"access_token":"OTHER","refresh_token":null,"obtained_at":1,"expires_at":null}"#;
    let mut tokens = home.tokens();
    tokens["tokens"].as_array_mut().unwrap().push(serde_json::from_str(other).unwrap());
    home.write_tokens(&tokens.to_string());
    home.dv(&["logout"]).expect(0, &["Signed out"]);
    home.dv(&["whoami"]).expect(5, &["sign-in needed", "dv login"]);
    home.dv(&["token"]).expect(5, &["sign-in needed"]);
    home.dv(&["logout"]).expect(0, &["Nobody was signed in"]);
    assert_eq!(home.tokens()["tokens"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_renewed_once_and_the_request_repeated() {
    let (sandbox, home) = signed_in().await;
    let before = token_requests(&sandbox).await;
    home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
    home.dv(&["whoami"]).expect(0, &[]);
    assert_eq!(token_requests(&sandbox).await, before + 1, "one renewal for all requests of the command");
    assert_ne!(home.tokens()["tokens"][0]["access_token"], "no.such.token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_can_no_longer_be_renewed_ends_with_5() {
    let (_sandbox, home) = signed_in().await;
    home.change_tokens(|entry| {
        entry["access_token"] = "no.such.token".into();
        entry["refresh_token"] = "no.such.refresh.token".into();
    });
    let ended = home.dv(&["whoami"]);
    ended.expect(5, &["hint: sign in again"]);
    home.change_tokens(|entry| entry["refresh_token"] = serde_json::Value::Null);
    home.dv(&["whoami"]).expect(5, &["sign-in needed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_renew_a_token_once() {
    let (sandbox, home) = signed_in().await;
    let before = token_requests(&sandbox).await;
    home.change_tokens(|entry| {
        entry["obtained_at"] = 1_700_000_000.into();
        entry["expires_at"] = 1_700_003_600.into();
    });
    let mut all: Vec<_> = (0..8).map(|_| home.start(&["token"])).collect();
    let printed: Vec<_> = all.iter_mut().map(|running| running.end()).collect();
    for ended in &printed {
        ended.expect(0, &[]);
        assert_eq!(ended.out, printed[0].out);
    }
    assert_eq!(token_requests(&sandbox).await, before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_token_is_used_as_it_is_and_never_renewed() {
    let sandbox = support::start(support::options()).await;
    let token = support::user_token(&sandbox, "anna").await;
    let ready = sandbox.ready();
    let given = Home::new().with("DV_URL", &ready.url).with("DV_TOKEN", &token);
    given.dv(&["whoami"]).expect(0, &[]);
    assert_eq!(given.dv(&["token"]).out.trim(), token);
    let wrong = Home::new().with("DV_URL", &ready.url).with("DV_TOKEN", "no.such.token");
    wrong.dv(&["whoami"]).expect(5, &["DV_TOKEN"]);
    assert!(!wrong.tokens_file().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_for_its_own_environment_only() {
    let (_sandbox, home) = signed_in().await;
    home.dv(&["token", "--url", "https://contoso.crm4.dynamics.com"]).expect(5, &["sign-in needed"]);
    home.dv(&["token", "--client-id", "another"]).expect(5, &["sign-in needed"]);
    home.dv(&["token", "--authority", "http://127.0.0.1:9/tenant"]).expect(5, &["sign-in needed"]);
}
