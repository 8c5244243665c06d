//! The form of a row: its columns with labels, in an order that people look for them.

pub mod index;

use std::borrow::Cow;
use std::sync::Arc;

use crate::app::App;
use crate::app::effect::Effect;
use crate::app::exchanges::size;
use crate::app::json::Beginning;
use crate::app::list::{List, Step};
use crate::app::overlay::Overlay;
use crate::app::overlay::whole::Whole;
use crate::app::pending::{Edit, PendingRow};
use crate::app::screen::{Record, Screen};
use crate::app::zone::Zone;
use crate::dataverse::metadata::{DateBehavior, DateFormat, Required};
use crate::dataverse::{Column, ColumnKind, ColumnName, FileChange};
use index::{Entry, Index};

/// Lines that a text of several lines takes at most.
const MOST_LINES: usize = 3;
/// Cells before the label: cursor, mark, gap.
pub const LEFT: u16 = 3;
/// Cells of the widest label that is not cut.
const LABEL: usize = 28;
/// Below so many rows the foot has no room.
const LEAST_ROWS: usize = 17;

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
    index: Option<Arc<Index>>,
}

/// Rows for fields and rows of the foot below them, of the rows below the head.
pub fn split(rows: usize) -> (usize, usize) {
    let foot = if rows < LEAST_ROWS { 0 } else { 3 };
    (rows - foot, foot)
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
    /// What is staged for a file column.
    pub file: Option<&'a FileChange>,
    /// Table that a lookup points to.
    pub points_to: Option<String>,
    /// The column has no value, or none that may be seen.
    pub is_empty: bool,
    /// There is more of the value than the lines hold.
    pub is_cut: bool,
    /// The value as it came, as JSON; nothing when the row came without the column.
    pub raw: Option<&'a str>,
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
        if let Some(change) = self.file {
            return match &change.file {
                Some(local) => format!("(-> {}, {})", local.name, size(local.size)),
                None => "(to be removed)".into(),
            };
        }
        if self.total_lines > self.lines.len() {
            return format!("({} of {} lines)  Enter all", self.lines.len(), self.total_lines);
        }
        match (&self.points_to, &self.column.kind) {
            (Some(table), _) => format!("-> {table}"),
            _ if self.is_cut => "(Enter all)".into(),
            _ if self.column.secured => "(secured)".into(),
            _ if self.column.computed => "(computed)".into(),
            (None, ColumnKind::DateTime { .. }) if self.is_empty && self.column.is_editable() => {
                "date".into()
            }
            _ => String::new(),
        }
    }
}

/// The fields that the form shows. Each is made when it is asked for.
#[derive(Debug)]
pub struct Fields<'a> {
    index: Cow<'a, Arc<Index>>,
    columns: &'a [Column],
    pending: Option<&'a PendingRow>,
    files: Vec<&'a FileChange>,
    zone: &'a Zone,
    row: &'a str,
    logical: bool,
    shown: Vec<usize>,
    starts: Vec<usize>,
}

/// The fields that the form shows; none before row and columns are here.
pub fn fields<'a>(app: &'a App, record: &'a Record) -> Option<Fields<'a>> {
    let (schema, row) = (app.schemas.get(&record.table.name)?, record.row.value()?);
    let index = match &record.form.index {
        Some(index) if index.is_of(row, schema) => Cow::Borrowed(index),
        _ => Cow::Owned(Arc::new(Index::new(row, schema))),
    };
    let pending = app.pending.row(&record.table.name, record.id);
    let mut fields = Fields {
        columns: &schema.columns,
        pending,
        files: app.pending.files(record.id),
        zone: &app.zone,
        row: row.json(),
        logical: record.form.logical,
        shown: vec![],
        starts: vec![0],
        index,
    };
    for (place, entry) in fields.index.entries.iter().enumerate() {
        let edit = fields.edit_of(entry);
        if record.form.partial && entry.raw(fields.row).is_none() {
            continue;
        }
        if record.form.hide_empty && entry.is_empty() && edit.is_none() {
            continue;
        }
        let lines = edit.map_or(entry.lines, |edit| edit.new.text.lines().count());
        fields.shown.push(place);
        fields.starts.push(fields.starts.last().copied().unwrap_or_default() + lines.clamp(1, MOST_LINES));
    }
    Some(fields)
}

impl<'a> Fields<'a> {
    /// How many fields are shown.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// No field is shown.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The first line of each field, and behind them the number of all lines.
    pub fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// The field that a line belongs to.
    pub fn at_line(&self, line: usize) -> usize {
        self.starts.partition_point(|start| *start <= line).saturating_sub(1)
    }

