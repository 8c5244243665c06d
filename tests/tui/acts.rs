//! Verbs of the case desk: what they stage, in which order it is sent, and what confirms it.

use std::sync::Arc;

use dvtui::app::effect::{Effect, WriteId};
use dvtui::app::event::{BackedUp, Event, Operated, SaveFailure};
use dvtui::app::journal::Entry;
use dvtui::app::key::Key;
use dvtui::app::overlay::draft::FileToSend;
use dvtui::app::pending::{OperationKind, RowState};
use dvtui::app::problem::Problem;
use dvtui::app::session::Identity;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request};
use dvtui::dataverse::metadata::{Required, TextFormat};
use dvtui::dataverse::{Change, Column, ColumnKind, LookupPath, Operation, Table, TableSchema};
use insta::assert_snapshot;

use crate::desk::{self, Desk};
use crate::stage::{self, column};

const SAVED: &str = r#"{"@odata.etag":"W/\"9\"","incidentid":"00000000-0000-4000-8000-0000000000aa",
    "prioritycode@OData.Community.Display.V1.FormattedValue":"Low","prioritycode":3}"#;

fn table(name: &str, set: &str, id: &str, label: &str) -> Table {
    Table {
        name: name.into(),
        set: set.into(),
        display_name: label.into(),
        collection_name: format!("{label}s"),
        primary_id: id.into(),
        primary_name: Some("subject".into()),
        is_custom: false,
        is_system: false,
        optimistic_concurrency: true,
    }
}

pub(crate) fn note() -> Table {
    table("annotation", "annotations", "annotationid", "Note")
}

pub(crate) fn resolution() -> Table {
    table("incidentresolution", "incidentresolutions", "activityid", "Case Resolution")
}

/// At cases of an environment that has notes and resolutions.
pub(crate) fn at_cases(identity: Identity, rows: usize, width: u16, height: u16) -> Desk {
    let mut tables = stage::tables();
    tables.extend([note(), resolution()]);
    Desk::among(tables, desk::cases(), identity, rows, width, height)
}

fn memo(name: &str) -> Column {
    column("Text", name, ColumnKind::Memo { max_length: Some(100) })
}

/// The columns of notes and resolutions, as the server answers them.
pub(crate) fn learned() -> Reply {
    let path = |table: &str| LookupPath {
        column: "objectid".into(),
        target: table.into(),
        navigation: format!("objectid_{table}"),
    };
    let line = || ColumnKind::Text { max_length: Some(20), format: TextFormat::Text };
    let notes =
        TableSchema { table: note(), columns: vec![memo("notetext"), column("Title", "subject", line())] };
    let resolutions = TableSchema {
        table: resolution(),
        columns: vec![
            Column { required: Required::Application, ..column("Cause", "new_cause", line()) },
            column("Resolution", "subject", line()),
            column("Minutes", "timespent", ColumnKind::Whole { min: 0, max: 1000 }),
        ],
    };
    Reply::Learned(Ok(vec![(Arc::new(notes), vec![path("incident")]), (Arc::new(resolutions), vec![])]))
}

/// Stages a note on what is meant, its columns being here already or not.
pub(crate) fn stage_note(desk: &mut Desk, text: &str) {
    desk.keys("x n").text(text).keys("Ctrl-D");
    if desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Run(_, Request::Learn(_))))
        || !desk.stage.app.overlays.is_empty()
    {
        desk.stage.answer(Slot::Learn, learned());
    }
    desk.stage.app.drawn();
}

/// Opens a note with a text and the path of a file, and stages it.
fn note_with_file(desk: &mut Desk, path: &str) {
    desk.keys("x n").stage.answer(Slot::Learn, learned());
    desk.text("Called.").keys("Tab Tab").text(path).keys("Ctrl-D");
}

fn file(size: u64) -> Arc<FileToSend> {
    let (name, mime_type) = ("quote.pdf".to_owned(), "application/pdf".to_owned());
    Arc::new(FileToSend { name, mime_type, size, body: "AP9oZWxsbw==".to_owned() })
}

