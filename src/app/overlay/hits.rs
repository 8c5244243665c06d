//! Several rows were found: which one is meant.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::finding::{Found, Hit, Search};
use crate::app::key::{Input, Key};
use crate::app::picker::Picker;
use crate::app::screen::grid::short;
use crate::app::screen::record::Tab;
use crate::dataverse::Table;

/// Rows of the list.
pub const HEIGHT: usize = 9;

/// The rows to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct Hits {
    /// What matches of what was found.
    pub picker: Picker,
    /// What was looked for, and how much of it is here.
    pub title: String,
    /// The rows are of several tables: each has its table's name as its third text.
    pub by_table: bool,
    hits: Vec<Hit>,
}

impl Hits {
    /// A choice of these rows.
    pub fn new(search: &Search, found: Found) -> Self {
        let by_table = matches!(search, Search::Text(_));
        let texts = |hit: &Hit| {
            let group = hit.table.display_name.clone();
            match by_table {
                true if hit.detail == group => vec![hit.name.clone(), String::new(), group],
                true => vec![hit.name.clone(), hit.detail.clone(), group],
                false => vec![hit.name.clone(), hit.detail.clone()],
            }
        };
        let title = match search {
            Search::Text(search) => {
                let groups = search.among.iter().filter_map(|searched| group_text(&searched.table, &found));
                format!("`{}`: {}", short(&search.text), groups.collect::<Vec<_>>().join(", "))
            }
            search => {
                let more = if found.more.is_empty() { "" } else { "the first " };
                format!("{}: {more}{} rows", search.text(), found.hits.len())
            }
        };
        let picker = Picker::new(found.hits.iter().map(texts).collect());
        Self { picker, title, by_table, hits: found.hits }
    }
}

/// `Account 3`, `the first 20 of Case`; nothing for a table without any.
fn group_text(table: &Table, found: &Found) -> Option<String> {
    let count = found.hits.iter().filter(|hit| hit.table.name == table.name).count();
    match found.more.contains(&table.name) {
        true => Some(format!("the first {count} of {}", table.display_name)),
        false => (count > 0).then(|| format!("{} {count}", table.display_name)),
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
