//! What was staged, in the order it was made, for undo and redo.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edit, Item, OperationId, Pending, PendingOperation, RowKey, Target, capital};
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

    /// The same was done to another row: one text tells both.
    fn is_like(&self, other: &Self) -> bool {
        match (&self.touch, &other.touch) {
            (Touch::Edit(one), Touch::Edit(other)) => {
                one.column == other.column && one.target.table.name == other.target.table.name
            }
            (Touch::Added(_), Touch::Added(_)) | (Touch::Dropped(_), Touch::Dropped(_)) => true,
            _ => false,
        }
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

    /// What it is about: the row, and the operation where it is one.
    fn items(&self) -> Vec<Item> {
        match &self.touch {
            Touch::Edit(cell) => vec![Item::Row(cell.target.key())],
            Touch::Added(operation) | Touch::Dropped(operation) => {
                let row = operation.row().map(Item::Row);
                row.into_iter().chain([Item::Operation(operation.id)]).collect()
            }
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

fn together_text(count: usize) -> String {
    format!("{count} changes that were made together")
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
    /// By a number that grows from step to step.
    steps: BTreeMap<u64, Step>,
    /// The number of the last step that is done; those after it are undone.
    last_done: u64,
    /// The steps about a row, and those of an operation.
    about: BTreeMap<Item, BTreeSet<u64>>,
}

impl History {
    /// A new step; what was undone cannot be redone any more.
    pub(super) fn add(&mut self, step: Step) {
        for (number, step) in self.steps.split_off(&(self.last_done + 1)) {
            self.not_about(number, &step);
        }
        self.last_done += 1;
        for item in step.items() {
            self.about.entry(item).or_default().insert(self.last_done);
        }
        self.steps.insert(self.last_done, step);
    }

    pub(super) fn last_done(&self) -> Option<&Step> {
        self.steps.range(..=self.last_done).next_back().map(|(_, step)| step)
    }

    pub(super) fn last_undone(&self) -> Option<&Step> {
        self.steps.range(self.last_done + 1..).next().map(|(_, step)| step)
    }

    pub(super) fn went_back(&mut self) {
        if let Some((number, _)) = self.steps.range(..=self.last_done).next_back() {
            self.last_done = number - 1;
        }
    }

    pub(super) fn went_forward(&mut self) {
        if let Some((number, _)) = self.steps.range(self.last_done + 1..).next() {
            self.last_done = *number;
        }
    }

    /// The steps of a row mean nothing any more.
    pub(super) fn forget(&mut self, key: &RowKey) {
        self.forget_all(&Item::Row(key.clone()), |step| matches!(step.touch, Touch::Edit(_)));
    }

    /// An operation was carried out.
    pub(super) fn forget_operation(&mut self, id: OperationId) {
        self.forget_all(&Item::Operation(id), |_| true);
    }

    /// The row was changed by ourselves: what is undone or redone from now on, and was based on the version before, is
    /// based on the new one.
    pub(super) fn own_change(&mut self, key: &RowKey, before: Option<&str>, newer: &Row) {
        self.each_about(key, |step| match &mut step.touch {
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
        });
    }

    /// The row was read again: what is undone or redone from now on is based on that.
    pub(super) fn rebase(&mut self, key: &RowKey, newer: &Row) {
        self.each_about(key, |step| match &mut step.touch {
            Touch::Edit(cell) => cell.target.row = newer.clone(),
            Touch::Added(operation) | Touch::Dropped(operation) => operation.rebase(newer),
        });
    }

    fn each_about(&mut self, key: &RowKey, mut change: impl FnMut(&mut Step)) {
        for number in self.about.get(&Item::Row(key.clone())).into_iter().flatten() {
            if let Some(step) = self.steps.get_mut(number) {
                change(step);
            }
        }
    }

    fn forget_all(&mut self, item: &Item, is: impl Fn(&Step) -> bool) {
        let numbers = self.about.get(item).into_iter().flatten().copied();
        for number in numbers.filter(|number| self.steps.get(number).is_some_and(&is)).collect::<Vec<_>>() {
            if let Some(step) = self.steps.remove(&number) {
                self.not_about(number, &step);
            }
        }
    }

    fn not_about(&mut self, number: u64, step: &Step) {
        for item in step.items() {
            if let Some(numbers) = self.about.get_mut(&item) {
                numbers.remove(&number);
                if numbers.is_empty() {
                    self.about.remove(&item);
                }
            }
        }
    }
}

impl Pending {
    /// Takes the last step back, with those made by the same key, and says what that was. `Err` says why it cannot be done now.
    ///
    /// # Errors
    ///
    /// A sentence: nothing is left, or the row is on its way.
    pub fn undo(&mut self) -> Result<String, String> {
        let Some(step) = self.history.last_done().cloned() else {
            return Err("Nothing to undo.".into());
        };
        let (mut count, mut is_alike) = (0, true);
        while let Some(next) = self.history.last_done().cloned()
            && (count == 0 || step.is_together_with(&next))
        {
            self.take_back(&next.touch)?;
            self.history.went_back();
            count += 1;
            is_alike &= step.is_like(&next);
        }
        Ok(format!("Undo: {}", if is_alike { step.undo_text(count) } else { together_text(count) }))
    }

    /// Takes the last undone step again and says what that was.
    ///
    /// # Errors
    ///
    /// A sentence: nothing is left, or the row is on its way.
    pub fn redo(&mut self) -> Result<String, String> {
        let Some(step) = self.history.last_undone().cloned() else {
            return Err("Nothing to redo.".into());
        };
        let (mut count, mut is_alike) = (0, true);
        while let Some(next) = self.history.last_undone().cloned()
            && (count == 0 || step.is_together_with(&next))
        {
            is_alike &= step.is_like(&next);
            self.take_back(&next.reversed().touch)?;
            self.history.went_forward();
            count += 1;
        }
        Ok(format!(
            "Redo: {}",
            if is_alike { step.reversed().undo_text(count) } else { together_text(count) }
        ))
    }

    fn take_back(&mut self, touch: &Touch) -> Result<(), String> {
        match touch {
            Touch::Edit(cell) => {
                self.not_sending(&cell.target)?;
                self.apply(&cell.target, &cell.column, cell.before.clone());
            }
            Touch::Added(operation) => self.take_out(operation)?,
            Touch::Dropped(operation) => self.put_in((**operation).clone()),
        }
        Ok(())
    }

    fn take_out(&mut self, operation: &PendingOperation) -> Result<(), String> {
        if self.operation(operation.id).is_some_and(PendingOperation::is_sending) {
            return Err(format!("{} is on its way. Wait for the answer.", capital(&operation.title)));
        }
        self.remove(operation.id);
        Ok(())
    }

    fn not_sending(&self, target: &Target) -> Result<(), String> {
        match self.row(&target.table.name, target.id) {
            Some(row) if row.is_sending() => {
                Err(format!("{} is being saved. Wait for the answer.", target.name))
            }
            _ => Ok(()),
        }
    }
}
