//! Each kind of bad input has one clear message and its exit code.

use std::time::Duration;

use dvtui::sandbox::{Options, Sandbox};

use crate::dv::Home;
use crate::stub::{Stub, html};
use crate::support;

#[test]
fn settings_that_cannot_work_are_usage_errors() {
    let cases: [(&[&str], &[&str]); 9] = [
        (&["whoami"], &["no environment", "--url", "dv demo"]),
        (&["whoami", "--url", "contoso"], &["`contoso` lacks the region", "contoso.crm4"]),
        (&["whoami", "--url", "http://contoso.crm4.dynamics.com"], &["not https"]),
        (&["whoami", "--url", "https://me@contoso.crm4.dynamics.com"], &["user name"]),
        (
            &["login", "--url", "contoso.crm4", "--authority", "http://login.example/t"],
            &["sign-in authority"],
        ),
        (&["whoami", "--profile", "nobody"], &["no profile `nobody`", "nobody.toml"]),
        (&["whoami", "--profile", "../x"], &["not the name of a profile"]),
        (&["login", "--device-code", "--browser"], &["cannot be used with"]),
        (&["no-such-command"], &["unrecognized subcommand"]),
    ];
    for (args, words) in cases {
        let ended = Home::new().dv(args);
        ended.expect(2, words);
        assert_eq!(ended.out, "", "{args:?}");
    }
}

#[test]
fn a_profile_that_is_not_toml_is_shown_with_the_place_line_by_line() {
    let home = Home::new();
    let file = home.path(".config/dvtui/profiles/odd.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "tenant = \"t\"\nurl = \u{202e}x\n").unwrap();
    let ended = home.dv(&["whoami", "--profile", "odd"]);
    ended.expect(2, &["odd.toml is not a file of settings\n", "line 2", "\n  2 | url = <U+202E>x\n"]);
    assert!(!ended.err.contains("^J"), "{ended:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_token_that_cannot_be_printed_is_a_failure() {
    let home = Home::new().with("DV_URL", "contoso.crm4").with("DV_TOKEN", "a.b.c");
    home.shell("exec \"$0\" token >/dev/full").expect(1, &["error: "]);
    home.shell("exec \"$0\" token >/dev/null").expect(0, &[]);
    assert_eq!(home.shell("exec \"$0\" token").expect(0, &[]).out, "a.b.c\n");
}

#[test]
fn a_hostile_argument_does_not_reach_the_terminal_as_it_is() {
    let ended = Home::new().dv(&["whoami", "--url", "https://\u{1b}[2J\u{202e}x"]);
    ended.expect(2, &["^[[2J<U+202E>x"]);
    assert!(!ended.err.contains('\u{1b}'));
}

#[test]
fn the_screen_needs_a_terminal() {
    Home::new().dv(&[]).expect(2, &["needs a terminal"]);
    Home::new().with("DV_PROFILE", "../broken").dv(&["demo"]).expect(2, &["needs a terminal"]);
}

#[test]
fn servers_that_are_not_there_are_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    for command in ["login", "whoami"] {
        let home = Home::new().with("DV_TOKEN", "t");
        home.dv(&[command, "--url", &refused]).expect(1, &["refused the connection", "is running"]);
        home.dv(&[command, "--url", "https://no-such-host.invalid:444"])
            .expect(1, &["the host no-such-host.invalid was not found", "spelling"]);
    }
}

#[test]
fn an_address_that_is_no_environment_is_told_as_such() {
    for (answer, word) in
        [(html(200), "status 200"), (html(404), "status 404"), (html(302), "points elsewhere")]
    {
        let stub = Stub::without_environment(move |_, _, _| answer.clone());
        let home = Home::new().with("DV_URL", &stub.origin);
        home.dv(&["login"]).expect(1, &["does not answer like an environment", word]);
    }
}

#[test]
fn an_authority_that_nobody_vouches_for_is_not_asked() {
    let stub = Stub::start(|_, _, _| html(404));
    let home = Home::new().with("DV_URL", &stub.origin);
    home.dv(&["login", "--device-code"]).expect(5, &[&stub.origin, "no known sign-in host", "--authority"]);
    assert_eq!(stub.seen("/tenant/oauth2/v2.0/devicecode").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_trusted_ends_the_exchange_and_the_authority_by_file_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let options = Options {
        tls: true,
        ca_out: Some(ca.clone()),
        auto_approve: Some(Duration::ZERO),
        ..support::options()
    };
    let sandbox = support::start(options).await;
    // The system's own roots may be absent here: one of ours stands in for them.
    let home = Home::for_sandbox(sandbox.ready());
    let ended = home.dv(&["login", "--device-code", "--no-open"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("--ca-file"), "{ended:?}");
    let absent = folder.path().join("absent.pem");
    let ended = home.dv(&["login", "--ca-file", absent.to_str().unwrap()]);
    ended.expect(1, &["cannot use the certificate file", "absent.pem"]);
    let ca = ca.to_str().unwrap();
    home.dv(&["login", "--device-code", "--no-open", "--ca-file", ca]).expect(0, &["Signed in"]);
    home.dv(&["whoami", "--ca-file", ca]).expect(0, &[]);
}

async fn signed_in() -> (Sandbox, Home) {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    home.dv(&["login", "--device-code", "--no-open"]).expect(0, &[]);
    (sandbox, home)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named() {
    let (_sandbox, home) = signed_in().await;
    let id = "00000000-0000-4000-8000-00000000dead";
    let cases: [(&[&str], i32, &str); 5] = [
        (&["rows", "incidentz"], 1, "incidentz"),
        (&["rows", "incidents", "--select", "titel"], 1, "titel"),
        (&["get", "incidents", id], 1, id),
        (&["get", "incidents", "not-an-id"], 2, "not-an-id"),
        (&["rows", "incidents", "--filter", "title eq"], 1, "title eq"),
    ];
    for (args, code, word) in cases {
        let ended = home.dv(args);
        assert_eq!(ended.code, code, "{args:?}: {ended:?}");
        assert!(ended.err.starts_with("error: ") && ended.out.is_empty(), "{args:?}: {ended:?}");
        if word != "title eq" {
            assert!(ended.err.contains(word), "{args:?}: {ended:?}");
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_is_no_failure() {
    let (_sandbox, home) = signed_in().await;
    let mut rows = home.start(&["rows", "incidents", "--all", "--json"]);
    rows.close_output();
    let ended = rows.end();
    ended.expect(0, &[]);
    assert_eq!(ended.err, "");
}
