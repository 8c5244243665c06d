//! Rows that are deleted together or merged are in a file before anything is sent.

use bytes::Bytes;
use dvtui::app::effect::{Effect, WriteId};
use dvtui::app::event::{BackedUp, Event, Operated};
use dvtui::app::finding::{Found, Hit};
use dvtui::app::journal::Opened;
use dvtui::app::looking_up::LookupFound;
use dvtui::app::pending::{RowKey, RowState};
use dvtui::app::problem::Problem;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request};
use dvtui::dataverse::{Operation, Page, Row, RowId, Table};

use crate::desk::Desk;
use crate::stage::{identity, tables};

const PATH: &str = "~/.local/state/dvtui/backups/contoso-uat-20261127T191003.512Z.jsonl";

/// So many deletes are staged, and the review is seen.
fn staged(deletes: usize) -> Desk {
    let mut desk = Desk::with(identity(), 12, 80, 24);
    for _ in 0..deletes {
        desk.keys("Space");
    }
    desk.keys("D w");
    desk
}

/// So many deletes are confirmed.
fn confirmed(deletes: usize) -> Desk {
    let mut desk = staged(deletes);
    desk.keys("s").text(&format!("delete {deletes}")).keys("Enter");
    desk
}

/// What is to be written to a file.
fn rows(desk: &Desk) -> Vec<(Table, RowId)> {
    match desk.stage.request(Slot::Backup) {
        Request::BackUp(rows) => rows.clone(),
        other => panic!("{other:?}"),
    }
}

/// Answers that the file is there, with all columns of its rows.
fn written(desk: &mut Desk) {
    let whole = |(table, id): (Table, RowId)| {
        let version: u32 = id.to_string()[..8].parse().unwrap(); // as the list has it
        let row = format!(
            r#"{{"@odata.etag":"W/\"{version}\"","incidentid":"{id}","title":"x","description":"Whole"}}"#
        );
        (RowKey { table: table.name, id }, Row::from_json(Bytes::from(row)).unwrap())
    };
    let rows = rows(desk).into_iter().map(whole).collect();
    desk.stage.answer(Slot::Backup, Reply::BackedUp(Ok(BackedUp { path: PATH.into(), rows })));
    desk.stage.app.drawn();
}

/// The deletes that the last event sent.
fn deletes(desk: &Desk) -> Vec<WriteId> {
    let sent = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Operate(id, operation) if matches!(**operation, Operation::Delete(_)) => Some(*id),
        _ => None,
    });
    sent.collect()
}

fn deleted(desk: &mut Desk, id: WriteId) {
    desk.stage.event(Event::Operated(id, Ok(Operated { row: None })));
    desk.stage.app.drawn();
}

fn all_wait(desk: &Desk) -> bool {
    desk.stage.app.pending.operations().iter().all(|operation| operation.state == RowState::Waiting)
}

#[test]
fn two_deletes_are_sent_once_the_file_is_written_and_the_last_answer_names_it() {
    let mut desk = confirmed(2);
    assert_eq!(rows(&desk).len(), 2);
    assert_eq!(deletes(&desk), []);
    assert_eq!(desk.message(), "Writing 2 records to a file before they are deleted ...");
    desk.keys("u");
    assert!(desk.message().contains("on its way. Wait for the answer."), "{}", desk.message());
    written(&mut desk);
    let sent = deletes(&desk);
    assert_eq!(sent.len(), 2);
    deleted(&mut desk, sent[0]);
    assert_eq!(desk.message(), "Saved 1 of 2.");
    deleted(&mut desk, sent[1]);
    insta::assert_snapshot!(desk.screen());
    assert!(desk.screen().contains(PATH), "{}", desk.screen());
    // They come back with what the file has, not only with what the list had.
    desk.keys("U");
    let made = desk.stage.app.pending.operations().iter().map(|operation| match &operation.operation {
        Operation::Create(new) => new.wire().unwrap().body,
        other => panic!("{other:?}"),
    });
    let made: Vec<String> = made.collect();
    assert!(made.len() == 2 && made.iter().all(|body| body.contains("Whole")), "{made:?}");
}

#[test]
fn where_the_file_cannot_be_written_nothing_is_sent_and_all_of_it_waits() {
    let mut desk = confirmed(3);
    let problem = Problem::new("Nothing was sent.").why("The disk is full.");
    desk.stage.answer(Slot::Backup, Reply::BackedUp(Err(problem)));
    desk.stage.app.drawn();
    assert!(!desk.sends() && all_wait(&desk) && desk.pending() == 3);
    assert!(desk.screen().contains("The disk is full."), "{}", desk.screen());
    desk.keys("Esc s").text("delete 3").keys("Enter");
    written(&mut desk);
    assert_eq!(deletes(&desk).len(), 3, "the next send does it");
}

#[test]
fn the_file_can_be_called_off_and_a_late_one_sends_nothing() {
    let mut desk = confirmed(2);
    let ticket = desk.stage.ticket(Slot::Backup);
    desk.keys("Ctrl-C");
    assert!(all_wait(&desk));
    assert_eq!(desk.message(), "Stopped.");
    let late = BackedUp { path: PATH.into(), rows: vec![] };
    desk.stage.answer_to(ticket, Reply::BackedUp(Ok(late)));
    assert!(!desk.sends() && desk.pending() == 2);
}

#[test]
fn one_delete_needs_no_file() {
    let mut desk = staged(1);
    desk.keys("s").text("delete").keys("Enter");
    assert_eq!(deletes(&desk).len(), 1);
}

