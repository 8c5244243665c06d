//! Several rows were found: which one is meant.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::finding::{Found, Hit, Search};
use crate::app::key::{Input, Key};
use crate::app::picker::Picker;
use crate::app::screen::record::Tab;

/// Rows of the list.
pub const HEIGHT: usize = 9;

/// The rows to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct Hits {
    /// What matches of what was found.
    pub picker: Picker,
    /// What was looked for, and how much of it is here.
    pub title: String,
    hits: Vec<Hit>,
}

impl Hits {
    /// A choice of these rows.
    pub fn new(search: &Search, found: Found) -> Self {
        let texts = |hit: &Hit| vec![hit.name.clone(), hit.detail.clone()];
        let more = if found.more { "the first " } else { "" };
        let title = format!("{}: {more}{} rows", search.text(), found.hits.len());
        Self { picker: Picker::new(found.hits.iter().map(texts).collect()), title, hits: found.hits }
    }
}

impl App {
    pub(super) fn hits_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Hits(hits)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => {
                self.overlays.pop();
            }
            Input::Key(Key::Enter | Key::Tab) => {
                let Some(hit) = hits.picker.current().and_then(|entry| hits.hits.get(entry)) else {
                    self.say("No row that was found matches.  Esc closes");
                    return vec![];
                };
                let (table, id) = (hit.table.clone(), hit.id);
                self.overlays.pop();
                return self.open_record(table, id, Tab::Form);
            }
            input => {
                if !hits.picker.update(input, HEIGHT) {
                    self.say_unbound(input);
                }
            }
        }
        vec![]
    }
}
