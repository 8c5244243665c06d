//! What cannot be taken back: rows that are deleted together, how many at most, and rows that are merged. They are written
//! to a file before anything is sent.

use std::collections::BTreeSet;

use super::App;
use super::effect::{Effect, Request};
use super::event::BackedUp;
use super::notice::Notice;
use super::pending::{Item, OperationKind, Pending, PendingOperation};
use super::problem::Problem;
use super::tickets::Slot;
use crate::dataverse::{RowId, Table};
use crate::text::grouped;

/// So many rows are deleted by one send at most.
const MOST: usize = 500;
/// From so many deletes on they are written to a file before.
const FROM: usize = 2;

/// The deletes and the merges that the next send of these items would carry out.
fn doomed<'a>(
    pending: &'a Pending,
    items: &[Item],
) -> (Vec<&'a PendingOperation>, Vec<&'a PendingOperation>) {
    let kind = |item: &Item| pending.operation_of(item).map(|known| known.kind);
    let is_doomed = |item: &&Item| matches!(kind(item), Some(OperationKind::Delete | OperationKind::Merge));
    let doomed: BTreeSet<&Item> = items.iter().filter(is_doomed).collect();
    if doomed.is_empty() {
        return (vec![], vec![]); // mostly so, and then the order of all that waits is not needed
    }
    let sendable = pending.sendable();
    let sent = sendable.iter().filter(|item| doomed.contains(item));
    sent.filter_map(|item| pending.operation_of(item)).partition(|known| known.kind == OperationKind::Delete)
}

/// What becomes of the rows that are in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::app) enum Doom {
    #[default]
    Deleted,
    Merged,
    /// Some are deleted, others merged.
    Either,
}

impl Doom {
    fn word(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Merged => "merged",
            Self::Either => "deleted or merged",
        }
    }
}

/// Rows that were written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct Kept {
    doom: Doom,
    path: String,
}

impl Kept {
    /// Where they are; the path ends the sentence.
    pub(in crate::app) fn told(&self) -> String {
        format!("What was {} is in {}", self.doom.word(), self.path)
    }

    /// Another send can bring some of them back.
    pub(in crate::app) fn is_restorable(&self) -> bool {
        self.doom != Doom::Merged
    }
}

/// What a question says of a backup that there will not be.
pub(in crate::app) fn without_backup(app: &App, items: &[Item]) -> &'static str {
    match !app.keeps_backups && app.kept_rows(items).is_some() {
        true => " There is no backup: nothing may be kept on disk.",
        false => "",
    }
}

impl App {
    /// The rows that are in a file before these items are sent, each once, and what becomes of them. Of a merge both: the
    /// one that is closed and the one that it goes into.
    fn kept_rows(&self, items: &[Item]) -> Option<(Doom, Vec<(Table, RowId)>)> {
        let (deletes, merges) = doomed(&self.pending, items);
        let doom = match (deletes.len(), merges.is_empty()) {
            (count, true) if count < FROM => return None,
            (_, true) => Doom::Deleted,
            (0, false) => Doom::Merged,
            (_, false) => Doom::Either, // there is a file anyway: one that is deleted by itself goes there too
        };
        let deleted = deletes.iter().filter_map(|known| known.about.as_ref());
        let own = merges.iter().filter_map(|merge| merge.about.as_ref());
        let rows = deleted.chain(own).map(|target| (target.table.clone(), target.id));
        let into = merges.iter().filter_map(|merge| {
            let table = &merge.about.as_ref()?.table; // both are of one table
            Some((table.clone(), merge.into.as_ref()?.id))
        });
        let mut seen = BTreeSet::new();
        let rows = rows.chain(into).filter(|(table, id)| seen.insert((table.name.clone(), *id)));
        Some((doom, rows.collect()))
    }

    /// Why so many rows are not deleted at once.
    pub(in crate::app) fn too_many_deletes(&self, items: &[Item]) -> Option<String> {
        let count = doomed(&self.pending, items).0.len();
        (count > MOST).then(|| {
            let count = grouped(count as u64);
            format!("{count} deletes are included: at most {MOST} are sent at once. Space leaves some out, u undoes")
        })
    }

    /// Whether these items have to be written to a file before they are sent: then they wait for that, and those that
    /// can be `sent` are on their way. What is sent by itself meanwhile is in the way.
    pub(in crate::app) fn back_up(
        &mut self,
        items: &[Item],
        sent: &[Item],
        together: bool,
    ) -> Option<Vec<Effect>> {
        let (doom, rows) = self.kept_rows(items).filter(|_| self.keeps_backups)?;
        if let Some(saving) = self.pending.saving() {
            self.say(format!("{saving} is on its way. Send these once it is answered."));
            return Some(vec![]);
        }
        let said = format!("Writing {} records to a file before they are {} ...", rows.len(), doom.word());
        self.pending.line_up(items);
        self.sending.begin(sent.to_vec());
        self.sending.together = together;
        self.sending.doom = doom;
        self.sent.begin();
        self.say(said);
        Some(vec![Effect::Run(self.tickets.issue(Slot::Backup), Request::BackUp(rows))])
    }

    /// The file is written: what waited for it goes out. Otherwise nothing does.
    pub(in crate::app) fn backed_up(&mut self, result: Result<BackedUp, Problem>) -> Vec<Effect> {
        match result {
            Ok(BackedUp { path, rows }) => {
                for (key, row) in &rows {
                    self.pending.read_whole(key, row);
                }
                self.notice = None; // the line tells what is on its way until it is answered
                self.sending.backup = Some(Kept { doom: self.sending.doom, path });
                match self.sending.together {
                    true => vec![Effect::Together(self.pending.follow_together())],
                    false => self.pending.follow().into_iter().map(Effect::from).collect(),
                }
            }
            Err(problem) => {
                self.not_backed_up();
                self.must_be_seen();
                self.notice = Some(Notice::Problem(problem));
                vec![]
            }
        }
    }

    /// There is no file: what waited for it waits as it did before.
    pub(in crate::app) fn not_backed_up(&mut self) {
        let released = self.pending.release();
        self.sending.kept_back(released);
        self.leaving = false;
    }
}
