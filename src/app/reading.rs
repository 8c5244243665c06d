//! What is read: called off, and read again.

use super::effect::{Effect, Request};
use super::tickets::Slot;
use super::{App, Screen};

impl App {
    /// Calls off what is read for the screen that is seen.
    pub(in crate::app) fn stop_reading(&mut self) -> Vec<Effect> {
        let slots: &[Slot] = match self.screen() {
            Screen::Grid(_) => &[Slot::Schema, Slot::QuickFind, Slot::Rows],
            Screen::Record(_) => {
                &[Slot::Row, Slot::Timeline, Slot::Relationships, Slot::Counts, Slot::Beside]
            }
            Screen::SignIn(_) | Screen::Environments(_) => &[Slot::Session],
            Screen::Doctor(_) => &[Slot::Doctor],
            Screen::Log(_) => &[Slot::Repeat],
            Screen::Tables(_) | Screen::Review(_) | Screen::Viewer(_) => &[],
        };
        if self.gathering.take().is_some() {
            self.say("Stopped reading the marked rows. Nothing was staged.");
        }
        if slots.contains(&Slot::Session) {
            self.opening = None;
        }
        let busy: Vec<Slot> = slots
            .iter()
            .copied()
            .chain([Slot::Find, Slot::File, Slot::Marked])
            .filter(|slot| self.tickets.cancel(*slot))
            .collect();
        busy.into_iter().map(Effect::Cancel).collect()
    }

    /// Calls off what is being read for a slot.
    pub(in crate::app) fn cancel(&mut self, slot: Slot) -> Vec<Effect> {
        self.tickets.cancel(slot);
        match slot {
            Slot::Tables => self.tables.cancel(),
            Slot::Schema | Slot::Rows => self.stop_grids(),
            Slot::Marked => self.gathering = None,
            Slot::Backup => self.not_backed_up(),
            Slot::QuickFind => self.search_stopped(),
            Slot::Session => self.sign_in_stopped(),
            Slot::Row => self.row_stopped(),
            Slot::Places => self.places.cancel(),
            Slot::Profile | Slot::Details => self.details_stopped(),
            Slot::Doctor => self.examination_stopped(),
            Slot::Preview => self.preview_stopped(),
            Slot::Around => self.intent = None,
            Slot::Audit => self.audit_stopped(),
            Slot::Timeline => self.timeline_stopped(),
            Slot::Relationships | Slot::Counts => self.related_stopped(),
            Slot::Beside => self.beside_stopped(),
            Slot::Attach => self.attaching = None,
            Slot::Workflows => self.to_run_on.clear(),
            Slot::Learn => drop(self.columns_stopped()),
            Slot::FileToSend => self.file_stopped(),
            Slot::Duplicates => self.duplicates_stopped(),
            Slot::After => self.out_of_date.clear(),
            Slot::PendingFile => self.moving_stopped(),
            Slot::Refused
            | Slot::Find
            | Slot::Views
            | Slot::LookUp
            | Slot::Ways
            | Slot::Repeat
            | Slot::Zone
            | Slot::Fate
            | Slot::SavedFile
            | Slot::File => {}
        }
        self.say("Stopped.");
        vec![Effect::Cancel(slot)]
    }

    pub(in crate::app) fn refresh(&mut self) -> Vec<Effect> {
        self.preview.forget();
        match self.screen() {
            Screen::Grid(_) => self.refresh_grid(),
            Screen::Record(_) => {
                let mut effects = self.read_record();
                effects.extend(self.read_timeline());
                effects.extend(self.read_related());
                effects
            }
            Screen::Environments(_) => self.read_places(),
            Screen::Doctor(_) => self.go_doctor(),
            Screen::Log(_) => {
                self.say("The log shows each request as it comes: there is nothing to read again.");
                vec![]
            }
            Screen::Viewer(_) => vec![],
            Screen::SignIn(_) | Screen::Tables(_) | Screen::Review(_) => self.read_tables(),
        }
    }

    pub(in crate::app) fn read_tables(&mut self) -> Vec<Effect> {
        self.tables.start();
        vec![Effect::Run(self.tickets.issue(Slot::Tables), Request::Tables)]
    }
}
