//! What is sent, in which order, and what waits for what.

use std::collections::BTreeSet;

use super::{OperationId, OperationKind, Pending, PendingOperation, PendingRow, RowKey, RowState};
use crate::app::effect::WriteId;
use crate::app::problem::Problem;
use crate::dataverse::{MOST_TOGETHER, Operation, Patch, Row};
use crate::text::grouped;

/// So many writes at most are on their way at a time.
pub const AT_A_TIME: usize = 4;

/// One thing that waits: the changes of a row, or an operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The changes of a row's columns: one update.
    Row(RowKey),
    Operation(OperationId),
}

/// What is to go out now.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    Update(WriteId, Patch),
    Operation(WriteId, Box<Operation>),
}

impl Pending {
    /// Everything that waits, in the order in which it is sent: as staged, but a row is reactivated before anything else
    /// is done to it, closed after its updates and notes, and deleted last.
    pub fn items(&self) -> Vec<Item> {
        let operations = |kinds: &[OperationKind]| {
            let of_kind = self.operations.iter().filter(|operation| kinds.contains(&operation.kind));
            of_kind.map(|operation| Item::Operation(operation.id)).collect::<Vec<_>>()
        };
        let mut items = operations(&[OperationKind::Reactivate]);
        items.extend(self.rows.iter().map(|row| Item::Row(row.key())));
        items.extend(operations(&[OperationKind::Create, OperationKind::Act]));
        items.extend(operations(&[OperationKind::Close]));
        items.extend(operations(&[OperationKind::Merge]));
        items.extend(operations(&[OperationKind::Delete]));
        items
    }

    /// What the next send takes along: nothing that comes after something of the same row that has to be settled first.
    pub fn sendable(&self) -> Vec<Item> {
        let mut unsettled = BTreeSet::new();
        let mut sendable = Vec::new();
        for item in self.items() {
            let is_held = self.rows_before(&item).iter().any(|row| unsettled.contains(row));
            if self.is_sendable(&item) && !is_held {
                sendable.push(item);
            } else if self.is_included(&item)
                && (is_held || self.state(&item).is_some_and(RowState::is_unsettled))
            {
                unsettled.extend(self.rows_of(&item));
            }
        }
        sendable
    }

    /// The operation that an item is; nothing for the changes of a row.
    pub fn operation_of(&self, item: &Item) -> Option<&PendingOperation> {
        match item {
            Item::Row(_) => None,
            Item::Operation(id) => self.operation(*id),
        }
    }

    /// The row that an item is about.
    pub fn row_of(&self, item: &Item) -> Option<RowKey> {
        match item {
            Item::Row(key) => Some(key.clone()),
            Item::Operation(id) => self.operation(*id)?.row(),
        }
    }

    /// The rows that an item changes or makes ready.
    fn rows_of(&self, item: &Item) -> Vec<RowKey> {
        let into = self.operation_of(item).and_then(|operation| operation.into.clone());
        self.row_of(item).into_iter().chain(into).collect()
    }

    /// The rows of which everything that comes before an item has to arrive first. A row that is made waits for nothing,
    /// and what makes another row ready does not wait for that one.
    fn rows_before(&self, item: &Item) -> Vec<RowKey> {
        match self.operation_of(item).map(|operation| operation.kind) {
            Some(OperationKind::Create) => vec![],
            Some(OperationKind::Merge) => self.rows_of(item),
            _ => self.row_of(item).into_iter().collect(),
        }
    }

    /// What is on its way, in words: `The save of CAS-01213`. Nothing when all is answered.
    pub fn saving(&self) -> Option<String> {
        match self.on_their_way().as_slice() {
            [] => None,
            [one] => Some(format!("The save of {one}")),
            more => Some(format!("The save of {} records", more.len())),
        }
    }

    /// The names of the rows of which something is on its way, each once.
    pub fn on_their_way(&self) -> Vec<&str> {
        let rows = self.rows.iter().filter(|row| row.is_sending());
        let mut found: Vec<(Option<RowKey>, &str)> =
            rows.map(|row| (Some(row.key()), row.target.name.as_str())).collect();
        let operations = self.operations.iter().filter(|operation| operation.is_sending());
        for operation in operations {
            let name = operation.about.as_ref().map_or(&*operation.title, |target| &*target.name);
            if operation.row().is_none() || !found.iter().any(|(key, _)| *key == operation.row()) {
                found.push((operation.row(), name));
            }
        }
        found.into_iter().map(|(_, name)| name).collect()
    }

