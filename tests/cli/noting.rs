//! `dv note`: texts, files, their limits, and lost answers.

use serde_json::{Value, json};

use crate::writing::{Desk, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_note_has_its_text_its_title_and_its_file() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let (case_id, number) = (id(&case, "incidentid"), id(&case, "ticketnumber"));
    let file = desk.home.path("Report.PDF");
    std::fs::write(&file, b"\x00\xffhello").unwrap();
    let file = file.display().to_string();
    let args = ["note", "incident", number, "-", "--title", "Visit", "--attach", &file];
    let ended = tokio::task::block_in_place(|| desk.home.dv_fed(&args, "Two\nlines\n"));
    let note = desk.get("annotation", ended.expect(0, &[]).out.trim()).await;
    assert_eq!((&note["notetext"], &note["subject"]), (&json!("Two\nlines"), &json!("Visit")));
    assert_eq!((&note["filename"], &note["mimetype"]), (&json!("Report.PDF"), &json!("application/pdf")));
    assert_eq!((&note["isdocument"], &note["filesize"]), (&json!(true), &json!(7)));
    assert_eq!((&note["documentbody"], &note["_objectid_value"]), (&json!("AP9oZWxsbw=="), &json!(case_id)));

    let bare = desk.row(&["note", "account", &desk.an_account("A").await, "--attach", &file, "--json"]).await;
    assert_eq!((&bare["table"], &bare["file"]), (&json!("account"), &json!("Report.PDF")));
    let note = desk.get("annotation", id(&bare, "note")).await;
    assert_eq!((&note["_objectid_value"], &note["notetext"]), (&bare["on"], &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_note_without_the_bytes_of_its_file() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let file = desk.home.path("a.txt");
    std::fs::write(&file, "hello").unwrap();
    let file = file.display().to_string();
    let note = ["note", "incident", id(&case, "incidentid"), "x", "--attach", &file, "--dry-run", "--json"];
    let shown = desk.row(&note).await;
    assert_eq!((&shown["method"], &shown["path"]), (&json!("POST"), &json!("/api/data/v9.2/annotations")));
    let body = &shown["body"];
    assert_eq!((&body["notetext"], &body["mimetype"]), (&json!("x"), &json!("text/plain")));
    assert_eq!(body["documentbody"], "(5 bytes as base64)");
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let case_id = id(&case, "incidentid");
    let large = desk.home.path("large.bin");
    std::fs::write(&large, vec![0; 5_242_890]).unwrap();
    let large = large.display().to_string();
    for (args, code, words) in [
        (&["incident", case_id, "x", "--attach", &large][..], 2, ["large.bin is too large", "5242880 bytes"]),
        (
            &["incident", case_id, "x", "--attach", "none"],
            2,
            ["the file none cannot be read", "No such file"],
        ),
        (&["incident", case_id, "@none"], 2, ["text: the file none cannot be read", "@@"]),
        (&["incident", case_id, " "], 2, ["the note has no text", "--attach"]),
        (&["incident", case_id], 2, ["TEXT", "required"]),
        (&["incident", "00000000-0000-0000-0000-000000000001", "x"], 1, ["Does Not Exist", "0x80040217"]),
        (&["incidnet", case_id, "x"], 1, ["no table `incidnet`", "incident"]),
        (&["incident", "what", "x"], 2, ["names no row", "GUID"]),
    ] {
        desk.dv(&[&["note"], args].concat()).await.expect(code, &words);
    }
    let user = desk.row(&["whoami", "--json"]).await["user_id"].as_str().unwrap().to_owned();
    desk.dv(&["note", "systemuser", &user, "x"]).await.expect(2, &["rows of systemuser take no notes"]);
    assert!(desk.writes().await.is_empty());

    // Who may not ask for the limit learns it from the server.
    desk.order("GET", "/organizations", json!({ "kind": "status", "status": 403 })).await;
    let sent = desk.dv(&["note", "incident", case_id, "x", "--attach", &large]).await;
    sent.expect(1, &["how large a file may be could not be read", "0x80044a02"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_whose_answer_was_lost_is_made_once() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let note = ["note", "incident", id(&case, "incidentid"), "Lost and found"];
    desk.order("POST", "/annotations", json!({ "kind": "reset_after" })).await;
    let made = desk.dv(&note).await;
    assert_eq!(desk.get("annotation", made.expect(0, &[]).out.trim()).await["notetext"], "Lost and found");
    desk.order("POST", "/annotations", json!({ "kind": "reset_before" })).await;
    desk.dv(&note).await.expect(1, &["no connection to", "the id of the note is"]);
    assert_eq!(desk.writes().await.len(), 2);
}
