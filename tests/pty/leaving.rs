//! However the program ends, the terminal is as it was.

use std::time::Duration;

use crate::journey::sign_in;
use crate::terminal::Signal;
use crate::{Home, Sandbox, Terminal};

fn signed_in(sandbox: &Sandbox, home: &Home) -> Terminal {
    let mut terminal = home.start(sandbox);
    sign_in(&mut terminal, sandbox);
    assert!(terminal.state().alternate_screen());
    terminal
}

#[test]
fn quitting_restores_the_terminal_and_leaves_the_code_to_be_copied() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = signed_in(&sandbox, &home);
    terminal.keys(&["q"]);
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(terminal.is_restored());
    let plain = terminal.screen();
    assert!(plain.contains("Open: http") && plain.contains("Code: "), "{plain}");
}

#[test]
fn a_kept_sign_in_is_used_without_a_question() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = signed_in(&sandbox, &home);
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(terminal.is_restored());
    let mut again = home.start(&sandbox);
    again.wait_for("Action Card");
    assert!(!String::from_utf8_lossy(&again.bytes).contains("Enter this code"));
}

#[test]
fn a_terminal_that_is_too_small_says_so_and_comes_back() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = signed_in(&sandbox, &home);
    terminal.resize(10, 40);
    terminal.wait_for("needs 60x16");
    terminal.resize(24, 80);
    terminal.wait_for("Action Card");
    terminal.resize(10, 40);
    terminal.wait_for("needs 60x16");
    terminal.keys(&["q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn stopping_for_the_shell_gives_the_terminal_back_and_takes_it_again() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = signed_in(&sandbox, &home);
    terminal.keys(&["Ctrl-Z"]);
    terminal.wait_until("the plain screen", |screen| !screen.contains("Action Card"));
    terminal.wait_until_stopped(); // continued any earlier, it would stop afterwards and for ever
    terminal.settle(Duration::from_millis(50));
    assert!(terminal.is_restored());
    terminal.signal(Signal::CONT);
    terminal.wait_for("Action Card");
    assert!(terminal.state().alternate_screen());
}

#[test]
fn being_told_to_stop_is_like_stopping_and_keys_typed_meanwhile_are_not_lost() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = signed_in(&sandbox, &home);
    terminal.signal(Signal::TSTP);
    terminal.wait_until("the plain screen", |screen| !screen.contains("Action Card"));
    terminal.wait_until_stopped();
    terminal.settle(Duration::from_millis(50));
    assert!(terminal.is_restored());
    terminal.send("/incident\n"); // in raw mode again it is Enter
    terminal.signal(Signal::CONT);
    terminal.wait_for("CAS-");
    assert!(terminal.state().alternate_screen());
}

#[test]
fn a_program_that_was_stopped_by_force_draws_its_screen_again() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = signed_in(&sandbox, &home);
    terminal.signal(Signal::STOP);
    terminal.wait_until_stopped();
    terminal.settle(Duration::from_millis(50));
    let before = terminal.bytes.len();
    terminal.signal(Signal::CONT);
    let is_drawn = |terminal: &Terminal| {
        let bytes = &terminal.bytes[before..];
        String::from_utf8_lossy(bytes).split("\u{1b}[2J").skip(1).any(|after| after.contains("Action"))
    };
    let mut rounds = 0;
    while !is_drawn(&terminal) {
        terminal.settle(Duration::from_millis(20));
        rounds += 1;
        assert!(rounds < 3_000, "nothing was drawn again");
    }
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn without_a_terminal_the_program_says_what_to_use_instead() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_dv"))
        .args(["--url", "https://contoso.crm4.dynamics.com"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("needs a terminal"));
}

#[test]
fn a_panic_wherever_it_is_gives_the_terminal_back_once_and_before_its_message() {
    let program = std::env::current_exe().unwrap();
    let test = ["--ignored", "--exact", "leaving::breaks", "--nocapture"];
    for place in ["task", "frame", "loop"] {
        let setting = [("BREAKS_IN", place)];
        let mut terminal = Terminal::start_program(program.to_str().unwrap(), &test, &setting, 24, 80);
        terminal.wait_for_end();
        let bytes = String::from_utf8_lossy(&terminal.bytes).into_owned();
        let taken = bytes.find("\u{1b}[?1049h").expect("the screen was taken");
        let given_back = bytes.find("\u{1b}[?1049l").expect("the screen was given back");
        let message = bytes.find(&format!("the {place} broke")).expect("the message was printed");
        assert!(taken < given_back && given_back < message, "{place}: {bytes:?}");
        // A second time it would put the cursor back over the message.
        assert_eq!(bytes.matches("\u{1b}[?1049l").count(), 1, "{place}: {bytes:?}");
        assert!(terminal.is_restored(), "{place}");
    }
}

/// Run by the test above, in a terminal of its own.
#[test]
#[ignore = "breaks on purpose"]
fn breaks() {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let broken = std::sync::Arc::new(tokio::sync::Notify::new());
    let Ok((_guard, mut terminal)) = dvtui::tui::terminal::Guard::take(
        broken.clone(),
        dvtui::tui::backend::Ability::of("xterm", true),
        false,
    ) else {
        return; // run by hand, without a terminal
    };
    match std::env::var("BREAKS_IN").unwrap().as_str() {
        "task" => runtime.block_on(async {
            let task = tokio::spawn(async { panic!("the task broke") });
            assert!(task.await.is_err());
            broken.notified().await; // the loop hears of it
        }),
        "frame" => drop(terminal.draw(|_| panic!("the frame broke"))),
        _ => runtime.block_on(async { panic!("the loop broke") }),
    }
}

#[test]
fn a_terminal_that_cannot_draw_is_told_what_to_use_instead() {
    let home = Home::new();
    let home = home.folder.path().to_str().unwrap();
    let settings = [("TERM", "dumb"), ("DV_URL", "https://contoso.crm4.dynamics.com"), ("HOME", home)];
    let mut terminal = Terminal::start(&[], &settings, 24, 80);
    assert_eq!(terminal.wait_for_end(), 2);
    assert!(terminal.screen().contains("TERM=dumb"), "{}", terminal.screen());
}
