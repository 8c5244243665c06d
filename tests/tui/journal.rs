//! Staged edits on disk: what is handed over, what comes back, and what is said of it.

use dvtui::app::effect::Effect;
use dvtui::app::event::Event;
use dvtui::app::journal::{Entry, Opened, Owner};
use dvtui::app::pending::{AT_A_TIME, PendingRow, RowState};
use dvtui::app::problem::Problem;
use dvtui::app::session::Identity;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request};
use insta::assert_snapshot;

use crate::desk::Desk;
use crate::stage::{Stage, identity};

const SAVED: &str = r#"{"@odata.etag":"W/\"9\"","incidentid":"00000000-0000-4000-8000-0000000000aa",
    "prioritycode@OData.Community.Display.V1.FormattedValue":"Low","prioritycode":3}"#;

/// At some cases, with a journal that holds this.
fn desk(rows: Vec<PendingRow>) -> Desk {
    let mut desk = Desk::at_cases(80, 24);
    desk.stage.event(Event::JournalOpened(Opened::Ours { rows, operations: vec![], said: None }));
    desk.stage.app.drawn();
    desk
}

/// The changes that an entry has of a row.
fn row_of(entry: &Entry) -> Option<&PendingRow> {
    match entry {
        Entry::Row(_, row) => row.as_deref(),
        Entry::Operation(..) => None,
    }
}

/// What the last event handed to the journal, which comes before everything else.
fn handed(desk: &Desk) -> &[Entry] {
    match desk.stage.effects.as_slice() {
        [Effect::Journal(entries), rest @ ..] => {
            assert!(!rest.iter().any(|effect| matches!(effect, Effect::Journal(_))));
            entries
        }
        effects => panic!("{effects:?}"),
    }
}

/// A row with one change, as it is handed over.
fn staged() -> PendingRow {
    let mut desk = desk(vec![]);
    desk.keys("c p l");
    row_of(&handed(&desk)[0]).unwrap().clone()
}

#[test]
fn signing_in_opens_the_journal_of_this_person_in_this_environment() {
    let mut stage = Stage::new(80, 24);
    let anna = Identity {
        user_id: Some(Box::new("00000000-0000-4000-8000-000000000001".parse().unwrap())),
        ..identity()
    };
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(anna.clone()))));
    let owner = Owner { environment: anna.address, user_id: "00000000-0000-4000-8000-000000000001".into() };
    assert!(
        matches!(&stage.effects[..], [Effect::Adopt(_), Effect::OpenJournal(opened), ..] if *opened == owner)
    );
}

#[test]
fn what_is_staged_undone_and_dropped_is_handed_over_at_once() {
    let mut desk = desk(vec![]);
    desk.keys("c p l");
    let [entry] = handed(&desk) else { panic!() };
    let row = row_of(entry).unwrap();
    assert_eq!((row.edits[0].old.as_str(), row.edits[0].new.text.as_str()), ("High", "Low"));
    assert!(matches!(entry, Entry::Row(key, _) if *key == row.key()));
    desk.keys("j");
    assert_eq!(desk.stage.effects.iter().filter(|e| matches!(e, Effect::Journal(_))).count(), 0);
    desk.keys("u");
    assert_eq!(row_of(&handed(&desk)[0]), None);
    desk.keys("k c p l w d").keys("D");
    assert_eq!(row_of(&handed(&desk)[0]), None);
}

#[test]
fn a_change_is_in_the_journal_as_being_sent_before_it_is_sent_and_gone_when_it_was_saved() {
    let mut desk = desk(vec![]);
    desk.keys("c p l w y");
    assert!(matches!(row_of(&handed(&desk)[0]).unwrap().state, RowState::Sending(_)));
    assert_eq!(writes(&desk), 0, "{:?}", desk.stage.effects);
    let (id, _) = desk.noted().write();
    desk.stage.event(Event::Journaled(Ok(())));
    assert_eq!(writes(&desk), 0, "and it goes out once: {:?}", desk.stage.effects);
    desk.saved(id, SAVED);
    assert_eq!(row_of(&handed(&desk)[0]), None);
}

#[test]
fn changes_of_last_time_are_pending_and_can_be_sent() {
    let mut desk = desk(vec![staged()]);
    assert_eq!(desk.message(), "1 change of last time is pending.  w reviews it");
    assert!(
        !desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Journal(_))),
        "it is there already"
    );
    assert_snapshot!("brought_back", desk.screen());
    desk.keys("w");
    assert_eq!(desk.message(), "Save CAS-00000-A1B2C3: Priority High -> Low?");
    desk.keys("y");
    assert_eq!(desk.noted().write().1.etag, "W/\"0\"", "on the row as it was read then");
}

