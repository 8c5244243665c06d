//! `dv create`: ids, duplicates, and rows whose answer was lost.

use serde_json::json;

use crate::writing::Desk;

const CHOSEN: &str = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11";

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_made_with_its_lookups_and_its_id_is_printed() {
    let desk = Desk::new().await;
    let account = desk.an_account("Litware of the test").await;
    let args =
        ["create", "incident", "title=No paper", "customerid=Litware of the test", "prioritycode=high"];
    let made = desk.dv(&args).await;
    made.expect(0, &[]);
    let row = desk.get("incident", made.out.trim()).await;
    assert_eq!((&row["title"], &row["prioritycode"]), (&json!("No paper"), &json!(1)));
    assert_eq!(row["_customerid_value"], account);
    let args = ["create", "contact", "lastname=Lovelace", "--id", CHOSEN, "--json"];
    let row = desk.row(&args).await;
    assert_eq!((&row["contactid"], &row["lastname"]), (&json!(CHOSEN), &json!("Lovelace")));
    assert!(row["@odata.etag"].is_string() && row["createdon"].is_string(), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_may_be_there_twice_is_told_and_made_when_that_is_meant() {
    let desk = Desk::new().await;
    desk.an_account("Twin").await;
    let twin = ["create", "account", "name=Twin"];
    let refused = desk.dv(&twin).await;
    refused.expect(1, &["a duplicate of the current record", "0x80040333", "--allow-duplicates"]);
    desk.dv(&[&twin[..], &["--allow-duplicates"]].concat()).await.expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_answer_was_lost_is_made_once() {
    let desk = Desk::new().await;
    desk.order("POST", "/accounts", json!({ "kind": "reset_after" })).await;
    let made = desk.dv(&["create", "account", "name=Lost and found"]).await;
    made.expect(0, &[]);
    assert_eq!(desk.get("account", made.out.trim()).await["name"], "Lost and found");
    assert_eq!(desk.writes().await.len(), 1);

    desk.order("POST", "/accounts", json!({ "kind": "reset_before" })).await;
    let lost = desk.dv(&["create", "account", "name=Never arrived", "--id", CHOSEN]).await;
    lost.expect(1, &["no connection to", CHOSEN, "cannot make it twice"]);
    desk.dv(&["create", "account", "name=Never arrived", "--id", CHOSEN]).await.expect(0, &[]);
    let again = desk.dv(&["create", "account", "name=Never arrived", "--id", CHOSEN]).await;
    again.expect(1, &["there is a row", "already", "dv get account"]);
    assert_eq!(desk.writes().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let desk = Desk::new().await;
    for (args, code, words) in [
        (&["account", "nmae=x"][..], 1, ["no column `nmae`", "did you mean name"]),
        (&["acount", "name=x"], 1, ["no table `acount`", "did you mean account"]),
        (&["account", "createdon=today"], 2, ["createdon", "read-only"]),
        (&["account", "name=x", "--id", "7"], 2, ["`7` is not the key of a row", "GUID"]),
        (&["account", "accountid=x"], 2, ["is the key of the row", "--id GUID"]),
        (&["account", "name=x", "name=y"], 2, ["name is given twice", "leave one"]),
        (&["account", "name=-", "description=-"], 2, ["two columns want it", "@file"]),
        (&["account"], 2, ["COLUMN=VALUE", "required"]),
    ] {
        desk.dv(&[&["create"], args].concat()).await.expect(code, &words);
    }
    assert!(desk.writes().await.is_empty());
    desk.dv(&["create", "incident", "title=Nobody's"]).await.expect(1, &["0x80044410", "request"]);
}
