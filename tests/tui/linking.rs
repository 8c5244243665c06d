//! Rows that are attached to a row and detached from it: links of many-to-many relationships, and lookups.

use bytes::Bytes;
use dvtui::app::effect::{Effect, WriteId};
use dvtui::app::event::{Event, Operated};
use dvtui::app::finding::{Found, Hit};
use dvtui::app::key::Key;
use dvtui::app::looking_up::LookupFound;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request, Screen};
use dvtui::dataverse::metadata::TextFormat;
use dvtui::dataverse::{
    Association, ColumnKind, LookupPath, Operation, Page, Row, RowId, Table, TableSchema,
};
use insta::assert_snapshot;

use crate::desk::Desk;
use crate::related::{at_related, go_to};
use crate::stage::{column, tables};

fn contacts() -> Table {
    tables().remove(3)
}

fn contact(number: u8) -> String {
    format!("00000000-0000-4000-8000-0000000000c{number}")
}

/// At the three contacts of the first case.
pub(crate) fn at_contacts(width: u16, height: u16) -> Desk {
    let mut desk = at_related(width, height);
    go_to(&mut desk, "Contacts");
    desk.keys("Enter");
    let text = ColumnKind::Text { max_length: Some(100), format: TextFormat::Text };
    let schema = TableSchema { table: contacts(), columns: vec![column("Full Name", "fullname", text)] };
    desk.stage.answer(Slot::Schema, Reply::Schema(Ok(schema.into())));
    rows(&mut desk, &[1, 2, 3]);
    desk
}

fn rows(desk: &mut Desk, numbers: &[u8]) {
    let names = ["", "Nancy Anderson", "Bo \u{1b}[31mLi", "Ida Moss", "Cora Coffey"];
    let rows: Vec<String> = numbers
        .iter()
        .map(|number| {
            let name = serde_json::to_string(names[usize::from(*number)]).unwrap();
            let id = contact(*number);
            let key = &contacts().primary_id;
            format!(r#"{{"@odata.etag":"W/\"{number}\"","{key}":"{id}","fullname":{name}}}"#)
        })
        .collect();
    let page = format!(r#"{{"@odata.count":{},"value":[{}]}}"#, rows.len(), rows.join(","));
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(Page::decode(Bytes::from(page)).unwrap())));
    desk.stage.app.drawn();
}

/// Chooses a row in the search that is open.
fn choose(desk: &mut Desk, table: Table, id: &str, name: &str) {
    let ways = Reply::LookedUp(Ok(LookupFound::default()));
    desk.stage.answer(Slot::Ways, ways);
    desk.text("c").stage.later(250);
    let hit = Hit { table, id: id.parse().unwrap(), name: name.into(), detail: String::new() };
    let found = Found { hits: vec![hit], ..Found::default() };
    desk.stage.answer(Slot::LookUp, Reply::LookedUp(Ok(LookupFound { paths: None, found })));
    desk.keys("Enter");
}

fn links(desk: &Desk) -> Vec<Association> {
    let all = desk.stage.app.pending.operations().iter().filter_map(|pending| match &pending.operation {
        Operation::Associate(association) => Some(association.clone()),
        _ => None,
    });
    all.collect()
}

/// What the last key sent.
fn sent(desk: &Desk) -> Vec<(WriteId, Association)> {
    let all = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Operate(id, operation) => match &**operation {
            Operation::Associate(association) => Some((*id, association.clone())),
            _ => None,
        },
        _ => None,
    });
    all.collect()
}

fn carried_out(desk: &mut Desk, id: WriteId) {
    desk.stage.event(Event::Operated(id, Ok(Operated { row: None })));
    desk.stage.app.drawn();
}

#[test]
fn a_related_row_is_detached_only_after_it_was_reviewed_and_confirmed() {
    let mut desk = at_contacts(80, 24);
    desk.keys("j X");
    assert!(!desk.sends());
    let staged = links(&desk);
    assert_eq!(staged.len(), 1);
    assert_eq!(staged[0].to, ("contacts".into(), contact(2).parse::<RowId>().unwrap()));
    assert!(!staged[0].attach);
    assert_snapshot!("a_detached_row", desk.screen());
    desk.keys("w");
    assert_snapshot!("review_of_a_detached_row", desk.screen());
    desk.keys("s");
    assert!(!desk.sends(), "{}", desk.screen());
    desk.keys("y");
    let [(id, association)] = sent(&desk).try_into().unwrap();
    assert_eq!(association, staged[0]);
    carried_out(&mut desk, id);
    assert_eq!(desk.pending(), 0);
    assert!(
        desk.message().starts_with("Done: detach Case CAS-00000-A1B2C3 - Contacts: Bo"),
        "{}",
        desk.message()
    );
}

