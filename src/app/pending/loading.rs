//! Changes that come from a file: they join what waits here, all of them or none.

use super::history::{Step, Touch};
use super::{Outcome, Pending, PendingOperation, PendingRow, RowState};
use crate::app::edit::short;
use crate::dataverse::Operation;

/// What joining did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined {
    /// So many changed columns and operations wait that did not before.
    pub new: usize,
    /// So many were waiting already.
    pub same: usize,
}

impl Pending {
    /// Stages changes as one step that one key takes back. One that waits here already is not staged twice.
    ///
    /// # Errors
    ///
    /// What stands against it, a line each: another value waits for a cell, or the row was read in another version or is
    /// on its way. Nothing was staged then.
    pub fn join(
        &mut self,
        rows: Vec<PendingRow>,
        operations: Vec<PendingOperation>,
    ) -> Result<Joined, Vec<String>> {
        let of_rows = rows.iter().flat_map(|row| self.against(row));
        let clashes: Vec<String> =
            of_rows.chain(operations.iter().filter_map(|one| self.against_operation(one))).collect();
        if !clashes.is_empty() {
            return Err(clashes);
        }
        let mut joined = Joined::default();
        self.begin_together();
        for PendingRow { target, edits, included, .. } in rows {
            let is_new = self.row(&target.table.name, target.id).is_none();
            for edit in edits {
                match self.stage_value(&target, &edit.column, &edit.label, edit.new) {
                    Outcome::Staged { .. } | Outcome::Back => joined.new += 1,
                    Outcome::Unchanged => joined.same += 1,
                }
            }
            if is_new
                && !included
                && let Some(row) = self.find(&target.key())
            {
                row.included = false;
            }
        }
        for operation in operations {
            if self.waits(&operation) {
                joined.same += 1;
                continue;
            }
            self.put_in(operation.clone());
            let together = Some(self.last_together);
            self.history.add(Step { touch: Touch::Added(Box::new(operation)), together });
            joined.new += 1;
        }
        self.end_together();
        Ok(joined)
    }

    /// What stands against the changes of a row.
    fn against(&self, row: &PendingRow) -> Vec<String> {
        let target = &row.target;
        let Some(here) = self.row(&target.table.name, target.id) else { return vec![] };
        let name = &target.name;
        if here.is_sending() {
            return vec![format!("{name} is being saved: wait for the answer.")];
        }
        if here.state.is_unsettled() {
            return vec![format!("{name}: what waits here has to be settled first.")];
        }
        if here.target.row.etag() != target.row.etag() {
            return vec![format!("{name}: what waits here is based on another version of it.")];
        }
        let differs = row.edits.iter().filter_map(|edit| {
            let known = here.edits.iter().find(|known| known.column == edit.column)?;
            let (mine, theirs) = (short(&known.new.text), short(&edit.new.text));
            (known.new.change != edit.new.change)
                .then(|| format!("{} of {name}: {mine} waits here, {theirs} is in the file.", edit.label))
        });
        differs.collect()
    }

    fn against_operation(&self, operation: &PendingOperation) -> Option<String> {
        let here = self.operation(operation.id)?;
        let is_same = here.operation == operation.operation && matches!(here.state, RowState::Waiting);
        (!is_same && !self.waits(operation)).then(|| {
            let title = super::capital(&here.title);
            format!("{title}: it waits here in another form, or was sent.")
        })
    }

    /// The same waits here, or the end of the same row.
    fn waits(&self, operation: &PendingOperation) -> bool {
        let is_same = |here: &PendingOperation| here.operation == operation.operation;
        let ends = |here: &PendingOperation| {
            matches!((&here.operation, &operation.operation), (Operation::Delete(here), Operation::Delete(other))
                if (&here.set, here.id) == (&other.set, other.id))
        };
        let here = operation.row().map(|key| self.about(&key).any(|here| is_same(here) || ends(here)));
        here.unwrap_or_default() || self.operation(operation.id).is_some_and(is_same)
    }
}
