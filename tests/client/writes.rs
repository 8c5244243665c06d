//! Updates as they arrive, and when they are sent again.

use dvtui::dataverse::{Change, Guard, Patch, Row, Table};

use crate::scripted::{Answer, Server, error, json, status};

pub(crate) fn table() -> Table {
    Table {
        name: "incident".into(),
        set: "incidents".into(),
        display_name: "Case".into(),
        collection_name: "Cases".into(),
        primary_id: "incidentid".into(),
        primary_name: Some("title".into()),
        is_custom: false,
        is_system: false,
        optimistic_concurrency: true,
    }
}

/// A change of the priority from 1 to 2.
pub(crate) fn patch() -> Patch {
    let row = Row::from_json(r#"{"@odata.etag":"W/\"7\"","prioritycode":1,"title":"x"}"#).unwrap();
    let id = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap();
    Patch::new(&table(), id, &row, vec![("prioritycode".into(), Change::Number("2".into()))])
}

pub(crate) fn saved() -> Answer {
    json(r#"{"@odata.etag":"W/\"8\"","prioritycode":2,"incidentid":"9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11"}"#)
}

#[tokio::test]
async fn an_update_sends_the_changed_columns_and_the_version_that_was_read() {
    let server = Server::start(|_| vec![saved()]).await;
    let row = server.client().update(&patch()).await.unwrap();
    assert_eq!(row.etag().as_deref(), Some("W/\"8\""));
    let seen = &server.seen()[0];
    assert_eq!(seen.method, "PATCH");
    assert_eq!(
        seen.target,
        "/api/data/v9.2/incidents(9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11)?$select=prioritycode"
    );
    assert_eq!(seen.body, r#"{"prioritycode":2}"#);
    assert_eq!(seen.header("if-match"), Some("W/\"7\""));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("prefer"), Some("return=representation,odata.include-annotations=\"*\""));
}

#[tokio::test]
async fn a_server_that_answers_without_a_body_is_asked_for_the_row() {
    for headers in [&[("ETag", "W/\"8\"")][..], &[]] {
        let server = Server::start(|_| vec![status(204, headers, ""), saved()]).await;
        let row = server.client().update(&patch()).await.unwrap();
        assert_eq!(row.etag().as_deref(), Some("W/\"8\""));
        assert_eq!(row.cell("prioritycode").unwrap().json, "2");
        let seen = server.seen();
        assert_eq!(seen[1].method, "GET");
        assert_eq!(seen[1].target, seen[0].target);
    }
}

#[tokio::test]
async fn a_saved_change_stays_saved_when_the_row_cannot_be_read_afterwards() {
    let server =
        Server::start(|_| vec![status(204, &[("ETag", "W/\"8\"")], ""), error(403, "0x80040220")]).await;
    let row = server.client().update(&patch()).await.unwrap();
    assert_eq!(row.json(), r#"{"prioritycode":2}"#);
    assert_eq!(row.etag().as_deref(), Some("W/\"8\""));
}

#[tokio::test]
async fn a_table_without_concurrency_is_compared_first() {
    let before = || json(r#"{"@odata.etag":"W/\"9\"","prioritycode":1}"#);
    let server = Server::start(|_| vec![error(400, "0x8006088d"), before(), saved()]).await;
    server.client().update(&patch()).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(), ["PATCH", "GET", "PATCH"]);
    assert_eq!(seen[2].header("if-match"), Some("*"));

    let unprotected = Patch { optimistic_concurrency: false, ..patch() };
    let server = Server::start(|_| vec![before(), saved()]).await;
    server.client().update(&unprotected).await.unwrap();
    assert_eq!(server.seen()[1].header("if-match"), Some("*"));

    let server = Server::start(|_| vec![json(r#"{"prioritycode":3}"#)]).await;
    let failed = server.client().update(&unprotected).await.unwrap_err();
    assert!(failed.is_conflict());
    assert_eq!(server.seen().len(), 1, "nothing was overwritten");
}

#[tokio::test]
async fn a_closed_guard_sends_nothing() {
    let server = Server::start(|_| vec![saved(), saved()]).await;
    for guard in [Guard::new(), Guard::locked("Read-only was asked for.")] {
        for patch in [patch(), Patch { optimistic_concurrency: false, ..patch() }] {
            let failed = server.client_with(guard.clone()).update(&patch).await.unwrap_err();
            assert!(failed.is_refused());
        }
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_write_is_sent_again_where_the_server_says_that_it_did_nothing() {
    let throttled = status(429, &[("Retry-After", "0")], "");
    let away = status(503, &[("Retry-After", "0")], "");
    let server = Server::start(|_| vec![throttled, away, saved()]).await;
    server.client().update(&patch()).await.unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_sent_again() {
    let gateway = |code| status(code, &[("Content-Type", "text/html")], "<html></html>");
    for answer in [
        Answer::Nothing,
        crate::scripted::cut(r#"{"prioritycode":2}"#),
        gateway(502),
        gateway(503),
        gateway(504),
        gateway(500),
        status(200, &[("Content-Type", "text/html")], "<html></html>"),
        json(r#"{"prioritycode""#),
    ] {
        let server = Server::start(|_| vec![answer.clone(), saved()]).await;
        let failed = server.client().update(&patch()).await.unwrap_err();
        assert!(failed.is_outcome_unknown(), "{answer:?}: {failed}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_number_is_never_sent() {
    let server = Server::start(|_| vec![]).await;
    let mut patch = patch();
    patch.changes = vec![("prioritycode".into(), Change::Number("2,\"statecode\":1".into()))];
    assert!(server.client().update(&patch).await.is_err());
    patch.changes.clear();
    assert!(server.client().update(&patch).await.is_err());
    assert!(server.seen().is_empty());
}
