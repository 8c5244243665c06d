//! What is related to a row: its relationships, how many rows there are, and those rows.

use dvtui::app::effect::Effect;
use dvtui::app::screen::record::Tab;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request, Screen};
use dvtui::dataverse::{Filter, RelatedCount, Relationship, RelationshipKind, Table, Total};
use insta::assert_snapshot;

use crate::desk::Desk;
use crate::stage::refused;

fn to(column: &str, table: &str) -> Relationship {
    let kind = RelationshipKind::ManyToOne(column.into());
    Relationship { schema: format!("incident_{column}_{table}"), table: table.into(), kind }
}

pub(crate) fn from(table: &str, column: &str) -> Relationship {
    let kind =
        RelationshipKind::OneToMany { column: column.into(), navigation: format!("{column}_incident") };
    Relationship { schema: format!("{table}_{column}"), table: table.into(), kind }
}

fn linked(table: &str, name: &str) -> Relationship {
    let kind = RelationshipKind::ManyToMany { navigation: name.into(), back: name.into() };
    Relationship { schema: name.into(), table: table.into(), kind }
}

/// Of cases.
pub(crate) fn relationships() -> Vec<Relationship> {
    vec![
        to("ownerid", "owner"),
        to("customerid", "account"),
        to("customerid", "contact"),
        to("createdby", "systemuser"),
        to("slaid", "sla"),
        from("queueitem", "objectid"),
        from("asyncoperation", "regardingobjectid"),
        from("incident", "parentcaseid"),
        from("incident", "existingcase"),
        from("unreadable", "incidentid"),
        linked("contact", "new_case_contacts"),
    ]
}

/// A row with an owner, a customer, and nobody who made it.
const LOOKUPS: &str = r#"{"@odata.etag":"W/\"0\"","incidentid":"00000000-0000-4000-8000-0000000000aa",
"ticketnumber":"CAS-00000-A1B2C3","title":"Printer jam on floor 3",
"_customerid_value@OData.Community.Display.V1.FormattedValue":"Fourth Coffee",
"_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account",
"_customerid_value":"00000000-0000-4000-8000-0000000000c1",
"_ownerid_value@OData.Community.Display.V1.FormattedValue":"Anna \u001b[31mMoss",
"_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"systemuser",
"_ownerid_value":"00000000-0000-4000-8000-0000000000d1",
"_createdby_value":null}"#;

pub(crate) fn counted(rows: u64, first: &str) -> RelatedCount {
    RelatedCount { total: Total { rows, capped: rows >= 5_000 }, first: Some(first.to_owned()) }
}

/// What the last event asked to be counted.
fn asked(desk: &Desk) -> Vec<(Table, Filter)> {
    let asked = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Run(_, Request::CountRelated(wanted)) => Some(wanted.clone()),
        _ => None,
    });
    asked.unwrap_or_default()
}

fn conditions(desk: &Desk) -> Vec<String> {
    asked(desk).iter().map(|(_, condition)| condition.to_string()).collect()
}

/// Answers what is being counted; the number is by the table.
fn count(desk: &mut Desk) {
    let mut counts = Vec::new();
    for (table, condition) in asked(desk) {
        counts.push(match table.name.as_str() {
            "queueitem" => Ok(counted(1, "Tier 1 inbox")),
            "contact" => Ok(counted(5_000, "Nancy Anderson")),
            "asyncoperation" => Err(refused(403, "0x80040220", "No read on system jobs.")),
            _ if condition.to_string().contains("parentcaseid") => Ok(counted(0, "")),
            _ => Ok(counted(12, "Another case")),
        });
    }
    desk.stage.answer(Slot::Counts, Reply::RelatedCounted(counts));
    desk.stage.app.drawn();
}

/// At the relationships of the first case, before anything is counted.
fn uncounted(width: u16, height: u16) -> Desk {
    let mut desk = Desk::at_form(width, height);
    desk.keys("3").keys("r").row(LOOKUPS);
    desk.stage.answer(Slot::Relationships, Reply::Relationships("incident".into(), Ok(relationships())));
    desk.stage.app.drawn();
    desk
}

/// At the relationships of the first case.
pub(crate) fn at_related(width: u16, height: u16) -> Desk {
    let mut desk = uncounted(width, height);
    while !asked(&desk).is_empty() {
        count(&mut desk);
    }
    desk
}

/// Puts the cursor on the line that begins with this.
pub(crate) fn go_to(desk: &mut Desk, label: &str) {
    desk.keys("g g");
    for _ in 0..20 {
        // Where there is room the record stands before the list.
        let is_there = |line: &str| {
            let own = line.split_once("|>").map_or(line.trim_start().strip_prefix('>'), |(_, own)| Some(own));
            own.is_some_and(|own| own.trim_start().starts_with(label))
        };
        if desk.screen().lines().any(is_there) {
            return;
        }
        desk.keys("j");
    }
    panic!("{label} is not there:\n{}", desk.screen());
}

#[test]
fn relationships_are_listed_with_what_is_on_the_other_side_and_how_many() {
    assert_snapshot!("related", at_related(80, 24).screen());
    assert_snapshot!("related_at_120_cells", at_related(120, 40).screen());
    assert_snapshot!("related_at_60_cells", at_related(60, 16).screen());
}

