//! Text from the server never drives the terminal: the bytes that reach it are the judge.

use serde_json::Value;

use crate::journey::sign_in;
use crate::{Home, Sandbox};

/// A title that would set the window's title, clear the screen, ring, and turn the line around.
const TITLE: &str = "evil \u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\r\u{8}";

#[test]
fn a_hostile_title_is_drawn_as_visible_marks_on_every_screen_and_by_the_commands() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    let first =
        home.run(&sandbox, &["rows", "incident", "--filter", "statecode eq 0", "--top", "1", "--json"]);
    let row: Value = serde_json::from_str(&first).unwrap();
    let path = format!("/api/data/v9.2/incidents({})", row["incidentid"].as_str().unwrap());
    let token = home.run(&sandbox, &["token"]);
    sandbox.patch(&path, token.trim(), &serde_json::json!({ "title": TITLE }));

    terminal.send("/incident\r");
    terminal.wait_for("evil");
    terminal.send("/evil");
    terminal.wait_for("matches 1 of 50 held");
    terminal.keys(&["Esc", "Enter"]);
    terminal.wait_for("1 Form");
    terminal.wait_for("evil");
    terminal.keys(&["2"]);
    terminal.wait_for("@odata.etag");
    terminal.keys(&["Q"]);
    terminal.wait_for_end();
    let shown = String::from_utf8_lossy(&terminal.bytes).into_owned();
    for raw in ["\u{1b}]0;", "\u{7}", "\u{9b}", "\u{202e}"] {
        assert!(!shown.contains(raw), "{raw:?} reached the terminal");
    }

    let table =
        home.run(&sandbox, &["rows", "incident", "--filter", "contains(title,'evil')", "--select", "title"]);
    assert!(table.contains("evil"), "{table}");
    assert!(!table.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{table:?}");
}
