//! What a key costs on the line to the terminal.

use std::time::Duration;

use crate::terminal::Terminal;
use crate::world::{World, open_cases};

/// Cursor, one row of scrolling and a page, in a grid alone.
pub(crate) fn measure(world: &World) {
    for (height, width) in [(24, 80), (48, 160)] {
        let mut terminal = world.terminal(height, width);
        open_cases(&mut terminal);
        terminal.settle(Duration::from_millis(500));
        if width >= 120 {
            terminal.keys(&["Z"]); // no pane beside it: the grid stands alone
            terminal.settle(Duration::from_millis(500));
        }
        let seen = usize::from(height) - 5;
        let cursor = bytes(&mut terminal, "j", seen - 2);
        terminal.keys(&["G"]);
        terminal.settle(Duration::from_millis(500));
        terminal.keys(&["g", "g"]);
        terminal.settle(Duration::from_millis(500));
        for _ in 0..seen {
            terminal.keys(&["j"]);
        }
        terminal.settle(Duration::from_millis(500));
        let scroll = bytes(&mut terminal, "j", 100);
        let page = bytes(&mut terminal, "\u{1b}[6~", 4);
        println!("bytes at {width}x{height}: cursor {cursor}, one row of scrolling {scroll}, a page {page}");
    }
}

/// Median and p99 of what the frames of a key take.
fn bytes(terminal: &mut Terminal, key: &str, times: usize) -> String {
    let mut counts: Vec<usize> = (0..times)
        .map(|_| {
            let before = terminal.bytes.len();
            terminal.send(key);
            terminal.settle(Duration::from_millis(40));
            terminal.bytes.len() - before
        })
        .collect();
    counts.sort_unstable();
    format!("{} (p99 {})", counts[counts.len() / 2], counts[(counts.len() * 99 / 100).min(counts.len() - 1)])
}