#[test]
fn what_is_empty_is_left_out_when_the_list_is_made_and_shown_by_a_key() {
    let mut desk = at_related(80, 24);
    assert!(desk.screen().contains("Cases (parentcaseid)"), "it stays while it is looked at");
    assert!(!desk.screen().contains("createdby"), "{}", desk.screen());
    desk.keys("z e");
    assert_snapshot!("related_all", desk.screen());
    desk.keys("z e");
    assert!(!desk.screen().contains("parentcaseid"), "{}", desk.screen());
}

#[test]
fn four_relationships_are_counted_at_once_and_only_those_that_are_seen() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("3");
    let many = (0..40).map(|number| from("queueitem", &format!("column{number:02}"))).collect();
    desk.stage.answer(Slot::Relationships, Reply::Relationships("incident".into(), Ok(many)));
    let mut seen = 0;
    while !asked(&desk).is_empty() {
        assert_eq!(asked(&desk).len(), 4.min(19 - seen), "{:?}", conditions(&desk));
        seen += asked(&desk).len();
        count(&mut desk);
    }
    assert_eq!(seen, 19, "as many as there are lines:\n{}", desk.screen());
    assert!(desk.screen().contains("19 of 40 counted"), "{}", desk.screen());
    desk.keys("G");
    assert_eq!(asked(&desk).len(), 4);
    assert!(conditions(&desk)[0].starts_with("_column21_value eq "), "{:?}", conditions(&desk));
}

#[test]
fn enter_opens_the_related_rows_and_their_condition_cannot_be_dropped() {
    let mut desk = at_related(120, 40);
    go_to(&mut desk, "Contacts");
    desk.keys("Enter");
    assert!(
        desk.is_at(|screen| matches!(screen, Screen::Grid(grid) if grid.table.name.as_str() == "contact"))
    );
    let schema = dvtui::dataverse::TableSchema { table: crate::stage::tables().remove(3), columns: vec![] };
    desk.stage.answer(Slot::Schema, Reply::Schema(Ok(schema.into())));
    let query = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Run(_, Request::Rows(query)) => Some(query.clone()),
        _ => None,
    });
    let condition = query.as_ref().and_then(|query| query.condition()).map(ToString::to_string);
    let expected = "new_case_contacts/any(o:o/incidentid eq 00000000-0000-4000-8000-0000000000aa)";
    assert_eq!(condition.as_deref(), Some(expected));
    assert!(desk.screen().contains("[Case CAS-00000-A1B2C3]"), "{}", desk.screen());
    assert!(desk.screen().contains("CAS-00000-A1B2C3 > Contacts"), "{}", desk.screen());
    desk.keys("\\");
    assert!(desk.message().starts_with("No server filter is set."), "{}", desk.message());
    desk.keys("[");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Record(record) if record.tab == Tab::Related)));
}

#[test]
fn enter_on_a_lookup_opens_the_row_that_it_points_to() {
    let mut desk = at_related(80, 24);
    go_to(&mut desk, "Customer");
    desk.keys("Enter");
    assert!(
        desk.is_at(
            |screen| matches!(screen, Screen::Record(record) if record.table.name.as_str() == "account")
        )
    );
}

#[test]
fn ctrl_c_stops_counting_and_r_counts_after_all() {
    let mut desk = uncounted(80, 24);
    assert!(!asked(&desk).is_empty());
    desk.press(dvtui::app::key::Key::Ctrl('c')).keys("j k");
    assert!(asked(&desk).is_empty(), "the cursor does not begin it again");
    assert!(desk.screen().contains("  -"), "{}", desk.screen());
    desk.keys("r");
    assert!(!asked(&desk).is_empty());
}

#[test]
fn relationships_that_cannot_be_read_are_told_and_read_again() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("3");
    let error = refused(403, "0x80040220", "Principal user is missing prvReadEntity.");
    desk.stage.answer(Slot::Relationships, Reply::Relationships("incident".into(), Err(error)));
    assert!(desk.screen().contains("The relationships could not be read"), "{}", desk.screen());
    desk.keys("r");
    desk.stage.answer(Slot::Relationships, Reply::Relationships("incident".into(), Ok(relationships())));
    assert!(desk.screen().contains("Queue Items"), "{}", desk.screen());
}

#[test]
fn a_relationship_is_found_by_its_name_or_that_of_its_table_while_it_is_typed() {
    let mut desk = at_related(80, 24);
    let on = |desk: &Desk, label: &str| {
        let screen = desk.screen();
        let line = screen.lines().find(|line| line.starts_with('>')).unwrap_or_default();
        assert!(line.contains(label), "{label}: {screen}");
    };
    desk.keys("/").text("case");
    on(&desk, "Cases (existingcase)");
    desk.keys("Enter");
    assert_eq!(desk.message(), "2 matches  n next  N previous");
    desk.keys("n");
    on(&desk, "Cases (parentcaseid)");
    desk.keys("n");
    on(&desk, "Cases (existingcase)");
    desk.keys("/").text("queue ITEM");
    on(&desk, "Queue Items");
    desk.keys("Esc");
    on(&desk, "Cases (existingcase)");
    desk.keys("/").text("nowhere").keys("Enter");
    on(&desk, "Cases (existingcase)");
    assert_eq!(desk.message(), "Nothing that is shown matches.  z e shows what is empty");
}
