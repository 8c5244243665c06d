//! Many records sent at once, with the requests and the rows on the server as the judge.

use serde_json::json;

use crate::program::{Program, api_fault};

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_fails_alike_stops_by_itself_and_the_rest_is_sent_by_the_next_review() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("esc / P r o g r e s s esc");
    program.wait_until("open cases", |screen| screen.contains("In Prog") && !screen.contains("Resea")).await;
    let refused =
        json!({ "kind": "status", "status": 400, "code": "0x80040265", "message": "Not on Mondays." });
    // Two more went out for the first two answers of four: six are sent when the third one stops it.
    program.fault(api_fault("PATCH", "incidents", 6, refused)).await;
    program.keys("M a");
    program.keys("c p l");
    let count = staged(&mut program).await;
    assert!(count > 7, "enough of the first cases are not of low priority: {count}\n{}", program.shown());
    confirm(&mut program, count).await;
    let rest = count - 6;
    let screen =
        program.wait_for(&format!("Stopped: 3 saves failed alike. {rest} were not sent and wait.")).await;
    assert!(screen.contains("Not on Mondays"), "{screen}");
    program.wait_until("every answer", |screen| !screen.contains("[.]")).await;
    program.keys("esc");
    program.wait_until("the screen of the review", |screen| !screen.contains("Stopped")).await;
    assert_eq!(program.writes().await.len(), 6);
    confirm(&mut program, count).await;
    program.wait_until("everything saved", |screen| !screen.contains("pending")).await;
    let writes = program.writes().await;
    let saved = writes.iter().filter(|write| write["status"] == 200).collect::<Vec<_>>();
    assert_eq!((writes.len(), saved.len()), (6 + count, count));
    for write in saved {
        let path = write["path"].as_str().unwrap().split('?').next().unwrap();
        assert_eq!(program.row(path).await["prioritycode"], 3);
    }
    program.quit().await;
}

/// How many changes wait: what has the value already is none.
async fn staged(program: &mut Program) -> usize {
    let screen = program.wait_for(" pending").await;
    screen.split('~').nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
}

