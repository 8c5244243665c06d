//! A row with staged changes that is not there any more: what was to be saved can be copied, dropped or kept.

use super::Overlay;
use crate::app::App;
use crate::app::effect::{Effect, Request};
use crate::app::key::{Input, Key};
use crate::app::load::Load;
use crate::app::pending::RowKey;
use crate::app::tickets::Slot;
use crate::dataverse::audit::{Audit, Entry};

/// The panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Gone {
    /// The row.
    pub key: RowKey,
    /// What was done to it; who may not read that is told without.
    pub audit: Load<Audit>,
}

impl Gone {
    /// Who deleted it and when, where the audit tells.
    pub fn deleted(&self) -> Option<&Entry> {
        self.audit.value()?.entries.iter().find(|entry| entry.is_delete)
    }
}

impl App {
    /// Shows what can be done with the changes of a row that is not there any more, and asks who deleted it.
    pub(in crate::app) fn show_gone(&mut self, key: RowKey) -> Vec<Effect> {
        self.notice = None; // the panel says it
        let mut gone = Gone { key, audit: Load::Idle };
        gone.audit.start();
        let read = Request::Audit(gone.key.id, None);
        self.overlays.push(Overlay::Gone(gone));
        vec![Effect::Run(self.tickets.issue(Slot::Audit), read)]
    }

    pub(super) fn gone_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Gone(Gone { key: row, .. })) = self.overlays.last() else { return vec![] };
        let (row, Input::Key(key)) = (row.clone(), input) else { return vec![] };
        match key {
            Key::Esc | Key::Ctrl('g') | Key::Char('q') => {
                self.overlays.pop();
                self.notice = None;
                return self.drop_audit();
            }
            Key::Char('y') => {
                let values = self.pending.row(&row.table, row.id).map(|row| row.patch().body());
                return values.map_or(vec![], |values| self.copy(values));
            }
            Key::Char('R') => return self.restore(),
            Key::Char('D') => {
                self.overlays.pop();
                let count = self.drop_row(&row);
                let many = if count == 1 {
                    "Change dropped.".to_owned()
                } else {
                    format!("{count} changes dropped.")
                };
                self.say(format!("{many}  u brings back."));
                return self.drop_audit();
            }
            key => self.say(format!("`{key}` does nothing here.  Esc keeps your changes pending")),
        }
        vec![]
    }
}
