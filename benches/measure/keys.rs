//! From a key to the last byte of its frame.

use std::time::{Duration, Instant};

use crate::terminal::Terminal;
use crate::world::{ASKED, World, open_cases, read_to_the_end, report};

/// No byte for so long: the frame is whole.
const QUIET: Duration = Duration::from_millis(25);

/// In a grid of so many rows: read to the end, then while pages are read again, and while a download runs.
pub(crate) fn measure(world: &World, rows: usize) {
    for (height, width) in [(24, 80), (50, 200)] {
        let mut terminal = world.terminal(height, width);
        open_cases(&mut terminal);
        read_to_the_end(&mut terminal, rows);
        terminal.keys(&["g", "g"]);
        terminal.settle(Duration::from_millis(500));
        for (name, key) in [("j", "j"), ("Ctrl-D", "\u{4}"), ("page down", "\u{1b}[6~")] {
            let what = format!("key to the last byte of its frame, {name}, {rows} rows, {width}x{height}");
            report(&what, &mut press(&mut terminal, key, 200));
        }
    }
    let mut terminal = world.terminal(24, 80);
    open_cases(&mut terminal);
    terminal.keys(&["G", "G"]);
    terminal
        .wait_until("the question or reading", |screen| screen.contains(ASKED) || screen.contains("Reading"));
    if terminal.screen().contains(ASKED) {
        terminal.keys(&["y"]);
    }
    let mut times = vec![];
    for key in ["k", "j"].into_iter().cycle().take(200) {
        times.push(one(&mut terminal, key, Duration::from_millis(4)));
    }
    report("key to its frame while pages are read, 80x24", &mut times);
}

/// Letters into the finder of tables.
pub(crate) fn finder(world: &World) {
    let mut terminal = world.terminal(24, 80);
    terminal.wait_for("Action Card");
    terminal.settle(Duration::from_millis(500));
    terminal.keys(&["/"]);
    terminal.settle(QUIET);
    let mut times = vec![];
    for _ in 0..40 {
        for key in ["c", "u", "s", "t", "\u{7f}", "\u{7f}", "\u{7f}", "\u{7f}"] {
            times.push(one(&mut terminal, key, QUIET));
        }
    }
    report("key to frame in the finder of tables, 80x24", &mut times);
}

fn press(terminal: &mut Terminal, key: &str, times: usize) -> Vec<Duration> {
    (0..times).map(|_| one(terminal, key, QUIET)).collect()
}

fn one(terminal: &mut Terminal, key: &str, quiet: Duration) -> Duration {
    let begin = Instant::now();
    terminal.send(key);
    terminal.settle(quiet).duration_since(begin)
}
