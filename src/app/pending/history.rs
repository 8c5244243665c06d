//! The staged edits in the order they were made, for undo and redo.

use super::{Edit, RowKey, Target};
use crate::dataverse::{ColumnName, Row};

/// One staged edit: what the cell's edit was before and after.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) target: Target,
    pub(super) column: ColumnName,
    pub(super) before: Option<Edit>,
    pub(super) after: Option<Edit>,
    /// Steps with the same number were made by one key: they are undone by one.
    pub(super) together: Option<u64>,
}

impl Step {
    pub(super) fn is_together_with(&self, other: &Step) -> bool {
        self.together.is_some() && self.together == other.together
    }

    /// `Priority High -> Normal on CAS-01213`, `Priority of 3 records`
    pub(super) fn text(&self, from: Option<&Edit>, to: Option<&Edit>, count: usize) -> String {
        let Some(known) = from.or(to) else { return String::new() };
        if count > 1 {
            return format!("{} of {count} records", known.label);
        }
        let value =
            |edit: Option<&Edit>| edit.map_or_else(|| known.old.clone(), |edit| edit.new.text.clone());
        format!("{} {} -> {} on {}", known.label, value(from), value(to), self.target.name)
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
        self.done.retain(|step| step.target.key() != *key);
        self.undone.retain(|step| step.target.key() != *key);
    }

    /// The row was read again: what is undone or redone from now on is based on that.
    pub(super) fn rebase(&mut self, key: &RowKey, newer: &Row) {
        for step in self.done.iter_mut().chain(&mut self.undone) {
            if step.target.key() == *key {
                step.target.row = newer.clone();
            }
        }
    }
}
