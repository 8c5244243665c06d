//! Views that come with the program.

use dvtui::app::effect::Effect;
use dvtui::app::{Request, Screen};
use dvtui::dataverse::Query;
use insta::assert_snapshot;

use crate::desk::Desk;

/// The query of the last event.
fn asked(desk: &Desk) -> &Query {
    let asked = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Run(_, Request::Rows(query)) => Some(query),
        _ => None,
    });
    asked.unwrap_or_else(|| panic!("{:?}", desk.stage.effects))
}

#[test]
fn a_few_letters_of_a_view_open_it_from_anywhere_with_its_rows_and_its_order() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys(": u r g Enter");
    let query = asked(&desk);
    assert_eq!(query.condition().unwrap().to_string(), "statecode eq 0");
    let order: Vec<&str> = query.ordering().iter().map(|order| order.property.as_str()).collect();
    assert_eq!(order, ["prioritycode", "resolveby", "createdon", "incidentid"]);
    assert!(query.selected().iter().any(|property| property == "_customerid_value"));
    assert!(desk.stage.row(2).contains("Urgent active"), "{}", desk.screen());
}

#[test]
fn conditions_and_an_order_of_ones_own_stand_on_top_of_a_view() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys(": u r g Enter");
    let page = crate::stage::page(0..3, None, Some(3));
    desk.stage.answer(dvtui::app::tickets::Slot::Rows, dvtui::app::Reply::Rows(Ok(page)));
    desk.stage.app.drawn();
    desk.keys("$ 0 =");
    let condition = asked(&desk).condition().unwrap().to_string();
    assert!(condition.starts_with("(statecode eq 0) and ticketnumber eq "), "{condition}");
    assert!(desk.stage.row(2).contains("Urgent active | "), "{}", desk.screen());
    desk.keys("\\");
    assert_eq!(asked(&desk).condition().unwrap().to_string(), "statecode eq 0", "the view stays");
}

#[test]
fn columns_arranged_in_a_view_are_not_taken_for_those_of_the_table() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys(": u r g Enter");
    desk.keys("l H");
    assert!(!desk.stage.effects.iter().any(|effect| matches!(effect, Effect::KeepLayout(..))));
}

#[test]
fn the_views_of_a_table_are_listed_and_a_table_without_any_says_so() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("V");
    assert_snapshot!("views", desk.screen());
    desk.keys("Esc : a c c o u n t s Enter");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Grid(_))));
    desk.keys("V");
    assert_eq!(desk.message(), "No views of Accounts come with dv.");
}
