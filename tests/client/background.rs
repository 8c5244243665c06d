//! Renewals before anybody needs them, and requests that come meanwhile.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, SystemTime};

use dvtui::auth::Tokens;
use dvtui::auth::store::TokenStore;
use dvtui::dataverse::Query;
use dvtui::http;
use tempfile::TempDir;

use crate::renewal::{RENEWED, answer, entry, open, targets};
use crate::scripted::{Answer, Seen, Server, json, status};

/// Tokens that are so old, of an hour's life.
async fn aged(server: &Server, folder: &TempDir, age: u64) -> Tokens {
    let obtained = SystemTime::now() - Duration::from_secs(age);
    let entry = dvtui::auth::Entry { obtained, ..entry(server) };
    let store = TokenStore::in_folder(folder.path());
    store.put(entry.clone(), &store.lock().await.unwrap()).unwrap();
    Tokens::kept(http::client(&http::Options::default()).unwrap(), store, entry)
}

fn refused(request: &Seen) -> Answer {
    let body = r#"{"error":"invalid_grant","error_codes":[700082]}"#;
    match request.target.as_str() {
        "/token" => status(400, &[("Content-Type", "application/json")], body),
        _ => json(r#"{"value":[{"a":1}]}"#),
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_without_any_request() {
    let folder = TempDir::new().unwrap();
    let server = Server::answering(answer).await;
    let tokens = aged(&server, &folder, 3_400).await;
    let keeping = tokio::spawn({
        let tokens = tokens.clone();
        async move { tokens.keep_fresh().await }
    });
    let renewed = async {
        while tokens.time_left().await.unwrap() < Duration::from_secs(3_000) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), renewed).await.unwrap();
    assert_eq!(tokens.access_token().await.unwrap().secret(), "new");
    assert_eq!((targets(&server, true), targets(&server, false)), (1, 0));
    keeping.abort();
}

#[tokio::test]
async fn a_dead_refresh_token_is_told_of_once_and_the_token_is_used_to_its_end() {
    let folder = TempDir::new().unwrap();
    let server = Server::answering(refused).await;
    let tokens = aged(&server, &folder, 3_400).await;
    assert!(tokens.keep_fresh().await.is_sign_in());
    let client = server.client_of(open(), tokens);
    for _ in 0..5 {
        client.page(&Query::new("x")).await.unwrap();
    }
    assert_eq!((targets(&server, true), targets(&server, false)), (1, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_come_while_a_renewal_is_under_way_wait_for_it() {
    let folder = TempDir::new().unwrap();
    let (release, released) = channel();
    let released = Mutex::new(released);
    let server = Server::answering(move |request| match request.target.as_str() {
        "/token" => {
            // Elsewhere the timers would stand still with this thread.
            tokio::task::block_in_place(|| released.lock().unwrap().recv().unwrap());
            json(RENEWED)
        }
        _ => answer(request),
    })
    .await;
    let client = server.client_of(open(), aged(&server, &folder, 3_700).await);
    let read = || {
        let client = client.clone();
        tokio::spawn(async move { client.page(&Query::new("x")).await })
    };
    let mut reads = vec![read()];
    while targets(&server, true) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    reads.extend((0..7).map(|_| read()));
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    for read in reads {
        assert_eq!(read.await.unwrap().unwrap().len(), 1);
    }
    assert_eq!((targets(&server, true), targets(&server, false)), (1, 8), "one renewal, no refused request");
}

#[tokio::test]
async fn tokens_that_have_run_out_when_they_come_are_used_and_not_renewed_for_each_request() {
    let folder = TempDir::new().unwrap();
    let server = Server::answering(|request| match request.target.as_str() {
        "/token" => json(r#"{"access_token":"new","expires_in":0,"refresh_token":"r2"}"#),
        _ => answer(request),
    })
    .await;
    let client = server.client_of(open(), aged(&server, &folder, 3_700).await);
    for _ in 0..30 {
        assert_eq!(client.page(&Query::new("x")).await.unwrap().len(), 1);
    }
    // One at the start, and one for every ten seconds that this took.
    assert!(targets(&server, true) <= 3, "{} renewals", targets(&server, true));
}
