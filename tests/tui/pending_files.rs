//! Pending changes into a file and out of one: what is handed over, what is refused, and what is told of it.

use std::sync::Arc;

use dvtui::app::effect::Effect;
use dvtui::app::event::Event;
use dvtui::app::journal::{Entry, Opened};
use dvtui::app::pending::{OperationId, OperationKind, PendingOperation, RowKey, RowState};
use dvtui::app::pending_file::PendingFile;
use dvtui::app::problem::Problem;
use dvtui::app::session::{Identity, Writes};
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request, Screen};
use dvtui::dataverse::{
    Action, Association, Change, Deletion, FileChange, FileColumn, LocalFile, LookupPath, NewRow, Operation,
    Patch, Row, RowId, RowsByKey, Subject, Table,
};
use insta::assert_snapshot;
use uuid::Uuid;

use crate::desk::{Desk, cases};
use crate::stage::{self, Stage, identity};

/// At some cases, with a journal that holds nothing.
fn desk() -> Desk {
    let mut desk = Desk::with(identity(), 8, 80, 24);
    let opened = Opened::Ours { rows: vec![], operations: vec![], said: None };
    desk.stage.event(Event::JournalOpened(opened));
    desk
}

/// Types a line into the palette.
fn run(desk: &mut Desk, line: &str) {
    desk.keys(":").text(line).keys("Enter");
}

/// What the last key wants written, and where.
fn handed(desk: &Desk) -> (PendingFile, String) {
    match desk.stage.request(Slot::PendingFile) {
        Request::SavePending(file, path) => ((**file).clone(), path.clone()),
        other => panic!("{other:?}"),
    }
}

/// A file with what was staged by these keys.
fn file_of(keys: &str) -> PendingFile {
    let mut desk = desk();
    desk.keys(keys);
    run(&mut desk, "pending save changes.json");
    handed(&desk).0
}

/// Loads a file up to where its rows are asked for.
fn asked(desk: &mut Desk, file: PendingFile) {
    run(desk, "pending load ~/changes.json");
    assert!(
        matches!(desk.stage.request(Slot::PendingFile), Request::LoadPending(path) if path == "~/changes.json")
    );
    desk.stage.answer(Slot::PendingFile, Reply::PendingRead(Ok(Box::new(file))));
    if let Request::Learn(_) = desk.stage.request(Slot::PendingFile) {
        let path = LookupPath {
            column: "customerid".into(),
            target: "account".into(),
            navigation: "customerid_account".into(),
        };
        let learned = vec![(Arc::new(cases()), vec![path])];
        desk.stage.answer(Slot::PendingFile, Reply::Learned(Ok(learned)));
    }
    desk.stage.app.drawn();
}

fn wanted(desk: &Desk) -> Vec<RowsByKey> {
    match desk.stage.request(Slot::PendingFile) {
        Request::RowsByKey(wanted) => wanted.clone(),
        other => panic!("{other:?}"),
    }
}

/// Answers with the cases as they are on the server.
fn answer(desk: &mut Desk, change: impl Fn(usize, String) -> Option<String>) {
    let table = cases().table;
    let rows = (0..8).filter_map(|number| {
        let row = Row::from_json(change(number, stage::case(number))?).unwrap();
        Some((table.name.clone(), row.id(&table.primary_id).unwrap(), row))
    });
    let rows = rows.collect();
    desk.stage.answer(Slot::PendingFile, Reply::RowsByKey(Ok(rows)));
    desk.stage.app.drawn();
}

fn load(desk: &mut Desk, file: PendingFile) {
    asked(desk, file);
    answer(desk, |_, json| Some(json));
}

