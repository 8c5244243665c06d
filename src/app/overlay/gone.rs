//! A row with staged changes that is not there any more: what was to be saved can be copied, dropped or kept.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::pending::RowKey;

/// The panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The row.
    pub key: RowKey,
}

impl App {
    /// Shows what can be done with the changes of a row that is not there any more.
    pub(in crate::app) fn show_gone(&mut self, key: RowKey) {
        self.notice = None; // the panel says it
        self.overlays.push(Overlay::Gone(Gone { key }));
    }

    pub(super) fn gone_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Gone(Gone { key: row })) = self.overlays.last() else { return vec![] };
        let (row, Input::Key(key)) = (row.clone(), input) else { return vec![] };
        match key {
            Key::Esc | Key::Ctrl('g') | Key::Char('q') => {
                self.overlays.pop();
                self.notice = None;
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
            }
            key => self.say(format!("`{key}` does nothing here.  Esc keeps your changes pending")),
        }
        vec![]
    }
}
