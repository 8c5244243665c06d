//! The review: what changes alike is one line, and a changed text shows its changed words.

use std::sync::Arc;
use std::time::Duration;

use dvtui::app::effect::{Effect, WriteId};
use dvtui::app::event::{BackedUp, Event, SaveFailure};
use dvtui::app::journal::Opened;
use dvtui::app::pending::Sent;
use dvtui::app::problem::Problem;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request, Screen};
use dvtui::dataverse::Patch;
use insta::assert_snapshot;

use crate::desk::{Desk, cases};
use crate::stage::{Stage, identity};

/// The review of this many cases that get the same origin, after one that gets another priority.
fn alike(records: usize, width: u16, height: u16) -> Desk {
    let mut desk = Desk::with(identity(), records + 1, width, height);
    desk.keys("c p l j");
    for _ in 0..records {
        desk.keys("Space");
    }
    desk.keys("c o e w");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Review(_))));
    desk
}

/// The review of one description to which a line was added, and of a second case.
fn description(width: u16, height: u16) -> Desk {
    let mut desk = Desk::at_form(width, height);
    desk.keys("/").text("description").keys("Enter e Enter").text("Done.").keys("Ctrl-D Esc j c o e w j");
    desk
}

/// The row of the screen that has this text.
fn row(desk: &Desk, text: &str) -> String {
    let screen = desk.screen();
    screen
        .lines()
        .find(|line| line.contains(text))
        .unwrap_or_else(|| panic!("no {text}:\n{screen}"))
        .to_owned()
}

fn included(desk: &Desk) -> usize {
    desk.stage.app.pending.sendable().len()
}

#[test]
fn what_changes_alike_is_one_line_that_can_be_opened() {
    let mut desk = alike(37, 80, 24);
    desk.keys("j j");
    let folded = desk.screen();
    assert_eq!(folded.matches("update").count(), 2, "{folded}");
    desk.keys("Enter");
    let open = desk.screen();
    desk.keys("Enter");
    assert_eq!(desk.screen(), folded);
    assert_snapshot!("alike", format!("{folded}\n{}\n{open}", "=".repeat(80)));
}

#[test]
fn two_equal_changes_are_two_records() {
    let desk = alike(2, 80, 24);
    assert_eq!(desk.screen().matches("update").count(), 3, "{}", desk.screen());
}

#[test]
fn space_takes_all_of_a_run_in_or_out_and_one_of_them_by_itself() {
    let mut desk = alike(5, 80, 24);
    desk.keys("j j Space");
    assert_eq!(included(&desk), 1);
    desk.keys("Enter j j Space");
    assert_eq!(included(&desk), 2);
    assert!(row(&desk, "5 Cases").contains("[-]"), "{}", desk.screen());
    desk.keys("k k Space");
    assert_eq!(included(&desk), 6, "all of it, as not all was in");
}

#[test]
fn a_dropped_run_comes_back_by_one_key() {
    let mut desk = alike(5, 80, 24);
    desk.keys("j j D");
    assert_eq!(desk.message(), "5 changes dropped.  u brings them back.");
    assert_eq!(desk.pending(), 1);
    desk.keys("u");
    assert_eq!(desk.pending(), 6);
    assert_eq!(desk.screen().matches("update").count(), 2, "{}", desk.screen());
}

#[test]
fn one_of_a_run_can_be_dropped() {
    let mut desk = alike(5, 80, 24);
    desk.keys("j j Enter j j D");
    assert_eq!(desk.pending(), 5);
    assert!(row(&desk, "4 Cases").contains("[x]"), "{}", desk.screen());
}

