//! Staged edits on disk: what is handed to the journal, what came back from it, and what a person is told of it.
//!
//! Must not know: where the journal is, or how it is written.

use super::effect::{Effect, WriteId};
use super::notice::Notice;
use super::operate;
use super::pending::{Item, OperationId, Pending, PendingOperation, PendingRow, RowKey, RowState};
use super::problem::Problem;
use super::save;
use super::{App, Screen};

/// Whose edits they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Origin of the environment.
    pub environment: String,
    /// The person's user id there.
    pub user_id: String,
}

/// What the journal is to hold of one thing from here on; nothing when it does not wait any more.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// The changes of a row.
    Row(RowKey, Option<Box<PendingRow>>),
    Operation(OperationId, Option<Box<PendingOperation>>),
}

/// What came of opening the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// It is ours, with what it holds. A change whose fate is not known comes as [`RowState::Unknown`]. `said`: what a
    /// person should know of the file.
    Ours { rows: Vec<PendingRow>, operations: Vec<PendingOperation>, said: Option<String> },
    /// Another process keeps the edits of this person; so many changes wait there.
    Elsewhere { pid: Option<u32>, count: usize },
    /// Nothing is to be kept.
    Off,
    /// It cannot be used; why.
    Failed(String),
}

/// Whether edits outlive the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keeping {
    /// They do not: nothing may be kept, somebody else keeps the journal, or it cannot be opened.
    #[default]
    Not,
    /// Each is on disk before it is on the screen.
    Kept,
    /// The last one could not be written. The next one is tried with it.
    Failing,
}

impl App {
    /// What is not in the journal as it is here.
    pub(in crate::app) fn journal(&mut self) -> Option<Effect> {
        let touched = self.pending.take_touched();
        if touched.is_empty() || self.keeping == Keeping::Not {
            return None;
        }
        let entry = |item: Item| match item {
            Item::Row(key) => {
                let row = self.pending.row(&key.table, key.id).cloned().map(Box::new);
                Entry::Row(key, row)
            }
            Item::Operation(id) => Entry::Operation(id, self.pending.operation(id).cloned().map(Box::new)),
        };
        Some(Effect::Journal(touched.into_iter().map(entry).collect()))
    }

    /// The journal of the environment is there, or is not to be had.
    pub(in crate::app) fn journal_opened(&mut self, opened: Opened) {
        self.keeping = Keeping::Not;
        self.keeps_backups = opened != Opened::Off;
        match opened {
            Opened::Off => {}
            Opened::Failed(why) => self.say(not_kept(&why)),
            Opened::Elsewhere { pid, count } => {
                let who = pid.map_or_else(|| "another dv".to_owned(), |pid| format!("dv, pid {pid}"));
                self.say(format!("{count} pending in {who}; edits here are not kept when this one ends."));
            }
            Opened::Ours { rows, operations, said } => {
                self.keeping = Keeping::Kept;
                self.bring_back(rows, operations, said);
            }
        }
    }

    /// What is to be sent waits until the journal has that it is. Where that failed before, a person was told so: then
    /// it goes out all the same, since the service is the safer place by then.
    pub(in crate::app) fn hold_back(&mut self, effects: &mut Vec<Effect>) {
        if self.keeping == Keeping::Kept {
            let writes = effects.extract_if(.., |effect| !effect.writes().is_empty());
            self.held_back.extend(writes);
        }
    }

    /// The journal was written, or could not be.
    pub(in crate::app) fn journaled(&mut self, result: Result<(), String>) -> Vec<Effect> {
        let held = std::mem::take(&mut self.held_back);
        match (result, self.keeping) {
            (Ok(()), Keeping::Failing) => {
                self.keeping = Keeping::Kept;
                self.say("Edits are kept on disk again, those before as well.");
            }
            (Err(why), Keeping::Kept) => {
                self.keeping = Keeping::Failing;
                match held.is_empty() {
                    true => self.say(not_kept(&why)),
                    false => self.not_sent(&held, &why),
                }
                return vec![];
            }
            _ => {}
        }
        held
    }

    /// What was about to be sent waits as it did before, and what comes after it too.
    fn not_sent(&mut self, held: &[Effect], why: &str) {
        let writes: Vec<WriteId> = held.iter().flat_map(Effect::writes).collect();
        let back = self.pending.call_back(&writes).into_iter().chain(self.pending.release()).collect();
        self.sending.kept_back(back);
        self.must_be_seen();
        let again = if matches!(self.screen(), Screen::Review(_)) { 's' } else { 'w' };
        let problem = Problem::new("Not sent: what goes out is noted on disk first, and that failed.")
            .why(not_kept(why))
            .next(format!("{again} sends it all the same   Esc dismiss"));
        self.notice = Some(Notice::Problem(problem));
    }

    fn bring_back(
        &mut self,
        mut rows: Vec<PendingRow>,
        mut operations: Vec<PendingOperation>,
        said: Option<String>,
    ) {
        let mut unknown = 0;
        for row in &mut rows {
            if let RowState::Unknown(cause) = &row.state {
                row.state = RowState::Unknown(save::perhaps_saved(row, cause));
                unknown += row.edits.len();
            }
        }
        for operation in &mut operations {
            if let RowState::Unknown(cause) = &operation.state {
                operation.state = RowState::Unknown(operate::perhaps_done(operation, cause));
                unknown += 1;
            }
        }
        self.pending = Pending::of(rows, operations);
        let all = self.pending.count();
        let perhaps = match unknown {
            0 => String::new(),
            some => format!("; {some} may have arrived"),
        };
        let pending = match all {
            0 => String::new(),
            1 => format!("1 change of last time is pending{perhaps}.  w reviews it"),
            all => format!("{all} changes of last time are pending{perhaps}.  w reviews them"),
        };
        match said {
            Some(said) if all > 0 => self.notice = Some(Notice::Problem(Problem::new(said).next(pending))),
            Some(said) => self.say(said),
            None if all > 0 => self.say(pending),
            None => {}
        }
    }
}

fn not_kept(why: &str) -> String {
    format!("Edits are not kept on disk: {why}.")
}
