//! The form beside the rows: that of the row under the cursor. It is read when the cursor has rested there.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::effect::{Effect, Request};
use super::list::Step;
use super::pending::RowKey;
use super::problem::Problem;
use super::screen::form;
use super::screen::record::{Record, Tab};
use super::tickets::Slot;
use super::{App, Screen};
use crate::dataverse::{self, ColumnName, Row};

/// How long the cursor rests on a row before it is read.
const REST: SignedDuration = SignedDuration::from_millis(150);
/// Rows that were read and are shown at once when the cursor comes back.
const KEPT: usize = 20;

/// The row that is shown beside the grid, and those that were.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// The row. Until it was read it has the columns of the grid, and its form is partial.
    pub record: Option<Box<Record>>,
    /// The version that the grid has of it.
    version: Option<String>,
    /// When it is read.
    due: Option<Timestamp>,
    /// The field under the form's cursor: the same one on every row.
    field: Option<ColumnName>,
    kept: VecDeque<Kept>,
}

/// A row that was read with all its columns.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    key: RowKey,
    /// The version that the grid had of it: with another one it is read anew.
    version: Option<String>,
    row: Row,
}

impl Preview {
    /// The row with all its columns, if it was read while the grid had this version of it.
    pub(in crate::app) fn kept(&self, key: &RowKey, version: Option<&str>) -> Option<&Row> {
        let kept = self.kept.iter().find(|kept| kept.key == *key && kept.version.as_deref() == version)?;
        Some(&kept.row)
    }

    fn keep(&mut self, key: RowKey, row: Row) {
        self.kept.retain(|kept| kept.key != key);
        self.kept.push_back(Kept { key, version: self.version.clone(), row });
        while self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }

    /// Everything is read again: a person asked for it.
    pub(in crate::app) fn forget(&mut self) {
        *self = Self { field: self.field.take(), ..Self::default() };
    }
}

