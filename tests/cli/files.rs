//! `dv file`: saved, put, removed; names, limits and lost answers.

use serde_json::{Value, json};

use crate::writing::Desk;

const ID: &str = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11";
const PLACE: [&str; 3] = ["contoso_inspection", ID, "contoso_report"];

/// A desk with an inspection that has no files.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.dv(&["create", "contoso_inspection", "contoso_name=Visit", "--id", ID]).await.expect(0, &[]);
    desk
}

fn file(desk: &Desk, name: &str, bytes: &[u8]) -> String {
    let path = desk.home.path(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

async fn file_command(desk: &Desk, verb: &str, rest: &[&str]) -> crate::dv::Ended {
    desk.dv(&[&["file", verb], &PLACE[..], rest].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_put_saved_and_removed() {
    let desk = desk().await;
    for size in [0, 9, 5 << 20] {
        let bytes: Vec<u8> = (0..size).map(|at: u32| (at % 251).to_le_bytes()[0]).collect();
        let path = file(&desk, "quote.pdf", &bytes);
        let put = file_command(&desk, "put", &[&path, "--json"]).await;
        put.expect(0, &[]);
        let put: Value = serde_json::from_str(&put.out).unwrap();
        assert_eq!((&put["name"], &put["size"]), (&json!("quote.pdf"), &json!(size)));

        let to = desk.home.path(&format!("copy-{size}"));
        let to_text = to.display().to_string();
        file_command(&desk, "get", &["--out", &to_text]).await.expect(0, &[]);
        assert!(std::fs::read(&to).unwrap() == bytes, "{size} bytes differ");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Never over what is there.
        std::fs::write(&to, "mine").unwrap();
        file_command(&desk, "get", &["--out", &to_text]).await.expect(1, &["is there already", "--out FILE"]);
        assert_eq!(std::fs::read(&to).unwrap(), b"mine");
    }
    let refused = file_command(&desk, "remove", &[]).await;
    refused.expect(4, &["has to be confirmed", "--confirm-delete 1"]);
    file_command(&desk, "remove", &["--confirm-delete", "1"]).await.expect(0, &[]);
    file_command(&desk, "get", &["--out", "none"]).await.expect(1, &["there is no file in contoso_report"]);
    let before = desk.writes().await.len();
    file_command(&desk, "remove", &["--confirm-delete", "1"]).await.expect(0, &["there is no file in it"]);
    assert_eq!(desk.writes().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_to_standard_output_as_it_is() {
    let desk = desk().await;
    let path = file(&desk, "a.txt", b"one\ntwo\x1b[31m\n");
    file_command(&desk, "put", &[&path]).await.expect(0, &[]);
    assert_eq!(file_command(&desk, "get", &["--out", "-"]).await.out, "one\ntwo\x1b[31m\n");
    file_command(&desk, "get", &["--out", "-", "--json"]).await.expect(2, &["either the file or JSON"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_name_stays_in_the_folder() {
    let desk = desk().await;
    let path = file(&desk, "a.txt", b"x");
    file_command(&desk, "put", &[&path]).await.expect(0, &[]);
    let changes = json!({ "set": { "x-ms-file-name": "..%2F..%2F%2Ebashrc%E2%80%AE" } });
    let mut fault = changes;
    fault["kind"] = json!("headers");
    desk.order("GET", "contoso_report/%24value", fault.clone()).await;
    desk.order("GET", "contoso_report/\\$value", fault).await;
    let folder = desk.home.path("here");
    std::fs::create_dir_all(&folder).unwrap();
    let args = [&["file", "get"], &PLACE[..], &["--json"]].concat();
    let saved = tokio::task::block_in_place(|| desk.home.dv_in(&folder, &args));
    saved.expect(0, &[]);
    let saved: Value = serde_json::from_str(&saved.out).unwrap();
    assert_eq!(saved["file"], "_.._.bashrc");
    assert_eq!(std::fs::read(folder.join("_.._.bashrc")).unwrap(), b"x");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let desk = desk().await;
    let small = file(&desk, "a.txt", b"x");
    let large = file(&desk, "large.bin", &vec![0; (32 << 20) + 1]);
    let before = desk.writes().await.len();
    let old = ["put", PLACE[0], PLACE[1], PLACE[2], &small, "--if-match", "1"];
    for (args, code, words) in [
        (&["put", PLACE[0], ID, PLACE[2], &large][..], 2, ["large.bin is too large", "33554432 bytes"]),
        (&["put", PLACE[0], ID, PLACE[2], "none"], 2, ["the file none cannot be read", "No such file"]),
        (&["put", PLACE[0], ID, PLACE[2], "/"], 2, ["cannot be read", "no text"]),
        (&["put", PLACE[0], ID, "contoso_name", &small], 2, ["neither files nor images", "dv set"]),
        (&["get", PLACE[0], ID, "contoso_nothing"], 1, ["contoso_nothing", "column"]),
        (&old, 3, ["was changed since it was read", "the row's ETag is now"]),
    ] {
        desk.dv(&[&["file"], args].concat()).await.expect(code, &words);
    }
    assert_eq!(desk.writes().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_what_would_be_sent() {
    let desk = desk().await;
    let path = file(&desk, "a.txt", b"x");
    let before = desk.writes().await.len();
    let shown = file_command(&desk, "put", &[&path, "--dry-run", "--json"]).await;
    let shown: Value = serde_json::from_str(&shown.expect(0, &[]).out).unwrap();
    assert_eq!(shown["method"], "PATCH");
    assert_eq!(shown["path"], format!("/api/data/v9.2/contoso_inspections({ID})/contoso_report"));
    assert_eq!(shown["headers"]["x-ms-file-name"], "a.txt");
    assert_eq!(desk.writes().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_into_and_told() {
    let desk = desk().await;
    let large = file(&desk, "large.bin", &vec![7; 9 << 20]);
    let small = file(&desk, "small.bin", b"x");
    // The place for the pieces was asked for, and its answer was lost.
    desk.order("PATCH", "/contoso_report", json!({ "kind": "reset_after" })).await;
    file_command(&desk, "put", &[&large])
        .await
        .expect(1, &["broke off after 0 of 9437184 bytes", "as it was"]);
    file_command(&desk, "get", &["--out", "none"]).await.expect(1, &["there is no file"]);
    // Of what goes in one request the column tells.
    desk.order("PATCH", "/contoso_report", json!({ "kind": "reset_after" })).await;
    file_command(&desk, "put", &[&small]).await.expect(0, &[]);
    desk.order("PATCH", "/contoso_report", json!({ "kind": "reset_before" })).await;
    file_command(&desk, "put", &[&small]).await.expect(1, &["no connection to"]);
    desk.order("DELETE", "/contoso_report", json!({ "kind": "reset_after" })).await;
    file_command(&desk, "remove", &["--confirm-delete", "1"]).await.expect(0, &[]);
    desk.order("PATCH", "/contoso_report", json!({ "kind": "status", "status": 403 })).await;
    file_command(&desk, "put", &[&small]).await.expect(1, &["status 403"]);
}
