//! The person's own editor: what it is handed, and what becomes of what it leaves.

use dvtui::app::effect::Effect;
use dvtui::app::event::Event;
use dvtui::app::own_editor::Edited;
use dvtui::dataverse::Change;
use insta::assert_snapshot;

use crate::desk::{Desk, ROW};

/// What the last event handed to the editor.
fn handed(desk: &Desk) -> String {
    let draft = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::EditText(draft) => Some(draft.text.clone()),
        _ => None,
    });
    draft.unwrap_or_else(|| panic!("nothing was handed over: {}", desk.message()))
}

fn is_handed(desk: &Desk) -> bool {
    desk.stage.effects.iter().any(|effect| matches!(effect, Effect::EditText(_)))
}

fn edited(desk: &mut Desk, edited: Edited) {
    desk.stage.event(Event::TextEdited(edited));
    desk.stage.app.drawn();
}

fn done(desk: &mut Desk, text: &str) {
    edited(desk, Edited::Done(text.to_owned()));
}

fn staged(desk: &Desk) -> Vec<(String, Change)> {
    let edits = desk.stage.app.pending.rows().iter().flat_map(|row| &row.edits);
    edits.map(|edit| (edit.column.to_string(), edit.new.change.clone())).collect()
}

fn text(text: &str) -> Change {
    Change::Text(text.into())
}

/// At the form, on the field with this label.
fn at_field(label: &str) -> Desk {
    at_field_of(ROW, label)
}

fn at_field_of(row: &str, label: &str) -> Desk {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("Enter").row(row).keys("/").text(label).keys("Enter");
    desk
}

fn at_json() -> Desk {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("2");
    desk
}

#[test]
fn what_an_editor_leaves_is_staged_without_the_line_end_it_adds() {
    let mut desk = at_field("Description");
    desk.keys("E");
    assert!(handed(&desk).starts_with("Paper jams every morning.\n") && handed(&desk).ends_with("ordered."));
    done(&mut desk, "New\ntext\n");
    assert_eq!(staged(&desk), [("description".into(), text("New\ntext"))]);
    assert_snapshot!(desk.screen());
    desk.keys("E");
    assert_eq!(handed(&desk), "New\ntext", "what is staged is what goes on");
}

#[test]
fn a_cell_of_the_grid_is_edited_outside_too_and_numbers_and_dates_as_they_are_typed() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("l E");
    assert_eq!(handed(&desk), "Printer jam on floor 3");
    done(&mut desk, "Printer jam on floor 4");
    assert_eq!(staged(&desk), [("title".into(), text("Printer jam on floor 4"))]);
    let mut desk = at_field("Visits");
    desk.keys("E");
    done(&mut desk, "+2\n");
    assert_eq!(staged(&desk), [("visits".into(), Change::Number("5".into()))]);
    let mut desk = at_field("Priority");
    desk.keys("E");
    assert!(!is_handed(&desk));
    assert_eq!(desk.message(), "Priority is no text to be written.  e chooses");
}

#[test]
fn an_unchanged_file_stages_nothing() {
    for added in ["", "\n", "\r\n"] {
        let mut desk = at_field("Description");
        desk.keys("E");
        let text = handed(&desk) + added;
        done(&mut desk, &text);
        assert_eq!((desk.pending(), desk.message()), (0, "Nothing changed.".into()), "{added:?}");
    }
}

#[test]
fn an_editor_that_fails_changes_nothing_and_what_it_wrote_is_opened_again() {
    let mut desk = at_field("Description");
    desk.keys("E");
    let failed = |text: &str| Edited::Failed { why: "vim ended with 1".into(), text: Some(text.into()) };
    let before = handed(&desk);
    edited(&mut desk, failed(&before));
    assert_eq!((desk.pending(), desk.message()), (0, "vim ended with 1: nothing changed.".into()));
    desk.keys("E");
    edited(&mut desk, failed("half of it\n"));
    assert_eq!(desk.message(), "vim ended with 1: nothing changed.  E opens what you wrote");
    desk.keys("E");
    let note = "#dv: vim ended with 1; without this line it is staged as it stands. Left as it is, nothing is staged.";
    assert_eq!(handed(&desk), format!("{note}\nhalf of it"));
    done(&mut desk, "half of it");
    assert_eq!(staged(&desk), [("description".into(), text("half of it"))]);
    desk.keys("u E");
    assert_eq!(handed(&desk), before, "what was staged is not offered again");
    edited(&mut desk, Edited::Impossible("No editor is set.".into()));
    assert_eq!(desk.message(), "No editor is set.");
}