#[test]
fn the_cursor_stays_on_what_it_is_on_while_what_comes_before_it_is_saved() {
    let mut desk = alike(5, 80, 24);
    desk.keys("s y");
    let (id, patch) = desk.writes()[0].clone();
    desk.keys("j j");
    assert!(row(&desk, "5 Cases").starts_with('>'), "{}", desk.screen());
    let row_of = patch.id;
    desk.saved(id, &format!(r#"{{"@odata.etag":"W/\"9\"","incidentid":"{row_of}","prioritycode":3}}"#));
    assert!(row(&desk, "5 Cases").starts_with('>'), "{}", desk.screen());
}

#[test]
fn a_changed_text_is_shown_below_with_what_goes_and_what_comes() {
    assert_snapshot!("text_80", description(80, 24).screen());
}

#[test]
fn a_changed_text_is_shown_beside_the_list_where_there_is_room() {
    assert_snapshot!("text_120", description(120, 30).screen());
}

#[test]
fn the_last_line_is_seen_when_the_text_below_takes_its_room() {
    let mut desk = Desk::with(identity(), 12, 80, 24);
    for _ in 0..11 {
        desk.keys("c p l c o e j");
    }
    desk.keys("Enter").row(r#"{"@odata.etag":"W/\"1\"","incidentid":"0000000b-0000-0000-0000-000000000000","description":"One\nTwo"}"#);
    desk.keys("/").text("description").keys("Enter e Enter").text("Three").keys("Ctrl-D Esc w G");
    let screen = desk.screen();
    assert!(screen.lines().any(|line| line.starts_with('>') && line.contains("Description")), "{screen}");
    assert!(screen.contains("+ Three"), "{screen}");
}

#[test]
fn enter_on_a_text_opens_all_of_it_with_what_goes_and_what_comes() {
    let mut desk = description(80, 24);
    desk.keys("Enter");
    let screen = desk.screen();
    assert!(screen.contains("Paper jams every morning."), "{screen}");
    assert!(screen.contains("{+") && screen.contains("Done.+}"), "{screen}");
    desk.keys("Esc");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Review(_))));
}

/// What went out as one.
fn together(desk: &Desk) -> Vec<Sent> {
    let sets = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Together(sent) => Some(sent.clone()),
        _ => None,
    });
    let sets: Vec<_> = sets.collect();
    assert!(sets.len() < 2);
    sets.concat()
}

