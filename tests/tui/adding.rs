//! New rows that are made where related ones are seen: their lookup is given.

use std::sync::Arc;

use bytes::Bytes;
use dvtui::app::effect::Effect;
use dvtui::app::event::{Event, Operated};
use dvtui::app::overlay::Overlay;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request};
use dvtui::dataverse::metadata::{Required, TextFormat};
use dvtui::dataverse::{Column, ColumnKind, NewRow, Operation, Page, Table, TableSchema};
use insta::assert_snapshot;

use crate::acts;
use crate::desk::{self, Desk};
use crate::linking::at_contacts;
use crate::related::{at_related, from, go_to, relationships};
use crate::stage::{self, column, table, tables};

/// The table of places in queues: a title that is required, and the lookup to what is in the queue.
fn items() -> TableSchema {
    let lookup = ColumnKind::Lookup { targets: vec!["incident".into(), "account".into()] };
    let text = ColumnKind::Text { max_length: Some(100), format: TextFormat::Text };
    let columns = vec![
        Column { required: Required::Application, ..column("Object", "objectid", lookup) },
        column("Position", "position", ColumnKind::Whole { min: 0, max: 100 }),
        Column { required: Required::Application, ..column("Title", "title", text) },
    ];
    TableSchema { table: tables().remove(0), columns }
}

fn learned() -> Reply {
    Reply::Learned(Ok(vec![(Arc::new(items()), vec![])]))
}

/// `a` on the places in queues of the first case.
fn adding(width: u16, height: u16) -> Desk {
    let mut desk = at_related(width, height);
    go_to(&mut desk, "Queue Items");
    desk.keys("a");
    desk
}

/// The row that is staged to be made.
fn made(desk: &Desk) -> NewRow {
    let Some(operation) = desk.stage.app.pending.operations().only() else { panic!("{}", desk.screen()) };
    let about = operation.about.as_ref().expect("it is about the row that it belongs to");
    assert_eq!(about.name, "CAS-00000-A1B2C3");
    match &operation.operation {
        Operation::Create(new) => new.clone(),
        other => panic!("{other:?}"),
    }
}

fn body(desk: &Desk) -> String {
    made(desk).wire().unwrap().body
}

fn is_form(desk: &Desk) -> bool {
    matches!(desk.stage.app.overlays.last(), Some(Overlay::Draft(_)))
}

const BELONGS: &str = r#""objectid_incident@odata.bind":"/incidents(00000000-0000-4000-8000-0000000000aa)""#;