/// The lines of the message, however many they are.
fn said(desk: &Desk) -> String {
    let screen = desk.screen();
    let lines: Vec<&str> = screen.lines().collect();
    lines[lines.len() - 5..].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

fn id(number: usize) -> RowId {
    format!("{number:08x}-0000-4000-8000-0000000000aa").parse().unwrap()
}

/// A file with one operation about a case.
fn with(number: usize, kind: OperationKind, title: &str, operation: Operation) -> PendingFile {
    let mut file = file_of(&format!("{} c o e", "j ".repeat(number)));
    let about = file.rows.pop().unwrap().target;
    file.operations.push(PendingOperation {
        id: OperationId(Uuid::from_u128(7)),
        kind,
        about: Some(about),
        into: None,
        title: title.into(),
        values: vec![("Text".into(), "Customer called.".into())],
        effects: vec!["Nothing is changed.".into()],
        operation,
        state: RowState::Waiting,
        included: true,
    });
    file
}

fn case_table() -> Table {
    cases().table
}

fn case_row(number: usize) -> Row {
    Row::from_json(stage::case(number)).unwrap()
}

#[test]
fn what_waits_is_handed_over_with_versions_and_order_and_stays_pending() {
    let mut desk = desk();
    desk.keys("c p l j c p h j D w j j Space Esc");
    run(&mut desk, "pending save ~/my changes.json");
    let (file, path) = handed(&desk);
    assert_eq!(path, "~/my changes.json");
    assert_eq!(file.environment, "https://contoso-uat.crm4.dynamics.com");
    let rows: Vec<_> = file.rows.iter().map(|row| (row.target.row.etag().unwrap(), row.included)).collect();
    assert_eq!(rows, [("W/\"0\"".into(), true), ("W/\"1\"".into(), false)]);
    assert_eq!(file.operations.len(), 1);
    desk.stage.answer(Slot::PendingFile, Reply::PendingSaved(Ok("~/my changes.json".into())));
    assert_eq!(desk.message(), "3 changes are written to ~/my changes.json, and stay pending here.");
    assert_eq!(desk.pending(), 3);
}

#[test]
fn what_is_on_its_way_is_left_out_and_told() {
    let mut desk = desk();
    desk.keys("c p l w y j c p h");
    run(&mut desk, "pending save a.json");
    assert_eq!(handed(&desk).0.rows.len(), 1);
    desk.stage.answer(Slot::PendingFile, Reply::PendingSaved(Ok("./a.json".into())));
    let said = said(&desk);
    assert!(said.contains("1 change is written to ./a.json"), "{said}");
    assert!(said.contains("1 left out: sent already"), "{said}");
}

#[test]
fn a_file_that_cannot_be_written_is_told_and_nothing_is_lost() {
    let mut desk = desk();
    desk.keys("c p l");
    run(&mut desk, "pending save a.json");
    let why = Problem::new("Not written: ./a.json.").why("What exists is never overwritten.");
    desk.stage.answer(Slot::PendingFile, Reply::PendingSaved(Err(why)));
    assert!(said(&desk).contains("What exists is never overwritten."), "{}", said(&desk));
    assert_eq!(desk.pending(), 1);
    desk.keys("Esc u");
    run(&mut desk, "pending save a.json");
    assert!(desk.message().starts_with("Nothing pending"), "{}", desk.message());
}

#[test]
fn what_is_loaded_waits_with_its_version_is_journaled_and_goes_by_one_key() {
    let file = file_of("c p l j c p h j D");
    let mut desk = desk();
    asked(&mut desk, file);
    assert_eq!(desk.pending(), 0, "before the records were read nothing is staged");
    let [rows] = wanted(&desk).try_into().unwrap();
    assert_eq!(rows.ids, [id(0), id(1), id(2)]);
    assert_eq!(rows.select, ["prioritycode", "ticketnumber", "title"]);
    answer(&mut desk, |_, json| Some(json));
    assert!(matches!(&desk.stage.effects[0], Effect::Journal(entries) if entries.len() == 3));
    let message = desk.message();
    assert!(
        message.starts_with("3 changes loaded, written Mon 23 Nov 14:00.  w review  u takes all of it back"),
        "{message}"
    );
    desk.keys("w");
    assert_snapshot!("pending_loaded", desk.screen());
    desk.keys("Esc u");
    assert_eq!(desk.message(), "Undo: 3 changes that were made together");
    assert_eq!(desk.pending(), 0);
    assert!(matches!(&desk.stage.effects[0], Effect::Journal(entries)
        if entries.iter().all(|entry| matches!(entry, Entry::Row(_, None) | Entry::Operation(_, None)))));
    desk.keys("Ctrl-Y");
    assert_eq!(desk.pending(), 3);
    desk.keys("w s").text("delete").keys("Enter").noted();
    let sent = desk.writes();
    assert_eq!(sent.iter().map(|(_, patch)| patch.etag.as_str()).collect::<Vec<_>>(), ["W/\"0\"", "W/\"1\""]);
}

#[test]
fn names_and_labels_are_those_of_this_environment_and_not_of_the_file() {
    let mut file = file_of("c p l");
    let row = &mut file.rows[0];
    row.target.name = "CAS-99999 (a test)".into();
    let forged = stage::case(0).replacen("CAS-00000", "CAS-99999", 1).replacen("\"High\"", "\"Test\"", 1);
    row.target.row = Row::from_json(forged).unwrap();
    row.target.table.display_name = "Test".into();
    row.target.table.set = "accounts".into();
    row.target.table.optimistic_concurrency = false;
    row.edits[0].label = "Description\u{1b}[2J".into();
    row.edits[0].new.text = "High".into();
    let mut desk = desk();
    load(&mut desk, file);
    desk.keys("w");
    let message = desk.message();
    assert!(message.starts_with("Save CAS-00000-A1B2C3: Priority High -> Low?"), "{message}");
    desk.keys("y").noted();
    let (_, patch) = desk.write();
    assert_eq!((patch.set.as_str(), patch.etag.as_str()), ("incidents", "W/\"0\""));
    assert!(patch.optimistic_concurrency);
}

#[test]
fn a_file_that_is_of_no_use_is_refused_in_a_sentence_and_nothing_is_staged() {
    let refused = |change: &dyn Fn(&mut PendingFile), why: &str| {
        let mut file = file_of("c p l j D");
        change(&mut file);
        let mut desk = desk();
        run(&mut desk, "pending load a.json");
        desk.stage.answer(Slot::PendingFile, Reply::PendingRead(Ok(Box::new(file))));
        if let Request::Learn(_) = desk.stage.request(Slot::PendingFile) {
            let learned = vec![(Arc::new(cases()), vec![])];
            desk.stage.answer(Slot::PendingFile, Reply::Learned(Ok(learned)));
        }
        if let Request::RowsByKey(_) = desk.stage.request(Slot::PendingFile) {
            answer(&mut desk, |number, json| (number < 5).then_some(json));
        }
        let said = said(&desk);
        assert!(said.contains("Nothing was loaded:") && said.contains(why), "{why}: {said}");
        assert_eq!(desk.pending(), 0, "{why}");
    };
    let elsewhere = "it is for https://fabrikam.crm.dynamics.com, and this is https://contoso-uat.crm4";
    refused(&|file| file.environment = "https://fabrikam.crm.dynamics.com".into(), elsewhere);
    let hostile = format!("https://x\u{1b}]0;owned\u{7}\u{202e}{}", "y".repeat(10_000));
    refused(&|file| file.environment = hostile.clone(), "it is for https://x^[]0;owned^G<U+202E>yyy");
    refused(&|file| file.rows[0].target.table.name = "new_thing".into(), "there is no table new_thing here");
    refused(&|file| file.rows[0].edits[0].column = "new_x".into(), "Case has no column new_x here");
    refused(&|file| file.rows[0].target.id = id(7), "is not there any more, or you may not see it");
    let any = |file: &mut PendingFile| {
        let row = Row::from_json(stage::case(0).replacen("W/\\\"0\\\"", "*", 1)).unwrap();
        file.rows[0].target.row = row;
    };
    refused(&any, "came without a version");
    let none = |file: &mut PendingFile| {
        let row = Row::from_json(stage::case(0).replacen("\"@odata.etag\":\"W/\\\"0\\\"\",", "", 1)).unwrap();
        assert_eq!(row.etag(), None);
        file.rows[0].target.row = row;
    };
    refused(&none, "came without a version");
    let other = |file: &mut PendingFile| {
        let Operation::Delete(deletion) = &mut file.operations[0].operation else { panic!() };
        deletion.id = id(4);
    };
    refused(&other, "is about another record than it says");
    let link = |file: &mut PendingFile| {
        file.rows[0].edits[0].new.change = Change::Link { navigation: "ownerid".into(), to: None };
    };
    refused(&link, "the value of Priority cannot be written here");
}

#[test]
fn before_the_tables_are_read_nothing_is_loaded() {
    let file = file_of("c p l");
    let mut desk = Desk { stage: Stage::signed_in(80, 24) };
    run(&mut desk, "pending load a.json");
    desk.stage.answer(Slot::PendingFile, Reply::PendingRead(Ok(Box::new(file))));
    assert!(said(&desk).contains("the tables have not been read yet"), "{}", said(&desk));
}

#[test]
fn a_lookup_cannot_be_written_by_the_way_of_another_one() {
    let mut file = file_of("c p l");
    let edit = &mut file.rows[0].edits[0];
    edit.column = "customerid".into();
    edit.new.change = Change::Link { navigation: "ownerid".into(), to: Some(("accounts".into(), id(1))) };
    let mut desk = desk();
    asked(&mut desk, file.clone());
    assert!(said(&desk).contains("the value of Customer cannot be written here"), "{}", said(&desk));
    file.rows[0].edits[0].new.change =
        Change::Link { navigation: "customerid_account".into(), to: Some(("accounts".into(), id(1))) };
    desk.keys("Esc");
    asked(&mut desk, file);
    assert_eq!(
        wanted(&desk).iter().map(|rows| rows.table.set.as_str()).collect::<Vec<_>>(),
        ["accounts", "incidents"]
    );
}

#[test]
fn what_a_file_does_is_told_as_it_is_sent_and_not_in_the_words_of_the_file() {
    let delete = Operation::Delete(Deletion::new(&case_table(), id(1), &case_row(1)));
    let mut desk = desk();
    load(&mut desk, with(1, OperationKind::Act, "note on CAS-00003", delete));
    desk.keys("w");
    let screen = desk.screen();
    assert!(screen.contains("delete  Delete Case CAS-00001-A1B2C3"), "{screen}");
    assert!(!screen.contains("note on") && !screen.contains("Nothing is changed"), "{screen}");
    desk.keys("s");
    assert!(said(&desk).contains("Type delete"), "{}", said(&desk));
}

#[test]
fn a_loaded_resolution_shows_all_that_its_body_says() {
    let subject = Subject {
        set: "incidents".into(),
        primary_id: "incidentid".into(),
        id: id(2),
        etag: "W/\"2\"".into(),
        done: None,
    };
    let action =
        Action::close_incident(subject, 5, &[("subject".into(), Change::Text("Drum replaced".into()))]);
    let mut desk = desk();
    load(&mut desk, with(2, OperationKind::Act, "call somebody", Operation::Act(action)));
    desk.keys("w");
    assert_snapshot!("pending_loaded_action", desk.screen());
}

#[test]
fn an_action_that_this_program_does_not_make_is_refused() {
    let close = |id| {
        let subject = Subject {
            set: "incidents".into(),
            primary_id: "incidentid".into(),
            id,
            etag: "W/\"2\"".into(),
            done: None,
        };
        Action::close_incident(subject, 5, &[])
    };
    let other_name = Action { name: "BulkDelete".into(), ..close(id(2)) };
    let other_path = Action { path: "incidents(1)/Microsoft.Dynamics.CRM.Wipe".into(), ..close(id(2)) };
    let other_row = Action { subject: close(id(2)).subject, ..close(id(3)) };
    let no_body = Action { body: "[".into(), ..close(id(2)) };
    let run = |id| Action::execute_workflow(RowId(Uuid::from_u128(9)), close(id).subject.unwrap());
    let run_on_other = Action { body: run(id(3)).body, ..run(id(2)) };
    let run_elsewhere =
        Action { path: "queues(9)/Microsoft.Dynamics.CRM.ExecuteWorkflow".into(), ..run(id(2)) };
    for (action, why) in [
        (other_name, "none that this program makes"),
        (other_path, "none that this program makes"),
        (other_row, "about another record"),
        (run_on_other, "about another record"),
        (run_elsewhere, "none that this program makes"),
        (no_body, "none that this program makes"),
    ] {
        let mut desk = desk();
        load(&mut desk, with(2, OperationKind::Act, "x", Operation::Act(action)));
        assert!(said(&desk).contains(why), "{why}: {}", said(&desk));
        assert_eq!(desk.pending(), 0);
    }
}

#[test]
fn a_loaded_update_has_the_version_of_its_row_whatever_it_says_itself() {
    let changes = vec![("prioritycode".into(), Change::Number("3".into()))];
    let mut patch = Patch::new(&case_table(), id(1), &case_row(1), changes);
    (patch.etag, patch.optimistic_concurrency) = (String::new(), false);
    let mut desk = desk();
    load(&mut desk, with(1, OperationKind::Act, "x", Operation::Update(patch)));
    desk.keys("w s y").noted();
    let [Effect::Operate(_, sent)] = &desk.stage.effects[..] else { panic!("{:?}", desk.stage.effects) };
    let Operation::Update(patch) = &**sent else { panic!() };
    assert_eq!((patch.etag.as_str(), patch.optimistic_concurrency), ("W/\"1\"", true));
}

#[test]
fn a_loaded_new_row_shows_its_columns_and_keeps_the_key_that_it_was_given() {
    let new = NewRow {
        set: "incidents".into(),
        primary_id: "accountid".into(),
        id: id(99),
        values: vec![
            ("title".into(), Change::Text("Printer".into())),
            ("prioritycode".into(), Change::Number("1".into())),
        ],
        detect_duplicates: true,
    };
    let mut file = with(1, OperationKind::Create, "x", Operation::Create(new));
    file.operations[0].about = None;
    let mut desk = desk();
    load(&mut desk, file);
    let operation = desk.stage.app.pending.operations().only().unwrap();
    let pair = |label: &str, text: &str| (label.to_owned(), text.to_owned());
    assert_eq!(operation.values, [pair("Case Title", "Printer"), pair("Priority", "High")]);
    let Operation::Create(new) = &operation.operation else { panic!() };
    assert_eq!((new.id, new.primary_id.as_str()), (id(99), "incidentid"));
}

#[test]
fn the_same_that_waits_already_is_one_and_another_value_is_refused_with_the_list() {
    let file = file_of("c p l j c p h j D");
    let mut desk = desk();
    desk.keys("c p l");
    load(&mut desk, file.clone());
    let told = said(&desk);
    assert!(told.contains("2 changes loaded") && told.contains("1 waited here already."), "{told}");
    assert_eq!(desk.pending(), 3);
    desk.keys("Esc u");
    assert_eq!(desk.pending(), 1, "what was there before stays");
    desk.keys("u c p n");
    load(&mut desk, file.clone());
    assert_snapshot!("pending_clash", desk.screen());
    assert_eq!(desk.pending(), 1);
    desk.keys("Esc u");
    load(&mut desk, file.clone());
    load(&mut desk, file);
    assert_eq!(desk.pending(), 3);
    assert!(said(&desk).contains("All of ~/changes.json waits here already."), "{}", said(&desk));
}

#[test]
fn what_is_being_saved_or_based_on_another_version_does_not_take_more_from_a_file() {
    let file = file_of("c p l");
    let mut sending = desk();
    sending.keys("c o e w y");
    load(&mut sending, file.clone());
    assert!(said(&sending).contains("is being saved: wait"), "{}", said(&sending));
    let mut newer = desk();
    let cases =
        (0..3).map(|number| stage::case(number).replacen("W/\\\"0", "W/\\\"90", 1)).collect::<Vec<_>>();
    let page = format!(r#"{{"value":[{}]}}"#, cases.join(","));
    newer.keys("r");
    let page = dvtui::dataverse::Page::decode(bytes::Bytes::from(page)).unwrap();
    newer.stage.answer(Slot::Rows, Reply::Rows(Ok(page)));
    newer.keys("c o e");
    load(&mut newer, file);
    assert!(said(&newer).contains("based on another version"), "{}", said(&newer));
    assert_eq!(newer.pending(), 1);
}

#[test]
fn a_record_that_was_changed_since_is_told_and_sent_with_the_version_of_the_file() {
    let mut desk = desk();
    asked(&mut desk, file_of("c p l"));
    answer(&mut desk, |_, json| Some(json.replacen("W/\\\"0", "W/\\\"90", 1).replacen("jam", "fire", 1)));
    assert!(
        said(&desk).contains("1 record was changed since: sending it will be a conflict."),
        "{}",
        said(&desk)
    );
    desk.keys("Esc w y").noted();
    assert_eq!(desk.write().1.etag, "W/\"0\"");
}

#[test]
fn a_read_only_session_loads_nothing() {
    let read_only = Identity { writes: Writes::Locked("It is read-only.".into()), ..identity() };
    let mut desk = Desk::of(read_only, 80, 24);
    run(&mut desk, "pending load a.json");
    assert!(desk.message().contains("read-only"), "{}", desk.message());
    assert!(!desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Run(..))));
}

