//! Whatever moment the program ends at: what was staged is there again, and nothing was carried out twice.

use std::collections::BTreeMap;
use std::time::Duration;

use dvtui::dataverse::Change;
use dvtui::ops::journal::{Fate, Journal, Opened, Owner};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::journey::sign_in;
use crate::terminal::Signal;
use crate::{Home, Sandbox, Terminal};

const ENDS: [Signal; 3] = [Signal::KILL, Signal::HUP, Signal::TERM];
/// So many runs share one environment and one journal.
const BATCH: usize = 20;
/// So long the server takes for a write, so that a run may end in the middle of it.
const DELAY_MS: u64 = 15;

/// What is staged, each with a text of its own that tells on the server whether and how often it was carried out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Title,
    Note,
    Resolution,
}

impl Kind {
    /// Where its text is on the server.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Title => ("incidents", "title"),
            Self::Note => ("annotations", "notetext"),
            Self::Resolution => ("incidentresolutions", "subject"),
        }
    }
}

/// How far something was when the program was ended last.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    /// Its keys were typed; it may not have been staged.
    Typed,
    /// It was on the screen.
    Drawn,
    /// Its send was confirmed.
    Confirmed,
}

/// The environment, the home, and what was done so far.
struct Run {
    sandbox: Sandbox,
    home: Home,
    owner: Owner,
    token: String,
    staged: BTreeMap<String, (Kind, Stage)>,
}

impl Run {
    fn new() -> Self {
        let (sandbox, home) = (Sandbox::start(&[]), Home::new());
        let mut terminal = home.start(&sandbox);
        sign_in(&mut terminal, &sandbox);
        terminal.keys(&["Q"]);
        assert_eq!(terminal.wait_for_end(), 0);
        let me: Value = serde_json::from_str(&home.run(&sandbox, &["whoami", "--json"])).unwrap();
        let owner = Owner {
            environment: sandbox.field("url").to_owned(),
            user_id: me["user_id"].as_str().unwrap().to_owned(),
        };
        let token = home.run(&sandbox, &["token"]).trim().to_owned();
        for method in ["PATCH", "POST"] {
            sandbox.fault(&json!({
                "match": { "origin": "api", "method": method, "path": "." },
                "times": 1_000_000,
                "fault": { "kind": "delay", "ms": DELAY_MS },
            }));
        }
        Self { sandbox, home, owner, token, staged: BTreeMap::new() }
    }

    /// What the journal holds: each by its text.
    fn kept(&self) -> BTreeMap<String, Fate> {
        let folder = self.home.folder.path().join(".local/state/dvtui");
        let Opened::Ours { rows, operations, aside, .. } = Journal::open(&folder, &self.owner).unwrap()
        else {
            panic!("another process has it");
        };
        assert_eq!(aside, None, "it is damaged");
        let titles = rows.iter().map(|row| match row.edits.as_slice() {
            [edit] => match &edit.change {
                Change::Text(text) => (text.clone(), row.fate),
                other => panic!("{other:?}"),
            },
            others => panic!("{others:?}"),
        });
        let texts = operations.iter().map(|kept| {
            let start = ["Note-", "Resolution-"].iter().find_map(|start| kept.json.find(start)).unwrap();
            let text = &kept.json[start..]; // its row may have a title of before
            (text[..=text.find('.').unwrap()].to_owned(), kept.fate)
        });
        titles.chain(texts).collect()
    }

    /// How often the server has a text.
    fn count_on_server(&self, kind: Kind, text: &str) -> usize {
        let (set, column) = kind.place();
        let path = format!("/api/data/v9.2/{set}?$select={column}&$filter={column}%20eq%20%27{text}%27");
        self.sandbox.get(&path, &self.token)["value"].as_array().unwrap().len()
    }

