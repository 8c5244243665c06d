//! The form of a row: its columns with labels, in an order that people look for them.

use std::borrow::Cow;

use crate::app::App;
use crate::app::list::{List, Step};
use crate::app::pending::Edit;
use crate::app::screen::Record;
use crate::dataverse::{Cell, Column, ColumnKind, ColumnName, TableSchema, metadata::Required};

/// Lines that a text of several lines takes at most.
const MOST_LINES: usize = 3;

/// State of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// The cursor counts fields; the scroll position counts lines.
    pub list: List,
    /// Fields without a value are left out.
    pub hide_empty: bool,
    /// Logical names instead of labels.
    pub logical: bool,
    /// The row came without some of its columns: those are left out until it is read.
    pub partial: bool,
    /// The field that the cursor goes to once the row is here.
    pub sought: Option<ColumnName>,
}

/// One field as it is shown.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// The column.
    pub column: &'a Column,
    /// Label or logical name.
    pub label: &'a str,
    /// The value, line by line, as far as it is shown. The staged one where there is one.
    pub lines: Vec<String>,
    /// How many lines the value has.
    pub total_lines: usize,
    /// The staged change.
    pub edit: Option<&'a Edit>,
    /// Table that a lookup points to.
    pub points_to: Option<String>,
    /// The column has no value, or none that may be seen.
    pub is_empty: bool,
}

impl Field<'_> {
    /// `#` secured, `=` not to be edited, `!` required.
    pub fn flag(&self) -> char {
        match self.column {
            column if column.secured => '#',
            column if !column.updatable || column.computed => '=',
            column if matches!(column.required, Required::System | Required::Application) => '!',
            _ => ' ',
        }
    }

    /// What stands at the right of the value.
    pub fn note(&self) -> String {
        if let Some(edit) = self.edit {
            return format!("(was {})", crate::app::edit::short(&edit.old));
        }
        if self.total_lines > self.lines.len() {
            return format!("({} of {} lines)", self.lines.len(), self.total_lines);
        }
        match (&self.points_to, &self.column.kind) {
            (Some(table), _) => format!("-> {table}"),
            _ if self.column.secured => "(secured)".into(),
            _ if self.column.computed => "(computed)".into(),
            (None, ColumnKind::DateTime { .. }) if self.is_empty && self.column.is_editable() => {
                "date".into()
            }
            _ => String::new(),
        }
    }

    fn matches(&self, needle: &str) -> bool {
        let has = |text: &str| text.to_lowercase().contains(needle);
        has(&self.column.display_name)
            || has(self.column.name.as_str())
            || self.lines.iter().any(|line| has(line))
    }
}

/// The columns in the order of the form: the primary name, those a grid shows, then by label.
fn order(schema: &TableSchema) -> Vec<&Column> {
    let primary = schema.table.primary_name.as_ref().and_then(|name| schema.column(name.as_str()));
    let mut rest: Vec<&Column> = schema.columns.iter().collect();
    rest.sort_by_cached_key(|column| (sort_key(&column.display_name), column.name.clone()));
    let mut seen = std::collections::BTreeSet::new();
    let all = primary.into_iter().chain(schema.default_columns()).chain(rest);
    all.filter(|column| seen.insert(&column.name)).collect()
}