/// The paths that the last key asked to be read.
fn files_read(desk: &Desk) -> Vec<&str> {
    let all = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Run(_, Request::ReadFile(path)) => Some(path.as_str()),
        _ => None,
    });
    all.collect()
}

fn operated(desk: &mut Desk, id: WriteId, result: Result<Operated, SaveFailure>) {
    desk.stage.event(Event::Operated(id, result));
    desk.stage.app.drawn();
}

/// What the last event sent: updates, and operations by what they are.
fn sent(desk: &Desk) -> Vec<(WriteId, &'static str)> {
    let all = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Write(id, _) => Some((*id, "update")),
        Effect::Operate(id, operation) => Some((
            *id,
            match **operation {
                Operation::Update(_) => "state",
                Operation::Create(_) => "create",
                Operation::Delete(_) => "delete",
                Operation::Act(_) => "act",
                Operation::CreateAndAct(..) => "create and act",
                Operation::File(_) => "file",
                Operation::Associate(_) => "associate",
            },
        )),
        _ => None,
    });
    all.collect()
}

#[test]
fn a_note_waits_for_the_columns_that_are_on_their_way_and_is_kept_before_the_frame() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("x n").text("Called.").keys("Ctrl-D");
    assert_eq!(desk.pending(), 0);
    assert!(desk.screen().contains("It is staged as soon as the columns are here."));
    desk.stage.event(Event::JournalOpened(dvtui::app::journal::Opened::Ours {
        rows: vec![],
        operations: vec![],
        said: None,
    }));
    desk.stage.answer(Slot::Learn, learned());
    assert!(
        matches!(desk.stage.effects.first(), Some(Effect::Journal(entries))
            if matches!(entries.as_slice(), [Entry::Operation(_, Some(_))])),
        "{:?}",
        desk.stage.effects
    );
    let Some(operation) = desk.stage.app.pending.operations().only() else { panic!("one note") };
    let Operation::Create(new) = &operation.operation else { panic!("{operation:?}") };
    assert_eq!(new.set.as_str(), "annotations");
    assert!(new.values.contains(&("notetext".into(), Change::Text("Called.".into()))));
    let link = new.values.iter().find(|(column, _)| column.as_str() == "objectid");
    assert!(
        matches!(link, Some((_, Change::Link { navigation, to: Some(_) })) if navigation == "objectid_incident")
    );
    desk.keys("u");
    assert_eq!(desk.message(), "Undo: Note on CAS-00000-A1B2C3 is not pending any more");
    assert!(matches!(desk.stage.effects.first(), Some(Effect::Journal(entries))
            if matches!(entries.as_slice(), [Entry::Operation(_, None)])));
    desk.keys("Ctrl-Y");
    assert_eq!(desk.pending(), 1);
}

#[test]
fn a_form_that_lacks_something_or_has_too_much_says_so_at_the_field_and_keeps_what_was_typed() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("x n Ctrl-D");
    assert!(desk.screen().contains("! Text is required."), "{}", desk.screen());
    desk.text(&"x".repeat(101)).keys("Ctrl-D");
    desk.stage.answer(Slot::Learn, learned());
    assert!(desk.screen().contains("100"), "{}", desk.screen());
    assert_eq!(desk.pending(), 0);
    desk.keys("Backspace Ctrl-D");
    assert_eq!(desk.pending(), 1);
}

#[test]
fn one_esc_warns_and_the_second_drops_what_was_typed() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("x n").text("Called.").keys("Esc");
    assert!(desk.screen().contains("Esc again drops what you typed."), "{}", desk.screen());
    desk.text("x").keys("Esc");
    assert!(!desk.stage.app.overlays.is_empty(), "typing begins anew");
    desk.keys("Esc");
    assert!(desk.stage.app.overlays.is_empty());
    assert_eq!(desk.pending(), 0);
}

