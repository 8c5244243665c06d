//! Files of rows: uploads whole, in chunks and in blocks, downloads whole and in part, and what is refused.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::office::{Office, Reply};

const OCTETS: (&str, &str) = ("content-type", "application/octet-stream");
const CHUNKED: (&str, &str) = ("x-ms-transfer-mode", "chunked");
const INVALID: &str = "0x80040203";
const GONE: &str = "0x80040217";
const TOO_BIG: &str = "0x80044a02";
const COLUMNS: &str = "?$select=contoso_report,contoso_report_name,modifiedon,versionnumber";

struct Inspection {
    office: Office,
    id: String,
    row: String,
    report: String,
}

impl Inspection {
    async fn new() -> Inspection {
        let office = Office::of("admin").await;
        let made = office.post("/contoso_inspections", json!({ "contoso_name": "With a report" })).await;
        assert_eq!(made.status, 204, "{}", made.text);
        let id = made.header("odata-entityid").split(['(', ')']).nth(1).unwrap().to_owned();
        let row = format!("/contoso_inspections({id})");
        let report = format!("{row}/contoso_report");
        Inspection { office, id, row, report }
    }

    async fn put(&self, name: &str, content: &[u8]) -> Reply {
        let headers = [OCTETS, ("x-ms-file-name", name), ("if-none-match", "null")];
        self.office.send_bytes(Method::PATCH, &self.report, &headers, content.to_vec()).await
    }

    /// Opens a session of chunks and answers with its address.
    async fn open(&self, name: &str) -> String {
        let path = format!("{}?x-ms-file-name={name}", self.report);
        // As Microsoft's client has it: JSON by its type, and no body.
        let headers = [CHUNKED, ("if-none-match", "null"), ("content-type", "application/json")];
        let opened = self.office.send_bytes(Method::PATCH, &path, &headers, Vec::new()).await;
        assert_eq!(opened.status, 200, "{}", opened.text);
        assert_eq!(opened.header("x-ms-chunk-size"), "4194304");
        assert_eq!(opened.header("accept-ranges"), "bytes");
        let location = opened.header("location");
        assert!(location.starts_with(&self.office.address(&format!("{}?sessiontoken=", self.report))));
        location.to_owned()
    }

    async fn chunk(&self, location: &str, range: &str, content: &[u8]) -> Reply {
        let headers = [OCTETS, ("content-range", range)];
        self.office.send_bytes(Method::PATCH, location, &headers, content.to_vec()).await
    }

    async fn value(&self) -> Reply {
        self.office.get(&format!("{}/$value", self.report)).await
    }

    fn target(&self) -> Value {
        json!({ "contoso_inspectionid": self.id, "@odata.type": "Microsoft.Dynamics.CRM.contoso_inspection" })
    }

    /// Begins an upload in blocks and answers with its token.
    async fn begin(&self) -> Value {
        let body =
            json!({ "Target": self.target(), "FileName": "b.csv", "FileAttributeName": "contoso_report" });
        let begun = self.office.post("/InitializeFileBlocksUpload", body).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        begun.body["FileContinuationToken"].clone()
    }

    async fn block(&self, token: &Value, id: &str, content: &[u8]) -> Reply {
        let body = json!({
            "BlockId": STANDARD.encode(id),
            "BlockData": STANDARD.encode(content),
            "FileContinuationToken": token,
        });
        self.office.post("/UploadBlock", body).await
    }

    async fn commit(&self, token: &Value, ids: &[&str]) -> Reply {
        let ids: Vec<_> = ids.iter().map(|id| STANDARD.encode(id)).collect();
        let body = json!({
            "FileName": "c.csv", "MimeType": "text/x-table", "BlockList": ids, "FileContinuationToken": token,
        });
        self.office.post("/CommitFileBlocksUpload", body).await
    }
}

