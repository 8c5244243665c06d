//! Staging: from keys to pending values.

use dvtui::app::Screen;
use dvtui::app::session::Writes;
use dvtui::dataverse::Change;
use insta::assert_snapshot;

use crate::desk::{Desk, ROW};
use crate::stage;

/// The staged changes of the first case.
fn staged(desk: &Desk) -> Vec<(String, Change)> {
    let rows = desk.stage.app.pending.rows();
    let edits = rows.iter().flat_map(|row| &row.edits);
    edits.map(|edit| (edit.column.to_string(), edit.new.change.clone())).collect()
}

fn number(text: &str) -> Change {
    Change::Number(text.into())
}

#[test]
fn three_keys_change_a_choice_and_stage_it() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l");
    assert_eq!(staged(&desk), [("prioritycode".into(), number("3"))]);
    assert!(
        desk.message().starts_with("Priority High -> Low staged on CAS-00000-A1B2C3."),
        "{}",
        desk.message()
    );
    assert_snapshot!(desk.screen());
}

#[test]
fn two_keys_repeat_the_change_on_the_next_row() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l j .");
    assert_eq!(desk.pending(), 2);
    assert_eq!(desk.stage.app.pending.rows()[1].target.name, "CAS-00001-A1B2C3");
}

#[test]
fn on_the_column_itself_two_keys_are_enough() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("g c p r i o r i t y Enter").keys("e n");
    assert_eq!(staged(&desk), [("prioritycode".into(), number("2"))]);
}

#[test]
fn the_menus_of_columns_and_options() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c");
    assert_snapshot!("columns", desk.screen());
    desk.keys("x");
    assert_eq!(desk.message(), "`c x` does nothing here.  Esc closes");
    desk.keys("p");
    assert_snapshot!("options", desk.screen());
    desk.keys("Esc");
    assert_eq!(desk.pending(), 0);
}

#[test]
fn a_status_is_one_of_the_current_state() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c s");
    assert!(
        desk.screen().contains("On Hold") && !desk.screen().contains("Problem Solved"),
        "{}",
        desk.screen()
    );
    desk.keys("o");
    assert_eq!(staged(&desk), [("statuscode".into(), number("2"))]);
}

#[test]
fn the_old_value_set_back_leaves_nothing_to_send() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l c p h");
    assert_eq!(desk.pending(), 0);
    assert_eq!(desk.message(), "Priority back to High on CAS-00000-A1B2C3: nothing left to send.");
    desk.keys("c p h");
    assert_eq!(desk.message(), "Priority of CAS-00000-A1B2C3 is High already.");
}

#[test]
fn edits_of_a_cell_become_one_and_undo_says_which() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l c p n");
    assert_eq!(staged(&desk), [("prioritycode".into(), number("2"))]);
    desk.keys("u");
    assert_eq!(desk.message(), "Undo: Priority Normal -> Low on CAS-00000-A1B2C3");
    desk.keys("u");
    assert_eq!(
        (desk.pending(), desk.message()),
        (0, "Undo: Priority Low -> High on CAS-00000-A1B2C3".into())
    );
    desk.keys("u");
    assert_eq!(desk.message(), "Nothing to undo.");
    desk.keys("Ctrl-Y Ctrl-Y");
    assert_eq!(staged(&desk), [("prioritycode".into(), number("2"))]);
}

#[test]
fn every_kind_of_column_stages_its_value() {
    for (find, typed, column, change) in [
        ("visits", "7", "visits", number("7")),
        ("effort", "2.50", "effort", number("2.50")),
        ("cost", "10.0001", "cost", number("10.0001")),
        ("case title", "New title", "title", Change::Text("New title".into())),
        ("follow", "tom", "followupby", Change::Text("2026-11-24T00:00:00Z".into())),
        ("resolve", "fri 9", "resolveby", Change::Text("2026-11-27T09:00:00Z".into())),
    ] {
        let mut desk = Desk::at_form(80, 24);
        desk.keys("/").text(find).keys("Enter e Ctrl-U").text(typed).keys("Enter");
        assert_eq!(staged(&desk), [(column.into(), change)], "{}", desk.screen());
    }
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("escalated").keys("Enter e y");
    assert_eq!(staged(&desk), [("isescalated".into(), Change::YesNo(true))]);
}

#[test]
fn a_secured_column_says_that_it_is() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("credit note").keys("Enter e");
    let said = "Credit Note is secured: it may be hidden from you";
    assert!(desk.message().starts_with(said), "{}", desk.message());
}

#[test]
fn a_text_of_several_lines_is_edited_in_a_box() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("description").keys("Enter e Enter").text("Done.");
    assert_snapshot!(desk.screen());
    desk.keys("Ctrl-D");
    let [(column, Change::Text(text))] = &staged(&desk)[..] else { panic!("one text is staged") };
    assert_eq!(column, "description");
    assert!(text.ends_with("Spare drum ordered.\nDone."));
}

#[test]
fn what_cannot_be_edited_says_why() {
    for (find, said) in [
        ("case number", "Case Number is read-only."),
        ("incidentid", "Case is an id: the server gives it once."),
        ("age", "Age is computed by the server."),
        ("statecode", "Status follows from what is done with the row. It cannot be set by itself."),
    ] {
        let mut desk = Desk::at_form(80, 24);
        desk.keys("/").text(find).keys("Enter");
        if find == "age" {
            while !desk.screen().lines().any(|line| line.starts_with(">  Age")) {
                desk.keys("n");
            }
        }
        desk.keys("e");
        assert_eq!(desk.message(), said);
    }
}

