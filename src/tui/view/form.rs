//! The form: mark, label, flag, value, and what there is to say about the value.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::App;
use crate::app::pending::PendingRow;
use crate::app::screen::Record;
use crate::app::screen::form::{self, Field, Fields, LEFT};
use crate::tui::theme::Theme;

/// The widest note.
const NOTE: usize = 30;
/// Notes end here at the latest: farther away nobody sees which value they belong to.
const FAR: u16 = 100;
/// In a form narrower than this the value comes before what there is to say about it.
const NARROW: u16 = 57;

/// What row 2 says of the form.
pub(super) fn context(app: &App, record: &Record) -> String {
    let shown = form::fields(app, record).map_or(0, |fields| fields.len());
    let all = app.schemas.get(&record.table.name).map_or(0, |schema| schema.columns.len());
    match shown < all {
        true => format!("{shown} of {all} columns, empty ones hidden"),
        false => format!("{all} columns"),
    }
}

/// Draws the form of a record into any area, with the cursor on a field or nowhere; answers where that is.
pub(super) fn draw(
    app: &App,
    record: &Record,
    on: Option<usize>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let Some(fields) = form::fields(app, record).filter(|fields| !fields.is_empty()) else {
        head(app, record, None, theme, Rect { height: 1, ..area }, buffer);
        let inner =
            Rect { x: area.x + LEFT, y: area.y + 1, width: area.width.saturating_sub(LEFT), height: 1 };
        let said = match app.schemas.contains_key(&record.table.name) {
            true => "Every field is empty. z a shows all columns",
            false => "Reading the table's columns ...",
        };
        text::line(said, theme.dim, inner, buffer);
        return None;
    };
    head(app, record, Some(&fields), theme, Rect { height: 1, ..area }, buffer);
    let all = usize::from(area.height.saturating_sub(1));
    let (rows, foot_rows) = if on.is_some() { form::split(all) } else { (all, 0) };
    let body = Rect { y: area.y + 1, height: rows as u16, ..area };
    let label = fields.label_width(body.width);
    let mark = app.pending.row(&record.table.name, record.id).map_or('~', PendingRow::mark);
    let mut cursor = None;
    let top = record.form.list.top;
    for place in fields.at_line(top)..fields.len() {
        let start = fields.starts()[place];
        if start >= top + rows {
            break;
        }
        let Some(field) = fields.field(place) else { break };
        let current = on == Some(place);
        for (offset, line) in field.lines.iter().enumerate() {
            let Some(y) = (start + offset).checked_sub(top) else { continue };
            if y >= rows {
                break;
            }
            let row = Rect { y: body.y + y as u16, height: 1, ..body };
            let place = Place { label, first: offset == 0, current, mark };
            let at = one(&field, line, place, theme, row, buffer);
            if current && offset == 0 {
                cursor = Some(at);
            }
        }
    }
    if foot_rows > 0
        && let Some(field) = on.and_then(|place| fields.field(place))
    {
        let below = Rect { y: body.bottom(), height: foot_rows as u16, ..area };
        foot(app, &field, theme, below, buffer);
    }
    cursor
}

/// What there is to know about the field under the cursor: name and kind, the value as it came, both times.
fn foot(app: &App, field: &Field<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    buffer.set_string(area.x, area.y, "-".repeat(usize::from(area.width)), theme.dim);
    let inner = Rect { x: area.x + LEFT, width: area.width.saturating_sub(LEFT + 1), height: 1, ..area };
    let name = field.column.name.as_str();
    let about = format!("{name}   {}", form::about(field));
    text::line(&about, theme.dim, Rect { y: area.y + 1, ..inner }, buffer);
    let raw = form::raw_line(field, &app.zone);
    text::line(&raw, theme.dim, Rect { y: area.y + 2, ..inner }, buffer);
}

/// The row's name, and when it was changed last.
fn head(
    app: &App,
    record: &Record,
    fields: Option<&Fields<'_>>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let area = Rect { x: area.x + LEFT, width: area.width.min(FAR).saturating_sub(LEFT + 1), ..area };
    let named = |name: &str| fields.and_then(|fields| fields.named(name));
    let modified = named("modifiedon").map(|when| format!("modified {when}"));
    let primary = record.table.primary_name.as_ref().and_then(|name| named(name.as_str()));
    let title = primary.unwrap_or_else(|| app.record_name(record));
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
    let mut note = if at.first { field.note() } else { String::new() };
    if at.first && note.is_empty() && value.width() > usize::from(room) {
        note = "(Enter all)".to_owned();
    }
    let note = Some(note).filter(|note| !is_tight(note)).unwrap_or_default();
    let note = text::whole_parts(&note, NOTE.min(usize::from(room) * 2 / 3));
    let note_width = note.width() as u16;
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
    let behind = value_x + value.width().min(usize::from(cells.width)) as u16 + 2;
    let usual = (row.x + FAR.min(row.width)).saturating_sub(note_width + 1);
    let last = row.right().saturating_sub(note_width + 1);
    let notes = Rect { x: usual.max(behind).min(last), width: note_width, ..row };
    text::line_right(&note, theme.dim, notes, buffer);
    Position { x: value_x, y: row.y }
}