#[tokio::test]
async fn a_file_is_a_column_that_is_uploaded_read_and_deleted_by_itself() {
    let desk = Inspection::new().await;
    let office = &desk.office;
    assert_eq!(desk.value().await.status, 204);
    assert_eq!(office.get(&desk.report).await.status, 204);
    let before = office.get(&format!("{}{COLUMNS}", desk.row)).await;
    assert_eq!(
        (&before.body["contoso_report"], &before.body["contoso_report_name"]),
        (&Value::Null, &Value::Null)
    );

    let content: Vec<u8> = (0..=255).collect();
    assert_eq!(desk.put("Pr%C3%BCfung.txt", &content).await.status, 204);
    let row = office.get(&format!("{}{COLUMNS}", desk.row)).await;
    assert_eq!(row.body["contoso_report_name"], "Prüfung.txt");
    assert_ne!(row.body["versionnumber"], before.body["versionnumber"]);
    let id = row.body["contoso_report"].as_str().unwrap();
    assert_eq!(office.get(&desk.report).await.body["value"], id);
    let found = office.get(&format!("/contoso_inspections?$filter=contoso_report eq {id}")).await;
    assert_eq!(found.column("contoso_inspectionid"), [format!("\"{}\"", desk.id)]);

    let value = desk.value().await;
    assert_eq!((value.status.as_u16(), &value.bytes), (200, &content));
    for (name, text) in [
        ("x-ms-file-size", "256"),
        ("x-ms-file-name", "Pr%C3%BCfung.txt"),
        ("mimetype", "text/plain"),
        ("content-type", "application/octet-stream"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(value.header(name), text, "{name}");
    }

    // Another one takes its place; an etag guards it as it guards the row.
    let stale = [OCTETS, ("if-match", before.header("etag")), ("x-ms-file-name", "x.txt")];
    let refused = office.send_bytes(Method::PATCH, &desk.report, &stale, b"x".to_vec()).await;
    assert_eq!(refused.refusal(), (412, "0x80060882"));
    let query = format!("{}?x-ms-file-name=%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf", desk.report);
    let headers = [("content-type", "application/x-report"), ("if-match", "*")];
    assert_eq!(office.send_bytes(Method::PUT, &query, &headers, b"second".to_vec()).await.status, 204);
    let value = desk.value().await;
    assert_eq!((value.text.as_str(), value.header("mimetype")), ("second", "application/x-report"));
    let second = office.get(&format!("{}{COLUMNS}", desk.row)).await;
    assert_eq!(second.body["contoso_report_name"], "отчёт.pdf");
    assert_ne!(second.body["contoso_report"], id);

    assert_eq!(office.send(Method::DELETE, &desk.report, &[], None).await.status, 204);
    assert_eq!(desk.value().await.status, 204);
    let row = office.get(&format!("{}{COLUMNS}", desk.row)).await;
    assert_eq!((&row.body["contoso_report"], &row.body["contoso_report_name"]), (&Value::Null, &Value::Null));
    // A file without bytes is a file.
    assert_eq!(desk.put("empty.bin", b"").await.status, 204);
    let value = desk.value().await;
    assert_eq!((value.status.as_u16(), value.header("x-ms-file-size")), (200, "0"));
}

#[tokio::test]
async fn a_download_gives_the_range_that_is_asked_for() {
    let desk = Inspection::new().await;
    assert_eq!(desk.put("digits.bin", b"0123456789").await.status, 204);
    let path = format!("{}/$value", desk.report);
    for (range, status, bytes, place) in [
        ("bytes=0-3", 206, "0123", "bytes 0-3/10"),
        ("bytes=4-4194303", 206, "456789", "bytes 4-9/10"),
        ("bytes=8-", 206, "89", "bytes 8-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=10-11", 416, "", "bytes */10"),
        ("bytes=5-2", 200, "0123456789", ""),
        ("rows=0-1", 200, "0123456789", ""),
    ] {
        let headers = [("range", range), ("accept-encoding", "gzip")];
        let part = desk.office.send(Method::GET, &path, &headers, None).await;
        assert_eq!((part.status.as_u16(), part.text.as_str()), (status, bytes), "{range}");
        assert_eq!(part.header("content-range"), place, "{range}");
        assert_eq!(part.header("x-ms-chunk-size"), if status == 206 { "4194304" } else { "" }, "{range}");
    }
    // Some clients want the bytes in JSON and go on at the address that they are told.
    let path = format!("{}?size=full", desk.report);
    let first = desk.office.send(Method::GET, &path, &[("range", "bytes=0-5")], None).await;
    assert_eq!((first.status.as_u16(), &first.body["value"]), (206, &json!(STANDARD.encode("012345"))));
    assert_eq!((first.header("x-ms-file-name"), first.header("x-ms-file-size")), ("digits.bin", "10"));
    assert!(first.header("content-disposition").contains("digits.bin"));
    let next =
        desk.office.send(Method::GET, first.header("location"), &[("range", "bytes=6-11")], None).await;
    assert_eq!(next.body["value"], STANDARD.encode("6789"));
}

#[tokio::test]
async fn chunks_make_a_file_when_the_last_of_them_has_come() {
    let desk = Inspection::new().await;
    let content: Vec<u8> = (0..4_194_304_u32 + 700).map(|at| (at / 251) as u8).collect();
    let (total, half) = (content.len(), 4_194_304);
    let location = desk.open("large%20%C3%A9.pdf").await;
    let first = desk.chunk(&location, &format!("bytes 0-{}/{total}", half - 1), &content[..half]).await;
    assert_eq!(first.status, 206, "{}", first.text);
    assert_eq!(desk.value().await.status, 204);
    let last = format!("bytes {half}-{}/{total}", total - 1);
    assert_eq!(desk.chunk(&location, &last, &content[half..]).await.status, 204);
    let value = desk.value().await;
    assert!(value.bytes == content, "{} bytes came back", value.bytes.len());
    assert_eq!(value.header("mimetype"), "application/pdf");
    let row = desk.office.get(&format!("{}{COLUMNS}", desk.row)).await;
    assert_eq!(row.body["contoso_report_name"], "large é.pdf");
    // The session is over.
    assert_eq!(desk.chunk(&location, &last, &content[half..]).await.refusal(), (400, INVALID));
}

#[tokio::test]
async fn chunks_come_in_any_order_and_again_but_only_where_they_belong() {
    let desk = Inspection::new().await;
    let location = desk.open("a.bin").await;
    assert_eq!(desk.chunk(&location, "bytes 4-7/10", b"4567").await.status, 206);
    for (range, content) in [
        ("bytes 0-3/10", &b"012"[..]),
        ("bytes 0-3/10", b""),
        ("bytes 0-3/11", b"0123"),
        ("bytes 8-10/10", b"89a"),
        ("bytes 3-5/10", b"345"),
        ("bytes 0-3/*", b"0123"),
        ("bytes */10", b"0123"),
        ("", b"0123"),
    ] {
        let refused = desk.chunk(&location, range, content).await;
        assert_eq!(refused.refusal(), (400, INVALID), "{range}");
    }
    assert_eq!(desk.chunk(&location, "bytes 8-9/10", b"89").await.status, 206);
    assert_eq!(desk.chunk(&location, "bytes 4-7/10", b"abcd").await.status, 206);
    assert_eq!(desk.chunk(&location, "bytes 0-3/10", b"0123").await.status, 204);
    assert_eq!(desk.value().await.text, "0123abcd89");

    let other = Inspection { row: String::new(), ..Inspection::new().await };
    let strange = location.replace(&desk.id, &other.id).replace("contoso_report", "contoso_photo");
    assert_eq!(desk.chunk(&strange, "bytes 0-0/1", b"x").await.refusal(), (400, INVALID));
    for wrong in ["nonsense", "00000000000000000000000000000000", ""] {
        let address = format!("{}?sessiontoken={wrong}", desk.report);
        assert_eq!(desk.chunk(&address, "bytes 0-0/1", b"x").await.refusal(), (400, INVALID), "{wrong}");
    }
    // Of more uploads than are kept the oldest is given up.
    let oldest = desk.open("0.bin").await;
    for at in 1..=64 {
        desk.open(&format!("{at}.bin")).await;
    }
    assert_eq!(desk.chunk(&oldest, "bytes 0-0/1", b"x").await.refusal(), (400, INVALID));
}

#[tokio::test]
async fn blocks_make_a_file_in_the_order_of_their_list() {
    let desk = Inspection::new().await;
    let token = desk.begin().await;
    for (id, content) in [("1", "second,"), ("2", "lost,"), ("0", "first,"), ("1", "again,")] {
        let sent = desk.block(&token, id, content.as_bytes()).await;
        assert_eq!((sent.status.as_u16(), sent.text.as_str()), (204, ""));
    }
    assert_eq!(desk.commit(&token, &["0", "9"]).await.refusal(), (400, INVALID));
    assert_eq!(desk.commit(&token, &["0", "0"]).await.refusal(), (400, INVALID));
    let done = desk.commit(&token, &["0", "1"]).await;
    assert_eq!((done.status.as_u16(), &done.body["FileSizeInBytes"]), (200, &json!(12)), "{}", done.text);
    let context = done.body["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("#Microsoft.Dynamics.CRM.CommitFileBlocksUploadResponse"), "{context}");
    let row = desk.office.get(&format!("{}{COLUMNS}", desk.row)).await;
    assert_eq!(
        (&row.body["contoso_report"], &row.body["contoso_report_name"]),
        (&done.body["FileId"], &json!("c.csv"))
    );
    assert_eq!(desk.value().await.header("mimetype"), "text/x-table");

    let office = &desk.office;
    let body = json!({ "Target": desk.target(), "FileAttributeName": "contoso_report" });
    let look = office.post("/InitializeFileBlocksDownload", body.clone()).await;
    assert_eq!((&look.body["FileName"], &look.body["FileSizeInBytes"]), (&json!("c.csv"), &json!(12)));
    assert_eq!(look.body["IsChunkingSupported"], true);
    let token = &look.body["FileContinuationToken"];
    for (offset, length, data) in [(0, 5, "first"), (6, 4_194_304, "again,"), (12, 1, "")] {
        let body = json!({ "Offset": offset, "BlockLength": length, "FileContinuationToken": token });
        let block = office.post("/DownloadBlock", body).await;
        assert_eq!(block.body["Data"], STANDARD.encode(data), "{}", block.text);
    }
    let beyond = json!({ "Offset": 13, "BlockLength": 1, "FileContinuationToken": token });
    assert_eq!(office.post("/DownloadBlock", beyond).await.refusal(), (400, INVALID));

    let delete = json!({ "FileId": done.body["FileId"] });
    assert_eq!(office.post("/DeleteFile", delete.clone()).await.status, 204);
    assert_eq!(office.post("/DeleteFile", delete).await.refusal(), (404, GONE));
    assert_eq!(office.post("/InitializeFileBlocksDownload", body).await.refusal(), (404, GONE));
    let row = office.get(&format!("{}{COLUMNS}", desk.row)).await;
    assert_eq!((&row.body["contoso_report"], &row.body["contoso_report_name"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_its_code() {
    let desk = Inspection::new().await;
    let office = &desk.office;
    let largest = 32_768 * 1024;
    assert_eq!(desk.put("large.bin", &vec![0; largest + 1]).await.refusal(), (400, TOO_BIG));
    let location = desk.open("large.bin").await;
    let range = format!("bytes 0-0/{}", largest + 1);
    assert_eq!(desk.chunk(&location, &range, b"x").await.refusal(), (400, TOO_BIG));
    let nameless = office.send_bytes(Method::PATCH, &desk.report, &[OCTETS], b"x".to_vec()).await;
    assert_eq!(nameless.refusal(), (400, INVALID));
    assert_eq!(desk.put(&"n".repeat(201), b"x").await.refusal(), (400, "0x80044331"));
    let id = json!({ "contoso_report": "3878e950-8e51-ed11-bba1-000d3a9933c9" });
    assert_eq!(office.patch(&desk.row, &[], id).await.refusal(), (400, "0x80048d19"));
    let absent = "/contoso_inspections(00000000-0000-0000-0000-000000000001)/contoso_report";
    for headers in [vec![OCTETS], vec![CHUNKED]] {
        let path = format!("{absent}?x-ms-file-name=a.bin");
        let refused = office.send_bytes(Method::PATCH, &path, &headers, b"x".to_vec()).await;
        assert_eq!(refused.refusal(), (404, GONE));
    }
    assert_eq!(office.get(&format!("{absent}/$value")).await.refusal(), (404, GONE));
    assert_eq!(office.send(Method::POST, &desk.report, &[], Some(json!({}))).await.status, 405);
    assert_eq!(office.get("/UploadBlock").await.status, 405);

    let token = desk.begin().await;
    assert_eq!(desk.block(&token, "1", b"x").await.status, 204);
    assert_eq!(desk.block(&token, "4444", b"x").await.refusal(), (400, INVALID));
    assert_eq!(desk.block(&token, &"i".repeat(65), b"x").await.refusal(), (400, INVALID));
    assert_eq!(desk.block(&token, "2", &vec![0; 4_194_305]).await.refusal(), (400, INVALID));
    let full = desk.begin().await;
    for id in 0..8 {
        assert_eq!(desk.block(&full, &id.to_string(), &vec![0; 4_194_304]).await.status, 204);
    }
    assert_eq!(desk.block(&full, "8", b"x").await.refusal(), (400, TOO_BIG));
    for (body, code) in [
        (json!({ "BlockId": "?", "BlockData": "", "FileContinuationToken": token }), INVALID),
        (json!({ "BlockId": "MQ==", "BlockData": "?", "FileContinuationToken": token }), INVALID),
        (json!({ "BlockId": "MQ==", "BlockData": "", "FileContinuationToken": "x" }), INVALID),
        (json!({ "BlockId": "MQ==", "BlockData": "" }), "0x80060888"),
        (json!([]), "0x80060888"),
    ] {
        assert_eq!(office.post("/UploadBlock", body).await.refusal(), (400, code));
    }
    for (target, column, code) in [
        (desk.target(), "contoso_name", INVALID),
        (desk.target(), "contoso_nothing", "0x80041103"),
        (json!({ "contoso_inspectionid": desk.id }), "contoso_report", INVALID),
        (json!("x"), "contoso_report", INVALID),
    ] {
        let body = json!({ "Target": target, "FileName": "a", "FileAttributeName": column });
        assert_eq!(office.post("/InitializeFileBlocksUpload", body).await.refusal(), (400, code));
    }
}

#[tokio::test]
async fn files_go_with_their_row_and_are_kept_from_those_who_may_not_write() {
    let mut desk = Inspection::new().await;
    let token = desk.begin().await;
    assert_eq!(desk.block(&token, "1", b"x").await.status, 204);
    assert_eq!(desk.put("kept.txt", b"kept").await.status, 204);
    let body = json!({ "Target": desk.target(), "FileAttributeName": "contoso_report" });
    let look = desk.office.post("/InitializeFileBlocksDownload", body.clone()).await;
    let fetch =
        json!({ "Offset": 0, "BlockLength": 4, "FileContinuationToken": look.body["FileContinuationToken"] });

    desk.office.token_of("reader").await;
    assert_eq!(desk.value().await.text, "kept");
    assert_eq!(desk.office.post("/DownloadBlock", fetch.clone()).await.status, 200);
    let row = desk.office.get(&format!("{}{COLUMNS}", desk.row)).await;
    let delete = json!({ "FileId": row.body["contoso_report"] });
    for refused in [
        desk.put("other.txt", b"x").await,
        desk.block(&token, "2", b"x").await,
        desk.commit(&token, &["1"]).await,
        desk.office.send(Method::DELETE, &desk.report, &[], None).await,
        desk.office.post("/DeleteFile", delete.clone()).await,
    ] {
        assert_eq!(refused.refusal(), (403, "0x80040220"));
    }

    desk.office.token_of("admin").await;
    assert_eq!(desk.office.send(Method::DELETE, &desk.row, &[], None).await.status, 204);
    assert_eq!(desk.office.post("/DownloadBlock", fetch).await.refusal(), (400, INVALID));
    assert_eq!(desk.office.post("/DeleteFile", delete).await.refusal(), (404, GONE));
    assert_eq!(desk.commit(&token, &["1"]).await.refusal(), (400, INVALID));

    // A reset takes files too: the row of the seed has none again.
    let seeded = desk.office.first("contoso_inspections", "contoso_inspectionid").await;
    let report = format!("/contoso_inspections({seeded})/contoso_report");
    let desk = Inspection { report, ..desk };
    assert_eq!(desk.put("gone.txt", b"gone").await.status, 204);
    let row = desk.office.get(&format!("/contoso_inspections({seeded})?$select=contoso_report")).await;
    desk.office.desk.control("reset").await;
    assert_eq!(desk.value().await.status, 204);
    let delete = json!({ "FileId": row.body["contoso_report"] });
    assert_eq!(desk.office.post("/DeleteFile", delete).await.refusal(), (404, GONE));
}
