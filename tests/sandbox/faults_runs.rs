//! Faults that a client meets again and again: refusals with a pause, bursts, errors of every form, batches that are not
//! whole, answers that are lost (F1, F2, F12, F13, F15). What counts here is that each strikes as often as it was
//! ordered, says what it was told to, and leaves behind what it should.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

async fn order(office: &Office, times: usize, fault: &Value) {
    let order = json!({ "match": { "origin": "api", "path": "accounts" }, "times": times, "fault": fault });
    assert_eq!(office.desk.order(order).await.status, 200, "{fault}");
}

/// F1 and F2: so many are refused, and the next one gets every row that it would have got.
async fn requests_are_refused_for_a_while(count: usize) {
    let office = Office::new().await;
    let list = "/accounts?$select=name&$orderby=name&$top=20";
    let whole = office.get(list).await.text;
    let pauses = [
        Some("0"),
        Some("1"),
        Some("30"),
        Some("600"),
        Some("Wed, 21 Oct 2026 07:28:00 GMT"),
        None,
        Some("soon"),
    ];
    for index in 0..count {
        let status = [429, 503, 502, 504][index % 4];
        let mut fault = json!({ "kind": "status", "status": status });
        let pause = pauses[index % pauses.len()];
        if let Some(pause) = pause {
            fault["retry_after"] = json!(pause);
        }
        let burst = index % 5 + 1;
        order(&office, burst, &fault).await;
        for _ in 0..burst {
            let refused = office.get(list).await;
            assert_eq!(refused.status.as_u16(), status, "{fault}");
            assert_eq!(refused.headers.get("retry-after").map(String::as_str), pause, "{fault}");
        }
        assert_eq!(office.get(list).await.text, whole, "{fault}");
    }
}

/// F12: errors in every form that a server or something before it has.
async fn errors_come_in_every_form(count: usize) {
    let office = Office::new().await;
    for index in 0..count {
        let (status, code) = [(400, "0x80060888"), (403, "0x80040220"), (404, "0x80040217")][index % 3];
        let fault = match index % 4 {
            0 => json!({ "kind": "status", "status": status, "code": code, "message": "Told so." }),
            1 => json!({ "kind": "status", "status": status, "code": code, "inner_errors": 5 }),
            2 => json!({ "kind": "status", "status": status, "code": code, "bytes": 10_000_000 }),
            _ => json!({ "kind": "html", "status": status }),
        };
        order(&office, 1, &fault).await;
        let refused = office.get("/accounts").await;
        assert_eq!(refused.status.as_u16(), status, "{fault}");
        match index % 4 {
            0 => assert_eq!((refused.refusal().1, refused.message()), (code, "Told so."), "{fault}"),
            1 => {
                let mut error = &refused.body["error"]["innererror"];
                for _ in 1..5 {
                    error = &error["internalexception"];
                }
                assert!(error["message"].is_string(), "{}", refused.text);
            }
            2 => assert!(refused.text.len() > 10_000_000 && refused.refusal().1 == code, "{fault}"),
            _ => assert!(refused.body.is_null() && refused.text.contains("<html"), "{}", refused.text),
        }
    }
}

