//! `dv resolve`: the case, its resolution and its note; what is refused, and what a lost answer means.

use serde_json::{Value, json};

use crate::writing::{Desk, id};

/// A new case on which nothing hangs.
async fn a_case(desk: &Desk) -> String {
    let account = desk.an_account("Of the case").await;
    let customer = format!("customerid=account:{account}");
    let made = desk.dv(&["create", "incident", "title=Broken", &customer]).await;
    made.expect(0, &[]).out.trim().to_owned()
}

async fn rows(desk: &Desk, set: &str, filter: &str) -> Vec<Value> {
    let ended = desk.dv(&["rows", set, "--filter", filter, "--all", "--json"]).await;
    ended.expect(0, &[]);
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn notes(desk: &Desk, case: &str) -> Vec<Value> {
    rows(desk, "annotations", &format!("_objectid_value eq {case}")).await
}

async fn resolutions(desk: &Desk, case: &str) -> Vec<Value> {
    rows(desk, "incidentresolutions", &format!("_incidentid_value eq {case}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_resolved_with_its_reason_minutes_and_note_in_one_request() {
    let desk = Desk::new().await;
    let case = a_case(&desk).await;
    let number = desk.get("incident", &case).await["ticketnumber"].as_str().unwrap().to_owned();
    let before = desk.writes().await.len();
    let file = desk.home.path("mail");
    std::fs::write(&file, "Two\nlines\n").unwrap();
    let note = format!("@{}", file.display());
    let resolve = [
        "resolve",
        &number,
        "description=New unit sent",
        "--text",
        "Replaced",
        "--minutes",
        "25",
        "--note",
        &note,
    ];
    let resolve = [&resolve[..], &["--type", "information provided"]].concat();
    let ended = desk.dv(&resolve).await;
    ended.expect(0, &[]);
    let writes = desk.writes().await;
    assert_eq!((writes.len(), &writes[before]["path"]), (before + 1, &json!("/api/data/v9.2/$batch")));
    let row = desk.get("incident", &case).await;
    assert_eq!((&row["statecode"], &row["statuscode"]), (&json!(1), &json!(1000)));
    let how = &resolutions(&desk, &case).await[0];
    assert_eq!((&how["subject"], &how["timespent"]), (&json!("Replaced"), &json!(25)));
    assert_eq!(how["description"], "New unit sent");
    let note = &notes(&desk, &case).await[0];
    assert_eq!(note["notetext"], "Two\nlines");
    let made = format!("resolved incident {case}  Broken\nmade annotation {}\n", id(note, "annotationid"));
    assert_eq!(ended.out, made);

    let again = desk.dv(&["resolve", &number, "--text", "x"]).await;
    again.expect(1, &["the case is not active: it is Resolved", "nothing was sent"]);
    assert_eq!(desk.writes().await.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_note_it_is_one_action_and_is_told_as_json() {
    let desk = Desk::new().await;
    let case = a_case(&desk).await;
    let line = desk.row(&["resolve", &case, "--text", "Done", "--json"]).await;
    let expected =
        json!({ "resolved": case, "table": "incident", "name": "Broken", "status": 5, "note": null });
    assert_eq!(line, expected);
    assert_eq!(desk.writes().await.last().unwrap()["path"], "/api/data/v9.2/CloseIncident");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_both_parts_and_sends_nothing() {
    let desk = Desk::new().await;
    let case = a_case(&desk).await;
    let before = desk.writes().await.len();
    let resolve = ["resolve", &case, "--text", "Done", "--note", "Seen", "--type", "5", "--dry-run"];
    let shown = desk.dv(&[&resolve[..], &["--json"]].concat()).await;
    shown.expect(0, &["one change set"]);
    let lines: Vec<Value> = shown.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["path"], "/api/data/v9.2/annotations");
    assert_eq!(lines[0]["body"]["notetext"], "Seen");
    assert_eq!(lines[0]["body"]["objectid_incident@odata.bind"], format!("/incidents({case})"));
    assert_eq!(lines[1]["path"], "/api/data/v9.2/CloseIncident");
    assert_eq!(lines[1]["body"]["Status"], 5);
    assert_eq!(lines[1]["body"]["IncidentResolution"]["subject"], "Done");
    let plain = desk.dv(&[&resolve[..], &["--read-only"]].concat()).await;
    assert!(plain.expect(0, &[]).out.contains("POST /api/data/v9.2/CloseIncident\n{"), "{plain:#?}");
    assert_eq!(desk.writes().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_activities_stop_it_and_no_note_is_left() {
    let desk = Desk::new().await;
    let case = a_case(&desk).await;
    let regarding = format!("regardingobjectid=incident:{case}");
    desk.dv(&["create", "task", "subject=Call", &regarding]).await.expect(0, &[]);
    let refused = desk.dv(&["resolve", &case, "--text", "Done", "--note", "Seen"]).await;
    refused.expect(1, &["0x8004440a", "nothing was done", "complete or cancel them first", &case]);
    assert!(notes(&desk, &case).await.is_empty());
    assert_eq!(desk.get("incident", &case).await["statecode"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let desk = Desk::new().await;
    let case = a_case(&desk).await;
    let before = desk.writes().await.len();
    for (args, code, words) in [
        (&["--text", "x", "--type", "Gone"][..], 2, ["--type: `Gone` is no option", "Problem Solved (5)"]),
        (&["--text", "x", "--type", "In Progress"], 2, ["--type", "is no option"]),
        (&["--text", ""], 2, ["the resolution has no text", "--text TEXT"]),
        (&["--text", "x", "subject=y"], 2, ["subject is given twice", "leave one"]),
        (&["--text", "x", "incidentid=y"], 2, ["incidentid is the case", "leave it out"]),
        (&["--text", "x", "subjekt=y"], 1, ["no column `subjekt`", "subject"]),
        (&["--text", "x", "--note", " "], 2, ["the note has no text", "leave out --note"]),
        (&["--text", "-", "--note", "-"], 2, ["standard input is one text", "@file"]),
        (&["--note", "x"], 2, ["--text", "required"]),
        (&["--text", "x", "--minutes", "ten"], 2, ["--minutes", "invalid value 'ten'"]),
    ] {
        desk.dv(&[&["resolve", &case], args].concat()).await.expect(code, &words);
    }
    let nobody = ["resolve", "00000000-0000-0000-0000-000000000001", "--text", "x"];
    desk.dv(&nobody).await.expect(1, &["Does Not Exist", "0x80040217"]);
    assert_eq!(desk.writes().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_out_and_nothing_is_sent_twice() {
    let desk = Desk::new().await;
    for (note, path) in [(&[][..], "CloseIncident"), (&["--note", "Seen"], "batch")] {
        let case = a_case(&desk).await;
        let before = desk.writes().await.len();
        let resolve = [&["resolve", &case, "--text", "Done"], note].concat();
        desk.order("POST", path, json!({ "kind": "reset_before" })).await;
        desk.dv(&resolve).await.expect(1, &["no connection to"]);
        assert_eq!(desk.get("incident", &case).await["statecode"], 0);
        desk.order("POST", path, json!({ "kind": "reset_after" })).await;
        desk.dv(&resolve).await.expect(0, &[]);
        assert_eq!(desk.get("incident", &case).await["statecode"], 1);
        assert_eq!(resolutions(&desk, &case).await.len(), 1);
        assert_eq!(notes(&desk, &case).await.len(), note.len() / 2);
        assert_eq!(desk.writes().await.len(), before + 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_change_in_between_is_a_conflict_and_nothing_is_sent() {
    let desk = Desk::new().await;
    let case = a_case(&desk).await;
    let admin = desk.signed_in_as("admin").await;
    // The case is read for the command, and then once more just before the action.
    let slow = json!({ "kind": "delay", "ms": 1500 });
    desk.order("GET", &format!("incidents\\({case}\\)\\?\\$select=incidentid"), slow).await;
    let mut running = desk.home.start(&["resolve", &case, "--text", "Done"]);
    while desk.asked("faults").await[0]["hits"] != 1 {
        assert!(!running.has_ended(), "the case was not read again");
        tokio::task::yield_now().await;
    }
    admin.dv(&["set", "incident", &case, "description=theirs"]).await.expect(0, &[]);
    let before = desk.writes().await.len();
    let ended = tokio::task::block_in_place(|| running.end());
    ended.expect(3, &["changed", "nothing was done", "read the row again"]);
    assert_eq!(desk.writes().await.len(), before);
}
