//! `dv delete`: what has to be confirmed, what is not there, conflicts and lost answers.

use serde_json::json;

use crate::writing::Desk;

const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_unless_the_number_of_rows_was_said() {
    let desk = Desk::new().await;
    let (first, second) = (desk.an_account("First").await, desk.an_account("Second").await);
    let before = desk.writes().await.len();
    let delete = ["delete", "account", &first, &second, &first.to_uppercase(), NOBODY];
    let refused = desk.dv(&delete).await;
    refused.expect(4, &["deletes 2 rows of account", "First", "Second", "--confirm-delete 2"]);
    refused.expect(4, &[&format!("{NOBODY} is not there"), "nothing was sent"]);
    for wrong in ["1", "3", "4", "0"] {
        let refused = desk.dv(&[&delete[..], &["--confirm-delete", wrong]].concat()).await;
        refused.expect(4, &[&format!("{wrong} were confirmed")]);
    }
    assert_eq!(desk.writes().await.len(), before);
    let deleted = desk.dv(&[&delete[..], &["--confirm-delete", "2"]].concat()).await;
    deleted.expect(0, &["is not there"]);
    assert_eq!(deleted.out, format!("deleted account {first}  First\ndeleted account {second}  Second\n"));
    for id in [&first, &second] {
        desk.dv(&["get", "account", id]).await.expect(1, &["Does Not Exist"]);
        let gone = desk.dv(&["delete", "account", id, "--confirm-delete", "1"]).await;
        gone.expect(1, &["Does Not Exist", "0x80040217"]);
    }
    assert_eq!(desk.writes().await.len(), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_deleted_by_its_alternate_key_and_told_as_json() {
    let desk = Desk::new().await;
    let args = ["create", "contoso_inspection", "contoso_name=Visit", "contoso_code=V-1"];
    let made = desk.dv(&args).await.expect(0, &[]).out.trim().to_owned();
    let delete = ["delete", "contoso_inspections", "contoso_code=V-1", "--confirm-delete", "1", "--json"];
    let expected = json!({ "deleted": made, "table": "contoso_inspection", "name": "Visit" });
    assert_eq!(desk.row(&delete).await, expected);
    desk.dv(&delete).await.expect(1, &["no Inspection is called contoso_code=V-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_changed_or_deleted_meanwhile_is_told() {
    let desk = Desk::new().await;
    let account = desk.an_account("Doomed").await;
    let delete = ["delete", "account", &account, "--confirm-delete", "1"];
    desk.order("DELETE", "/accounts", json!({ "kind": "touch_row" })).await;
    desk.dv(&delete).await.expect(3, &["0x80060882", &format!("{account} was not deleted")]);
    desk.get("account", &account).await;
    let stale = desk.dv(&[&delete[..], &["--if-match", "1"]].concat()).await;
    stale.expect(3, &["changed since it was read", "ETag is now", "nothing was deleted"]);
    desk.dv(&["delete", "account", &account, NOBODY, "--if-match", "1"]).await.expect(2, &["one row"]);
    let etag = desk.get("account", &account).await["@odata.etag"].as_str().unwrap().to_owned();
    desk.dv(&[&delete[..], &["--if-match", &etag]].concat()).await.expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_row_that_cannot_be_deleted_ends_the_run_and_the_rest_is_told() {
    let desk = Desk::new().await;
    let (first, second) = (desk.an_account("First").await, desk.an_account("Second").await);
    let refusal = json!({ "kind": "status", "status": 403, "code": "0x80040220", "message": "no" });
    desk.order("DELETE", &second, refusal).await;
    let ended = desk.dv(&["delete", "account", &first, &second, "--confirm-delete", "2"]).await;
    ended.expect(1, &[&format!("{second} was not deleted"), "1 of 2 rows were deleted before this"]);
    assert!(ended.out.contains(&first) && !ended.out.contains(&second));
    desk.get("account", &second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_out() {
    let desk = Desk::new().await;
    let account = desk.an_account("Doomed").await;
    let before = desk.writes().await.len();
    let delete = ["delete", "account", &account, "--confirm-delete", "1"];
    desk.order("DELETE", "/accounts", json!({ "kind": "reset_before" })).await;
    desk.dv(&delete).await.expect(1, &["no connection to", "was not deleted"]);
    desk.get("account", &account).await;
    desk.order("DELETE", "/accounts", json!({ "kind": "reset_after" })).await;
    desk.dv(&delete).await.expect(0, &[]);
    assert_eq!(desk.writes().await.len(), before + 2, "neither was sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_rows_are_in_a_file_with_all_their_columns_before_any_of_them_is_deleted() {
    let desk = Desk::new().await;
    let (first, second) = (desk.an_account("First").await, desk.an_account("Second").await);
    let folder = desk.home.path(".local/state/dvtui/backups");
    let delete = ["delete", "account", &first, &second, "--confirm-delete", "2"];
    // Where the file cannot be written, nothing is deleted.
    std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let refused = desk.dv(&delete).await;
    refused.expect(1, &["cannot be written", "nothing was deleted"]);
    let whole = [desk.get("account", &first).await, desk.get("account", &second).await];
    std::fs::remove_file(&folder).unwrap();
    let before = desk.writes().await.len();
    desk.order(
        "GET",
        &second,
        json!({ "kind": "status", "status": 403, "code": "0x80040220", "message": "no" }),
    )
    .await;
    desk.dv(&delete).await.expect(1, &["0x80040220"]);
    assert_eq!(desk.writes().await.len(), before);

    let deleted = desk.dv(&delete).await;
    deleted.expect(0, &["what is deleted is in ", "/dvtui/backups/127.0.0.1-"]);
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert!(deleted.err.contains(&file.display().to_string()), "{}", deleted.err);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let text = std::fs::read_to_string(file).unwrap();
    for ((line, whole), id) in text.lines().zip(&whole).zip([&first, &second]) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["table"], &line["id"]), (&json!("account"), &json!(id)));
        for (column, value) in whole.as_object().unwrap().iter().filter(|(name, _)| !name.contains('@')) {
            assert_eq!(&line["row"][column], value, "{column}");
        }
    }
    assert_eq!(text.lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_row_needs_no_file_and_without_a_journal_there_is_none_and_that_is_said() {
    let desk = Desk::new().await;
    let folder = desk.home.path(".local/state/dvtui/backups");
    let only = desk.an_account("Only").await;
    desk.dv(&["delete", "account", &only, "--confirm-delete", "1"]).await.expect(0, &[]);
    let (first, second) = (desk.an_account("First").await, desk.an_account("Second").await);
    let delete = ["delete", "account", &first, &second, "--confirm-delete", "2", "--no-journal"];
    desk.dv(&delete).await.expect(0, &["there is no backup: nothing may be kept on disk"]);
    assert!(!folder.exists());
}
