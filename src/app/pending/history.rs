//! What was staged, in the order it was made, for undo and redo.

use super::{Edit, OperationId, PendingOperation, RowKey, Target, capital};
use crate::dataverse::{ColumnName, Row};

/// One key's worth of staging, or a part of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) touch: Touch,
    /// Steps with the same number were made by one key: they are undone by one.
    pub(super) together: Option<u64>,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Touch {
    Edit(Box<CellTouch>),
    /// An operation was staged.
    Added(Box<PendingOperation>),
    /// An operation was dropped.
    Dropped(Box<PendingOperation>),
}

/// What the edit of a cell was before and after.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CellTouch {
    pub(super) target: Target,
    pub(super) column: ColumnName,
    pub(super) before: Option<Edit>,
    pub(super) after: Option<Edit>,
}

impl Step {
    pub(super) fn is_together_with(&self, other: &Step) -> bool {
        self.together.is_some() && self.together == other.together
    }

    /// What undoing this and what was made with it does: `Priority High -> Normal on CAS-01213`.
    pub(super) fn undo_text(&self, count: usize) -> String {
        match &self.touch {
            Touch::Edit(cell) => edit_text(&cell.target, cell.after.as_ref(), cell.before.as_ref(), count),
            Touch::Added(operation) => {
                format!("{} is not pending any more", operation_text(operation, count))
            }
            Touch::Dropped(operation) => format!("{} is pending again", operation_text(operation, count)),
        }
    }

    /// What it takes to do this again, once it is undone: redoing is undoing the other way round.
    pub(super) fn reversed(self) -> Self {
        let touch = match self.touch {
            Touch::Edit(cell) => {
                let CellTouch { target, column, before, after } = *cell;
                Touch::Edit(Box::new(CellTouch { target, column, before: after, after: before }))
            }
            Touch::Added(operation) => Touch::Dropped(operation),
            Touch::Dropped(operation) => Touch::Added(operation),
        };
        Self { touch, ..self }
    }

    fn is_about(&self, key: &RowKey) -> bool {
        match &self.touch {
            Touch::Edit(cell) => cell.target.key() == *key,
            Touch::Added(_) | Touch::Dropped(_) => false,
        }
    }
}

/// `Priority High -> Normal on CAS-01213`, `Priority of 3 records`
fn edit_text(target: &Target, from: Option<&Edit>, to: Option<&Edit>, count: usize) -> String {
    let Some(known) = from.or(to) else { return String::new() };
    if count > 1 {
        return format!("{} of {count} records", known.label);
    }
    let value = |edit: Option<&Edit>| edit.map_or_else(|| known.old.clone(), |edit| edit.new.text.clone());
    format!("{} {} -> {} on {}", known.label, value(from), value(to), target.name)
}

fn operation_text(operation: &PendingOperation, count: usize) -> String {
    match count {
        1 => capital(&operation.title),
        many => format!("{} and {} more", capital(&operation.title), many - 1),
    }
}

/// Steps done and undone.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
}

impl History {
    /// A new step; what was undone cannot be redone any more.
    pub(super) fn add(&mut self, step: Step) {
        self.done.push(step);
        self.undone.clear();
    }

    pub(super) fn last_done(&self) -> Option<&Step> {
        self.done.last()
    }

    pub(super) fn last_undone(&self) -> Option<&Step> {
        self.undone.last()
    }

    pub(super) fn went_back(&mut self) {
        self.undone.extend(self.done.pop());
    }

    pub(super) fn went_forward(&mut self) {
        self.done.extend(self.undone.pop());
    }

    /// The steps of a row mean nothing any more.
    pub(super) fn forget(&mut self, key: &RowKey) {
        self.done.retain(|step| !step.is_about(key));
        self.undone.retain(|step| !step.is_about(key));
    }

    /// An operation was carried out.
    pub(super) fn forget_operation(&mut self, id: OperationId) {
        let is = |step: &Step| match &step.touch {
            Touch::Edit(_) => false,
            Touch::Added(operation) | Touch::Dropped(operation) => operation.id == id,
        };
        self.done.retain(|step| !is(step));
        self.undone.retain(|step| !is(step));
    }

    /// The row was changed by ourselves: what is undone or redone from now on, and was based on the version before, is
    /// based on the new one.
    pub(super) fn own_change(&mut self, key: &RowKey, before: Option<&str>, newer: &Row) {
        for step in self.done.iter_mut().chain(&mut self.undone) {
            match &mut step.touch {
                Touch::Edit(cell) => {
                    if cell.target.is_at(key, before) {
                        cell.target.row = cell.target.row.merged(newer);
                    }
                }
                Touch::Added(operation) | Touch::Dropped(operation) => {
                    if operation.about.as_ref().is_some_and(|about| about.is_at(key, before)) {
                        operation.rebase(newer);
                    }
                }
            }
        }
    }

    /// The row was read again: what is undone or redone from now on is based on that.
    pub(super) fn rebase(&mut self, key: &RowKey, newer: &Row) {
        for step in self.done.iter_mut().chain(&mut self.undone) {
            match &mut step.touch {
                Touch::Edit(cell) if cell.target.key() == *key => cell.target.row = newer.clone(),
                Touch::Edit(_) => {}
                Touch::Added(operation) | Touch::Dropped(operation) => {
                    if operation.row().as_ref() == Some(key) {
                        operation.rebase(newer);
                    }
                }
            }
        }
    }
}
