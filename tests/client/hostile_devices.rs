//! Device answers that nobody should believe.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dvtui::auth::{EnvironmentUrl, Error, Request, TokenStore};
use dvtui::http;
use dvtui::ops::sign_in::{Attempt, Progress, Prompt, Way, sign_in};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::scripted::{Server, json, status};

/// What was shown of a sign-in, and how it ended within ten minutes.
struct Ended {
    shown: Vec<Prompt>,
    error: Option<Error>,
    polls: usize,
}

/// A device answer with this in place of the fields of a good one, and nobody who ever signs in.
async fn attempt(fields: &str, patience: Duration) -> Ended {
    let fields = fields.to_owned();
    let server = Server::answering(move |request| match request.target.as_str() {
        "/t/oauth2/v2.0/devicecode" => json(&fields),
        "/t/oauth2/v2.0/token" => {
            status(400, &[("Content-Type", "application/json")], r#"{"error":"authorization_pending"}"#)
        }
        _ => status(404, &[], ""),
    })
    .await;
    let folder = TempDir::new().unwrap();
    let request = Request {
        authority: Some(format!("{}/t", server.origin)),
        ..Request::new(EnvironmentUrl::parse(&server.origin).unwrap())
    };
    let shown = Arc::new(Mutex::new(Vec::new()));
    let seen = shown.clone();
    let told = move |news| {
        if let Progress::Prompt(prompt) = news {
            seen.lock().unwrap().push(prompt);
        }
    };
    let (http, store) =
        (http::client(&http::Options::default()).unwrap(), TokenStore::in_folder(folder.path()));
    let ended = sign_in(&http, &store, &request, Attempt::new(Way::DeviceCode), told);
    let error = tokio::time::timeout(patience, ended).await.ok().map(|ended| ended.unwrap_err());
    let polls = server.seen().iter().filter(|seen| seen.target.ends_with("/token")).count();
    let shown = shown.lock().unwrap().clone();
    Ended { shown, error, polls }
}

fn answer(user_code: &str, address: &str, more: &str) -> String {
    format!(r#"{{"device_code":"D","user_code":"{user_code}","verification_uri":"{address}"{more}}}"#)
}

const LONG: Duration = Duration::from_secs(600);

/// Answers of which nothing is shown.
fn hostile(dice: &mut Dice) -> String {
    let bad = [
        r"\u001b[2J",
        r"\u001b]52;c;AA==\u0007",
        r"\u009b31m",
        r"\r",
        r"\u0008",
        r"\u202e",
        r"\u2066",
        r"\u200b",
        r"\u0000",
    ];
    let bad = *dice.of(&bad);
    let megabyte = || "x".repeat(1 << 20);
    match dice.below(12) {
        0 => answer("U", "javascript:alert(1)", ""),
        1 => answer("U", "file:///etc/passwd", ""),
        2 => answer("U", "http://login.evil.example/", ""),
        3 => answer("U", "https://login.microsoftonline.com@evil.example/", ""),
        4 => answer(&format!("U{bad}"), "https://a.example/", ""),
        5 => answer("U", &format!("https://a.example/{bad}"), ""),
        6 => answer("U", "https://a.example/", &format!(r#","message":"{bad}""#)),
        7 => answer("U", "https://a.example/", &format!(r#","x":{{"y":["{bad}"]}}"#)),
        8 => answer(&megabyte(), "https://a.example/", ""),
        9 => answer(&"x".repeat(500_000), "https://a.example/", ""),
        10 => answer("U", &format!("https://a.example/{}", "x".repeat(500_000)), ""),
        _ => answer(
            "U",
            "https://a.example/",
            &format!(r#","x":{}{}"#, "[".repeat(100_000), "]".repeat(100_000)),
        ),
    }
}

async fn nothing_is_shown(runs: usize) {
    let mut dice = Dice::new(30);
    for run in 0..runs {
        let fields = hostile(&mut dice);
        let ended = attempt(&fields, LONG).await;
        let error = ended.error.unwrap_or_else(|| panic!("run {run}: {fields:.200} is waited for"));
        assert!(error.is_sign_in() || matches!(error, Error::Answer { .. }), "run {run}: {error:?}");
        assert!(ended.shown.is_empty() && ended.polls == 0, "run {run}: {fields:.200}");
        assert!(!error.to_string().chars().any(|c| c.is_control()), "run {run}: {error:?}");
    }
}

#[tokio::test]
async fn of_a_device_answer_that_acts_on_a_terminal_or_leads_astray_nothing_is_shown() {
    nothing_is_shown(30).await;
}

#[tokio::test]
#[ignore = "300 runs"]
async fn of_a_device_answer_that_acts_on_a_terminal_or_leads_astray_nothing_is_shown_300_times() {
    nothing_is_shown(300).await;
}

#[tokio::test]
async fn waiting_ends_with_the_code_whatever_the_interval_says() {
    let intervals =
        ["", r#","interval":0"#, r#","interval":86400"#, r#","interval":-1"#, r#","interval":"x""#];
    let lives = [r#","expires_in":0"#, r#","expires_in":1"#, r#","expires_in":"1""#, r#","expires_in":0.9"#];
    let all = intervals.iter().flat_map(|interval| lives.iter().map(move |life| format!("{interval}{life}")));
    let all = all.map(|more| async move {
        let ended = attempt(&answer("U", "https://a.example/", &more), LONG).await;
        let error = ended.error.unwrap();
        assert!(matches!(error, Error::CodeExpired), "{more}: {error:?}");
        assert!(ended.polls <= 1, "{more}: {} polls", ended.polls);
    });
    futures_util::future::join_all(all).await;
}

#[tokio::test]
async fn a_code_lives_a_day_at_most_and_an_address_elsewhere_is_never_opened() {
    let moment = Duration::from_millis(500);
    let shell = "https://a.example/;reboot?$(reboot)&`reboot`|reboot";
    for (code, address, more) in [
        ("U", "https://a.example/", r#","expires_in":18446744073709551615"#),
        ("U", "https://a.example/", r#","expires_in":1e300"#),
        ("U", "https://a.example/", r#","expires_in":-5"#),
        ("U", "https://a.example/", r#","expires_in":"soon""#),
        ("$(reboot);`reboot`|reboot", shell, ""),
    ] {
        let ended = attempt(&answer(code, address, more), moment).await;
        assert!(ended.error.is_none(), "{more}: {:?}", ended.error);
        let [Prompt::DeviceCode { verification_uri, user_code, expires_in, may_open }] = &ended.shown[..]
        else {
            panic!("{more}: {:?}", ended.shown)
        };
        assert_eq!((user_code.as_str(), verification_uri.as_str()), (code, address), "{more}");
        assert!(!may_open && *expires_in <= Duration::from_secs(86_400), "{more}: {expires_in:?}");
        assert_eq!(ended.polls, 0, "{more}");
    }
}
