//! Columns of the grid: which, how wide, which one is under the cursor, and the order they ask for.

use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use super::Grid;
use crate::app::layout::{Wish, scroll_columns};
use crate::dataverse::{Column, ColumnKind, Order, Page, TableSchema};
use crate::text::harmless;

/// The narrowest and the widest a column is made by itself.
const FITTED: std::ops::RangeInclusive<u16> = 5..=40;

/// The order asked of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// Index of the column.
    pub column: usize,
    /// Largest first.
    pub descending: bool,
}

impl Grid {
    /// Takes the table's columns and shows those that tell most.
    pub(super) fn set_schema(&mut self, schema: Arc<TableSchema>) {
        self.columns = schema.default_columns().into_iter().cloned().collect();
        self.widths = self.columns.iter().map(header_width).collect();
        self.schema = Some(schema);
    }

    /// The properties of the shown columns, as the wire names them.
    pub(super) fn properties(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.property().into_owned()).collect()
    }

    /// Widens columns to what a page holds. They never get narrower: what is read stays where it is.
    pub(super) fn fit_to(&mut self, page: &Page) {
        let properties = self.properties();
        let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
        for row in page.rows() {
            for (width, cell) in self.widths.iter_mut().zip(row.cells(&properties)) {
                let text = cell.as_ref().and_then(|cell| cell.text());
                let cells = text.map_or(0, |text| harmless(&text).width().min(usize::from(*FITTED.end())));
                *width = (*width).max(cells as u16);
            }
        }
    }

    /// Puts the cursor on a column and scrolls just enough that it is seen.
    pub(in crate::app) fn go_to_column(&mut self, column: usize, width: u16) {
        self.active = column.min(self.columns.len().saturating_sub(1));
        self.left = scroll_columns(&self.wishes(), self.left, self.active, width);
    }

    /// The cells that the columns ask for.
    pub fn wishes(&self) -> Vec<Wish> {
        let columns = self.columns.iter().zip(&self.widths);
        columns.map(|(column, width)| Wish { width: *width, uncut: is_worthless_cut(column) }).collect()
    }

    /// The next order by the active column: smallest first, largest first, none.
    pub(super) fn next_sort(&self) -> Option<Sort> {
        let column = self.active;
        match self.sort {
            Some(sort) if sort.column == column && sort.descending => None,
            Some(sort) if sort.column == column => Some(Sort { column, descending: true }),
            _ => Some(Sort { column, descending: false }),
        }
    }

    /// Asks for another order; its column is widened for the mark of it.
    pub(super) fn set_sort(&mut self, sort: Option<Sort>) {
        self.sort = sort;
        let Some(column) = sort.map(|sort| sort.column) else { return };
        if let (Some(width), Some(column)) = (self.widths.get_mut(column), self.columns.get(column)) {
            *width = (*width).max(header_width(column) + 2);
        }
    }

    /// The order as the wire names it.
    pub(super) fn order(&self) -> Option<Order> {
        let sort = self.sort?;
        let column = self.columns.get(sort.column)?;
        Some(Order { property: column.property().into_owned(), descending: sort.descending })
    }
}

/// Whether the server can order rows by a column.
pub(super) fn is_sortable(column: &Column) -> bool {
    !matches!(
        column.kind,
        ColumnKind::Choices { .. } | ColumnKind::File | ColumnKind::Image | ColumnKind::Other(_)
    )
}

/// Part of a date or a number says something else than the whole.
fn is_worthless_cut(column: &Column) -> bool {
    column.kind.is_number() || matches!(column.kind, ColumnKind::DateTime { .. })
}

fn header_width(column: &Column) -> u16 {
    (column.display_name.width() as u16).clamp(*FITTED.start(), 18)
}
