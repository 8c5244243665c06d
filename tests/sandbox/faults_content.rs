//! Answers that say something else than they should (F1, F2, F5, F12, F14, F24, F28).

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::office::{Office, Reply};

const LIST: &str = "/accounts?$select=name&$orderby=name";

async fn page(office: &Office, path: &str) -> Reply {
    office.get_preferring(path, "odata.maxpagesize=7,odata.include-annotations=\"*\"").await
}

#[tokio::test]
async fn errors_carry_what_they_are_ordered_with() {
    let office = Office::new().await;
    for text in ["0", "1", "600", "Wed, 21 Oct 2026 07:28:00 GMT", "soon", "-1", ""] {
        office.order("accounts", json!({ "kind": "status", "status": 429, "retry_after": text })).await;
        let reply = office.get(LIST).await;
        assert_eq!((reply.refusal(), reply.header("retry-after")), ((429, "0x80072322"), text));
    }
    for status in [429, 502, 503, 504] {
        office.order("accounts", json!({ "kind": "status", "status": status })).await;
        let reply = office.get(LIST).await;
        assert_eq!(reply.status, status);
        assert!(!reply.headers.contains_key("retry-after") && reply.body["error"]["code"].is_string());
    }
    let fault = json!({ "kind": "status", "status": 500, "inner_errors": 2, "bytes": 10_000_000, "message": "Long." });
    office.order("accounts", fault).await;
    let reply = office.get(LIST).await;
    assert!(reply.message().starts_with("Long...") && reply.message().len() == 10_000_000);
    assert!(reply.body["error"]["innererror"]["internalexception"]["message"].is_string());
    office.order("accounts", json!({ "kind": "html", "status": 403 })).await;
    assert_eq!((office.get(LIST).await.status.as_u16(), office.get(LIST).await.status.as_u16()), (403, 200));
}

#[tokio::test]
async fn a_good_status_comes_with_something_else() {
    let office = Office::new().await;
    office.order("accounts", json!({ "kind": "answer" })).await;
    let empty = office.get(LIST).await;
    assert_eq!((empty.status.as_u16(), empty.text.as_str(), empty.header("content-length")), (200, "", "0"));
    let body = "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>";
    let answer = json!({ "kind": "answer", "status": 203, "content_type": "application/xml", "body": body });
    office.order("metadata", answer).await;
    let given = office.get("/$metadata").await;
    let seen = (given.status.as_u16(), given.header("content-type"), given.text.as_str());
    assert_eq!(seen, (203, "application/xml", body));
    for (fault, kind) in [
        (json!({ "kind": "content_type" }), "text/plain"),
        (
            json!({ "kind": "content_type", "value": "text/html; charset=utf-16" }),
            "text/html; charset=utf-16",
        ),
    ] {
        office.order("accounts", fault).await;
        let reply = office.get(LIST).await;
        assert_eq!((reply.header("content-type"), reply.rows().is_empty()), (kind, false));
    }
    office.order("accounts", json!({ "kind": "bad_json" })).await;
    let broken = office.get(LIST).await;
    assert_eq!((broken.status.as_u16(), &broken.body, broken.text.is_empty()), (200, &Value::Null, false));
}

/// F14: circles, empty pages, rows that come twice, a place in the list that is gone.
async fn paging_goes_wrong(count: usize) {
    let office = Office::new().await;
    for _ in 0..count {
        let first = page(&office, LIST).await;
        let second_link = first.body["@odata.nextLink"].as_str().unwrap().to_owned();

        office.order("skiptoken", json!({ "kind": "next_link", "to": "first" })).await;
        let second = page(&office, &second_link).await;
        assert_eq!(second.body["@odata.nextLink"], office.address(LIST), "A, B and A again");

        office.order("accounts", json!({ "kind": "page", "rows": "none" })).await;
        let empty = page(&office, LIST).await;
        assert_eq!(empty.rows().len(), 0);
        let link = empty.body["@odata.nextLink"].as_str().unwrap();
        assert_ne!(link, office.address(LIST));
        assert_eq!(page(&office, link).await.rows(), first.rows());

        office.order("accounts", json!({ "kind": "page", "rows": "repeated" })).await;
        let repeated = page(&office, LIST).await;
        assert_eq!(repeated.rows()[..7], first.rows()[..]);
        assert_eq!(repeated.rows()[7], first.rows()[0]);
        assert_eq!(repeated.body["@odata.nextLink"], second_link);

        let expired = json!({ "kind": "status", "status": 400, "code": "0x8004112a" });
        office.order("skiptoken", expired).await;
        assert_eq!(page(&office, &second_link).await.refusal(), (400, "0x8004112a"));
    }
}

