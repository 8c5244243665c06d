//! What waits to be sent beside the changes of columns: a row to be made or deleted, an action, a change of state.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::history::{Step, Touch};
use super::{Item, Pending, RowKey, RowState, Target};
use crate::dataverse::{FileChange, Operation, Row, RowId};

/// What the review says of a row that is made although others are like it.
const DUPLICATES_ALLOWED: &str = "Duplicates are allowed.";

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
    /// Stages an operation.
    pub fn add(&mut self, operation: PendingOperation) {
        self.put_in(operation.clone());
        let together = self.together.then_some(self.last_together);
        self.history.add(Step { touch: Touch::Added(Box::new(operation)), together });
    }

    /// Drops an operation that is not on its way.
    pub fn drop_operation(&mut self, id: OperationId) {
        let Some(operation) = self.operation(id).filter(|operation| !operation.is_sending()).cloned() else {
            return;
        };
        self.remove(id);
        let operation = PendingOperation { state: RowState::Waiting, ..operation };
        let together = self.together.then_some(self.last_together);
        self.history.add(Step { touch: Touch::Dropped(Box::new(operation)), together });
    }

    /// An operation that is about to be changed.
    pub(super) fn find_operation(&mut self, id: OperationId) -> Option<&mut PendingOperation> {
        self.touch(Item::Operation(id));
        self.operations.get_mut(&id)
    }

    /// How far an operation is by now. It stays.
    pub fn operation_failed(&mut self, id: OperationId, state: RowState) {
        self.set_state(&Item::Operation(id), state);
    }

    /// A row is to be made although others are like it: the rules of duplicate detection are not asked any more.
    pub fn allow_duplicates(&mut self, id: OperationId) {
        let Some(operation) = self.find_operation(id).filter(|operation| !operation.is_sending()) else {
            return;
        };
        let Operation::Create(new) = &mut operation.operation else { return };
        new.detect_duplicates = false;
        if !operation.effects.iter().any(|effect| effect == DUPLICATES_ALLOWED) {
            operation.effects.push(DUPLICATES_ALLOWED.to_owned());
        }
        self.operation_failed(id, RowState::Waiting);
    }

    /// The row of operations that were refused was read again: they are based on that, and can be sent.
    pub fn rebase_operations(&mut self, key: &RowKey, newer: &Row) {
        for id in self.of_row.get(key).cloned().unwrap_or_default() {
            if self.operation(id).is_some_and(|operation| operation.state == RowState::Conflict) {
                if let Some(operation) = self.find_operation(id) {
                    operation.rebase(newer);
                }
                self.operation_failed(id, RowState::Waiting);
            }
        }
    }

    pub(super) fn put_in(&mut self, operation: PendingOperation) {
        let id = operation.id;
        self.remove(id);
        if let Some(key) = operation.row() {
            self.of_row.entry(key).or_default().insert(id);
        }
        self.operations.push(id, operation);
        self.enter_queue(&Item::Operation(id));
    }

    pub(super) fn remove(&mut self, id: OperationId) {
        self.leave_queue(&Item::Operation(id));
        self.touch(Item::Operation(id));
        let Some(key) = self.operations.remove(&id).and_then(|operation| operation.row()) else { return };
        if let Some(ids) = self.of_row.get_mut(&key) {
            ids.remove(&id);
            if ids.is_empty() {
                self.of_row.remove(&key);
            }
        }
    }

    /// A row that is to be deleted was read again with all its columns.
    pub fn read_whole(&mut self, key: &RowKey, row: &Row) {
        for id in self.of_row.get(key).cloned().unwrap_or_default() {
            if let Some(operation) = self.find_operation(id)
                && operation.kind == OperationKind::Delete
                && let Some(target) = &mut operation.about
                && target.row.etag() == row.etag()
            {
                target.row = row.clone();
            }
        }
    }

    /// The operations about a row.
    pub fn about(&self, key: &RowKey) -> impl Iterator<Item = &PendingOperation> {
        self.of_row.get(key).into_iter().flatten().filter_map(|id| self.operation(*id))
    }

    /// What is staged for the file columns of a row.
    pub fn files(&self, row: RowId) -> Vec<&FileChange> {
        let changes = self.operations().iter().filter_map(|pending| match &pending.operation {
            Operation::File(change) => Some(change),
            _ => None,
        });
        changes.filter(|change| change.subject.id == row).collect()
    }
}
