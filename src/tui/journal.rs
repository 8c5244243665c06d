//! The journal of staged edits, as the core has them and as the file has them.

pub(super) mod operation;

use std::path::PathBuf;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::app::journal::{Entry, Opened, Owner};
use crate::app::pending::{Edit, PendingOperation, PendingRow, RowState, Staged, Target, old_text};
use crate::app::problem::Problem;
use crate::ops::journal::{self, Fate, Journal, KeptEdit, KeptOperation, KeptRow, Wal};

/// Keeps the edits of the environment that is open.
#[derive(Debug)]
pub(super) struct EditKeeper {
    /// Nothing where nothing may be kept.
    folder: Option<PathBuf>,
    journal: Option<Journal>,
    written: UnboundedSender<Wal>,
    syncer: JoinHandle<()>,
}

impl EditKeeper {
    /// Keeps edits in a folder, or none. Must be called inside a tokio runtime.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        let (written, mut wals) = unbounded_channel::<Wal>();
        let syncer = tokio::spawn(async move {
            while let Some(first) = wals.recv().await {
                // What came while the disk was busy is synced at once.
                let wal = std::iter::from_fn(|| wals.try_recv().ok()).last().unwrap_or(first);
                // A panic there has been reported already.
                if let Ok(Err(error)) = tokio::task::spawn_blocking(move || wal.sync()).await {
                    tracing::warn!(%error, "edits are kept, but a power loss may cost them");
                }
            }
        });
        Self { folder, journal: None, written, syncer }
    }

    /// Opens the journal of a person; that of another one is closed.
    pub(super) fn open(&mut self, owner: Owner) -> Opened {
        self.journal = None;
        let Some(folder) = &self.folder else { return Opened::Off };
        let owner = journal::Owner { environment: owner.environment, user_id: owner.user_id };
        match Journal::open(folder, &owner) {
            Ok(journal::Opened::Ours { mut journal, rows, operations, aside }) => {
                let damaged = aside.map(|aside| {
                    format!(
                        "The journal of edits was damaged: it is now {}, a new one is begun.",
                        aside.display()
                    )
                });
                let (operations, unknown) = understood(operations);
                let said = damaged.into_iter().chain(set_aside(&mut journal, &unknown));
                let said = said.reduce(|one, other| format!("{one} {other}"));
                self.journal = Some(*journal);
                Opened::Ours { rows: rows.into_iter().map(pending).collect(), operations, said }
            }
            Ok(journal::Opened::Elsewhere { pid, count }) => Opened::Elsewhere { pid, count },
            Err(error) => Opened::Failed(error.to_string()),
        }
    }

    /// Writes entries. They are with the operating system when this returns, and soon after on the disk.
    pub(super) fn keep(&mut self, entries: Vec<Entry>) -> Result<(), String> {
        let Some(journal) = &mut self.journal else { return Err("no journal is open".to_owned()) };
        journal.keep(entries.into_iter().map(kept).collect()).map_err(|error| error.to_string())?;
        let _ = self.written.send(journal.wal()); // it lives as long as this
        Ok(())
    }

    /// Waits until everything is on the disk.
    pub(super) async fn finish(&mut self) {
        let (closed, _) = unbounded_channel();
        self.written = closed; // the queue ends when its last sender is gone
        let _ = (&mut self.syncer).await; // a panic there has been reported already
        self.journal = None;
    }
}

/// The operations that can be read, and those that cannot.
fn understood(all: Vec<KeptOperation>) -> (Vec<PendingOperation>, Vec<KeptOperation>) {
    let (mut known, mut unknown) = (vec![], vec![]);
    for kept in all {
        match operation::pending(&kept) {
            Ok(operation) => known.push(operation),
            Err(error) => {
                tracing::warn!(id = %kept.id, %error, "an operation in the journal is not understood");
                unknown.push(kept);
            }
        }
    }
    (known, unknown)
}

/// Takes operations out that cannot be read, and says so.
fn set_aside(journal: &mut Journal, unknown: &[KeptOperation]) -> Option<String> {
    if unknown.is_empty() {
        return None;
    }
    let count = unknown.len();
    let operations = if count == 1 { "operation" } else { "operations" };
    Some(match journal.set_aside(unknown) {
        Ok(aside) => format!(
            "{count} pending {operations} could not be read and went to {}; they will not be sent.",
            aside.display()
        ),
        Err(error) => {
            format!("{count} pending {operations} could not be read ({error}); they will not be sent.")
        }
    })
}