#[test]
fn a_text_that_is_too_long_leads_back_with_the_limit_on_top() {
    let mut desk = at_field("Description");
    desk.keys("E");
    let long = "x".repeat(5_000_000);
    done(&mut desk, &long);
    let first = "#dv: At most 2000 characters; these are 5000000. Left as it is, nothing is staged.";
    let again = handed(&desk);
    assert_eq!(again.split_once('\n'), Some((first, long.as_str())));
    done(&mut desk, &(again + "\n"));
    assert_eq!((desk.pending(), desk.message()), (0, "Nothing staged.  E opens what you wrote".into()));
    desk.keys("E");
    let again = handed(&desk);
    assert_eq!(again.lines().nth(1), Some(long.as_str()));
    done(&mut desk, &format!("{first}\nshort"));
    assert_eq!(staged(&desk), [("description".into(), text("short"))]);
}

#[test]
fn the_line_ends_of_a_value_stay_as_they_were() {
    let row = ROW.replace("Paper jams every morning.\\nTried cleaning the rollers.\\nHappens only in tray 2.\\nSpare drum ordered.", "one\\r\\ntwo");
    let mut desk = at_field_of(&row, "Description");
    desk.keys("E");
    assert_eq!(handed(&desk), "one\ntwo");
    done(&mut desk, "one\ntwo\nthree\n");
    assert_eq!(staged(&desk), [("description".into(), text("one\r\ntwo\r\nthree"))]);
}

#[test]
fn in_a_field_what_is_typed_so_far_goes_along_and_comes_back() {
    let mut desk = at_field("Case Title");
    desk.keys("e").text(" again").keys("Ctrl-O");
    assert_eq!(handed(&desk), "Printer jam on floor 3 again");
    done(&mut desk, "Printer jam on floor 3 again\n");
    assert_eq!((desk.pending(), desk.stage.app.overlays.len()), (0, 1), "the field is as it was");
    desk.keys("Ctrl-O");
    edited(&mut desk, Edited::Failed { why: "vim ended with 1".into(), text: Some("other\n".into()) });
    assert_eq!(desk.message(), "vim ended with 1: nothing changed.  Esc, then E opens what you wrote");
    assert!(desk.screen().contains("Printer jam on floor 3 again"));
    desk.keys("Ctrl-O");
    done(&mut desk, "Printer jam on floors 3 and 4\n");
    assert_eq!(staged(&desk), [("title".into(), text("Printer jam on floors 3 and 4"))]);
    assert!(desk.stage.app.overlays.is_empty());
}

#[test]
fn marked_rows_take_what_was_written_together() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("l Space Space E");
    done(&mut desk, "The same for both\n");
    assert_eq!(staged(&desk), vec![("title".to_owned(), text("The same for both")); 2]);
}

#[test]
fn a_row_is_handed_over_as_json_of_what_can_be_edited_as_it_came() {
    let mut desk = at_json();
    desk.keys("E");
    assert_snapshot!(handed(&desk));
}

