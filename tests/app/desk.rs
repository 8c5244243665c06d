//! The case desk by keys, with the rows on the server as the judge.

use serde_json::json;

use crate::program::{Program, api_fault};

/// Types a text into what has the keys.
pub(crate) fn types(program: &mut Program, text: &str) {
    let keys: Vec<String> =
        text.chars().map(|c| if c == ' ' { "space".to_owned() } else { c.to_string() }).collect();
    program.keys(&keys.join(" "));
}

/// Reviews what waits and sends it with this key.
pub(crate) async fn send(program: &mut Program, prompt: &str) {
    program.keys("w");
    program.wait_for("included, sent to").await;
    program.keys("s");
    let screen = program.wait_for("y yes").await;
    assert!(screen.contains(prompt), "{screen}");
    program.keys("y");
    program.wait_until("everything sent", |screen| !screen.contains("pending")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_written_staged_and_there_once_it_was_sent() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("x n");
    program.wait_for("Note on CAS-").await;
    types(&mut program, "Called back.");
    program.keys("enter");
    types(&mut program, "Tray 2.");
    program.keys("ctrl-d");
    program.wait_for("~1 pending").await;
    assert!(program.writes().await.is_empty(), "nothing is sent before it was reviewed");
    send(&mut program, "Note on CAS-").await;
    let path = program.open_as_json().await;
    let notes = program.row(&format!("{path}/Incident_Annotation?$select=notetext")).await;
    let texts: Vec<_> =
        notes["value"].as_array().unwrap().iter().map(|note| note["notetext"].clone()).collect();
    assert!(texts.contains(&json!("Called back.\nTray 2.")), "{texts:?}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_resolved_with_its_note_in_one_request_and_seen_as_resolved() {
    let mut program = Program::start_at_the_cases().await;
    let path = program.open_as_json().await;
    program.keys("1 x r");
    program.wait_for("open activit").await;
    types(&mut program, "Drum replaced");
    program.keys("tab tab");
    types(&mut program, "By phone.");
    program.keys("tab c ctrl-d");
    program.wait_for("~2 pending").await;
    send(&mut program, "Send 2 changes on 2 records").await;
    let writes = program.writes().await;
    let sent: Vec<_> = writes.iter().map(|write| write["method"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sent, ["PATCH", "POST"], "the open activity first, then note and end in one request");
    assert!(writes[1]["path"].as_str().unwrap().ends_with("/$batch"), "{writes:?}");
    let row = program.row(&path).await;
    assert_eq!((row["statecode"].clone(), row["statuscode"].clone()), (json!(1), json!(5)));
    program.wait_for("Problem Solved").await;
    program.keys("x r");
    program.wait_for("is not active").await;
    program.keys("x o");
    program.wait_for("~1 pending").await;
    send(&mut program, "Reactivate CAS-").await;
    assert_eq!(program.row(&path).await["statecode"], 0);
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_somebody_resolved_meanwhile_is_not_resolved_again() {
    let mut program = Program::start_at_the_cases().await;
    let path = program.open_as_json().await;
    program.keys("1 x r");
    program.wait_for("open activit").await;
    types(&mut program, "Solved");
    program.keys("tab tab tab c ctrl-d");
    program.wait_for("~2 pending").await;
    program.change_as_somebody_else(&path, json!({ "title": "Changed elsewhere" })).await;
    program.keys("w s");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_for("was changed after you read it").await;
    assert!(program.writes().await.iter().all(|write| write["method"] == "PATCH"), "no action was sent");
    program.wait_for("~1 pending").await;
    program.keys("esc enter");
    program.wait_for("s sends all the same").await;
    program.keys("s");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("everything sent", |screen| !screen.contains("pending")).await;
    assert_eq!(program.row(&path).await["statecode"], 1);
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_whose_answer_is_lost_is_looked_for_and_made_once() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("x n");
    program.wait_for("Note on CAS-").await;
    types(&mut program, "Once.");
    program.keys("ctrl-d");
    program.wait_for("~1 pending").await;
    program.fault(api_fault("POST", "annotations", 1, json!({ "kind": "reset_after" }))).await;
    send(&mut program, "Note on CAS-").await;
    let posts = program.writes().await;
    assert_eq!(posts.len(), 1, "{posts:?}");
    let path = program.open_as_json().await;
    let notes = program.row(&format!("{path}/Incident_Annotation?$filter=notetext eq 'Once.'")).await;
    assert_eq!(notes["value"].as_array().unwrap().len(), 1);
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_deleted_when_the_word_was_typed_and_not_before() {
    let mut program = Program::start_at_the_cases().await;
    let path = program.open_as_json().await;
    program.keys("1 D");
    program.wait_for("~1 pending").await;
    program.keys("w s");
    program.wait_for("Deletes 1 record for good").await;
    program.keys("y enter");
    program.wait_for("is not `delete`").await;
    assert!(program.writes().await.is_empty());
    program.keys("ctrl-u");
    types(&mut program, "delete");
    program.keys("enter");
    program.wait_until("deleted", |screen| !screen.contains("pending")).await;
    let gone = program.row(&path).await;
    assert_eq!(gone["error"]["code"], "0x80040217", "{gone}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_deleted_is_made_again_with_its_id() {
    let mut program = Program::start_at_the_cases().await;
    let path = program.open_as_json().await;
    let before = program.row(&path).await;
    program.keys("1 D");
    program.wait_for("~1 pending").await;
    program.keys("w s");
    program.wait_for("Deletes 1 record for good").await;
    types(&mut program, "delete");
    program.keys("enter");
    program.wait_until("deleted", |screen| !screen.contains("pending")).await;
    program.keys(":");
    types(&mut program, "restore");
    program.keys("enter");
    program.wait_for("~1 pending").await;
    send(&mut program, "Re-create Case CAS-").await;
    let again = program.row(&path).await;
    for column in ["title", "prioritycode", "_customerid_value", "description", "_ownerid_value"] {
        assert_eq!(again[column], before[column], "{column}");
    }
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_case_has_the_customer_of_its_parent() {
    let mut program = Program::start_at_the_cases().await;
    let path = program.open_as_json().await;
    let parent = program.row(&path).await;
    program.keys("1 x v");
    program.wait_for("Child of CAS-").await;
    types(&mut program, "Second jam");
    program.keys("ctrl-d");
    program.wait_for("~1 pending").await;
    send(&mut program, "Child case").await;
    let children = format!(
        "/api/data/v9.2/incidents?$filter=_parentcaseid_value eq {}",
        parent["incidentid"].as_str().unwrap()
    );
    let children = program.row(&children).await;
    let child = &children["value"][0];
    assert_eq!(
        (&child["title"], &child["_customerid_value"]),
        (&json!("Second jam"), &parent["_customerid_value"])
    );
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_into_a_queue_and_is_picked_from_it() {
    let mut program = Program::start_at_the_cases().await;
    let path = program.open_as_json().await;
    program.keys("1 x q");
    program.wait_for("Queue of").await;
    types(&mut program, "e");
    program.wait_for("on the server").await;
    program.keys("enter");
    program.wait_for("~1 pending").await;
    send(&mut program, "Put CAS-").await;
    program.keys("x k");
    program.wait_for("~1 pending").await;
    send(&mut program, "Pick CAS-").await;
    let id = path.split(['(', ')']).nth(1).unwrap();
    let item = program.row(&format!("/api/data/v9.2/queueitems?$filter=_objectid_value eq {id}")).await;
    assert!(item["value"][0]["_workerid_value"].is_string(), "{item}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_another_one_is_like_is_made_when_that_was_said_and_not_before() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.keys("/ a c c o u n t enter");
    program.wait_for("Account Name").await;
    let accounts = program.row("/api/data/v9.2/accounts?$select=name&$filter=statecode eq 0&$top=1").await;
    let name = accounts["value"][0]["name"].as_str().unwrap_or_else(|| panic!("{accounts}")).to_owned();
    let like = format!(
        "/api/data/v9.2/accounts?$select=name&$filter=name eq '{}'",
        name.replace('\'', "''").replace('&', "%26")
    );
    let count = async |program: &Program| program.row(&like).await["value"].as_array().unwrap().len();
    let before = count(&program).await;
    program.keys("a");
    program.wait_for("New Account").await;
    types(&mut program, &name);
    program.keys("ctrl-d");
    program.wait_for("~1 pending").await;
    program.keys("w");
    program.wait_for("included, sent to").await;
    program.keys("s");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_for("Not done: account").await;
    assert_eq!(count(&program).await, before, "it was refused");
    program.keys("esc enter");
    let screen = program.wait_for("like it, by the rules").await;
    assert!(screen.contains(&format!("> {name}")), "{screen}");
    let sent = program.writes().await.len();
    program.keys("m");
    program.wait_for("Duplicates are allowed.").await;
    assert_eq!(program.writes().await.len(), sent, "nothing is sent by that");
    program.keys("s");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("everything sent", |screen| !screen.contains("pending")).await;
    assert_eq!(count(&program).await, before + 1);
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_added_among_what_is_related_to_an_account_has_it_as_its_customer() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.keys("/ a c c o u n t enter");
    program.wait_for("info@").await;
    program.keys("enter 3");
    program.wait_for("counted").await;
    let is_at_cases = |screen: &str| screen.contains(">  Cases (customerid)");
    let cursor = |screen: &str| screen.lines().find(|line| line.starts_with(">  ")).map(str::to_owned);
    let mut screen = program.wait_until("a cursor", |screen| cursor(screen).is_some()).await;
    while !is_at_cases(&screen) {
        let before = cursor(&screen);
        program.keys("j");
        screen = program.wait_until("the next line", |screen| cursor(screen) != before).await;
    }
    program.keys("a");
    program.wait_for("New Case - Customer: Account ").await;
    types(&mut program, "Made at its customer");
    program.keys("ctrl-d");
    program.wait_for("~1 pending").await;
    assert!(program.writes().await.is_empty());
    send(&mut program, "Case on ").await;
    let made = "/api/data/v9.2/incidents?$filter=title eq 'Made at its customer'";
    let made = program.row(made).await["value"][0].clone();
    let paths = program.api_paths().await;
    let read = paths.iter().find_map(|path| path.split("/accounts(").nth(1)?.split(')').next());
    assert_eq!(made["_customerid_value"].as_str(), read, "{made}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_activity_that_is_done_meanwhile_is_gone_from_the_form_of_a_resolution_which_was_kept() {
    let mut program = Program::start_at_the_cases().await;
    program.open_as_json().await;
    program.keys("1 x r");
    program.wait_for("1 open activity may be cancelled or block this.").await;
    types(&mut program, "Drum replaced");
    program.keys("shift-tab shift-tab");
    program.wait_for("Enter open it, this is kept").await;
    program.keys("enter");
    program.wait_for("What you typed is kept.").await;
    program
        .wait_until("the activity", |screen| screen.contains("columns") && !screen.contains("Resolve"))
        .await;
    let paths = program.api_paths().await;
    let task = paths.iter().find(|path| path.contains("/tasks(")).unwrap();
    program.change_as_somebody_else(task, json!({ "statecode": 1, "statuscode": 5 })).await;
    let before = program.writes().await.len();
    program.keys("esc");
    program.wait_for("Drum replaced").await;
    program.wait_for("It has no open activities.").await;
    assert_eq!(program.writes().await.len(), before, "only somebody else wrote");
    program.keys("esc esc");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_is_chosen_and_run_once_it_was_reviewed_and_one_whose_answer_is_lost_is_not_run_again() {
    let mut program = Program::start_at_the_cases().await;
    let path = program.open_as_json().await;
    program.keys("1 x w");
    program.wait_for("Run which workflow on CAS-").await;
    let screen = program.wait_for("Send survey").await;
    assert!(!screen.contains("Hand over to field service"), "it is a draft: {screen}");
    program.keys("e");
    program.wait_for("~1 pending").await;
    assert!(program.writes().await.is_empty(), "nothing is sent before it was reviewed");
    send(&mut program, "Start \"Escalate to second line\" on CAS-").await;
    assert_eq!(program.row(&path).await["isescalated"], true);
    assert_eq!(program.writes().await.len(), 1);
    program.keys("x w");
    program.wait_for("Run which workflow on CAS-").await;
    program.keys("s");
    program.wait_for("~1 pending").await;
    program.fault(api_fault("POST", "ExecuteWorkflow", 1, json!({ "kind": "reset_after" }))).await;
    program.keys("w s");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_for("Perhaps done").await;
    assert_eq!(program.writes().await.len(), 2, "once each");
    program.quit_with_pending().await;
}