#[test]
fn a_on_a_relationship_opens_the_form_of_a_row_that_belongs_to_this_one() {
    let mut desk = adding(80, 24);
    let Request::Learn(wanted) = desk.stage.request(Slot::Learn) else { panic!() };
    assert_eq!(wanted.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["queueitem"]);
    assert!(!is_form(&desk));
    desk.stage.answer(Slot::Learn, learned());
    desk.stage.app.drawn();
    assert_snapshot!("add_related", desk.screen());
    desk.keys("Ctrl-D");
    assert!(desk.screen().contains("! Title is required."), "{}", desk.screen());
    desk.text("Broken printer").keys("Ctrl-D");
    assert!(!desk.sends());
    assert!(made(&desk).detect_duplicates, "as where rows are made otherwise");
    assert!(body(&desk).contains(r#""title":"Broken printer""#), "{}", body(&desk));
    assert!(body(&desk).contains(BELONGS), "by the navigation property of the relationship: {}", body(&desk));
    desk.keys("w");
    assert_snapshot!("review_of_an_added_row", desk.screen());
    let mut wide = adding(200, 50);
    wide.stage.answer(Slot::Learn, learned());
    wide.stage.app.drawn();
    assert_snapshot!("add_related_at_200_cells", wide.screen());
}

#[test]
fn a_form_whose_columns_come_after_the_person_went_elsewhere_does_not_open() {
    let mut desk = among(vec![(acts::note(), "objectid")]);
    go_to(&mut desk, "Queue Items");
    desk.keys("a");
    go_to(&mut desk, "Notes"); // whose form needs nothing more
    desk.stage.answer(Slot::Learn, learned());
    assert!(!is_form(&desk), "the cursor is at another relationship");
    let mut desk = adding(80, 24);
    desk.keys("Ctrl-C");
    desk.stage.answer(Slot::Learn, learned());
    assert!(!is_form(&desk), "it was called off");
    desk.keys("a");
    desk.stage.answer(Slot::Learn, learned());
    assert!(is_form(&desk));
}

#[test]
fn where_rows_cannot_be_added_a_says_what_can_be_done_and_no_hint_offers_it() {
    let mut desk = at_related(120, 40);
    let hints = |desk: &Desk| desk.stage.row(40);
    go_to(&mut desk, "Queue Items");
    assert!(hints(&desk).contains("a add"), "{}", hints(&desk));
    for (line, said) in [
        ("Customer", "A lookup points to a row that exists.  A chooses which"),
        ("Contacts", "Links are made between rows that exist.  A attaches one"),
    ] {
        go_to(&mut desk, line);
        assert!(!hints(&desk).contains("a add"), "{}", hints(&desk));
        desk.keys("a");
        assert_eq!(desk.message(), said);
    }
    let mut desk = at_contacts(120, 40);
    assert!(!hints(&desk).contains("a add"), "{}", hints(&desk));
    desk.keys("a");
    assert_eq!(desk.message(), "Links are made between rows that exist.  A attaches one");
}

/// At the relationships of a case in an environment with these tables too, which point to cases.
fn among(more: Vec<(Table, &str)>) -> Desk {
    let mut relations = relationships();
    relations.extend(more.iter().map(|(table, column)| from(table.name.as_str(), column)));
    let all = tables().into_iter().chain(more.into_iter().map(|(table, _)| table)).collect();
    let mut desk = Desk::among(all, desk::cases(), stage::identity(), 3, 120, 40);
    desk.keys("Enter").row(desk::ROW).keys("3");
    desk.stage.answer(Slot::Relationships, Reply::Relationships("incident".into(), Ok(relations)));
    desk.stage.app.drawn();
    desk
}

#[test]
fn what_cannot_be_made_as_such_is_told_with_the_way_to_make_it() {
    let activities = table("Activity", "activitypointer", "activitypointers", "subject");
    let resolutions = table("Case Resolution", "incidentresolution", "incidentresolutions", "subject");
    let mut desk = among(vec![(activities, "regardingobjectid"), (resolutions, "incidentid")]);
    go_to(&mut desk, "Activitys");
    desk.keys("a");
    assert_eq!(desk.message(), "Activities are made as what they are.  x t makes a task  x p a phone call");
    go_to(&mut desk, "Case Resolutions");
    desk.keys("a");
    assert_eq!(desk.message(), "A resolution is made by resolving the case.  x r resolves it");
    go_to(&mut desk, "Activitys");
    desk.keys("Enter a");
    assert_eq!(desk.message(), "Activities are made at the row itself.  [ leads there, x t makes a task");
    assert_eq!(desk.pending(), 0);
}

#[test]
fn a_note_is_added_in_its_own_form() {
    let mut desk = among(vec![(acts::note(), "objectid")]);
    go_to(&mut desk, "Notes");
    desk.keys("a");
    assert!(desk.screen().contains("Note on CAS-00000-A1B2C3"), "{}", desk.screen());
    desk.text("Called.").keys("Ctrl-D");
    desk.stage.answer(Slot::Learn, acts::learned());
    assert!(
        body(&desk).contains(r#""notetext":"Called.""#) && body(&desk).contains(BELONGS),
        "{}",
        body(&desk)
    );
}

#[test]
fn a_among_the_related_rows_gives_the_lookup_to_the_row_that_they_belong_to() {
    let mut desk = at_related(80, 24);
    go_to(&mut desk, "Queue Items");
    desk.keys("Enter");
    desk.stage.answer(Slot::Schema, Reply::Schema(Ok(items().into())));
    let page = Page::decode(Bytes::from(r#"{"value":[]}"#)).unwrap();
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page)));
    desk.stage.app.drawn();
    desk.keys("a");
    assert!(desk.screen().contains("New Queue Item - Object: Case CAS-00000-A1B2C3"), "{}", desk.screen());
    desk.stage.answer(Slot::Learn, learned());
    desk.text("Broken printer").keys("Ctrl-D");
    assert!(body(&desk).contains(BELONGS), "{}", body(&desk));
    desk.keys("w s y");
    let sent = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Operate(id, _) => Some(*id),
        _ => None,
    });
    desk.stage.event(Event::Operated(sent.unwrap(), Ok(Operated { row: None })));
    let is_read = |effect: &Effect| matches!(effect, Effect::Run(_, Request::Rows(_)));
    assert!(desk.stage.effects.iter().any(is_read), "the new row is to be seen among them");
}

#[test]
fn a_lookup_that_cannot_be_set_on_a_new_row_is_told() {
    let mut desk = adding(80, 24);
    let mut schema = items();
    schema.columns[0].creatable = false;
    schema.columns[0].updatable = false;
    desk.stage.answer(Slot::Learn, Reply::Learned(Ok(vec![(Arc::new(schema), vec![])])));
    assert!(!is_form(&desk));
    assert_eq!(desk.message(), "A new Queue Item cannot belong to this row: Object is read-only.");
}