impl App {
    /// Makes the preview that of the row under the grid's cursor. Called after every event; mostly nothing is to do.
    pub(in crate::app) fn follow(&mut self) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screen() else { return self.stop_preview() };
        if !self.is_preview_shown() {
            return self.stop_preview();
        }
        let Some(row) = grid.current_row() else {
            self.preview.record = None;
            return self.stop_preview();
        };
        let Some(id) = row.id(&grid.table.primary_id) else {
            self.preview.record = None;
            return self.stop_preview();
        };
        let table = grid.table.clone();
        let key = RowKey { table: table.name.clone(), id };
        let version = row.etag().map(std::borrow::Cow::into_owned);
        if let Some(record) = &self.preview.record
            && record.is(&key)
            && self.preview.version == version
        {
            let waits = self.preview.due.is_some() || self.tickets.is_busy(Slot::Preview);
            if !record.form.partial || waits || record.row.problem().is_some() {
                return vec![];
            }
        }
        let effects = self.stop_preview();
        let mut record = Box::new(Record::new(table, id, Tab::Form));
        if let Some(before) = &self.preview.record {
            record.form = before.form.clone();
        }
        let kept = self.preview.kept(&key, version.as_deref()).cloned();
        record.form.partial = kept.is_none();
        if kept.is_none() {
            self.preview.due = self.now.checked_add(REST).ok();
        }
        record.row = super::load::Load::Ready(kept.unwrap_or(row));
        self.preview.version = version;
        self.preview.record = Some(record);
        self.go_to_preview_field();
        effects
    }

    /// What is shown stays, but nothing is read for it.
    fn stop_preview(&mut self) -> Vec<Effect> {
        self.preview.due = None;
        match self.tickets.cancel(Slot::Preview) {
            true => vec![Effect::Cancel(Slot::Preview)],
            false => vec![],
        }
    }

    /// When the preview wants to be told the time.
    pub(in crate::app) fn preview_due(&self) -> Option<Timestamp> {
        self.preview.due
    }

    /// Reads the row once the cursor has rested on it.
    pub(in crate::app) fn preview_in_time(&mut self) -> Vec<Effect> {
        if self.preview.due.is_none_or(|due| self.now < due) {
            return vec![];
        }
        self.preview.due = None;
        let Some(record) = &self.preview.record else { return vec![] };
        let request = Request::Row(record.table.set.clone(), record.id);
        self.dirty = true;
        vec![Effect::Run(self.tickets.issue(Slot::Preview), request)]
    }

    /// Takes the row of the preview.
    pub(in crate::app) fn preview_came(&mut self, result: Result<Row, dataverse::Error>) {
        let Some(record) = &mut self.preview.record else { return };
        match result {
            Ok(row) => {
                let key = record.key();
                record.form.partial = false;
                record.row = super::load::Load::Ready(row.clone());
                self.preview.keep(key, row);
                self.go_to_preview_field();
            }
            Err(error) => record.row.finish(Err(Problem::of("The record could not be read", &error))),
        }
    }

    /// Reading the preview's row was called off by the person.
    pub(in crate::app) fn preview_stopped(&mut self) {
        if let Some(record) = &mut self.preview.record {
            let stopped = Problem::new("Stopped.").next("r reads again");
            record.row.finish(Err(stopped));
        }
    }

    /// Moves the cursor of the preview's form.
    pub(in crate::app) fn step_preview(&mut self, step: Step) {
        let height = self.preview_height();
        let Some(record) = &self.preview.record else { return };
        let fields = form::fields(self, record);
        let mut list = record.form.list;
        form::step(&mut list, step, fields.as_ref(), height);
        let field = fields.and_then(|fields| Some(fields.column(list.cursor)?.name.clone()));
        self.preview.field = field;
        if let Some(record) = &mut self.preview.record {
            record.form.list = list;
        }
    }

    /// Scrolls the preview by halves of its height; its cursor stays in sight.
    pub(in crate::app) fn scroll_preview(&mut self, halves: isize) {
        let height = self.preview_height();
        let Some(record) = &self.preview.record else { return };
        let Some(fields) = form::fields(self, record) else { return };
        let starts = fields.starts();
        let lines = starts.last().copied().unwrap_or_default();
        let mut list = record.form.list;
        let lines_down = halves * (height as isize / 2).max(1);
        let top = list.top.saturating_add_signed(lines_down).min(lines.saturating_sub(height));
        if top == list.top {
            return self.say(if halves > 0 { "The form ends here." } else { "The form begins here." });
        }
        list.top = top;
        list.cursor = starts.partition_point(|start| *start < top).min(fields.len().saturating_sub(1));
        self.preview.field = fields.column(list.cursor).map(|column| column.name.clone());
        if let Some(record) = &mut self.preview.record {
            record.form.list = list;
        }
    }

    /// Puts the cursor of the preview's form on the field it was on, after other fields came.
    fn go_to_preview_field(&mut self) {
        let height = self.preview_height();
        let Some(record) = &self.preview.record else { return };
        let fields = form::fields(self, record);
        let mut list = record.form.list;
        let wanted = self.preview.field.as_ref();
        let place = fields.as_ref().zip(wanted).and_then(|(fields, wanted)| fields.place_of(wanted));
        list.cursor = place.unwrap_or(list.cursor);
        form::step(&mut list, Step::Rows(0), fields.as_ref(), height);
        if let Some(record) = &mut self.preview.record {
            record.form.list = list;
        }
    }

    /// Keeps the cursor of the preview's form in sight after the size changed.
    pub(in crate::app) fn fit_preview(&mut self) {
        if self.preview.record.is_some() {
            self.go_to_preview_field();
        }
    }

    /// Lines of the preview's fields: two lines above them name the record.
    fn preview_height(&self) -> usize {
        self.panes().detail.map_or(1, |part| form::split(usize::from(part.height.saturating_sub(2))).0)
    }

    /// The column of the field under the preview's cursor.
    pub(in crate::app) fn preview_column(&self) -> Option<ColumnName> {
        let record = self.preview.record.as_ref()?;
        Some(form::fields(self, record)?.column(record.form.list.cursor)?.name.clone())
    }
}
