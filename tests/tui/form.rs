//! The form.

use dvtui::app::screen::form;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Screen};
use dvtui::dataverse::ColumnKind;
use insta::assert_snapshot;

use crate::desk::{Desk, ROW, cases};
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

/// The line of a field.
fn line(desk: &Desk, label: &str) -> String {
    let screen = desk.screen();
    let line = screen.lines().find(|line| line.get(3..).is_some_and(|line| line.starts_with(label)));
    line.unwrap_or_else(|| panic!("no {label}: {screen}")).trim_end().to_owned()
}

#[test]
fn a_computed_column_is_marked_as_one_that_cannot_be_edited_whatever_else_is_said_of_it() {
    let mut schema = cases();
    for column in &mut schema.columns {
        column.updatable |= column.name.as_str() == "age";
    }
    let mut desk = Desk::of_table(schema, stage::identity(), 3, 120, 40);
    desk.keys("Enter").row(ROW);
    assert!(line(&desk, "Age").contains("= 3"), "{}", line(&desk, "Age"));
    assert!(line(&desk, "Visits").contains("  3"), "{}", line(&desk, "Visits"));
}

#[test]
fn a_field_that_has_no_value_hides_unless_one_is_staged_and_so_does_one_that_did_not_come() {
    let mut desk = Desk::at_cases(120, 40);
    desk.keys("Enter").row(&ROW.replace("\"visits\":3,", ""));
    assert!(desk.screen().contains("Visits") && desk.screen().contains("Follow Up By"));
    desk.keys("/").text("follow up").keys("Enter e").text("fri").keys("Enter z e");
    assert_eq!(desk.pending(), 1);
    assert!(line(&desk, "Follow Up By").contains("*Fri 27 Nov"), "{}", desk.screen());
    assert!(!desk.screen().contains("Visits"), "{}", desk.screen());
    desk.keys("u");
    assert!(!desk.screen().contains("   Follow Up By"), "{}", desk.screen());
}

#[test]
fn logical_names_are_as_wide_as_the_widest_of_them() {
    let mut desk = Desk::at_form(120, 40);
    assert!(!desk.screen().contains("caseorigincode"));
    desk.keys("z n");
    assert!(line(&desk, "caseorigincode ").contains("Phone"), "{}", desk.screen());
}

#[test]
fn enter_shows_all_of_a_text_that_is_wider_than_its_room() {
    let mut desk = Desk::at_cases(60, 16);
    let wide = "wide ".repeat(20);
    desk.keys("Enter").row(&ROW.replace("Printer jam on floor 3", &wide)).keys("Enter");
    assert!(desk.screen().contains("Case Title (title)"), "{}", desk.screen());
    assert_eq!(desk.screen().matches("wide").count(), 20, "{}", desk.screen());
}

#[test]
fn a_field_that_is_staged_as_empty_has_no_text_to_be_found() {
    let mut desk = Desk::at_form(80, 24);
    let matches = |desk: &mut Desk| {
        desk.keys("/ - Enter");
        desk.message()
    };
    let before = matches(&mut desk);
    desk.keys("/").text("visits").keys("Enter X");
    assert_eq!(desk.pending(), 1);
    assert_eq!(matches(&mut desk), before);
}

#[test]
fn a_value_without_a_label_from_the_server_is_read_by_what_the_column_is() {
    let row = ROW.lines().filter(|line| !line.starts_with("\"statecode@"));
    let plain = |line: &str| match line.split_once("FormattedValue\":") {
        Some((name, value)) if name.starts_with("\"isescalated") || name.starts_with("\"prioritycode") => {
            value.split_once(',').unwrap().1.to_owned()
        }
        _ => line.to_owned(),
    };
    let row: String = row.map(plain).collect();
    let mut desk = Desk::at_cases(120, 40);
    desk.keys("Enter").row(&row);
    assert!(line(&desk, "Is Escalated").contains(" No"), "{}", desk.screen());
    assert!(line(&desk, "Priority").contains(" High"), "{}", desk.screen());
    desk.keys("r").row(&row.replace("\"isescalated\":false", "\"isescalated\":true"));
    assert!(line(&desk, "Is Escalated").contains(" Yes"), "{}", desk.screen());
}

#[test]
fn each_line_belongs_to_the_field_that_begins_at_or_above_it() {
    let desk = Desk::at_form(80, 24);
    let Screen::Record(record) = desk.stage.app.screen() else { panic!("not the form") };
    let fields = form::fields(&desk.stage.app, record).unwrap();
    let starts = fields.starts();
    assert!(starts.windows(2).any(|pair| pair[1] - pair[0] == 3), "one of them has three lines");
    for place in 0..fields.len() {
        for line in starts[place]..starts[place + 1] {
            assert_eq!(fields.at_line(line), place, "line {line}");
        }
    }
}

#[test]
fn fields_stand_by_the_first_letter_of_their_labels() {
    let mut schema = cases();
    schema.columns.push(stage::column("(Deprecated) Stage", "stage", ColumnKind::BigInt));
    let mut desk = Desk::of_table(schema, stage::identity(), 3, 120, 50);
    desk.keys("Enter").row(ROW);
    let screen = desk.screen();
    let at = |label: &str| screen.lines().position(|line| line.contains(label)).unwrap();
    assert!(
        at("Credit Note") < at("(Deprecated) Stage") && at("(Deprecated) Stage") < at("Description"),
        "{screen}"
    );
}

#[test]
fn columns_that_were_read_anew_are_those_of_the_form() {
    let mut desk = Desk::at_form(120, 40);
    let visits = |desk: &Desk| line(desk, "Visits").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(visits(&desk), ["Visits", "3"]);
    let mut schema = cases();
    schema.columns.retain(|column| column.name.as_str() != "casetypecode");
    desk.stage.app.schemas.insert("incident".into(), std::sync::Arc::new(schema));
    desk.keys("j");
    assert!(!desk.screen().contains("Case Type"), "{}", desk.screen());
    assert_eq!(visits(&desk), ["Visits", "3"], "{}", desk.screen());
}
