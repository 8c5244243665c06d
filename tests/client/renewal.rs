//! A token that the server does not take any more.

use std::time::{Duration, SystemTime};

use dvtui::auth::store::{Entry, Key, TokenStore, Wanted};
use dvtui::auth::{Asked, Renewal, Tokens};
use dvtui::dataverse::{Guard, Query};
use dvtui::http;
use tempfile::TempDir;

use crate::scripted::{Answer, Seen, Server, json, status};
use crate::writes::{patch, saved};

pub(crate) const RENEWED: &str =
    r#"{"token_type":"Bearer","access_token":"new","expires_in":3600,"refresh_token":"r2"}"#;

/// Kept tokens whose access token is `old` and which are renewed at `/token` of the server.
async fn kept(server: &Server, folder: &TempDir) -> Tokens {
    let entry = entry(server);
    let http = http::client(&http::Options::default()).unwrap();
    let store = TokenStore::in_folder(folder.path());
    store.put(entry.clone(), &store.lock().await.unwrap()).unwrap();
    Tokens::kept(http, store, entry)
}

/// A sign-in that is renewed at `/token` of the server.
pub(crate) fn entry(server: &Server) -> Entry {
    Entry {
        key: Key {
            environment: server.origin.clone(),
            client_id: "00000000-0000-0000-0000-000000000002".to_owned(),
            authority: server.origin.clone(),
            account: None,
        },
        family: uuid::Uuid::nil(),
        signed_in: SystemTime::now(),
        token_endpoint: format!("{}/token", server.origin),
        asked: Asked::Scope(format!("{}/.default offline_access", server.origin)),
        renewal: Renewal::RefreshToken,
        claims: None,
        access_token: "old".to_owned().into(),
        refresh_token: Some("r1".to_owned().into()),
        obtained: SystemTime::now(),
        lifetime: Some(Duration::from_secs(3600)),
    }
}

/// Takes only the new token.
pub(crate) fn answer(request: &Seen) -> Answer {
    match (request.target.as_str(), request.header("authorization")) {
        ("/token", _) => json(RENEWED),
        (_, Some("Bearer new")) if request.method == "PATCH" => saved(),
        (_, Some("Bearer new")) => json(r#"{"value":[{"a":1}]}"#),
        _ => status(401, &[], ""),
    }
}

pub(crate) fn open() -> Guard {
    let guard = Guard::new();
    guard.open();
    guard
}

pub(crate) fn targets(server: &Server, token: bool) -> usize {
    server.seen().iter().filter(|seen| (seen.target == "/token") == token).count()
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_request_sent_once_more() {
    let folder = TempDir::new().unwrap();
    let server = Server::answering(answer).await;
    let client = server.client_of(open(), kept(&server, &folder).await);
    assert_eq!(client.page(&Query::new("x")).await.unwrap().len(), 1);
    assert_eq!((targets(&server, false), targets(&server, true)), (2, 1));
    client.page(&Query::new("x")).await.unwrap();
    assert_eq!((targets(&server, false), targets(&server, true)), (3, 1));
}

#[tokio::test]
async fn a_write_is_repeated_after_the_renewal_too() {
    let folder = TempDir::new().unwrap();
    let server = Server::answering(answer).await;
    server.client_of(open(), kept(&server, &folder).await).update(&patch()).await.unwrap();
    assert_eq!((targets(&server, false), targets(&server, true)), (2, 1));
}

#[tokio::test]
async fn requests_that_meet_a_refused_token_together_share_one_renewal() {
    let folder = TempDir::new().unwrap();
    let server = Server::answering(answer).await;
    let client = server.client_of(open(), kept(&server, &folder).await);
    let reads = (0..8).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.page(&Query::new("x")).await })
    });
    for read in reads.collect::<Vec<_>>() {
        assert_eq!(read.await.unwrap().unwrap().len(), 1);
    }
    assert_eq!(targets(&server, true), 1);
}

#[tokio::test]
async fn a_new_token_that_is_refused_as_well_asks_for_a_sign_in() {
    let folder = TempDir::new().unwrap();
    let server = Server::answering(|request| match request.target.as_str() {
        "/token" => json(RENEWED),
        _ => status(401, &[], ""),
    })
    .await;
    let failed =
        server.client_of(open(), kept(&server, &folder).await).page(&Query::new("x")).await.unwrap_err();
    assert!(failed.needs_sign_in());
    assert_eq!((targets(&server, false), targets(&server, true)), (2, 1));
}

#[tokio::test]
async fn a_revoked_sign_in_asks_for_a_new_one_and_sends_nothing_more() {
    let folder = TempDir::new().unwrap();
    let revoked =
        r#"{"error":"invalid_grant","error_description":"AADSTS50173: revoked","error_codes":[50173]}"#;
    let server = Server::answering(move |request| match request.target.as_str() {
        "/token" => status(400, &[("Content-Type", "application/json")], revoked),
        _ => status(401, &[], ""),
    })
    .await;
    let failed =
        server.client_of(open(), kept(&server, &folder).await).page(&Query::new("x")).await.unwrap_err();
    assert!(failed.needs_sign_in(), "{failed}");
    assert_eq!((targets(&server, false), targets(&server, true)), (1, 1));
}

/// `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}` in base64.
const CLAIMS: &str = "eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19";

fn insufficient() -> Answer {
    let challenge = format!("Bearer error=\"insufficient_claims\", claims=\"{CLAIMS}\"");
    status(401, &[("WWW-Authenticate", &challenge)], "")
}

#[tokio::test]
async fn claims_that_a_policy_asks_for_are_sent_with_the_renewal() {
    let folder = TempDir::new().unwrap();
    let server =
        Server::answering(|request| match (request.target.as_str(), request.header("authorization")) {
            ("/token", _) => json(RENEWED),
            (_, Some("Bearer new")) => json(r#"{"value":[{"a":1}]}"#),
            _ => insufficient(),
        })
        .await;
    let client = server.client_of(open(), kept(&server, &folder).await);
    assert_eq!(client.page(&Query::new("x")).await.unwrap().len(), 1);
    let renewals: Vec<Seen> = server.seen().into_iter().filter(|seen| seen.target == "/token").collect();
    assert_eq!(renewals.len(), 1);
    let body = &renewals[0].body;
    assert!(body.contains("claims=%7B%22access_token%22%3A%7B%22acrs%22"), "{body}");
}

#[tokio::test]
async fn claims_that_only_a_person_can_fulfil_are_kept_for_the_next_sign_in() {
    let needs_person = r#"{"error":"interaction_required","error_codes":[50076],"claims":"{}"}"#;
    let answers = [status(400, &[("Content-Type", "application/json")], needs_person), json(RENEWED)];
    for answer in answers {
        let folder = TempDir::new().unwrap();
        let server = Server::answering(move |request| match request.target.as_str() {
            "/token" => answer.clone(),
            _ => insufficient(),
        })
        .await;
        let tokens = kept(&server, &folder).await;
        let failed = server.client_of(open(), tokens).page(&Query::new("x")).await.unwrap_err();
        assert!(failed.needs_sign_in() && failed.to_string().contains("policy"), "{failed}");
        assert_eq!(targets(&server, true), 1, "a policy is asked once");
        let store = TokenStore::in_folder(folder.path());
        let wanted = Wanted {
            client_id: "00000000-0000-0000-0000-000000000002",
            authority: None,
            tenant: None,
            account: None,
        };
        let kept = store.find(&server.origin, &wanted).unwrap().unwrap();
        assert!(kept.claims.unwrap().contains("\"acrs\""));
    }
}
