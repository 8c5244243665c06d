//! What waits to be sent beside the changes of columns: a row to be made or deleted, an action, a change of state.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Pending, RowKey, RowState, Target};
use crate::dataverse::{FileChange, Operation, Row, RowId};

/// Tells one operation from another; made by the client, and kept in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OperationId(pub Uuid);

/// An operation that waits to be sent, or is on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingOperation {
    pub id: OperationId,
    /// What it is: decides its place in the order of sending and what confirms it.
    pub kind: OperationKind,
    /// The row that it is about, as it was read; nothing for a new row that hangs on none.
    pub about: Option<Target>,
    /// The other row that it changes or makes ready, where there is one: what a merge goes into, the case of an activity.
    pub into: Option<RowKey>,
    /// What it does, in a few words: `resolve CAS-01990`.
    pub title: String,
    /// What it brings: labels and values as people read them.
    pub values: Vec<(String, String)>,
    /// What it does besides, as sentences: `May cancel 1 open activity, or be refused because of it.`
    pub effects: Vec<String>,
    /// What is sent.
    pub operation: Operation,
    /// How far it is.
    pub state: RowState,
    /// The next send takes it along.
    pub included: bool,
}

/// What an operation is, in the order in which kinds are sent. Changes of columns go with [`OperationKind::Act`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OperationKind {
    /// Makes a row writable again: before everything else.
    Reactivate,
    /// Makes a row. It waits for nothing.
    Create,
    /// Anything else that leaves the row open.
    Act,
    /// Ends the work on a row, which is read-only from then on: after its updates and notes.
    Close,
    /// Puts one row into another.
    Merge,
    /// Last.
    Delete,
}

impl PendingOperation {
    /// The row that it is about.
    pub fn row(&self) -> Option<RowKey> {
        self.about.as_ref().map(Target::key)
    }

    /// The character of column 1 that tells what is to become of the row.
    pub fn mark(&self) -> char {
        match (self.kind, &self.state) {
            (OperationKind::Delete, RowState::Waiting) => 'D',
            (_, state) => state.mark(),
        }
    }

    /// It is on its way, or waits for what is.
    pub fn is_sending(&self) -> bool {
        matches!(self.state, RowState::Sending(_) | RowState::Queued)
    }

    /// It can be sent now.
    pub fn is_sendable(&self) -> bool {
        self.included
            && matches!(self.state, RowState::Waiting | RowState::Failed(_) | RowState::Duplicate(_))
    }

    /// The row was read again, or was changed by ourselves: what is sent is based on that from here on.
    pub(super) fn rebase(&mut self, newer: &Row) {
        let Some(target) = &mut self.about else { return };
        target.row = target.row.merged(newer);
        if let Some(etag) = newer.etag() {
            self.operation.based_on(&etag);
        }
    }
}

impl Pending {
    /// What is staged for the file columns of a row.
    pub fn files(&self, row: RowId) -> Vec<&FileChange> {
        let changes = self.operations().iter().filter_map(|pending| match &pending.operation {
            Operation::File(change) => Some(change),
            _ => None,
        });
        changes.filter(|change| change.subject.id == row).collect()
    }
}
