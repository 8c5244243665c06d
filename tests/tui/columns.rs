//! Columns of the grid: picked, moved, sized, frozen, hidden, kept; labels and raw values; where lookups lead.

use std::sync::Arc;

use bytes::Bytes;
use dvtui::app::Reply;
use dvtui::app::column_layout::{ColumnLayout, LaidOut, Layouts};
use dvtui::app::effect::{Effect, Request};
use dvtui::app::screen::grid::Sort;
use dvtui::app::screen::{Grid, Screen};
use dvtui::app::tickets::Slot;
use dvtui::dataverse::{ColumnKind, Page, TableSchema};

use crate::stage::{Stage, cases, column, page};

const HERE: &str = "https://contoso-uat.crm4.dynamics.com";

fn grid(stage: &Stage) -> &Grid {
    match stage.app.screen() {
        Screen::Grid(grid) => grid,
        other => panic!("not the grid: {other:?}"),
    }
}

fn names(stage: &Stage) -> Vec<&str> {
    grid(stage).columns.iter().map(|column| column.name.as_str()).collect()
}

/// The cases with more columns than a grid begins with.
fn wide_cases() -> TableSchema {
    let mut schema = cases();
    let mut secured = column("Secret Number", "contoso_secret", ColumnKind::BigInt);
    secured.secured = true;
    schema.columns.extend([
        column("Description", "description", ColumnKind::Memo { max_length: None }),
        column("Escalated", "isescalated", ColumnKind::YesNo { yes: "Yes".into(), no: "No".into() }),
        secured,
    ]);
    schema.columns.sort_by(|a, b| a.name.cmp(&b.name));
    schema
}

/// At the cases, of which so many rows are read, with some layouts kept before.
fn opened(layouts: Layouts, width: u16, height: u16) -> Stage {
    let mut stage = Stage::at_tables(width, height);
    stage.app.know_layouts((layouts, None));
    stage.keys("/ c a s e Enter");
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(wide_cases()))));
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    stage
}

fn at_cases(width: u16, height: u16) -> Stage {
    opened(Layouts::default(), width, height)
}

fn kept(stage: &Stage) -> &ColumnLayout {
    match &stage.effects[..] {
        [Effect::KeepLayout(environment, table, layout)] => {
            assert_eq!((environment.as_str(), table.as_str()), (HERE, "incident"));
            layout
        }
        other => panic!("nothing is kept: {other:?}"),
    }
}

#[test]
fn the_picker_lists_the_shown_columns_and_then_all_others() {
    let mut stage = at_cases(80, 24);
    stage.keys("l l S l S S l ! C");
    insta::assert_snapshot!(stage.screen());
    stage.resize(60, 16);
    insta::assert_snapshot!("the_picker_on_a_small_screen", stage.screen());
    stage.resize(200, 50);
    let screen = stage.screen();
    assert!(screen.contains("SHOWN (order on screen)") && screen.contains("CAS-00029"), "the grid beside it");
}

#[test]
fn a_column_that_is_shown_is_read_while_the_rows_stay() {
    let mut stage = at_cases(80, 24);
    stage.keys("j j j C / e s c a Enter Space");
    assert!(names(&stage).ends_with(&["isescalated"]), "{:?}", names(&stage));
    let Request::Rows(query) = stage.request(Slot::Rows) else { panic!("no first page") };
    assert!(query.selected().iter().any(|property| property == "isescalated"));
    assert_eq!(grid(&stage).len(), 30, "the rows stay meanwhile");
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    stage.keys("Esc Esc");
    assert_eq!(grid(&stage).list.cursor, 3, "the cursor stays on its row");
    assert!(kept(&stage).columns.iter().any(|column| column.name.as_str() == "isescalated"));
    let asked = stage.asked();
    stage.keys("$ H C k u Esc");
    assert_eq!(stage.asked(), asked, "to hide needs no read");
}

#[test]
fn columns_are_moved_sized_frozen_and_undone_in_the_picker() {
    let mut stage = at_cases(120, 24);
    let before = grid(&stage).layout();
    stage.keys("C J > > ! k Space");
    assert_eq!(names(&stage)[..2], ["ticketnumber", "prioritycode"]);
    assert_eq!(grid(&stage).layout().columns[0].width, Some(18));
    stage.keys("u");
    assert_eq!(names(&stage)[..2], ["title", "ticketnumber"]);
    assert_eq!(grid(&stage).frozen, 2);
    stage.keys("u u u u");
    assert_eq!(grid(&stage).layout(), before);
    stage.keys("u");
    assert!(stage.row(23).contains("Nothing was changed here."), "{}", stage.row(23));
    stage.keys("Esc");
    assert_eq!(stage.effects, [Effect::KeepLayout(HERE.into(), "incident".into(), before)]);
}