    /// Marks items as being on their way and answers what goes out now. What waits for something else of the same row, or
    /// because enough is on its way, follows by [`Pending::follow`] as answers come.
    pub fn send(&mut self, items: &[Item]) -> Vec<Sent> {
        let sent: Vec<Item> = self.sendable().into_iter().filter(|item| items.contains(item)).collect();
        for item in &sent {
            self.set_state(item, RowState::Queued);
        }
        self.follow()
    }

    /// Marks items as being on their way, all of them at once, and answers what goes out as one change set.
    ///
    /// # Errors
    ///
    /// A sentence that says why they cannot be carried out as one.
    pub fn send_together(&mut self, items: &[Item]) -> Result<Vec<Sent>, String> {
        let sent: Vec<Item> = self.sendable().into_iter().filter(|item| items.contains(item)).collect();
        self.can_be_together(&sent)?;
        Ok(sent.iter().filter_map(|item| self.give_number(item)).collect())
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
            if kind == Some(OperationKind::Create) {
                continue;
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

    /// The row whose changes were sent with this number.
    pub fn sent_as(&self, id: WriteId) -> Option<&PendingRow> {
        self.rows.iter().find(|row| row.state == RowState::Sending(id))
    }

    /// The operation that was sent with this number.
    pub fn operation_sent_as(&self, id: WriteId) -> Option<&PendingOperation> {
        self.operations.iter().find(|operation| operation.state == RowState::Sending(id))
    }

    /// The changes of a row have arrived: nothing waits there any more. `newer` has them and the row's new version.
    pub fn saved(&mut self, key: &RowKey, newer: &Row) {
        let before = self.row(&key.table, key.id).and_then(|row| version(&row.target.row));
        self.touched.insert(Item::Row(key.clone()));
        self.rows.retain(|row| row.key() != *key);
        self.history.forget(key);
        self.own_change(key, before.as_deref(), newer);
    }

    /// An operation was carried out. `newer` is its row with the new version, where that is known.
    pub fn carried_out(&mut self, id: OperationId, newer: Option<&Row>) {
        let about = self.operation(id).and_then(|operation| operation.about.as_ref());
        let row = about.map(|target| (target.key(), version(&target.row)));
        self.remove(id);
        self.history.forget_operation(id);
        if let (Some((key, before)), Some(newer)) = (row, newer) {
            self.own_change(&key, before.as_deref(), newer);
        }
    }

    /// What waits for something of this row that did not arrive is not sent, nor what waits for that; how many they are.
    pub fn hold(&mut self, key: &RowKey) -> usize {
        let mut failed = BTreeSet::from([key.clone()]);
        let mut held = 0;
        for item in self.items() {
            if self.is_queued(&item) && self.rows_before(&item).iter().any(|row| failed.contains(row)) {
                let problem =
                    Problem::new("Not sent.").why("What comes before it for this record did not arrive.");
                self.set_state(&item, RowState::Failed(problem));
                failed.extend(self.rows_of(&item));
                held += 1;
            }
        }
        held
    }

    /// What waits for something that is on its way is not sent any more: it waits as it did before. How much that is.
    pub fn release(&mut self) -> usize {
        let queued: Vec<Item> = self.items().into_iter().filter(|item| self.is_queued(item)).collect();
        for item in &queued {
            self.set_state(item, RowState::Waiting);
        }
        queued.len()
    }

    /// What is queued and waits for nothing any more goes out now: nothing whose row something changes that is on its way,
    /// or that waits and comes before it, and no more than are to be on their way at a time.
    pub fn follow(&mut self) -> Vec<Sent> {
        let mut sent = Vec::new();
        let under_way = self.under_way();
        let mut free = AT_A_TIME.saturating_sub(under_way.len());
        let mut busy: BTreeSet<_> = under_way.iter().flat_map(|item| self.rows_of(item)).collect();
        for item in self.items() {
            if free == 0 {
                break;
            }
            if !self.is_queued(&item) {
                continue;
            }
            if !self.rows_before(&item).iter().any(|row| busy.contains(row)) {
                sent.extend(self.give_number(&item));
                free -= 1;
            }
            busy.extend(self.rows_of(&item));
        }
        sent
    }

    /// What was sent and is not answered.
    fn under_way(&self) -> Vec<Item> {
        let is_sent = |state: &RowState| matches!(state, RowState::Sending(_));
        let rows = self.rows.iter().filter(|row| is_sent(&row.state)).map(|row| Item::Row(row.key()));
        let operations = self.operations.iter().filter(|operation| is_sent(&operation.state));
        rows.chain(operations.map(|operation| Item::Operation(operation.id))).collect()
    }

    fn give_number(&mut self, item: &Item) -> Option<Sent> {
        self.last_write += 1;
        let number = WriteId(self.last_write);
        self.set_state(item, RowState::Sending(number));
        match item {
            Item::Row(key) => self.row(&key.table, key.id).map(|row| Sent::Update(number, row.patch())),
            Item::Operation(id) => {
                let operation = self.operation(*id)?.operation.clone();
                Some(Sent::Operation(number, Box::new(operation)))
            }
        }
    }

    /// The row was changed by ourselves: what else waits there, and is based on the version before, is based on the new
    /// one from here on. What is based on another version was changed by somebody else as well, and will be refused.
    fn own_change(&mut self, key: &RowKey, before: Option<&str>, newer: &Row) {
        if newer.etag().is_none() {
            return;
        }
        self.history.own_change(key, before, newer);
        for operation in &mut self.operations {
            let Some(target) = &operation.about else { continue };
            let sending = matches!(operation.state, RowState::Sending(_));
            if target.is_at(key, before) && !sending {
                operation.rebase(newer);
                self.touched.insert(Item::Operation(operation.id));
            }
        }
        let row = self.rows.iter_mut().find(|row| row.key() == *key);
        if let Some(row) = row
            && row.target.is_at(key, before)
            && !matches!(row.state, RowState::Sending(_))
        {
            row.target.row = row.target.row.merged(newer);
            self.touched.insert(Item::Row(key.clone()));
        }
    }

    /// How far an item is.
    pub fn state(&self, item: &Item) -> Option<&RowState> {
        match item {
            Item::Row(key) => self.row(&key.table, key.id).map(|row| &row.state),
            Item::Operation(id) => self.operation(*id).map(|operation| &operation.state),
        }
    }

    pub(super) fn set_state(&mut self, item: &Item, state: RowState) {
        match item {
            Item::Row(key) => self.failed(key, state),
            Item::Operation(id) => self.operation_failed(*id, state),
        }
    }

    fn is_sendable(&self, item: &Item) -> bool {
        match item {
            Item::Row(key) => self.row(&key.table, key.id).is_some_and(PendingRow::is_sendable),
            Item::Operation(id) => self.operation(*id).is_some_and(PendingOperation::is_sendable),
        }
    }

    /// The next send takes it along if it can be sent.
    pub fn is_included(&self, item: &Item) -> bool {
        match item {
            Item::Row(key) => self.row(&key.table, key.id).is_some_and(|row| row.included),
            Item::Operation(id) => self.operation(*id).is_some_and(|operation| operation.included),
        }
    }

    /// Takes items out of the next send when all of them are in it, else into it.
    pub fn include(&mut self, items: &[Item]) {
        let included = !items.iter().all(|item| self.is_included(item));
        for item in items {
            match item {
                Item::Row(key) => self.find(key).into_iter().for_each(|row| row.included = included),
                Item::Operation(id) => {
                    self.find_operation(*id).into_iter().for_each(|operation| operation.included = included);
                }
            }
        }
    }

    /// It was sent, or waits for what was.
    pub fn is_on_its_way(&self, item: &Item) -> bool {
        matches!(self.state(item), Some(RowState::Sending(_) | RowState::Queued))
    }

    fn is_queued(&self, item: &Item) -> bool {
        self.state(item) == Some(&RowState::Queued)
    }
}

fn version(row: &Row) -> Option<String> {
    row.etag().map(|etag| etag.into_owned())
}