#[test]
fn rows_of_a_parent_are_read_again_once_the_last_link_is_answered_and_they_are_seen() {
    let mut desk = at_contacts(80, 24);
    desk.keys("Space Space X w s y");
    let [(first, _), (second, _)] = sent(&desk).try_into().unwrap();
    desk.keys("Esc");
    carried_out(&mut desk, first);
    assert!(desk.is_at(|screen| matches!(screen, Screen::Grid(_))), "{}", desk.screen());
    assert!(!desk.stage.effects.iter().any(reads_rows), "{:?}", desk.stage.effects);
    carried_out(&mut desk, second);
    assert!(desk.stage.effects.iter().any(reads_rows), "{:?}", desk.stage.effects);
}

#[test]
fn marked_rows_are_detached_together_and_one_undo_takes_them_all_back() {
    let mut desk = at_contacts(80, 24);
    desk.keys("Space Space X");
    assert_eq!(links(&desk).len(), 2);
    desk.keys("u");
    assert_eq!(links(&desk), []);
}

#[test]
fn what_is_attached_after_it_was_detached_leaves_nothing_to_send() {
    let mut desk = at_contacts(80, 24);
    desk.keys("X X");
    assert_eq!(links(&desk).len(), 1, "twice is once");
    assert!(desk.message().starts_with("That is to be detached already."), "{}", desk.message());
    desk.keys("A");
    choose(&mut desk, contacts(), &contact(1), "Nancy Anderson");
    assert_eq!(desk.pending(), 0, "{}", desk.screen());
    desk.keys("u");
    assert_eq!(links(&desk).len(), 1, "undo brings it back");
}