#[test]
fn the_form_of_a_resolution_asks_for_what_the_environment_requires() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("x r");
    desk.stage.answer(Slot::Learn, learned());
    desk.stage.app.drawn();
    assert_snapshot!("resolve", desk.screen());
    desk.text("Solved").keys("Ctrl-D");
    assert!(desk.screen().contains("! Cause is required."), "{}", desk.screen());
    desk.text("Drum").keys("Ctrl-D");
    let Some(operation) = desk.stage.app.pending.operations().only() else { panic!("{}", desk.screen()) };
    assert_eq!(operation.kind, OperationKind::Close);
    let Operation::Act(action) = &operation.operation else { panic!("no note was written") };
    assert!(action.body.contains(r#""new_cause":"Drum""#), "{}", action.body);
    assert!(action.body.ends_with(r#""Status":5}"#), "{}", action.body);
}

#[test]
fn the_question_names_the_record_that_is_changed_and_counts_new_ones_elsewhere() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    stage_note(&mut desk, "Called.");
    desk.keys("j c p l w s");
    assert_eq!(desk.message(), "Send 2 changes on CAS-00001-A1B2C3 and 1 new one to contoso-uat?");
    desk.keys("n Esc");
    stage_note(&mut desk, "Again.");
    desk.keys("w s");
    let said = desk.message();
    assert_eq!(
        said, "Send 3 changes on CAS-00001-A1B2C3 and 1 new one to contoso-uat?",
        "its own is no other"
    );
}

#[test]
fn a_record_that_was_deleted_is_staged_to_be_made_again() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("D w s").text("delete").press(Key::Enter);
    let [(id, "delete")] = sent(&desk)[..] else { panic!("one delete: {}", desk.screen()) };
    operated(&mut desk, id, Ok(Operated { row: None }));
    desk.keys("U");
    assert_eq!(desk.message(), "Staged to take back: re-create Case CAS-00000-A1B2C3.  w reviews it");
    let Some(operation) = desk.stage.app.pending.operations().only() else { panic!("one operation") };
    assert_eq!(operation.kind, OperationKind::Create);
    assert!(operation.effects.iter().any(|effect| effect.contains("columns were not read")), "{operation:?}");
}

#[test]
fn what_cannot_be_taken_back_is_told_with_what_can_be_done_instead() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    stage_note(&mut desk, "Called.");
    desk.keys("w s y");
    let [(id, "create")] = sent(&desk)[..] else { panic!("one note") };
    operated(&mut desk, id, Ok(Operated { row: None }));
    desk.keys("U");
    assert!(
        desk.screen().contains("Nothing could be staged to take the last send back."),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("Not taken back: Note on CAS-00000-A1B2C3: D on the new record"));
}

#[test]
fn a_case_is_closed_behind_its_update_with_the_version_that_this_made() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("x r");
    desk.stage.answer(Slot::Learn, learned());
    desk.text("Solved").keys("Tab Tab").text("Drum").keys("Ctrl-D");
    assert_eq!(desk.pending(), 1, "{}", desk.screen());
    desk.keys("c p l w s y");
    let first = sent(&desk);
    assert_eq!(first.iter().map(|(_, what)| *what).collect::<Vec<_>>(), ["update"], "the close waits");
    desk.saved(first[0].0, SAVED);
    let Some(Effect::Operate(id, operation)) =
        desk.stage.effects.iter().find(|effect| matches!(effect, Effect::Operate(..))).cloned()
    else {
        panic!("{:?}", desk.stage.effects)
    };
    let (Operation::Act(action) | Operation::CreateAndAct(_, action)) = *operation else { panic!() };
    assert_eq!(action.subject.unwrap().etag, "W/\"9\"");
    operated(&mut desk, id, Ok(Operated { row: None }));
    assert_eq!(desk.pending(), 0);
}

#[test]
fn what_comes_before_a_close_and_fails_holds_it_back_and_other_rows_go_on() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("x c");
    assert_eq!(desk.message(), "Case has no status reason for that.");
    desk.keys("D c p l j D w s");
    desk.text("delete 2").keys("Enter");
    let backup = BackedUp { path: "~/backup.jsonl".into(), rows: vec![] };
    desk.stage.answer(Slot::Backup, Reply::BackedUp(Ok(backup)));
    let first = sent(&desk);
    assert_eq!(first.iter().map(|(_, what)| *what).collect::<Vec<_>>(), ["update", "delete"]);
    desk.failed(first[0].0, SaveFailure::Failed(Problem::new("Not saved.").why("Too long.")));
    let held = &desk.stage.app.pending.operations()[0];
    assert!(matches!(held.state, RowState::Failed(_)), "{:?}", held.state);
    assert_eq!(sent(&desk), []);
    operated(&mut desk, first[1].0, Ok(Operated { row: None }));
    assert_eq!(desk.pending(), 2, "the change and the delete of the first row");
}

