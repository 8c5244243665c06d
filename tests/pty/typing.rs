//! Bytes of keys, pastes and answers on a real terminal line.

use std::fs;
use std::time::Duration;

use crate::journey::sign_in;
use crate::terminal::{ANSWERS, Terminal};
use crate::{Home, Sandbox};

/// A home where Esc is held so long that no load of this machine can split a key.
fn patient_home() -> Home {
    let home = Home::new();
    let folder = home.folder.path().join(".config/dvtui");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "esc_ms = 900\n").unwrap();
    home
}

/// Sends bytes one by one, as a bad line does.
fn trickle(terminal: &mut Terminal, bytes: &str, pauses: &[u64]) {
    for (index, byte) in bytes.chars().enumerate() {
        if index > 0 {
            std::thread::sleep(Duration::from_millis(pauses[index % pauses.len()]));
        }
        terminal.send(&byte.to_string());
    }
}

#[test]
fn an_arrow_whose_bytes_come_one_by_one_is_an_arrow() {
    let (sandbox, home) = (Sandbox::start(&[]), patient_home());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    terminal.settle(Duration::from_millis(200)); // whole frames are compared
    let first = terminal.screen();
    terminal.send("j");
    terminal.wait_until("the next row", |screen| screen != first);
    terminal.settle(Duration::from_millis(200));
    let second = terminal.screen();
    terminal.send("k");
    terminal.wait_until("the first row again", |screen| screen == first);
    for pauses in [[5, 30], [30, 15]] {
        trickle(&mut terminal, "\u{1b}[B", &pauses);
        terminal.wait_until("the next row", |screen| screen == second);
        trickle(&mut terminal, "\u{1b}OA", &pauses);
        terminal.wait_until("the first row again", |screen| screen == first);
    }
    terminal.send("\u{1b}");
    terminal.wait_for("q to quit"); // what Esc does where there is nowhere to go back to
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn answers_of_the_terminal_are_no_keys_also_when_they_are_late_and_split() {
    let (sandbox, home) = (Sandbox::start(&[]), patient_home());
    let mut terminal = home.start(&sandbox);
    terminal.answers = false;
    sign_in(&mut terminal, &sandbox);
    terminal.settle(Duration::from_millis(200)); // whole frames are compared
    let shown = terminal.screen();
    let asked = String::from_utf8_lossy(&terminal.bytes).into_owned();
    for (question, answer) in ANSWERS {
        assert!(asked.contains(question), "{question:?} was asked");
        trickle(&mut terminal, answer, &[1, 7]);
    }
    // Others that nobody asked for: where the cursor is, a version, a setting, the focus.
    terminal.send("\u{1b}[12;40R\u{1b}P>|XTerm(354)\u{1b}\\\u{1b}P1$r0m\u{1b}\\\u{1b}[I");
    terminal.send("j");
    terminal.wait_until("the next row", |screen| screen != shown);
    terminal.send("k");
    terminal.wait_until("nothing else happened", |screen| screen == shown);
    terminal.send("/incident\r"); // the terminal said that it marks pastes: this is typed
    terminal.wait_for("CAS-");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn a_terminal_that_would_print_a_question_is_not_asked() {
    let home = Home::new();
    let home = home.folder.path().to_str().unwrap();
    let settings = [("TERM", "linux"), ("HOME", home), ("DV_URL", "http://127.0.0.1:9")];
    let mut terminal = Terminal::start(&["--read-only"], &settings, 24, 80);
    terminal.wait_for("127.0.0.1");
    let asked = String::from_utf8_lossy(&terminal.bytes).into_owned();
    assert!(ANSWERS.iter().all(|(question, _)| !asked.contains(question)), "{asked:?}");
    terminal.keys(&["Q"]);
    terminal.wait_for_end();
}

#[test]
fn pasted_text_runs_no_command_marked_or_not() {
    let (sandbox, home) = (Sandbox::start(&[]), patient_home());
    let mut terminal = home.start(&sandbox);
    terminal.answers = false;
    sign_in(&mut terminal, &sandbox);
    // As commands these would leave the program.
    terminal.send("QQ: Quit now, and qQ\r");
    terminal.settle(Duration::from_millis(100));
    terminal.send("\u{1b}[200~QqQ\rQ\u{1b}[201~");
    terminal.settle(Duration::from_millis(100));
    terminal.send("/incident\r");
    terminal.wait_for("CAS-");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}
