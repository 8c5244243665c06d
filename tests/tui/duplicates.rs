//! A new row that others are like: it is told, they are listed, and it is made when that was said.

use std::sync::Arc;

use dvtui::app::effect::{Effect, WriteId};
use dvtui::app::event::{Event, SaveFailure};
use dvtui::app::finding::{Found, Hit};
use dvtui::app::journal::{Entry, Opened};
use dvtui::app::pending::RowState;
use dvtui::app::problem::Problem;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request, Screen};
use dvtui::dataverse::metadata::{Required, TextFormat};
use dvtui::dataverse::{Column, ColumnKind, Operation, TableSchema};
use insta::assert_snapshot;

use crate::desk::Desk;
use crate::stage::{self, column};

fn sent(desk: &Desk) -> Vec<(WriteId, bool)> {
    let all = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Operate(id, operation) => match &**operation {
            Operation::Create(new) => Some((*id, new.detect_duplicates)),
            other => panic!("{other:?}"),
        },
        _ => None,
    });
    all.collect()
}

fn operated(desk: &mut Desk, failure: fn(Problem) -> SaveFailure) {
    let [(id, true)] = sent(desk)[..] else { panic!("{}", desk.screen()) };
    let cause = Problem::new("").why("A duplicate of the current record already exists (412, 0x80040333).");
    desk.stage.event(Event::Operated(id, Err(failure(cause))));
    desk.stage.app.drawn();
}

/// In the review, a new case refused for this.
fn refused(failure: fn(Problem) -> SaveFailure) -> Desk {
    let line = ColumnKind::Text { max_length: Some(200), format: TextFormat::Text };
    let title = Column { required: Required::Application, ..column("Case Title", "title", line) };
    let schema = TableSchema { table: stage::tables().remove(1), columns: vec![title] };
    let mut desk = Desk::of_table(schema.clone(), stage::identity(), 3, 80, 24);
    desk.stage.event(Event::JournalOpened(Opened::Ours { rows: vec![], operations: vec![], said: None }));
    desk.keys("a").text("Printer jam").keys("Ctrl-D");
    desk.stage.answer(Slot::Learn, Reply::Learned(Ok(vec![(Arc::new(schema), vec![])])));
    desk.stage.app.drawn();
    desk.keys("w s y").noted();
    operated(&mut desk, failure);
    desk.keys("Esc");
    desk
}

/// The panel with two rows that are like it.
fn listed() -> Desk {
    let mut desk = refused(SaveFailure::Duplicate);
    desk.keys("Enter");
    let hit = |number: u8| Hit {
        table: stage::tables().remove(1),
        id: format!("0000000{number}-0000-4000-8000-0000000000aa").parse().unwrap(),
        name: format!("Printer jam {number}"),
        detail: "Case".to_owned(),
    };
    answer(&mut desk, Ok(Found { hits: vec![hit(1), hit(2)], ..Found::default() }));
    desk
}

fn answer(desk: &mut Desk, found: Result<Found, Problem>) {
    desk.stage.answer(Slot::Duplicates, Reply::Duplicates(found));
    desk.stage.app.drawn();
}

#[test]
fn the_rows_that_a_new_one_is_like_are_listed_in_the_review_and_can_be_opened() {
    let mut desk = listed();
    assert_snapshot!("duplicates", desk.screen());
    desk.keys("Down Enter");
    let Screen::Record(record) = desk.stage.app.screen() else { panic!("{}", desk.screen()) };
    assert_eq!(record.id.to_string(), "00000002-0000-4000-8000-0000000000aa");
    assert_eq!(desk.pending(), 1, "it still waits");
}

#[test]
fn a_row_is_made_all_the_same_by_a_key_that_sends_nothing_and_is_kept() {
    let mut desk = listed();
    desk.keys("m");
    assert!(!desk.sends());
    let kept = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Journal(entries) => entries.iter().find_map(|entry| match entry {
            Entry::Operation(_, Some(pending)) => Some(pending.clone()),
            _ => None,
        }),
        _ => None,
    });
    let kept = kept.unwrap();
    assert_eq!(
        (&kept.state, kept.effects.as_slice()),
        (&RowState::Waiting, &["Duplicates are allowed.".to_owned()][..])
    );
    assert!(matches!(&kept.operation, Operation::Create(new) if !new.detect_duplicates));
    assert_snapshot!("duplicates_allowed", desk.screen());
    desk.keys("s y").noted();
    assert!(matches!(sent(&desk)[..], [(_, false)]), "{:?}", desk.stage.effects);
}

#[test]
fn escape_keeps_it_as_it_was_and_a_send_asks_the_rules_again() {
    let mut desk = listed();
    desk.keys("Esc");
    assert!(desk.stage.app.overlays.is_empty());
    desk.keys("s y").noted();
    assert!(matches!(sent(&desk)[..], [(_, true)]), "{:?}", desk.stage.effects);
}

#[test]
fn where_the_service_does_not_tell_a_search_is_offered() {
    let mut desk = refused(SaveFailure::Duplicate);
    desk.keys("Enter");
    assert!(desk.screen().contains("Asking the service"), "{}", desk.screen());
    answer(&mut desk, Err(Problem::new("").why("Not implemented (501).")));
    assert!(
        desk.screen().contains("does not tell which rows are like it: Not implemented (501)."),
        "{}",
        desk.screen()
    );
    desk.keys("Enter");
    assert!(desk.message().starts_with("There is no row here to open."), "{}", desk.message());
    desk.keys("f");
    let asks = |effect: &Effect| matches!(effect, Effect::Run(_, Request::Find(search)) if search.text() == "`Printer jam`");
    assert!(desk.stage.effects.iter().any(asks), "{:?}", desk.stage.effects);
}

#[test]
fn what_comes_after_the_panel_was_closed_is_not_waited_for() {
    let mut desk = refused(SaveFailure::Duplicate);
    desk.keys("Enter Esc");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::Duplicates)), "{:?}", desk.stage.effects);
}

#[test]
fn another_refusal_with_the_same_words_is_no_duplicate() {
    let mut desk = refused(SaveFailure::Failed);
    desk.keys("Enter");
    assert!(desk.stage.app.overlays.is_empty());
    assert!(desk.screen().contains("0x80040333"), "{}", desk.screen());
}
