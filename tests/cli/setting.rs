//! `dv set`: values of every kind, what is refused before anything is sent, conflicts and lost answers.

use serde_json::{Value, json};

use crate::writing::{Desk, id};

#[tokio::test(flavor = "multi_thread")]
async fn labels_dates_numbers_and_nothing_arrive_as_they_are_meant() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let case_id = id(&case, "incidentid");
    let other = if case["prioritycode"] == 1 { "low" } else { "HIGH" };
    let priority = format!("prioritycode={other}");
    let args =
        ["set", "incidents", case_id, &priority, "followupby=2027-03-01", "isescalated=yes", "description="];
    let ended = desk.dv(&args).await;
    ended.expect(0, &[]);
    let line = ended.out.lines().find(|line| line.contains("prioritycode")).unwrap();
    assert!(
        line.starts_with("Priority")
            && line.to_lowercase().ends_with(&format!("->  {}", other.to_lowercase())),
        "{line}"
    );
    let row = desk.get("incident", case_id).await;
    assert_eq!(row["prioritycode"], if other == "low" { 3 } else { 1 });
    assert_eq!((&row["followupby"], &row["isescalated"]), (&json!("2027-03-01T00:00:00Z"), &json!(true)));
    assert_eq!(row["description"], Value::Null);
    assert_eq!(desk.writes().await.len(), 1, "one request for all columns");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_column_of_an_organizations_own_table_can_be_set() {
    let desk = Desk::new().await;
    let account = desk.an_account("Of the inspection").await;
    let args = ["create", "contoso_inspection", "contoso_name=Visit", "contoso_code=V-1"];
    let made = desk.dv(&args).await.expect(0, &[]).out.trim().to_owned();
    let account_is = format!("contoso_accountid={account}");
    let set = [
        "set",
        "contoso_inspection",
        "contoso_code=V-1",
        "contoso_findings=loose, clean",
        "contoso_passed=Passed",
        "contoso_cost=99999999999999.57",
        "contoso_temperature=-1.250",
        "contoso_number=+7",
        "contoso_startedat=2026-11-27T09:00:00+02:00",
        "contoso_opensat=2026-11-27 09:00",
        "contoso_assetkind=100000002",
        &account_is,
        "--json",
    ];
    let ended = desk.dv(&set).await;
    ended.expect(0, &[]);
    assert!(ended.out.contains(r#""contoso_cost":99999999999999.57"#), "exact digits: {ended:#?}");
    assert!(!ended.out.contains("FormattedValue") && ended.out.lines().count() == 1, "{ended:#?}");
    let row = desk.get("contoso_inspection", &made).await;
    for (column, value) in [
        ("contoso_findings", json!("1,3")),
        ("contoso_passed", json!(true)),
        ("contoso_number", json!(7)),
        ("contoso_startedat", json!("2026-11-27T07:00:00Z")),
        ("contoso_opensat", json!("2026-11-27T09:00:00Z")),
        ("contoso_assetkind", json!(100_000_002)),
        ("_contoso_accountid_value", json!(account)),
    ] {
        assert_eq!(row[column], value, "{column}");
    }
    desk.dv(&["set", "contoso_inspection", &made, "contoso_accountid="]).await.expect(0, &[]);
    assert_eq!(desk.get("contoso_inspection", &made).await["_contoso_accountid_value"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_those_of_the_persons_settings() {
    let desk = Desk::new().await;
    let user = desk.row(&["whoami", "--json"]).await["user_id"].as_str().unwrap().to_owned();
    desk.signed_in_as("admin")
        .await
        .dv(&["set", "usersettings", &user, "timezonecode=110"])
        .await
        .expect(0, &[]);
    let case = desk.a_case().await;
    let case_id = id(&case, "incidentid");
    let set = ["set", "incident", case_id, "responseby=2026-07-27 09:00"];
    desk.dv(&set).await.expect(0, &[]);
    assert_eq!(
        desk.get("incident", case_id).await["responseby"],
        "2026-07-27T07:00:00Z",
        "in Berlin's summer"
    );

    desk.order("GET", "/usersettingscollection", json!({ "kind": "status", "status": 403 })).await;
    desk.dv(&set).await.expect(0, &["could not be read, so times are UTC"]);
    assert_eq!(desk.get("incident", case_id).await["responseby"], "2026-07-27T09:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_come_from_files_and_from_standard_input() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let case_id = id(&case, "incidentid");
    let file = desk.home.path("notes");
    std::fs::write(&file, "\u{1b}[2J two\nlines\n").unwrap();
    let from_file = format!("description=@{}", file.display());
    let args = ["set", "incident", case_id, &from_file, "title=-"];
    let ended = tokio::task::block_in_place(|| desk.home.dv_fed(&args, "From a pipe\n"));
    ended.expect(0, &[]);
    assert!(!ended.out.contains('\u{1b}'), "what comes back is harmless: {ended:#?}");
    let row = desk.get("incident", case_id).await;
    assert_eq!((&row["title"], &row["description"]), (&json!("From a pipe"), &json!("\u{1b}[2J two\nlines")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_named_by_its_ticket_number_too() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let (case_id, number) = (id(&case, "incidentid"), case["ticketnumber"].as_str().unwrap());
    desk.dv(&["set", "incident", number, "description=by number"]).await.expect(0, &[]);
    assert_eq!(desk.get("incident", case_id).await["description"], "by number");
    let most = number.rsplit_once('-').unwrap().0;
    desk.dv(&["set", "incident", most, "description=x"]).await.expect(1, &["no Case is called"]);
    desk.dv(&["set", "incident", "title=x", "description=x"]).await.expect(2, &["title is no key of Case"]);
    desk.dv(&["set", "incident", "what", "description=x"]).await.expect(2, &["names no row", "GUID"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let set = async |value: &str| desk.dv(&["set", "incident", id(&case, "incidentid"), value]).await;
    for (value, code, words) in [
        ("titel=x", 1, ["no column `titel`", "did you mean title"]),
        ("prioritycode=Urgent", 2, ["prioritycode: `Urgent` is no option", "High (1), Normal (2), Low (3)"]),
        ("statuscode=Problem Solved", 2, ["is no option", "In Progress (1)"]),
        ("statecode=1", 2, ["follows from what is done", "statecode"]),
        ("createdon=today", 2, ["createdon", "read-only"]),
        ("ticketnumber=CAS-1", 2, ["ticketnumber", "when a row is made, and not later"]),
        ("title=", 2, ["title", "needs a value"]),
        ("customerid=", 2, ["customerid", "needs a value"]),
        ("actualserviceunits=1.5", 2, ["actualserviceunits", "whole number"]),
        ("followupby=11/12", 2, ["followupby", "can be 11 Dec or 12 Nov"]),
        ("customerid=Nobody of that name", 1, ["no row of account or contact", "TABLE:GUID"]),
        ("entityimage=x", 2, ["entityimage", "Images cannot be set"]),
    ] {
        set(value).await.expect(code, &words);
    }
    let long = format!("title={}", "x".repeat(201));
    set(&long).await.expect(2, &["title: At most 200 characters; these are 201."]);
    set("title").await.expect(2, &["`title` is no `column=value`"]);
    set("title=@none").await.expect(2, &["the file none cannot be read", "@@"]);
    desk.dv(&["set", "incident", id(&case, "incidentid")]).await.expect(2, &["COLUMN=VALUE"]);
    desk.dv(&["set", "incident", "00000000-0000-0000-0000-000000000001", "title=x"])
        .await
        .expect(1, &["Does Not Exist", "0x80040217"]);
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_already_so_is_not_sent() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let case_id = id(&case, "incidentid");
    let title = format!("title={}", case["title"].as_str().unwrap());
    let customer = format!("customerid={}", id(&case, "_customerid_value"));
    let ended = desk.dv(&["set", "incident", case_id, &title, &customer]).await;
    ended.expect(0, &["already so"]);
    assert_eq!(ended.out, "");
    let row = desk.row(&["set", "incident", case_id, &title, "--json"]).await;
    assert_eq!(row["title"], case["title"]);
    assert!(desk.writes().await.is_empty());
    let half = desk.dv(&["set", "incident", case_id, &title, "description=new", "--dry-run"]).await;
    assert!(half.out.ends_with("\n{\"description\":\"new\"}\n"), "only what is new: {half:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_change_is_a_conflict_and_is_told() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let case_id = id(&case, "incidentid");
    let set = ["set", "incident", case_id, "description=mine"];
    desk.order("PATCH", "/incidents", json!({ "kind": "touch_row" })).await;
    let conflict = desk.dv(&set).await;
    conflict.expect(3, &["0x80060882", "description is now", "nothing was saved", "read the row again"]);
    assert_ne!(desk.get("incident", case_id).await["description"], "mine");

    let stale = case["@odata.etag"].as_str().unwrap();
    let before = desk.writes().await.len();
    let refused = desk.dv(&[&set[..], &["--if-match", stale]].concat()).await;
    refused.expect(3, &["changed since it was read", "ETag is now W/"]);
    for odd in ["*", "x", "W/\"\""] {
        desk.dv(&[&set[..], &["--if-match", odd]].concat()).await.expect(2, &["is no ETag"]);
    }
    assert_eq!(desk.writes().await.len(), before);
    let now = desk.get("incident", case_id).await["@odata.etag"].as_str().unwrap().to_owned();
    let digits: String = now.chars().filter(char::is_ascii_digit).collect();
    desk.dv(&[&set[..], &["--if-match", &digits]].concat()).await.expect(0, &[]);
    assert_eq!(desk.writes().await.last().unwrap()["if_match"], now);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_out() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let case_id = id(&case, "incidentid");
    desk.order("PATCH", "/incidents", json!({ "kind": "reset_after" })).await;
    desk.dv(&["set", "incident", case_id, "description=saved"]).await.expect(0, &[]);
    assert_eq!(desk.get("incident", case_id).await["description"], "saved");
    desk.order("PATCH", "/incidents", json!({ "kind": "reset_before" })).await;
    desk.dv(&["set", "incident", case_id, "description=lost"]).await.expect(1, &["no connection to"]);
    assert_eq!(desk.get("incident", case_id).await["description"], "saved");
    assert_eq!(desk.writes().await.len(), 2, "neither was sent twice");
}
