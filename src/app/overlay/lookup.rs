//! The editor of a lookup: rows are searched for on the server as one types, and the row under the cursor stays there
//! whatever comes.

use jiff::{SignedDuration, Timestamp};

use crate::app::desk::Anchor;
use crate::app::finding::Hit;
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::list::{List, Step};
use crate::app::pending::Target;
use crate::dataverse::{Column, Table};

/// Rows of the list.
pub const HEIGHT: usize = 8;
/// How long after the last key the server is asked.
const REST: SignedDuration = SignedDuration::from_millis(200);

/// The editor with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// The row that is edited.
    pub target: Target,
    /// What is done with the row that is chosen.
    pub purpose: Purpose,
    /// The lookup.
    pub column: Column,
    /// What is typed.
    pub line: Line,
    /// The tables that it can point to.
    pub kinds: Vec<Table>,
    /// The only one of them that rows are wanted of.
    pub kind: Option<usize>,
    /// Cursor and scroll position among the candidates.
    pub list: List,
    /// Why it does not go on.
    pub problem: Option<String>,
    /// What was asked for and waits until it is known how the lookup is written.
    pub(in crate::app) wish: Option<Wish>,
    candidates: Vec<Candidate>,
    /// Rows chosen before, and the person.
    usual: Vec<Candidate>,
    found: Vec<Candidate>,
    /// When the server is asked.
    pub(in crate::app) due: Option<Timestamp>,
    /// The text that the rows of the server were found by.
    answered: Option<String>,
}

/// What is done with the row that is chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Purpose {
    /// The lookup of a row is staged to point to it.
    #[default]
    Cell,
    /// It goes into the field of the form below.
    Draft,
    /// These are put into it: it is a queue.
    Queue(Vec<Target>),
    /// It is attached to this.
    Attach(Box<Anchor>),
    /// This is merged into it.
    Merge(Box<Target>),
}

/// A row that the lookup can point to.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub hit: Hit,
    /// What stands beside it: `recent`, `me`.
    pub note: &'static str,
}

/// What is to be staged.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) enum Wish {
    Set(Box<Hit>),
    Empty,
}

/// What an input did.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) enum Did {
    Closed,
    Wished(Wish),
    Stayed,
    Nothing,
}

impl Candidate {
    fn is(&self, other: &Self) -> bool {
        (self.hit.id, &self.hit.table.name) == (other.hit.id, &other.hit.table.name)
    }

    fn has(&self, text: &str) -> bool {
        self.hit.name.to_lowercase().contains(text) || (!self.note.is_empty() && self.note == text)
    }
}

impl Lookup {
    /// An editor in which nothing is typed: it offers the usual rows.
    pub fn new(target: Target, column: Column, kinds: Vec<Table>, usual: Vec<Candidate>) -> Self {
        let usual: Vec<Candidate> = usual
            .into_iter()
            .filter(|candidate| kinds.iter().any(|kind| kind.name == candidate.hit.table.name))
            .collect();
        Self {
            target,
            purpose: Purpose::Cell,
            column,
            line: Line::default(),
            kinds,
            kind: None,
            list: List::default(),
            problem: None,
            wish: None,
            candidates: usual.clone(),
            usual,
            found: vec![],
            due: None,
            answered: None,
        }
    }

    /// What it asks for. `meant`: the row or rows that it is about, in words.
    pub fn title(&self, meant: &str) -> String {
        match self.purpose {
            Purpose::Attach(_) | Purpose::Merge(_) => self.column.display_name.clone(), // says it all
            Purpose::Cell | Purpose::Draft | Purpose::Queue(_) => {
                format!("{} of {meant}", self.column.display_name)
            }
        }
    }

    /// What is chosen can be nothing.
    pub fn can_be_empty(&self) -> bool {
        self.purpose == Purpose::Cell
    }

    /// The rows to choose from.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// How many rows of the server match what is typed; nothing while it was not asked.
    pub fn found(&self) -> Option<usize> {
        (self.answered.as_deref() == Some(self.line.text().trim())).then_some(self.found.len())
    }

    /// The server is asked soon.
    pub fn is_due(&self) -> bool {
        self.due.is_some()
    }

    /// A row was chosen, and is staged once it is known how.
    pub fn is_wishing(&self) -> bool {
        self.wish.is_some()
    }

