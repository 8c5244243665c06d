//! What the program costs when nobody does anything.

use std::time::{Duration, Instant};

use crate::world::{World, cpu, open_cases, resident};

/// A minute in front of a grid.
pub(crate) fn measure(world: &World) {
    let mut terminal = world.terminal(24, 80);
    terminal.wait_for("Action Card");
    terminal.settle(Duration::from_secs(1));
    println!("resident memory with the tables on the screen: {:.1} MiB", resident(terminal.process()));
    open_cases(&mut terminal);
    terminal.settle(Duration::from_secs(2));
    let (begin, cpu_before, bytes_before) = (Instant::now(), cpu(terminal.process()), terminal.bytes.len());
    terminal.settle(Duration::from_secs(60));
    let share = (cpu(terminal.process()) - cpu_before).as_secs_f64() / begin.elapsed().as_secs_f64();
    let bytes = terminal.bytes.len() - bytes_before;
    println!("idle for a minute: {bytes} bytes to the terminal, {:.2} % of a core", share * 100.0);
}
