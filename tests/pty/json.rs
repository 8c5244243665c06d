//! `dv json -`: the text comes through a pipe, the keys from the terminal.

use crate::{Home, Terminal};

#[test]
fn a_text_from_a_pipe_is_looked_at_with_the_keys_of_the_terminal() {
    let line = format!(
        "printf '%s' '{{\"title\":\"Printer jam\",\"deep\":{{\"floor\":3}}}}' | {} json -",
        env!("CARGO_BIN_EXE_dv")
    );
    let home = Home::new();
    let settings = [("HOME", home.folder.path().to_str().unwrap())];
    let mut terminal = Terminal::start_program("/bin/sh", &["-c", &line], &settings, 24, 80);
    terminal.wait_for("floor: 3");
    terminal.keys(&["@"]);
    terminal.wait_for("name:");
    terminal.send("floor\r");
    terminal.wait_for(".deep.floor");
    terminal.keys(&["h", "h", "h", "h"]);
    terminal.wait_for("{...} (2)");
    terminal.keys(&["q"]);
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(!terminal.state().alternate_screen());
}