#[tokio::test]
async fn a_list_goes_in_circles_and_repeats_itself() {
    paging_goes_wrong(1).await;
}

#[tokio::test]
#[ignore = "50 runs"]
async fn a_list_goes_in_circles_and_repeats_itself_50_times() {
    paging_goes_wrong(50).await;
}

/// F28: every place where an answer names an address.
async fn addresses_lead_astray(count: usize) {
    let office = Office::new().await;
    let (root, foreign) = (office.desk.ready().url.clone(), office.desk.foreign().to_owned());
    let host = root.strip_prefix("http://").unwrap().to_owned();
    let foreign_host = foreign.strip_prefix("http://").unwrap().to_owned();
    let astray = [
        ("foreign", format!("{foreign}PATH")),
        ("http://host.evil.example{path}", "http://host.evil.examplePATH".to_owned()),
        ("http://{host}.evil.example{path}", format!("http://{host}.evil.examplePATH")),
        ("http://{host}@{foreign_host}{path}", format!("http://{host}@{foreign_host}PATH")),
        ("https://{host}{path}", format!("https://{host}PATH")),
        ("http://xn--cntoso-0ya.example{path}", "http://xn--cntoso-0ya.examplePATH".to_owned()),
        ("http://c\u{43e}ntoso.example{path}", "http://c\u{43e}ntoso.examplePATH".to_owned()),
        ("//{foreign_host}{path}", format!("//{foreign_host}PATH")),
        ("file:///etc/passwd", "file:///etc/passwd".to_owned()),
        ("relative", "PATH".to_owned()),
    ];
    let right = page(&office, LIST).await.body["@odata.nextLink"].as_str().unwrap().to_owned();
    for index in 0..count {
        let (to, expected) = &astray[index % astray.len()];
        office.order("accounts", json!({ "kind": "next_link", "to": to })).await;
        let bent = page(&office, LIST).await;
        assert_eq!(bent.body["@odata.nextLink"], expected.replace("PATH", &right[root.len()..]), "{to}");
        assert_eq!(bent.rows().len(), 7);
    }
    for (to, expected) in astray.iter().filter(|(to, _)| to.contains('/') && to.is_ascii()) {
        for name in ["odata-entityid", "location"] {
            let set = json!({ "kind": "headers", "set": { name: to }, "remove": ["req_id"] });
            office.order("incidents", set).await;
            let title = json!({ "title": "x" });
            let made = office.post("/incidents", title).await;
            assert_eq!(made.header(name), expected.replace("PATH", "/api/data/v9.2/incidents"), "{to}");
            assert!(!made.headers.contains_key("req_id"));
        }
        office.order("accounts", json!({ "kind": "fields", "set": { "@odata.context": to } })).await;
        let path = format!("/api/data/v9.2{LIST}");
        assert_eq!(page(&office, LIST).await.body["@odata.context"], expected.replace("PATH", &path));
    }
}

#[tokio::test]
async fn links_and_headers_name_other_places() {
    addresses_lead_astray(10).await;
}

#[tokio::test]
#[ignore = "50 runs"]
async fn links_and_headers_name_other_places_50_times() {
    addresses_lead_astray(50).await;
}

