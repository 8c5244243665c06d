//! From a key to the last byte of its frame.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::terminal::Terminal;
use crate::world::{ASKED, World, open_cases, read, read_to_the_end, report};

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
    start_reading_to_the_end(&mut terminal);
    let mut times = vec![];
    for key in ["k", "j"].into_iter().cycle().take(200) {
        times.push(one(&mut terminal, key, Duration::from_millis(4)));
    }
    report("key to its frame while pages are read, 80x24", &mut times);
}

/// With all that can go on at once: 50,000 rows and more are read to the end, the row beside the grid takes 5 s to
/// come, and the definitions of the table are read again.
pub(crate) fn busy(world: &World) {
    let mut terminal = world.terminal(48, 160);
    open_cases(&mut terminal);
    terminal.settle(Duration::from_millis(500));
    world.fault(&json!({
        "match": { "origin": "api", "method": "GET", "path": r"incidents\(" },
        "times": 1_000,
        "fault": { "kind": "delay", "ms": 5_000 },
    }));
    terminal.keys(&["R"]);
    start_reading_to_the_end(&mut terminal);
    let mut times = vec![];
    for key in ["j", "j", "k", "\u{4}", "\u{15}"].into_iter().cycle().take(200) {
        times.push(one(&mut terminal, key, Duration::from_millis(4)));
        if times.len() % 20 == 0 {
            terminal.settle(Duration::from_millis(200)); // at rest the row beside the grid is asked for
        }
    }
    let (rows, slow) = (read(&terminal.screen()), world.struck());
    println!("meanwhile {rows} rows came, and {slow} requests of 5 s were begun");
    report("key to its frame with everything going on, 160x48", &mut times);
}

/// Letters into the finder of tables: those of the server twice over, as large organizations have them.
pub(crate) fn finder(world: &World) {
    world.terminal(24, 80).wait_for("Action Card"); // the tables are remembered from here on
    let tables = twice(&world.home.path().join(".cache/dvtui/known"));
    world.fault(
        &json!({ "match": { "path": "EntityDefinitions" }, "times": null, "fault": { "kind": "stall" } }),
    );
    let mut terminal = world.terminal(24, 80);
    terminal.wait_for("Action Card");
    terminal.settle(Duration::from_millis(500));
    terminal.keys(&["z", "s", "/"]);
    terminal.settle(QUIET);
    let mut times = vec![];
    for _ in 0..40 {
        for key in ["c", "u", "s", "t", "\u{7f}", "\u{7f}", "\u{7f}", "\u{7f}"] {
            times.push(one(&mut terminal, key, QUIET));
        }
    }
    report(&format!("key to frame in the finder of {tables} tables, 80x24"), &mut times);
}

/// Doubles the remembered tables, each beside one of another name; answers how many there are.
fn twice(known: &Path) -> usize {
    let of_one = std::fs::read_dir(known).expect("the cache").next().expect("a folder").expect("is read");
    let file = of_one.path().join("tables.json");
    let mut known: Value = serde_json::from_slice(&std::fs::read(&file).expect("is read")).expect("JSON");
    let tables = known["said"].as_array_mut().expect("a list");
    let more = tables.clone().into_iter().map(|mut table| {
        for name in ["name", "set", "display_name"] {
            table[name] = json!(format!("{} 2", table[name].as_str().unwrap_or_default()));
        }
        table
    });
    tables.extend(more.collect::<Vec<_>>());
    let count = tables.len();
    std::fs::write(&file, known.to_string()).expect("is written");
    count
}

/// A change that is staged, in the journal, and on the screen: undone and done again.
pub(crate) fn staging(world: &World) {
    let mut terminal = world.terminal(24, 80);
    open_cases(&mut terminal);
    terminal.send("c");
    terminal.wait_for("p Priority");
    terminal.send("p");
    terminal.wait_for("h High");
    let is_high = terminal.screen().lines().any(|line| line.starts_with('>') && line.contains("High"));
    terminal.send(if is_high { "l" } else { "h" });
    terminal.wait_for("~1 pending");
    let mut times = vec![];
    for key in ["u", "\u{19}"].into_iter().cycle().take(200) {
        times.push(one(&mut terminal, key, QUIET));
    }
    assert!(terminal.screen().contains("~1 pending"), "{}", terminal.screen());
    report("key to the last byte of its frame, a staged change with the journal, 80x24", &mut times);
}

fn start_reading_to_the_end(terminal: &mut Terminal) {
    terminal.keys(&["G", "G"]);
    terminal
        .wait_until("the question or reading", |screen| screen.contains(ASKED) || screen.contains("Reading"));
    if terminal.screen().contains(ASKED) {
        terminal.keys(&["y"]);
    }
}

fn press(terminal: &mut Terminal, key: &str, times: usize) -> Vec<Duration> {
    (0..times).map(|_| one(terminal, key, QUIET)).collect()
}

fn one(terminal: &mut Terminal, key: &str, quiet: Duration) -> Duration {
    let begin = Instant::now();
    terminal.send(key);
    terminal.settle(quiet).duration_since(begin)
}
