//! What is told of requests, and what never is.

use std::time::Duration;

use dvtui::auth::{EnvironmentUrl, Tokens};
use dvtui::dataverse::exchange::Again;
use dvtui::dataverse::{Client, Error, Exchange, Guard, Query, Table, Throttle, WaitReason, field};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::scripted::{Answer, Server, json, status};

fn told(client: &Client) -> UnboundedReceiver<Exchange> {
    let (sender, receiver) = unbounded_channel();
    client.tell(sender);
    receiver
}

#[tokio::test]
async fn an_exchange_tells_of_the_request_and_its_answer() {
    let answer = status(
        200,
        &[
            ("Content-Type", "application/json"),
            ("x-ms-service-request-id", "77ab"),
            ("x-ms-ratelimit-burst-remaining-xrm-requests", "5877"),
        ],
        r#"{"value":[{"a":"secret value"}]}"#,
    );
    let server = Server::start(|_| vec![answer]).await;
    let client = server.client();
    let mut exchanges = told(&client);
    let query = Query::new("incidents").filter(field("title").contains("Fourth Coffee"));
    client.page(&query).await.unwrap();
    let exchange = exchanges.recv().await.unwrap();
    let sent = &server.seen()[0];
    assert_eq!((exchange.method.as_str(), exchange.status, exchange.attempt), ("GET", Some(200), 1));
    assert_eq!(exchange.target, sent.target);
    assert_eq!(exchange.url(), format!("{}{}", server.origin, sent.target));
    assert_eq!(Some(exchange.client_request_id.as_str()), sent.header("x-ms-client-request-id"));
    assert_eq!(exchange.request_id.as_deref(), Some("77ab"));
    assert_eq!(exchange.limits.map(|limits| limits.requests), Some(5_877));
    assert_eq!((exchange.bytes, exchange.on_wire), (32, Some(32)));
    let all = format!("{exchange:?}");
    assert!(sent.head.contains("the-token"), "the token was sent");
    assert!(!all.contains("the-token") && !all.contains("Bearer"), "{all}");
    assert!(!all.contains("secret value"), "{all}");
}

#[tokio::test]
async fn each_try_is_told_with_what_it_waited_for() {
    let throttled = {
        let body = r#"{"error":{"code":"0x80072322","message":"Number of requests exceeded"}}"#;
        status(429, &[("Retry-After", "0"), ("Content-Type", "application/json")], body)
    };
    let page = json(r#"{"value":[]}"#);
    let server = Server::start(|_| vec![throttled, Answer::Nothing, page]).await;
    let client = server.client();
    let mut exchanges = told(&client);
    client.page(&Query::new("x")).await.unwrap();
    let first = exchanges.recv().await.unwrap();
    assert_eq!((first.status, first.code.as_str(), first.again), (Some(429), "0x80072322", None));
    let second = exchanges.recv().await.unwrap();
    assert_eq!((second.status, second.attempt), (None, 2));
    assert!(
        matches!(second.again, Some(Again::Waited(WaitReason::Throttled(Throttle::Requests), _))),
        "{second:?}"
    );
    assert!(second.failure.contains("without an answer"), "{}", second.failure);
    let third = exchanges.recv().await.unwrap();
    assert_eq!((third.status, third.attempt), (Some(200), 3));
    assert!(matches!(third.again, Some(Again::Waited(WaitReason::Connection, _))), "{third:?}");
    assert_eq!(first.client_request_id, third.client_request_id, "one request, three tries");
}

#[tokio::test]
async fn a_request_that_is_called_off_is_told_as_such() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let client = client_of(&listener);
    let mut exchanges = told(&client);
    let reading = tokio::spawn(async move { client.page(&Query::new("x")).await });
    let (_silent, _) = listener.accept().await.unwrap();
    reading.abort();
    let exchange = exchanges.recv().await.unwrap();
    assert_eq!((exchange.status, exchange.failure.as_str()), (None, "called off"));
}

