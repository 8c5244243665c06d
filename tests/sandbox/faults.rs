use serde_json::json;

use crate::desk::{Answer, Desk};
use crate::raw;

/// The discovery document, which is always there and always the same.
async fn document(desk: &Desk) -> raw::Reply {
    let root = desk.authority("").trim_end_matches('/').to_owned();
    raw::get(&root, "/common/v2.0/.well-known/openid-configuration", &raw::host(&root)).await
}

#[tokio::test]
async fn a_status_fault_speaks_the_language_of_its_origin() {
    let desk = Desk::new().await;
    let fault = json!({ "kind": "status", "status": 429, "retry_after": "37" });
    let ordered = desk.order(json!({ "match": { "origin": "api" }, "times": 1, "fault": fault })).await;
    assert_eq!((ordered.status.as_u16(), ordered.body["id"].as_u64()), (200, Some(1)));
    assert_eq!(document(&desk).await.status(), 200, "another origin is not struck");
    let struck = desk.api("/api/data/v9.2/accounts", "x").await;
    assert_eq!((struck.status().as_u16(), &struck.headers()["retry-after"]), (429, &"37".parse().unwrap()));
    let body: serde_json::Value = serde_json::from_str(&struck.text().await.unwrap()).unwrap();
    assert_eq!(body["error"]["code"], "0x80072322");
    assert_eq!(desk.api("/api/data/v9.2/accounts", "x").await.status(), 401, "once means once");

    let fault = json!({ "kind": "status", "status": 403, "code": "0x80040220", "message": "No." });
    desk.order(json!({ "fault": fault })).await;
    let body: serde_json::Value =
        serde_json::from_str(&desk.api("/api/data/", "x").await.text().await.unwrap()).unwrap();
    assert_eq!(body, json!({ "error": { "code": "0x80040220", "message": "No." } }));

    desk.order(json!({ "match": { "origin": "entra" }, "fault": { "kind": "status", "status": 503 } })).await;
    let answer = desk.token(&[]).await;
    assert_eq!((answer.status.as_u16(), answer.text("error")), (503, "temporarily_unavailable"));
    let statuses: Vec<u64> =
        desk.requests().await.iter().map(|entry| entry["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 429, 401, 403, 503]);
}

#[tokio::test]
async fn a_proxys_page_comes_instead_of_json() {
    let desk = Desk::new().await;
    desk.order(json!({ "fault": { "kind": "html" } })).await;
    let reply = document(&desk).await;
    assert_eq!((reply.status(), reply.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(reply.body().starts_with("<!doctype html>"));
}

#[tokio::test]
async fn a_cut_body_announces_its_length_and_ends_early() {
    let desk = Desk::new().await;
    let whole = document(&desk).await;
    desk.order(json!({ "fault": { "kind": "cut", "after_bytes": 100 } })).await;
    desk.order(json!({ "fault": { "kind": "cut" } })).await;
    let cut = document(&desk).await;
    assert_eq!(cut.header("content-length"), whole.header("content-length"));
    assert_eq!((cut.body(), cut.reset), (&whole.body()[..100], false));
    assert_eq!(document(&desk).await.body().len(), whole.body().len() / 2);
    assert_eq!(document(&desk).await.body(), whole.body());
}

/// Polls for a token by hand: the connection's end is what matters.
async fn poll_by_hand(desk: &Desk, device: &Answer) -> raw::Reply {
    let root = desk.authority("").trim_end_matches('/').to_owned();
    let client = &desk.ready().client_id;
    let form =
        format!("grant_type=device_code&client_id={client}&device_code={}", device.text("device_code"));
    let request = format!(
        "POST /common/oauth2/v2.0/token HTTP/1.1\r\n{}Content-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        raw::host(&root),
        form.len()
    );
    raw::exchange(&root, &request).await
}

#[tokio::test]
async fn a_reset_comes_before_anything_is_done_or_after_all_of_it() {
    let desk = Desk::new().await;
    for (kind, refusal) in [("reset_before", None), ("reset_after", Some(54005))] {
        let device = desk.device().await;
        desk.order(json!({ "match": { "path": "/token$" }, "fault": { "kind": kind } })).await;
        desk.control(&format!("approve?user_code={}", device.text("user_code"))).await;
        let reply = poll_by_hand(&desk, &device).await;
        assert_eq!((reply.text.as_str(), reply.reset), ("", true));
        assert_eq!(desk.requests().await.last().unwrap()["status"], json!(null));
        let again = desk.poll(&device).await;
        assert_eq!(again.body["error_codes"][0].as_u64(), refusal, "{kind}: was the code used up?");
    }
}

#[tokio::test]
async fn a_delay_makes_the_answer_late_and_whole() {
    let desk = Desk::new().await;
    let whole = document(&desk).await;
    desk.order(json!({ "fault": { "kind": "delay", "ms": 1 } })).await;
    assert_eq!(document(&desk).await.body(), whole.body());

    desk.order(json!({ "fault": { "kind": "delay", "ms": 3_600_000 } })).await;
    let root = desk.authority("").trim_end_matches('/').to_owned();
    let mut late = tokio::net::TcpStream::connect(root.strip_prefix("http://").unwrap()).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\n{}\r\n", raw::host(&root));
    tokio::io::AsyncWriteExt::write_all(&mut late, request.as_bytes()).await.unwrap();
    let faults = format!("{}/_sandbox/faults", desk.ready().controls.as_deref().unwrap());
    while desk.get(&faults).await.body[1]["hits"] != 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(document(&desk).await.status(), 200, "others do not wait");
    let log = desk.requests().await;
    assert_eq!((&log[2]["path"], &log[2]["status"]), (&json!("/"), &json!(null)));
}

#[tokio::test]
async fn faults_are_listed_with_their_hits_and_cleared() {
    let desk = Desk::new().await;
    let order = json!({
        "match": { "origin": "entra", "method": "GET", "path": "openid", "skip": 1 }, "times": 2, "probability": 1.0,
        "seed": 7, "fault": { "kind": "status", "status": 503 },
    });
    desk.order(order.clone()).await;
    let mut statuses = vec![];
    for _ in 0..4 {
        statuses.push(document(&desk).await.status());
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    let url = format!("{}/_sandbox/faults", desk.ready().controls.as_deref().unwrap());
    let listed = desk.get(&url).await.body;
    let mut expected = order;
    expected["id"] = json!(1);
    expected["hits"] = json!(2);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&listed[0][name], value, "{name}");
    }
    desk.http.delete(&url).send().await.unwrap();
    assert_eq!(desk.get(&url).await.body, json!([]));
    for odd in [
        json!({}),
        json!({ "fault": { "kind": "volcano" } }),
        json!({ "match": { "path": "(" }, "fault": { "kind": "html" } }),
    ] {
        let refused = desk.order(odd).await;
        assert!(refused.status == 400 && refused.body["error"].is_string());
    }
}

#[tokio::test]
async fn an_expired_token_is_refused_from_then_on_and_another_is_not() {
    let desk = Desk::new().await;
    let (first, second) = (desk.tokens("anna").await, desk.tokens("anna").await);
    let path = "/api/data/v9.2/WhoAmI";
    desk.order(json!({ "match": { "origin": "api", "skip": 1 }, "fault": { "kind": "expire_token" } })).await;
    assert_ne!(desk.api(path, first.text("access_token")).await.status(), 401);
    assert_eq!(desk.api(path, first.text("access_token")).await.status(), 401);
    assert_eq!(desk.api(path, first.text("access_token")).await.status(), 401);
    assert_ne!(desk.api(path, second.text("access_token")).await.status(), 401);
}

#[tokio::test]
async fn a_revoked_user_has_to_sign_in_again() {
    let desk = Desk::new().await;
    let (anna, bo) = (desk.tokens("anna").await, desk.tokens("bo").await);
    let refresh = async |token: &str| {
        let client = desk.ready().client_id.as_str();
        desk.token(&[("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)]).await
    };
    let newer = refresh(anna.text("refresh_token")).await;
    desk.order(json!({ "match": { "path": "/token$" }, "fault": { "kind": "revoke_refresh" } })).await;
    for token in [&newer, &anna] {
        let refused = refresh(token.text("refresh_token")).await;
        assert_eq!(refused.refusal(), ("invalid_grant", 50173, 400));
        assert_eq!(refused.text("suberror"), "bad_token");
    }
    assert_eq!(refresh(bo.text("refresh_token")).await.status, 200);
    let again = desk.tokens("anna").await;
    assert_eq!(refresh(again.text("refresh_token")).await.status, 200);
}

#[tokio::test]
async fn time_moves_when_it_is_told_to() {
    let desk = Desk::new().await;
    let token = desk.tokens("anna").await;
    desk.order(json!({ "fault": { "kind": "clock", "seconds": 3700 } })).await;
    desk.order(json!({ "fault": { "kind": "clock", "seconds": -3700 } })).await;
    assert_eq!(desk.api("/api/data/v9.2/WhoAmI", token.text("access_token")).await.status(), 401);
    assert_ne!(desk.api("/api/data/v9.2/WhoAmI", token.text("access_token")).await.status(), 401);
}

#[tokio::test]
async fn bodies_crawl_break_off_and_point_elsewhere() {
    let desk = Desk::new().await;
    let whole = document(&desk).await;
    desk.order(json!({ "fault": { "kind": "trickle", "bytes_per_s": 100_000 } })).await;
    assert_eq!(document(&desk).await.body(), whole.body());

    desk.order(json!({ "fault": { "kind": "bad_json" } })).await;
    let broken = document(&desk).await;
    assert_eq!(broken.header("content-length"), Some(broken.body().len().to_string().as_str()));
    assert!(serde_json::from_str::<serde_json::Value>(broken.body()).is_err());

    desk.order(json!({ "fault": { "kind": "gzip_cut" } })).await;
    let url = format!("{}/api/data/", desk.ready().url);
    let packed = desk.http.get(&url).header("Accept-Encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let bytes = packed.bytes().await.unwrap();
    let mut text = String::new();
    assert!(std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).is_err());

    for (to, target) in [
        ("foreign", format!("{}/api/data/?x", desk.foreign())),
        ("http://a.example/", "http://a.example/".into()),
    ] {
        desk.order(json!({ "fault": { "kind": "redirect", "status": 307, "to": to } })).await;
        let sent = desk.http.get(format!("{url}?x")).send().await.unwrap();
        assert_eq!(
            (sent.status().as_u16(), sent.headers()["location"].to_str().unwrap()),
            (307, target.as_str())
        );
    }
}

#[tokio::test]
async fn the_link_to_the_next_page_leads_astray() {
    let desk = Desk::new().await;
    let token = desk.tokens("anna").await.text("access_token").to_owned();
    let path = "/api/data/v9.2/accounts?$select=name";
    let next = async || {
        let request = desk.http.get(format!("{}{path}", desk.ready().url)).bearer_auth(&token);
        let response = request.header("Prefer", "odata.maxpagesize=5").send().await.unwrap();
        let page: serde_json::Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(page["value"].as_array().unwrap().len(), 5);
        page["@odata.nextLink"].as_str().unwrap().to_owned()
    };
    let right = next().await;
    let rest = right.strip_prefix(desk.ready().url.as_str()).unwrap();
    for (to, expected) in [
        ("foreign", format!("{}{rest}", desk.foreign())),
        ("self", format!("{}{path}", desk.ready().url)),
        ("relative", rest.to_owned()),
    ] {
        desk.order(json!({ "match": { "path": "accounts" }, "fault": { "kind": "next_link", "to": to } }))
            .await;
        assert_eq!(next().await, expected, "{to}");
    }
    assert_eq!(next().await, right);
}
