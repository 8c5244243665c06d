//! Signals, and lines that break, at any moment.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::journey::{open_cases, sign_in};
use crate::terminal::Signal;
use crate::{Home, Sandbox, Terminal};

/// What ends the program.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Signal(Signal),
    /// The terminal is closed: a window, or the connection that it was in.
    HangUp,
    /// Stopped for the shell, continued, and then left.
    StopAndLeave,
}

const ENDS: [End; 5] = [
    End::Signal(Signal::HUP),
    End::Signal(Signal::TERM),
    End::Signal(Signal::INT),
    End::HangUp,
    End::StopAndLeave,
];

/// What the program is doing then.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Moment {
    Starting,
    SigningIn,
    Loading,
    InAnOverlay,
    TypingAFilter,
    InAForm,
    Writing,
}

const MOMENTS: [Moment; 7] = [
    Moment::Starting,
    Moment::SigningIn,
    Moment::Loading,
    Moment::InAnOverlay,
    Moment::TypingAFilter,
    Moment::InAForm,
    Moment::Writing,
];

/// How long the server takes to answer a write.
const WRITE: Duration = Duration::from_millis(1_500);

/// A sandbox, and a home in which somebody is signed in to it.
struct Scene {
    sandbox: Sandbox,
    home: Home,
    /// A home in which nobody is signed in.
    stranger: Home,
    dice: Dice,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let (home, stranger) = (Home::new(), Home::new());
        let scene = Self { sandbox: Sandbox::start(&[]), home, stranger, dice: Dice::new(seed) };
        let mut terminal = scene.home.start(&scene.sandbox);
        sign_in(&mut terminal, &scene.sandbox);
        terminal.keys(&["Q"]);
        terminal.wait_for_end();
        scene
    }

    /// Brings the program to a moment. At `Starting` the terminal was taken just now.
    fn bring_to(&self, moment: Moment) -> Terminal {
        if moment == Moment::SigningIn {
            let mut terminal = self.stranger.start(&self.sandbox);
            terminal.wait_for("Enter this code");
            return terminal;
        }
        let mut terminal = self.home.start(&self.sandbox);
        if moment == Moment::Starting {
            terminal.wait_for_other_screen();
            return terminal;
        }
        terminal.wait_for("Action Card");
        match moment {
            Moment::Loading => {
                self.delay("GET", Duration::from_secs(60));
                terminal.send("/incident\r");
                terminal.wait_for("Ctrl-C stops");
            }
            Moment::InAnOverlay => {
                terminal.send("?");
                terminal.wait_for("type to search");
            }
            Moment::TypingAFilter => {
                open_cases(&mut terminal);
                terminal.send("/pri");
                terminal.wait_for("matches");
            }
            Moment::InAForm => {
                open_cases(&mut terminal);
                terminal.keys(&["Enter"]);
                terminal.wait_for("1 Form");
            }
            Moment::Writing => {
                open_cases(&mut terminal);
                self.write(&mut terminal);
            }
            Moment::Starting | Moment::SigningIn => {}
        }
        terminal
    }

    /// Changes the priority, and comes back while the server takes its time.
    fn write(&self, terminal: &mut Terminal) {
        self.delay("PATCH", WRITE);
        terminal.send("c");
        terminal.wait_for("p Priority");
        terminal.send("p");
        terminal.wait_for("h High");
        let is_high = terminal.screen().lines().any(|line| line.starts_with('>') && line.contains("High"));
        terminal.send(if is_high { "l" } else { "h" });
        terminal.wait_for("~1 pending");
        terminal.send("w");
        terminal.wait_for("y yes");
        terminal.send("y");
        terminal.wait_for("Saving ");
    }

    /// The requests that were to change something.
    fn writes(&self) -> Vec<Value> {
        let all = self.sandbox.requests();
        all.into_iter().filter(|one| one["origin"] == "api" && one["method"] != "GET").collect()
    }

    fn delay(&self, method: &str, time: Duration) {
        let matched = json!({ "origin": "api", "method": method, "path": "incidents" });
        let fault = json!({ "kind": "delay", "ms": time.as_millis() as u64 });
        self.sandbox.fault(&json!({ "match": matched, "times": 1, "fault": fault }));
    }
}