#[test]
fn a_row_is_attached_from_the_relationship_and_taken_back_by_its_opposite_once() {
    let mut desk = at_related(80, 24);
    go_to(&mut desk, "Contacts");
    desk.keys("A");
    assert_snapshot!("attach", desk.screen());
    choose(&mut desk, contacts(), &contact(4), "Cora Coffey");
    assert!(!desk.sends());
    let [link] = links(&desk).try_into().unwrap();
    assert!(link.attach);
    assert_eq!(
        link.wire().body,
        format!(r#"{{"@odata.id":"{}/api/data/v9.2/contacts({})"}}"#, link.origin, contact(4))
    );
    assert!(link.origin.starts_with("https://"), "{}", link.origin);
    desk.keys("w s y");
    let [(id, _)] = sent(&desk).try_into().unwrap();
    carried_out(&mut desk, id);
    desk.keys("Esc U");
    assert_eq!(links(&desk), [link.reversed()], "{}", desk.screen());
    assert!(
        desk.message().contains("detach Case CAS-00000-A1B2C3 - Contacts: Cora Coffey"),
        "{}",
        desk.message()
    );
    desk.keys("w s y");
    let [(id, _)] = sent(&desk).try_into().unwrap();
    carried_out(&mut desk, id);
    desk.keys("Esc U");
    assert_eq!(links(&desk), [], "it is not made again");
}

#[test]
fn a_row_is_attached_by_its_own_lookup_after_it_was_read() {
    let mut desk = at_related(80, 24);
    go_to(&mut desk, "Queue Items");
    desk.keys("A");
    let item = "00000000-0000-4000-8000-0000000000e1";
    choose(&mut desk, tables().remove(0), item, "Broken printer");
    let asked =
        desk.stage.effects.iter().any(
            |effect| matches!(effect, Effect::Run(_, Request::Row(set, _)) if set.as_str() == "queueitems"),
        );
    assert!(asked && desk.pending() == 0, "{:?}", desk.stage.effects);
    let row = format!(
        r#"{{"@odata.etag":"W/\"5\"","{}":"{item}","title":"Broken printer","_objectid_value":null}}"#,
        tables()[0].primary_id
    );
    desk.stage.answer(Slot::Attach, Reply::Row(Ok(Row::from_json(row).unwrap())));
    desk.stage.app.drawn();
    assert!(!desk.sends());
    let patch = desk.stage.app.pending.rows()[0].patch();
    assert_eq!(
        patch.body(),
        r#"{"objectid_incident@odata.bind":"/incidents(00000000-0000-4000-8000-0000000000aa)"}"#
    );
    assert_eq!(patch.etag, "W/\"5\"");
}

#[test]
fn a_row_that_cannot_be_read_is_not_attached() {
    let mut desk = at_related(80, 24);
    go_to(&mut desk, "Queue Items");
    desk.keys("A");
    choose(&mut desk, tables().remove(0), "00000000-0000-4000-8000-0000000000e1", "Broken printer");
    let error = crate::stage::refused(403, "0x80040220", "No read.");
    desk.stage.answer(Slot::Attach, Reply::Row(Err(error)));
    assert!(desk.screen().contains("Broken printer could not be read"), "{}", desk.screen());
    assert_eq!(desk.pending(), 0);
}

#[test]
fn x_on_a_relationship_with_many_rows_says_where_one_is_detached() {
    let mut desk = at_related(80, 24);
    go_to(&mut desk, "Contacts");
    desk.keys("X");
    assert!(desk.message().starts_with("Enter opens the rows"), "{}", desk.message());
    go_to(&mut desk, "Customer");
    desk.keys("A");
    assert!(desk.screen().contains("Customer"), "{}", desk.screen());
    desk.press(Key::Esc);
    assert_eq!(desk.pending(), 0);
}

#[test]
fn a_child_is_detached_by_an_edit_of_its_own_lookup() {
    let mut desk = at_related(80, 24);
    go_to(&mut desk, "Queue Items");
    desk.keys("Enter");
    let lookup = ColumnKind::Lookup { targets: vec!["incident".into()] };
    let text = ColumnKind::Text { max_length: Some(100), format: TextFormat::Text };
    let table = tables().remove(0);
    let columns = vec![column("Object", "objectid", lookup), column("Title", "title", text)];
    let key = table.primary_id.clone();
    desk.stage.answer(Slot::Schema, Reply::Schema(Ok(TableSchema { table, columns }.into())));
    let page = format!(
        r#"{{"value":[{{"@odata.etag":"W/\"5\"","{key}":"{}","title":"Broken",
        "_objectid_value":"00000000-0000-4000-8000-0000000000aa"}}]}}"#,
        contact(1)
    );
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(Page::decode(Bytes::from(page)).unwrap())));
    desk.stage.app.drawn();
    desk.keys("X");
    assert!(!desk.sends());
    let patch = desk.stage.app.pending.rows()[0].patch();
    assert_eq!(patch.body(), r#"{"objectid_incident@odata.bind":null}"#);
    assert_eq!(patch.etag, "W/\"5\"");
    desk.keys("w");
    assert!(desk.screen().contains("Object"), "{}", desk.screen());

    // It belongs to the row no more once that was saved, so the rows are read again.
    desk.keys("y");
    let (id, _) = desk.write();
    desk.saved(id, r#"{"@odata.etag":"W/\"6\"","_objectid_value":null}"#);
    assert!(desk.stage.effects.iter().any(reads_rows), "{:?}", desk.stage.effects);
}

fn reads_rows(effect: &Effect) -> bool {
    matches!(effect, Effect::Run(_, Request::Rows(_)))
}

#[test]
fn a_lookup_that_is_to_point_elsewhere_is_marked_among_the_relationships() {
    let mut desk = at_related(80, 24);
    go_to(&mut desk, "Customer");
    desk.keys("A");
    let path = LookupPath {
        column: "customerid".into(),
        target: "account".into(),
        navigation: "customerid_account".into(),
    };
    let paths = Some(("incident".into(), vec![path]));
    desk.stage.answer(Slot::Ways, Reply::LookedUp(Ok(LookupFound { paths, found: Found::default() })));
    desk.text("c").stage.later(250);
    let hit = Hit {
        table: tables().remove(2),
        id: contact(9).parse().unwrap(),
        name: "Coffee Lab".into(),
        detail: String::new(),
    };
    let found = Found { hits: vec![hit], ..Found::default() };
    desk.stage.answer(Slot::LookUp, Reply::LookedUp(Ok(LookupFound { paths: None, found })));
    desk.keys("Enter");
    assert!(desk.screen().contains(">~ Customer"), "{}", desk.screen());
    assert!(desk.screen().contains("-> Coffee Lab"), "{}", desk.screen());
}
