//! What the second start shows.

use serde_json::json;

use crate::journey::sign_in;
use crate::{Home, Sandbox};

#[test]
fn the_tables_of_last_time_are_on_the_screen_while_the_server_is_silent() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
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

#[test]
fn the_rows_of_a_table_that_was_opened_before_do_not_wait_for_its_columns() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let open = ["/", "i", "n", "c", "i", "d", "e", "n", "t", "Enter"];
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    terminal.keys(&open);
    terminal.wait_for("CAS-");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);

    sandbox.fault(&json!({
        "match": { "origin": "api", "path": "Attributes" },
        "times": null,
        "fault": { "kind": "delay", "ms": 120_000 },
    }));
    let mut terminal = home.start(&sandbox);
    terminal.wait_for("Action Card");
    terminal.keys(&open);
    terminal.wait_for("CAS-");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}