#[test]
fn the_picker_orders_by_columns_that_are_not_shown_too() {
    let mut stage = at_cases(80, 24);
    stage.keys("C / e s c a Enter s");
    let Request::Rows(query) = stage.request(Slot::Rows) else { panic!("no first page") };
    assert_eq!(query.ordering()[0].property, "isescalated");
    assert!(stage.screen().contains("sort only"), "{}", stage.screen());
    stage.keys("u");
    let Request::Rows(query) = stage.request(Slot::Rows) else { panic!("no first page") };
    assert_eq!(query.ordering()[0].property, "incidentid");
}

#[test]
fn several_frozen_columns_stay_while_the_others_scroll() {
    let mut stage = at_cases(80, 24);
    stage.keys("l < < < < < < < < ! $");
    assert_eq!(grid(&stage).frozen, 2);
    insta::assert_snapshot!(stage.screen());
    stage.keys("h h h h !");
    assert_eq!(grid(&stage).frozen, 1, "once more frees them: {}", stage.row(23));
}

#[test]
fn a_width_is_kept_when_rows_come_and_fitted_again_by_a_key() {
    let mut stage = at_cases(80, 24);
    stage.keys("l < < < <");
    assert_eq!(grid(&stage).widths[1].cells(), 18);
    assert_eq!(kept(&stage).columns[1], LaidOut { name: "title".into(), width: Some(18) });
    stage.keys("r");
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    assert_eq!(grid(&stage).widths[1].cells(), 18);
    stage.keys("_");
    assert_eq!(grid(&stage).widths[1].cells(), 22);
    assert_eq!(kept(&stage).columns[1].width, None);
}

#[test]
fn a_hidden_column_is_gone_and_the_last_one_stays() {
    let mut stage = at_cases(80, 24);
    stage.keys("l H");
    assert!(!names(&stage).contains(&"title"));
    assert!(stage.row(23).contains("Case Title is hidden.  C brings it back"), "{}", stage.row(23));
    stage.keys("H H H H H H H");
    assert_eq!(names(&stage).len(), 1);
    assert!(stage.row(23).contains("The last column stays."), "{}", stage.row(23));
}

#[test]
fn what_was_arranged_before_is_shown_again_without_columns_that_are_gone() {
    let laid = |name: &str, width| LaidOut { name: name.into(), width };
    let columns = vec![
        laid("ownerid", None),
        laid("gone", None),
        laid("title", Some(9)),
        laid("title", None),
        laid("prioritycode", None),
    ];
    let mut layouts = Layouts::default();
    layouts.set(HERE, "incident".into(), ColumnLayout { columns, frozen: 2, ..Default::default() });
    let stage = opened(layouts, 80, 24);
    assert_eq!(names(&stage), ["ownerid", "title", "prioritycode"]);
    assert_eq!((grid(&stage).frozen, grid(&stage).widths[1].own), (1, Some(9)));
    let mut layouts = Layouts::default();
    let columns = vec![laid("gone", None)];
    layouts.set(HERE, "incident".into(), ColumnLayout { columns, frozen: 1, ..Default::default() });
    assert_eq!(names(&opened(layouts, 80, 24))[0], "ticketnumber", "the usual ones, when none is left");
}

#[test]
fn the_order_of_rows_is_kept_with_the_columns_and_asked_for_at_the_next_visit() {
    let by = |column: &str, descending| Sort { column: column.into(), descending };
    let mut stage = at_cases(80, 24);
    stage.keys("l s");
    let kept_of = |stage: &Stage| {
        stage.effects.iter().find_map(|effect| match effect {
            Effect::KeepLayout(_, _, layout) => Some(layout.sort.clone()),
            _ => None,
        })
    };
    assert_eq!(kept_of(&stage), Some(vec![by("title", false)]));
    stage.keys("l S s s");
    assert_eq!(kept_of(&stage), Some(vec![by("prioritycode", true)]));
    stage.keys("s");
    assert_eq!(kept_of(&stage), Some(vec![]), "no order is kept too");
    // What is gone, and what cannot be ordered by, is left out.
    let sort = vec![by("gone", false), by("createdon", true), by("entityimage", false), by("title", false)];
    let mut layouts = Layouts::default();
    let columns = vec![LaidOut { name: "title".into(), width: None }];
    layouts.set(HERE, "incident".into(), ColumnLayout { columns, frozen: 1, sort });
    let mut stage = Stage::at_tables(80, 24);
    stage.app.know_layouts((layouts, None));
    stage.keys("/ c a s e Enter");
    let mut schema = wide_cases();
    schema.columns.push(column("Image", "entityimage", ColumnKind::Image { max_kb: None }));
    schema.columns.push(column("Created On", "createdon", ColumnKind::BigInt));
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(schema))));
    let Request::Rows(query) = stage.request(Slot::Rows) else { panic!("{:?}", stage.effects) };
    let asked: Vec<String> = query.ordering().iter().map(ToString::to_string).collect();
    assert_eq!(asked, ["createdon desc", "title", "incidentid"]);
}

