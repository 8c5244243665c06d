//! Where characters are text, and pastes that are never keys.

use dvtui::app::event::Event;
use dvtui::app::key::Input;

use crate::desk::Desk;
use crate::stage::Stage;

#[test]
fn characters_are_text_only_where_they_are_typed_into_a_field() {
    for (keys, takes_text) in [
        ("", false),
        ("/", true),
        ("/ a b Esc", false),
        (":", true),
        ("?", true),
        ("? Esc", false),
        ("g", false),
    ] {
        let mut stage = Stage::at_tables(80, 24);
        stage.keys(keys);
        assert_eq!(stage.app.takes_text(), takes_text, "tables: {keys}");
    }
    for (keys, takes_text) in
        [("", false), ("/", true), ("c", false), ("c p", false), ("g c", true), ("l e", true)]
    {
        let mut desk = Desk::at_cases(80, 24);
        desk.stage.keys(keys);
        assert_eq!(desk.stage.app.takes_text(), takes_text, "cases: {keys}");
    }
    let mut small = Stage::at_tables(80, 24);
    small.keys("/").resize(20, 5);
    assert!(!small.app.takes_text());
}

#[test]
fn a_line_end_in_a_paste_submits_nothing() {
    for (keys, line) in [("/", "abc"), (":", "abc"), ("?", "abc")] {
        let mut stage = Stage::at_tables(80, 24);
        stage.keys(keys);
        stage.event(Event::Input(Input::Paste("a\rb\nc\r\n".into())));
        assert!(stage.app.takes_text(), "`{keys}` is still open");
        assert!(stage.effects.is_empty());
        assert!(stage.screen().contains(line), "{}", stage.screen());
    }
}