/// F13: a batch is done, and its answer does not tell all of it.
async fn batches_are_not_whole(count: usize) {
    let office = Office::new().await;
    let part = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nPOST accounts HTTP/1.1\r\n\
                Content-Type: application/json\r\n\r\n";
    for index in 0..count {
        let names = [format!("First {index}"), format!("Second {index}")];
        let parts: String =
            names.iter().map(|name| format!("--b\r\n{part}{{\"name\":\"{name}\"}}\r\n")).collect();
        let fault = match index % 3 {
            0 => json!({ "kind": "batch", "drop": 1 }),
            1 => json!({ "kind": "batch", "boundary": "other" }),
            _ => json!({ "kind": "batch", "unclosed": true }),
        };
        office.order("batch", fault.clone()).await;
        let kind = [("content-type", "multipart/mixed; boundary=b")];
        let reply = office.send_text(Method::POST, "/$batch", &kind, format!("{parts}--b--\r\n")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let boundary = reply.header("content-type").split("boundary=").nth(1).unwrap().to_owned();
        let told = reply.text.matches("HTTP/1.1 204").count();
        let fits = reply.text.contains(&format!("--{boundary}"));
        let closed = reply.text.trim_end().ends_with("--");
        let expected = [(1, true, true), (2, false, true), (2, true, false)][index % 3];
        assert_eq!((told, fits, closed), expected, "{fault}: {}", reply.text);
        for name in names {
            let made = office.get(&format!("/accounts?$select=name&$filter=name eq '{name}'")).await;
            assert_eq!(made.rows().len(), 1, "{fault}: what is not told is done");
        }
    }
}

/// F15: the write is done once, and nobody says so.
async fn answers_of_writes_are_lost(count: usize) {
    let office = Office::new().await;
    let queue = office.first("queues", "queueid").await;
    for index in 0..count {
        let key = format!("00000000-0000-4000-8000-{index:012}");
        let row = format!("/accounts({key})");
        lost(&office, Method::POST, "/accounts", json!({ "accountid": key, "name": "Lost" })).await;
        assert_eq!(office.get(&row).await.body["name"], "Lost");
        let again = office.post("/accounts", json!({ "accountid": key, "name": "Lost" })).await;
        assert_eq!(again.refusal(), (412, "0x80040237"), "a second one is not made");
        let etag = office.get(&row).await.header("etag").to_owned();
        lost(&office, Method::PATCH, &row, json!({ "name": "Changed" })).await;
        assert_eq!(office.get(&row).await.body["name"], "Changed");
        let stale = office.patch(&row, &[("if-match", &etag)], json!({ "name": "Twice" })).await;
        assert_eq!(stale.refusal(), (412, "0x80060882"), "with its ETag it is not done again");
        lost(&office, Method::DELETE, &row, json!({})).await;
        assert_eq!(office.get(&row).await.refusal().0, 404);
        let (case, id) = office.new_case("Lost").await;
        let target =
            json!({ "Target": { "@odata.type": "Microsoft.Dynamics.CRM.incident", "incidentid": id } });
        let add = format!("/queues({queue})/Microsoft.Dynamics.CRM.AddToQueue");
        lost(&office, Method::POST, &add, target).await;
        let items = office.get(&format!("{case}/Incident_QueueItem?$select=title")).await;
        assert_eq!(items.rows().len(), 1, "the action was done once");
    }
}

/// Sends a request whose answer is lost.
async fn lost(office: &Office, method: Method, path: &str, body: Value) {
    let place = path.split(['(', '/']).nth(1).unwrap_or_default();
    office.order(place, json!({ "kind": "reset_after" })).await;
    let bearer = office.bearer();
    let bearer = bearer.split_once(": ").map_or("", |(_, token)| token.trim());
    let request = office.desk.http.request(method, office.address(path)).header("authorization", bearer);
    assert!(request.json(&body).send().await.is_err(), "{path} was answered");
}

#[tokio::test]
async fn requests_are_refused_as_often_as_ordered_and_then_answered_whole() {
    requests_are_refused_for_a_while(7).await;
}

#[tokio::test]
#[ignore = "100 runs"]
async fn requests_are_refused_as_often_as_ordered_and_then_answered_whole_100_times() {
    requests_are_refused_for_a_while(100).await;
}

#[tokio::test]
async fn errors_come_in_the_form_that_was_ordered() {
    errors_come_in_every_form(4).await;
}

#[tokio::test]
#[ignore = "30 runs"]
async fn errors_come_in_the_form_that_was_ordered_30_times() {
    errors_come_in_every_form(30).await;
}

#[tokio::test]
async fn a_batch_is_done_though_its_answer_is_not_whole() {
    batches_are_not_whole(3).await;
}

#[tokio::test]
#[ignore = "100 runs"]
async fn a_batch_is_done_though_its_answer_is_not_whole_100_times() {
    batches_are_not_whole(100).await;
}

#[tokio::test]
async fn a_write_is_done_once_though_its_answer_is_lost() {
    answers_of_writes_are_lost(3).await;
}

#[tokio::test]
#[ignore = "200 runs"]
async fn a_write_is_done_once_though_its_answer_is_lost_200_times() {
    answers_of_writes_are_lost(200).await;
}
