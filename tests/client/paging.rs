//! Pages, and what is no page.

use dvtui::dataverse::{Query, field};

use crate::scripted::{Server, cut, cut_at, json, status};

#[tokio::test]
async fn a_query_arrives_as_it_was_built_with_the_token_and_its_preferences() {
    let server = Server::start(|_| vec![json(r#"{"value":[]}"#)]).await;
    let query = Query::new("contacts")
        .select(["fullname", "_parentcustomerid_value"])
        .filter(field("fullname").eq("O'Neil & Søn"))
        .page_size(50)
        .annotations();
    server.client().page(&query).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.method, "GET");
    assert_eq!(
        seen.target,
        "/api/data/v9.2/contacts?$select=fullname,_parentcustomerid_value\
         &$filter=fullname%20eq%20%27O%27%27Neil%20%26%20S%C3%B8n%27"
    );
    assert_eq!(seen.header("authorization"), Some("Bearer the-token"));
    assert_eq!(seen.header("odata-version"), Some("4.0"));
    assert_eq!(seen.header("odata-maxversion"), Some("4.0"));
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("prefer"), Some("odata.maxpagesize=50,odata.include-annotations=\"*\""));
}

#[tokio::test]
async fn every_page_repeats_the_preferences_and_the_link_is_used_as_it_came() {
    let link = "/api/data/v9.2/contacts?$select=fullname&$skiptoken=%3Ccookie%20pagenumber=%222%22%20x=%22%253c%22%20/%3E";
    let server = Server::start(|origin| {
        vec![
            json(&format!(r#"{{"value":[{{"a":1}}],"@odata.nextLink":"{origin}{link}"}}"#)),
            json(r#"{"value":[{"a":2},{"a":3}]}"#),
        ]
    })
    .await;
    let mut pages = server.client().pages(Query::new("contacts").page_size(1));
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        rows.extend(page.rows().map(|row| row.json().to_owned()));
    }
    assert_eq!(rows, [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#]);
    let seen = server.seen();
    assert_eq!(seen[1].target, link);
    assert_eq!(seen[1].header("prefer"), Some("odata.maxpagesize=1"));
}

#[tokio::test]
async fn an_empty_page_with_a_link_is_not_the_end() {
    let server = Server::start(|origin| {
        vec![
            json(&format!(r#"{{"value":[],"@odata.nextLink":"{origin}/api/data/v9.2/x?2"}}"#)),
            json(r#"{"value":[{"a":1}]}"#),
        ]
    })
    .await;
    let mut pages = server.client().pages(Query::new("x"));
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 0);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 1);
    assert_eq!(pages.next().await.unwrap(), None);
}

#[tokio::test]
async fn links_that_go_round_are_found() {
    for length in [1, 2, 3] {
        let server = Server::start(|origin| {
            let link = |n: usize| format!("{origin}/api/data/v9.2/x?page={}", n % length);
            (0..20)
                .map(|n| json(&format!(r#"{{"value":[{{"a":1}}],"@odata.nextLink":"{}"}}"#, link(n))))
                .collect()
        })
        .await;
        let mut pages = server.client().pages(Query::new("x"));
        let error = loop {
            match pages.next().await {
                Ok(page) => assert!(page.is_some(), "ended without an error"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains("read already"), "{error}");
        assert_eq!(server.seen().len(), length + 1);
        assert_eq!(pages.next().await.unwrap(), None, "no more pages after the error");
    }
}

#[tokio::test]
async fn a_page_that_is_cut_off_is_read_again_whole() {
    let whole = r#"{"value":[{"a":"one"},{"a":"two"},{"a":"three"}]}"#;
    let server = Server::start(|_| vec![cut(whole), cut(whole), json(whole)]).await;
    let page = server.client().page(&Query::new("x")).await.unwrap();
    assert_eq!(page.len(), 3);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn what_is_not_a_page_is_an_error_that_names_it() {
    let html = status(200, &[("Content-Type", "text/html")], "<html>sign in to the network</html>");
    let empty = status(200, &[("Content-Type", "application/json")], "");
    for (answer, name) in [
        (html, "text/html instead of JSON"),
        (empty, "an empty body"),
        (json(r#"{"value":[{"a":1},"#), "JSON that was cut short"),
        (json(r#"{"values":[]}"#), "without the list of rows"),
        (json("<html></html>"), "HTML"),
    ] {
        let server = Server::start(|_| vec![answer]).await;
        let mut pages = server.client().pages(Query::new("x"));
        let error = pages.next().await.unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(error.status(), Some(200));
    }
}

#[tokio::test]
async fn wherever_a_connection_breaks_no_row_is_lost_or_doubled() {
    let rows: Vec<String> =
        (0..4_000).map(|n| format!(r#"{{"n":{n},"text":"{}"}}"#, "x".repeat(60))).collect();
    let body = format!(r#"{{"value":[{}]}}"#, rows.join(","));
    for end in (0..body.len()).step_by(64 << 10).chain([1, body.len() - 1]) {
        let server = Server::start(|_| vec![cut_at(&body, end), json(&body)]).await;
        let page = server.client().page(&Query::new("x")).await.unwrap();
        assert!(page.rows().map(|row| row.json().to_owned()).eq(rows.iter().cloned()), "cut at {end}");
        assert_eq!(server.seen().len(), 2);
    }
}
