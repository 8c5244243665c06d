//! What the second start shows.

use std::time::Duration;

use serde_json::json;

use crate::journey::sign_in;
use crate::{Home, Sandbox};

#[test]
fn the_tables_of_last_time_are_on_the_screen_while_the_server_is_silent() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    let kept = home.folder.path().join(".cache/dvtui/tables");
    while std::fs::read_dir(&kept).map_or(0, Iterator::count) == 0 {
        terminal.settle(Duration::from_millis(10)); // it is written beside what the screen shows
    }
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);

    let silent =
        json!({ "match": { "origin": "api" }, "times": 100, "fault": { "kind": "delay", "ms": 120_000 } });
    sandbox.fault(&silent);
    let mut terminal = home.start(&sandbox);
    terminal.wait_for("Action Card");
    assert!(terminal.screen().contains("connecting ..."), "{}", terminal.screen());
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}
