//! What the server refuses, in its own words.

use dvtui::dataverse::{Query, RowQuery};

use crate::scripted::{Server, error, json, status};

#[tokio::test]
async fn an_error_keeps_the_code_the_words_and_the_request_id() {
    let server = Server::start(|_| vec![error(404, "0x80040217")]).await;
    let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
    let failed = server.client().row(&RowQuery::new("incidents", id)).await.unwrap_err();
    assert!(failed.is_not_found());
    assert_eq!(failed.code(), Some("0x80040217"));
    assert_eq!(failed.request_id(), Some("req-1"));
    assert_eq!(failed.to_string(), "the server says no");
    assert_eq!(server.seen()[0].target, "/api/data/v9.2/incidents(00000000-0000-0000-0000-000000000001)");
}

#[tokio::test]
async fn a_token_that_is_not_taken_asks_for_a_sign_in() {
    let server =
        Server::start(|_| vec![status(401, &[("Content-Type", "text/html")], "HTTP Error 401")]).await;
    let failed = server.client().page(&Query::new("x")).await.unwrap_err();
    assert!(failed.needs_sign_in());
    assert_eq!(server.seen().len(), 1, "a ready token cannot be renewed");
}

#[tokio::test]
async fn errors_that_are_not_odata_are_told_without_their_body() {
    let huge = format!("<html>{}</html>", "secret ".repeat(1 << 20));
    for (code, kind, body) in [
        (403, "text/html", "<html>secret</html>"),
        (500, "text/plain", "secret"),
        (400, "application/json", r#"{"secret":1}"#),
        (413, "text/html", huge.as_str()),
        (500, "application/json", ""),
    ] {
        let server = Server::start(|_| vec![status(code, &[("Content-Type", kind)], body)]).await;
        let failed = server.client().page(&Query::new("x")).await.unwrap_err();
        assert_eq!(failed.status(), Some(code));
        assert!(!failed.to_string().contains("secret"), "{failed}");
    }
}

#[tokio::test]
async fn a_row_keeps_its_etag_from_the_header() {
    let answer =
        status(200, &[("Content-Type", "application/json"), ("ETag", "W/\"5\"")], r#"{"title":"x"}"#);
    let server = Server::start(|_| vec![answer, json(r#"{"@odata.etag":"W/\"6\"","title":"x"}"#)]).await;
    let query = RowQuery::new("incidents", "00000000-0000-0000-0000-000000000001".parse().unwrap());
    let client = server.client();
    assert_eq!(client.row(&query).await.unwrap().etag().as_deref(), Some("W/\"5\""));
    assert_eq!(client.row(&query).await.unwrap().etag().as_deref(), Some("W/\"6\""));
}
