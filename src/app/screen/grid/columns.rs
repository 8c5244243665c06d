//! Columns of the grid: which, how wide, which one is under the cursor.

use std::borrow::Cow;
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use super::Grid;
use crate::app::column_layout::{ColumnLayout, LaidOut};
use crate::app::layout::{Wish, scroll_columns};
use crate::app::load::Load;
use crate::dataverse::{Cell, Column, ColumnKind, ColumnName, Page, Row, TableSchema};
use crate::text::harmless;

/// The narrowest and the widest a column is made by itself.
const FITTED: std::ops::RangeInclusive<u16> = 5..=40;
/// The narrowest and the widest a person can make it.
const OWN: std::ops::RangeInclusive<u16> = 3..=200;
/// Rows that a column is fitted to on demand: those around the screen.
const FIT_ROWS: usize = 500;
/// Rows of a page that its columns are fitted to: every row of a page of the usual size.
const PAGE_ROWS: usize = 250;

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Width {
    fitted: u16,
    /// What a person asked for.
    pub own: Option<u16>,
}

impl Width {
    fn of(column: &Column) -> Self {
        Self { fitted: header_width(column), own: None }
    }

    /// Cells for the column's text.
    pub fn cells(self) -> u16 {
        self.own.unwrap_or(self.fitted)
    }

    /// Room for so many cells. What a person asked for stays.
    pub(super) fn fit(&mut self, cells: u16) {
        self.fitted = self.fitted.max(cells);
    }
}

impl Grid {
    /// Takes the table's columns and shows those that a person arranged, or those that tell most.
    pub(super) fn set_schema(&mut self, schema: Arc<TableSchema>, layout: Option<&ColumnLayout>) {
        self.columns = schema.default_columns().into_iter().cloned().collect();
        self.widths = self.columns.iter().map(Width::of).collect();
        self.schema = Some(schema);
        if let Some(layout) = layout {
            self.lay_out(layout);
            self.set_sort(layout.sort.clone());
        }
    }

    /// Takes newer definitions; columns stay where they are. Answers whether the rows have to be read anew: a column that
    /// was asked for is gone, or they were refused.
    pub(in crate::app) fn renew_schema(&mut self, schema: Arc<TableSchema>) -> bool {
        let layout = self.layout();
        self.schema = Some(Arc::clone(&schema));
        match layout.columns.iter().any(|shown| schema.column(shown.name.as_str()).is_some()) {
            true => self.lay_out(&layout),
            false => self.set_schema(schema, None),
        }
        self.columns.len() < layout.columns.len() || matches!(self.rows, Load::Failed(..))
    }