#[test]
fn a_damaged_file_of_layouts_is_told_where_it_matters() {
    let mut stage = Stage::at_tables(80, 24);
    stage.app.know_layouts((Layouts::default(), Some("Column layouts begin anew.".into())));
    stage.keys("/ c a s e Enter");
    assert!(stage.row(23).contains("Column layouts begin anew."), "{}", stage.row(23));
}

#[test]
fn values_are_shown_by_label_or_as_the_server_sent_them() {
    let mut stage = at_cases(120, 24);
    stage.keys("Z z v");
    let row = stage.row(4);
    assert!(row.contains(" 1 ") && row.contains("00000000-0000-4000-8000-000000000000"), "{row}");
    stage.keys("/ 4 0 0 0 - 8 0 0 0");
    assert!(stage.row(23).contains("matches 30 of 30"), "the filter sees what is shown: {}", stage.row(23));
    stage.keys("Esc Esc Esc z v z n");
    assert!(stage.row(3).contains("ticketnumber") && stage.row(4).contains("High"), "{}", stage.screen());
}

#[test]
fn numbers_are_the_servers_text_and_a_date_alone_is_never_moved() {
    use dvtui::dataverse::metadata::{DateBehavior, DateFormat};
    let mut schema = cases();
    let date = ColumnKind::DateTime { format: DateFormat::DateOnly, behavior: DateBehavior::DateOnly };
    schema.columns = vec![
        column("Number", "a", ColumnKind::Decimal { min: None, max: None, precision: 10 }),
        column("Day", "b", date),
        column("None", "c", ColumnKind::BigInt),
        column("Hidden", "d", ColumnKind::BigInt),
        column("Unasked", "e", ColumnKind::BigInt),
    ];
    schema.columns[3].secured = true;
    for number in ["79228162514264337593543950335", "9223372036854775808", "1E400", "-0", "1.500000"] {
        let mut layouts = Layouts::default();
        let laid = |name: &str| LaidOut { name: name.into(), width: None };
        let columns = ["a", "b", "c", "d", "e"].map(laid).to_vec();
        layouts.set(HERE, "incident".into(), ColumnLayout { columns, frozen: 1, ..Default::default() });
        let mut stage = Stage::at_tables(120, 24);
        stage.app.know_layouts((layouts, None));
        stage.keys("/ c a s e Enter");
        stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(schema.clone()))));
        let json = format!(
            r#"{{"value":[{{"a":{number},"b":"0001-01-01","c":null,"d":null,
                "incidentid":"00000000-0000-4000-8000-0000000000aa"}}]}}"#
        );
        stage.answer(Slot::Rows, Reply::Rows(Ok(Page::decode(Bytes::from(json)).unwrap())));
        for keys in ["Z 0", "z v"] {
            stage.keys(keys);
            let row = stage.row(4);
            let cells: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(cells[cells.len() - 3..], ["0001-01-01", "-", "#"], "{row}");
            assert!(row.contains(number) && row.contains("0001-01-01"), "{row}");
        }
    }
}

#[test]
fn a_lookup_leads_to_the_row_it_points_to() {
    let mut stage = at_cases(80, 24);
    stage.keys("g c c u s t Enter L");
    let Request::Row(set, id) = stage.request(Slot::Row) else { panic!("no row") };
    assert_eq!((set.as_str(), id.to_string().as_str()), ("accounts", "00000000-0000-4000-8000-000000000000"));
    stage.keys("Esc j j j j j j L");
    assert!(stage.row(23).contains("Customer has no value in this row."), "{}", stage.row(23));
    stage.keys("0 L");
    assert!(stage.row(23).contains("Case Number is no lookup"), "{}", stage.row(23));
    stage.keys("$ L");
    assert!(stage.row(23).contains("`systemuser`, which is not among the tables"), "{}", stage.row(23));
}

#[test]
fn freezing_more_than_fits_says_how_many_stay() {
    let mut stage = at_cases(80, 24);
    stage.keys("l !");
    assert!(stage.screen().contains("2 columns stay at the left"), "{}", stage.screen());
    stage.keys("l l l !");
    assert!(stage.screen().contains("fit here.  ! again frees them"), "{}", stage.screen());
}
