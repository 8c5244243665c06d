//! Faults of the world around a request: another user, a closed listener, a proxy, a stranger's server (F10, F11, F27).

use serde_json::json;
use tokio::net::TcpStream;

use crate::desk::Desk;
use crate::office::Office;
use crate::{raw, support};

/// F11: what was read is no longer what is there.
async fn rows_are_touched(count: usize) {
    let office = Office::new().await;
    let (case, id) = office.new_case("Mine").await;
    for index in 0..count {
        let before = office.get(&case).await;
        let etag = before.body["@odata.etag"].as_str().unwrap().to_owned();
        let touch = match index % 3 {
            0 => json!({ "kind": "touch_row" }),
            1 => {
                json!({ "kind": "touch_row", "column": "title", "value": format!("Theirs {index}"), "user": "bo" })
            }
            _ => json!({ "kind": "touch_row", "row": format!("incidents({id})") }),
        };
        office.order(if index % 3 == 2 { "accounts" } else { "incidents" }, touch.clone()).await;
        if index % 3 == 2 {
            let account = office.first("accounts", "accountid").await;
            let done =
                office.patch(&format!("/accounts({account})"), &[], json!({ "telephone1": "1" })).await;
            assert_eq!(done.status, 204, "{}", done.text);
        }
        let refused = office.patch(&case, &[("if-match", &etag)], json!({ "title": "Mine again" })).await;
        assert_eq!(refused.refusal(), (412, "0x80060882"), "{touch}");
        let after = office.get_preferring(&case, "odata.include-annotations=\"*\"").await;
        assert_ne!(after.body["@odata.etag"], json!(etag));
        let name = "_modifiedby_value@OData.Community.Display.V1.FormattedValue";
        let (who, column) =
            if index % 3 == 1 { ("Bo Lindqvist", "title") } else { ("Maya Okafor", "description") };
        assert_eq!(after.body[name], who);
        assert_ne!(after.body[column], before.body[column]);
    }
    office.order("incidents", json!({ "kind": "touch_row" })).await;
    assert_eq!(office.get(&case).await.status, 200);
    let etag = office.get(&case).await.body["@odata.etag"].as_str().unwrap().to_owned();
    let request = office.desk.http.delete(office.address(&case)).header("if-match", etag);
    assert_eq!(
        request.header("authorization", office.bearer()[15..].trim()).send().await.unwrap().status(),
        412
    );
}

#[tokio::test]
async fn another_user_writes_between_reading_and_writing() {
    rows_are_touched(3).await;
}

#[tokio::test]
#[ignore = "50 runs"]
async fn another_user_writes_between_reading_and_writing_50_times() {
    rows_are_touched(50).await;
}

/// F10: the network is gone, and back at the same place.
async fn listeners_close(count: usize) {
    let desk = Desk::new().await;
    let root = desk.ready().url.clone();
    let address = root.strip_prefix("http://").unwrap().to_owned();
    for index in 0..count {
        let which = if index % 2 == 0 { json!({}) } else { json!({ "path": "WhoAmI" }) };
        let kept = raw::beginning(&root, &format!("GET / HTTP/1.1\r\n{}\r\n", raw::host(&root)), 15).await;
        desk.order(json!({ "match": which, "fault": { "kind": "refuse", "seconds": 1 } })).await;
        if index % 2 == 1 {
            assert!(raw::get(&root, "/api/data/v9.2/WhoAmI", &raw::host(&root)).await.reset);
        }
        while TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        let refused = TcpStream::connect(&address).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        let (mut old, _) = kept;
        let mut rest = vec![];
        // It ends, one way or another.
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut old, &mut rest).await;
        assert_eq!(desk.get(desk.foreign()).await.status, 200, "others still listen");
        while TcpStream::connect(&address).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(raw::get(&root, "/api/data/v9.2/WhoAmI", &raw::host(&root)).await.status(), 401);
        let listed = format!("{}/_sandbox/faults", desk.ready().controls.as_deref().unwrap());
        assert_eq!(desk.get(&listed).await.body[index]["hits"], 1);
    }
}

#[tokio::test]
async fn a_closed_listener_refuses_and_opens_again_at_its_port() {
    listeners_close(2).await;
}

#[tokio::test]
#[ignore = "30 runs of a second"]
async fn a_closed_listener_refuses_and_opens_again_at_its_port_30_times() {
    listeners_close(30).await;
}

#[tokio::test]
async fn the_proxy_lets_nobody_through_and_keeps_a_record() {
    let desk = Desk::new().await;
    let proxy = desk.ready().proxy.clone().unwrap();
    for (request, path) in [
        (
            "CONNECT contoso.crm4.dynamics.com:443 HTTP/1.1\r\nHost: contoso.crm4.dynamics.com:443\r\n",
            "contoso.crm4.dynamics.com:443",
        ),
        (
            "GET http://contoso.example/api/data/ HTTP/1.1\r\nHost: contoso.example\r\nAuthorization: Bearer x\r\n",
            "http://contoso.example/api/data/",
        ),
    ] {
        let reply = raw::exchange(&proxy, &format!("{request}Connection: close\r\n\r\n")).await;
        assert_eq!(reply.status(), 407, "{}", reply.text);
        assert_eq!(reply.header("proxy-authenticate"), Some("Basic realm=\"Contoso proxy\""));
        let entry = desk.requests().await.pop().unwrap();
        assert_eq!(
            (&entry["origin"], &entry["path"], &entry["status"]),
            (&json!("proxy"), &json!(path), &json!(407))
        );
        assert_eq!(entry["authorization"], request.contains("Authorization"));
    }
}

