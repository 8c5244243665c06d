//! What is carried out as one, all of it or nothing, and what cannot be.

use std::collections::BTreeSet;

use super::{Item, OperationKind, Pending, Sent};
use crate::dataverse::{MOST_TOGETHER, Operation};
use crate::text::grouped;

impl Pending {
    /// Marks items as being on their way, all of them at once, and answers what goes out as one change set. It was made sure
    /// before that they can be in one.
    pub fn send_together(&mut self, items: &[Item]) -> Vec<Sent> {
        self.line_up(items);
        self.follow_together()
    }

    /// What waits to go out goes out as one change set, likewise.
    pub fn follow_together(&mut self) -> Vec<Sent> {
        let queued: Vec<Item> = self.queue.queued().cloned().collect();
        queued.iter().filter_map(|item| self.give_number(item)).collect()
    }

    /// Whether items can be carried out as one: no file is among them, nothing is on its way, each row is changed once, and
    /// the service compares versions.
    ///
    /// # Errors
    ///
    /// A sentence that says what stands in the way.
    pub fn can_be_together(&self, items: &[Item]) -> Result<(), String> {
        const ONE_BY_ONE: &str = "  z g sends one by one";
        if items.len() > MOST_TOGETHER {
            let most = grouped(MOST_TOGETHER as u64);
            return Err(format!("One request takes {most} operations at most.{ONE_BY_ONE}"));
        }
        if self.saving().is_some() {
            return Err("Something is on its way. Wait for the answer.".into());
        }
        let mut changed = BTreeSet::new();
        for item in items {
            let operation = self.operation_of(item);
            let target = match item {
                Item::Row(key) => self.row(&key.table, key.id).map(|row| &row.target),
                Item::Operation(_) => operation.and_then(|operation| operation.about.as_ref()),
            };
            let name = target.map_or("a record", |target| &*target.name);
            let kind = operation.map(|operation| operation.kind);
            if operation.is_some_and(|operation| matches!(operation.operation, Operation::File(_))) {
                return Err(format!(
                    "A file goes by itself: that of {name} cannot be in one request.{ONE_BY_ONE}"
                ));
            }
            let is_link =
                operation.is_some_and(|operation| matches!(operation.operation, Operation::Associate(_)));
            if is_link || kind == Some(OperationKind::Create) {
                continue; // the row that it hangs on keeps its version
            }
            if target.is_some_and(|target| !target.table.optimistic_concurrency) {
                return Err(format!(
                    "{name} is not protected against others, and is sent by itself.{ONE_BY_ONE}"
                ));
            }
            if !self.rows_of(item).into_iter().all(|row| changed.insert(row)) {
                return Err(format!("{name} is changed by more than one operation.{ONE_BY_ONE}"));
            }
        }
        Ok(())
    }
}
