//! What a grid costs in memory, and the way back to its first row.

use std::time::Duration;

use crate::world::{World, open_cases, read_to_the_end, resident};

/// Scrolls through every row of a table.
pub(crate) fn measure(world: &World, rows: usize) {
    let mut terminal = world.terminal(24, 80);
    terminal.wait_for("Action Card");
    terminal.settle(Duration::from_secs(1));
    let before = resident(terminal.process());
    open_cases(&mut terminal);
    let first = terminal.screen();
    read_to_the_end(&mut terminal, rows);
    let after = resident(terminal.process());
    println!(
        "resident memory: tables {before:.1} MiB, after scrolling through {rows} rows {:.1} MiB more",
        after - before
    );
    let asked = world.requests().len();
    terminal.keys(&["g", "g"]);
    let row = first.lines().nth(3).unwrap_or_default()[4..20].to_owned();
    terminal.wait_for(&row);
    terminal.settle(Duration::from_millis(500));
    let pages = world.requests().len().saturating_sub(asked);
    println!("pages read on the way back to the first row: {pages}");
}
