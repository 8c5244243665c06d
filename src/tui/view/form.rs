//! The form: mark, label, flag, value, and what there is to say about the value.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::App;
use crate::app::pending::PendingRow;
use crate::app::screen::Record;
use crate::app::screen::form::{self, Field};
use crate::tui::theme::Theme;

/// Cells before the label: cursor, mark, gap.
const LEFT: u16 = 3;
/// Cells of the widest label that is not cut.
const LABEL: usize = 28;
/// The widest note.
const NOTE: usize = 26;
/// In a form narrower than this the value comes before what there is to say about it.
const NARROW: u16 = 57;

/// What row 2 says of the form.
pub(super) fn context(app: &App, record: &Record) -> String {
    let shown = form::fields(app, record).len();
    let all = app.schemas.get(&record.table.name).map_or(0, |schema| schema.columns.len());
    match shown < all {
        true => format!("{shown} of {all} columns, empty ones hidden"),
        false => format!("{all} columns"),
    }
}

/// Draws the form; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    record: &Record,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    head(app, record, theme, Rect { height: 1, ..area }, buffer);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let fields = form::fields(app, record);
    if fields.is_empty() {
        let inner = Rect { x: body.x + LEFT, width: body.width.saturating_sub(LEFT), height: 1, ..body };
        text::line("Reading the table's columns ...", theme.dim, inner, buffer);
        return None;
    }
    let starts = form::starts(&fields);
    let widest = fields.iter().map(|field| field.label.width()).max().unwrap_or_default();
    let label = widest.min(LABEL).min(usize::from(body.width) / 3) as u16;
    let mark = app.pending.row(&record.table.name, record.id).map_or('~', PendingRow::mark);
    let mut cursor = None;
    for (index, field) in fields.iter().enumerate() {
        let current = index == record.form.list.cursor;
        for (offset, line) in field.lines.iter().enumerate() {
            let Some(y) = (starts[index] + offset).checked_sub(record.form.list.top) else { continue };
            if y >= usize::from(body.height) {
                break;
            }
            let row = Rect { y: body.y + y as u16, height: 1, ..body };
            let place = Place { label, first: offset == 0, current, mark };
            let at = one(field, line, place, theme, row, buffer);
            if current && offset == 0 {
                cursor = Some(at);
            }
        }
    }
    cursor
}

/// The row's name, and when it was changed last.
fn head(app: &App, record: &Record, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(row) = record.row.value() else { return };
    let area = Rect { x: area.x + LEFT, width: area.width.saturating_sub(LEFT + 1), ..area };
    let modified = row.cell("modifiedon");
    let modified = modified.as_ref().and_then(|cell| cell.text()).map(|when| format!("modified {when}"));
    let primary = record.table.primary_name.as_ref().and_then(|name| row.cell(name.as_str()));
    let title = primary.as_ref().and_then(|cell| cell.text()).map(std::borrow::Cow::into_owned);
    let title = title.unwrap_or_else(|| app.record_name(record));
    let is_tight = |modified: &String| {
        area.width < NARROW && title.width() + modified.width() + 2 > usize::from(area.width)
    };
    let modified = modified.filter(|modified| !is_tight(modified)).unwrap_or_default();
    text::line_right(&modified, theme.dim, area, buffer);
    let room = area.width.saturating_sub(modified.width() as u16 + 2);
    text::line(&title, theme.bar, Rect { width: room, ..area }, buffer);
}

#[derive(Clone, Copy)]
struct Place {
    label: u16,
    first: bool,
    current: bool,
    mark: char,
}

/// Draws one line of a field; answers where its value begins.
fn one(field: &Field<'_>, value: &str, at: Place, theme: &Theme, row: Rect, buffer: &mut Buffer) -> Position {
    let edited = field.edit.is_some();
    let x = row.x + LEFT + at.label + 1;
    let value_x = x + 2;
    let room = row.right().saturating_sub(value_x + 1);
    if at.first {
        if at.current {
            buffer.set_string(row.x, row.y, ">", theme.cursor);
        }
        if edited {
            buffer.set_string(row.x + 1, row.y, at.mark.to_string(), theme.edited);
        }
        let style = if at.current { theme.cursor } else { Style::new() };
        text::line(field.label, style, Rect { x: row.x + LEFT, width: at.label, ..row }, buffer);
        buffer.set_string(x, row.y, field.flag().to_string(), theme.dim);
    }
    let is_cut = field.total_lines > field.lines.len();
    let is_tight = |note: &String| {
        row.width <= NARROW && !is_cut && value.width() + note.width() + 2 > usize::from(room)
    };
    let note = if at.first { field.note() } else { String::new() };
    let note = Some(note).filter(|note| !is_tight(note)).unwrap_or_default();
    let note_width = note.width().min(NOTE).min(usize::from(room) / 2) as u16;
    let gap = if note_width == 0 { 0 } else { note_width + 2 };
    let style = match (at.current && at.first, edited, field.is_empty) {
        (true, _, _) => theme.active,
        (_, true, _) => theme.edited,
        (_, _, true) => theme.dim,
        _ => Style::new(),
    };
    if edited && at.first {
        buffer.set_string(value_x - 1, row.y, "*", theme.edited);
    }
    let cells = Rect { x: value_x, width: room.saturating_sub(gap), ..row };
    text::line(if value.is_empty() { " " } else { value }, style, cells, buffer);
    let notes = Rect { x: row.right().saturating_sub(note_width + 1), width: note_width, ..row };
    text::line_right(&note, theme.dim, notes, buffer);
    Position { x: value_x, y: row.y }
}