#[test]
fn what_differs_in_the_json_is_staged_as_one_step_with_every_digit() {
    let mut desk = at_json();
    desk.keys("E");
    let json = handed(&desk)
        .replace("\"prioritycode\": 1", "\"prioritycode\": 3")
        .replace("922337203685477.5800", "922337203685477.5801")
        .replace("\"isescalated\": false", "\"isescalated\": true")
        .replace("\"visits\": 3,", "")
        .replace("\"followupby\": null", "\"followupby\": \"2026-11-27\"")
        .replace("floor 3", "floor\\u00203 \\u2013 again");
    done(&mut desk, &json);
    let number = |text: &str| Change::Number(text.into());
    assert_eq!(
        staged(&desk),
        [
            ("title".into(), text("Printer jam on floor 3 – again")),
            ("prioritycode".into(), number("3")),
            ("isescalated".into(), Change::YesNo(true)),
            ("followupby".into(), text("2026-11-27T00:00:00Z")),
            ("cost".into(), number("922337203685477.5801")),
        ]
    );
    assert_snapshot!(desk.screen());
    desk.keys("u");
    assert_eq!(desk.pending(), 0);
}

#[test]
fn a_lookup_takes_an_id_and_whatever_is_wrong_stages_nothing_and_names_its_column() {
    let wrong = [
        ("\"title\": \"Printer jam on floor 3\"", "\"title\": null", "title: Case Title needs a value"),
        ("\"prioritycode\": 1", "\"prioritycode\": 9", "prioritycode: `9` is no option. There are: High (1)"),
        ("\"visits\": 3", "\"visits\": \"4\"", "visits: A number without quotes"),
        ("\"visits\": 3", "\"visits\": 400", "visits: "),
        ("\"visits\": 3", "\"visits\": [4]", "visits: One value is expected"),
        ("\"visits\": 3", "\"visits\": 3, \"age\": 4", "age: Age is computed by the server."),
        ("\"visits\": 3", "\"visits\": 3, \"vistis\": 4", "vistis: the table has no such column."),
        ("\"visits\": 3", "\"visits\": 3, \"visits\": 4", "visits: it stands there twice."),
        (
            "\"visits\": 3",
            "\"visits\": 3, \"ticketnumber\": \"x\"",
            "ticketnumber: Case Number is read-only.",
        ),
        ("\"visits\": 3", "\"visits\": 3, \"customerid_account\": 1", "customerid_account: it is told by"),
        ("9c2b11d0-66aa-4e11", "9c2b11d0", "_customerid_value: The id of a row is expected"),
        ("\"visits\": 3", "\"visits\": 3 \"", "This is no JSON: line 14, column "),
    ];
    let mut desk = at_json();
    desk.keys("E");
    let json = handed(&desk);
    for (from, to, told) in wrong {
        assert!(json.contains(from), "{from}");
        done(
            &mut desk,
            &json.replace("Phone", "Web").replace("\"effort\": 1.50", "\"effort\": 2").replace(from, to),
        );
        assert!(handed(&desk).starts_with(&format!("#dv: {told}")), "{to}: {}", handed(&desk));
        assert_eq!(desk.pending(), 0, "{to}");
    }
    done(&mut desk, &json.replace("9c2b11d0-66aa-4e11", "9c2b11d0-66aa-4e12"));
    let [(column, Change::Link { navigation, to: Some((set, id)) })] = &staged(&desk)[..] else { panic!() };
    assert_eq!(
        (column.as_str(), navigation.as_str(), set.as_str()),
        ("customerid", "customerid_account", "accounts")
    );
    assert_eq!(id.to_string(), "9c2b11d0-66aa-4e12-a568-000d3a3aab10");
}

#[test]
fn broken_json_is_opened_again_with_the_line_that_the_editor_shows() {
    let mut desk = at_json();
    desk.keys("E");
    done(&mut desk, "{\n  \"visits\": 4,\n  oops\n}\n");
    let again = handed(&desk);
    let told = "#dv: This is no JSON: line 4, column 3: a name in quotes was expected, found `oops`.";
    assert!(again.starts_with(told), "{again}");
    assert_eq!(again.lines().nth(3), Some("  oops"));
    done(&mut desk, &again);
    assert_eq!(desk.message(), "Nothing staged.  E opens what you wrote");
    desk.keys("E");
    let mended = handed(&desk).replace("oops", "\"effort\": 2");
    done(&mut desk, &mended);
    let number = |text: &str| Change::Number(text.into());
    assert_eq!(staged(&desk), [("visits".into(), number("4")), ("effort".into(), number("2"))]);
}
