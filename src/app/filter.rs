//! Looking through the rows that are held, as a person types.
//!
//! Making the texts of many rows takes longer than a key may: it is done a slice at a time, whenever the clock ticks.

use super::line::Line;
use super::rows::Rows;
use super::screen::grid::words;
use super::{App, Screen};
use crate::dataverse::Row;

/// A filter over the shown cells of held rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowFilter {
    /// What is looked for.
    pub line: Line,
    /// The keys go to the text.
    pub typing: bool,
    /// Values are shown as the server sent them, not as labels.
    pub raw: bool,
    /// Each held row's place and its shown cells in lower case.
    texts: Vec<(usize, Box<str>)>,
    matches: Vec<usize>,
    /// The places of held rows whose texts are still to be made, the next one last.
    waiting: Vec<usize>,
    /// The place that the cursor should be at or behind, until the person moves it.
    pub(super) near: Option<usize>,
}

/// So many texts at once: some milliseconds.
const SLICE: usize = 1_000;
/// Stands between the cells of a row, so that a match never spans two of them.
const SEPARATOR: char = '\u{1f}';

impl RowFilter {
    /// A filter over some rows, of which these properties are shown, as labels or as `raw` values.
    pub fn new(rows: Option<&Rows>, properties: &[String], raw: bool) -> Self {
        let mut filter = Self { typing: true, raw, ..Self::default() };
        filter.take_rows(rows, properties);
        filter
    }

    /// Starts over with these rows; the text stays.
    pub fn take_rows(&mut self, rows: Option<&Rows>, properties: &[String]) {
        self.texts.clear();
        self.waiting = rows.into_iter().flat_map(Rows::held_rows).map(|(index, _)| index).collect();
        self.waiting.reverse();
        self.search();
        if let Some(rows) = rows {
            self.look_on(rows, properties);
        }
    }

    /// Adds rows that came behind the others.
    pub fn add_rows(&mut self, rows: &Rows, from: usize, properties: &[String]) {
        let came = (from..rows.len()).rev().filter(|index| rows.row(*index).is_some());
        let came: Vec<usize> = came.chain(self.waiting.drain(..)).collect();
        if self.line.is_empty() {
            self.matches.extend((from..rows.len()).filter(|index| rows.row(*index).is_some()));
        }
        self.waiting = came;
        self.look_on(rows, properties);
    }

    /// Makes the next texts, and looks through them.
    pub fn look_on(&mut self, rows: &Rows, properties: &[String]) {
        let wanted = self.line.text().to_lowercase();
        for index in self.waiting.split_off(self.waiting.len().saturating_sub(SLICE)).into_iter().rev() {
            let Some(row) = rows.row(index) else { continue }; // it was let go meanwhile
            let text = folded(&row, properties, self.raw);
            // Without a text all rows match, whether looked through or not.
            if !wanted.is_empty() && text.contains(&wanted) {
                self.matches.push(index);
            }
            self.texts.push((index, text));
        }
    }

    /// Finds the matches anew after the text changed.
    pub fn search(&mut self) {
        let wanted = self.line.text().to_lowercase();
        let texts = self.texts.iter().filter(|(_, text)| text.contains(&wanted));
        self.matches = texts.map(|(index, _)| *index).collect();
        if wanted.is_empty() {
            self.matches.extend(self.waiting.iter().rev());
        }
    }

    /// Whether rows are still to be looked through.
    pub fn is_looking(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The places of the rows that match, in order.
    pub fn matches(&self) -> &[usize] {
        &self.matches
    }

    /// How many rows there are to look through.
    pub fn held(&self) -> usize {
        self.texts.len() + self.waiting.len()
    }

    /// How many rows were looked through.
    pub fn searched(&self) -> usize {
        self.texts.len()
    }

    /// Bytes of the texts.
    pub fn bytes(&self) -> usize {
        self.texts.iter().map(|(_, text)| text.len()).sum()
    }
}

impl App {
    /// Whether the rows that are seen are still being looked through.
    pub(in crate::app) fn is_looking_through(&self) -> bool {
        matches!(self.screen(), Screen::Grid(grid)
            if grid.rows.value().is_some() && grid.filter.as_ref().is_some_and(RowFilter::is_looking))
    }

    /// Looks through some more of the rows that are seen.
    pub(in crate::app) fn look_on(&mut self) {
        if self.is_looking_through() {
            let height = self.grid_size().list_height();
            if let Screen::Grid(grid) = self.screen_mut() {
                grid.look_on(height);
            }
            self.dirty = true;
        }
    }
}

fn folded(row: &Row, properties: &[String], raw: bool) -> Box<str> {
    let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
    let mut text = String::new();
    for cell in row.cells(&properties).iter().flatten() {
        text.push_str(&words(cell, raw).unwrap_or_default().to_lowercase());
        text.push(SEPARATOR);
    }
    text.into_boxed_str()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::dataverse::{Page, Query};

    fn rows(count: usize) -> Rows {
        let row = |n: usize| format!(r#"{{"aid":"{n:08}-0000-4000-8000-000000000000","title":"Row {n}"}}"#);
        let rows: Vec<String> = (0..count).map(row).collect();
        let page = Page::decode(Bytes::from(format!(r#"{{"value":[{}]}}"#, rows.join(",")))).unwrap();
        Rows::new(Query::new("as"), "aid".into(), page)
    }

    #[test]
    fn many_rows_are_looked_through_a_slice_at_a_time_and_in_the_end_all_are() {
        let (rows, properties) = (rows(2 * SLICE + 10), ["title".to_owned()]);
        let mut filter = RowFilter::new(Some(&rows), &properties, false);
        assert_eq!((filter.searched(), filter.held()), (SLICE, 2 * SLICE + 10));
        assert_eq!(filter.matches().len(), rows.len(), "without a text all of them are listed");
        filter.line = Line::new("ROW 20");
        filter.search();
        let of_first = filter.matches().to_vec();
        assert_eq!(of_first.len(), 11, "20, and 200 to 209");
        let mut slices = 0;
        while filter.is_looking() {
            filter.look_on(&rows, &properties);
            slices += 1;
        }
        assert_eq!((slices, filter.searched()), (2, rows.len()));
        assert!(filter.matches().starts_with(&of_first) && filter.matches().is_sorted());
        assert_eq!(filter.matches().len(), 11 + 10, "and 2000 to 2009");
        filter.line = Line::default();
        filter.search();
        assert_eq!(filter.matches(), (0..rows.len()).collect::<Vec<_>>());
    }

    #[test]
    fn rows_that_come_while_others_wait_are_looked_through_after_them() {
        let (mut all, properties) = (rows(2 * SLICE), ["title".to_owned()]);
        let mut filter = RowFilter::new(Some(&all), &properties, false);
        let row = r#"{"aid":"99999999-0000-4000-8000-000000000000","title":"Row 20 late"}"#;
        let page = Page::decode(Bytes::from(format!(r#"{{"value":[{row}]}}"#))).unwrap();
        all.append(page);
        filter.add_rows(&all, 2 * SLICE, &properties);
        assert_eq!(filter.matches(), (0..=2 * SLICE).collect::<Vec<_>>());
        filter.line = Line::new("late");
        filter.search();
        assert_eq!((filter.matches(), filter.is_looking()), (&[][..], true));
        filter.look_on(&all, &properties);
        assert_eq!((filter.matches(), filter.is_looking()), (&[2 * SLICE][..], false));
    }
}
