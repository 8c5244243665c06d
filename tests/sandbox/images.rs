//! Images of rows: set with the row or by themselves, shown, downloaded, cleared and refused.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

const OCTETS: (&str, &str) = ("content-type", "application/octet-stream");
const BAD_IMAGE: &str = "0x80072553";
const PARTS: [&str; 4] = ["entityimage", "entityimageid", "entityimage_timestamp", "entityimage_url"];

/// Bytes that begin as a picture does; nobody looks further.
fn picture(beginning: &[u8], end: &[u8]) -> Vec<u8> {
    [beginning, b"\0\x01\xfe\xff", end].concat()
}

fn png(end: &str) -> Vec<u8> {
    picture(b"\x89PNG\r\n\x1a\n", end.as_bytes())
}

async fn account(office: &Office, body: Value) -> String {
    let made = office.post("/accounts", body).await;
    assert_eq!(made.status, 204, "{}", made.text);
    made.header("odata-entityid").to_owned()
}

async fn parts(office: &Office, row: &str) -> [Value; 4] {
    let row = office.get(&format!("{row}?$select={}", PARTS.join(","))).await;
    PARTS.map(|name| row.body[name].clone())
}

#[tokio::test]
async fn an_image_is_set_with_its_row_and_other_columns_follow() {
    let office = Office::new().await;
    let first = STANDARD.encode(png("first"));
    let row = account(&office, json!({ "name": "With a face", "entityimage": first })).await;
    let before = parts(&office, &row).await;
    assert_eq!(before[0], first);
    let (id, time) = (before[1].as_str().unwrap(), before[2].as_i64().unwrap());
    // 100-nanosecond units since the year 1.
    assert!(time > 638_000_000_000_000_000, "{time}");
    let url = format!("/Image/download.aspx?Entity=account&Attribute=entityimage&Id={id}&Timestamp={time}");
    assert_eq!(before[3], url);

    let value = office.get(&format!("{row}/entityimage/$value?size=full")).await;
    assert_eq!((value.status.as_u16(), &value.bytes), (200, &png("first")));
    assert_eq!((value.header("mimetype"), value.header("x-ms-file-name")), ("image/png", "entityimage.png"));
    assert_eq!(office.get(&format!("{row}/entityimage/$value")).await.bytes, png("first"));
    let root = office.desk.ready().url.clone();
    let page = office.get(&format!("{root}{url}&Full=true")).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "image/png"));
    assert_eq!(page.bytes, png("first"));
    let anonymous = office.desk.http.get(format!("{root}{url}")).send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
    let elsewhere = office.get(&format!("{root}{}", url.replace("Entity=account", "Entity=contact"))).await;
    assert_eq!(elsewhere.refusal(), (404, "0x80040217"));

    // Line breaks in base64 say nothing.
    let text = STANDARD.encode(picture(b"\xff\xd8\xff", b"second"));
    let (begin, end) = text.split_at(8);
    let broken = json!({ "entityimage": format!("{begin}\r\n{end}\n") });
    assert_eq!(office.patch(&row, &[], broken).await.status, 204);
    let after = parts(&office, &row).await;
    assert_eq!(after[0], text);
    assert!(after[1] != before[1] && after[2].as_i64().unwrap() > time, "{after:?}");
    assert_eq!(office.get(&format!("{root}{url}")).await.status, 404);
    let unchanged = office.patch(&row, &[], json!({ "name": "Renamed" })).await;
    assert_eq!(unchanged.status, 204);
    assert_eq!(parts(&office, &row).await, after);

    for (method, path, body) in [
        (Method::PATCH, row.clone(), Some(json!({ "entityimage": null }))),
        (Method::PUT, format!("{row}/entityimage"), Some(json!({ "value": null }))),
        (Method::DELETE, format!("{row}/entityimage"), None),
    ] {
        let set = office.patch(&row, &[], json!({ "entityimage": first })).await;
        assert_eq!(set.status, 204, "{}", set.text);
        assert_eq!(office.send(method.clone(), &path, &[], body).await.status, 204, "{method}");
        assert_eq!(
            parts(&office, &row).await,
            [Value::Null, Value::Null, Value::Null, Value::Null],
            "{method}"
        );
        assert_eq!(office.get(&format!("{row}/entityimage/$value")).await.status, 204);
    }
}

