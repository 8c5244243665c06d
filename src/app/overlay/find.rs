//! `/` in a record: goes to what matches while it is typed.

use super::Overlay;
use crate::app::App;
use crate::app::Screen;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::screen::record::Tab;

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// The text.
    pub line: Line,
    /// Where the cursor was.
    origin: usize,
}

impl Find {
    /// A search that begins at a field or node.
    pub fn new(origin: usize) -> Self {
        Self { line: Line::default(), origin }
    }
}

impl App {
    pub(super) fn find_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Find(find)) = self.overlays.last_mut() else { return vec![] };
        let origin = find.origin;
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g')) => {
                self.overlays.pop();
                self.go_to_match(origin);
                return vec![];
            }
            Input::Key(Key::Backspace) if find.line.is_empty() => drop(self.overlays.pop()),
            Input::Key(Key::Enter) => {
                let needle = find.line.text().to_lowercase();
                self.overlays.pop();
                self.set_needle(needle);
                let count = self.record_matches().len();
                self.say(match count {
                    0 => "Nothing matches.".to_owned(),
                    1 => "1 match".to_owned(),
                    count => format!("{count} matches  n next  N previous"),
                });
            }
            input => {
                if !find.line.update(input) {
                    self.say_unbound(input);
                    return vec![];
                }
                let needle = find.line.text().to_lowercase();
                self.notice = None;
                self.set_needle(needle);
                let matches = self.record_matches();
                let next = matches.iter().find(|place| **place >= origin).or(matches.first());
                self.go_to_match(next.copied().unwrap_or(origin));
            }
        }
        vec![]
    }

    /// The next or the previous match of the last search.
    pub(in crate::app) fn find_again(&mut self, forward: bool) {
        let Some(record) = self.record() else { return };
        if record.needle.is_empty() {
            return self.say("/ finds a text first.");
        }
        let at = match record.tab {
            Tab::Form => record.form.list.cursor,
            Tab::Json => record.json.current().unwrap_or_default(),
        };
        let matches = self.record_matches();
        let next = match forward {
            true => matches.iter().find(|place| **place > at).or(matches.first()),
            false => matches.iter().rev().find(|place| **place < at).or(matches.last()),
        };
        match next.copied() {
            Some(place) => {
                let number = matches.iter().position(|other| *other == place).unwrap_or_default() + 1;
                self.go_to_match(place);
                self.say(format!("match {number} of {}", matches.len()));
            }
            None => self.say("Nothing matches."),
        }
    }

    fn set_needle(&mut self, needle: String) {
        if let Screen::Record(record) = self.screen_mut() {
            record.needle = needle;
        }
    }

    fn record_matches(&self) -> Vec<usize> {
        match self.record() {
            Some(record) if !record.needle.is_empty() => match record.tab {
                Tab::Form => self.form_matches(&record.needle),
                Tab::Json => self.json_matches(&record.needle),
            },
            _ => vec![],
        }
    }

    fn go_to_match(&mut self, place: usize) {
        match self.record().map(|record| record.tab) {
            Some(Tab::Form) => self.go_to_field(place),
            Some(Tab::Json) => self.go_to_node(place),
            None => {}
        }
    }
}