    /// Starts the program, stages something, sends it now and then, and ends the program at any moment of that.
    fn turn(&mut self, number: usize, dice: &mut Dice) {
        let kept = self.kept().len();
        let mut terminal = self.home.start(&self.sandbox);
        terminal.wait_for("Action Card");
        terminal.wait_until("what was kept", |screen| match kept {
            0 => !screen.contains("pending"),
            count => screen.contains(&format!("~{count} pending")),
        });
        terminal.send(":urg\r");
        terminal.wait_until("rows with a cursor", |screen| row_at_cursor(screen).contains("CAS-"));
        let kind = *dice.of(&[Kind::Title, Kind::Title, Kind::Note, Kind::Resolution]);
        let text = format!("{kind:?}-{number}.");
        for _ in 0..dice.below(15) {
            go_down(&mut terminal);
        }
        let keys = match kind {
            Kind::Title => format!("le\u{15}{text}\r"),
            Kind::Note => format!(":note \"{text}\"\r"),
            Kind::Resolution => format!(":resolve \"{text}\"\r"),
        };
        if kind == Kind::Title {
            go_to_untouched(&mut terminal);
        }
        self.staged.insert(text.clone(), (kind, Stage::Typed));
        terminal.send(&keys);
        let sends = dice.below(3) == 0;
        if sends || dice.below(4) > 0 {
            terminal.wait_for(&format!("~{} pending", kept + 1));
            self.staged.insert(text, (kind, Stage::Drawn));
        }
        if sends && confirm(&mut terminal) {
            for (_, stage) in self.staged.values_mut() {
                *stage = Stage::Confirmed;
            }
        }
        std::thread::sleep(Duration::from_micros(dice.below(60_000) as u64));
        terminal.end_by(*dice.of(&ENDS));
        std::thread::sleep(Duration::from_millis(3 * DELAY_MS)); // the server ends what it has begun
    }

    /// What was drawn is kept, what is gone was done, and what was done is not going to be sent again.
    fn check(&mut self) {
        let kept = self.kept();
        let staged = std::mem::take(&mut self.staged);
        for (text, (kind, stage)) in staged {
            let done = self.count_on_server(kind, &text);
            assert!(done <= 1, "{text} was done {done} times");
            match (kept.get(&text), stage) {
                (Some(Fate::Unknown), Stage::Confirmed) => {
                    self.staged.insert(text, (kind, stage));
                }
                (Some(Fate::Waiting | Fate::Conflict), _) => {
                    assert_eq!(done, 0, "{text} was done and would be sent again");
                    self.staged.insert(text, (kind, Stage::Drawn));
                }
                (None, Stage::Typed) => assert_eq!(done, 0, "{text} was done and nobody said so"),
                (None, Stage::Confirmed) => assert_eq!(done, 1, "{text} is lost"),
                found => panic!("{text}: {found:?}"),
            }
        }
        let known = |text: &&String| self.staged.contains_key(*text);
        assert_eq!(kept.keys().filter(known).count(), kept.len(), "{kept:?}");
    }
}

/// The row with the cursor, marks included.
fn row_at_cursor(screen: &str) -> &str {
    screen.lines().find(|line| line.starts_with('>')).unwrap_or_default()
}

fn go_down(terminal: &mut Terminal) {
    let before = row_at_cursor(&terminal.screen()).to_owned();
    terminal.send("j");
    terminal.wait_until("the next row", |screen| ![before.as_str(), ""].contains(&row_at_cursor(screen)));
}

/// Moves the cursor down to a row of which nothing waits.
fn go_to_untouched(terminal: &mut Terminal) {
    while ![">  ", "> ["].iter().any(|start| row_at_cursor(&terminal.screen()).starts_with(start)) {
        go_down(terminal);
    }
}

/// Sends all that can be sent; false where that is nothing.
fn confirm(terminal: &mut Terminal) -> bool {
    terminal.send("w");
    terminal.wait_until("the review or a question", |screen| {
        ["y yes", " included, ", "r reads", "Enter on"].iter().any(|text| screen.contains(text))
    });
    if terminal.screen().contains(" included, ") {
        terminal.send("s");
        terminal.wait_until("a question", |screen| {
            ["y yes", "Type ", "Nothing "].iter().any(|text| screen.contains(text))
        });
    }
    let screen = terminal.screen();
    if let Some((_, after)) = screen.split_once("Type ") {
        let count: String = after.chars().take_while(char::is_ascii_digit).collect();
        terminal.send(&format!("{count}\r"));
    } else if screen.contains("y yes") {
        terminal.send("y");
    } else {
        return false;
    }
    true
}

/// So many runs that are ended at random moments.
fn survives(kills: usize, seed: u64) {
    let mut dice = Dice::new(seed);
    let mut run = Run::new();
    for number in 0..kills {
        if number > 0 && number % BATCH == 0 {
            run = Run::new();
        }
        run.turn(number, &mut dice);
        run.check();
    }
}

#[test]
fn nothing_is_lost_or_done_twice_in_12_runs_that_end_at_random_moments() {
    survives(12, 24);
}

#[test]
#[ignore = "a quarter of an hour"]
fn nothing_is_lost_or_done_twice_in_500_runs_that_end_at_random_moments() {
    survives(500, 25);
}
