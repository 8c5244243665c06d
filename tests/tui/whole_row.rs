//! A row in full: raw values and both times below the fields, long texts, odd rows, rows that are gone.

use dvtui::app::Reply;
use dvtui::app::tickets::Slot;
use dvtui::app::zone::Zone;
use dvtui::dataverse::{ColumnKind, TableSchema};
use insta::assert_snapshot;
use jiff::tz::TimeZone;

use crate::desk::{Desk, ROW, cases};
use crate::stage::{self, column};

fn in_berlin(desk: &mut Desk) {
    let zone = Zone { name: "Europe/Berlin".into(), rules: TimeZone::get("Europe/Berlin").unwrap() };
    desk.stage.answer(Slot::Zone, Reply::Zone(Some(zone)));
}

fn foot(desk: &Desk) -> String {
    let height = usize::from(desk.stage.app.size.height);
    format!("{}\n{}", desk.stage.row(height - 3), desk.stage.row(height - 2))
}

#[test]
fn the_field_under_the_cursor_is_told_in_full_below_the_fields() {
    let mut desk = Desk::at_form(200, 50);
    in_berlin(&mut desk);
    assert_snapshot!("very_large", desk.screen());
    desk.keys("/").text("priority").keys("Enter");
    assert!(foot(&desk).contains("prioritycode   choice\n   raw 1"), "{}", foot(&desk));
    desk.keys("/").text("cost").keys("Enter");
    assert!(foot(&desk).contains("raw 922337203685477.5800"), "{}", foot(&desk));
    desk.keys("/").text("owner").keys("Enter");
    assert!(foot(&desk).contains("raw 00000000-0000-4000-8000-000000000009"), "{}", foot(&desk));
}

#[test]
fn times_are_read_in_the_persons_zone_with_utc_beside_them() {
    let mut desk = Desk::at_form(120, 40);
    desk.keys("/").text("created").keys("Enter");
    assert!(foot(&desk).contains("raw 2026-11-20T08:14:07Z   Fri 20 Nov 2026 08:14 UTC"), "{}", foot(&desk));
    in_berlin(&mut desk);
    assert!(foot(&desk).contains("Fri 20 Nov 2026 09:14 Europe/Berlin (08:14Z)"), "{}", foot(&desk));
    // The server's own format comes first; where it sent none, ours is read in the same zone.
    assert!(desk.screen().contains("11/20/2026 8:14 AM"));
    let plain =
        ROW.replace("\"createdon@OData.Community.Display.V1.FormattedValue\":\"11/20/2026 8:14 AM\",", "");
    desk.keys("r").row(&plain);
    assert!(desk.screen().contains("2026-11-20 09:14"), "{}", desk.screen());
}

#[test]
fn a_date_is_typed_in_the_persons_zone_and_told_in_both() {
    let mut desk = Desk::at_form(80, 24);
    in_berlin(&mut desk);
    desk.keys("/").text("resolve by").keys("Enter e");
    assert!(desk.screen().contains("2026-11-23 17:02"), "{}", desk.screen());
    desk.keys("Ctrl-U").text("fri 9");
    assert!(desk.screen().contains("-> Fri 27 Nov 2026 09:00 Europe/Berlin (08:00Z)"), "{}", desk.screen());
}

#[test]
fn enter_shows_all_of_a_text_that_is_cut_and_edits_one_that_is_not() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("description").keys("Enter");
    assert!(desk.screen().contains("(3 of 4 lines)  Enter all"), "{}", desk.screen());
    desk.keys("Enter");
    assert_snapshot!("whole", desk.screen());
    desk.keys("Esc /").text("visits").keys("Enter Enter");
    assert!(desk.screen().contains("Enter stage"), "{}", desk.screen());
}

#[test]
fn a_read_only_text_is_shown_whole() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("case number").keys("Enter Enter");
    assert!(desk.screen().contains("Case Number (ticketnumber)"), "{}", desk.screen());
    assert!(desk.screen().contains("Esc close"), "{}", desk.screen());
}

#[test]
fn a_row_that_was_deleted_meanwhile_stays_readable_and_says_what_can_be_done() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("r");
    let gone = stage::refused(404, "0x80040217", "incident With Id = 1 Does Not Exist");
    desk.stage.answer(Slot::Row, Reply::Row(Err(gone)));
    assert_snapshot!("deleted", desk.screen());
    assert!(desk.screen().contains("! Deleted on the server"), "{}", desk.screen());
    assert!(desk.screen().contains("r look again   2 its JSON as it was   Esc back"), "{}", desk.screen());
    assert!(!desk.screen().contains("could not be read"), "it is told once: {}", desk.screen());
    desk.keys("r").row(ROW);
    assert!(!desk.screen().contains("Deleted on the server"), "{}", desk.screen());
}

#[test]
fn all_columns_come_back_after_empty_ones_were_hidden() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("z e z a");
    assert_eq!(desk.message(), "All columns.");
    assert!(desk.screen().contains("22 columns"), "{}", desk.screen());
    desk.keys("z a");
    assert!(desk.message().starts_with("All columns are shown already."));
}

/// Cases with so many text columns more.
fn wide(columns: usize) -> TableSchema {
    let mut schema = cases();
    schema.columns.extend((0..columns).map(|number| {
        column(
            &format!("Column {number:05}"),
            &format!("new_column{number:05}"),
            ColumnKind::Memo { max_length: None },
        )
    }));
    schema.columns.sort_by(|a, b| a.name.cmp(&b.name));
    schema
}

#[test]
fn a_thousand_columns_and_a_text_of_a_megabyte_are_shown_and_searched() {
    let mut desk = Desk::of_table(wide(1_000), stage::identity(), 3, 80, 24);
    desk.keys("Enter");
    let megabyte = "0123456789 abcde\\n".repeat(1 << 16);
    let mut more: Vec<String> =
        (0..1_000).map(|number| format!("\"new_column{number:05}\":\"value {number}\"")).collect();
    more[500] = format!("\"new_column00500\":\"{megabyte}needle\"");
    let json = ROW.replace("\"age\":3", &format!("\"age\":3,{}", more.join(",")));
    desk.row(&json);
    desk.keys("/").text("needle").keys("Enter");
    assert!(desk.screen().contains("(3 of 65537 lines)"), "{}", desk.screen());
    desk.keys("Enter G");
    assert!(desk.screen().contains("needle"), "{}", desk.screen());
    desk.keys("Esc G");
    assert!(desk.screen().lines().any(|line| line.starts_with('>')), "{}", desk.screen());
    desk.keys("2 G /").text("needle").keys("Enter Enter G");
    assert!(desk.screen().contains("needle"), "{}", desk.screen());
}

#[test]
fn a_name_of_a_million_characters_and_names_that_come_twice_are_shown() {
    let mut desk = Desk::at_cases(80, 24);
    let json = ROW.replace("\"age\":3", &format!("\"{}\":1,\"age\":3,\"age\":4", "n".repeat(1_000_000)));
    desk.keys("Enter").row(&json);
    desk.keys("2 /").text("age").keys("Enter j");
    let screen = desk.screen();
    assert!(screen.contains("age: 3") && screen.contains("age: 4") && screen.contains("nnnn..."), "{screen}");
    desk.keys("@ Esc");
}
