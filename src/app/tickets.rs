//! Which answers are still wanted.
//!
//! Each kind of read has one slot. Issuing a ticket voids the one before it in the same slot, and an answer whose
//! ticket is void is dropped: rows of yesterday's filter can never appear under today's.

use std::collections::BTreeMap;

/// A kind of read of which one at a time is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Sign-in, or the check of a cached one.
    Session,
    /// The list of environments.
    Places,
    /// A change of a profile.
    Profile,
    /// What an environment says of itself.
    Details,
    /// The list of tables.
    Tables,
    /// The columns of a table.
    Schema,
    /// What a quick search of a table looks at.
    QuickFind,
    /// The views of a table that the server has.
    Views,
    /// Rows of the grid.
    Rows,
    /// Rows that are marked by their query, for what is staged on them.
    Marked,
    /// One row, for a form.
    Row,
    /// Rows that somebody wants to go to.
    Find,
    /// Rows that a new one is too much like.
    Duplicates,
    /// Rows that a lookup could point to.
    LookUp,
    /// How lookups are written, and what is searched in the tables they point to.
    Ways,
    /// The row under the grid's cursor, for the form beside it.
    Preview,
    /// A read of the log, once more.
    Repeat,
    /// The time zone of the person.
    Zone,
    /// The checks of the doctor.
    Doctor,
    /// What a server sent in place of an answer.
    Refused,
    /// A row that an operation has changed.
    After,
    /// What became of an operation whose answer was lost.
    Fate,
    /// What hangs on a row.
    Around,
    /// Who changed a row, for what stands against its changes.
    Audit,
    /// What happened on a row.
    Timeline,
    /// The relationships of a table.
    Relationships,
    /// How many rows are related to one.
    Counts,
    /// The first rows of a relationship, beside the list of them.
    Beside,
    /// A row that is to be attached to another one.
    Attach,
    /// The workflows that can be run on rows.
    Workflows,
    /// A file here, for a note.
    FileToSend,
    /// The file of a note or a column, for a file here.
    SavedFile,
    /// The columns of tables in which something is to be made.
    Learn,
    /// A file here that is to go into a column.
    File,
    /// Rows that are about to be deleted or merged, into a file.
    Backup,
    /// Pending changes, into a file or out of one.
    PendingFile,
}

/// The right to deliver one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// What was asked for.
    pub slot: Slot,
    number: u64,
}

/// The tickets that are not void.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tickets {
    last: u64,
    current: BTreeMap<Slot, u64>,
}

impl Tickets {
    /// A new ticket; the one before it in this slot becomes void.
    pub fn issue(&mut self, slot: Slot) -> Ticket {
        self.last += 1;
        self.current.insert(slot, self.last);
        Ticket { slot, number: self.last }
    }

    /// Whether an answer with this ticket is still wanted.
    pub fn is_current(&self, ticket: Ticket) -> bool {
        self.current.get(&ticket.slot) == Some(&ticket.number)
    }

    /// Takes the ticket back for its answer; answers whether it was still good.
    pub fn redeem(&mut self, ticket: Ticket) -> bool {
        let current = self.is_current(ticket);
        if current {
            self.current.remove(&ticket.slot);
        }
        current
    }

    /// Voids the ticket of this slot; answers whether there was one.
    pub fn cancel(&mut self, slot: Slot) -> bool {
        self.current.remove(&slot).is_some()
    }

    /// The reads that are under way and that somebody waits for, with the numbers of their tickets.
    pub fn under_way(&self) -> impl Iterator<Item = (Slot, u64)> {
        self.current.iter().filter(|(slot, _)| **slot != Slot::Zone).map(|(slot, number)| (*slot, *number))
    }

    /// The newest read that is under way and that somebody waits for.
    pub fn newest(&self) -> Option<Slot> {
        self.under_way().max_by_key(|(_, number)| *number).map(|(slot, _)| slot)
    }

    /// An answer for this slot is awaited.
    pub fn is_busy(&self, slot: Slot) -> bool {
        self.current.contains_key(&slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_ticket_voids_the_one_before_it_in_its_slot_only() {
        let mut tickets = Tickets::default();
        let tables = tickets.issue(Slot::Tables);
        let old = tickets.issue(Slot::Rows);
        let new = tickets.issue(Slot::Rows);
        assert!(!tickets.redeem(old));
        assert!(tickets.redeem(new));
        assert!(!tickets.redeem(new), "a ticket is good for one answer");
        assert!(tickets.is_busy(Slot::Tables));
        assert!(tickets.cancel(Slot::Tables));
        assert!(!tickets.redeem(tables));
    }
}