/// F24: in rows, labels, names, errors, headers, and in what Entra ID says.
#[tokio::test]
async fn hostile_characters_are_in_every_string_that_people_read() {
    let office = Office::new().await;
    let plain = page(&office, "/incidents?$select=title,prioritycode").await;
    office.order("incidents", json!({ "kind": "text", "classes": ["csi"] })).await;
    let hostile = page(&office, "/incidents?$select=title,prioritycode").await;
    let escape = '\u{1b}';
    let label = "prioritycode@OData.Community.Display.V1.FormattedValue";
    for (row, own) in hostile.rows().iter().zip(plain.rows()) {
        for name in ["title", label] {
            let (text, own) = (row[name].as_str().unwrap(), own[name].as_str().unwrap());
            assert!(text.contains(escape) && text.contains(own), "{name}");
        }
        assert_eq!((&row["incidentid"], &row["@odata.etag"]), (&own["incidentid"], &own["@odata.etag"]));
    }
    assert_eq!(hostile.body["@odata.nextLink"], plain.body["@odata.nextLink"]);

    office.order("Definitions", json!({ "kind": "text", "classes": ["osc"] })).await;
    let table = office.get("/EntityDefinitions(LogicalName='account')").await;
    let shown = &table.body["DisplayName"]["UserLocalizedLabel"]["Label"];
    assert!(shown.as_str().unwrap().contains("\u{1b}]52;") && table.body["LogicalName"] == "account");

    office.order("nothing", json!({ "kind": "text", "classes": ["bidi"] })).await;
    assert!(office.get("/nothing").await.message().contains('\u{202e}'));
    let headers = json!({ "kind": "text", "classes": ["c1", "invalid_utf8"], "in": ["headers"] });
    office.order("accounts", headers).await;
    let url = office.address(LIST);
    let bearer = office.bearer();
    let request = office.desk.http.get(url).header("authorization", bearer[15..].trim());
    let response = request.send().await.unwrap();
    let all: Vec<u8> = response.headers().values().flat_map(|value| value.as_bytes().to_vec()).collect();
    assert!(all.contains(&0x9b) && all.contains(&0xff));
    assert_eq!(response.headers()["odata-version"], "4.0");

    office.order("accounts", json!({ "kind": "text", "classes": ["surrogate"] })).await;
    let reply = office.get(LIST).await;
    assert!(reply.text.contains("\\ud800") && reply.body.is_null(), "valid JSON in form, but no text");
    office.order("accounts", json!({ "kind": "text", "classes": ["combining"], "marks": 10_000 })).await;
    assert!(office.get(LIST).await.rows()[0]["name"].as_str().unwrap().contains(&"\u{301}".repeat(10_000)));

    let desk = Desk::new().await;
    desk.order(json!({ "match": { "path": "devicecode" }, "fault": { "kind": "text", "classes": ["csi"] } }))
        .await;
    let device = desk.device().await;
    assert!(device.text("user_code").contains(escape) && device.text("message").contains(escape));
    assert!(!device.text("device_code").contains(escape));
    desk.order(json!({ "match": { "path": "token" }, "fault": { "kind": "text", "classes": ["csi"] } }))
        .await;
    let pending = desk.poll(&device).await;
    assert_eq!(pending.text("error"), "authorization_pending");
    assert!(pending.text("error_description").contains(escape));
}

#[tokio::test]
async fn an_order_says_how_often_it_strikes() {
    let office = Office::new().await;
    for (order, expected) in [
        (json!({ "times": null, "match": { "method": "get", "skip": 2 } }), [200, 200, 503, 503, 503, 503]),
        (json!({ "times": 0 }), [200; 6]),
        (json!({ "times": 2 }), [503, 503, 200, 200, 200, 200]),
        (json!({ "times": null, "probability": 0.0 }), [200; 6]),
        (json!({ "match": { "method": "POST" } }), [200; 6]),
    ] {
        let mut order = order;
        order["fault"] = json!({ "kind": "status", "status": 503 });
        assert_eq!(office.desk.order(order.clone()).await.status, 200);
        let mut statuses = vec![];
        for _ in 0..6 {
            statuses.push(office.get(LIST).await.status.as_u16());
        }
        assert_eq!(statuses, expected, "{order}");
        let url = format!("{}/_sandbox/faults", office.desk.ready().controls.as_deref().unwrap());
        let hits = expected.iter().filter(|status| **status == 503).count();
        assert_eq!(office.desk.get(&url).await.body[0]["hits"], hits);
        office.desk.http.delete(&url).send().await.unwrap();
    }
}