    /// The columns of the fields, in order.
    pub fn columns(&self) -> impl Iterator<Item = &'a Column> {
        (0..self.len()).filter_map(|place| self.column(place))
    }

    /// The place of the field of a column.
    pub fn place_of(&self, name: &ColumnName) -> Option<usize> {
        self.columns().position(|column| column.name == *name)
    }

    /// Cells for the labels in a form of this width.
    pub fn label_width(&self, width: u16) -> u16 {
        let widest = if self.logical { self.index.widest_name } else { self.index.widest_label };
        widest.min(LABEL).min(usize::from(width) / 3) as u16
    }

    fn edit_of(&self, entry: &Entry) -> Option<&'a Edit> {
        let pending = self.pending?;
        let name = &self.columns.get(entry.column)?.name;
        pending.edits.iter().find(|edit| edit.column == *name)
    }

    fn entry(&self, place: usize) -> Option<(&Entry, &'a Column)> {
        let entry = self.index.entries.get(*self.shown.get(place)?)?;
        Some((entry, self.columns.get(entry.column)?))
    }

    /// The column of a field.
    pub fn column(&self, place: usize) -> Option<&'a Column> {
        Some(self.entry(place)?.1)
    }

    /// The beginning of the value of a column, shown or not; nothing when it has none.
    pub fn named(&self, name: &str) -> Option<String> {
        let entry =
            self.index.entries.iter().find(|entry| self.columns[entry.column].name.as_str() == name)?;
        let beginning = entry.beginning(self.row, &self.columns[entry.column], self.zone)?;
        Some(beginning.text.into_owned())
    }

    /// All of the value of a field, as people read it; nothing when it has none.
    pub fn text(&self, place: usize) -> Option<String> {
        let (entry, column) = self.entry(place)?;
        match self.edit_of(entry) {
            Some(edit) => Some(edit.new.text.clone()).filter(|text| text != "-"),
            None => entry.text(self.row, column, self.zone).map(Cow::into_owned),
        }
    }

    /// A field.
    pub fn field(&self, place: usize) -> Option<Field<'a>> {
        let (entry, column) = self.entry(place)?;
        let edit = self.edit_of(entry);
        let text = match edit {
            Some(edit) => Some(edit.new.text.as_str()).filter(|text| *text != "-").map(Beginning::of_text),
            None => entry.beginning(self.row, column, self.zone),
        };
        let is_empty = text.is_none();
        let Beginning { text, is_cut } =
            text.unwrap_or_else(|| Beginning::of_text(if column.secured { "#" } else { "-" }));
        let total_lines = edit.map_or(entry.lines, |edit| edit.new.text.lines().count()).max(1);
        let mut lines: Vec<String> = text.lines().take(MOST_LINES).map(ToOwned::to_owned).collect();
        if lines.is_empty() {
            lines.push(String::new());
        }
        Some(Field {
            column,
            label: if self.logical { column.name.as_str() } else { &column.display_name },
            lines,
            total_lines,
            edit,
            file: self.files.iter().find(|change| change.column.column == column.name).copied(),
            points_to: entry.points_to(self.row).filter(|_| !is_empty),
            is_empty,
            is_cut,
            raw: entry.raw(self.row),
        })
    }

    fn matches(&self, place: usize, needle: &str) -> bool {
        let holds = |text: &str| crate::app::json::holds(text, needle);
        self.column(place).is_some_and(|column| holds(&column.display_name) || holds(column.name.as_str()))
            || self.text(place).is_some_and(|text| holds(&text))
    }
}

/// What kind of column it is, and what its flag means, in words.
pub fn about(field: &Field<'_>) -> String {
    let column = field.column;
    let kind = match &column.kind {
        ColumnKind::Text { .. } => "text",
        ColumnKind::Memo { .. } => "text of several lines",
        ColumnKind::Whole { .. } => "whole number",
        ColumnKind::BigInt => "large whole number",
        ColumnKind::Decimal { .. } => "decimal number",
        ColumnKind::Double { .. } => "floating-point number",
        ColumnKind::Money { .. } => "money",
        ColumnKind::YesNo { .. } => "yes or no",
        ColumnKind::Choice { .. } => "choice",
        ColumnKind::Choices { .. } => "choices",
        ColumnKind::State { .. } => "state",
        ColumnKind::Status { .. } => "status reason",
        ColumnKind::Lookup { .. } => "lookup",
        ColumnKind::DateTime { format, behavior } => match (format, behavior) {
            (DateFormat::DateOnly, _) | (_, DateBehavior::DateOnly) => "date",
            (_, DateBehavior::TimeZoneIndependent) => "time, the same in any time zone",
            (_, DateBehavior::UserLocal) => "time",
        },
        ColumnKind::Id => "key",
        ColumnKind::EntityName => "name of a table",
        ColumnKind::File { .. } => "file",
        ColumnKind::Image { .. } => "image",
        ColumnKind::Other(name) => name,
    };
    let mut words = vec![kind.to_owned()];
    let mut add = |word: &str| words.push(word.to_owned());
    match column.required {
        Required::System | Required::Application => add("required"),
        _ => {}
    }
    match column {
        column if column.computed => add("computed by the server"),
        column if !column.updatable => add("read-only"),
        _ => {}
    }
    if column.secured {
        add("secured: its value may be hidden");
    }
    words.join(", ")
}

