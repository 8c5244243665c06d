//! The columns of last time: rows are asked for before the columns have come anew.

use std::sync::Arc;

use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::{Event, Progress};
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Screen};
use dvtui::dataverse::TableSchema;

use crate::stage::{Stage, cases, page, refused};

/// The cases are opened, and their columns are known.
fn opened() -> Stage {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ c a s e Enter");
    let ticket = stage.ticket(Slot::Schema);
    stage.event(Event::Progress(ticket, Progress::Schema(Arc::new(cases()))));
    stage
}

fn asks(stage: &Stage, wanted: fn(&Request) -> bool) -> bool {
    stage.effects.iter().any(|effect| matches!(effect, Effect::Run(_, request) if wanted(request)))
}

fn is_first_page(request: &Request) -> bool {
    matches!(request, Request::Rows(_))
}

/// The columns without some, and with one that is called otherwise.
fn newer(gone: &str) -> TableSchema {
    let mut schema = cases();
    schema.columns.retain(|column| column.name.as_str() != gone);
    for column in schema.columns.iter_mut().filter(|column| column.name.as_str() == "title") {
        column.display_name = "Betreff".into();
    }
    schema
}

#[test]
fn rows_are_asked_for_with_the_columns_of_last_time() {
    let mut stage = opened();
    assert!(asks(&stage, is_first_page));
    assert!(!asks(&stage, |request| matches!(request, Request::Schema(_))), "they are on their way");
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    assert!(stage.screen().contains("CAS-"), "{}", stage.screen());
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(cases()))));
    assert!(!asks(&stage, is_first_page), "nothing has changed");
}

#[test]
fn a_column_that_is_called_otherwise_now_gets_its_name_and_nothing_is_read_again() {
    let mut stage = opened();
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(newer("")))));
    assert!(stage.row(3).contains("Betreff"), "{}", stage.row(3));
    assert!(!asks(&stage, is_first_page));
}

#[test]
fn a_column_that_is_gone_leaves_the_grid_and_the_rows_are_read_without_it() {
    let mut stage = opened();
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    stage.keys("j j l l");
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(newer("prioritycode")))));
    assert!(!stage.row(3).contains("Priority"), "{}", stage.row(3));
    let Request::Rows(query) = stage.request(Slot::Rows) else { panic!("no first page") };
    assert!(!format!("{query:?}").contains("prioritycode"), "{query:?}");
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    assert!(stage.row(6).starts_with('>'), "the cursor stays on its row: {}", stage.screen());
}

#[test]
fn rows_that_were_refused_for_a_column_of_last_time_are_asked_for_again() {
    let mut stage = opened();
    let refused = refused(400, "0x80060888", "Could not find a property named 'prioritycode'.");
    stage.answer(Slot::Rows, Reply::Rows(Err(refused)));
    assert!(stage.screen().contains("Cannot read Cases"), "{}", stage.screen());
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(newer("prioritycode")))));
    assert!(asks(&stage, is_first_page));
}

#[test]
fn columns_that_did_not_come_anew_are_asked_for_when_the_table_is_opened_again() {
    let mut stage = opened();
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    stage.answer(Slot::Schema, Reply::Schema(Err(refused(503, "0x80040216", "Later."))));
    assert!(stage.screen().contains("CAS-") && stage.screen().contains("Cannot read the table's columns"));
    stage.keys("Esc Esc Esc Enter");
    assert!(matches!(stage.app.screen(), Screen::Grid(_)));
    assert!(asks(&stage, |request| matches!(request, Request::Schema(_))));
    assert!(asks(&stage, is_first_page), "and nobody waits for them");
}

#[test]
fn reloading_reads_rows_and_columns() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("r");
    assert!(!asks(&stage, |request| matches!(request, Request::Schema(_))));
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    stage.keys("R");
    assert!(asks(&stage, is_first_page));
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(newer("")))));
    assert!(stage.row(3).contains("Betreff"), "{}", stage.row(3));
}
