//! Rows as aligned text.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::dataverse::{Column, Page};
use crate::text::harmless;

/// A column is never padded to more than this; longer text is printed whole and pushes the rest of its line.
const WIDEST: usize = 60;

/// What stands where there is no value.
const NOTHING: &str = "-";

/// Prints pages of rows under one heading. Widths come from the first page, so that any number of pages takes the
/// memory of one.
#[derive(Debug)]
pub(super) struct RowTable {
    columns: Vec<Heading>,
    widths: Option<Vec<usize>>,
}

#[derive(Debug)]
struct Heading {
    property: String,
    label: String,
    is_number: bool,
}

impl RowTable {
    /// A table of these columns.
    pub(super) fn new<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Self {
        let heading = |column: &Column| Heading {
            property: column.property().into_owned(),
            label: harmless(&column.display_name).into_owned(),
            is_number: column.kind.is_number(),
        };
        Self { columns: columns.into_iter().map(heading).collect(), widths: None }
    }

    /// Prints at most `limit` rows of a page, the headings before the first page.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub(super) fn write(&mut self, page: &Page, limit: usize, out: &mut dyn Write) -> io::Result<()> {
        let properties: Vec<&str> = self.columns.iter().map(|column| column.property.as_str()).collect();
        let lines: Vec<Vec<String>> = page
            .rows()
            .take(limit)
            .map(|row| {
                let cells = row.cells(&properties);
                let text = |cell: &Option<crate::dataverse::Cell<'_>>| match cell
                    .as_ref()
                    .and_then(|cell| cell.text())
                {
                    Some(text) => harmless(&text).into_owned(),
                    None => NOTHING.to_owned(),
                };
                cells.iter().map(text).collect()
            })
            .collect();
        if self.widths.is_none() {
            let widest = |(at, column): (usize, &Heading)| {
                let cells = lines.iter().map(|line| line[at].width()).max().unwrap_or(0);
                cells.max(column.label.width()).min(WIDEST)
            };
            self.widths = Some(self.columns.iter().enumerate().map(widest).collect());
            let labels: Vec<&str> = self.columns.iter().map(|column| column.label.as_str()).collect();
            self.line(&labels, out)?;
        }
        for line in &lines {
            self.line(line, out)?;
        }
        Ok(())
    }

    fn line<T: AsRef<str>>(&self, cells: &[T], out: &mut dyn Write) -> io::Result<()> {
        let widths = self.widths.as_deref().unwrap_or_default();
        let mut line = String::new();
        for ((cell, column), width) in cells.iter().zip(&self.columns).zip(widths) {
            let cell = cell.as_ref();
            let padding = std::iter::repeat_n(' ', width.saturating_sub(cell.width()));
            if !line.is_empty() {
                line.push_str("  ");
            }
            if column.is_number {
                line.extend(padding);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.extend(padding);
            }
        }
        writeln!(out, "{}", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::dataverse::ColumnKind;
    use crate::dataverse::metadata::{Required, TextFormat};

    fn column(name: &str, label: &str, kind: ColumnKind) -> Column {
        Column {
            name: name.into(),
            display_name: label.into(),
            kind,
            required: Required::None,
            updatable: true,
            creatable: true,
            secured: false,
            computed: false,
            is_custom: false,
        }
    }

    fn page(json: &'static str) -> Page {
        Page::decode(Bytes::from_static(json.as_bytes())).unwrap()
    }

    #[test]
    fn numbers_stand_right_labels_replace_values_and_nothing_reaches_the_terminal() {
        let columns = [
            column("n", "Name", ColumnKind::Text { max_length: None, format: TextFormat::Text }),
            column("m", "Amount", ColumnKind::Money { min: None, max: None, precision: 2 }),
            column("c", "Customer", ColumnKind::Lookup { targets: vec![] }),
        ];
        let mut table = RowTable::new(&columns);
        let mut out = Vec::new();
        let first = page(
            r#"{"value":[{"n":"a\u001b[2J","m":1.50,"_c_value":null},
            {"n":"\u6771","m@OData.Community.Display.V1.FormattedValue":"$1,000.00","m":1000,
             "_c_value":"x","_c_value@OData.Community.Display.V1.FormattedValue":"Contoso"}]}"#,
        );
        table.write(&first, 9, &mut out).unwrap();
        table
            .write(&page(r#"{"value":[{"n":"longer than before","m":2},{"n":"left out"}]}"#), 1, &mut out)
            .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "Name       Amount  Customer\na^[[2J       1.50  -\n東      $1,000.00  Contoso\nlonger than before          2  -\n"
        );
    }
}