#[test]
fn a_limit_is_said_under_the_text_and_nothing_is_staged() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("visits").keys("Enter e Ctrl-U").text("101").keys("Enter");
    assert!(desk.screen().contains("! From 0 to 100."), "{}", desk.screen());
    assert_eq!(desk.pending(), 0);
    assert_snapshot!(desk.screen());
    desk.keys("Backspace Enter");
    assert_eq!(staged(&desk), [("visits".into(), number("10"))]);
}

#[test]
fn a_date_says_what_was_understood_while_it_is_typed() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("resolve").keys("Enter e Ctrl-U").text("fri 9");
    assert!(desk.screen().contains("-> Fri 27 Nov 2026 09:00 UTC   in 4 days"), "{}", desk.screen());
    assert_snapshot!(desk.screen());
    desk.keys("Ctrl-U").text("11/12").keys("Enter");
    assert!(desk.screen().contains("! 11/12 can be 11 Dec or 12 Nov."), "{}", desk.screen());
}

#[test]
fn a_date_begins_as_people_write_it() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("resolve by").keys("Enter e");
    let screen = desk.screen();
    assert!(
        screen.contains("> 2026-11-23 16:02") && screen.contains("-> Mon 23 Nov 2026 16:02 UTC"),
        "{screen}"
    );
    desk.keys("Enter");
    assert_eq!((desk.message().as_str(), desk.pending()), ("Nothing changed.", 0));
}

#[test]
fn a_date_without_time_refuses_one() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("follow").keys("Enter e").text("tom 9").keys("Enter");
    assert!(desk.screen().contains("! This column is a date without a time."), "{}", desk.screen());
}

#[test]
fn an_empty_value_is_null_unless_the_server_insists() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("visits").keys("Enter X");
    assert_eq!(staged(&desk), [("visits".into(), Change::Null)]);
    desk.keys("c s");
    assert!(!desk.screen().contains("(empty)"));
    desk.keys("Esc /").text("status reason").keys("Enter X");
    assert_eq!(desk.message(), "Status Reason needs a value: the server refuses an empty one.");
    let refusal = "Case Title needs a value: it is required (!) in this table.";
    desk.keys("/").text("case title").keys("Enter X");
    assert_eq!(desk.message(), refusal);
    desk.keys("e Ctrl-U Enter");
    assert!(desk.screen().contains(refusal), "{}", desk.screen());
    assert_eq!(desk.pending(), 1);
}

#[test]
fn a_read_only_session_refuses_at_the_key() {
    let mut identity = stage::identity();
    identity.writes = Writes::Locked("This is production: read-only.".into());
    let mut desk = Desk::of(identity, 80, 24);
    for keys in ["c", "e", "X", "."] {
        desk.keys(keys);
        assert_eq!(desk.message(), "This is production: read-only.");
    }
    desk.keys("Enter").row(ROW).keys("e");
    assert_eq!(desk.message(), "This is production: read-only.");
    assert_eq!(desk.pending(), 0);
}

#[test]
fn a_staged_value_is_seen_in_the_form_and_in_the_json() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l Enter").row(ROW);
    let screen = desk.screen();
    assert!(
        screen
            .lines()
            .any(|line| line.contains("Priority") && line.contains("*Low") && line.contains("(was High)")),
        "{screen}"
    );
    desk.keys("2 /").text("prioritycode").keys("Enter");
    let screen = desk.screen();
    assert!(
        screen.lines().any(|line| line.contains("prioritycode: *3") && line.contains("Low   (was High)")),
        "{screen}"
    );
    assert!(desk.is_at(|screen| matches!(screen, Screen::Record(_))));
}

#[test]
fn a_dropped_text_comes_back_and_tab_stages_and_goes_on() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("visits").keys("Enter e").text("7").keys("Esc");
    assert_eq!((desk.pending(), desk.message()), (0, "Dropped. e, then Up brings it back.".into()));
    desk.keys("e Up Tab");
    assert_eq!(staged(&desk), [("visits".into(), number("37"))]);
    desk.keys("/").text("effort").keys("Enter e").text("000").keys("Tab");
    assert!(desk.screen().contains("! At most 2 digits after the point."), "{}", desk.screen());
    desk.keys("Esc e Up Backspace Backspace Backspace Ctrl-U").text("2.50").keys("Tab");
    assert!(desk.screen().lines().any(|line| line.starts_with(">  Follow Up By")), "{}", desk.screen());
}

#[test]
fn what_a_later_read_of_the_same_version_brought_is_the_old_value_of_later_edits() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l Enter").row(ROW);
    desk.keys("/").text("visits").keys("Enter e Ctrl-U").text("7").keys("Enter");
    let row = &desk.stage.app.pending.rows()[0];
    let olds: Vec<&str> = row.edits.iter().map(|edit| edit.old.as_str()).collect();
    assert_eq!(olds, ["High", "3"]);
    assert_eq!(row.patch().before.len(), 2);
}