#[test]
fn an_operation_whose_answer_is_lost_is_looked_for_and_not_sent_again() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    stage_note(&mut desk, "Once.");
    desk.keys("w s y");
    let (id, what) = sent(&desk)[0];
    assert_eq!(what, "create");
    operated(&mut desk, id, Err(SaveFailure::Unknown(Problem::new("").why("The line is down."))));
    assert!(desk.screen().contains("Perhaps done: note on CAS-00000-A1B2C3."), "{}", desk.screen());
    desk.keys("Esc s");
    assert_eq!(sent(&desk), [], "nobody knows whether it is there");
    desk.keys("Enter");
    assert!(
        desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Run(_, Request::FindOut(..)))),
        "{:?}",
        desk.stage.effects
    );
    let known = desk.stage.app.pending.operations()[0].id;
    desk.stage.answer(Slot::Fate, Reply::FoundOut(known, Ok(Operated { row: None })));
    assert_eq!(desk.pending(), 0);
}

#[test]
fn keys_typed_before_the_question_was_drawn_are_no_answer_to_it() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    stage_note(&mut desk, "Called.");
    for key in ['w', 's', 'y'] {
        desk.stage.press(Key::Char(key)); // no frame between them
    }
    assert_eq!(sent(&desk), []);
    desk.stage.app.drawn();
    desk.keys("y");
    assert_eq!(sent(&desk).len(), 1);
}

#[test]
fn a_read_only_session_stages_no_operation() {
    use dvtui::app::session::Writes;
    let identity =
        Identity { writes: Writes::Locked("This is production: read-only.".into()), ..stage::identity() };
    let mut desk = at_cases(identity, 3, 80, 24);
    for verb in ["x r", "x n", "x c", "D", "a", "x q", "x w"] {
        desk.keys(verb);
        assert!(desk.message().contains("read-only"), "{verb}: {}", desk.message());
        assert!(desk.stage.app.overlays.is_empty(), "{verb}");
        assert_eq!(desk.pending(), 0);
    }
}

#[test]
fn several_operations_are_reviewed_in_the_order_they_are_sent() {
    for (width, height) in [(80, 24), (200, 50)] {
        let mut desk = at_cases(stage::identity(), 3, width, height);
        desk.keys("D j");
        stage_note(&mut desk, "Called back; the customer will try the other tray first.");
        desk.keys("j c p h w");
        assert_snapshot!(format!("review_{width}"), desk.screen());
    }
}

#[test]
fn a_row_shows_what_is_to_become_of_it_and_what_went_wrong_first() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    stage_note(&mut desk, "Called.");
    assert!(desk.stage.row(4).starts_with(">~"), "{}", desk.screen());
    desk.keys("D");
    assert!(desk.stage.row(4).starts_with(">D"), "{}", desk.screen());
    desk.keys("w s").text("delete").keys("Enter");
    let [(id, "create")] = sent(&desk)[..] else { panic!("{:?}", desk.stage.effects) };
    desk.keys("q");
    operated(&mut desk, id, Err(SaveFailure::Failed(Problem::new("").why("Not allowed."))));
    assert!(desk.stage.row(4).starts_with(">!"), "{}", desk.screen());
}

#[test]
fn the_forms_fit_a_small_terminal() {
    let mut desk = Desk::of_table(desk::cases(), stage::identity(), 3, 80, 24);
    desk.keys("a");
    assert_snapshot!("new_case", desk.screen());
    let mut desk = at_cases(stage::identity(), 3, 60, 16);
    desk.keys("x r");
    assert_snapshot!("resolve_small", desk.screen());
}

