//! Answers that are still wanted, each to whom it is for.

use super::App;
use super::effect::Effect;
use super::event::Reply;
use super::tickets::{Slot, Ticket};

impl App {
    /// Takes an answer that is still wanted.
    pub(in crate::app) fn receive(&mut self, ticket: Ticket, reply: Reply) -> Vec<Effect> {
        match reply {
            Reply::Connected(Ok(Some(identity))) if self.may_enter() => self.enter(identity),
            Reply::Connected(Ok(Some(identity))) => self.stay_out(&identity),
            Reply::Connected(Ok(None)) => {
                self.forget_known_tables();
                self.start_sign_in(self.start.way)
            }
            Reply::Connected(Err(problem)) => {
                self.forget_known_tables();
                self.signed_in(Err(problem))
            }
            Reply::SignedIn(result) => self.signed_in(result),
            Reply::SignedInToList(result) => self.signed_in_to_list(result),
            Reply::Places(result) => self.places_came(result),
            Reply::Tagged(result) => self.tagged(result),
            Reply::Details(result) => self.details_came(result),
            Reply::SignedOut(result) => self.signed_out(result),
            Reply::Tables(result) => {
                self.tables_came(result);
                self.go_on()
            }
            Reply::Schema(result) => self.schema_came(result),
            Reply::Rows(result) if ticket.slot == Slot::Marked => self.gathered_page(result),
            Reply::Rows(result) if ticket.slot == Slot::Beside => self.beside_came(result),
            Reply::Rows(result) => self.rows_came(ticket, result),
            Reply::Row(result) if ticket.slot == Slot::Preview => {
                self.preview_came(result);
                vec![]
            }
            Reply::Row(result) if ticket.slot == Slot::Attach => {
                self.attach_came(result);
                vec![]
            }
            Reply::Row(result) if ticket.slot == Slot::After => self.out_of_date_came(result),
            Reply::Row(result) => self.row_came(result),
            Reply::Learned(result) if ticket.slot == Slot::PendingFile => self.learned_for_file(result),
            Reply::Learned(result) => self.learned(result),
            Reply::PendingSaved(result) => {
                self.pending_saved(result);
                vec![]
            }
            Reply::PendingRead(result) => self.pending_read(result),
            Reply::RowsByKey(result) => {
                self.rows_of_file_came(result);
                vec![]
            }
            Reply::Around(result) => {
                self.looked_around(result);
                vec![]
            }
            Reply::Workflows(result) => {
                self.workflows_came(result);
                vec![]
            }
            Reply::Audit(result) => {
                self.audit_came(result);
                vec![]
            }
            Reply::Relationships(table, result) => {
                self.relationships_came(table, result);
                vec![]
            }
            Reply::RelatedCounted(counts) => {
                self.related_counted(counts);
                vec![]
            }
            Reply::Timeline(result) => {
                self.timeline_came(result);
                vec![]
            }
            Reply::FileRead(path, result) => self.file_read(&path, result),
            Reply::FoundOut(id, result) => self.found_out(id, result),
            Reply::FileSaved(result) => {
                self.file_saved(result);
                vec![]
            }
            Reply::BackedUp(result) => self.backed_up(result),
            Reply::LookedAtFile(result) => self.file_looked_at(result),
            Reply::Found(result) => self.found_came(result),
            Reply::Duplicates(result) => {
                self.duplicates_came(result);
                vec![]
            }
            Reply::LookedUp(result) => {
                self.looked_up(ticket.slot, result);
                vec![]
            }
            Reply::Views(table, read) => {
                self.views_came(table, *read);
                vec![]
            }
            Reply::QuickFind(table, result) => self.quick_find_came(table, result),
            Reply::Refused(refused) => {
                self.show_refused(refused);
                vec![]
            }
            Reply::Repeated(result) => {
                self.repeated(result);
                vec![]
            }
            Reply::Zone(zone) => {
                self.zone = zone.unwrap_or_default(); // without it times stay in UTC, which is said beside them
                vec![]
            }
            Reply::Doctor(report) => {
                self.examined(report);
                vec![]
            }
        }
    }
}
