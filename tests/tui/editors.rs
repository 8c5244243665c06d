//! Editors of several choices at once, of big numbers, and of numbers relative to what was there.

use dvtui::dataverse::metadata::{Choice, TextFormat};
use dvtui::dataverse::{Change, Column, ColumnKind};
use insta::assert_snapshot;

use crate::desk::{self, Desk, ROW};
use crate::stage::{self, column};

/// At the form of a case with more columns than usual.
pub(crate) fn at_form(width: u16, height: u16) -> Desk {
    let option = |(value, label): (i32, &str)| Choice { value, label: label.into(), state: None };
    let options = [(1, "Phone"), (2, "Email, letter"), (4, "Visit"), (9, "Web")].map(option).to_vec();
    let line = ColumnKind::Text { max_length: Some(50), format: TextFormat::Text };
    let mut schema = desk::cases();
    schema.columns.extend([
        column("Channels", "channels", ColumnKind::Choices { options }),
        column("Serial", "serial", ColumnKind::BigInt),
        column(
            "Ratio",
            "ratio",
            ColumnKind::Double { min: Some(0.into()), max: Some(10.into()), precision: 3 },
        ),
        Column { updatable: false, ..column("Made For", "madefor", line) },
    ]);
    schema.columns.sort_by(|a, b| a.name.cmp(&b.name));
    let mut desk = Desk::of_table(schema, stage::identity(), 3, width, height);
    let more = r#""channels@OData.Community.Display.V1.FormattedValue":"Phone; Visit","channels":"1,4",
        "serial":9223372036854775806,"ratio":0.125,"madefor":"Contoso","age":3"#;
    desk.keys("Enter").row(&ROW.replace(r#""age":3"#, more));
    desk
}

fn staged(desk: &Desk) -> Vec<(String, Change)> {
    let edits = desk.stage.app.pending.rows().iter().flat_map(|row| &row.edits);
    edits.map(|edit| (edit.column.to_string(), edit.new.change.clone())).collect()
}

fn number(text: &str) -> Change {
    Change::Number(text.into())
}

#[test]
fn a_column_that_is_only_set_when_a_row_is_made_says_so() {
    let mut desk = at_form(80, 24);
    desk.keys("/").text("made for").keys("Enter e");
    assert_eq!(desk.message(), "Made For can be set when a row is made, and not later.");
}

#[test]
fn letters_pick_several_choices_and_enter_stages_them() {
    let mut desk = at_form(80, 24);
    desk.keys("/").text("channels").keys("Enter e");
    assert_snapshot!("choices", desk.screen());
    desk.keys("p w Enter");
    assert_eq!(staged(&desk), [("channels".into(), Change::Text("4,9".into()))]);
    assert_eq!(desk.message(), "Channels Phone; Visit -> Visit; Web staged on CAS-00000-A1B2C3.  w review");
    desk.keys("e p w Enter");
    assert_eq!(desk.pending(), 0, "as it was read: nothing to send");
    desk.keys("e -").keys("Enter");
    assert_eq!(staged(&desk), [("channels".into(), Change::Null)]);
    desk.keys("e Space Enter");
    assert_eq!(staged(&desk), [("channels".into(), Change::Text("1".into()))]);
}

#[test]
fn choices_are_typed_as_labels_or_numbers() {
    let mut desk = at_form(80, 24);
    desk.keys("/").text("channels").keys("Enter e /").text("9; email, letter").keys("Enter");
    assert!(
        desk.screen().contains("[x] Email, letter") && desk.screen().contains("[ ] Phone"),
        "{}",
        desk.screen()
    );
    desk.keys("/").text("vis").keys("Enter Enter");
    assert_eq!(staged(&desk), [("channels".into(), Change::Text("2,4,9".into()))]);
    desk.keys("e /").text("fax").keys("Enter");
    assert!(desk.screen().contains("! `fax` is none of the options."), "{}", desk.screen());
    desk.keys("Esc");
    assert_eq!(staged(&desk), [("channels".into(), Change::Text("2,4,9".into()))]);
}

#[test]
fn a_number_relative_to_the_value_shows_its_result_before_it_is_staged() {
    for (find, typed, shown, column, change) in [
        ("visits", "*2", "-> 6", "visits", "6"),
        ("effort", "+10%", "-> 1.65", "effort", "1.65"),
        ("ratio", "/2", "-> 0.063", "ratio", "0.063"),
        ("cost", "=-0.0001", "-> 922,337,203,685,477.5799", "cost", "922337203685477.5799"),
        ("cost", "1.5k", "-> 1,500", "cost", "1500"),
        ("serial", "+1", "-> 9,223,372,036,854,775,807", "serial", "9223372036854775807"),
    ] {
        let mut desk = at_form(80, 24);
        desk.keys("/").text(find).keys("Enter e Ctrl-U").text(typed);
        assert!(desk.screen().contains(shown), "{}", desk.screen());
        desk.keys("Enter");
        assert_eq!(staged(&desk), [(column.into(), number(change))], "{typed}");
    }
    let mut desk = at_form(80, 24);
    desk.keys("/").text("visits").keys("Enter e").text("*50");
    assert!(desk.screen().contains("From 0 to 100."), "{}", desk.screen());
    desk.keys("Enter");
    assert!(desk.screen().contains("! From 0 to 100."), "{}", desk.screen());
    desk.keys("Ctrl-U").text("-5").keys("Enter");
    assert!(desk.screen().contains("! From 0 to 100."), "a sign alone is no difference: {}", desk.screen());
    desk.keys("Esc /").text("serial").keys("Enter e Ctrl-U").text("+2").keys("Enter");
    assert!(
        desk.screen().contains("! From -9223372036854775808 to 9223372036854775807."),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.pending(), 0);
}

#[test]
fn marked_rows_take_no_number_that_is_relative_to_one_of_them() {
    let mut schema = desk::cases();
    let priority = schema.columns.iter_mut().find(|column| column.name.as_str() == "prioritycode").unwrap();
    priority.kind = ColumnKind::Whole { min: 0, max: 100 };
    let mut desk = Desk::of_table(schema, stage::identity(), 3, 80, 24);
    desk.keys("g c p r i o r i t y Enter Space Space e Ctrl-U").text("*2").keys("Enter");
    assert!(desk.screen().contains("! The marked rows have values of their own"), "{}", desk.screen());
    desk.keys("Ctrl-U").text("7").keys("Enter");
    assert_eq!(desk.pending(), 2);
}