#[test]
fn all_or_nothing_is_asked_for_and_sent_as_one() {
    let mut desk = alike(3, 80, 24);
    desk.keys("z g");
    assert_eq!(desk.message(), "What is included is sent as one request: all of it is done, or nothing.");
    assert!(desk.screen().contains("4 of 4 included, sent to contoso-uat as one request: all or nothing"));
    desk.keys("s");
    assert_eq!(desk.message(), "Send 4 changes on 4 records to contoso-uat, all or nothing?");
    assert!(!desk.sends());
    desk.keys("y");
    assert_eq!(together(&desk).len(), 4);
    for sent in together(&desk) {
        let Sent::Update(id, patch) = sent else { panic!("{sent:?}") };
        desk.saved(id, &format!(r#"{{"@odata.etag":"W/\"9\"","incidentid":"{}"}}"#, patch.id));
    }
    assert_eq!(desk.message(), "Saved 4 of 4.");
    assert_eq!(desk.pending(), 0);
}

#[test]
fn what_was_refused_for_the_sake_of_another_one_says_so_and_all_of_it_waits() {
    let mut desk = alike(3, 80, 24);
    desk.keys("z g s y");
    let why = ["it is all or nothing", "it is all or nothing", "it is all or nothing", "Not on Mondays."];
    let sent = together(&desk);
    for (sent, why) in sent.into_iter().zip(why) {
        let Sent::Update(id, _) = sent else { panic!("{sent:?}") };
        desk.failed(id, SaveFailure::Failed(Problem::new(why)));
    }
    assert!(desk.screen().contains("Not on Mondays."), "{}", desk.screen());
    assert_eq!((desk.pending(), included(&desk)), (4, 4));
    desk.keys("Esc z g s y");
    assert_eq!((together(&desk).len(), desk.writes().len()), (0, 4), "one by one again");
}

#[test]
fn what_cannot_be_in_one_request_is_named_before_anything_is_asked() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l D j c p h w z g s");
    assert_eq!(
        desk.message(),
        "CAS-00000-A1B2C3 is changed by more than one operation.  z g sends one by one"
    );
    assert!(desk.is_at(|screen| matches!(screen, Screen::Review(_))) && desk.stage.app.overlays.is_empty());
}

#[test]
fn the_batch_that_is_copied_is_one_change_set_then() {
    let mut desk = alike(3, 80, 24);
    for (keys, sets) in [("y b", 4), ("z g y b", 1)] {
        desk.keys(keys);
        let [Effect::Copy(text)] = &desk.stage.effects[..] else { panic!("{:?}", desk.stage.effects) };
        assert_eq!(text.matches("; boundary=changeset_").count(), sets);
    }
}

#[test]
fn dropped_operations_of_a_run_come_back_by_one_key() {
    let mut desk = Desk::with(identity(), 5, 80, 24);
    desk.keys("Space Space Space Space D w");
    assert!(row(&desk, "delete").contains("Delete 4 Cases"), "{}", desk.screen());
    desk.keys("D");
    assert_eq!(desk.message(), "4 operations dropped.  u brings them back.");
    desk.keys("u");
    assert_eq!(desk.pending(), 4);
}

#[test]
fn deletes_that_are_sent_as_one_are_in_a_file_before() {
    let mut desk = Desk::with(identity(), 5, 80, 24);
    desk.keys("Space Space Space Space D w z g s").text("delete 4").keys("Enter");
    assert_eq!(together(&desk).len(), 0);
    let rows = vec![];
    desk.stage.answer(Slot::Backup, Reply::BackedUp(Ok(BackedUp { path: "backups/x".into(), rows })));
    assert_eq!(together(&desk).len(), 4);
}

#[test]
fn the_lines_of_very_much_follow_some_times_a_second_and_before_a_key() {
    let mut desk = alike(600, 80, 24);
    desk.keys("s").text("601").keys("Enter");
    let answer = |desk: &mut Desk, (id, patch): (WriteId, Patch)| {
        desk.saved(id, &format!(r#"{{"@odata.etag":"W/\"9\"","incidentid":"{}"}}"#, patch.id));
        desk.writes()[0].clone()
    };
    let sent = desk.writes();
    let next = answer(&mut desk, sent[0].clone());
    assert!(row(&desk, "600 Cases").contains("[.]"), "{}", desk.screen());
    answer(&mut desk, sent[1].clone());
    assert!(row(&desk, "600 Cases").contains("[.]"), "one of them is saved: {}", desk.screen());
    desk.stage.later(250);
    assert!(row(&desk, "599 Cases").contains("[.]"), "{}", desk.screen());
    answer(&mut desk, sent[2].clone());
    desk.keys("j");
    assert!(row(&desk, "598 Cases").contains("[.]"), "{}", desk.screen());
    answer(&mut desk, next);
    assert!(desk.stage.app.tick().is_some_and(|pause| pause <= Duration::from_millis(251)), "it is due");
}

#[test]
fn what_was_staged_elsewhere_meanwhile_is_there_when_the_review_is_seen_again() {
    let mut desk = alike(3, 80, 24);
    desk.keys("g l").keys("u Esc");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Review(_))), "{}", desk.screen());
    assert_eq!(desk.pending(), 1);
    assert!(!desk.screen().contains("Cases     "), "{}", desk.screen());
    assert_eq!(desk.screen().matches("update").count(), 1, "{}", desk.screen());
}

#[test]
fn e_edits_the_value_under_the_cursor_with_its_own_editor_and_u_takes_that_back() {
    let mut desk = Desk::with(identity(), 2, 80, 24);
    desk.keys("c p l c o e j c p h w j e");
    let menu = desk.screen();
    assert!(menu.contains("Priority of CAS-00000") || menu.contains("Low"), "{menu}");
    desk.keys("n");
    let changed = row(&desk, "Priority");
    assert!(changed.contains("High") && changed.contains("Normal"), "{changed}");
    assert!(changed.starts_with('>'), "{}", desk.screen());
    assert_eq!(desk.pending(), 3);
    desk.keys("u");
    assert!(row(&desk, "Priority").contains("Low"), "{}", desk.screen());
    assert_eq!(desk.pending(), 3);
}