/// An entry as the file has it.
fn kept(entry: Entry) -> journal::Entry {
    let (key, row) = match entry {
        Entry::Operation(id, None) => return journal::Entry::OperationGone(id.0),
        Entry::Operation(_, Some(pending)) => return journal::Entry::Operation(operation::kept(&pending)),
        Entry::Row(key, row) => (key, row),
    };
    match row {
        Some(row) => journal::Entry::Kept(Box::new(kept_row(*row))),
        None => journal::Entry::Gone(key.table, key.id),
    }
}

/// A row with its changes.
pub(super) fn kept_row(row: PendingRow) -> KeptRow {
    let PendingRow { target, edits, state, included } = row;
    let Target { table, id, name, row } = target;
    let fate = fate(&state);
    let edit =
        |Edit { column, label, old: _, new }| KeptEdit { column, label, change: new.change, text: new.text };
    let edits = edits.into_iter().map(edit).collect();
    KeptRow { table, id, name, row, fate, included, edits }
}

fn fate(state: &RowState) -> Fate {
    match state {
        RowState::Conflict => Fate::Conflict,
        RowState::Sending(_) | RowState::Unknown(_) => Fate::Unknown,
        // A send tells again.
        RowState::Waiting
        | RowState::Queued
        | RowState::Failed(_)
        | RowState::Duplicate(_)
        | RowState::Gone(_) => Fate::Waiting,
    }
}

fn state(fate: Fate) -> RowState {
    match fate {
        Fate::Waiting => RowState::Waiting,
        Fate::Conflict => RowState::Conflict,
        Fate::Unknown => RowState::Unknown(Problem::new("dv ended before the answer came.")),
    }
}

/// The other way round. What a column was before is in the row.
pub(super) fn pending(kept: KeptRow) -> PendingRow {
    let KeptRow { table, id, name, row, fate, included, edits } = kept;
    let state = state(fate);
    let edit = |KeptEdit { column, label, change, text }| Edit {
        old: old_text(&row, &change.property(&column)),
        column,
        label,
        new: Staged { change, text },
    };
    let edits = edits.into_iter().map(edit).collect();
    PendingRow { target: Target { table, id, name, row }, edits, state, included }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use uuid::Uuid;

    use super::*;
    use crate::app::pending::{OperationId, OperationKind};
    use crate::dataverse::{Action, Operation};

    #[tokio::test]
    async fn an_operation_that_cannot_be_read_is_set_aside_alone_and_told_once() {
        let home = tempfile::tempdir().unwrap();
        let owner = Owner { environment: "https://contoso.crm.dynamics.com".into(), user_id: "7".into() };
        let known = PendingOperation {
            id: OperationId(Uuid::from_u128(1)),
            kind: OperationKind::Act,
            about: None,
            into: None,
            title: "act".into(),
            values: vec![],
            effects: vec![],
            operation: Operation::Act(Action::named("Act", None, String::new())),
            state: RowState::Waiting,
            included: true,
        };
        let mut keeper = EditKeeper::new(Some(home.path().to_owned()));
        keeper.open(owner.clone());
        keeper.keep(vec![Entry::Operation(known.id, Some(Box::new(known.clone())))]).unwrap();
        let strange = KeptOperation {
            id: Uuid::from_u128(2),
            json: "{\"kind\":\"Later\"}".into(),
            fate: Fate::Waiting,
            included: true,
        };
        let journal = keeper.journal.as_mut().unwrap();
        journal.keep(vec![journal::Entry::Operation(strange)]).unwrap();
        let ours = |opened: Opened| match opened {
            Opened::Ours { operations, said, .. } => (operations, said),
            other => panic!("{other:?}"),
        };
        let (operations, said) = ours(keeper.open(owner.clone()));
        assert_eq!(operations, std::slice::from_ref(&known));
        let aside = home.path().join("journal.db.bad-operations");
        assert!(said.unwrap().contains(&aside.display().to_string()));
        let text = fs::read_to_string(aside).unwrap();
        assert!(text.contains(&Uuid::from_u128(2).to_string()) && text.contains("Later"), "{text}");
        assert_eq!(ours(keeper.open(owner)), (vec![known], None));
        keeper.finish().await;
    }
}