#[tokio::test]
async fn a_redirect_leads_there_and_back_and_the_stranger_sees_what_came_along() {
    let desk = Desk::new().await;
    for status in [301, 302, 303, 307, 308] {
        for (origin, to) in [("api", "foreign"), ("foreign", "api")] {
            let fault = json!({ "kind": "redirect", "status": status, "to": to });
            desk.order(json!({ "match": { "origin": origin }, "fault": fault })).await;
        }
        let (url, path) = (desk.ready().url.clone(), "/api/data/v9.2/WhoAmI?x");
        let there = desk.api(path, "secret").await;
        let there = (there.status().as_u16(), there.headers()["location"].to_str().unwrap().to_owned());
        assert_eq!(there, (status, format!("{}{path}", desk.foreign())));
        let back = desk.http.get(&there.1).bearer_auth("secret").send().await.unwrap();
        assert_eq!(back.headers()["location"], format!("{url}{path}"));
        let entry = desk.requests().await.pop().unwrap();
        assert_eq!((&entry["origin"], &entry["authorization"]), (&json!("foreign"), &json!(true)));
    }
    desk.get(&format!("{}/x", desk.foreign())).await;
    assert_eq!(desk.requests().await.pop().unwrap()["authorization"], false);
}

#[tokio::test]
async fn without_controls_nothing_is_there_that_tests_alone_need() {
    let desk = Desk::with(dvtui::sandbox::Options { controls: false, ..support::options() }).await;
    let line = serde_json::to_value(desk.ready()).unwrap();
    for name in ["controls", "foreign", "proxy"] {
        assert_eq!(line[name], json!(null), "{name}");
    }
    for root in
        [&desk.ready().url, &desk.ready().discovery, &desk.authority("").trim_end_matches('/').to_owned()]
    {
        for path in ["/_sandbox/requests", "/_sandbox/faults", "/_sandbox/reset", "/_sandbox/approve"] {
            let order = "{\"fault\":{\"kind\":\"html\"}}";
            let request = format!(
                "POST {path} HTTP/1.1\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{order}",
                raw::host(root),
                order.len()
            );
            let status = raw::exchange(root, &request).await.status();
            assert!(status == 404 || status == 401, "{root}{path}: {status}");
        }
    }
    assert_eq!(desk.get(&desk.ready().url).await.status, 404, "no fault was ordered");
}

/// F34: other hosts by name, other sites, other networks.
#[tokio::test]
async fn nobody_but_this_machine_is_served() {
    for listen in
        ["0.0.0.0:0", "[::]:0", "192.168.0.1:0", "10.0.0.1:8080", "[::ffff:127.0.0.1]:0", "[fe80::1]:0"]
    {
        let options = dvtui::sandbox::Options { listen: listen.parse().unwrap(), ..support::options() };
        let error = dvtui::sandbox::start(options).await.unwrap_err();
        assert!(error.to_string().starts_with("the sandbox listens on loopback only"), "{error}");
    }
    let desk = Desk::new().await;
    let ready = desk.ready().clone();
    let entra = desk.authority("").trim_end_matches('/').to_owned();
    let controls = ready.controls.clone().unwrap();
    for (root, guarded) in [(&ready.url, true), (&ready.discovery, true), (&controls, true), (&entra, false)]
    {
        let port = root.rsplit(':').next().unwrap();
        for host in [
            format!("Host: evil.example:{port}\r\n"),
            format!("Host: localhost.evil.example:{port}\r\n"),
            format!("Host: 127.0.0.1.evil.example:{port}\r\n"),
            format!("Host: 127.0.0.1@evil.example:{port}\r\n"),
            format!("Host: localhost.:{port}\r\n"),
            format!("Host: 192.168.0.1:{port}\r\n"),
            "Host: 127.0.0.1:1\r\n".to_owned(),
            "Host: \r\n".to_owned(),
            String::new(),
        ] {
            let reply = raw::get(root, "/_sandbox/requests", &host).await;
            assert!(matches!(reply.status(), 400 | 403), "{root} {host}: {}", reply.text);
        }
        let twice = format!("{}Host: evil.example\r\n", raw::host(root));
        assert_eq!(raw::get(root, "/_sandbox/requests", &twice).await.status(), 400);
        let whole =
            format!("GET http://evil.example/ HTTP/1.1\r\nConnection: close\r\n{}\r\n", raw::host(root));
        assert_eq!(raw::exchange(root, &whole).await.status(), 403);
        for origin in ["null", "https://evil.example", "http://localhost", "http://127.0.0.1:1", "x", ""] {
            let headers = format!("{}Origin: {origin}\r\n", raw::host(root));
            let status = raw::get(root, "/_sandbox/requests", &headers).await.status();
            assert_eq!(status == 403, guarded, "{root} {origin:?}: {status}");
        }
    }
}
