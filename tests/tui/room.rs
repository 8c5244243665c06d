//! How much of the data is seen at the sizes that terminals have.

use insta::assert_snapshot;

use crate::desk::{Desk, ROW};
use crate::stage::Stage;

/// The usual size first; 60x16 is the smallest.
const SIZES: [(u16, u16); 6] = [(80, 24), (60, 16), (100, 30), (120, 40), (160, 45), (200, 50)];

fn form(width: u16, height: u16) -> Desk {
    Desk::at_form(width, height)
}

fn json(width: u16, height: u16) -> Desk {
    let mut desk = Desk::at_cases(width, height);
    desk.keys("2").row(ROW);
    desk
}

/// The lines between the two on top and the two at the bottom.
fn body(screen: &str) -> Vec<String> {
    let lines: Vec<String> = screen.lines().map(str::to_owned).collect();
    lines[2..lines.len() - 2].to_vec()
}

#[test]
fn a_grid_has_a_row_on_every_line_but_five() {
    for (width, height) in SIZES {
        let stage = Stage::at_cases(width, height, 250, Some("p2"));
        let rows = stage.screen().lines().filter(|line| line.contains("CAS-00")).count();
        let header = usize::from(width >= 120); // the preview is named after the row
        assert!(rows + 5 - header >= usize::from(height), "{rows} rows at {width}x{height}");
        assert!(rows >= 19 || (width, height) != (80, 24), "{rows}");
    }
}

#[test]
fn a_form_and_json_show_fifteen_lines_at_the_usual_size() {
    let screen = form(80, 24).screen();
    let lines = body(&screen);
    let fields = lines[1..].iter().take_while(|line| !line.starts_with("----")).count();
    assert!(fields >= 15, "{fields} lines of fields: {screen}");
    let screen = json(80, 24).screen();
    let values = body(&screen).iter().filter(|line| line.contains(": ")).count();
    assert!(values >= 15, "{values} values: {screen}");
}

#[test]
fn the_grid_at_a_size_between() {
    assert_snapshot!("grid-100x30", Stage::at_cases(100, 30, 250, Some("p2")).screen());
}

#[test]
fn form_and_json_where_there_is_much_room() {
    for (width, height) in [(100, 30), (160, 45), (200, 50)] {
        assert_snapshot!(format!("form-{width}x{height}"), form(width, height).screen());
        assert_snapshot!(format!("json-{width}x{height}"), json(width, height).screen());
    }
}

#[test]
fn what_a_value_points_to_stands_near_it_however_wide_the_screen_is() {
    for (width, height) in [(160, 45), (200, 50)] {
        for screen in [form(width, height).screen(), json(width, height).screen()] {
            let notes: Vec<&str> = screen.lines().filter(|line| line.contains("-> account")).collect();
            assert!(!notes.is_empty(), "{screen}");
            for line in notes {
                assert!(line.trim_end().chars().count() <= 102, "{line}");
            }
        }
    }
}

#[test]
fn raw_json_that_is_cut_says_so() {
    let mut desk = json(60, 16);
    desk.keys("z a G");
    for _ in 0..60 {
        for line in body(&desk.screen()) {
            let line = line.trim_end();
            assert!(!line.ends_with("\":") && !line.ends_with(": \""), "a value that is not seen: {line}");
        }
        desk.keys("k");
    }
}

#[test]
fn the_name_of_a_lookup_is_whole_beside_the_beginning_of_its_id() {
    let screen = json(60, 40).screen();
    let line = screen.lines().find(|line| line.contains("_customerid_value")).unwrap_or_default();
    assert!(line.contains("9c2b") && line.contains("...  Fourth Coffee -> account"), "{line}");
}
