//! The passphrase of the tokens is asked for on the terminal, before anything else, and never shown.

use crate::{Home, Sandbox, Terminal};

const LOGIN: &[&str] = &["login", "--device-code", "--no-open", "--token-store", "passphrase"];

fn sealed(sandbox: &Sandbox, home: &Home) {
    let mut terminal = home.start_with(sandbox, LOGIN);
    for question in ["New passphrase for the tokens:", "The same again:"] {
        terminal.wait_for(question);
        terminal.send("correct horse\r");
    }
    terminal.wait_for("sealed with your passphrase");
    assert_eq!(terminal.wait_for_end(), 0);
    assert_hidden(&terminal);
}

fn assert_hidden(terminal: &Terminal) {
    let shown = String::from_utf8_lossy(&terminal.bytes).into_owned();
    assert!(!shown.contains("horse") && !shown.contains("cow"), "{shown}");
}

#[test]
fn a_passphrase_is_asked_for_before_the_screen_is_taken_and_is_never_shown() {
    let (sandbox, home) = (Sandbox::start(&["--auto-approve", "0"]), Home::new());
    sealed(&sandbox, &home);
    let mut terminal = home.start(&sandbox);
    terminal.wait_for("Passphrase of the tokens:");
    assert!(!terminal.state().alternate_screen());
    terminal.send("correct horse\r");
    terminal.wait_for("Action Card");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
    assert_hidden(&terminal);

    let mut wrong = home.start(&sandbox);
    wrong.wait_for("Passphrase of the tokens:");
    wrong.send("cow\r");
    wrong.wait_for("the passphrase does not open the tokens");
    assert_eq!(wrong.wait_for_end(), 5);
    assert_hidden(&wrong);
}

#[test]
fn two_passphrases_that_differ_and_an_empty_one_seal_nothing() {
    let (sandbox, home) = (Sandbox::start(&["--auto-approve", "0"]), Home::new());
    for (answers, said) in [(&["horse\r", "cow\r"][..], "differ"), (&["\r"], "an empty passphrase")] {
        let mut terminal = home.start_with(&sandbox, LOGIN);
        for (question, answer) in ["New passphrase", "The same again:"].iter().zip(answers) {
            terminal.wait_for(question);
            terminal.send(answer);
        }
        terminal.wait_for(said);
        assert_eq!(terminal.wait_for_end(), 5);
        assert!(!terminal.screen().contains("Code:"));
    }
}

#[test]
fn a_question_that_is_broken_off_ends_the_command_and_brings_the_echo_back() {
    let (sandbox, home) = (Sandbox::start(&["--auto-approve", "0"]), Home::new());
    sealed(&sandbox, &home);
    for signal in [None, Some("TERM")] {
        // `stty` tells of the terminal that the program leaves behind. The shell outlives a Ctrl-C that reaches it too.
        let (dv, pid) = (env!("CARGO_BIN_EXE_dv"), home.folder.path().join("pid"));
        let line = format!(
            "trap : INT; sh -c 'echo $$ > {}; exec {dv} whoami'; stty -a | tr ' ' '\\n' | grep -x -e echo -e -echo",
            pid.display()
        );
        let state = home.folder.path().to_str().unwrap();
        let settings = [("HOME", state), ("DV_URL", sandbox.field("url")), ("PATH", "/usr/bin:/bin")];
        let mut terminal = Terminal::start_program("/bin/sh", &["-c", &line], &settings, 24, 80);
        terminal.wait_for("Passphrase of the tokens:");
        match signal {
            None => terminal.keys(&["Ctrl-C"]),
            Some(name) => {
                let pid = std::fs::read_to_string(&pid).unwrap();
                let kill = format!("kill -s {name} {pid}");
                assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
            }
        }
        terminal.wait_until("the state of the echo", |screen| {
            screen.lines().any(|line| line.trim().ends_with("echo"))
        });
        terminal.wait_for_end();
        assert!(!terminal.screen().contains("-echo"), "{}", terminal.screen());
    }
}