/// A label without what stands before its first letter, in lower case: `(Deprecated) Stage` belongs to D.
fn sort_key(label: &str) -> String {
    label.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// The fields that the form shows.
pub fn fields<'a>(app: &'a App, record: &'a Record) -> Vec<Field<'a>> {
    let (Some(schema), Some(row)) = (app.schemas.get(&record.table.name), record.row.value()) else {
        return vec![];
    };
    let columns = order(schema);
    let properties: Vec<Cow<'_, str>> = columns.iter().map(|column| column.property()).collect();
    let names: Vec<&str> = properties.iter().map(AsRef::as_ref).collect();
    let cells = row.cells(&names);
    let pending = app.pending.row(&record.table.name, record.id);
    let edit_of = |column: &ColumnName| pending?.edits.iter().find(|edit| edit.column == *column);
    columns
        .into_iter()
        .zip(cells)
        .filter(|(_, cell)| !record.form.partial || cell.is_some())
        .map(|(column, cell)| field(column, cell, edit_of(&column.name), record.form.logical))
        .filter(|field| !record.form.hide_empty || !field.is_empty || field.edit.is_some())
        .collect()
}

fn field<'a>(column: &'a Column, cell: Option<Cell<'_>>, edit: Option<&'a Edit>, logical: bool) -> Field<'a> {
    let text = match (edit, &cell) {
        (Some(edit), _) => Some(edit.new.text.clone()).filter(|text| text != "-"),
        (None, Some(cell)) => value(column, cell),
        (None, None) => None,
    };
    let is_empty = text.is_none();
    let text = text.unwrap_or_else(|| if column.secured { "#".into() } else { "-".into() });
    let total_lines = text.lines().count().max(1);
    let mut lines: Vec<String> = text.lines().take(MOST_LINES).map(ToOwned::to_owned).collect();
    if lines.is_empty() {
        lines.push(String::new());
    }
    Field {
        column,
        label: if logical { column.name.as_str() } else { &column.display_name },
        lines,
        total_lines,
        edit,
        points_to: cell.and_then(|cell| cell.table.map(Cow::into_owned)).filter(|_| !is_empty),
        is_empty,
    }
}

/// What people read: the server's formatted value, a label of ours where it sent none.
fn value(column: &Column, cell: &Cell<'_>) -> Option<String> {
    let text = cell.text()?.into_owned();
    let label = match (&cell.formatted, &column.kind) {
        (None, ColumnKind::YesNo { yes, .. }) if text == "true" => Some(yes.clone()),
        (None, ColumnKind::YesNo { no, .. }) if text == "false" => Some(no.clone()),
        (None, _) => text.parse().ok().and_then(|value| column.label_of(value)).map(ToOwned::to_owned),
        (Some(_), _) => None,
    };
    Some(label.unwrap_or(text))
}

/// The first line of each field, and behind them the number of all lines.
pub fn starts(fields: &[Field<'_>]) -> Vec<usize> {
    let mut starts = vec![0];
    for field in fields {
        starts.push(starts.last().copied().unwrap_or_default() + field.lines.len());
    }
    starts
}

/// Scrolls just enough that the whole field under the cursor is seen.
fn scroll(list: &mut List, starts: &[usize], height: usize) {
    let (Some(start), Some(end)) = (starts.get(list.cursor), starts.get(list.cursor + 1)) else {
        list.top = 0;
        return;
    };
    let lines = starts.last().copied().unwrap_or_default();
    list.top = list.top.clamp(end.saturating_sub(height.max(1)), *start).min(lines.saturating_sub(height));
}

/// Moves a cursor over fields of which `height` lines are seen, and scrolls just enough.
pub(in crate::app) fn step(list: &mut List, step: Step, fields: &[Field<'_>], height: usize) {
    let starts = starts(fields);
    let top = list.top;
    list.step(step, fields.len(), height);
    list.top = top;
    scroll(list, &starts, height);
}

impl App {
    /// The column of the field under the form's cursor.
    pub(in crate::app) fn form_column(&self) -> Option<ColumnName> {
        let record = self.record()?;
        fields(self, record).get(record.form.list.cursor).map(|field| field.column.name.clone())
    }

    pub(in crate::app) fn step_form(&mut self, step: Step) {
        let height = self.size.list_height();
        let Some(record) = self.record() else { return };
        let mut list = record.form.list;
        self::step(&mut list, step, &fields(self, record), height);
        if let super::Screen::Record(record) = self.screen_mut() {
            record.form.list = list;
        }
    }

    /// The fields that have this text, by place.
    pub(in crate::app) fn form_matches(&self, needle: &str) -> Vec<usize> {
        let Some(record) = self.record() else { return vec![] };
        let fields = fields(self, record);
        (0..fields.len()).filter(|index| fields[*index].matches(needle)).collect()
    }

    /// Puts the form's cursor on a field.
    pub(in crate::app) fn go_to_field(&mut self, place: usize) {
        if let super::Screen::Record(record) = self.screen_mut() {
            record.form.list.cursor = place;
        }
        self.step_form(Step::Rows(0));
    }
}
