//! What was staged and not sent: changes of columns per row, with the row as it was read, so that a save can tell what
//! changed; and operations beside them.
//!
//! Must not know: screens, keys, how a value was typed. It never sends; it says what would be sent.

mod history;
mod loading;
mod operation;
mod ordered;
mod queue;
mod sending;
#[cfg(test)]
mod tests;
mod together;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::app::effect::WriteId;
use crate::app::problem::Problem;
use crate::dataverse::{Change, Column, ColumnName, Patch, Row, RowId, Table, TableName};

pub use loading::Joined;
pub use operation::{OperationId, OperationKind, PendingOperation};
pub use ordered::Ordered;
pub use sending::{AT_A_TIME, Item, Sent};

use history::{CellTouch, History, Step, Touch};
use queue::Queue;

/// A row that an edit is meant for, as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The row's table.
    pub table: Table,
    /// The row's key.
    pub id: RowId,
    /// What people call the row: `CAS-01213`.
    pub name: String,
    /// The row with its ETag.
    pub row: Row,
}

/// Tells one row of the environment from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    pub table: TableName,
    pub id: RowId,
}

/// A new value and how people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// What is sent.
    pub change: Change,
    /// What is shown: the label of a choice, the date in words, `-` for no value.
    pub text: String,
}

/// One changed column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The column.
    pub column: ColumnName,
    /// The column's label.
    pub label: String,
    /// The value as it was read: `-` for null, `(not read)` when the row was read without the column.
    pub old: String,
    /// The value to be sent.
    pub new: Staged,
}

/// The changes of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingRow {
    /// The row as it was read.
    pub target: Target,
    /// Its changed columns, in the order they were staged.
    pub edits: Vec<Edit>,
    /// How far the changes are.
    pub state: RowState,
    /// The next send takes them along.
    pub included: bool,
}

/// How far the changes of a row are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    /// They wait to be sent.
    Waiting,
    /// They are sent as soon as what is on its way to the same row is answered, and not too much is on its way.
    Queued,
    /// They are on their way.
    Sending(WriteId),
    /// The row was changed by somebody else; it must be read again first.
    Conflict,
    /// The row is deleted, or is no longer shown to the person: they cannot be sent.
    Gone(Problem),
    /// Whether they arrived is not known; the row must be read again first.
    Unknown(Problem),
    /// They did not arrive, for this reason.
    Failed(Problem),
    /// The row was not made: duplicate detection found others like it.
    Duplicate(Problem),
}

/// What staging a value did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It waits to be sent; the value before it.
    Staged { from: String },
    /// It is the value that the row has: the edit is gone.
    Back,
    /// The row has this value and nothing was staged.
    Unchanged,
}

/// The edits of this environment that wait to be reviewed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pending {
    rows: Ordered<RowKey, PendingRow>,
    operations: Ordered<OperationId, PendingOperation>,
    /// The operations about a row.
    of_row: BTreeMap<RowKey, BTreeSet<OperationId>>,
    /// What was sent and is not answered.
    queue: Queue,
    /// What is not as it was when this was last asked for.
    touched: BTreeSet<Item>,
    /// Grows with each of them.
    changes: u64,
    history: History,
    last_write: u64,
    last_together: u64,
    together: bool,
}

impl Target {
    /// The row's identity.
    pub fn key(&self) -> RowKey {
        RowKey { table: self.table.name.clone(), id: self.id }
    }

    /// It is this row, as it was read in this version.
    fn is_at(&self, key: &RowKey, version: Option<&str>) -> bool {
        self.key() == *key && self.row.etag().as_deref() == version
    }
}

impl Edit {
    /// The property that the column's value is read from: `_customerid_value` for a lookup.
    pub fn property(&self) -> Cow<'_, str> {
        self.new.change.property(&self.column)
    }
}

impl PendingRow {
    /// The row's identity.
    pub fn key(&self) -> RowKey {
        self.target.key()
    }

    /// The character of column 1 that tells how far the changes are.
    pub fn mark(&self) -> char {
        self.state.mark()
    }

    /// The changes are on their way, or wait for what is.
    pub fn is_sending(&self) -> bool {
        matches!(self.state, RowState::Sending(_) | RowState::Queued)
    }

    /// They can be sent now.
    pub fn is_sendable(&self) -> bool {
        self.included && matches!(self.state, RowState::Waiting | RowState::Failed(_))
    }

    /// Exactly the changed columns, on the row as it was read.
    pub fn patch(&self) -> Patch {
        let changes = self.edits.iter().map(|edit| (edit.column.clone(), edit.new.change.clone())).collect();
        Patch::new(&self.target.table, self.target.id, &self.target.row, changes)
    }
}

impl RowState {
    /// Somebody has to decide or to look before anything else can be done with the row.
    pub fn is_unsettled(&self) -> bool {
        matches!(self, Self::Conflict | Self::Unknown(_) | Self::Gone(_))
    }

