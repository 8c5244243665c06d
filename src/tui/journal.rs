//! The journal of staged edits, as the core has them and as the file has them.

mod operation;

use std::path::PathBuf;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::app::journal::{Entry, Opened, Owner};
use crate::app::pending::{Edit, PendingRow, RowState, Staged, Target, old_text};
use crate::app::problem::Problem;
use crate::ops::journal::{self, Fate, Journal, KeptEdit, KeptRow, Wal};

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
            Ok(journal::Opened::Ours { journal, rows, operations, aside }) => {
                self.journal = Some(*journal);
                let said = aside.map(|aside| {
                    format!(
                        "The journal of edits was damaged: it is now {}, a new one is begun.",
                        aside.display()
                    )
                });
                let rows = rows.into_iter().map(pending).collect();
                match operations.into_iter().map(operation::pending).collect::<Result<_, _>>() {
                    Ok(operations) => Opened::Ours { rows, operations, said },
                    Err(error) => {
                        self.journal = None;
                        Opened::Failed(format!("an operation in it is not understood ({error})"))
                    }
                }
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

/// An entry as the file has it.
fn kept(entry: Entry) -> journal::Entry {
    let (key, row) = match entry {
        Entry::Operation(id, None) => return journal::Entry::OperationGone(id.0),
        Entry::Operation(_, Some(pending)) => return journal::Entry::Operation(operation::kept(&pending)),
        Entry::Row(key, row) => (key, row),
    };
    let Some(row) = row else { return journal::Entry::Gone(key.table, key.id) };
    let PendingRow { target, edits, state, included } = *row;
    let Target { table, id, name, row } = target;
    let fate = fate(&state);
    let edit =
        |Edit { column, label, old: _, new }| KeptEdit { column, label, change: new.change, text: new.text };
    let edits = edits.into_iter().map(edit).collect();
    journal::Entry::Kept(Box::new(KeptRow { table, id, name, row, fate, included, edits }))
}

fn fate(state: &RowState) -> Fate {
    match state {
        RowState::Conflict => Fate::Conflict,
        RowState::Sending(_) | RowState::Unknown(_) => Fate::Unknown,
        // A send tells again.
        RowState::Waiting | RowState::Queued | RowState::Failed(_) | RowState::Gone(_) => Fate::Waiting,
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
fn pending(kept: KeptRow) -> PendingRow {
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
