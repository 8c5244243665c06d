//! A JSON file by itself.

use bytes::Bytes;
use dvtui::app::App;
use dvtui::app::effect::Effect;
use dvtui::app::json::Document;
use dvtui::app::layout::Size;
use dvtui::app::screen::Viewer;
use dvtui::app::session::{Start, Way};
use insta::assert_snapshot;

use crate::stage::{Stage, noon};

const FILE: &str = r#"{"@odata.context":"https://contoso/api/data/v9.2/$metadata#incidents","value":[
{"prioritycode@OData.Community.Display.V1.FormattedValue":"High","prioritycode":1,"title":"Printer jam","createdon":"2026-11-20T08:14:07Z","none":null},
{"prioritycode":1.50,"prioritycode":-0,"odd \u001b[31m key":"a\ud800\u202eb","big":1E400}]}"#;

/// A file in a terminal of this size; no frame was drawn before.
fn file(json: &str, width: u16, height: u16) -> Stage {
    let document = Document::parse(Bytes::copy_from_slice(json.as_bytes())).unwrap();
    let start = Start {
        version: "0.1.0".into(),
        environment: None,
        places: vec![],
        way: Way::DeviceCode,
        remote: false,
        ascii: false,
        desktop: false,
        keymap: dvtui::app::keymap::Keymap::default(),
    };
    let app =
        App::new(start, Size { width, height }, noon()).viewing(Viewer::new("cases.json".into(), document));
    Stage::of(app)
}

/// A file of every kind of value.
pub(crate) fn usual(width: u16, height: u16) -> Stage {
    file(FILE, width, height)
}

#[test]
fn the_file() {
    assert_snapshot!("usual", file(FILE, 80, 24).screen());
    assert_snapshot!("large", file(FILE, 120, 40).screen());
    assert_snapshot!("very_large", file(FILE, 200, 50).screen());
    let mut raw = file(FILE, 80, 24);
    raw.keys("z a");
    assert_snapshot!("raw", raw.screen());
}

#[test]
fn a_file_asks_nothing_of_any_server_whatever_key_is_pressed() {
    let mut stage = file(FILE, 80, 24);
    for key in ('!'..='~').map(|key| key.to_string()).filter(|key| !"qQ".contains(key)) {
        for follow in ["t", "e", "d", "u", "p", "Esc"] {
            stage.keys(&key).keys(follow).keys("Esc Esc");
            assert_eq!(stage.asked(), 0, "{key} {follow}");
        }
    }
    stage.keys("q");
    assert_eq!(stage.effects, [Effect::Quit]);
}

#[test]
fn a_name_is_jumped_to_by_a_few_of_its_letters() {
    let mut stage = file(FILE, 80, 24);
    stage.keys("z M @");
    assert_snapshot!("names", stage.screen());
    stage.keys("b i g Enter");
    assert!(stage.screen().contains(".value[1].big"), "{}", stage.screen());
    assert!(stage.screen().lines().any(|line| line.starts_with('>') && line.contains("big: 1E400")));
}

#[test]
fn siblings_follow_each_other_over_what_is_in_them() {
    let mut stage = file(FILE, 80, 24);
    stage.keys("j j j )");
    assert!(stage.row(2).contains(".value[1] "), "{}", stage.screen());
    stage.keys(")");
    assert!(stage.screen().contains("This is the last one"), "{}", stage.screen());
    stage.keys("(");
    assert!(stage.row(2).contains(".value[0] "), "{}", stage.screen());
}

#[test]
fn a_long_value_is_read_whole_line_by_line() {
    let long = format!("{{\"a\":\"{}end\"}}", "one two\\n".repeat(100));
    let mut stage = file(&long, 80, 24);
    stage.keys("j");
    assert!(stage.screen().contains("a: one two (101 lines)"), "{}", stage.screen());
    stage.keys("Enter");
    assert!(
        stage.screen().contains("1 to 20 of 101 lines") || stage.screen().contains("1 to 21 of 101 lines"),
        "{}",
        stage.screen()
    );
    stage.keys("G");
    assert!(stage.screen().contains("  end"), "{}", stage.screen());
    stage.resize(60, 16).keys("Esc");
    assert!(stage.screen().contains("a: one two (101 lines)"), "{}", stage.screen());
}

#[test]
fn several_texts_are_numbered_and_a_search_goes_through_all_of_them() {
    let mut stage = file("{\"a\":1}\n{\"a\":\"needle\"}\n[]", 80, 24);
    assert!(stage.row(2).contains("3 texts"), "{}", stage.screen());
    stage.keys("/ n e e d Enter");
    assert!(stage.row(2).contains(".[1].a"), "{}", stage.screen());
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_raw() {
    let mut stage = file(FILE, 80, 24);
    for keys in ["j", "z a", "@", "Esc", "G k k Enter", "Esc /"] {
        stage.keys(keys);
        let screen = stage.screen();
        assert!(!screen.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{keys}: {screen}");
    }
}

#[test]
fn hundreds_of_levels_and_thousands_of_elements_scroll_and_fold() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let wide = format!("[{}]", vec!["[1]"; 20_000].join(","));
    for json in [deep, wide] {
        let mut stage = file(&json, 80, 24);
        for keys in ["G", "k", "z M", "g g", "z R", "G", "Ctrl-U", "z a", "G", "g g", "PgDn"] {
            stage.keys(keys);
            assert!(stage.screen().lines().any(|line| line.starts_with('>')), "{keys}: {}", stage.screen());
        }
    }
}

#[test]
fn path_and_value_under_the_cursor_are_copied_and_printed() {
    let mut stage = usual(80, 24);
    let copied = |stage: &Stage| match &stage.effects[..] {
        [Effect::Copy(text) | Effect::Print(text)] => text.clone(),
        other => panic!("{other:?}"),
    };
    stage.keys("@ t i t l e Enter y p");
    assert_eq!(copied(&stage), ".value[0].title");
    stage.keys("y v");
    assert_eq!(copied(&stage), "Printer jam");
    stage.keys("P P");
    assert_eq!(copied(&stage), "Printer jam");
    stage.keys("P p");
    assert_eq!(copied(&stage), ".value[0].title");
    stage.keys("@ b i g Enter y v");
    assert_eq!(copied(&stage), "1E400");
}
