//! What is really on the wire when an answer is cut, stalls, never ends or is badly packed (F3 to F6, F25, F26).

use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::office::Office;
use crate::raw;

const PATH: &str = "/api/data/v9.2/accounts?$select=name,accountnumber";

/// The page by hand, on a connection of its own.
async fn page(office: &Office, headers: &str) -> raw::Reply {
    let root = &office.desk.ready().url;
    raw::get(root, PATH, &format!("{}{}{headers}", raw::host(root), office.bearer())).await
}

fn request(office: &Office) -> String {
    format!("GET {PATH} HTTP/1.1\r\n{}{}\r\n", raw::host(&office.desk.ready().url), office.bearer())
}

/// Numbers that are always the same, below `limit`.
fn draws(count: usize, limit: usize) -> Vec<usize> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    };
    (0..count).map(|_| draw()).collect()
}

/// F3: the connection ends or is reset in headers or body, wherever that is.
async fn cuts_come_where_they_are_ordered(count: usize) {
    let office = Office::new().await;
    let whole = page(&office, "").await;
    let body = whole.body().to_owned();
    let head = whole.bytes.len() - whole.body_bytes().len();
    for (index, draw) in draws(count, 1 << 30).into_iter().enumerate() {
        let reset = index % 2 == 1;
        let (part, after) = match index % 4 {
            0 | 1 => ("headers", draw % head),
            _ => ("body", draw % body.len()),
        };
        let cut = json!({ "kind": "cut", "part": part, "after_bytes": after, "reset": reset });
        office.order("accounts", cut).await;
        let cut = page(&office, "").await;
        assert_eq!(cut.reset, reset, "{part} {after}");
        if part == "headers" {
            assert_eq!(cut.bytes.len(), after);
        } else {
            assert_eq!(cut.header("content-length"), whole.header("content-length"));
            assert_eq!(cut.body(), &body[..after]);
        }
    }
    assert_eq!(page(&office, "").await.body(), body);
}

#[tokio::test]
async fn an_answer_ends_where_it_is_told_to() {
    cuts_come_where_they_are_ordered(8).await;
}

#[tokio::test]
#[ignore = "200 runs"]
async fn an_answer_ends_where_it_is_told_to_200_times() {
    cuts_come_where_they_are_ordered(200).await;
}

/// F4: no last chunk, too few bytes, bytes that unpack to something else or not at all, a false label.
async fn bodies_are_broken_in_every_way(count: usize) {
    let office = Office::new().await;
    let whole = page(&office, "").await.body().to_owned();
    for after in draws(count, whole.len()) {
        office.order("accounts", json!({ "kind": "cut", "chunked": true, "after_bytes": after })).await;
        let open = page(&office, "").await;
        assert_eq!(
            (open.header("transfer-encoding"), open.header("content-length")),
            (Some("chunked"), None)
        );
        assert!(!open.text.ends_with("0\r\n\r\n"), "{after}");

        for kind in ["gzip_cut", "gzip_corrupt"] {
            office.order("accounts", json!({ "kind": kind })).await;
            let packed = page(&office, "Accept-Encoding: gzip\r\n").await;
            assert_eq!(packed.header("content-encoding"), Some("gzip"));
            let length = packed.body_bytes().len().to_string();
            assert_eq!(
                packed.header("content-length"),
                Some(length.as_str()),
                "nothing tells {kind} from a whole one"
            );
            let mut text = vec![];
            assert!(GzDecoder::new(packed.body_bytes()).read_to_end(&mut text).is_err(), "{kind}");
        }
        for name in ["gzip", "br"] {
            let set = json!({ "content-encoding": name });
            office.order("accounts", json!({ "kind": "headers", "set": set })).await;
            let labelled = page(&office, "Accept-Encoding: gzip\r\n").await;
            assert_eq!((labelled.header("content-encoding"), labelled.body()), (Some(name), whole.as_str()));
        }
    }
    assert_eq!(page(&office, "").await.body(), whole);
}

#[tokio::test]
async fn a_body_is_not_what_its_headers_say() {
    bodies_are_broken_in_every_way(2).await;
}

#[tokio::test]
#[ignore = "100 runs"]
async fn a_body_is_not_what_its_headers_say_100_times() {
    bodies_are_broken_in_every_way(100).await;
}

