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

#[test]
fn what_was_folded_stays_so_for_a_row_of_the_same_shape_only() {
    let mut desk = desk(120, 60);
    desk.keys("z M r").row(&ROW.replace("gold", "silver"));
    assert!(desk.screen().contains("customerid_account: {...} (4)"), "{}", desk.screen());
    desk.keys("r").row(&ROW.replace("\"gold\"", "\"gold\",\"new\""));
    assert!(!desk.screen().contains("{...}") && desk.screen().contains("new"), "{}", desk.screen());
}

#[test]
fn the_json_of_the_next_record_is_shown_in_the_same_way() {
    let mut desk = desk(120, 60);
    desk.keys("z a J")
        .row(&ROW.replace("00000000-0000-4000-8000-0000000000aa", "00000001-0000-4000-8000-0000000000aa"));
    assert!(desk.screen().contains("\"prioritycode\": 1"), "{}", desk.screen());
}

#[test]
fn no_room_is_left_empty_below_the_last_line() {
    let mut desk = desk(80, 24);
    let is_full = |desk: &Desk, height: usize| {
        desk.screen().lines().skip(2).take(height - 4).all(|line| !line.trim().is_empty())
    };
    for keys in ["G", "z M", "z R G"] {
        desk.keys(keys);
        assert!(is_full(&desk, 24), "{keys}: {}", desk.screen());
    }
    desk.stage.resize(80, 28);
    desk.keys("k");
    assert!(is_full(&desk, 28), "{}", desk.screen());
}

#[test]
fn raw_shows_values_with_their_quotes_and_nulls_whatever_is_hidden() {
    let mut desk = desk(120, 60);
    desk.keys("/").text("printer").keys("Enter z a Enter");
    assert!(desk.screen().contains("\"Printer jam on floor 3\""), "{}", desk.screen());
    desk.keys("Esc z e");
    assert_eq!(desk.message(), "Raw shows nulls all the same.  z a leaves raw.");
    assert!(desk.screen().contains("\"followupby\": null"), "{}", desk.screen());
}

#[test]
fn a_member_of_what_is_inside_a_row_is_no_column_of_it() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("2").row(&ROW.replace("\"telephone1\"", "\"title\""));
    desk.keys("/").text("+44").keys("Enter e");
    assert!(!desk.screen().contains("Enter stage"), "{}", desk.screen());
    assert!(desk.stage.app.overlays.is_empty());
}
