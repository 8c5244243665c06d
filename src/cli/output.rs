//! Forms of output: aligned text and lines of JSON.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::text::harmless;

/// Aligned text: columns as wide as their widest cell, two spaces between them, the last one not padded.
/// Cells are made harmless on their way in.
#[derive(Debug, Default)]
pub struct Columns {
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// Starts with a line of headings.
    pub fn with_headings(headings: &[&str]) -> Columns {
        let mut columns = Columns::default();
        columns.push(headings);
        columns
    }

    /// Adds a line.
    pub fn push<T: AsRef<str>>(&mut self, cells: &[T]) {
        self.rows.push(cells.iter().map(|cell| harmless(cell.as_ref()).into_owned()).collect());
    }

    /// Writes all lines.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..count)
            .map(|column| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max())
            .map(Option::unwrap_or_default)
            .collect();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Writes one value as one line of JSON.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn json_line(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_cells_not_bytes() {
        let mut columns = Columns::with_headings(&["Name", "Set"]);
        columns.push(&["東京", "cities"]);
        columns.push(&["a\u{1b}", "x"]);
        let mut out = Vec::new();
        columns.write(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "Name  Set\n東京  cities\na^[   x\n");
    }
}