#[test]
fn where_nothing_may_be_kept_the_question_says_that_there_is_no_backup() {
    let mut desk = staged(2);
    desk.keys("s");
    assert!(!desk.screen().contains("no backup"), "{}", desk.screen());
    desk.keys("Esc");
    desk.stage.event(Event::JournalOpened(Opened::Off));
    desk.keys("s");
    let screen = desk.screen().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(screen.contains("There is no backup: nothing may be kept on disk."), "{screen}");
    desk.text("delete 2").keys("Enter");
    assert_eq!(deletes(&desk).len(), 2);
}

#[test]
fn deletes_wait_for_what_is_on_its_way() {
    let mut desk = Desk::with(identity(), 12, 80, 24);
    desk.keys("c p l w y");
    let (save, _) = desk.write();
    desk.keys("j Space Space D w s").text("delete 2").keys("Enter");
    assert!(!desk.sends() && desk.message().contains("is on its way."), "{}", desk.message());
    desk.saved(save, r#"{"@odata.etag":"W/\"9\"","prioritycode":3}"#);
    assert!(!desk.sends());
    desk.keys("s").text("delete 2").keys("Enter");
    assert_eq!(rows(&desk).len(), 2);
}

#[test]
fn more_than_500_deletes_are_refused_before_anybody_is_asked() {
    let page = |rows: usize| {
        let row =
            |n| format!(r#"{{"@odata.etag":"W/\"1\"","incidentid":"00000000-0000-4000-8000-{n:012}"}}"#);
        let rows: Vec<String> = (0..rows).map(row).collect();
        Page::decode(Bytes::from(format!(r#"{{"value":[{}]}}"#, rows.join(",")))).unwrap()
    };
    for (rows, is_asked) in [(500, true), (501, false)] {
        let mut desk = Desk::with(identity(), 12, 80, 24);
        desk.keys("M q D");
        desk.stage.answer(Slot::Marked, Reply::Rows(Ok(page(rows))));
        desk.stage.app.drawn();
        desk.keys("w s");
        assert_eq!(desk.screen().contains("Type delete 500"), is_asked, "{}", desk.screen());
        let refusal = format!("{rows} deletes are included: at most 500 are sent at once.");
        assert_eq!(desk.message().starts_with(&refusal), !is_asked, "{}", desk.message());
    }
}

/// The first case is staged to be merged into the fourth one, and the review is seen.
fn merging() -> Desk {
    let mut desk = Desk::with(identity(), 12, 80, 24);
    desk.keys("x g");
    desk.stage.answer(Slot::Ways, Reply::LookedUp(Ok(LookupFound::default())));
    desk.text("c").stage.later(250);
    let hit = Hit {
        table: tables().remove(1),
        id: "00000003-0000-4000-8000-0000000000aa".parse().unwrap(),
        name: "CAS-00003-A1B2C3".into(),
        detail: String::new(),
    };
    let found = Found { hits: vec![hit], ..Found::default() };
    desk.stage.answer(Slot::LookUp, Reply::LookedUp(Ok(LookupFound { paths: None, found })));
    desk.keys("Enter w");
    desk
}

/// The merges that the last event sent.
fn merges(desk: &Desk) -> Vec<WriteId> {
    let sent = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Operate(id, operation) if matches!(**operation, Operation::Act(_)) => Some(*id),
        _ => None,
    });
    sent.collect()
}

fn numbers(desk: &Desk) -> Vec<u32> {
    rows(desk).iter().map(|(_, id)| id.to_string()[..8].parse().unwrap()).collect()
}

#[test]
fn a_merge_is_sent_once_both_of_its_rows_are_in_a_file() {
    let mut desk = merging();
    desk.keys("s").text("merge 2").keys("Enter");
    assert_eq!(merges(&desk), []);
    assert_eq!(desk.message(), "Writing 2 records to a file before they are merged ...");
    assert_eq!(numbers(&desk), [0, 3], "the one that is closed, and the one that it goes into");
    written(&mut desk);
    let [id] = merges(&desk)[..] else { panic!("{:?}", desk.stage.effects) };
    deleted(&mut desk, id);
    insta::assert_snapshot!("what_was_merged", desk.screen());
    let screen = desk.screen().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(screen.contains(&format!("What was merged is in {PATH}")), "{screen}");
    assert!(!desk.screen().contains("U stages them again"), "it cannot be taken back: {}", desk.screen());
}

#[test]
fn where_the_file_cannot_be_written_nothing_is_merged() {
    let mut desk = merging();
    desk.keys("s").text("merge 2").keys("Enter");
    let problem = Problem::new("Nothing was sent.").why("The disk is full.");
    desk.stage.answer(Slot::Backup, Reply::BackedUp(Err(problem)));
    desk.stage.app.drawn();
    assert!(!desk.sends() && all_wait(&desk) && desk.pending() == 1);
}

#[test]
fn one_delete_beside_a_merge_is_in_the_file_and_so_is_no_row_twice() {
    let mut desk = merging();
    desk.keys("Esc j j j D j D w s").text("delete 3").keys("Enter");
    assert_eq!(desk.message(), "Writing 3 records to a file before they are deleted or merged ...");
    assert_eq!(numbers(&desk), [3, 4, 0]);
    let mut desk = merging();
    desk.keys("Esc j D w s").text("delete 3").keys("Enter");
    assert_eq!(numbers(&desk), [1, 0, 3]);
}

#[test]
fn where_nothing_may_be_kept_a_merge_says_that_there_is_no_backup() {
    let mut desk = merging();
    desk.stage.event(Event::JournalOpened(Opened::Off));
    desk.keys("s");
    let screen = desk.screen().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(screen.contains("There is no backup: nothing may be kept on disk."), "{screen}");
    desk.text("merge 2").keys("Enter");
    assert_eq!(merges(&desk).len(), 1);
}
