//! `dv doctor`: what stands in the way, check by check.

use std::time::Duration;

use dvtui::sandbox::{Options, Sandbox, TlsFault};
use serde_json::Value;

use crate::dv::{Ended, Home};
use crate::grants::{application, graph, order, user};
use crate::stub::{Stub, html};
use crate::support;

/// Always all of them, in this order.
const IDS: [&str; 18] = [
    "dns",
    "tcp",
    "tls",
    "challenge",
    "token",
    "audience",
    "tenant",
    "issuer",
    "scope",
    "expiry",
    "clock",
    "whoami",
    "privileges",
    "limits",
    "terminal",
    "clipboard",
    "escape_time",
    "keys",
];

/// The checks of an examination, and how it ended.
pub(crate) struct Examined {
    checks: Vec<Value>,
    pub(crate) ended: Ended,
}

impl Examined {
    pub(crate) fn of(ended: Ended) -> Examined {
        let checks: Vec<Value> = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:#?}"));
        let ids: Vec<_> = checks.iter().map(|check| check["id"].as_str().unwrap()).collect();
        assert_eq!(ids, IDS);
        for check in &checks {
            let keys: Vec<_> = check.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(keys, ["id", "status", "what", "why", "next"]);
        }
        let failed = checks.iter().any(|check| check["status"] == "fail");
        assert_eq!(ended.code, i32::from(failed), "{ended:#?}");
        Examined { checks, ended }
    }

    fn run(home: &Home, args: &[&str]) -> Examined {
        Examined::of(home.dv(&[&["doctor", "--json"], args].concat()))
    }

    /// A check: its status, and its texts in one.
    pub(crate) fn check(&self, id: &str) -> (&str, String) {
        let check = self.checks.iter().find(|check| check["id"] == id).unwrap();
        let text = |key: &str| check[key].as_str().unwrap();
        (text("status"), format!("{} | {} | {}", text("what"), text("why"), text("next")))
    }

    /// Expects a status and words of a check.
    #[track_caller]
    pub(crate) fn expect(&self, id: &str, status: &str, words: &[&str]) -> &Examined {
        let (found, text) = self.check(id);
        assert_eq!(found, status, "{id}: {text}");
        for word in words {
            assert!(text.contains(word), "{word:?} is not in {id}: {text}");
        }
        self
    }

    /// Expects that nothing else than these checks failed.
    #[track_caller]
    fn only(&self, failed: &[&str]) -> &Examined {
        let found = self.checks.iter().filter(|check| check["status"] == "fail");
        let found: Vec<_> = found.map(|check| check["id"].as_str().unwrap()).collect();
        assert_eq!(found, failed, "{:#?}", self.checks);
        self
    }
}

fn with_token(sandbox: &Sandbox, token: &str) -> Home {
    Home::new()
        .with("DV_URL", &sandbox.ready().url)
        .with("DV_TOKEN", token)
        .with("DV_AUTHORITY", &sandbox.ready().authority)
}

/// Without an authority given by hand: what the environment names is nobody's, and nothing is forgiven.
fn strict(sandbox: &Sandbox, token: &str) -> Home {
    Home::new().with("DV_URL", &sandbox.ready().url).with("DV_TOKEN", token)
}

