//! Review, confirmation, sending, and what becomes of it.

use dvtui::app::Screen;
use dvtui::app::effect::Effect;
use dvtui::app::event::{Event, SaveFailure};
use dvtui::app::key::{Input, Key};
use dvtui::app::pending::AT_A_TIME;
use dvtui::app::problem::Problem;
use dvtui::app::tickets::Slot;
use dvtui::dataverse::Change;
use insta::assert_snapshot;

use crate::conflict;
use crate::desk::Desk;
use crate::stage;

const SAVED: &str = r#"{"@odata.etag":"W/\"9\"","incidentid":"00000000-0000-4000-8000-0000000000aa",
    "prioritycode@OData.Community.Display.V1.FormattedValue":"Low","prioritycode":3}"#;

#[test]
fn two_keys_send_exactly_the_changed_column_with_the_version_that_was_read() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l w");
    assert_snapshot!("prompt", desk.screen());
    assert_eq!(desk.message(), "Save CAS-00000-A1B2C3: Priority High -> Low?");
    assert_eq!(desk.stage.row(24).trim(), "y yes  d diff  n no", "the keys stand once, where keys stand");
    desk.keys("y");
    let (id, patch) = desk.write();
    assert_eq!(patch.set.as_str(), "incidents");
    assert_eq!(patch.id.to_string(), "00000000-0000-4000-8000-0000000000aa");
    assert_eq!(patch.etag, "W/\"0\"");
    assert_eq!(patch.changes, [("prioritycode".into(), Change::Number("3".into()))]);
    assert_eq!(patch.before, [("prioritycode".into(), "1".into())]);
    assert_eq!(desk.message(), "Saving CAS-00000-A1B2C3 ...");
    desk.saved(id, SAVED);
    assert_eq!(desk.pending(), 0);
    assert_eq!(desk.message(), "Saved CAS-00000-A1B2C3: Priority High -> Low.");
    assert_snapshot!("saved", desk.screen());
    // The next save of the row is no conflict with ourselves.
    desk.keys("c p n w y");
    assert_eq!(desk.write().1.etag, "W/\"9\"");
}

#[test]
fn a_save_from_the_form_updates_the_form_and_the_grid() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c p l w y");
    let (id, _) = desk.write();
    desk.saved(id, SAVED);
    assert!(
        desk.screen().lines().any(|line| line.contains("Priority") && line.contains("Low")),
        "{}",
        desk.screen()
    );
    desk.keys("Esc");
    let first = desk.screen().lines().find(|line| line.contains("CAS-00000")).unwrap().to_owned();
    assert!(first.contains("Low"), "{first}");
}

#[test]
fn a_key_typed_before_the_question_was_drawn_is_no_answer() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l");
    for key in ['w', 'y'] {
        desk.stage.press(Key::Char(key)); // no frame between them
    }
    assert_eq!(desk.writes(), []);
    assert_eq!(desk.pending(), 1);
    desk.stage.app.drawn();
    desk.keys("y");
    desk.write();
}

#[test]
fn enter_space_and_the_key_that_led_here_never_confirm() {
    for key in ["Enter", "Space", "w", "Y", "c", "."] {
        let mut desk = Desk::at_cases(80, 24);
        desk.keys("c p l w").keys(key);
        assert_eq!(desk.writes(), [], "{key}");
    }
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l w n");
    assert_eq!(desk.message(), "Nothing sent. 1 change is pending.");
}

#[test]
fn production_wants_the_capital_letter() {
    let mut identity = stage::identity();
    (identity.production, identity.badge) = (true, "PROD".into());
    let mut desk = Desk::of(identity, 80, 24);
    desk.keys("c p l w");
    assert_eq!(desk.message(), "Save CAS-00000-A1B2C3 in PROD: Priority High -> Low?");
    assert_eq!(desk.stage.row(24).trim(), "Y yes  d diff  n no");
    desk.keys("y");
    assert_eq!(desk.writes(), []);
    desk.keys("Y");
    desk.write();
}

