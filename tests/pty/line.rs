//! A slow line, such as SSH over a bad connection.

use std::time::{Duration, Instant};

use crate::journey::{open_cases, sign_in};
use crate::terminal::Pace;
use crate::{Home, Sandbox};

#[test]
fn at_1_kilobyte_a_second_the_cursor_stops_soon_after_its_key_was_let_go() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    open_cases(&mut terminal);
    terminal.settle(Duration::from_millis(300));
    terminal.slow_down(Pace { bytes: 10, way: Duration::from_millis(300) });
    let pressed = Instant::now();
    for key in 1..=90 {
        terminal.send(if key % 30 < 15 { "j" } else { "k" });
        let next = pressed + key * Duration::from_millis(1_000) / 30;
        terminal.settle_until(next);
    }
    let released = Instant::now();
    let stopped = terminal.settle(Duration::from_secs(1)) - released;
    // 0.6 s where nothing else runs; frames that nobody holds back take 15 s.
    assert!(stopped < Duration::from_secs(3), "{stopped:?}");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(terminal.is_restored());
}
