//! Rows and tables that nobody expects: what is shown of them is harmless and exact, and nothing breaks.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use dvtui::app::Reply;
use dvtui::app::key::Key;
use dvtui::app::tickets::Slot;
use dvtui::dataverse::metadata::{Choice, TextFormat};
use dvtui::dataverse::{Column, ColumnKind, Page, Row, Table, TableSchema};
use dvtui::text::is_harmful;

use crate::stage::{Stage, column, identity, refused, table};

/// Would set the window's title, clear the screen, ring, colour, turn the line around and go back in it.
const HOSTILE: &str = "evil \u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\r\u{8}\u{0}\u{200b}x";
const ID: &str = "00000001-0000-4000-8000-0000000000aa";

fn text() -> ColumnKind {
    ColumnKind::Text { max_length: None, format: TextFormat::Text }
}

fn at_grid(table: &Table, columns: Vec<Column>, row: &str, width: u16, height: u16) -> Stage {
    let mut stage = Stage::new(width, height);
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity()))));
    stage.answer(Slot::Tables, Reply::Tables(Ok(vec![table.clone()])));
    stage.keys("Enter");
    let schema = TableSchema { table: table.clone(), columns };
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(schema))));
    let page = Page::decode(Bytes::from(format!(r#"{{"value":[{row}]}}"#))).unwrap();
    stage.answer(Slot::Rows, Reply::Rows(Ok(page)));
    stage
}

fn open(stage: &mut Stage, row: &str) {
    stage.keys("Enter");
    stage.answer(Slot::Row, Reply::Row(Ok(Row::from_json(row.to_owned()).unwrap())));
}

fn assert_harmless(stage: &Stage, where_: &str) {
    for cell in stage.buffer().content() {
        assert!(!cell.symbol().chars().any(is_harmful), "{:?} reached a cell {where_}", cell.symbol());
    }
}

/// Things to look at on every screen: menus, help, search, both tabs, folding, another size.
const WALK: &str = "j k l h ? Esc : e v Esc g c Esc c Esc s S Enter e Esc z n z e 2 j j j Space z a z a z M z R G g g / e v i l Enter n N 1";

#[test]
fn no_string_of_the_server_reaches_a_cell_as_it_came() {
    let quoted = serde_json::to_string(HOSTILE).unwrap();
    let mut row = format!(r#"{{"@odata.etag":{quoted},"incidentid":"{ID}","title":{quoted}"#);
    write!(row, r#","prioritycode":1,"prioritycode@OData.Community.Display.V1.FormattedValue":{quoted}"#)
        .unwrap();
    write!(
        row,
        r#","_customerid_value":"{ID}","_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":{quoted}"#
    )
    .unwrap();
    write!(row, r#",{quoted}:{{{quoted}:[{quoted}]}}}}"#).unwrap();
    let mut hostile = table(HOSTILE, "incident", "incidents", "title");
    hostile.collection_name = HOSTILE.into();
    let columns = vec![
        column(HOSTILE, "title", text()),
        column(
            HOSTILE,
            "prioritycode",
            ColumnKind::Choice { options: vec![Choice { value: 1, label: HOSTILE.into(), state: None }] },
        ),
        column(HOSTILE, "customerid", ColumnKind::Lookup { targets: vec![HOSTILE.into()] }),
    ];
    for (width, height) in [(80, 24), (60, 16), (200, 50)] {
        let mut stage = at_grid(&hostile, columns.clone(), &row, width, height);
        assert!(stage.screen().contains("evil"), "{}", stage.screen());
        assert_harmless(&stage, "in the grid");
        open(&mut stage, &row);
        for key in WALK.split(' ') {
            stage.press(key.parse().unwrap());
            assert_harmless(&stage, &format!("after `{key}` at {width}x{height}"));
        }
        stage.keys("r");
        stage.answer(Slot::Row, Reply::Row(Err(refused(400, HOSTILE, HOSTILE))));
        assert!(stage.screen().contains("evil"), "{}", stage.screen());
        assert_harmless(&stage, "in a message");
    }
}

#[test]
fn a_row_of_a_thousand_columns_is_walked_from_the_first_to_the_last() {
    let names: Vec<String> = (0..1_000).map(|number| format!("new_column{number:04}")).collect();
    let columns: Vec<Column> =
        names.iter().map(|name| column(&name.replace("new_", "Label "), name, text())).collect();
    let mut row = format!(r#"{{"new_thingid":"{ID}""#);
    for name in &names {
        write!(row, r#","{name}":"value of {name}""#).unwrap();
    }
    row.push('}');
    let things = table("Thing", "new_thing", "new_things", "new_column0000");
    let mut stage = at_grid(&things, columns, &row, 80, 24);
    stage.keys("$ 0");
    open(&mut stage, &row);
    stage.keys("G");
    assert!(stage.screen().contains("value of new_column0999"), "{}", stage.screen());
    stage.keys("g g /");
    for c in "column0777".chars() {
        stage.press(Key::Char(c));
    }
    stage.keys("Enter");
    assert!(stage.screen().contains("value of new_column0777"), "{}", stage.screen());
    stage.keys("2 G");
    assert!(stage.screen().contains("new_column0999"), "{}", stage.screen());
}

#[test]
fn a_megabyte_of_text_is_cut_in_the_grid_and_the_form() {
    let long = "word ".repeat(200_000);
    let row =
        format!(r#"{{"incidentid":"{ID}","title":"{long}","description":"{}"}}"#, "line\\n".repeat(200_000));
    let columns = vec![column("Title", "title", text()), column("Description", "description", text())];
    let cases = table("Case", "incident", "incidents", "title");
    let mut stage = at_grid(&cases, columns, &row, 80, 24);
    assert!(stage.screen().contains("word word"));
    open(&mut stage, &row);
    let screen = stage.screen();
    assert!(screen.contains("word word") && screen.contains("(3 of 200"), "{screen}");
    stage.keys("2 j j j Enter Esc");
    stage.screen();
}

#[test]
fn a_hundred_levels_of_json_and_numbers_of_four_hundred_digits_are_shown_as_sent() {
    let digits = "1234567890".repeat(40);
    let nested = format!("{}7{}", "[".repeat(100), "]".repeat(100));
    let row = format!(
        r#"{{"incidentid":"{ID}","title":"a","amount":{digits},"price":38429.8900,"same":1,"same":2,"deep":{nested}}}"#
    );
    let cases = table("Case", "incident", "incidents", "title");
    let columns = vec![column("Title", "title", text()), column("Price", "price", ColumnKind::BigInt)];
    let mut stage = at_grid(&cases, columns, &row, 120, 40);
    open(&mut stage, &row);
    assert!(stage.screen().contains("38429.8900"), "{}", stage.screen());
    stage.keys("2 z R");
    let screen = stage.screen();
    assert!(screen.contains(&digits[..40]), "{screen}");
    assert!(screen.contains("same: 1") && screen.contains("same: 2"), "both are there: {screen}");
    stage.keys("G");
    for _ in 0..300 {
        stage.keys("k");
    }
    stage.screen();
}

#[test]
fn a_lone_surrogate_is_a_mark_and_no_reason_to_lose_the_row() {
    let row = format!(r#"{{"incidentid":"{ID}","title":"half \ud83d of a pair"}}"#);
    let cases = table("Case", "incident", "incidents", "title");
    let mut stage = at_grid(&cases, vec![column("Title", "title", text())], &row, 80, 24);
    assert!(stage.screen().contains("half"), "{}", stage.screen());
    open(&mut stage, &row);
    assert!(stage.screen().contains("half"), "{}", stage.screen());
    stage.keys("2");
    assert!(stage.screen().contains("half"), "{}", stage.screen());
    assert_harmless(&stage, "as JSON");
}
