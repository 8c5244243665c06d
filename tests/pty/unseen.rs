//! A token that is pasted at a terminal is not shown.

use crate::terminal::Terminal;

#[test]
fn a_pasted_token_is_explained_and_never_shown() {
    let home = tempfile::tempdir().unwrap();
    let settings = [("HOME", home.path().to_str().unwrap())];
    let mut terminal = Terminal::start(&["token", "inspect"], &settings, 24, 80);
    terminal.wait_for("Paste the token");
    // Longer than the line of a terminal can be, and no token.
    let secret = "s3cr3t".repeat(1_000);
    terminal.send(&format!("{secret}\r"));
    assert_eq!(terminal.wait_for_end(), 1);
    let printed = String::from_utf8_lossy(&terminal.bytes).into_owned();
    assert!(printed.contains("not a token that can be read"), "{printed}");
    assert!(!printed.contains("s3cr3t"), "{printed}");

    let mut terminal = Terminal::start(&["token", "inspect"], &settings, 24, 80);
    terminal.wait_for("Paste the token");
    terminal.keys(&["Ctrl-C"]);
    assert_ne!(terminal.wait_for_end(), 0);
}
