//! `/` in the grid: held rows as one types, the server on Enter.

use super::Grid;
use super::conditions::short;
use crate::app::filter::RowFilter;
use crate::app::key::{Input, Key};
use crate::app::list::Step;
use crate::app::rows::Rows;
use crate::dataverse::Filter;
use crate::text::grouped;

/// A condition asked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// As row 2 shows it: `Title, Case Number: printer`.
    pub label: String,
    /// As a sentence tells it: "`printer` is in Title or Case Number".
    pub told: String,
    /// The names of the columns that are searched for a text.
    pub searched: Vec<String>,
    /// As the server understands it.
    pub filter: Filter,
}

impl Grid {
    /// Begins to look through the held rows, or goes on with the text that is there.
    pub(super) fn start_filter(&mut self, height: usize) {
        match &mut self.filter {
            Some(filter) => filter.typing = true,
            None => {
                let place = self.place(self.list.cursor);
                self.filter = Some(RowFilter::new(self.rows.value(), &self.properties(), self.raw));
                self.go_near(place, height);
            }
        }
    }

    /// Looks through some more of the rows. The cursor stays near where it was until the person moves it.
    pub(in crate::app) fn look_on(&mut self, height: usize) {
        let properties = self.properties();
        let (Some(filter), Some(rows)) = (&mut self.filter, self.rows.value()) else { return };
        filter.look_on(rows, &properties);
        let near = filter.near.filter(|_| filter.is_looking());
        match filter.near.take() {
            Some(place) => self.go_near(Some(place), height),
            None => {
                let len = self.len();
                self.list.clamp(len, height);
            }
        }
        if let Some(filter) = &mut self.filter {
            filter.near = near;
        }
    }

    /// Looks through all rows that still wait: somebody wants all that match.
    pub(super) fn look_through(&mut self) {
        let properties = self.properties();
        let (Some(filter), Some(rows)) = (&mut self.filter, self.rows.value()) else { return };
        while filter.is_looking() {
            filter.look_on(rows, &properties);
        }
    }

    /// Lists every row again; the cursor stays on its row.
    pub(super) fn drop_filter(&mut self, height: usize) {
        let place = self.place(self.list.cursor);
        self.filter = None;
        self.search = None;
        let len = self.len();
        self.list.go_to(place.unwrap_or(0), len, height);
    }

    /// Takes an input for the filter's text; answers whether it was taken.
    pub(super) fn type_filter(&mut self, input: &Input, height: usize) -> bool {
        let Some(filter) = &mut self.filter else { return false };
        match input {
            Input::Key(Key::Up | Key::Ctrl('p')) => self.step(Step::Rows(-1), height),
            Input::Key(Key::Down | Key::Ctrl('n')) => self.step(Step::Rows(1), height),
            Input::Key(Key::Esc | Key::Ctrl('g')) => {
                filter.typing = false;
                if filter.line.is_empty() {
                    self.drop_filter(height);
                }
            }
            Input::Key(Key::Tab) => filter.typing = false,
            _ => {
                let before = filter.line.text().to_owned();
                if !filter.line.update(input) {
                    return false;
                }
                if filter.line.text() != before {
                    let place = filter.near.or_else(|| self.place(self.list.cursor));
                    if let Some(filter) = &mut self.filter {
                        filter.search();
                        filter.near = place.filter(|_| filter.is_looking());
                    }
                    self.go_near(place, height);
                }
            }
        }
        true
    }

    /// What the filter found, and what it did not look at.
    pub fn filter_message(&self, asks: Option<&str>) -> Option<String> {
        let filter = self.filter.as_ref().filter(|filter| !filter.line.is_empty())?;
        let rows = self.rows.value()?;
        let (matches, held) = (grouped(filter.matches().len() as u64), grouped(filter.held() as u64));
        let found = format!("`{}` matches {matches} of {held}", short(filter.line.text()));
        if filter.is_looking() {
            let searched = grouped(filter.searched() as u64);
            return Some(format!("{found} so far, {searched} looked through ..."));
        }
        if rows.next().is_none() && rows.held() == rows.len() {
            return Some(format!("{found}, all there are."));
        }
        let all = match rows.total() {
            Some(total) if total.capped => format!("{}+ in all", grouped(total.rows)),
            Some(total) => format!("{} in all", grouped(total.rows)),
            None => "more on the server".into(),
        };
        // A view of the server takes no condition.
        let whom = match (self.stored_view().is_some(), asks) {
            (true, Some(columns)) => format!("all rows: {columns}"),
            (true, None) => "all rows".to_owned(),
            (false, asks) => asks.unwrap_or("the server").to_owned(),
        };
        Some(format!("{found} held, {all}.  Enter asks {whom}"))
    }

    /// Puts the cursor on the line of a row's place, or the nearest after it.
    pub(super) fn go_near(&mut self, place: Option<usize>, height: usize) {
        let line = match (&self.filter, place) {
            (Some(filter), Some(place)) => filter.matches().partition_point(|other| *other < place),
            (_, place) => place.unwrap_or(0),
        };
        let len = self.len();
        self.list.go_to(line, len, height);
    }

    /// Looks through rows that came behind the others.
    pub(super) fn filter_new_rows(&mut self, from: usize) {
        let properties = self.properties();
        if let (Some(filter), Some(rows)) = (&mut self.filter, self.rows.value()) {
            filter.add_rows(rows, from, &properties);
        }
    }

    /// Looks through all held rows anew: others took their place.
    pub(super) fn filter_again(&mut self) {
        let properties = self.properties();
        if let Some(filter) = &mut self.filter {
            filter.take_rows(self.rows.value(), &properties);
        }
    }

    /// What is shown of the rows has changed.
    pub(in crate::app) fn look_again(&mut self) {
        self.filter_again();
    }

    /// Rows that were read, whether held or not.
    pub(super) fn loaded(&self) -> usize {
        self.rows.value().map_or(0, Rows::len)
    }
}
