//! From one way in to the next, for a person at a terminal over SSH.

use crate::Home;
use crate::sandbox::Sandbox;

/// The code that was printed, once all nine of its characters are there.
fn code(screen: &str) -> Option<String> {
    let code = screen.lines().find_map(|line| line.strip_prefix("Code: "))?.trim();
    (code.len() == 9).then(|| code.to_owned())
}

#[test]
fn where_codes_are_blocked_the_browser_follows_and_its_address_can_be_pasted() {
    // Device codes are shown, and nobody is let in by them.
    let sandbox = Sandbox::start(&[]);
    let home = Home::new();
    let mut terminal = home.start_with(&sandbox, &["login"]);
    terminal.wait_until("a code", |screen| code(screen).is_some());
    let code = code(&terminal.screen()).unwrap();
    sandbox.control("POST", &format!("/_sandbox/approve?user_code={code}&user=blocked"));
    terminal.wait_for("a browser is the next way");
    assert!(terminal.screen().contains("AADSTS53003"), "{}", terminal.screen());
    terminal.wait_for("ssh -L");
    terminal.wait_for("paste here the address");
    terminal.send("http://localhost:1/?code=C&state=guess\r");
    terminal.wait_for("belongs to another sign-in");
    assert!(!terminal.screen().contains("state=guess"), "what is pasted is not shown");
    terminal.keys(&["Ctrl-C"]);
    assert_eq!(terminal.wait_for_end(), 5);
}