#[test]
fn a_change_that_was_on_its_way_when_the_program_ended_may_have_been_saved_and_the_row_tells() {
    let cause = Problem::new("dv ended before the answer came.");
    let mut desk = desk(vec![PendingRow { state: RowState::Unknown(cause), ..staged() }]);
    assert_eq!(desk.message(), "1 change of last time is pending; 1 may have arrived.  w reviews it");
    assert!(desk.screen().contains('?'), "{}", desk.screen());
    desk.keys("w");
    assert_snapshot!("perhaps_saved", desk.screen());
    desk.keys("r");
    assert!(matches!(desk.stage.request(Slot::Row), Request::Row(..)));
    desk.row(SAVED);
    assert_eq!(
        (desk.message().as_str(), desk.pending()),
        ("CAS-00000-A1B2C3 was saved: the server has your values.", 0)
    );
    assert_eq!(desk.writes(), []);
}

#[test]
fn leaving_with_changes_that_are_kept_says_so_and_can_drop_them() {
    let mut desk = desk(vec![]);
    desk.keys("c p l Q");
    assert_eq!(desk.message(), "Quit? 1 change is kept for next time.");
    assert_snapshot!("quit_kept", desk.screen());
    desk.keys("y");
    assert_eq!(desk.stage.effects, [Effect::Quit], "the journal has them");
    let mut desk = self::desk(vec![staged()]);
    desk.keys("Q d");
    assert_eq!(row_of(&handed(&desk)[0]), None);
    assert_eq!(desk.stage.effects.last(), Some(&Effect::Quit));
}

#[test]
fn where_nothing_is_kept_leaving_warns_of_the_loss_and_nothing_is_handed_over() {
    let elsewhere = Opened::Elsewhere { pid: Some(4711), count: 2 };
    let failed = Opened::Failed("no space left on device".into());
    for (opened, said) in [
        (elsewhere, "2 pending in dv, pid 4711; edits here are not kept when this one ends."),
        (failed, "Edits are not kept on disk: no space left on device."),
        (Opened::Off, ""),
    ] {
        let mut desk = Desk::at_cases(80, 24);
        desk.stage.event(Event::JournalOpened(opened));
        assert!(desk.message().starts_with(said), "{}", desk.message());
        desk.keys("c p l");
        assert!(desk.stage.effects.is_empty(), "{:?}", desk.stage.effects);
        desk.keys("Q");
        assert_eq!(desk.message(), "Quit? 1 change is not sent and will be lost.");
        desk.keys("d");
        assert_eq!((desk.pending(), desk.stage.effects.len()), (1, 0), "d is no answer here");
    }
}

#[test]
fn a_journal_that_cannot_be_written_is_told_once_and_again_when_it_can() {
    let mut desk = desk(vec![]);
    let full = || Event::Journaled(Err("database or disk is full".into()));
    desk.keys("c p l").stage.event(full());
    assert_eq!(desk.message(), "Edits are not kept on disk: database or disk is full.");
    desk.keys("u");
    assert_eq!(handed(&desk).len(), 1, "it is tried again");
    let undone = desk.message();
    desk.stage.event(full());
    assert_eq!(desk.message(), undone, "and not told again");
    desk.keys("c p l Q");
    assert!(desk.message().contains("will be lost"), "{}", desk.message());
    desk.keys("n").stage.event(Event::Journaled(Ok(())));
    assert!(desk.message().contains("kept on disk again"), "{}", desk.message());
}

/// The writes among the effects of the last event.
fn writes(desk: &Desk) -> usize {
    desk.stage.effects.iter().map(|effect| effect.writes().len()).sum()
}

#[test]
fn what_the_journal_cannot_note_is_not_sent_before_a_person_was_told() {
    let full = || Event::Journaled(Err("database or disk is full".into()));
    let mut desk = Desk::with(identity(), 9, 80, 24);
    desk.stage.event(Event::JournalOpened(Opened::Ours { rows: vec![], operations: vec![], said: None }));
    desk.keys("M a c p l").noted();
    assert!(desk.pending() > AT_A_TIME, "{}", desk.screen());
    desk.keys("w s y").stage.event(full());
    assert_eq!(writes(&desk), 0, "{:?}", desk.stage.effects);
    let pending = &desk.stage.app.pending;
    assert!(pending.rows().iter().all(|row| row.state == RowState::Waiting), "all of it waits as before");
    assert_snapshot!("not_noted_not_sent", desk.screen());

    desk.keys("s y");
    assert_eq!(writes(&desk), AT_A_TIME, "the person knows by now: {:?}", desk.stage.effects);
    desk.stage.event(full());
    assert_eq!(writes(&desk), 0, "and nothing goes out twice: {:?}", desk.stage.effects);
}
