//! What was sent: what is on its way, and what goes out as soon as what it waits for is answered.
//!
//! Must not know: what is changed by it. [`Pending`](super::Pending) enters and removes an item as its state changes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Item, RowKey, RowState};
use crate::app::effect::WriteId;

/// Where something stands in the order of sending: by what it is, then as it was staged.
pub(super) type Place = (u8, u64);

/// What the queue has to know of an item.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) item: Item,
    pub(super) place: Place,
    /// The row that it is about; nothing for a new row that hangs on none.
    pub(super) about: Option<RowKey>,
    /// The rows of which everything that comes before it has to arrive first.
    pub(super) before: Vec<RowKey>,
    pub(super) state: RowState,
}

/// Items that are on their way or wait to go out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Queue {
    queued: BTreeMap<Place, Item>,
    under_way: BTreeMap<WriteId, Item>,
    /// What is queued, by the rows that it waits for.
    waiting: BTreeMap<RowKey, BTreeSet<Place>>,
    /// How many of them all are about a row.
    about: BTreeMap<Option<RowKey>, usize>,
}

impl Queue {
    /// What was sent and is not answered.
    pub(super) fn under_way(&self) -> impl ExactSizeIterator<Item = &Item> {
        self.under_way.values()
    }

    pub(super) fn sent_as(&self, id: WriteId) -> Option<&Item> {
        self.under_way.get(&id)
    }

    /// What waits to go out, in the order of sending.
    pub(super) fn queued(&self) -> impl Iterator<Item = &Item> {
        self.queued.values()
    }

    pub(super) fn at(&self, place: Place) -> Option<&Item> {
        self.queued.get(&place)
    }

    /// Where those are that wait for what comes before them for a row.
    pub(super) fn waiting_for(&self, row: &RowKey) -> impl Iterator<Item = Place> {
        self.waiting.get(row).into_iter().flatten().copied()
    }

    /// How many rows all of it is about; a new one that hangs on nothing is one.
    pub(super) fn rows(&self) -> usize {
        let new = self.about.get(&None).copied();
        self.about.len() - usize::from(new.is_some()) + new.unwrap_or(0)
    }

    /// An item is as it is told here from now on.
    pub(super) fn enter(&mut self, known: Standing) {
        match known.state {
            RowState::Queued => {
                for row in known.before {
                    self.waiting.entry(row).or_default().insert(known.place);
                }
                self.queued.insert(known.place, known.item);
            }
            RowState::Sending(id) => drop(self.under_way.insert(id, known.item)),
            _ => return,
        }
        *self.about.entry(known.about).or_default() += 1;
    }

    /// An item is not any more as it is told here.
    pub(super) fn remove(&mut self, known: &Standing) {
        match known.state {
            RowState::Queued => {
                self.queued.remove(&known.place);
                for row in &known.before {
                    if let Some(places) = self.waiting.get_mut(row) {
                        places.remove(&known.place);
                        if places.is_empty() {
                            self.waiting.remove(row);
                        }
                    }
                }
            }
            RowState::Sending(id) => drop(self.under_way.remove(&id)),
            _ => return,
        }
        if let Some(count) = self.about.get_mut(&known.about) {
            *count -= 1;
            if *count == 0 {
                self.about.remove(&known.about);
            }
        }
    }
}