#[test]
fn a_load_that_is_stopped_stages_nothing_and_the_next_one_can_begin() {
    let mut desk = desk();
    asked(&mut desk, file_of("c p l"));
    desk.keys("Ctrl-C");
    assert_eq!(desk.message(), "Stopped.");
    answer(&mut desk, |_, json| Some(json));
    assert_eq!(desk.pending(), 0);
    load(&mut desk, file_of("c p l"));
    assert_eq!(desk.pending(), 1);
}

#[test]
fn the_palette_leads_to_both_and_says_what_is_missing() {
    let mut desk = desk();
    desk.keys("c p l :").text("load-pending").keys("Enter");
    assert_snapshot!("pending_palette", desk.screen());
    desk.keys("Enter");
    assert!(desk.screen().contains("Type the path of a file: pending load"), "{}", desk.screen());
    assert!(desk.is_at(|screen| matches!(screen, Screen::Grid(_))));
}

#[test]
fn what_was_left_out_of_the_send_is_left_out_after_the_load() {
    let mut desk = desk();
    load(&mut desk, file_of("c p l j c p h j D w j j Space G Space Esc"));
    let included = desk.stage.app.pending.sendable().len();
    assert_eq!((included, desk.pending()), (1, 3));
}

#[test]
fn links_merges_queues_and_files_are_told_by_what_they_are_sent_as() {
    let subject = |number: usize| Subject {
        set: "accounts".into(),
        primary_id: "accountid".into(),
        id: id(number),
        etag: String::new(),
        done: None,
    };
    let link = Association {
        from: ("accounts".into(), id(5)),
        navigation: "account_cases".into(),
        back: "incident_accounts".into(),
        to: ("incidents".into(), id(1)),
        to_key: "title".into(),
        origin: "https://evil.example".into(),
        attach: true,
    };
    let column =
        FileColumn { set: "incidents".into(), id: id(1), column: "entityimage".into(), image: false };
    let local = LocalFile {
        path: "/home/anna/.ssh/id_ed25519".into(),
        name: "a.png".into(),
        size: 3,
        modified: None,
    };
    let file = FileChange { subject: subject(1), column, had: None, file: Some(local) };
    for (operation, title, value) in [
        (
            Operation::Associate(link),
            "attach Account 00000005-0000-4000-8000-0000000000aa - account_cases: Case CAS-00001-A1B2C3",
            "",
        ),
        (
            Operation::Act(Action::merge(&case_table(), id(2), subject(1))),
            "merge CAS-00001-A1B2C3 into CAS-00002-A1B2C3",
            "00000002-0000-4000-8000-0000000000aa",
        ),
        (
            Operation::Act(Action::add_to_queue(id(9), &case_table(), subject(1), None)),
            "put CAS-00001-A1B2C3 into a queue",
            "00000009-0000-4000-8000-0000000000aa",
        ),
        (
            Operation::Act(Action::execute_workflow(id(9), subject(1))),
            "run a workflow on CAS-00001-A1B2C3",
            "00000009-0000-4000-8000-0000000000aa",
        ),
        (Operation::File(file), "put a.png into Image of CAS-00001-A1B2C3", "/home/anna/.ssh/id_ed25519"),
    ] {
        let mut file = with(1, OperationKind::Act, "a note", operation);
        file.operations[0].into = Some(RowKey { table: "incident".into(), id: id(2) });
        let mut desk = desk();
        load(&mut desk, file);
        let staged = desk.stage.app.pending.operations().only();
        let staged = staged.unwrap_or_else(|| panic!("{title}: {}", said(&desk)));
        assert_eq!(staged.title, title);
        assert!(
            value.is_empty() || staged.values.iter().any(|(_, text)| text == value),
            "{:?}",
            staged.values
        );
        match &staged.operation {
            Operation::Associate(link) => {
                let at = (link.origin.as_str(), link.to_key.as_str());
                assert_eq!(at, ("https://contoso-uat.crm4.dynamics.com", "incidentid"));
            }
            Operation::Act(action) => {
                let subject = action.subject.as_ref().unwrap();
                assert_eq!((subject.set.as_str(), subject.etag.as_str()), ("incidents", "W/\"1\""));
                assert_eq!(staged.kind == OperationKind::Merge, action.name == "Merge");
            }
            Operation::File(change) => {
                assert_eq!((change.subject.etag.as_str(), change.column.image), ("W/\"1\"", true));
            }
            other => panic!("{other:?}"),
        }
    }
}
