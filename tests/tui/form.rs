//! The form.

use dvtui::app::Reply;
use dvtui::app::tickets::Slot;
use insta::assert_snapshot;

use crate::desk::{Desk, ROW};
use crate::stage;

#[test]
fn the_form() {
    assert_snapshot!("small", Desk::at_form(60, 16).screen());
    assert_snapshot!("usual", Desk::at_form(80, 24).screen());
    assert_snapshot!("large", Desk::at_form(120, 40).screen());
}

#[test]
fn the_form_while_the_record_is_read_and_when_it_cannot_be() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("Enter");
    assert_snapshot!("reading", desk.screen());
    let gone = stage::refused(404, "0x80040217", "incident With Id = 1 Does Not Exist");
    desk.stage.answer(Slot::Row, Reply::Row(Err(gone)));
    assert_snapshot!("gone", desk.screen());
}

#[test]
fn a_failed_reload_keeps_the_fields() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("r");
    desk.stage.later(300);
    assert!(desk.screen().contains("reading ...") && desk.screen().contains("Printer jam"));
    desk.stage.answer(Slot::Row, Reply::Row(Err(stage::refused(500, "", "oops"))));
    assert!(
        desk.screen().contains("Printer jam") && desk.screen().contains("! The record could not be read.")
    );
}

#[test]
fn empty_fields_hide_and_logical_names_show() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("z e");
    assert!(!desk.screen().contains("Follow Up By"), "{}", desk.screen());
    desk.keys("z n");
    assert!(desk.screen().contains("prioritycode"), "{}", desk.screen());
}

#[test]
fn a_field_is_found_by_name_or_value_and_the_cursor_is_seen() {
    let mut desk = Desk::at_form(60, 16);
    desk.keys("/").text("visits");
    assert!(desk.screen().lines().any(|line| line.starts_with(">  Visits")), "{}", desk.screen());
    desk.keys("Esc /").text("anna").keys("Enter");
    assert!(desk.screen().lines().any(|line| line.starts_with(">  Owner")), "{}", desk.screen());
    desk.keys("/").text("nothing like it").keys("Enter");
    assert_eq!(desk.message(), "Nothing matches.");
}

#[test]
fn the_cursor_stays_visible_at_every_size_and_place() {
    let mut desk = Desk::at_form(80, 24);
    for (width, height) in [(60, 16), (120, 40), (80, 24), (61, 17)] {
        desk.stage.resize(width, height);
        for keys in ["G", "k", "Ctrl-U", "g g", "Ctrl-D", "j"] {
            desk.keys(keys);
            assert!(desk.screen().lines().any(|line| line.starts_with('>')), "{keys}: {}", desk.screen());
        }
    }
}

#[test]
fn text_of_the_server_cannot_move_the_cursor() {
    let mut desk = Desk::at_cases(80, 24);
    let hostile =
        ROW.replace("Printer jam on floor 3", "a\\u001b[2Jb\\u202ec").replace("Tried", "\\u0007\\u009b31m");
    desk.keys("Enter").row(&hostile);
    for tab in ["1", "2"] {
        desk.keys(tab);
        assert!(!desk.screen().chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'));
    }
}