/// The value as it came, and for an instant both readings: `raw "..."   Fri 27 Nov 2026 09:00 Europe/London (09:00Z)`.
pub fn raw_line(field: &Field<'_>, zone: &Zone) -> String {
    let Some(raw) = field.raw else { return "the row came without this column".into() };
    let Beginning { text, is_cut } = Beginning::of_json(raw);
    let dots = if is_cut { "..." } else { "" };
    let instant = match field.column.kind {
        ColumnKind::DateTime { behavior: DateBehavior::UserLocal, .. } => zone.both(&text),
        _ => None,
    };
    match instant {
        Some(both) => format!("raw {text}   {both}"),
        None => format!("raw {}{dots}", text.replace(['\n', '\r'], " ")),
    }
}

/// Scrolls just enough that the whole field under the cursor is seen.
fn scroll(list: &mut List, starts: &[usize], height: usize) {
    let (Some(start), Some(end)) = (starts.get(list.cursor), starts.get(list.cursor + 1)) else {
        list.top = 0;
        return;
    };
    let lines = starts.last().copied().unwrap_or_default();
    // Of a field that is higher than the screen the beginning is seen.
    let least = end.saturating_sub(height.max(1)).min(*start);
    list.top = list.top.clamp(least, *start).min(lines.saturating_sub(height).max(least));
}

/// Moves a cursor over fields of which `height` lines are seen, and scrolls just enough.
pub(in crate::app) fn step(list: &mut List, step: Step, fields: Option<&Fields<'_>>, height: usize) {
    let starts = fields.map_or(&[0][..], Fields::starts);
    let top = list.top;
    list.step(step, starts.len() - 1, height);
    list.top = top;
    scroll(list, starts, height);
}

impl App {
    /// Finds the places of the row's columns once, not for every frame.
    pub(in crate::app) fn index_forms(&mut self) {
        let Self { screens, schemas, preview, .. } = self;
        let records = screens.iter_mut().filter_map(|screen| match screen {
            Screen::Record(record) => Some(record),
            _ => None,
        });
        for record in records.chain(&mut preview.record) {
            if let (Some(row), Some(schema)) = (record.row.value(), schemas.get(&record.table.name))
                && record.form.index.as_ref().is_none_or(|index| !index.is_of(row, schema))
            {
                record.form.index = Some(Arc::new(Index::new(row, schema)));
            }
        }
    }

    /// The column of the field under the form's cursor.
    pub(in crate::app) fn form_column(&self) -> Option<ColumnName> {
        let record = self.record()?;
        Some(fields(self, record)?.column(record.form.list.cursor)?.name.clone())
    }

    pub(in crate::app) fn step_form(&mut self, step: Step) {
        let (height, _) = split(self.size.list_height());
        let Some(record) = self.record() else { return };
        let mut list = record.form.list;
        let fields = fields(self, record);
        self::step(&mut list, step, fields.as_ref(), height);
        if let Screen::Record(record) = self.screen_mut() {
            record.form.list = list;
        }
    }

    /// Edits the field under the cursor, or shows all of its value where that is cut or cannot be edited.
    pub(in crate::app) fn open_field(&mut self) -> Vec<Effect> {
        let whole = self.record().and_then(|record| {
            let fields = fields(self, record)?;
            let place = record.form.list.cursor;
            let field = fields.field(place)?;
            let room = usize::from(self.size.width.saturating_sub(fields.label_width(self.size.width) + 10));
            let is_wide = field.lines.iter().any(|line| line.chars().count() > room);
            let is_long = field.is_cut || field.total_lines > field.lines.len() || is_wide;
            let is_text = matches!(field.column.kind, ColumnKind::Text { .. } | ColumnKind::Memo { .. });
            let reads = is_text && !field.is_empty && crate::app::field::way(field.column).is_err();
            if !is_long && !reads {
                return None;
            }
            let title = format!("{} ({})", field.column.display_name, field.column.name);
            Some(Whole::new(title, fields.text(place)?, self.size.width))
        });
        match whole {
            Some(whole) => {
                self.overlays.push(Overlay::Whole(Box::new(whole)));
                vec![]
            }
            None => self.run_edit(crate::app::edit::EditCommand::Edit),
        }
    }

    /// The fields that have this text, by place.
    pub(in crate::app) fn form_matches(&self, needle: &str) -> Vec<usize> {
        let Some(fields) = self.record().and_then(|record| fields(self, record)) else { return vec![] };
        (0..fields.len()).filter(|place| fields.matches(*place, needle)).collect()
    }

    /// Puts the form's cursor on a field.
    pub(in crate::app) fn go_to_field(&mut self, place: usize) {
        if let Screen::Record(record) = self.screen_mut() {
            record.form.list.cursor = place;
        }
        self.step_form(Step::Rows(0));
    }
}
