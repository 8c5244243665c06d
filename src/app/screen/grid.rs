//! Rows of one table: a cursor, columns, an order, a filter.

mod columns;
mod commands;
mod filtering;
mod marks;
mod reading;
mod siblings;

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::filter::RowFilter;
use crate::app::list::List;
use crate::app::load::Load;
use crate::app::problem::Problem;
use crate::app::rows::Rows;
use crate::dataverse::{Column, Row, RowId, Table, TableSchema};

pub use columns::Sort;
pub use filtering::Chip;
pub use marks::Marks;
use reading::{Reading, Reload};

/// State of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The table whose rows these are.
    pub table: Table,
    /// The table with its columns, once it came.
    pub schema: Option<Arc<TableSchema>>,
    /// The columns shown, the first one always in view.
    pub columns: Vec<Column>,
    /// Cells for each column's text, fitted to the values that came.
    pub widths: Vec<u16>,
    /// Index of the column under the cursor.
    pub active: usize,
    /// Index of the first column behind the one that stays.
    pub left: usize,
    /// What has been read.
    pub rows: Load<Rows>,
    /// Cursor and scroll position among the rows that are listed.
    pub list: List,
    /// The order asked of the server.
    pub sort: Option<Sort>,
    /// Conditions asked of the server, the newest last.
    pub chips: Vec<Chip>,
    /// What the held rows are looked through for.
    pub filter: Option<RowFilter>,
    /// Pages are read until there are no more.
    pub to_end: bool,
    /// The last step went to the last row that was read: once more goes to the last there is.
    pub at_last: bool,
    /// Why no further pages are read by themselves.
    pub stopped: Option<Stopped>,
    /// The rows that are marked.
    pub marks: Marks,
    /// When all rows were read last.
    pub read_at: Option<Timestamp>,
    reading: Option<Reading>,
    reload: Option<Reload>,
}

/// Why pages are no longer read ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The person stopped it.
    ByKey,
    /// The last attempt failed.
    Failed(Problem),
}

impl Grid {
    /// A grid of which nothing is read yet.
    pub fn new(table: Table) -> Self {
        Self {
            table,
            schema: None,
            columns: vec![],
            widths: vec![],
            active: 0,
            left: 1,
            rows: Load::Idle,
            list: List::default(),
            sort: None,
            chips: vec![],
            filter: None,
            to_end: false,
            at_last: false,
            stopped: None,
            marks: Marks::default(),
            read_at: None,
            reading: None,
            reload: None,
        }
    }

    /// How many rows the cursor can move over: those that match the filter, or all that were read.
    pub fn len(&self) -> usize {
        match &self.filter {
            Some(filter) => filter.matches().len(),
            None => self.rows.value().map_or(0, Rows::len),
        }
    }

    /// No row is listed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place among the rows that were read of a line of the list.
    pub fn place(&self, line: usize) -> Option<usize> {
        match &self.filter {
            Some(filter) => filter.matches().get(line).copied(),
            None => (line < self.len()).then_some(line),
        }
    }

    /// The row of a line of the list; none when its page is being read again.
    pub fn row(&self, line: usize) -> Option<Row> {
        self.rows.value()?.row(self.place(line)?)
    }

    /// The row under the cursor.
    pub fn current_row(&self) -> Option<Row> {
        self.row(self.list.cursor)
    }

    /// The column under the cursor.
    pub fn current_column(&self) -> Option<&Column> {
        self.columns.get(self.active)
    }

    /// An answer is awaited.
    pub fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Keeps only the rows around the cursor: the screen was left, and may be seen again.
    pub(in crate::app) fn let_go(&mut self) {
        let place = self.place(self.list.cursor).unwrap_or_default();
        if let Some(rows) = self.rows.value_mut() {
            rows.keep_near(place);
        }
    }

    /// Bytes of what is held.
    pub(in crate::app) fn held_bytes(&self) -> usize {
        let filter = self.filter.as_ref().map_or(0, RowFilter::bytes);
        self.rows.value().map_or(0, Rows::bytes) + filter
    }

    /// Puts what a save answered over the row, with its new ETag.
    pub fn row_saved(&mut self, id: RowId, newer: &Row) {
        let primary_id = &self.table.primary_id;
        let Some(rows) = self.rows.value_mut() else { return };
        let Some(index) = rows.find(id, primary_id) else { return };
        if let Some(row) = rows.row(index) {
            rows.replace(index, row.merged(newer));
        }
    }
}
