//! Where there is room, the record stands at the left of its relationships and the first rows of one at the right.

use bytes::Bytes;
use dvtui::app::effect::Effect;
use dvtui::app::key::Key;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request};
use dvtui::dataverse::{Error, Page, Query};
use insta::assert_snapshot;

use crate::desk::Desk;
use crate::related::{at_related, go_to};
use crate::stage::refused;

/// What the last event asked to be read beside the list.
fn asked(desk: &Desk) -> Option<Query> {
    desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Run(ticket, Request::Rows(query)) if ticket.slot == Slot::Beside => Some(query.clone()),
        _ => None,
    })
}

fn address(desk: &Desk) -> String {
    asked(desk).map(|query| query.address("https://contoso")).unwrap_or_default()
}

fn contacts(names: &[&str]) -> Page {
    let rows: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let name = serde_json::to_string(name).unwrap();
            format!(
                r#"{{"contactid":"00000000-0000-4000-8000-0000000000c{number}","fullname":{name},
                "createdon@OData.Community.Display.V1.FormattedValue":"11/20/2026 8:14 AM","createdon":"2026-11-20T08:14:07Z"}}"#
            )
        })
        .collect();
    Page::decode(Bytes::from(format!(r#"{{"value":[{}]}}"#, rows.join(",")))).unwrap()
}

fn answer(desk: &mut Desk, result: Result<Page, Error>) {
    desk.stage.answer(Slot::Beside, Reply::Rows(result));
    desk.stage.app.drawn();
}

#[test]
fn record_relationships_and_the_first_rows_of_one_stand_beside_each_other() {
    let mut desk = at_related(200, 50);
    go_to(&mut desk, "Contacts");
    desk.stage.later(200);
    answer(
        &mut desk,
        Ok(contacts(&[
            "Nancy \u{1b}[31mAnderson",
            "Ida Moss",
            "A name that is longer than the room there is for a name",
        ])),
    );
    assert_snapshot!("three_columns", desk.screen());
    desk.stage.resize(160, 24);
    assert_snapshot!("three_columns_at_160_cells", desk.screen());
    desk.stage.resize(159, 24);
    assert!(!desk.screen().contains("Ida Moss"), "{}", desk.screen());
}

#[test]
fn rows_are_read_when_the_cursor_has_rested_and_once_as_long_as_the_tab_is_seen() {
    let mut desk = at_related(200, 50);
    go_to(&mut desk, "Contacts");
    assert!(asked(&desk).is_none());
    desk.stage.later(100);
    assert!(asked(&desk).is_none(), "not yet");
    desk.stage.later(60);
    let query = address(&desk);
    assert!(query.contains("new_case_contacts%2Fany(o%3Ao%2Fincidentid%20eq%20"), "{query}");
    assert!(query.contains("$top=50") && query.contains("$select=fullname,createdon,contactid"), "{query}");
    answer(&mut desk, Ok(contacts(&["Ida Moss"])));
    desk.keys("j").stage.later(50);
    desk.keys("k").stage.later(1_000);
    assert!(asked(&desk).is_none(), "it is known");
    assert!(desk.screen().contains("Ida Moss"));
    desk.keys("j k 1 3").stage.later(1_000);
    assert!(asked(&desk).is_some(), "the tab was left meanwhile: {}", desk.screen());
}

#[test]
fn a_newer_relationship_voids_the_rows_of_the_one_before() {
    let mut desk = at_related(200, 50);
    go_to(&mut desk, "Contacts");
    desk.stage.later(200);
    assert!(asked(&desk).is_some());
    let late = desk.stage.ticket(Slot::Beside);
    desk.keys("j");
    assert!(desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Cancel(Slot::Beside))));
    desk.stage.answer_to(late, Reply::Rows(Ok(contacts(&["Ida Moss"]))));
    assert!(!desk.screen().contains("Ida Moss"), "{}", desk.screen());
}

#[test]
fn a_lookup_shows_the_row_that_it_points_to_and_an_empty_relationship_asks_nothing() {
    let mut desk = at_related(200, 50);
    go_to(&mut desk, "Customer");
    desk.stage.later(200);
    let query = address(&desk);
    assert!(
        query.contains("/accounts?")
            && query.contains("accountid%20eq%2000000000-0000-4000-8000-0000000000c1"),
        "{query}"
    );
    go_to(&mut desk, "Cases (parentcaseid)");
    desk.stage.later(200);
    assert!(asked(&desk).is_none(), "{}", address(&desk));
    assert!(desk.screen().contains("There is no row."), "{}", desk.screen());
    go_to(&mut desk, "Async Operations");
    desk.stage.later(200);
    assert!(asked(&desk).is_none(), "it was refused already: {}", address(&desk));
    assert!(desk.screen().contains("| No read on system jobs"), "{}", desk.screen());
}

#[test]
fn a_table_without_the_usual_columns_is_asked_for_less() {
    let mut desk = at_related(200, 50);
    go_to(&mut desk, "Contacts");
    desk.stage.later(200);
    answer(&mut desk, Err(refused(400, "0x80060888", "Could not find a property named 'createdon'.")));
    assert!(address(&desk).contains("$select=fullname,contactid&"), "{}", address(&desk));
    answer(&mut desk, Err(refused(400, "0x80060888", "Could not find a property named 'fullname'.")));
    assert!(address(&desk).contains("$select=contactid&"), "{}", address(&desk));
    answer(&mut desk, Ok(contacts(&["x"])));
    assert!(desk.screen().contains("00000000-0000-4000-8000-0000000000c0"), "{}", desk.screen());
}

#[test]
fn what_cannot_be_read_or_was_stopped_is_told_beside_the_list_alone() {
    let mut desk = at_related(200, 50);
    go_to(&mut desk, "Contacts");
    desk.stage.later(200);
    answer(&mut desk, Err(refused(403, "0x80040220", "No read on contacts.")));
    assert!(desk.screen().contains("These rows could not be read"), "{}", desk.screen());
    assert!(asked(&desk).is_none(), "it is not asked again by itself");
    desk.keys("j").stage.later(200);
    desk.press(Key::Ctrl('c'));
    assert!(desk.screen().contains("| Stopped."), "{}", desk.screen());
    assert!(desk.screen().contains("Queue Items"), "the list stays: {}", desk.screen());
}

#[test]
fn nothing_is_read_beside_the_list_where_there_is_no_room() {
    let mut desk = at_related(159, 40);
    go_to(&mut desk, "Contacts");
    desk.stage.later(1_000);
    assert!(asked(&desk).is_none());
}
