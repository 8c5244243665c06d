//! What is sent again, and what is not.

use std::time::Duration;

use dvtui::auth::Tokens;
use dvtui::dataverse::{Error, Guard, Query, Throttle, WaitReason};

use crate::scripted::{Answer, Server, error, json, status};

fn token() -> Tokens {
    Tokens::fixed("the-token".to_owned().into())
}

fn page() -> Answer {
    json(r#"{"value":[{"a":1}]}"#)
}

#[tokio::test]
async fn a_read_outlasts_a_service_that_is_away_for_a_moment() {
    for code in [502, 503, 504] {
        let server = Server::start(|_| vec![error(code, ""), Answer::Nothing, error(code, ""), page()]).await;
        let page = server.client().page(&Query::new("x")).await.unwrap();
        assert_eq!(page.len(), 1);
        assert_eq!(server.seen().len(), 4);
    }
}

#[tokio::test]
async fn a_read_is_sent_five_times_at_most() {
    let server = Server::start(|_| (0..9).map(|_| error(503, "")).collect()).await;
    let failed = server.client().page(&Query::new("x")).await.unwrap_err();
    assert_eq!(failed.status(), Some(503));
    assert!(failed.is_transient());
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn errors_that_stay_are_not_repeated() {
    for code in [400, 403, 404, 412, 500, 501] {
        let server = Server::start(|_| vec![error(code, "0x80060888"), page()]).await;
        let failed = server.client().page(&Query::new("x")).await.unwrap_err();
        assert_eq!(failed.status(), Some(code));
        assert_eq!(server.seen().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn too_many_requests_are_waited_out_and_the_wait_is_told() {
    let throttled = || status(429, &[("Retry-After", "1"), ("Content-Type", "application/json")], "{}");
    let server = Server::start(|_| vec![throttled(), page()]).await;
    let client = server.client();
    let mut waiting = client.waiting();
    let reading = tokio::spawn(async move { client.page(&Query::new("x")).await });
    waiting.changed().await.unwrap();
    let told = waiting.borrow_and_update().unwrap();
    assert_eq!((told.attempt, told.reason), (2, WaitReason::Throttled(Throttle::Unknown)));
    assert!(told.until.saturating_duration_since(std::time::Instant::now()) > Duration::from_millis(500));
    waiting.changed().await.unwrap();
    assert_eq!(*waiting.borrow_and_update(), None, "the wait is over");
    assert_eq!(reading.await.unwrap().unwrap().len(), 1);
}

#[tokio::test]
async fn while_one_request_is_throttled_no_other_is_sent() {
    let throttled = status(429, &[("Retry-After", "1")], "");
    let server = Server::start(|_| vec![throttled, page(), page()]).await;
    let client = server.client();
    let mut waiting = client.waiting();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.page(&Query::new("first")).await }
    });
    waiting.changed().await.unwrap();
    let until = waiting.borrow_and_update().unwrap().until;
    client.page(&Query::new("second")).await.unwrap();
    assert!(std::time::Instant::now() >= until);
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_an_error_with_its_length() {
    let server = Server::start(|_| vec![status(429, &[("Retry-After", "600")], "")]).await;
    let failed = server.client().page(&Query::new("x")).await.unwrap_err();
    assert_eq!(failed, Error::Throttled { retry_after: Duration::from_secs(600), limit: Throttle::Unknown });
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_time_to_wait_that_makes_no_sense_is_ignored() {
    for value in ["soon", "-5", "0", ""] {
        let server = Server::start(|_| vec![status(429, &[("Retry-After", value)], ""), page()]).await;
        assert_eq!(server.client().page(&Query::new("x")).await.unwrap().len(), 1, "{value:?}");
    }
}

#[tokio::test]
async fn a_cancelled_wait_is_not_told_any_longer() {
    let server = Server::start(|_| vec![status(429, &[("Retry-After", "200")], "")]).await;
    let client = server.client();
    let mut waiting = client.waiting();
    let reading = tokio::spawn(async move { client.page(&Query::new("x")).await });
    waiting.changed().await.unwrap();
    assert!(waiting.borrow_and_update().is_some());
    reading.abort();
    let _ = reading.await;
    assert_eq!(*waiting.borrow(), None);
}

#[tokio::test]
async fn a_host_that_was_never_there_is_told_at_once() {
    let server = Server::start(|_| vec![]).await;
    let client = server.client_that_waits(Duration::from_secs(600), Guard::new(), token());
    server.stop().await;
    let failed = client.page(&Query::new("x")).await.unwrap_err();
    assert!(failed.is_network(), "{failed}");
}

#[tokio::test]
async fn a_host_that_goes_away_and_comes_back_is_reached_again() {
    let server = Server::answering(|_| page()).await;
    let client = server.client_that_waits(Duration::from_millis(300), Guard::new(), token());
    client.page(&Query::new("x")).await.unwrap();
    let origin = server.stop().await;
    let mut waiting = client.waiting();
    let reading = tokio::spawn(async move { client.page(&Query::new("x")).await });
    waiting.changed().await.unwrap();
    assert_eq!(waiting.borrow().unwrap().reason, WaitReason::Connection);
    let _back = Server::start_again(&origin, |_| page()).await;
    assert_eq!(reading.await.unwrap().unwrap().len(), 1);
}