    /// The tables that rows are wanted of.
    pub fn wanted(&self) -> Vec<Table> {
        match self.kind.and_then(|kind| self.kinds.get(kind)) {
            Some(kind) => vec![kind.clone()],
            None => self.kinds.clone(),
        }
    }

    pub(in crate::app) fn input(&mut self, input: &Input, now: Timestamp) -> Did {
        self.wish = None;
        let step = match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => return Did::Closed,
            Input::Key(Key::Enter) => match self.candidates.get(self.list.cursor) {
                Some(candidate) => return Did::Wished(Wish::Set(Box::new(candidate.hit.clone()))),
                None => {
                    self.problem = Some("There is no row here to choose.".to_owned());
                    return Did::Stayed;
                }
            },
            Input::Key(Key::Ctrl('x')) if self.can_be_empty() => return Did::Wished(Wish::Empty),
            Input::Key(key @ (Key::Tab | Key::BackTab)) => {
                self.turn(*key == Key::Tab, now);
                return Did::Stayed;
            }
            Input::Key(Key::Up | Key::Ctrl('p')) => Step::Rows(-1),
            Input::Key(Key::Down | Key::Ctrl('n')) => Step::Rows(1),
            Input::Key(Key::PageUp) => Step::Halves(-2),
            Input::Key(Key::PageDown) => Step::Halves(2),
            input => {
                let before = self.line.text().to_owned();
                let taken = self.line.update(input);
                if self.line.text() != before {
                    self.retyped(now);
                }
                return if taken { Did::Stayed } else { Did::Nothing };
            }
        };
        self.list.step(step, self.candidates.len(), HEIGHT);
        Did::Stayed
    }

    /// The next kind of row, or all of them again.
    fn turn(&mut self, forward: bool, now: Timestamp) {
        let last = self.kinds.len().saturating_sub(1);
        self.kind = match (self.kind, forward) {
            (None, _) if last == 0 => {
                return self.problem = Some("There is one kind of row here.".to_owned());
            }
            (None, true) => Some(0),
            (None, false) => Some(last),
            (Some(kind), true) => (kind < last).then_some(kind + 1),
            (Some(kind), false) => kind.checked_sub(1),
        };
        self.retyped(now);
        if self.due.is_some() {
            self.due = Some(now);
        }
    }

    /// Something else is wanted: what is here of it is seen at once, and the server is asked a little later.
    fn retyped(&mut self, now: Timestamp) {
        self.problem = None;
        self.answered = None;
        let text = self.line.text().trim().to_lowercase();
        self.found.retain(|candidate| !text.is_empty() && candidate.has(&text));
        self.list = List::default();
        self.candidates = self.matching();
        self.due = if text.is_empty() { None } else { now.checked_add(REST).ok() };
    }

    /// Takes the rows that the server found. The one under the cursor stays in its place.
    pub(in crate::app) fn take(&mut self, hits: Vec<Hit>) {
        self.answered = Some(self.line.text().trim().to_owned());
        self.found = hits.into_iter().map(|hit| Candidate { hit, note: "" }).collect();
        let mut candidates = self.matching();
        if let Some(chosen) = self.candidates.get(self.list.cursor) {
            candidates.retain(|candidate| !candidate.is(chosen));
            self.list.cursor = self.list.cursor.min(candidates.len());
            candidates.insert(self.list.cursor, chosen.clone());
        }
        self.candidates = candidates;
        self.list.clamp(self.candidates.len(), HEIGHT);
    }

    /// The usual rows that match what is typed, then those of the server, each once.
    fn matching(&self) -> Vec<Candidate> {
        let text = self.line.text().trim().to_lowercase();
        let wanted = self.wanted();
        let usual = self.usual.iter().filter(|candidate| candidate.has(&text));
        let mut matching: Vec<Candidate> = Vec::new();
        for candidate in usual.chain(&self.found) {
            let is_wanted = wanted.iter().any(|kind| kind.name == candidate.hit.table.name);
            if is_wanted && !matching.iter().any(|other| other.is(candidate)) {
                matching.push(candidate.clone());
            }
        }
        matching
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataverse::metadata::Required;
    use crate::dataverse::{ColumnKind, Row, RowId};

    fn table(name: &str) -> Table {
        Table {
            name: name.into(),
            set: format!("{name}s").as_str().into(),
            display_name: name.into(),
            collection_name: name.into(),
            primary_id: "id".into(),
            primary_name: None,
            is_custom: false,
            is_system: false,
            optimistic_concurrency: true,
        }
    }

    fn hit(number: u8) -> Hit {
        let id: RowId = format!("00000000-0000-4000-8000-0000000000{number:02x}").parse().unwrap();
        let kind = if number.is_multiple_of(2) { "account" } else { "contact" };
        Hit { table: table(kind), id, name: format!("Tie {number}"), detail: String::new() }
    }

    fn lookup(usual: &[u8]) -> Lookup {
        let column = Column {
            name: "customerid".into(),
            display_name: "Customer".into(),
            kind: ColumnKind::Lookup { targets: vec![] },
            required: Required::None,
            updatable: true,
            creatable: true,
            secured: false,
            computed: false,
            is_custom: false,
        };
        let row = Row::from_json("{}".to_owned()).unwrap();
        let target = Target { table: table("incident"), id: hit(0).id, name: "CAS".into(), row };
        let usual = usual.iter().map(|number| Candidate { hit: hit(*number), note: "recent" }).collect();
        Lookup::new(target, column, vec![table("account"), table("contact")], usual)
    }

    fn numbers(lookup: &Lookup) -> Vec<String> {
        lookup.candidates().iter().map(|candidate| candidate.hit.name.replace("Tie ", "")).collect()
    }

    fn press(lookup: &mut Lookup, key: Key) -> Did {
        lookup.input(&Input::Key(key), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn what_is_known_is_seen_at_once_and_one_kind_alone_after_tab() {
        let mut lookup = lookup(&[12, 3]);
        assert_eq!(numbers(&lookup), ["12", "3"]);
        press(&mut lookup, Key::Char('3'));
        assert_eq!(numbers(&lookup), ["3"]);
        lookup.take(vec![hit(30), hit(3), hit(31)]);
        assert_eq!(numbers(&lookup), ["3", "30", "31"]);
        press(&mut lookup, Key::Tab);
        assert_eq!(numbers(&lookup), ["30"]);
        press(&mut lookup, Key::Tab);
        assert_eq!(numbers(&lookup), ["3", "31"]);
        press(&mut lookup, Key::Tab);
        assert_eq!(numbers(&lookup), ["3", "30", "31"]);
    }

    #[test]
    fn the_server_is_asked_after_the_last_key_and_not_for_nothing() {
        let mut lookup = lookup(&[]);
        press(&mut lookup, Key::Char('t'));
        assert_eq!(lookup.due, Timestamp::UNIX_EPOCH.checked_add(REST).ok());
        assert_eq!(lookup.found(), None);
        lookup.take(vec![]);
        assert_eq!(lookup.found(), Some(0));
        press(&mut lookup, Key::Backspace);
        assert_eq!((lookup.due, lookup.found()), (None, None));
        assert_eq!(press(&mut lookup, Key::Enter), Did::Stayed);
        assert!(lookup.problem.is_some());
    }

    proptest! {
        #[test]
        fn the_row_under_the_cursor_stays_chosen_whatever_comes(
            usual in prop::collection::vec(0..20u8, 0..6),
            answers in prop::collection::vec((prop::collection::vec(0..20u8, 0..20), 0..6usize), 1..6),
        ) {
            let mut lookup = lookup(&usual);
            press(&mut lookup, Key::Char('t'));
            for (answer, moves) in answers {
                for _ in 0..moves {
                    press(&mut lookup, Key::Down);
                }
                let (place, before) = (lookup.list.cursor, lookup.candidates().get(lookup.list.cursor).cloned());
                lookup.take(answer.into_iter().map(hit).collect());
                let after = lookup.candidates().get(lookup.list.cursor).cloned();
                prop_assert!(lookup.list.cursor <= place);
                if before.is_some() {
                    prop_assert_eq!(before, after);
                }
                let mut ids: Vec<_> = lookup.candidates().iter().map(|candidate| candidate.hit.id.0).collect();
                let all = ids.len();
                ids.sort_unstable();
                ids.dedup();
                prop_assert_eq!(ids.len(), all, "no row stands there twice");
            }
        }
    }
}
