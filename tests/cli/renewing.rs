//! Renewals while the sign-in service has trouble.

use crate::dv::Home;
use crate::stub::{Answer, Stub, html, json};

pub(crate) const TOKEN: &str = "/tenant/token";

/// An authority with this token endpoint, and a home whose access token has run out.
pub(crate) fn expired(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> (Stub, Home) {
    let stub = Stub::without_environment(move |path, before, _| match path {
        TOKEN => answer(before),
        _ => json(401, "{}"),
    });
    let home = stub.home().with("DV_CLIENT_ID", "app");
    let (origin, authority) = (&stub.origin, stub.authority());
    let tokens = format!(
        r#"{{"version":1,"tokens":[{{"environment":"{origin}","client_id":"app","authority":"{authority}",
            "token_endpoint":"{origin}{TOKEN}","scope":"s","user":null,"access_token":"OLD","refresh_token":"R",
            "obtained_at":1700000000,"expires_at":1700003600}}]}}"#
    );
    home.write_tokens(&tokens);
    (stub, home)
}

/// Requests to anything but the token endpoint.
fn api_requests(stub: &Stub) -> usize {
    ["/api/data/v9.2/WhoAmI", "/api/data/v9.2/WhoAmI()", "/api/data/v9.2/organizations"]
        .iter()
        .map(|path| stub.seen(path).len())
        .sum()
}

#[test]
fn a_renewal_is_repeated_while_the_service_has_trouble() {
    let (stub, home) = expired(|before| match before {
        0 => html(503),
        1 => (429, "retry-after: 1\r\n".to_owned(), String::new()),
        _ => json(200, r#"{"access_token":"NEW","expires_in":3600}"#),
    });
    assert_eq!(home.dv(&["token"]).expect(0, &[]).out, "NEW\n");
    assert_eq!(stub.seen(TOKEN).len(), 3);
}

#[test]
fn a_service_that_stays_away_is_a_failure_and_no_reason_to_sign_in_again() {
    let (stub, home) = expired(|_| html(503));
    let ended = home.dv(&["whoami"]);
    ended.expect(1, &["the sign-in service is not available (status 503)", "try again in a minute"]);
    assert!(!ended.err.contains("dv login"), "{ended:?}");
    assert_eq!((api_requests(&stub), home.tokens()["tokens"][0]["refresh_token"].as_str()), (0, Some("R")));
    assert!(stub.seen(TOKEN).len() <= 4, "who waited for the renewal shares its end");
}

#[test]
fn a_service_that_asks_for_a_long_wait_does_not_get_it_from_a_command() {
    let (stub, home) = expired(|_| (429, "retry-after: 3600\r\n".to_owned(), String::new()));
    home.dv(&["token"]).expect(1, &["asks to slow down (status 429)"]);
    assert!((2..=3).contains(&stub.seen(TOKEN).len()));
}

#[test]
fn a_page_in_place_of_the_tokens_is_a_failure_and_no_reason_to_sign_in_again() {
    let (stub, home) = expired(|_| html(200));
    let ended = home.dv(&["token"]);
    ended.expect(1, &["HTML", "status 200", "stays as it is"]);
    assert_eq!(stub.seen(TOKEN).len(), 1);
}

#[test]
fn a_refresh_token_that_is_refused_is_not_tried_again() {
    let (stub, home) = expired(|_| json(400, r#"{"error":"invalid_grant","error_codes":[70000]}"#));
    home.dv(&["token"]).expect(5, &["what is kept of the sign-in no longer works", "dv login"]);
    assert_eq!(stub.seen(TOKEN).len(), 1);
}