#[test]
fn several_records_are_reviewed_before_they_are_sent() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l j . c o e w");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Review(_))));
    assert_snapshot!("review", desk.screen());
    desk.keys("Space s");
    assert!(
        desk.screen().contains("Save CAS-00001-A1B2C3: Priority Normal -> Low, Origin (not read) -> Email?")
    );
    desk.keys("n Space s");
    assert_eq!(desk.message(), "Send 3 changes on 2 records to contoso-uat?");
    assert_eq!(desk.stage.row(24).trim(), "y yes  n no");
    desk.keys("y");
    let writes = desk.writes();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[1].1.changes.len(), 2);
    assert_snapshot!("sending", desk.screen());
    desk.saved(writes[0].0, SAVED);
    desk.failed(
        writes[1].0,
        SaveFailure::Failed(Problem::new("Not saved.").why("The title is too long (400, 0x80044331).")),
    );
    assert_eq!(desk.pending(), 2);
    assert_snapshot!("one_failed", desk.screen());
}

/// What must be typed after `s` for one, two and ten records, outside production and in it.
#[test]
fn more_records_and_production_want_more_than_a_key() {
    let cases: [(usize, bool, &[&str], &str); 5] = [
        (2, false, &["Enter", "s", "Space", "Y"], "y"),
        (2, true, &["Enter", "s Enter", "Y Enter", "y Enter", "3 Enter"], "2"),
        (9, true, &["8 Enter"], "9"),
        (10, false, &["y", "Enter", "9 Enter"], "10"),
        (10, true, &["Y", "1 0 Enter"], "10 contoso-uat"),
    ];
    for (records, production, wrong, right) in cases {
        let mut identity = stage::identity();
        identity.production = production;
        let mut desk = Desk::with(identity, 12, 80, 24);
        desk.keys("c o e");
        for _ in 1..records {
            desk.keys("j .");
        }
        assert_eq!(desk.pending(), records);
        desk.keys("w s");
        for wrong in wrong {
            desk.keys(wrong);
            assert_eq!(desk.writes(), [], "{records} {production}: {wrong}");
            desk.keys(if right == "y" { "" } else { "Ctrl-U" });
        }
        desk.text(right);
        if right != "y" {
            assert_eq!(desk.writes(), []);
            desk.keys("Enter");
        }
        assert_eq!(desk.writes().len(), records.min(AT_A_TIME), "{}", desk.screen());
    }
}

#[test]
fn a_dropped_change_comes_back_and_an_empty_review_closes() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l j . w D");
    assert_eq!(desk.pending(), 1);
    desk.keys("D");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Grid(_))));
    desk.keys("u u");
    assert_eq!(desk.pending(), 2);
}

#[test]
fn a_question_that_changes_under_the_eyes_must_be_seen_again() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c p n w y");
    let (id, _) = desk.write();
    desk.failed(id, SaveFailure::Conflict);
    let ticket = desk.stage.ticket(Slot::Row);
    let row = dvtui::dataverse::Row::from_json(conflict::theirs(1, "High")).unwrap();
    desk.stage.answer_to(ticket, dvtui::app::Reply::Row(Ok(row)));
    desk.stage.press(Key::Char('y')); // the question came with the answer: nobody has seen it
    assert_eq!(desk.writes(), []);
}

#[test]
fn a_lost_answer_is_looked_up_before_anything_is_sent_again() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c p n w y");
    let (id, _) = desk.write();
    desk.failed(id, SaveFailure::Unknown(Problem::new("No answer in 30 s.")));
    assert!(desk.screen().contains("! Perhaps saved: Priority High -> Normal"), "{}", desk.screen());
    desk.keys("Esc Esc w").keys("w y");
    assert_eq!(desk.writes(), []);
    desk.keys("r").row(&conflict::theirs(2, "Normal"));
    assert_eq!(
        (desk.pending(), desk.message()),
        (0, "CAS-00000-A1B2C3 was saved: the server has your values.".into())
    );
}

