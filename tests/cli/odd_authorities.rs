//! Authorities that are not like Entra, or not like themselves today.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::stub::{Answer, Stub, cut, html, json};

const DEVICE: &str = "/tenant/oauth2/v2.0/devicecode";
const TOKEN: &str = "/tenant/oauth2/v2.0/token";
const LOGIN: [&str; 3] = ["login", "--device-code", "--no-open"];

/// A good device answer with a short interval.
fn code(origin: &str) -> Answer {
    json(
        200,
        &format!(
            r#"{{"device_code":"D","user_code":"ABC-123","verification_uri":"{origin}/device","expires_in":60,"interval":1}}"#
        ),
    )
}

#[test]
fn an_authority_without_metadata_is_taken_to_be_like_entra_and_may_leave_out_nearly_everything() {
    let stub = Stub::start(|path, _, origin| match path {
        DEVICE => code(origin),
        TOKEN => json(200, r#"{"access_token":"BARE"}"#),
        _ => html(404),
    });
    let home = stub.home();
    let address = format!("Open: {}/device", stub.origin);
    home.dv(&LOGIN).expect(0, &[&address, "Code: ABC-123", "Signed in"]);
    assert_eq!(home.dv(&["token"]).expect(0, &[]).out, "BARE\n");
    let entry = &home.tokens()["tokens"][0];
    assert!(entry["refresh_token"].is_null() && entry["expires_at"].is_null(), "{entry}");
    let asked = &stub.seen(DEVICE)[0];
    let scope = format!("{}/.default offline_access openid profile", stub.origin);
    assert_eq!(asked.field("scope").unwrap(), scope);
    assert_eq!(asked.field("client_id").unwrap(), "51f81489-12ee-4a9e-aaae-a2591f45987d");
}

#[test]
fn endpoints_may_be_named_by_rfc_8414_alone() {
    let stub = Stub::start(|path, _, origin| match path {
        "/.well-known/oauth-authorization-server/tenant" => json(
            200,
            &format!(
                r#"{{"issuer":"https://elsewhere.example","token_endpoint":"{origin}/t","device_authorization_endpoint":"{origin}/d"}}"#
            ),
        ),
        "/d" => code(origin),
        "/t" => json(200, r#"{"access_token":"RFC","expires_in":3600,"refresh_token":"R"}"#),
        _ => html(404),
    });
    let home = stub.home();
    home.dv(&LOGIN).expect(0, &["Signed in"]);
    assert_eq!(home.dv(&["token"]).out, "RFC\n");
    home.dv(&["login", "--browser", "--no-open"])
        .expect(5, &["no sign-in with the browser", "--device-code"]);
}

#[test]
fn the_older_kind_of_answer_with_numbers_as_text_works() {
    let stub = Stub::start(|path, _, origin| match path {
        DEVICE => json(
            200,
            &format!(
                r#"{{"device_code":"D","user_code":"OLD","verification_url":"{origin}/device","expires_in":"900","interval":"1"}}"#
            ),
        ),
        TOKEN => json(
            200,
            r#"{"token_type":"Bearer","expires_in":"3599","access_token":"V1","scope":"user_impersonation"}"#,
        ),
        _ => html(404),
    });
    let home = stub.home();
    home.dv(&LOGIN).expect(0, &["Code: OLD"]);
    let entry = &home.tokens()["tokens"][0];
    let life = entry["expires_at"].as_u64().unwrap() - entry["obtained_at"].as_u64().unwrap();
    assert_eq!(life, 3599);
}

#[test]
fn an_address_that_must_not_be_shown_is_an_error_and_is_not_shown() {
    let hostile = [
        r#""verification_uri":"javascript:alert(1)","user_code":"X""#,
        r#""verification_uri":"http://login.evil.example/","user_code":"X""#,
        r#""verification_uri":"https://a.example/\u001b[2J","user_code":"X""#,
        r#""verification_uri":"https://a.example/","user_code":"X\u001b]52;c;AA==\u0007""#,
        r#""verification_uri":"https://a.example/","user_code":"X","message":"\u009b31m""#,
    ];
    for part in hostile {
        let stub = Stub::start(move |path, _, _| match path {
            DEVICE => json(200, &format!(r#"{{"device_code":"D",{part},"interval":1}}"#)),
            _ => html(404),
        });
        let ended = stub.home().dv(&LOGIN);
        ended.expect(5, &["not safe to show"]);
        assert!(!ended.err.contains("Open:") && !ended.err.contains('\u{1b}'), "{ended:?}");
        assert_eq!(stub.seen(TOKEN).len(), 0);
    }
}

#[test]
fn a_foreign_https_address_is_shown() {
    let stub = Stub::start(|path, _, _| match path {
        DEVICE => json(
            200,
            r#"{"device_code":"D","user_code":"X","verification_uri":"https://pages.example/d","interval":1}"#,
        ),
        TOKEN => json(200, r#"{"access_token":"A"}"#),
        _ => html(404),
    });
    stub.home().dv(&LOGIN).expect(0, &["Open: https://pages.example/d"]);
}

#[test]
fn a_page_instead_of_json_is_told_as_such() {
    let stub = Stub::start(|_, _, _| html(200));
    stub.home().dv(&LOGIN).expect(5, &["HTML", "status 200"]);
    let stub = Stub::start(|_, _, _| html(500));
    stub.home().dv(&LOGIN).expect(1, &["not available (status 500)", "try again"]);
    let stub = Stub::start(|path, _, origin| match path {
        DEVICE => code(origin),
        TOKEN => html(404),
        _ => html(404),
    });
    stub.home().dv(&LOGIN).expect(5, &["HTML", "status 404"]);
}

#[test]
fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let stub = Stub::start(|path, _, origin| match path {
        DEVICE => code(origin),
        TOKEN => (307, format!("location: {origin}/elsewhere\r\n"), String::new()),
        _ => html(404),
    });
    stub.home().dv(&LOGIN).expect(5, &["status 307"]);
    assert_eq!(stub.seen("/elsewhere").len(), 0);
}

#[test]
fn waiting_survives_trouble_of_the_service_and_ends_with_what_it_says() {
    let refusals = [
        (r#"{"error":"authorization_declined","error_codes":[]}"#, vec!["declined"]),
        (r#"{"error":"access_denied"}"#, vec!["declined"]),
        (r#"{"error":"expired_token","error_codes":[70020]}"#, vec!["expired", "AADSTS70020"]),
        (
            r#"{"error":"invalid_grant","error_codes":[53003],"correlation_id":"c-42","timestamp":"T","error_description":"AADSTS53003: \u001b[31mno\r\nTrace ID"}"#,
            vec!["Conditional Access", "AADSTS53003", "c-42", "^[[31mno"],
        ),
    ];
    let ends = |(refusal, words): (&'static str, Vec<&str>)| {
        let stub = Stub::start(move |path, before, origin| match (path, before) {
            (DEVICE, _) => code(origin),
            (TOKEN, 0) => html(503),
            (TOKEN, 1) => json(400, r#"{"error":"authorization_pending","error_codes":[70016]}"#),
            (TOKEN, _) => json(400, refusal),
            _ => html(404),
        });
        stub.home().dv(&LOGIN).expect(5, &words);
        assert_eq!(stub.seen(TOKEN).len(), 3);
    };
    // Each waits for seconds, as it is told to: so all at once.
    std::thread::scope(|scope| {
        for case in refusals {
            scope.spawn(move || ends(case));
        }
    });
}

#[test]
fn a_code_whose_answer_was_lost_is_not_blamed_on_the_person() {
    let used = r#"{"error":"invalid_grant","error_codes":[54005]}"#;
    let stub = Stub::start(move |path, before, origin| match (path, before) {
        (DEVICE, _) => code(origin),
        (TOKEN, 0) => cut(),
        (TOKEN, _) => json(400, used),
        _ => html(404),
    });
    let ended = stub.home().dv(&LOGIN);
    ended.expect(5, &["the connection was cut while the answer came", "start again: `dv login`"]);
    assert!(!ended.err.contains("54005") && !ended.err.contains("browser"), "{ended:?}");
    let stub = Stub::start(move |path, _, origin| match path {
        DEVICE => code(origin),
        TOKEN => json(400, used),
        _ => html(404),
    });
    stub.home().dv(&LOGIN).expect(5, &["the code was used already (AADSTS54005)"]);
}

#[test]
fn a_renewal_keeps_the_old_refresh_token_when_none_comes_and_the_new_one_when_one_does() {
    let stub = Stub::start(|path, before, origin| match (path, before) {
        (DEVICE, _) => code(origin),
        (TOKEN, 0) => json(200, r#"{"access_token":"A0","expires_in":3600,"refresh_token":"R0"}"#),
        (TOKEN, 1) => json(200, r#"{"access_token":"A1","expires_in":"3600"}"#),
        (TOKEN, 2) => json(200, r#"{"access_token":"A2","refresh_token":"R2"}"#),
        (TOKEN, _) => json(400, r#"{"error":"invalid_grant","error_codes":[700082]}"#),
        _ => html(404),
    });
    let home = stub.home();
    home.dv(&LOGIN).expect(0, &[]);
    assert_eq!(home.dv(&["token"]).out, "A0\n", "a fresh token is not renewed");
    let aged = |home: &crate::dv::Home| {
        home.change_tokens(|entry| {
            entry["obtained_at"] = 1_700_000_000.into();
            entry["expires_at"] = 1_700_003_600.into();
        });
    };
    aged(&home);
    assert_eq!(home.dv(&["token"]).out, "A1\n");
    assert_eq!(home.tokens()["tokens"][0]["refresh_token"], "R0");
    aged(&home);
    assert_eq!(home.dv(&["token"]).out, "A2\n");
    assert_eq!(home.tokens()["tokens"][0]["refresh_token"], "R2");
    assert_eq!(home.dv(&["token"]).out, "A2\n", "a token of unknown life is used until it is refused");
    aged(&home);
    let ended = home.dv(&["token"]);
    ended.expect(5, &["not used for too long", "AADSTS700082", "dv login"]);
    assert_eq!(ended.out, "");
    let sent: Vec<_> = stub.seen(TOKEN).iter().filter_map(|seen| seen.field("refresh_token")).collect();
    assert_eq!(sent, ["R0", "R0", "R2"]);
}

#[test]
fn a_new_token_is_not_used_unless_its_refresh_token_is_on_disk() {
    let file = Arc::new(OnceLock::<PathBuf>::new());
    let in_the_way = file.clone();
    let stub = Stub::start(move |path, before, origin| match (path, before) {
        (DEVICE, _) => code(origin),
        (TOKEN, 0) => json(200, r#"{"access_token":"A0","expires_in":3600,"refresh_token":"R0"}"#),
        (TOKEN, _) => {
            // From here on nothing can be written.
            let file = in_the_way.get().unwrap();
            std::fs::remove_file(file).unwrap();
            std::fs::create_dir(file).unwrap();
            json(200, r#"{"access_token":"A1","expires_in":3600,"refresh_token":"R1"}"#)
        }
        _ => html(404),
    });
    let home = stub.home();
    home.dv(&LOGIN).expect(0, &[]);
    file.set(home.tokens_file()).unwrap();
    home.change_tokens(|entry| {
        entry["obtained_at"] = 1_700_000_000.into();
        entry["expires_at"] = 1_700_003_600.into();
    });
    let ended = home.dv(&["token"]);
    ended.expect(1, &["tokens.json"]);
    assert_eq!(ended.out, "");
}

#[test]
fn a_sign_in_that_cannot_be_kept_ends_before_a_code_is_shown() {
    let stub = Stub::start(|path, _, origin| match path {
        DEVICE => code(origin),
        TOKEN => json(200, r#"{"access_token":"A"}"#),
        _ => html(404),
    });
    let (no_folder, no_file) = (stub.home(), stub.home());
    std::fs::create_dir_all(no_folder.path(".local/state")).unwrap();
    std::fs::write(no_folder.path(".local/state/dvtui"), "in the way").unwrap();
    std::fs::create_dir_all(no_file.tokens_file()).unwrap();
    for home in [no_folder, no_file] {
        let ended = home.dv(&LOGIN);
        ended.expect(1, &["tokens.", "check the folder"]);
        assert!(!ended.err.contains("Code:"), "{ended:?}");
    }
    assert_eq!(stub.seen(DEVICE).len(), 0);
}

#[test]
fn loopback_is_never_reached_through_a_proxy() {
    let stub = Stub::start(|path, _, origin| match path {
        DEVICE => code(origin),
        TOKEN => json(200, r#"{"access_token":"A"}"#),
        _ => html(404),
    });
    let nowhere = "http://127.0.0.1:9";
    let home = stub.home().with("HTTP_PROXY", nowhere).with("http_proxy", nowhere).with("ALL_PROXY", nowhere);
    home.dv(&LOGIN).expect(0, &["Signed in"]);
}
