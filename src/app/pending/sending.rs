//! What is sent, in which order, and what waits for what.

use std::collections::BTreeSet;

use super::queue::{Place, Standing};
use super::{OperationId, OperationKind, Pending, PendingOperation, PendingRow, RowKey, RowState};
use crate::app::effect::WriteId;
use crate::app::problem::Problem;
use crate::dataverse::{Operation, Patch, Row};

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

impl Sent {
    /// What its answer comes with.
    pub fn id(&self) -> WriteId {
        match self {
            Self::Update(id, _) | Self::Operation(id, _) => *id,
        }
    }
}

impl Pending {
    /// Everything that waits, in the order in which it is sent: as staged, but a row is reactivated before anything else
    /// is done to it, closed after its updates and notes, and deleted last.
    pub fn items(&self) -> Vec<Item> {
        let mut operations: Vec<_> =
            self.operations.iter().map(|known| (rank(Some(known)), known.id)).collect();
        operations.sort_by_key(|(rank, _)| *rank); // stable: as staged within a rank
        let rows = rank(None);
        let (first, rest) = operations.split_at(operations.partition_point(|(rank, _)| *rank < rows));
        let items =
            |part: &[(u8, OperationId)]| part.iter().map(|(_, id)| Item::Operation(*id)).collect::<Vec<_>>();
        let mut all = items(first);
        all.extend(self.rows.iter().map(|row| Item::Row(row.key())));
        all.extend(items(rest));
        all
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
    pub(super) fn rows_of(&self, item: &Item) -> Vec<RowKey> {
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
        self.what_is_on_its_way().map(|what| format!("The save of {what}"))
    }

    /// `CAS-01213`, `3 records`; nothing when all is answered.
    pub fn what_is_on_its_way(&self) -> Option<String> {
        match self.queue.rows() {
            0 => None,
            1 => self.on_their_way().first().map(|&one| one.to_owned()),
            more => Some(format!("{more} records")),
        }
    }

    /// The names of the rows of which something is on its way, each once.
    pub fn on_their_way(&self) -> Vec<&str> {
        let mut found = BTreeSet::new();
        let mut names = Vec::new();
        for row in self.rows.iter().filter(|row| row.is_sending()) {
            found.insert(row.key());
            names.push(row.target.name.as_str());
        }
        for operation in self.operations.iter().filter(|operation| operation.is_sending()) {
            let name = operation.about.as_ref().map_or(&*operation.title, |target| &*target.name);
            if operation.row().is_none_or(|key| found.insert(key)) {
                names.push(name);
            }
        }
        names
    }

    /// Marks items as being on their way and answers what goes out now. What waits for something else of the same row, or
    /// because enough is on its way, follows by [`Pending::follow`] as answers come.
    pub fn send(&mut self, items: &[Item]) -> Vec<Sent> {
        self.line_up(items);
        self.follow()
    }

    /// The same without anything that goes out.
    pub fn line_up(&mut self, items: &[Item]) {
        let items: BTreeSet<&Item> = items.iter().collect();
        let sent: Vec<Item> = self.sendable().into_iter().filter(|item| items.contains(item)).collect();
        for item in &sent {
            self.set_state(item, RowState::Queued);
        }
    }

    /// The row whose changes were sent with this number.
    pub fn sent_as(&self, id: WriteId) -> Option<&PendingRow> {
        match self.queue.sent_as(id)? {
            Item::Row(key) => self.rows.get(key),
            Item::Operation(_) => None,
        }
    }

    /// The operation that was sent with this number.
    pub fn operation_sent_as(&self, id: WriteId) -> Option<&PendingOperation> {
        self.operation_of(self.queue.sent_as(id)?)
    }

    /// The changes of a row have arrived: nothing waits there any more. `newer` has them and the row's new version.
    pub fn saved(&mut self, key: &RowKey, newer: &Row) {
        let before = self.row(&key.table, key.id).and_then(|row| version(&row.target.row));
        self.remove_row(key);
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

    /// What waits for something of this row that did not arrive is not sent, nor what waits for that; all of them.
    pub fn hold(&mut self, key: &RowKey) -> Vec<Item> {
        let mut next: BTreeSet<Place> = self.queue.waiting_for(key).collect();
        let mut held = Vec::new();
        while let Some(place) = next.pop_first() {
            let Some(item) = self.queue.at(place).cloned() else { continue };
            let problem =
                Problem::new("Not sent.").why("What comes before it for this record did not arrive.");
            self.set_state(&item, RowState::Failed(problem));
            for row in self.rows_of(&item) {
                next.extend(self.queue.waiting_for(&row).filter(|later| *later > place));
            }
            held.push(item);
        }
        held
    }

    /// What waits for something that is on its way is not sent any more: it waits as it did before. What that is.
    pub fn release(&mut self) -> Vec<Item> {
        let queued: Vec<Item> = self.queue.queued().cloned().collect();
        for item in &queued {
            self.set_state(item, RowState::Waiting);
        }
        queued
    }

    /// What was given these numbers does not go out after all: it waits as it did before. What that is.
    pub fn call_back(&mut self, writes: &[WriteId]) -> Vec<Item> {
        let items: Vec<Item> = writes.iter().filter_map(|id| self.queue.sent_as(*id)).cloned().collect();
        for item in &items {
            self.set_state(item, RowState::Waiting);
        }
        items
    }

    /// What is queued and waits for nothing any more goes out now: nothing whose row something changes that is on its way,
    /// or that waits and comes before it, and no more than are to be on their way at a time.
    pub fn follow(&mut self) -> Vec<Sent> {
        let mut next = Vec::new();
        let free = AT_A_TIME.saturating_sub(self.queue.under_way().len());
        let mut busy: BTreeSet<_> = self.queue.under_way().flat_map(|item| self.rows_of(item)).collect();
        for item in self.queue.queued() {
            if next.len() == free {
                break;
            }
            if !self.rows_before(item).iter().any(|row| busy.contains(row)) {
                next.push(item.clone());
            }
            busy.extend(self.rows_of(item));
        }
        next.iter().filter_map(|item| self.give_number(item)).collect()
    }

    pub(super) fn give_number(&mut self, item: &Item) -> Option<Sent> {
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
        for id in self.of_row.get(key).cloned().unwrap_or_default() {
            let is_on_its_way =
                |operation: &&PendingOperation| matches!(operation.state, RowState::Sending(_));
            let waits = self.operation(id).filter(|operation| !is_on_its_way(operation));
            let about = waits.and_then(|operation| operation.about.as_ref());
            if about.is_some_and(|target| target.is_at(key, before))
                && let Some(operation) = self.find_operation(id)
            {
                operation.rebase(newer);
            }
        }
        if let Some(row) = self.rows.get_mut(key)
            && row.target.is_at(key, before)
            && !matches!(row.state, RowState::Sending(_))
        {
            row.target.row = row.target.row.merged(newer);
            self.touch(Item::Row(key.clone()));
        }
    }

    /// How far an item is.
    pub fn state(&self, item: &Item) -> Option<&RowState> {
        match item {
            Item::Row(key) => self.row(&key.table, key.id).map(|row| &row.state),
            Item::Operation(id) => self.operation(*id).map(|operation| &operation.state),
        }
    }

    /// The only place where the state of something that waits changes.
    pub(super) fn set_state(&mut self, item: &Item, state: RowState) {
        self.leave_queue(item);
        self.touch(item.clone());
        let place = match item {
            Item::Row(key) => self.rows.get_mut(key).map(|row| &mut row.state),
            Item::Operation(id) => self.operations.get_mut(id).map(|operation| &mut operation.state),
        };
        if let Some(place) = place {
            *place = state;
        }
        self.enter_queue(item);
    }

    /// The queue knows an item as it is by now.
    pub(super) fn enter_queue(&mut self, item: &Item) {
        if let Some(standing) = self.standing(item) {
            self.queue.enter(standing);
        }
    }

    /// The queue does not know an item any more, which is about to change.
    pub(super) fn leave_queue(&mut self, item: &Item) {
        if let Some(standing) = self.standing(item) {
            self.queue.remove(&standing);
        }
    }

    /// What the queue has to know of an item; nothing where it neither waits to go out nor is on its way.
    fn standing(&self, item: &Item) -> Option<Standing> {
        let state = self.state(item)?.clone();
        if !matches!(state, RowState::Queued | RowState::Sending(_)) {
            return None;
        }
        let number = match item {
            Item::Row(key) => self.rows.number(key),
            Item::Operation(id) => self.operations.number(id),
        };
        Some(Standing {
            place: (rank(self.operation_of(item)), number?),
            about: self.row_of(item),
            before: self.rows_before(item),
            item: item.clone(),
            state,
        })
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
}

/// The place of an operation, or of the changes of a row, among what is sent: the least goes first.
fn rank(operation: Option<&PendingOperation>) -> u8 {
    match operation.map(|operation| operation.kind) {
        Some(OperationKind::Reactivate) => 0,
        None => 1,
        Some(OperationKind::Create | OperationKind::Act) => 2,
        Some(OperationKind::Close) => 3,
        Some(OperationKind::Merge) => 4,
        Some(OperationKind::Delete) => 5,
    }
}

fn version(row: &Row) -> Option<String> {
    row.etag().map(|etag| etag.into_owned())
}
