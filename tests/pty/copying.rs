//! What is copied, and what can be read when no clipboard took it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::journey::{open_cases, sign_in};
use crate::{Home, Sandbox};

/// The text of the last OSC 52 among the bytes.
pub(crate) fn sent_to_clipboard(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (_, last) = text.rsplit_once("\u{1b}]52;c;").unwrap();
    let (encoded, _) = last.split_once('\u{7}').unwrap();
    String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
}

#[test]
fn what_no_clipboard_took_is_printed_whole_and_unbroken() {
    let sandbox = Sandbox::start(&[]);
    let home = Home::new();
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    open_cases(&mut terminal);

    terminal.keys(&["y", "u"]);
    terminal.wait_for("Sent to terminal clipboard (OSC 52, ");
    let sent = sent_to_clipboard(&terminal.bytes);
    assert!(sent.contains("/api/data/v9.2/incidents?$select=") && sent.len() > 100, "{sent}");
    terminal.keys(&["P", "P"]);
    terminal.wait_for("Press a key to go on.");
    assert!(!terminal.state().alternate_screen());
    // Lines that the terminal broke by itself are one line to whoever marks them there.
    let printed = terminal.screen();
    assert!(printed.lines().any(|line| line == sent), "{sent}\n{printed}");

    terminal.keys(&["x"]);
    terminal.wait_for("CAS-");
    assert!(terminal.state().alternate_screen());
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}