#[test]
fn a_row_that_is_being_saved_waits_with_a_message() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l w y");
    let (id, _) = desk.write();
    for keys in ["c", "e", "X", ".", "u", "w"] {
        desk.keys(keys);
        assert_eq!(desk.message(), "CAS-00000-A1B2C3 is being saved. Wait for the answer.", "{keys}");
    }
    desk.saved(id, SAVED).keys("c");
    assert!(desk.screen().contains("change on CAS-00000-A1B2C3"));
}

#[test]
fn leaving_with_pending_changes_asks() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l Q");
    assert_eq!(desk.message(), "Quit? 1 change is not sent and will be lost.");
    assert_snapshot!(desk.screen());
    desk.keys("Q q");
    assert!(!desk.stage.app.leaving);
    desk.keys("Q w n Q y");
    assert!(desk.stage.app.leaving);
    assert_eq!(desk.stage.effects, [Effect::Quit]);
}

#[test]
fn leaving_during_a_save_asks_and_waits_for_its_answer() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l w y");
    let (id, _) = desk.write();
    desk.keys("j");
    assert_eq!(desk.message(), "Saving CAS-00000-A1B2C3 ...");
    assert!(!desk.screen().contains("w review"), "{}", desk.screen());
    desk.keys("Ctrl-C");
    assert_eq!(desk.message(), "The save of CAS-00000-A1B2C3 cannot be stopped: the server may have it.");
    desk.keys("Q");
    assert_eq!(desk.message(), "Quit? The save of CAS-00000-A1B2C3 is on its way.");
    assert_eq!(desk.stage.row(24).trim(), "n stay  y quit when it is done");
    desk.keys("y");
    assert_eq!(desk.stage.effects, []);
    let line = "Leaving when the save of CAS-00000-A1B2C3 is answered ...   n stay";
    assert_eq!(desk.message(), line);
    desk.keys("j e n Q y");
    assert_eq!(desk.stage.effects, []);
    desk.saved(id, SAVED);
    assert_eq!(desk.stage.effects, [Effect::Quit]);
}

#[test]
fn a_save_that_fails_keeps_the_program_open_although_leaving_was_asked_for() {
    for keys in ["Q", "Q y"] {
        let mut desk = Desk::at_cases(80, 24);
        desk.keys("c p l w y");
        let (id, _) = desk.write();
        desk.keys(keys).failed(id, SaveFailure::Conflict);
        assert!(!desk.stage.app.leaving);
        assert!(!desk.stage.effects.contains(&Effect::Quit));
        assert_eq!(desk.pending(), 1);
        assert!(desk.screen().contains("! Not saved: Priority"), "{}", desk.screen());
    }
}

#[test]
fn a_change_that_would_be_refused_again_is_not_offered_again() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l w y");
    let (id, _) = desk.write();
    let cause = Problem::new("No.").why("The row is read-only in its state (400, 0x8004022e).");
    desk.failed(id, SaveFailure::Refused(cause));
    let screen = desk.screen();
    assert!(screen.contains("u undo") && !screen.contains("tries again"), "{screen}");
}

#[test]
fn nothing_is_asked_where_it_cannot_be_seen() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l");
    desk.stage.resize(40, 10);
    desk.keys("q y Q y");
    assert!(!desk.stage.app.leaving);
    assert!(desk.screen().contains("1 change is not sent"), "{}", desk.screen());
    desk.stage.resize(80, 24);
    desk.keys("w");
    desk.stage.resize(40, 10);
    desk.keys("y");
    assert_eq!(desk.writes(), []);
}

#[test]
fn a_paste_never_confirms() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l w");
    desk.stage.event(Event::Input(Input::Paste("y".into())));
    assert_eq!(desk.writes(), []);
}