    /// The properties of the shown columns, as the wire names them.
    pub(super) fn properties(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.shown().into_owned()).collect()
    }

    /// What the header calls a column.
    pub fn heading<'a>(&self, column: &'a Column) -> &'a str {
        if self.logical { column.name.as_str() } else { &column.display_name }
    }

    /// Widens columns to what a page begins with. They never get narrower: what is read stays where it is.
    pub(super) fn fit_to(&mut self, page: &Page) {
        self.fit_to_rows(page.rows().take(PAGE_ROWS));
    }

    /// Widens columns to what is on the screen.
    pub(super) fn fit_to_seen(&mut self, height: usize) {
        let lines = self.list.top..self.len().min(self.list.top + height);
        let rows: Vec<Row> = lines.filter_map(|line| self.row(line)).collect();
        self.fit_to_rows(rows.into_iter());
    }

    fn fit_to_rows(&mut self, rows: impl Iterator<Item = Row>) {
        let (properties, raw) = (self.properties(), self.raw);
        let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
        for row in rows {
            for (width, cell) in self.widths.iter_mut().zip(row.cells(&properties)) {
                let text = cell.as_ref().and_then(|cell| words(cell, raw));
                let cells = text.map_or(0, |text| harmless(&text).width().min(usize::from(*FITTED.end())));
                width.fit(cells as u16);
            }
        }
    }

    /// The held rows on the screen and behind it.
    fn rows_near(&self) -> Vec<Row> {
        (self.list.top..self.len().min(self.list.top + FIT_ROWS)).filter_map(|line| self.row(line)).collect()
    }

    /// Fits every column anew: what they show has changed. Widths that a person gave stay.
    pub(super) fn fit_all(&mut self) {
        for (column, width) in self.columns.iter().zip(&mut self.widths) {
            width.fitted = header_width(column);
        }
        self.set_sort(self.sort.clone());
        self.fit_to_rows(self.rows_near().into_iter());
    }

    /// Fits one column to the rows on the screen and behind it.
    pub(in crate::app) fn fit_column(&mut self, column: usize) {
        let before = self.widths.clone();
        self.fit_all();
        for (place, (width, before)) in self.widths.iter_mut().zip(before).enumerate() {
            if place == column {
                width.own = None;
            } else {
                *width = before;
            }
        }
    }

    /// Makes a column wider or narrower by some cells.
    pub(in crate::app) fn widen(&mut self, column: usize, by: i16) {
        if let Some(width) = self.widths.get_mut(column) {
            let cells = width.cells().saturating_add_signed(by);
            width.own = Some(cells.clamp(*OWN.start(), *OWN.end()));
        }
    }

    /// Columns up to this one stay at the left; once more, only the first one does.
    pub(in crate::app) fn freeze(&mut self, column: usize) {
        self.frozen = if self.frozen == column + 1 { 1 } else { column + 1 };
    }

    /// Takes a column out of sight; the last one stays.
    pub(in crate::app) fn hide(&mut self, column: usize) -> Option<Column> {
        if self.columns.len() < 2 || column >= self.columns.len() {
            return None;
        }
        self.widths.remove(column);
        if column < self.frozen {
            self.frozen = (self.frozen - 1).max(1);
        }
        Some(self.columns.remove(column))
    }

    /// Shows a column of the table behind the others.
    pub(in crate::app) fn show(&mut self, column: Column) {
        self.widths.push(Width::of(&column));
        self.columns.push(column);
        let last = self.columns.len() - 1;
        let before = self.widths.clone();
        self.fit_to_rows(self.rows_near().into_iter());
        self.widths[..last].copy_from_slice(&before[..last]);
    }

    /// Moves a column by one place; answers where it is then.
    pub(in crate::app) fn move_column(&mut self, column: usize, right: bool) -> usize {
        let to = if right { column + 1 } else { column.wrapping_sub(1) };
        if to >= self.columns.len() || column >= self.columns.len() {
            return column;
        }
        self.columns.swap(column, to);
        self.widths.swap(column, to);
        to
    }

    /// The first of the shown columns that the held rows were read without.
    pub(super) fn lacking(&self) -> Option<&Column> {
        let asked = self.rows.value()?.query().selected();
        let mut own = self.columns.iter().filter(|column| !self.linked.contains(column));
        own.find(|column| !asked.iter().any(|property| *property == column.shown()))
    }

    /// What a person arranged.
    pub fn layout(&self) -> ColumnLayout {
        let columns = self.columns.iter().zip(&self.widths);
        let columns = columns.map(|(column, width)| LaidOut { name: column.name.clone(), width: width.own });
        ColumnLayout { columns: columns.collect(), frozen: self.frozen, sort: self.sort.clone() }
    }

    /// Arranges the columns. Those that the table does not have are left out; nothing happens when it has none.
    pub(in crate::app) fn lay_out(&mut self, layout: &ColumnLayout) {
        let Some(schema) = self.schema.clone() else { return };
        let active = self.current_column().map(|column| column.name.clone());
        let linked = |name: &ColumnName| self.linked.iter().find(|column| column.name == *name);
        let mut shown: Vec<(Column, Width)> = Vec::new();
        let mut frozen = layout.frozen;
        for (place, wish) in layout.columns.iter().enumerate() {
            let is_there = |name| shown.iter().any(|(column, _)| column.name == name);
            let known = schema.column(wish.name.as_str()).or_else(|| linked(&wish.name));
            let Some(column) = known.filter(|_| !is_there(wish.name.clone())) else {
                frozen -= usize::from(place < layout.frozen && frozen > 0);
                continue;
            };
            let width = self.columns.iter().position(|other| other.name == column.name);
            let width = width.map_or_else(|| Width::of(column), |place| self.widths[place]);
            let own = wish.width.map(|cells| cells.clamp(*OWN.start(), *OWN.end()));
            shown.push((column.clone(), Width { own, ..width }));
        }
        if shown.is_empty() {
            return;
        }
        self.frozen = frozen.clamp(1, shown.len());
        (self.columns, self.widths) = shown.into_iter().unzip();
        let place = self.columns.iter().position(|column| Some(&column.name) == active.as_ref());
        self.active = place.unwrap_or(self.active).min(self.columns.len() - 1);
    }

    /// Puts the cursor on a column and scrolls just enough that it is seen.
    pub(in crate::app) fn go_to_column(&mut self, column: usize, width: u16) {
        self.active = column.min(self.columns.len().saturating_sub(1));
        self.left = scroll_columns(&self.wishes(), self.frozen, self.left, self.active, width);
    }

    /// The cells that the columns ask for.
    pub fn wishes(&self) -> Vec<Wish> {
        let wish = |(column, width): (&Column, &Width)| Wish {
            width: width.cells(),
            uncut: width.own.is_none() && !self.raw && is_worthless_cut(column),
            own: width.own.is_some(),
        };
        self.columns.iter().zip(&self.widths).map(wish).collect()
    }
}

/// What a cell shows: its label, or the value as the server sent it. `None` is null.
pub fn words<'a>(cell: &'a Cell<'_>, raw: bool) -> Option<Cow<'a, str>> {
    if raw { cell.raw_text() } else { cell.text() }
}

/// Part of a date or a number says something else than the whole.
fn is_worthless_cut(column: &Column) -> bool {
    column.kind.is_number() || matches!(column.kind, ColumnKind::DateTime { .. })
}

pub(super) fn header_width(column: &Column) -> u16 {
    (column.display_name.width() as u16).clamp(*FITTED.start(), 18)
}
