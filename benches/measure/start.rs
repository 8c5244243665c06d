//! From the start of the process to what it shows first.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{World, report};

/// To the first frame, to the tables of last time and to the rows; and what asks nobody anything.
pub(crate) fn measure(world: &World) {
    world.terminal(24, 80).wait_for("Action Card"); // the tables are remembered from here on
    let (mut first, mut known, mut rows) = (vec![], vec![], vec![]);
    for _ in 0..15 {
        let begin = Instant::now();
        let mut terminal = world.terminal(24, 80);
        terminal.wait_until("a frame", |screen| !screen.trim().is_empty());
        first.push(begin.elapsed());
        terminal.wait_for("Action Card");
        known.push(begin.elapsed());
        terminal.send("/incident\r");
        terminal.wait_for("CAS-");
        rows.push(begin.elapsed());
    }
    report("start to first frame (80x24, signed in)", &mut first);
    report("start to the known tables on the screen", &mut known);
    report("start to the rows of a table that is typed at once", &mut rows);
    slow_line(world);
    for argument in ["--version", "--help"] {
        let mut times = vec![];
        for _ in 0..21 {
            let begin = Instant::now();
            let status = world.command().arg(argument).stdout(Stdio::null()).status();
            assert!(status.expect("dv runs").success());
            times.push(begin.elapsed());
        }
        report(&format!("dv {argument}"), &mut times);
    }
}

/// How many requests stand one behind the other before a table's rows are there, when each takes so long.
fn slow_line(world: &World) {
    const EACH: Duration = Duration::from_millis(400);
    world.fault(&json!({
        "match": { "origin": "api" }, "times": null, "fault": { "kind": "delay", "ms": EACH.as_millis() as u64 },
    }));
    let mut times = vec![];
    for _ in 0..5 {
        let mut terminal = world.terminal(24, 80);
        terminal.wait_for("Action Card");
        terminal.settle(3 * EACH); // nobody is connected before who one is has been answered
        terminal.keys(&["/", "i", "n", "c", "i", "d", "e", "n", "t"]);
        let begin = Instant::now();
        terminal.keys(&["\r"]);
        terminal.wait_for("CAS-");
        times.push(begin.elapsed());
    }
    world.no_faults();
    let each = EACH.as_millis();
    report(&format!("Enter on a table to its first rows, {each} ms a request"), &mut times);
}