/// Reviews what waits, and sends it by what is asked for.
async fn confirm(program: &mut Program, count: usize) {
    if !program.shown().contains("included, sent to") {
        program.keys("w");
    }
    program.wait_for("included, sent to").await;
    program.keys("s");
    program.wait_for(&format!("Send {count} changes")).await;
    if count < 10 {
        program.keys("y");
        return;
    }
    for digit in count.to_string().chars() {
        program.keys(&digit.to_string());
    }
    program.keys("enter");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_save_does_not_keep_the_others_waiting() {
    let mut program = Program::start_at_the_cases().await;
    let slow = program.open_as_json().await;
    let id = slow.split(['(', ')']).nth(1).unwrap();
    program.keys("esc");
    program.wait_for("CAS-").await;
    program.fault(api_fault("PATCH", id, 1, json!({ "kind": "delay", "ms": 1500 }))).await;
    program.keys("space space space space space space c p h");
    let count = staged(&mut program).await;
    assert!(count > 1);
    confirm(&mut program, count).await;
    let screen = program.wait_for(&format!("Saved {} of {count}.", count - 1)).await;
    let name = program.row(&slow).await["ticketnumber"].as_str().unwrap().to_owned();
    let left: Vec<_> = screen.lines().filter(|line| line.contains(" update ")).collect();
    assert!(left.len() == 1 && left[0].contains(&name), "the first one is answered last: {screen}");
    program.wait_until("everything saved", |screen| !screen.contains("pending")).await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_as_one_is_one_request_and_a_row_that_was_changed_meanwhile_stops_all_of_it() {
    let mut program = Program::start_at_the_cases().await;
    let first = program.open_as_json().await;
    program.keys("esc");
    program.wait_for("CAS-").await;
    program.keys("space space space c p h");
    let count = staged(&mut program).await;
    program.change_as_somebody_else(&first, json!({ "description": "theirs" })).await;
    program.keys("w z g");
    program.wait_for("as one request: all or nothing").await;
    program.keys("s");
    program.wait_for("all or nothing?").await;
    program.keys("y");
    let name = program.row(&first).await["ticketnumber"].as_str().unwrap().to_owned();
    program.wait_until("every answer", |screen| !screen.contains("[.]") && screen.contains("412")).await;
    let writes = program.writes().await;
    assert_eq!(writes.iter().filter(|write| write["path"].as_str().unwrap().contains("$batch")).count(), 1);
    let screen = program.shown();
    let conflict = screen.lines().find(|line| line.contains(&name)).unwrap_or_default();
    assert!(conflict.contains("[!]"), "{screen}");
    assert!(screen.contains(&format!("Not saved: Priority of {name}.")), "{screen}");
    program.wait_until("all of it", |screen| screen.contains(&format!("~{count} pending"))).await;
    program.quit_with_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_deleted_together_are_in_a_file_before_and_without_the_file_none_is_deleted() {
    let mut program = Program::start_at_the_cases().await;
    let state = program.settings.state_folder.clone();
    std::fs::write(state.join("backups"), "in the way").unwrap();
    program.keys("space space D w");
    program.wait_for("2 of 2 included").await;
    let delete = async |program: &mut Program| {
        program.keys("s");
        program.wait_for("Type delete 2").await;
        program.keys("d e l e t e space 2 enter");
    };
    delete(&mut program).await;
    program.wait_for("Nothing was sent: the records could not be written to a file before.").await;
    assert_eq!(program.writes().await.len(), 0);
    std::fs::remove_file(state.join("backups")).unwrap();
    program.keys("esc");
    delete(&mut program).await;
    program.wait_for("What was deleted is in").await;
    let deleted = program.writes().await;
    assert!(deleted.len() == 2 && deleted.iter().all(|write| write["method"] == "DELETE"), "{deleted:?}");
    let files: Vec<_> = std::fs::read_dir(state.join("backups")).unwrap().collect();
    let [Ok(file)] = files.as_slice() else { panic!("{files:?}") };
    let text = std::fs::read_to_string(file.path()).unwrap();
    assert_eq!(text.lines().count(), 2);
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["table"], "incident");
        assert!(line["row"].as_object().unwrap().contains_key("description"), "no list shows it: {line}");
        let id = line["id"].as_str().unwrap();
        assert!(deleted.iter().any(|write| write["path"].as_str().unwrap().contains(id)), "{line}");
    }
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_merged_are_in_a_file_before_as_they_were_and_without_the_file_nothing_is_merged() {
    let mut program = Program::start_at_the_cases().await;
    let state = program.settings.state_folder.clone();
    let path = program.open_as_json().await;
    let before = program.row(&path).await;
    let id = before["incidentid"].as_str().unwrap();
    let other = format!(
        "/api/data/v9.2/incidents?$select=ticketnumber&$filter=statecode eq 0 and incidentid ne {id}&$top=1"
    );
    let other = program.row(&other).await["value"][0].clone();
    program.keys("1 x g");
    program.wait_for(" goes into").await;
    program.paste(other["ticketnumber"].as_str().unwrap());
    program.wait_for(" on the server for ").await;
    program.keys("enter");
    program.wait_for("~1 pending").await;
    std::fs::write(state.join("backups"), "in the way").unwrap();
    let merge = async |program: &mut Program| {
        program.keys("s");
        program.wait_for("Type merge 2").await;
        program.keys("m e r g e space 2 enter");
    };
    program.keys("w");
    program.wait_for("1 of 1 included").await;
    merge(&mut program).await;
    program.wait_for("Nothing was sent: the records could not be written to a file before.").await;
    assert_eq!(program.writes().await.len(), 0);
    std::fs::remove_file(state.join("backups")).unwrap();
    program.keys("esc");
    merge(&mut program).await;
    program.wait_for("What was merged is in").await;
    assert_eq!(program.row(&path).await["merged"], true);
    let files: Vec<_> = std::fs::read_dir(state.join("backups")).unwrap().collect();
    let [Ok(file)] = files.as_slice() else { panic!("{files:?}") };
    let text = std::fs::read_to_string(file.path()).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [own, into] = lines.as_slice() else { panic!("{text}") };
    assert_eq!((&own["id"], &own["row"]["statecode"]), (&before["incidentid"], &json!(0)), "as it was");
    assert!(own["row"]["merged"] != true && own["row"]["description"] == before["description"], "{own}");
    assert_eq!(into["id"], other["incidentid"]);
    program.quit().await;
}
