//! Edits that were on the screen are there again, however the program ended.

use std::time::Duration;

use crate::dice::Dice;
use crate::journey::{open_cases, sign_in};
use crate::terminal::Signal;
use crate::{Home, Sandbox, Terminal};

const ENDS: [Signal; 3] = [Signal::KILL, Signal::HUP, Signal::TERM];

/// Stages another priority in the row so many below the first, as the `count`-th change.
fn stage(terminal: &mut Terminal, below: usize, count: usize) {
    terminal.send(&"j".repeat(below));
    terminal.send("c");
    terminal.wait_for("p Priority");
    terminal.send("p");
    terminal.wait_for("h High");
    let is_high = terminal.screen().lines().any(|line| line.starts_with('>') && line.contains("High"));
    terminal.send(if is_high { "l" } else { "h" });
    terminal.wait_for(&format!("~{count} pending"));
}

/// Starts, and finds so many changes of last time.
fn start_again(home: &Home, sandbox: &Sandbox, count: usize) -> Terminal {
    let mut terminal = home.start(sandbox);
    terminal.wait_for(if count == 1 { "1 change of last time" } else { "changes of last time" });
    terminal.wait_for(&format!("~{count} pending"));
    terminal
}

#[test]
fn an_edit_that_was_on_the_screen_is_there_again_after_a_kill_a_hang_up_and_a_signal() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    for (below, end) in ENDS.into_iter().enumerate() {
        open_cases(&mut terminal);
        stage(&mut terminal, below, below + 1);
        terminal.end_by(end);
        terminal = start_again(&home, &sandbox, below + 1);
    }
    let mut second = home.start(&sandbox);
    second.wait_for(&format!("3 pending in dv, pid {}", terminal.process()));
    second.keys(&["Q"]);
    assert_eq!(second.wait_for_end(), 0);

    terminal.keys(&["Q"]);
    terminal.wait_for("3 changes are kept for next time");
    terminal.keys(&["d"]);
    assert_eq!(terminal.wait_for_end(), 0);
    let mut terminal = home.start_with(&sandbox, &["--no-journal"]);
    terminal.wait_for("Action Card");
    open_cases(&mut terminal);
    stage(&mut terminal, 0, 1);
    terminal.end_by(Signal::KILL);
    let mut terminal = home.start(&sandbox);
    terminal.wait_for("Action Card");
    open_cases(&mut terminal);
    assert!(!terminal.screen().contains("pending"), "nothing is kept: {}", terminal.screen());
}

#[test]
#[ignore = "minutes"]
fn no_edit_is_lost_to_20_kills_at_random_moments() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut dice = Dice::new(6);
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    for _ in 0..2 {
        for count in 1..=10 {
            open_cases(&mut terminal);
            stage(&mut terminal, count, count);
            terminal.settle(Duration::from_millis(dice.below(20) as u64));
            terminal.end_by(*dice.of(&ENDS));
            terminal = start_again(&home, &sandbox, count);
        }
        terminal.keys(&["Q"]);
        terminal.wait_for("10 changes are kept for next time");
        terminal.keys(&["d"]);
        assert_eq!(terminal.wait_for_end(), 0);
        terminal = home.start(&sandbox);
        terminal.wait_for("Action Card");
    }
}