#[test]
fn a_file_is_read_when_the_note_is_staged_and_is_told_by_its_name_and_size() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    note_with_file(&mut desk, "~/quote.pdf");
    assert_eq!(files_read(&desk), ["~/quote.pdf"]);
    assert_eq!(desk.pending(), 0);
    assert!(desk.screen().contains("It is staged as soon as the file is read."), "{}", desk.screen());
    let read = Reply::FileRead("~/quote.pdf".into(), Ok(file(84_000)));
    desk.stage.answer(Slot::FileToSend, read);
    desk.stage.app.drawn();
    let Some(operation) = desk.stage.app.pending.operations().only() else { panic!("{}", desk.screen()) };
    let Operation::Create(new) = &operation.operation else { panic!("{operation:?}") };
    for (column, change) in [
        ("notetext", Change::Text("Called.".into())),
        ("documentbody", Change::Text("AP9oZWxsbw==".into())),
        ("filename", Change::Text("quote.pdf".into())),
        ("mimetype", Change::Text("application/pdf".into())),
        ("isdocument", Change::YesNo(true)),
    ] {
        assert!(new.values.contains(&(column.into(), change)), "{column}: {:?}", new.values);
    }
    let told = [("Text".to_owned(), "Called.".to_owned()), ("Attachment".into(), "quote.pdf, 84 KB".into())];
    assert_eq!(operation.values, told);
}

#[test]
fn what_is_wrong_with_a_file_is_told_at_its_field_and_another_path_is_read_anew() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    note_with_file(&mut desk, "quote.pdf");
    let why = "There is no file ./quote.pdf.".to_owned();
    desk.stage.answer(Slot::FileToSend, Reply::FileRead("quote.pdf".into(), Err(why)));
    desk.stage.app.drawn();
    assert_snapshot!("note_with_a_file_that_is_not_there", desk.screen());
    desk.keys("Backspace").text("x").keys("Ctrl-D");
    assert_eq!(files_read(&desk), ["quote.pdx"]);
    desk.keys("Ctrl-C");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::FileToSend)), "{:?}", desk.stage.effects);
    assert!(
        desk.screen().contains("quote.pdx") && !desk.screen().contains("as soon as"),
        "{}",
        desk.screen()
    );
    desk.keys("Ctrl-D");
    // Typing on while it is read calls the staging off.
    desk.keys("Tab").text("y");
    desk.stage.answer(Slot::FileToSend, Reply::FileRead("quote.pdx".into(), Ok(file(1))));
    assert_eq!(desk.pending(), 0);
    desk.keys("Ctrl-D");
    assert_eq!(files_read(&desk), ["quote.pdx"]);
}

#[test]
fn a_file_needs_no_text_beside_it_and_a_note_needs_one_of_them() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("x n").stage.answer(Slot::Learn, learned());
    desk.keys("Ctrl-D");
    assert!(desk.screen().contains("! Text is required."), "{}", desk.screen());
    desk.keys("Tab Tab").text("a.pdf").keys("Ctrl-D");
    desk.stage.answer(Slot::FileToSend, Reply::FileRead("a.pdf".into(), Ok(file(1))));
    assert_eq!(desk.pending(), 1);
}

#[test]
fn a_large_file_does_not_go_with_notes_on_many_rows() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("Space j Space");
    note_with_file(&mut desk, "a.pdf");
    desk.stage.answer(Slot::FileToSend, Reply::FileRead("a.pdf".into(), Ok(file(16_000_001))));
    assert_eq!(desk.pending(), 0);
    assert!(desk.screen().contains("16.0 MB on 2 rows is more than the 32.0 MB"), "{}", desk.screen());
    desk.keys("Ctrl-D");
    assert_eq!(desk.pending(), 0, "nor when it is asked for again");
    desk.keys("Backspace Ctrl-D");
    assert_eq!(files_read(&desk), ["a.pd"], "another path is another file");
}

#[test]
fn the_search_for_the_row_that_a_case_is_merged_into_says_which_one_goes() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("x g");
    assert_snapshot!("merge_into", desk.screen());
    desk.keys("Ctrl-X");
    assert!(
        desk.screen().contains("Case that CAS-00000-A1B2C3 goes into"),
        "it is not empty: {}",
        desk.screen()
    );
}