/// Ends the program at a moment, and answers how long that took. It waits for a write that is under way.
fn end(scene: &mut Scene, end: End, moment: Moment) -> Duration {
    let said = format!("{end:?} at {moment:?}");
    let before = scene.writes().len();
    let mut terminal = scene.bring_to(moment);
    if moment != Moment::Starting {
        terminal.settle(Duration::from_millis(scene.dice.below(20) as u64));
    }
    let mut begun = Instant::now();
    match end {
        End::Signal(signal) => terminal.signal(signal),
        End::HangUp => terminal.hang_up(),
        End::StopAndLeave => {
            terminal.signal(Signal::TSTP);
            terminal.wait_until_stopped();
            terminal.settle(Duration::from_millis(20));
            assert!(terminal.is_restored(), "{said}: stopped, and {}", terminal.screen());
            terminal.signal(Signal::CONT);
            terminal.wait_for_other_screen();
            begun = Instant::now();
            terminal.signal(Signal::TERM);
        }
    }
    if moment == Moment::Writing {
        waits_at_rest(&mut terminal, &said);
    }
    let code = terminal.wait_for_end();
    let took = begun.elapsed();
    match end {
        End::HangUp => assert!(code <= 1, "{said}: {code}"), // it may have noticed while it drew
        _ => assert!(code == 0 && terminal.is_restored(), "{said}: {code}, {}", terminal.screen()),
    }
    if moment == Moment::SigningIn && end != End::HangUp {
        let screen = terminal.screen();
        assert!(screen.contains("Open: http") && screen.contains("Code: "), "{said}: {screen}");
    }
    let writes = scene.writes();
    match moment {
        Moment::Writing => {
            assert_eq!(writes.len(), before + 1, "{said}: sent once");
            assert_eq!(writes[before]["status"], 200, "{said}: and not cut off");
        }
        _ => assert_eq!(writes.len(), before, "{said}"),
    }
    scene.sandbox.control("DELETE", "/_sandbox/faults");
    took
}

/// While an answer is waited for nothing is done, also where the input has ended.
fn waits_at_rest(terminal: &mut Terminal, said: &str) {
    let Some(before) = terminal.processor_time() else { return };
    terminal.settle(WRITE / 3);
    std::thread::sleep(WRITE / 3); // a line that is closed settles at once
    let Some(after) = terminal.processor_time() else { return };
    assert!(after - before < 30, "{said}: {} hundredths of a second", after - before);
}

/// The same, within `soon` of the signal or of the answer to the write.
fn end_soon(scene: &mut Scene, ending: End, moment: Moment, soon: Duration) {
    let took = end(scene, ending, moment);
    let answer = if moment == Moment::Writing { WRITE } else { Duration::ZERO };
    assert!(took < answer + soon, "{ending:?} at {moment:?} took {took:?}");
}

#[test]
fn a_signal_or_a_hang_up_ends_the_program_at_any_moment_and_a_write_is_waited_for() {
    let soon = Duration::from_secs(10); // the machine may have much to do
    let mut scene = Scene::new(1);
    for ending in ENDS {
        let moment = *scene.dice.of(&MOMENTS);
        end_soon(&mut scene, ending, moment, soon);
    }
    end_soon(&mut scene, End::Signal(Signal::HUP), Moment::Starting, soon);
    end_soon(&mut scene, End::HangUp, Moment::Writing, soon);
}

#[test]
#[ignore = "minutes, and by the clock"]
fn a_signal_or_a_hang_up_ends_the_program_within_a_second_20_times_each() {
    let mut scene = Scene::new(2);
    for (ending, _) in ENDS.into_iter().flat_map(|ending| (0..20).map(move |run| (ending, run))) {
        let moment = *scene.dice.of(&MOMENTS);
        end_soon(&mut scene, ending, moment, Duration::from_secs(1));
    }
}

#[test]
fn a_terminal_that_takes_no_more_bytes_does_not_keep_the_program_from_ending() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    terminal.freeze();
    for rows in 24..54 {
        terminal.resize(rows, 100); // all of the screen is drawn again, more than a line holds
        std::thread::sleep(Duration::from_millis(20));
    }
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn where_an_end_of_the_line_is_missing_nothing_is_drawn_and_the_reason_is_told() {
    let home = Home::new();
    let home = home.folder.path().to_str().unwrap();
    let settings = [("HOME", home), ("DV_URL", "http://127.0.0.1:9"), ("DV", env!("CARGO_BIN_EXE_dv"))];
    for missing in ["</dev/null", "<&-", ">&-", ">/dev/null"] {
        let start = format!("exec $DV {missing}");
        let mut terminal = Terminal::start_program("/bin/sh", &["-c", &start], &settings, 24, 80);
        assert_eq!(terminal.wait_for_end(), 2, "{missing}");
        assert!(terminal.screen().contains("needs a terminal"), "{missing}: {}", terminal.screen());
        assert!(terminal.is_restored(), "{missing}");
    }
}