    /// The character that tells it.
    pub fn mark(&self) -> char {
        match self {
            Self::Waiting => '~',
            Self::Sending(_) | Self::Queued => '.',
            Self::Conflict | Self::Failed(_) | Self::Duplicate(_) | Self::Gone(_) => '!',
            Self::Unknown(_) => '?',
        }
    }
}

impl Pending {
    /// Changes that wait from an earlier run.
    pub fn of(rows: Vec<PendingRow>, operations: Vec<PendingOperation>) -> Self {
        let mut pending = Self::default();
        for row in rows {
            let key = row.key();
            pending.rows.push(key.clone(), row);
            pending.enter_queue(&Item::Row(key));
        }
        for operation in operations {
            pending.put_in(operation);
        }
        pending.touched.clear();
        pending
    }

    /// A number that is another one once something is not as it was.
    pub(in crate::app) fn version(&self) -> u64 {
        self.changes
    }

    fn touch(&mut self, item: Item) {
        self.touched.insert(item);
        self.changes += 1;
    }

    /// What was touched since this was last asked for, also what does not wait any more by now.
    pub(in crate::app) fn take_touched(&mut self) -> BTreeSet<Item> {
        std::mem::take(&mut self.touched)
    }

    /// Nothing waits and nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.operations.is_empty()
    }

    /// How many changed columns and operations wait or are on their way.
    pub fn count(&self) -> usize {
        self.rows.iter().map(|row| row.edits.len()).sum::<usize>() + self.operations.len()
    }

    /// How many of them were not sent.
    pub fn unsent(&self) -> usize {
        let edits =
            self.rows.iter().filter(|row| !row.is_sending()).map(|row| row.edits.len()).sum::<usize>();
        edits + self.operations.iter().filter(|operation| !operation.is_sending()).count()
    }

    /// The rows with changes, in the order they were staged.
    pub fn rows(&self) -> &Ordered<RowKey, PendingRow> {
        &self.rows
    }

    /// The changes of one row.
    pub fn row(&self, table: &TableName, id: RowId) -> Option<&PendingRow> {
        if self.rows.is_empty() {
            return None; // asked for each cell that is drawn
        }
        self.rows.get(&RowKey { table: table.clone(), id })
    }

    /// The character of column 1 that tells what waits for a row: what went wrong, before what is on its way, before what
    /// was staged.
    pub fn mark(&self, table: &TableName, id: RowId) -> Option<char> {
        let of_row = match self.of_row.is_empty() {
            true => None,
            false => self.of_row.get(&RowKey { table: table.clone(), id }),
        };
        let operations = of_row.into_iter().flatten().filter_map(|id| self.operation(*id));
        let operations = operations.map(PendingOperation::mark);
        let row = self.row(table, id).map(PendingRow::mark);
        row.into_iter().chain(operations).min_by_key(|mark| "!?.D~".find(*mark))
    }

    /// The change of one cell.
    pub fn edit(&self, table: &TableName, id: RowId, column: &ColumnName) -> Option<&Edit> {
        self.row(table, id)?.edits.iter().find(|edit| edit.column == *column)
    }

    /// The operations, in the order they were staged.
    pub fn operations(&self) -> &Ordered<OperationId, PendingOperation> {
        &self.operations
    }

    /// One of them.
    pub fn operation(&self, id: OperationId) -> Option<&PendingOperation> {
        self.operations.get(&id)
    }

    /// Stages a value for a column. The caller has made sure that the row is not on its way.
    pub fn stage(&mut self, target: &Target, column: &Column, new: Staged) -> Outcome {
        self.stage_value(target, &column.name, &column.display_name, new)
    }

    /// The same for a column of which no more than its names is known.
    pub fn stage_value(&mut self, target: &Target, name: &ColumnName, label: &str, new: Staged) -> Outcome {
        let before = self.edit(&target.table.name, target.id, name).cloned();
        let base = self.base(target);
        let property = new.change.property(name).into_owned();
        let old = old_text(&base.row, &property);
        let is_old = base.row.cell(&property).is_some_and(|cell| new.change.is_value(cell.json));
        if is_old && before.is_none() {
            return Outcome::Unchanged;
        }
        let from = before.as_ref().map_or_else(|| old.clone(), |edit| edit.new.text.clone());
        let after = Edit { column: name.clone(), label: label.to_owned(), old, new };
        let after = (!is_old).then_some(after);
        if before == after {
            return Outcome::Unchanged;
        }
        if let Some(row) = self.find(&base.key()) {
            row.target = base.clone(); // with the columns that this read brought
        }
        self.apply(&base, name, after.clone());
        let together = self.together.then_some(self.last_together);
        let touch = Touch::Edit(Box::new(CellTouch { target: base, column: name.clone(), before, after }));
        self.history.add(Step { touch, together });
        if is_old { Outcome::Back } else { Outcome::Staged { from } }
    }

    /// What is staged from here on is undone by one key.
    pub fn begin_together(&mut self) {
        self.last_together += 1;
        self.together = true;
    }

    /// What is staged from here on is undone by itself.
    pub fn end_together(&mut self) {
        self.together = false;
    }

    /// Stages another value for a column that is staged already, also the one that was read: somebody else has changed
    /// the row since.
    pub fn replace(&mut self, key: &RowKey, column: &ColumnName, new: Staged) {
        let Some(row) = self.find(key) else { return };
        let target = row.target.clone();
        let Some(before) = row.edits.iter().find(|edit| edit.column == *column).cloned() else { return };
        let after = Some(Edit { new, ..before.clone() });
        self.apply(&target, column, after.clone());
        let column = column.clone();
        let touch = Touch::Edit(Box::new(CellTouch { target, column, before: Some(before), after }));
        self.history.add(Step { touch, together: None });
    }

    /// Drops the change of one column.
    pub fn drop_edit(&mut self, key: &RowKey, column: &ColumnName) {
        let Some(row) = self.find(key) else { return };
        let target = row.target.clone();
        let Some(before) = row.edits.iter().find(|edit| edit.column == *column).cloned() else { return };
        self.apply(&target, column, None);
        let touch = Touch::Edit(Box::new(CellTouch {
            target,
            column: column.clone(),
            before: Some(before),
            after: None,
        }));
        let together = self.together.then_some(self.last_together);
        self.history.add(Step { touch, together });
    }

    /// The changes of a row did not arrive. They stay.
    pub fn failed(&mut self, key: &RowKey, state: RowState) {
        self.set_state(&Item::Row(key.clone()), state);
    }

    /// Puts the changes of a row on top of a newer version of it. A change that the row has by now is dropped.
    pub fn rebase(&mut self, key: &RowKey, newer: &Row) {
        self.history.rebase(key, newer);
        let Some(row) = self.find(key) else { return };
        row.target.row = newer.clone();
        row.edits.retain_mut(|edit| {
            edit.old = old_text(newer, &edit.property());
            let has = newer.cell(&edit.property()).is_some_and(|cell| edit.new.change.is_value(cell.json));
            !has
        });
        self.failed(key, RowState::Waiting);
        self.remove_if_empty(key);
    }

    /// A row that is about to be changed.
    fn find(&mut self, key: &RowKey) -> Option<&mut PendingRow> {
        self.touch(Item::Row(key.clone()));
        self.rows.get_mut(key)
    }

    /// Nothing of a row waits any more.
    fn remove_row(&mut self, key: &RowKey) {
        self.leave_queue(&Item::Row(key.clone()));
        self.touch(Item::Row(key.clone()));
        self.rows.remove(key);
    }

    fn remove_if_empty(&mut self, key: &RowKey) {
        if self.rows.get(key).is_some_and(|row| row.edits.is_empty()) {
            self.remove_row(key);
        }
    }

    /// The version that the changes of a row are based on: that of its first change, with the columns that a later
    /// read of the same version brought.
    fn base(&self, target: &Target) -> Target {
        match self.row(&target.table.name, target.id) {
            None => target.clone(),
            Some(row) if row.target.row.etag() == target.row.etag() => {
                Target { row: row.target.row.merged(&target.row), ..row.target.clone() }
            }
            Some(row) => row.target.clone(),
        }
    }

    fn apply(&mut self, target: &Target, column: &ColumnName, edit: Option<Edit>) {
        let key = target.key();
        if self.find(&key).is_none() {
            let row = PendingRow {
                target: target.clone(),
                edits: vec![],
                state: RowState::Waiting,
                included: true,
            };
            self.rows.push(key.clone(), row);
        }
        let Some(row) = self.find(&key) else { return };
        let edit = edit.map(|edit| Edit { old: old_text(&row.target.row, &edit.property()), ..edit });
        let has_failed = matches!(row.state, RowState::Failed(_));
        let place = row.edits.iter().position(|edit| edit.column == *column);
        match (place, edit) {
            (Some(place), Some(edit)) => row.edits[place] = edit,
            (Some(place), None) => drop(row.edits.remove(place)),
            (None, Some(edit)) => row.edits.push(edit),
            (None, None) => {}
        }
        if has_failed {
            self.failed(&key, RowState::Waiting);
        }
        self.remove_if_empty(&key);
    }
}

/// With a capital letter, as a sentence begins.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How people read a value as it was read: `-` for null, `(not read)` when the row was read without the column.
pub fn old_text(row: &Row, property: &str) -> String {
    match row.cell(property) {
        None => "(not read)".to_owned(),
        Some(cell) => cell.text().map_or_else(|| "-".to_owned(), Cow::into_owned),
    }
}
