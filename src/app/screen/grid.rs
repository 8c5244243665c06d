//! Rows of one table: a cursor, columns, an order, a filter.

mod columns;
mod commands;
mod conditions;
mod filtering;
mod marks;
pub mod order;
mod parent;
mod reading;
mod searching;
mod shaping;
mod siblings;

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::filter::RowFilter;
use crate::app::list::List;
use crate::app::load::Load;
use crate::app::problem::Problem;
use crate::app::rows::Rows;
use crate::app::views::TableView;
use crate::dataverse::{Column, Row, RowId, StoredView, Table, TableSchema};

pub use columns::{Width, words};
pub(in crate::app) use commands::{BY_NUMBER_ONLY, ORDERED_BY_VIEW};
pub(in crate::app) use conditions::short;
pub use filtering::Chip;
pub use marks::Marks;
pub use order::Sort;
pub use parent::Parent;
pub(in crate::app) use reading::bar;
use reading::{Reading, Reload, Run};

/// State of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The table whose rows these are.
    pub table: Table,
    /// The table with its columns, once it came.
    pub schema: Option<Arc<TableSchema>>,
    /// The view that it shows; all rows without.
    pub view: Option<TableView>,
    /// Columns of linked tables that come with the rows of the view.
    pub linked: Vec<Column>,
    /// The columns shown.
    pub columns: Vec<Column>,
    /// How wide each of them is.
    pub widths: Vec<Width>,
    /// How many columns stay at the left: one at least.
    pub frozen: usize,
    /// Values are shown as the server sent them, not as labels.
    pub raw: bool,
    /// Columns are called by their logical names.
    pub logical: bool,
    /// Index of the column under the cursor.
    pub active: usize,
    /// Index of the first column behind those that stay.
    pub left: usize,
    /// What has been read.
    pub rows: Load<Rows>,
    /// Cursor and scroll position among the rows that are listed.
    pub list: List,
    /// The order asked of the server, the column that counts most first; empty is the server's own.
    pub sort: Vec<Sort>,
    /// The row whose related rows these are.
    pub parent: Option<Box<Parent>>,
    /// Conditions asked of the server, the newest last.
    pub chips: Vec<Chip>,
    /// What the held rows are looked through for.
    pub filter: Option<RowFilter>,
    /// What the server is to be asked for once it is known which columns are searched.
    pub search: Option<String>,
    /// Pages are read until there are no more.
    pub to_end: bool,
    /// Reading many rows to the end was agreed to.
    pub agreed: bool,
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
    run: Option<Run>,
}

/// Why pages are no longer read ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The person stopped it.
    ByKey,
    /// The last attempt failed.
    Failed(Problem),
    /// The server's links lead in a circle.
    Round,
}

impl Grid {
    /// A grid of which nothing is read yet.
    pub fn new(table: Table) -> Self {
        Self {
            table,
            schema: None,
            view: None,
            linked: vec![],
            columns: vec![],
            widths: vec![],
            frozen: 1,
            raw: false,
            logical: false,
            active: 0,
            left: 1,
            rows: Load::Idle,
            list: List::default(),
            sort: vec![],
            parent: None,
            chips: vec![],
            filter: None,
            search: None,
            to_end: false,
            agreed: false,
            at_last: false,
            stopped: None,
            marks: Marks::default(),
            read_at: None,
            reading: None,
            reload: None,
            run: None,
        }
    }

    /// The view of the server that it shows, which decides about columns, conditions and order.
    pub fn stored_view(&self) -> Option<&StoredView> {
        self.view.as_ref()?.stored()
    }

    /// What it shows, in words: "Cases", "`Urgent active` of Cases".
    pub fn told(&self) -> String {
        let table = &self.table.collection_name;
        match &self.view {
            Some(view) => format!("`{}` of {table}", short(view.name())),
            None => table.clone(),
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
