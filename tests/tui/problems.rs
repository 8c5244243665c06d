//! Everything that can go wrong is told in three lines, the last of which works where it is shown.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use dvtui::app::command::Scope;
use dvtui::app::key::Key;
use dvtui::app::keymap::{Keymap, Meaning};
use dvtui::app::problem::Problem;
use dvtui::dataverse::{Error, Throttle};
use dvtui::{auth, http};

use crate::stage::cases;

pub(crate) fn api(status: u16, code: &str, message: &str) -> Error {
    let request_id = Some("77ab".to_owned());
    Error::Api { status, code: code.into(), message: message.into(), request_id, part: None }
}

/// What the network can do to a request.
fn networks() -> Vec<http::Error> {
    let host = || "contoso.crm4.dynamics.com".to_owned();
    vec![
        http::Error::NotResolved { host: host() },
        http::Error::Refused { host: host() },
        http::Error::Certificate { host: host(), reason: "it has expired".into() },
        http::Error::Certificate { host: host(), reason: "it is for another host".into() },
        http::Error::Certificate { host: host(), reason: "its issuer is not known here".into() },
        http::Error::Tls { host: host(), reason: "handshake failure".into() },
        http::Error::ProxyWantsSignIn { host: host() },
        http::Error::ProxyRefused { host: host() },
        http::Error::ConnectTimedOut { host: host(), seconds: 15 },
        http::Error::Idle { host: host(), seconds: 30 },
        http::Error::TooLarge { host: host(), limit: 256 << 20 },
        http::Error::NoCaStore,
    ]
}

fn network(source: http::Error) -> Error {
    Error::Network { host: "contoso.crm4.dynamics.com".into(), source: Arc::new(source) }
}

/// One of each variant at least, and of the statuses that have words of their own.
fn errors() -> Vec<Error> {
    let mut errors = vec![
        api(401, "", "who are you"),
        api(
            403,
            "0x80040220",
            "is missing prvReadIncident privilege (Id=1) on OTC=112 for entity 'incident'.",
        ),
        api(403, "0x8004a104", "No."),
        api(404, "0x80040217", "gone"),
        api(404, "", "{\"error\":\"no segment\"}"),
        api(
            400,
            "0x80060888",
            "Could not find a property named 'titel' on type 'Microsoft.Dynamics.CRM.incident'.",
        ),
        api(400, "0x80040265", "Plug-in says no."),
        api(412, "0x80060882", "changed"),
        api(500, "", "oops"),
        api(503, "", "away"),
        Error::Throttled { retry_after: Duration::from_secs(600), limit: Throttle::Requests },
        Error::Answer { what: "a page of HTML".into(), status: 200, request_id: None },
        Error::ForeignOrigin { origin: "https://evil.example".into() },
        Error::Refused { reason: "This session is read-only.".into() },
        Error::OutcomeUnknown { source: Box::new(api(504, "", "late")) },
        Error::Changed,
        Error::Invalid { what: "a value that cannot stand in a request header".into() },
        Error::TokenRefused {
            what: "for Microsoft Graph, not for this environment".into(),
            why: "Your token is for Microsoft Graph.".into(),
            next: "Sign in again: `dv login`.".into(),
            given: false,
            code: String::new(),
            request_id: None,
        },
        Error::Auth(Arc::new(auth::Error::SignInNeeded)),
    ];
    errors.extend(networks().into_iter().map(network));
    errors
}

/// The screens on which an error of the client is shown.
const SCREENS: [&[Scope]; 4] = [
    &[Scope::Tables, Scope::List, Scope::Global],
    &[Scope::Grid, Scope::List, Scope::Global],
    &[Scope::Form, Scope::Record, Scope::List, Scope::Global],
    &[Scope::Json, Scope::Record, Scope::List, Scope::Global],
];

/// The keys that a last line names: those at the beginning of each of its parts.
fn keys(next: &str) -> Vec<Vec<Key>> {
    let parts = next.split("   ").filter(|part| !part.is_empty());
    let keys = parts.map(|part| {
        let keys = part.split(' ').take(2).map_while(|word| word.parse().ok());
        keys.collect::<Vec<Key>>()
    });
    keys.collect()
}

#[test]
fn every_error_says_what_why_and_a_key_that_works_where_it_is_shown() {
    let keymap = Keymap::default();
    for error in errors() {
        let problem = Problem::of("Cannot read Cases", &error);
        assert_eq!(problem.what, "Cannot read Cases.");
        assert!(problem.why.ends_with('.') && !problem.why.ends_with(".."), "{problem:?}");
        let named = keys(&problem.next);
        assert!(!named.is_empty(), "{problem:?}");
        for keys in named {
            for scopes in SCREENS {
                let meaning = keymap.resolve(scopes, &keys);
                assert!(matches!(meaning, Meaning::Runs(_)), "{keys:?} of `{}` in {scopes:?}", problem.next);
            }
        }
    }
}

#[test]
fn name_certificate_proxy_and_silence_are_told_apart_and_lead_to_the_doctor() {
    let told: Vec<Problem> =
        networks().into_iter().map(|source| Problem::of("Cannot read Cases", &network(source))).collect();
    let whys: BTreeSet<&str> = told.iter().map(|problem| problem.why.as_str()).collect();
    assert_eq!(whys.len(), told.len(), "{whys:#?}");
    for problem in &told {
        assert!(problem.next.contains("g d look closer"), "{problem:?}");
    }
    assert!(whys.iter().any(|why| why.starts_with("The host contoso.crm4.dynamics.com was not found.")));
    assert!(whys.iter().any(|why| why.contains("sent nothing for 30 s.")));
}

#[test]
fn a_name_that_the_server_does_not_know_comes_with_those_that_are_near() {
    let error = api(
        400,
        "0x80060888",
        "Could not find a property named 'titel' on type 'Microsoft.Dynamics.CRM.incident'.",
    );
    let problem = Problem::of("Cannot read Cases", &error).nearest(&error, Some(&cases()));
    assert!(problem.why.ends_with("Nearest: title."), "{}", problem.why);
    let other = api(400, "0x80040265", "It's not 'titel'.");
    assert!(!Problem::of("x", &other).nearest(&other, Some(&cases())).why.contains("Nearest"));
}

#[test]
fn a_problem_keeps_status_code_and_request_id_for_a_report() {
    let problem = Problem::of("Cannot read Cases", &api(403, "0x80040220", "no"));
    assert_eq!(&*problem.details, "status 403, code 0x80040220, request 77ab");
}
