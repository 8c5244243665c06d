//! Rows that are deleted together: how many at most, and the file that they are written to before anything is sent.

use std::collections::BTreeSet;

use super::App;
use super::effect::{Effect, Request};
use super::event::BackedUp;
use super::notice::Notice;
use super::pending::{Item, OperationKind, Pending, Target};
use super::problem::Problem;
use super::tickets::Slot;
use crate::text::grouped;

/// So many rows are deleted by one send at most.
const MOST: usize = 500;
/// From so many on they are written to a file before.
const FROM: usize = 2;

/// The rows that the next send of these items would delete.
fn doomed<'a>(pending: &'a Pending, items: &[Item]) -> Vec<&'a Target> {
    let deletes: BTreeSet<&Item> = items
        .iter()
        .filter(|item| pending.operation_of(item).is_some_and(|known| known.kind == OperationKind::Delete))
        .collect();
    if deletes.len() < FROM {
        return vec![];
    }
    let sendable = pending.sendable();
    let sent = sendable.iter().filter(|item| deletes.contains(item));
    sent.filter_map(|item| pending.operation_of(item)?.about.as_ref()).collect()
}

/// What a question says of a backup that there will not be.
pub(in crate::app) fn without_backup(app: &App, items: &[Item]) -> &'static str {
    match !app.keeps_backups && doomed(&app.pending, items).len() >= FROM {
        true => " There is no backup: nothing may be kept on disk.",
        false => "",
    }
}

impl App {
    /// Why so many rows are not deleted at once.
    pub(in crate::app) fn too_many_deletes(&self, items: &[Item]) -> Option<String> {
        let count = doomed(&self.pending, items).len();
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
        let doomed = doomed(&self.pending, items);
        if doomed.len() < FROM || !self.keeps_backups {
            return None;
        }
        if let Some(saving) = self.pending.saving() {
            self.say(format!("{saving} is on its way. Send these once it is answered."));
            return Some(vec![]);
        }
        let rows: Vec<_> = doomed.iter().map(|target| (target.table.clone(), target.id)).collect();
        let said = format!("Writing {} records to a file before they are deleted ...", rows.len());
        self.pending.line_up(items);
        self.sending.begin(sent.to_vec());
        self.sending.together = together;
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
                self.sending.backup = Some(path);
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