async fn examined_as(sandbox: &Sandbox, name: &str) -> Examined {
    let token = support::user_token(sandbox, name).await;
    Examined::run(&with_token(sandbox, &token), &[])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_graph_is_explained_with_the_requests_that_are_right() {
    let sandbox = support::start(support::options()).await;
    let ready = sandbox.ready();
    for (scope, audience) in [
        ("openid offline_access", "https://graph.microsoft.com"),
        ("00000003-0000-0000-c000-000000000000/User.Read", "00000003-0000-0000-c000-000000000000"),
    ] {
        let token = user(&sandbox, "anna", &ready.client_id, scope).await;
        let home = with_token(&sandbox, &token);
        let ended = home.dv(&["doctor"]);
        let told = format!(
            "Your token is for Microsoft Graph (`aud` {audience}), not for this environment. That happens when the request \
             named no resource, for example `scope=openid offline_access`. Ask for `{}/.default offline_access`.",
            ready.url
        );
        assert_eq!(ended.code, 1);
        assert!(ended.out.contains(&told), "{}", ended.out);
        assert!(ended.out.contains("[fail] Audience"), "{}", ended.out);
        let encoded = ready.url.replace(':', "%3A").replace('/', "%2F");
        for part in [
            format!("{}/oauth2/v2.0/authorize?client_id={}&", ready.authority, ready.client_id),
            format!("&scope={encoded}%2F.default%20offline_access&"),
            format!("curl {}/oauth2/v2.0/token -d grant_type=authorization_code", ready.authority),
            format!("--data-urlencode 'scope={}/.default offline_access'", ready.url),
            "-d grant_type=refresh_token".to_owned(),
            format!("curl {}/oauth2/token ", ready.authority),
            format!("--data-urlencode 'resource={}'", ready.url),
        ] {
            assert!(ended.out.contains(&part), "{part}: {}", ended.out);
        }
        for part in token.split('.') {
            assert!(!ended.out.contains(part) && !ended.err.contains(part));
        }
        Examined::run(&home, &[]).only(&["audience"]).expect("whoami", "skip", &["after audience"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_of_ones_own_for_the_wrong_scope_is_told_with_what_was_asked() {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready()).with("DV_SCOPE", "openid offline_access");
    home.dv(&["login", "--device-code", "--no-open"]).expect(0, &[]);
    Examined::run(&home, &[]).only(&["audience"]).expect(
        "audience",
        "fail",
        &["You asked for `scope=openid offline_access`", "without --scope and DV_SCOPE"],
    );
    home.dv(&["whoami"]).expect(
        5,
        &["the access token was refused: for Microsoft Graph", "You asked for `scope=openid offline_access`"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_works_is_all_fine() {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    home.dv(&["login", "--device-code", "--no-open"]).expect(0, &[]);
    let examined = Examined::run(&home, &["incident", "account"]);
    examined.only(&[]).expect("whoami", "ok", &["Anna", "sandbox"]);
    examined.expect("audience", "ok", &["this environment"]).expect(
        "tenant",
        "ok",
        &[&sandbox.ready().tenant],
    );
    examined.expect("limits", "ok", &["of 6,000 requests left"]).expect("expiry", "ok", &["expires in"]);
    examined.expect("clock", "ok", &[]).expect("issuer", "ok", &["version 1.0"]);
    assert!(home.dv(&["doctor"]).out.contains("Everything works: you are Anna"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_token_that_is_refused_is_renewed_and_not_held_against_anybody() {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    home.dv(&["login", "--device-code", "--no-open"]).expect(0, &[]);
    home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
    Examined::run(&home, &[]).only(&[]).expect("token", "ok", &["a JWT of anna@"]);
    home.change_tokens(|entry| {
        entry["access_token"] = "no.such.token".into();
        entry["refresh_token"] = "no.such.refresh.token".into();
    });
    Examined::run(&home, &[]).expect("whoami", "fail", &["no longer works", "Sign in again: `dv login`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_than_the_pinned_one_is_told() {
    let sandbox = support::start(support::options()).await;
    let token = support::user_token(&sandbox, "anna").await;
    let home = with_token(&sandbox, &token);
    let profiles = home.path(".config/dvtui/profiles");
    std::fs::create_dir_all(&profiles).unwrap();
    let pinned = |id: &str| {
        std::fs::write(profiles.join("uat.toml"), format!("organization_id = \"{id}\"\n")).unwrap()
    };
    pinned(&sandbox.ready().environments[0].organization_id);
    Examined::run(&home, &["--profile", "uat"]).only(&[]);
    pinned("11111111-2222-3333-4444-555555555555");
    let examined = Examined::run(&home, &["--profile", "uat"]);
    examined.only(&["whoami"]).expect("whoami", "fail", &["is organization", "11111111-2222", "--repin"]);
    examined.expect("privileges", "skip", &["after whoami"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_alone_is_examined_as_far_as_it_goes() {
    let sandbox = support::start(support::options()).await;
    let ready = sandbox.ready();
    let home = Home::new().with("DV_AUTHORITY", &ready.authority);
    let examined = Examined::run(&home, &["--url", &ready.url]);
    examined.only(&[]).expect("dns", "ok", &["127.0.0.1"]).expect("tcp", "ok", &["answers in"]);
    examined.expect("tls", "skip", &["plain http"]).expect("challenge", "ok", &[&ready.tenant, &ready.url]);
    examined.expect("token", "warn", &["nobody is signed in", "`dv login`"]);
    examined.expect("audience", "skip", &["after token"]).expect("whoami", "skip", &["after token"]);
    examined.expect("privileges", "skip", &["after whoami"]).expect("clock", "ok", &[]);
    assert!(home.dv(&["doctor", "--url", &ready.url]).out.contains("Nobody is signed in"));
    // Whoever names no authority is not sent to one that nobody vouches for.
    let examined = Examined::run(&Home::new(), &["--url", &ready.url]);
    examined.only(&["challenge"]).expect("challenge", "fail", &["--authority"]);
    Home::new().dv(&["doctor"]).expect(2, &["no environment is given"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_alone_is_examined_without_a_network() {
    let sandbox = support::start(support::options()).await;
    let token = support::user_token(&sandbox, "anna").await;
    let examined = Examined::run(&Home::new().with("DV_TOKEN", &token), &[]);
    examined.only(&[]).expect("dns", "skip", &["no environment"]).expect(
        "whoami",
        "skip",
        &["no environment"],
    );
    examined.expect("audience", "ok", &[&sandbox.ready().url]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refused_token_says_why() {
    let sandbox = support::start(support::options()).await;
    let ready = sandbox.ready().clone();
    let other =
        user(&sandbox, "anna", &ready.client_id, &format!("{}/.default", ready.environments[1].url)).await;
    let discovery = user(&sandbox, "anna", &ready.client_id, &format!("{}/.default", ready.discovery)).await;
    let good = support::user_token(&sandbox, "anna").await;
    let (head, _) = good.rsplit_once('.').unwrap();
    let tampered = format!("{head}.{}", "A".repeat(342));
    let cases = [
        (other, "audience", vec![ready.environments[1].url.as_str(), "not for this environment"]),
        (discovery, "audience", vec![ready.discovery.as_str(), "not for this environment"]),
        (graph(&sandbox).await, "audience", vec!["Microsoft Graph"]),
        (tampered, "whoami", vec!["nothing is wrong with what stands in it", "signature", "401"]),
        ("no-token-at-all".to_owned(), "token", vec!["not a token that can be read", "three parts"]),
        ("0.AXoArefresh.token".to_owned(), "token", vec!["not a refresh token"]),
    ];
    for (token, check, words) in cases {
        Examined::run(&with_token(&sandbox, &token), &[]).expect(
            check,
            if check == "token" { "warn" } else { "fail" },
            &words,
        );
        let examined = Examined::run(&strict(&sandbox, &token), &[]);
        if check != "whoami" {
            examined.expect(check, "fail", &words);
        }
        // The same words where the request fails.
        let ended = with_token(&sandbox, &token).dv(&["whoami"]);
        ended.expect(5, &["the access token was refused", "401", "DV_TOKEN"]);
        let last = if check == "token" { "not a token that can be read" } else { words[0] };
        assert!(ended.err.contains(last), "{last}: {ended:?}");
        assert!(!ended.err.contains(&token), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_told_by_the_clock_of_the_server() {
    let sandbox =
        support::start(Options { token_lifetime: Duration::from_secs(1), ..support::options() }).await;
    let token = support::user_token(&sandbox, "anna").await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let home = with_token(&sandbox, &token);
    Examined::run(&home, &[]).expect("expiry", "fail", &["expired", "`exp`", "Get a new token"]);
    home.dv(&["whoami"]).expect(5, &["the access token was refused: expired", "`exp`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_future_is_not_yet_valid() {
    let sandbox = support::start(support::options()).await;
    order(&sandbox, r#"{"fault":{"kind":"clock","seconds":86400}}"#).await;
    let _ = support::http().get(format!("{}/", sandbox.ready().url)).send().await.unwrap();
    let token = support::user_token(&sandbox, "anna").await;
    order(&sandbox, r#"{"fault":{"kind":"clock","seconds":0}}"#).await;
    let _ = support::http().get(format!("{}/", sandbox.ready().url)).send().await.unwrap();
    let examined = Examined::run(&with_token(&sandbox, &token), &[]);
    examined.expect("expiry", "fail", &["not valid before", "`nbf`", "a clock that is ahead"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_in_a_401_and_a_claims_challenge_are_put_into_words() {
    let sandbox = support::start(support::options()).await;
    let token = support::user_token(&sandbox, "anna").await;
    let home = with_token(&sandbox, &token);
    for (fault, words) in [
        (r#""code":"0x8005f101","message":"no""#, "AccessTokenExpired"),
        (r#""code":"0x8004a105","message":"no""#, "TamperedAuthTicket"),
        (r#""claims":"{}""#, "continuous access evaluation"),
    ] {
        let order_for = format!(
            r#"{{"match":{{"origin":"api","path":"WhoAmI"}},"fault":{{"kind":"status","status":401,{fault}}}}}"#
        );
        order(&sandbox, &order_for).await;
        Examined::run(&home, &[]).only(&["whoami"]).expect("whoami", "fail", &[words]);
        order(&sandbox, &order_for).await;
        home.dv(&["whoami"]).expect(5, &[words]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_of_the_environment_says_whom_to_ask_for_what() {
    let sandbox = support::start(support::options()).await;
    let ready = sandbox.ready().clone();
    for (name, code, words) in [
        ("stranger", "0x80072560", ["not a member", "add this user"]),
        ("norole", "0x80042f09", ["no security role", "security role"]),
        ("disabled", "0x80040225", ["disabled", "enable this user"]),
        ("unlicensed", "0x8004d24b", ["no licence", "licence"]),
    ] {
        let examined = examined_as(&sandbox, name).await;
        examined.only(&["whoami"]).expect(
            "whoami",
            "fail",
            &[code, "403", words[0], words[1], "an administrator"],
        );
        examined.expect("audience", "ok", &[]).expect("privileges", "skip", &["after whoami"]);
        let token = support::user_token(&sandbox, name).await;
        with_token(&sandbox, &token).dv(&["whoami"]).expect(1, &[code, words[1]]);
    }
    let restricted =
        user(&sandbox, "anna", &ready.clients["0x80095ffc"], &format!("{}/.default", ready.url)).await;
    let home = with_token(&sandbox, &restricted);
    Examined::run(&home, &[]).only(&["whoami"]).expect("whoami", "fail", &["0x80095ffc", "--client-id"]);
    home.dv(&["whoami"]).expect(1, &["0x80095ffc", "allow this application id"]);
    let trial = &ready.environments.iter().find(|environment| environment.state == 1).unwrap().url;
    let token = user(&sandbox, "anna", &ready.client_id, &format!("{trial}/.default")).await;
    let home = with_token(&sandbox, &token).with("DV_URL", trial);
    Examined::run(&home, &[]).only(&["whoami"]).expect(
        "whoami",
        "fail",
        &["0x8004a104", "environment is disabled"],
    );
    home.dv(&["whoami"]).expect(1, &["0x8004a104", "enable the environment"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn further_codes_are_known_whatever_their_status_is() {
    let sandbox = support::start(support::options()).await;
    let token = support::user_token(&sandbox, "anna").await;
    let home = with_token(&sandbox, &token);
    for (status, code, words) in [
        (403, "0x8004a112", "the user is disabled"),
        (400, "0x80095ffc", "the application is not allowed"),
        (403, "0x80040220", "prvReadUser is missing"),
        (403, "0x80041234", "status 403"),
        (500, "0x80040216", "status 500"),
    ] {
        let fault = format!(
            r#"{{"match":{{"path":"WhoAmI"}},"times":4,"fault":{{"kind":"status","status":{status},"code":"{code}","message":"It lacks prvReadUser privilege."}}}}"#
        );
        order(&sandbox, &fault).await;
        Examined::run(&home, &[]).only(&["whoami"]).expect("whoami", "fail", &[code, words]);
        let controls = sandbox.ready().controls.as_deref().unwrap();
        support::http().delete(format!("{controls}/_sandbox/faults")).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_told_whether_its_user_exists() {
    let sandbox = support::start(support::options()).await;
    let ready = sandbox.ready().clone();
    let known = application(&sandbox, &ready.confidential.client_id).await;
    let examined = Examined::run(&with_token(&sandbox, &known), &[]);
    let id = &ready.confidential.client_id;
    examined.only(&[]).expect("whoami", "ok", &["The application user of", id, "exists"]);
    examined.expect("scope", "ok", &["an application speaks for itself"]);
    let client = &ready.clients["0x80072560"];
    let unknown = application(&sandbox, client).await;
    let examined = Examined::run(&with_token(&sandbox, &unknown), &[]);
    examined.only(&["whoami"]).expect(
        "whoami",
        "fail",
        &["there is no application user for", client, "0x80072560"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_privileges_are_named_for_the_tables_that_are_named() {
    let sandbox = support::start(support::options()).await;
    let token = support::user_token(&sandbox, "reader").await;
    let home = with_token(&sandbox, &token);
    let examined = Examined::run(&home, &["incident", "accounts"]);
    let words = [
        "prvWriteIncident",
        "prvDeleteIncident",
        "prvCreateAccount",
        "prvAssignIncident",
        "prvAppendToIncident",
    ];
    examined.only(&[]).expect("privileges", "warn", &words);
    assert!(!examined.check("privileges").1.contains("prvReadIncident"));
    Examined::run(&home, &[]).expect("privileges", "skip", &["no table was named"]);
    Examined::run(&home, &["incidnt"]).only(&["privileges"]).expect(
        "privileges",
        "fail",
        &["no table incidnt"],
    );
    let ended = home.dv(&["doctor", "incident"]);
    assert!(ended.code == 0 && ended.out.contains("[warn] Privileges"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_the_way_fails_one_after_the_other() {
    let examined = Examined::run(&Home::new(), &["--url", "https://no-such-host.invalid"]);
    examined.only(&["dns"]).expect("dns", "fail", &["no-such-host.invalid was not found", "spelling"]);
    examined.expect("tcp", "skip", &["after dns"]).expect("challenge", "skip", &["after tcp"]);
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let examined = Examined::run(&Home::new(), &["--url", &format!("http://{closed}")]);
    examined.only(&["tcp"]).expect("tcp", "fail", &["refuses connections", "Nothing listens"]);
    examined.expect("tls", "skip", &["after tcp"]);
    for (status, words) in
        [(200, "A proxy, a portal"), (302, "A proxy, a portal"), (404, "address bar"), (503, "in a minute")]
    {
        let stub = Stub::without_environment(move |_, _, _| html(status));
        let examined = Examined::run(&stub.home(), &[]);
        let status = status.to_string();
        examined.only(&["challenge"]).expect(
            "challenge",
            "fail",
            &["not answer like an environment", &status, words],
        );
        examined.expect("whoami", "skip", &["after challenge"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_are_not_trusted_are_told_apart() {
    for (fault, trusted, words) in [
        (Some(TlsFault::Expired), true, ["it has expired", "the clock of this machine"]),
        (Some(TlsFault::WrongHost), true, ["it is for another host", "Check the address"]),
        (None, false, ["its issuer is not known here", "--ca-file"]),
    ] {
        let sandbox = support::start(Options { tls: true, tls_fault: fault, ..support::options() }).await;
        let ready = sandbox.ready();
        let home = Home::new().with("DV_URL", &ready.url).with("DV_AUTHORITY", &ready.authority);
        let ca = ready.ca.as_ref().unwrap().display().to_string();
        let home = if trusted { home.with("DV_CA_FILE", &ca) } else { home };
        let examined = Examined::run(&home, &[]);
        examined.only(&["tls"]).expect("tcp", "ok", &[]).expect("tls", "fail", &words);
        examined.expect("challenge", "skip", &["after tls"]);
    }
    let sandbox = support::start(Options { tls: true, ..support::options() }).await;
    let ready = sandbox.ready();
    let ca = ready.ca.as_ref().unwrap().display().to_string();
    let home =
        Home::new().with("DV_URL", &ready.url).with("DV_AUTHORITY", &ready.authority).with("DV_CA_FILE", &ca);
    Examined::run(&home, &[]).only(&[]).expect("tls", "ok", &["trusted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_on_the_way_is_named_and_what_it_wants() {
    let sandbox = support::start(support::options()).await;
    let proxy = sandbox.ready().proxy.clone().unwrap().replace("http://", "http://anna:hunter2@");
    let home = Home::new().with("HTTPS_PROXY", &proxy).with("DV_URL", "https://contoso.crm4.dynamics.com");
    let examined = Examined::run(&home, &[]);
    examined.only(&["tls"]).expect("tls", "fail", &["wants to know who asks (407)", "NAME:PASSWORD"]);
    for id in ["dns", "tcp"] {
        examined.expect(id, "ok", &["of the proxy on the way", "HTTPS_PROXY"]);
    }
    assert!(!examined.ended.out.contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_the_server_does_nothing_to_the_terminal() {
    let sandbox = support::start(support::options()).await;
    let token = support::user_token(&sandbox, "anna").await;
    let fault = r#"{"match":{"path":"WhoAmI"},"fault":{"kind":"status","status":403,"code":"0x80040220","message":"\u001b[2J\u202eevil"}}"#;
    order(&sandbox, fault).await;
    let ended = with_token(&sandbox, &token).dv(&["doctor"]);
    assert!(ended.out.contains("^[[2J<U+202E>evil"), "{ended:?}");
    assert!(!ended.out.contains('\u{1b}') && !ended.out.contains('\u{202e}'));
}
