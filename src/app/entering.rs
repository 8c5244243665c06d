//! The beginning of a session.

use super::beside::Beside;
use super::bulk::Sending;
use super::effect::{Effect, Request};
use super::journal::{Keeping, Owner};
use super::nav::Screens;
use super::pending::Pending;
use super::preview::Preview;
use super::sent::SentBatches;
use super::session::{Identity, Session};
use super::tickets::Slot;
use super::zone::Zone;
use super::{App, Screen};

impl App {
    /// Signed in: on to the tables. Nothing of an environment before it stays.
    pub(in crate::app) fn enter(&mut self, identity: Identity) -> Vec<Effect> {
        self.opening = None;
        let mut effects =
            vec![Effect::Adopt(identity.address.clone()), Effect::OpenJournal(owner(&identity))];
        let is_first = self.session.identity().is_none();
        if !self.has_known_tables() {
            self.overlays.clear();
        }
        let (tables, wanted) = self.first_tables();
        self.session = Session::SignedIn(identity);
        let doctor = matches!(self.screen(), Screen::Doctor(_)).then(|| self.screen().clone());
        self.screens = Screens::new(Screen::Tables(tables));
        self.notice = None;
        if is_first {
            self.tell_complaints(); // the sign-in may have hidden them
        }
        self.schemas.clear();
        self.unconfirmed.clear();
        self.quick_finds.clear();
        self.lookup_paths.clear();
        self.stored_views.clear();
        self.chosen.clear();
        self.pending = Pending::default();
        self.keeping = Keeping::default(); // until the journal is open
        self.gathering = None;
        self.last_change = None;
        self.dropped = None;
        self.sending = Sending::default();
        self.sent = SentBatches::default();
        self.out_of_date.clear();
        self.intent = None;
        self.asked_row = None;
        self.asked_timeline = None;
        self.collections.clear();
        self.relationships.clear();
        self.asked_counts = None;
        self.attaching = None;
        self.to_run_on.clear();
        self.adding = None;
        self.parked = None;
        self.moving = None;
        self.reviewed = None;
        self.preview = Preview::default();
        *self.beside = Beside::default();
        self.watch = None;
        self.zone = Zone::default();
        effects.push(Effect::Run(self.tickets.issue(Slot::Zone), Request::Zone));
        let slots = [
            Slot::Schema,
            Slot::QuickFind,
            Slot::Views,
            Slot::Rows,
            Slot::Marked,
            Slot::Row,
            Slot::Preview,
            Slot::Places,
            Slot::Details,
            Slot::Find,
            Slot::Duplicates,
            Slot::LookUp,
            Slot::Ways,
            Slot::After,
            Slot::Fate,
            Slot::Learn,
            Slot::File,
            Slot::Backup,
            Slot::Around,
            Slot::Audit,
            Slot::Timeline,
            Slot::Relationships,
            Slot::Counts,
            Slot::Beside,
            Slot::Attach,
            Slot::Workflows,
            Slot::SavedFile,
            Slot::FileToSend,
            Slot::PendingFile,
        ];
        let busy = slots.into_iter().filter(|slot| self.tickets.cancel(*slot));
        effects.extend(busy.map(Effect::Cancel));
        self.places.cancel();
        effects.extend(self.read_tables());
        if let Some(doctor) = doctor {
            self.screens.push(doctor); // somebody reads there
            effects.extend(self.go_doctor());
        } else if let Some(wanted) = wanted {
            effects.extend(self.show_wanted(wanted));
        }
        effects
    }
}

fn owner(identity: &Identity) -> Owner {
    Owner {
        environment: identity.address.clone(),
        user_id: identity.user_id.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}
