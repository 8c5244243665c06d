//! A token never leaves the environment's own origin.

use dvtui::dataverse::{Error, Query};

use crate::scripted::{Server, json, status};

#[tokio::test]
async fn a_link_to_another_origin_is_refused_and_nothing_is_sent_there() {
    let foreign = Server::start(|_| vec![]).await;
    let foreign_host = foreign.origin.strip_prefix("http://").unwrap().to_owned();
    for link in [
        format!("{}/api/data/v9.2/x?2", foreign.origin),
        format!("http://localhost:{}/x", foreign_host.rsplit(':').next().unwrap()),
        format!("//{foreign_host}/x"),
        format!("HOME@{foreign_host}/x"),
        "https://127.0.0.1/x".to_owned(),
        "file:///etc/passwd".to_owned(),
        "/api/data/v9.2/x?2".to_owned(),
        "x?2".to_owned(),
    ] {
        let link = link.replace("HOME", "http://127.0.0.1");
        let server =
            Server::start(|_| vec![json(&format!(r#"{{"value":[{{"a":1}}],"@odata.nextLink":"{link}"}}"#))])
                .await;
        let mut pages = server.client().pages(Query::new("x"));
        pages.next().await.unwrap();
        let error = pages.next().await.unwrap_err();
        assert!(matches!(error, Error::ForeignOrigin { .. } | Error::Answer { .. }), "{link}: {error}");
        assert_eq!(server.seen().len(), 1, "{link}");
    }
    assert!(foreign.seen().is_empty());
}

#[tokio::test]
async fn a_user_name_in_a_link_is_refused_even_on_the_own_origin() {
    let server = Server::start(|origin| {
        let host = origin.strip_prefix("http://").unwrap();
        vec![json(&format!(r#"{{"value":[],"@odata.nextLink":"http://user:password@{host}/x"}}"#))]
    })
    .await;
    let mut pages = server.client().pages(Query::new("x"));
    pages.next().await.unwrap();
    assert!(matches!(pages.next().await.unwrap_err(), Error::ForeignOrigin { .. }));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let foreign = Server::start(|_| vec![]).await;
    for code in [301, 302, 303, 307, 308] {
        let location = format!("{}/api/data/v9.2/x", foreign.origin);
        let server = Server::start(|_| vec![status(code, &[("Location", &location)], "")]).await;
        let error = server.client().page(&Query::new("x")).await.unwrap_err();
        assert_eq!(error.status(), Some(code));
        assert_eq!(server.seen().len(), 1);
    }
    assert!(foreign.seen().is_empty());
}
