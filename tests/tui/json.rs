//! The JSON tab.

use insta::assert_snapshot;

use crate::desk::{Desk, ROW};

fn desk(width: u16, height: u16) -> Desk {
    let mut desk = Desk::at_cases(width, height);
    desk.keys("2").row(ROW);
    desk
}

#[test]
fn the_json() {
    assert_snapshot!("small", desk(60, 16).screen());
    assert_snapshot!("usual", desk(80, 24).screen());
    assert_snapshot!("large", desk(120, 40).screen());
}

#[test]
fn labels_stand_beside_values_or_on_lines_of_their_own() {
    let mut desk = desk(120, 60);
    assert!(!desk.screen().contains("FormattedValue"));
    desk.keys("z a");
    assert!(
        desk.screen().contains("\"prioritycode@OData.Community.Display.V1.FormattedValue\": \"High\","),
        "{}",
        desk.screen()
    );
}

#[test]
fn numbers_keep_every_digit() {
    assert!(desk(120, 60).screen().contains("cost: 922337203685477.5800"));
}

#[test]
fn nulls_hide_and_containers_fold() {
    let mut desk = desk(120, 60);
    desk.keys("z e");
    assert!(!desk.screen().contains("followupby: null"));
    assert_eq!(desk.message(), "3 nulls hidden.  z e shows them");
    desk.keys("z M");
    assert!(desk.screen().contains("customerid_account: {...} (4)"), "{}", desk.screen());
    desk.keys("z R /").text("since").keys("Enter");
    assert!(desk.screen().contains(".customerid_account.tags[1].since"), "{}", desk.screen());
    desk.keys("h h h h");
    assert!(desk.screen().contains("tags: [...] (2)"), "{}", desk.screen());
}

#[test]
fn a_search_opens_what_is_around_the_match_and_n_goes_on() {
    let mut desk = desk(80, 24);
    desk.keys("z M /").text("fourth").keys("Enter");
    assert!(desk.screen().contains("._customerid_value"), "{}", desk.screen());
    desk.keys("n");
    assert_eq!(desk.message(), "match 2 of 2");
    assert!(desk.screen().contains(".customerid_account.name"), "{}", desk.screen());
    desk.keys("n");
    assert_eq!(desk.message(), "match 1 of 2");
}

#[test]
fn deeply_nested_json_is_shown_and_folded() {
    let mut desk = Desk::at_cases(80, 24);
    let deep = 50_000;
    let json = format!(
        "{{\"@odata.etag\":\"W/\\\"1\\\"\",\"incidentid\":\"00000000-0000-4000-8000-0000000000aa\",\"a\":{}{}}}",
        "[".repeat(deep),
        "]".repeat(deep)
    );
    desk.keys("2").row(&json).keys("G");
    assert!(desk.screen().lines().any(|line| line.starts_with('>')));
    desk.keys("z M G");
    assert!(desk.screen().contains("a: [...] (1)"), "{}", desk.screen());
}

#[test]
fn a_value_is_edited_where_it_stands() {
    let mut desk = desk(80, 24);
    desk.keys("/").text("prioritycode").keys("Enter e l");
    assert_eq!(desk.pending(), 1);
    assert!(desk.screen().contains(">~   prioritycode: *3"), "{}", desk.screen());
}
