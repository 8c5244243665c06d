//! `/` in a record, its relationships or a JSON text: goes to what matches while it is typed.

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
    /// Asks for a text to find, from where the cursor is.
    pub(in crate::app) fn begin_find(&mut self) {
        let find = Find::new(self.find_cursor());
        self.overlays.push(Overlay::Find(find));
    }

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
                self.say(match self.all_matches().map(|matches| matches.len()) {
                    Some(0) => self.nothing_matches(),
                    Some(1) => "1 match".to_owned(),
                    Some(count) => format!("{count} matches  n next  N previous"),
                    None if self.next_match(origin, true).is_none() => "Nothing matches.".to_owned(),
                    None => "n next  N previous".to_owned(),
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
                let next = self.next_match(origin, true);
                self.go_to_match(next.unwrap_or(origin));
            }
        }
        vec![]
    }

    /// The next or the previous match of the last search.
    pub(in crate::app) fn find_again(&mut self, forward: bool) {
        if self.needle().is_empty() {
            return self.say("/ finds a text first.");
        }
        let at = self.find_cursor();
        match self.next_match(if forward { at + 1 } else { at }, forward) {
            Some(place) => {
                let matches = self.all_matches();
                self.go_to_match(place);
                if let Some(matches) = matches {
                    let number = matches.iter().position(|other| *other == place).unwrap_or_default() + 1;
                    self.say(format!("match {number} of {}", matches.len()));
                }
            }
            None => {
                let said = self.nothing_matches();
                self.say(said);
            }
        }
    }

    fn nothing_matches(&self) -> String {
        match self.record() {
            Some(record) if record.tab == Tab::Related && !record.related.all => {
                "Nothing that is shown matches.  z e shows what is empty".to_owned()
            }
            _ => "Nothing matches.".to_owned(),
        }
    }

    /// The field, relationship or node under the cursor.
    fn find_cursor(&self) -> usize {
        match (self.json(), self.record()) {
            (Some(json), _) => json.current().unwrap_or_default(),
            (None, Some(record)) if record.tab == Tab::Related => record.related.list.cursor,
            (None, Some(record)) => record.form.list.cursor,
            (None, None) => 0,
        }
    }

    fn needle(&self) -> &str {
        match self.screen() {
            Screen::Record(record) => &record.needle,
            Screen::Viewer(viewer) => &viewer.needle,
            _ => "",
        }
    }

    fn set_needle(&mut self, needle: String) {
        match self.screen_mut() {
            Screen::Record(record) => record.needle = needle,
            Screen::Viewer(viewer) => viewer.needle = needle,
            _ => {}
        }
    }

    /// The first match from a place on, or the last one before it; from the other end where there is none.
    fn next_match(&self, from: usize, forward: bool) -> Option<usize> {
        if self.needle().is_empty() {
            return None;
        }
        if self.json().is_some() {
            return self.json_match(self.needle(), from, forward);
        }
        let matches = self.line_matches();
        let next = match forward {
            true => matches.iter().find(|place| **place >= from).or(matches.first()),
            false => matches.iter().rev().find(|place| **place < from).or(matches.last()),
        };
        next.copied()
    }

    /// Every match; nothing where they are too many to be counted.
    fn all_matches(&self) -> Option<Vec<usize>> {
        match (self.needle().is_empty(), self.json()) {
            (true, _) => Some(vec![]),
            (false, Some(_)) => self.json_matches(self.needle()),
            (false, None) => Some(self.line_matches()),
        }
    }

    /// The fields or relationships that match.
    fn line_matches(&self) -> Vec<usize> {
        match self.record() {
            Some(record) if record.tab == Tab::Related => record.related.matches(self.needle()),
            _ => self.form_matches(self.needle()),
        }
    }

    fn go_to_match(&mut self, place: usize) {
        match (self.json(), self.record()) {
            (Some(_), _) => self.go_to_node(place),
            (None, Some(record)) if record.tab == Tab::Related => self.go_to_relationship(place),
            (None, _) => self.go_to_field(place),
        }
    }
}