#[test]
fn e_begins_with_the_text_that_waits_and_back_to_the_old_one_drops_the_change() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("title").keys("Enter e Ctrl-U").text("Printer burns").keys("Enter Esc j c o e w j e");
    assert!(desk.screen().contains("> Printer burns"), "{}", desk.screen());
    desk.keys("Ctrl-U").text("Printer smokes").keys("Enter");
    assert!(row(&desk, "Case Title").contains("Printer smokes"), "{}", desk.screen());
    desk.keys("e Ctrl-U").text("Printer jam on floor 3").keys("Enter");
    assert_eq!(desk.pending(), 1);
    assert!(desk.message().starts_with("Case Title back to"), "{}", desk.message());
    assert_eq!(desk.screen().matches("Case Title").count(), 1, "{}", desk.screen());
}

#[test]
fn e_on_a_run_edits_all_of_it_as_one_step() {
    let mut desk = alike(37, 80, 24);
    desk.keys("j j j e");
    assert_snapshot!("edit_run", desk.screen());
    desk.keys("w");
    assert_eq!(desk.message(), "37 records: Origin -> Web staged.  u undo");
    assert_eq!(desk.screen().matches("update").count(), 2, "{}", desk.screen());
    desk.keys("u");
    assert!(row(&desk, "Origin").contains("Email"), "{}", desk.screen());
}

#[test]
fn e_on_one_of_a_run_edits_that_one_only() {
    let mut desk = alike(5, 80, 24);
    desk.keys("j j Enter j j j e w");
    let web = desk.stage.app.pending.rows().iter().filter(|row| row.edits[0].new.text == "Web").count();
    assert_eq!((web, desk.pending()), (1, 6), "{}", desk.screen());
}

#[test]
fn after_a_run_was_edited_no_other_row_is_meant() {
    let mut desk = alike(5, 80, 24);
    desk.keys("j j j e Esc k k k e n");
    let origins = desk.stage.app.pending.rows().iter().filter(|row| row.edits[0].new.text == "Email").count();
    assert_eq!((origins, desk.pending()), (5, 6), "{}", desk.screen());
}

#[test]
fn on_an_operation_and_on_a_record_of_many_values_e_says_what_to_do_and_is_no_hint() {
    let mut desk = Desk::with(identity(), 2, 80, 24);
    desk.keys("c p l c o e j D w e");
    assert_eq!(desk.message(), "Put the cursor on the value that is to be another one.");
    assert!(!hints(&desk).contains("e edit"));
    desk.keys("j");
    assert!(hints(&desk).contains("e edit"), "{}", desk.screen());
    desk.keys("G e");
    assert_eq!(desk.message(), "It is more than the value of a column.  D drops it, then do it again");
    assert!(!hints(&desk).contains("e edit"));
}

#[test]
fn what_waited_from_an_earlier_run_is_edited_once_its_columns_are_read() {
    let mut before = Desk::with(identity(), 2, 80, 24);
    before.keys("c p l c o e");
    let rows = before.stage.app.pending.rows().iter().cloned().collect();
    let mut stage = Stage::at_tables(80, 24);
    stage.event(Event::JournalOpened(Opened::Ours { rows, operations: vec![], said: None }));
    let mut desk = Desk { stage };
    desk.keys("w d j e");
    assert!(matches!(desk.stage.request(Slot::Learn), Request::Learn(tables) if tables.len() == 1));
    desk.stage.answer(Slot::Learn, Reply::Learned(Ok(vec![(Arc::new(cases()), vec![])])));
    desk.stage.app.drawn();
    desk.keys("n");
    assert!(row(&desk, "Priority").contains("Normal"), "{}", desk.screen());
}

/// The last row of the screen.
fn hints(desk: &Desk) -> String {
    desk.screen().lines().last().unwrap().to_owned()
}