#[tokio::test]
async fn no_more_requests_are_on_their_way_at_once_than_the_service_wants() {
    for (hint, expected) in [("", 6), ("x-ms-dop-hint: 2\r\n", 2), ("x-ms-dop-hint: soon\r\n", 6)] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let client = client_of(&listener);
        let asking = tokio::spawn({
            let client = client.clone();
            async move { client.who_am_i().await }
        });
        let (mut first, _) = listener.accept().await.unwrap();
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n";
        first.write_all(format!("{head}{hint}\r\n{{}}").as_bytes()).await.unwrap();
        asking.await.unwrap().unwrap_err(); // it is no WhoAmI, but it has its head
        let table = Table {
            name: "incident".into(),
            set: "incidents".into(),
            display_name: "Case".into(),
            collection_name: "Cases".into(),
            primary_id: "incidentid".into(),
            primary_name: None,
            is_custom: false,
            is_system: false,
            optimistic_concurrency: true,
        };
        let reading = tokio::spawn(async move { client.table_schema(&table).await });
        let mut open = Vec::new();
        for _ in 0..expected {
            open.push(listener.accept().await.unwrap());
        }
        // Nobody was answered: whoever else is to come, waits.
        let more = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
        assert!(more.is_err(), "{hint:?}: more than {expected} at once");
        reading.abort();
    }
}

fn client_of(listener: &TcpListener) -> Client {
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let http = dvtui::http::client(&dvtui::http::Options::default()).unwrap();
    let tokens = Tokens::fixed("the-token".to_owned().into());
    Client::new(EnvironmentUrl::parse(&origin).unwrap(), http, tokens, Guard::new())
}

#[tokio::test]
async fn a_read_is_repeated_with_its_preferences_and_a_write_or_one_of_elsewhere_is_not() {
    let page = || json(r#"{"value":[]}"#);
    let server = Server::start(|_| vec![page(), page()]).await;
    let client = server.client();
    let mut exchanges = told(&client);
    let query = Query::new("incidents").filter(field("title").contains("a b")).page_size(7);
    client.page(&query).await.unwrap();
    let exchange = exchanges.recv().await.unwrap();
    assert_eq!(client.repeat(&exchange).await.unwrap(), 12);
    let seen = server.seen();
    assert_eq!((seen.len(), &seen[0].target), (2, &seen[1].target));
    assert_eq!(seen[1].header("prefer"), Some("odata.maxpagesize=7"));
    let write = Exchange { method: "PATCH".into(), ..exchange.clone() };
    assert!(matches!(client.repeat(&write).await, Err(Error::Invalid { .. })));
    let elsewhere = Exchange { origin: "http://127.0.0.1:1".into(), ..exchange };
    assert!(matches!(client.repeat(&elsewhere).await, Err(Error::ForeignOrigin { .. })));
    assert_eq!(server.seen().len(), 2, "nothing was sent for those");
}

#[tokio::test]
async fn a_request_that_is_told_as_an_exchange_is_not_told_a_second_time_and_others_are_traced() {
    let page = || json(r#"{"value":[]}"#);
    let server = Server::start(|_| vec![page(), page()]).await;
    let (traces, mut traced) = unbounded_channel();
    let http = dvtui::http::client(&dvtui::http::Options::default()).unwrap().traced(traces);
    let environment = EnvironmentUrl::parse(&server.origin).unwrap();
    let client = || {
        let tokens = Tokens::fixed("the-token".to_owned().into());
        Client::new(environment.clone(), http.clone(), tokens, Guard::new())
    };
    let quiet = client();
    quiet.page(&Query::new("incidents").filter(field("title").eq("Fourth Coffee"))).await.unwrap();
    let trace = traced.recv().await.unwrap();
    assert_eq!((trace.path.as_str(), trace.status), ("/api/data/v9.2/incidents", Some(200)));
    assert!(!format!("{trace:?}").contains("Fourth"), "{trace:?}");
    let client = client();
    let mut exchanges = told(&client);
    client.page(&Query::new("incidents")).await.unwrap();
    assert!(exchanges.recv().await.is_some() && traced.try_recv().is_err());
}