/// F6: silence in headers and body, a byte at a time, a body without an end.
async fn answers_stall_and_never_end(count: usize) {
    let office = Office::new().await;
    let root = office.desk.ready().url.clone();
    let whole = page(&office, "").await;
    for after in draws(count, 100).into_iter().map(|draw| draw + 1) {
        office.order("accounts", json!({ "kind": "stall", "part": "headers", "after_bytes": after })).await;
        let (mut silent, begun) = raw::beginning(&root, &request(&office), after).await;
        assert!(whole.bytes.starts_with(&begun[..after.min(15)]));
        let mut byte = [0; 1];
        let more = tokio::time::timeout(Duration::from_millis(100), silent.read(&mut byte)).await;
        assert!(more.is_err(), "nothing more comes, and the connection stays");

        office.order("accounts", json!({ "kind": "stall", "after_bytes": after })).await;
        let head = whole.bytes.len() - whole.body_bytes().len() - "connection: close\r\n".len();
        let (mut silent, begun) = raw::beginning(&root, &request(&office), head + after).await;
        assert!(begun.ends_with(&whole.body_bytes()[..after]), "{}", String::from_utf8_lossy(&begun));
        let more = tokio::time::timeout(Duration::from_millis(100), silent.read(&mut byte)).await;
        assert!(more.is_err());

        office.order("accounts", json!({ "kind": "endless" })).await;
        let (_, begun) = raw::beginning(&root, &request(&office), whole.bytes.len() + 2_000_000).await;
        let text = String::from_utf8(begun).unwrap();
        assert!(text.contains("transfer-encoding: chunked") && !text.contains("content-length"));
        assert!(text[text.len() - 10_000..].contains("          "));

        office.order("accounts", json!({ "kind": "endless", "bytes_per_s": 50 })).await;
        raw::beginning(&root, &request(&office), whole.bytes.len()).await;
        office.order("accounts", json!({ "kind": "trickle", "bytes_per_s": 1 })).await;
        raw::beginning(&root, &request(&office), head).await;
    }
    assert_eq!(page(&office, "").await.body(), whole.body(), "those who wait hold nobody up");
    let listed = format!("{}/_sandbox/faults", office.desk.ready().controls.as_deref().unwrap());
    for fault in office.desk.get(&listed).await.body.as_array().unwrap() {
        assert_eq!(fault["hits"], 1, "{fault}");
    }
}

#[tokio::test]
async fn an_answer_falls_silent_or_never_ends() {
    answers_stall_and_never_end(1).await;
}

#[tokio::test]
#[ignore = "20 runs"]
async fn an_answer_falls_silent_or_never_ends_20_times() {
    answers_stall_and_never_end(20).await;
}

/// F25 and F26, sizes in units of a million or a thousand.
async fn answers_are_beyond_measure(scale: usize) {
    let office = Office::new().await;
    let size = scale * 100_000;
    let huge = async |what: &str, size: usize| {
        office.order("accounts", json!({ "kind": "huge", "what": what, "size": size })).await;
        page(&office, "").await
    };
    let rows = |reply: &raw::Reply| serde_json::from_str::<Value>(reply.body()).unwrap()["value"].clone();
    let plain = rows(&page(&office, "").await);

    let value = huge("value", size).await;
    assert_eq!(value.header("content-length").unwrap(), value.body_bytes().len().to_string());
    assert_eq!(rows(&value)[0]["name"].as_str().unwrap().len(), size);
    assert_eq!(rows(&value)[1], plain[1]);
    assert_eq!(rows(&huge("elements", size).await)[0]["name"].as_array().unwrap().len(), size);
    let columns = rows(&huge("columns", scale * 5_000).await);
    assert_eq!(columns[0].as_object().unwrap().len(), plain[0].as_object().unwrap().len() + scale * 5_000);
    let named = rows(&huge("name", size).await);
    assert!(named[0].as_object().unwrap().keys().any(|name| name.chars().count() == size));
    let deep = huge("depth", size).await;
    assert!(deep.body().contains(&"[".repeat(size)) && deep.body().contains(&"]".repeat(size)));

    // A gzip bomb: a thousand to one.
    office.order("accounts", json!({ "kind": "huge", "what": "value", "size": size * 100 })).await;
    let bomb = page(&office, "Accept-Encoding: gzip\r\n").await;
    assert_eq!(bomb.header("content-encoding"), Some("gzip"));
    assert!(bomb.bytes.len() < size * 100 / 500, "{}", bomb.bytes.len());
}

#[tokio::test]
async fn an_answer_is_beyond_measure() {
    answers_are_beyond_measure(1).await;
}

#[tokio::test]
#[ignore = "hundreds of megabytes"]
async fn an_answer_is_far_beyond_measure() {
    answers_are_beyond_measure(10).await;
}

#[tokio::test]
async fn a_head_request_and_an_empty_answer_survive_every_kind() {
    let office = Office::new().await;
    let root = office.desk.ready().url.clone();
    for kind in [
        json!({ "kind": "cut" }),
        json!({ "kind": "trickle", "bytes_per_s": 1 }),
        json!({ "kind": "huge", "what": "value", "size": 1000 }),
        json!({ "kind": "endless" }),
        json!({ "kind": "text" }),
    ] {
        office.order("accounts", kind.clone()).await;
        let head = format!(
            "HEAD {PATH} HTTP/1.1\r\nConnection: close\r\n{}{}\r\n",
            raw::host(&root),
            office.bearer()
        );
        let reply = raw::exchange(&root, &head).await;
        assert_eq!((reply.status(), reply.body()), (200, ""), "{kind}");
    }
    let (case, _) = office.new_case("Broken").await;
    office.order("incidents", json!({ "kind": "cut" })).await;
    assert_eq!(office.patch(&case, &[], json!({ "title": "Whole" })).await.status, 204);
}