#[tokio::test]
async fn an_image_is_uploaded_as_a_file_is() {
    let office = Office::new().await;
    let row = account(&office, json!({ "name": "With a face" })).await;
    let path = format!("{row}/entityimage");
    for (beginning, mime) in [
        (&b"GIF89a"[..], "image/gif"),
        (b"BM", "image/bmp"),
        (b"II*\0", "image/tiff"),
        (b"\xff\xd8\xff", "image/jpeg"),
    ] {
        let content = picture(beginning, b"whole");
        let headers = [OCTETS, ("x-ms-file-name", "face.x")];
        assert_eq!(office.send_bytes(Method::PATCH, &path, &headers, content.clone()).await.status, 204);
        assert_eq!(parts(&office, &row).await[0], STANDARD.encode(&content));
        let value = office.get(&format!("{path}/$value")).await;
        assert_eq!((value.header("mimetype"), value.header("x-ms-file-name")), (mime, "face.x"));
        assert_eq!(value.bytes, content);
    }
    let content = png("in chunks");
    let opened = office.send(Method::PATCH, &path, &[("x-ms-transfer-mode", "chunked")], None).await;
    let location = opened.header("location").to_owned();
    for (from, to, status) in [(0, 5, 206), (5, content.len(), 204)] {
        let range = format!("bytes {from}-{}/{}", to - 1, content.len());
        let headers = [OCTETS, ("content-range", &range)];
        let body = content[from..to].to_vec();
        assert_eq!(office.send_bytes(Method::PATCH, &location, &headers, body).await.status, status);
    }
    let range = [("range", "bytes=0-3")];
    let part = office.send(Method::GET, &format!("{path}/$value?size=full"), &range, None).await;
    assert_eq!((part.status.as_u16(), &part.bytes), (206, &b"\x89PNG".to_vec()));
    assert_eq!(part.header("x-ms-file-name"), "entityimage.png");
    let whole = office.get(&path).await;
    assert_eq!(whole.body["value"], STANDARD.encode(&content));

    let [_, id, ..] = parts(&office, &row).await;
    assert_eq!(office.post("/DeleteFile", json!({ "FileId": id })).await.status, 204);
    assert_eq!(parts(&office, &row).await, [Value::Null, Value::Null, Value::Null, Value::Null]);
}

#[tokio::test]
async fn what_is_no_image_is_refused_and_changes_nothing() {
    let office = Office::new().await;
    let kept = STANDARD.encode(png("kept"));
    let row = account(&office, json!({ "name": "With a face", "entityimage": kept })).await;
    let before = parts(&office, &row).await;
    let id = row.split(['(', ')']).nth(1).unwrap();
    let text = STANDARD.encode("no picture");
    let refused = office.patch(&row, &[], json!({ "name": "Other", "entityimage": text })).await;
    assert_eq!(refused.refusal(), (400, BAD_IMAGE));
    assert_eq!(
        refused.message(),
        format!(
            "Error occured when processing image. Reason: Update image properties failed for objectid: {id}, \
             logicalName: account, attribute: entityimage"
        )
    );
    for body in [json!({ "entityimage": "no-base64" }), json!({ "entityimage": 5 })] {
        assert_eq!(office.patch(&row, &[], body).await.refusal(), (400, "0x80048d19"));
    }
    let path = format!("{row}/entityimage");
    let upload = office.send_bytes(Method::PATCH, &path, &[OCTETS], b"%PDF-1.7".to_vec()).await;
    assert_eq!(upload.refusal(), (400, BAD_IMAGE));
    let mut large = png("");
    large.resize(30 * 1024 * 1024 + 1, 0);
    let upload = office.send_bytes(Method::PATCH, &path, &[OCTETS], large).await;
    assert_eq!(upload.refusal(), (400, BAD_IMAGE));
    assert!(upload.message().contains("File size is too big. MaxSize: 30 MB"), "{}", upload.message());
    assert_eq!(parts(&office, &row).await, before);
    assert_eq!(office.get(&format!("{row}?$select=name")).await.body["name"], "With a face");
    assert_eq!(office.get(&format!("{path}/$value")).await.bytes, png("kept"));
}
