//! Looking through the rows that are held, as a person types.

use super::line::Line;
use super::rows::Rows;
use super::screen::grid::words;
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
}

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
        let rows = rows.into_iter().flat_map(Rows::held_rows);
        self.texts = rows.map(|(index, row)| (index, folded(&row, properties, self.raw))).collect();
        self.search();
    }

    /// Adds rows that came behind the others.
    pub fn add_rows(&mut self, rows: &Rows, from: usize, properties: &[String]) {
        for (index, row) in (from..rows.len()).filter_map(|index| rows.row(index).map(|row| (index, row))) {
            let text = folded(&row, properties, self.raw);
            if self.wants(&text) {
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
    }

    /// The places of the rows that match, in order.
    pub fn matches(&self) -> &[usize] {
        &self.matches
    }

    /// How many rows were looked through.
    pub fn searched(&self) -> usize {
        self.texts.len()
    }

    /// Bytes of the texts.
    pub fn bytes(&self) -> usize {
        self.texts.iter().map(|(_, text)| text.len()).sum()
    }

    fn wants(&self, text: &str) -> bool {
        text.contains(&self.line.text().to_lowercase())
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
