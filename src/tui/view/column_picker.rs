//! The picker of columns, over the grid or beside it where there is room for both.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

use super::{grid, text};
use crate::app::App;
use crate::app::overlay::column_picker::{ColumnPicker, Entry};
use crate::app::screen::grid::order::mark;
use crate::app::screen::{Grid, Screen};
use crate::dataverse::{ColumnKind, TableName};
use crate::tui::theme::Theme;

/// From this width on the grid is seen beside the picker.
const WIDE: u16 = 160;
/// The picker's width then.
const BESIDE: u16 = 80;

/// Draws the picker; answers where the terminal's own cursor belongs.
pub(super) fn draw(
    app: &App,
    picker: &ColumnPicker,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let Screen::Grid(grid) = app.screen() else { return None };
    Clear.render(screen, buffer);
    let mut area = screen;
    if screen.width >= WIDE {
        area.width = BESIDE;
        for y in screen.top()..screen.bottom() {
            buffer.set_string(area.right(), y, "|", theme.dim);
        }
        let x = area.right() + 1;
        grid::draw(app, grid, theme, Rect { x, width: screen.right() - x, ..screen }, buffer);
    }
    let in_field = filter(picker, grid, theme, Rect { height: 1, ..area }, buffer);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let cursor = list(picker, grid, theme, body, buffer);
    in_field.or(cursor)
}

/// `/ filter    6 shown of 196   1 frozen   width 78 of 80`
fn filter(
    picker: &ColumnPicker,
    grid: &Grid,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let all = grid.schema.as_ref().map_or(0, |schema| schema.columns.len());
    let cells: u16 = grid.wishes().iter().map(|wish| wish.width + 2).sum();
    let facts = format!(
        "{} shown of {all}   {} frozen   width {cells} of {} ",
        grid.columns.len(),
        grid.frozen,
        area.width
    );
    text::line_right(&facts, theme.dim, area, buffer);
    let left = Rect { x: area.x + 1, width: area.width.saturating_sub(facts.len() as u16 + 2), ..area };
    if !picker.typing && picker.line.is_empty() {
        text::line("/ filter", theme.dim, left, buffer);
        return None;
    }
    text::line("/ ", theme.key, left, buffer);
    let field = Rect { x: left.x + 2, width: left.width.saturating_sub(2), ..left };
    text::field(&picker.line, theme.bar, field, buffer).filter(|_| picker.typing)
}

/// Where the parts of a line stand.
struct Parts {
    name: Rect,
    logical: Rect,
    kind: Rect,
    width: Rect,
    sort: Rect,
    note: Rect,
}

fn parts(area: Rect) -> Parts {
    let note = if area.width >= 76 { 14 } else { 7 };
    let rest = area.width.saturating_sub(7 + 9 + 6 + 5 + note);
    let name = rest / 2;
    let mut x = area.x + 6;
    let mut part = |width: u16| {
        let part =
            Rect { x, width: width.saturating_sub(1).min(area.right().saturating_sub(x)), height: 1, ..area };
        x += width;
        part
    };
    Parts {
        name: part(name),
        logical: part(rest - name),
        kind: part(9),
        width: part(6),
        sort: part(5),
        note: part(note + 1),
    }
}

fn list(
    picker: &ColumnPicker,
    grid: &Grid,
    theme: &Theme,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let head = parts(body);
    let (first, second) = if grid.logical { ("Logical name", "Column") } else { ("Column", "Logical name") };
    for (text, area) in [(first, head.name), (second, head.logical), ("Type", head.kind), ("Sort", head.sort)]
    {
        text::line(text, theme.bar, area, buffer);
    }
    text::line_right("Width", theme.bar, head.width, buffer);
    text::line("Note", theme.bar, head.note, buffer);
    let entries = picker.entries(grid);
    let mut cursor = None;
    let mut y = body.y + 1;
    let mut is_shown = None;
    for (index, entry) in entries.iter().enumerate().skip(picker.list.top) {
        if is_shown != Some(entry.shown.is_some()) {
            is_shown = Some(entry.shown.is_some());
            let heading = if entry.shown.is_some() { "SHOWN (order on screen)" } else { "MORE" };
            if y < body.bottom() {
                let area = Rect { x: body.x + 1, y, width: body.width.saturating_sub(1), height: 1 };
                text::line(heading, theme.heading, area, buffer);
            }
            y += 1;
        }
        if y >= body.bottom() {
            break;
        }
        let area = Rect { y, height: 1, ..body };
        let is_current = index == picker.list.cursor;
        line(entry, grid, is_current, theme, area, buffer);
        if is_current && !picker.typing {
            cursor = Some(Position { x: area.x + 2, y });
        }
        y += 1;
    }
    if entries.is_empty() {
        let none = "No column has that name.   Esc clears the filter";
        text::line(
            none,
            theme.dim,
            Rect { x: body.x + 2, y: body.y + 2, width: body.width - 2, height: 1 },
            buffer,
        );
    }
    cursor
}

fn line(entry: &Entry<'_>, grid: &Grid, is_current: bool, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let column = entry.column;
    let style = if is_current { theme.cursor } else { ratatui::style::Style::new() };
    let dim = if is_current { theme.cursor } else { theme.dim };
    text::line(if is_current { ">" } else { " " }, style, area, buffer);
    let sign = if entry.shown.is_some() { "[x]" } else { "[ ]" };
    text::line(sign, style, Rect { x: area.x + 2, width: 3, ..area }, buffer);
    let parts = parts(area);
    let names = (column.display_name.as_str(), column.name.as_str());
    let (first, second) = if grid.logical { (names.1, names.0) } else { names };
    text::line(first, style, parts.name, buffer);
    text::line(second, dim, parts.logical, buffer);
    text::line(kind(&column.kind), dim, parts.kind, buffer);
    let width = entry.shown.map(|place| grid.widths[place]);
    let width = width.map_or("-".to_owned(), |width| {
        format!("{}{}", width.cells(), if width.own.is_some() { "!" } else { "" })
    });
    text::line_right(&width, dim, parts.width, buffer);
    if let Some((rank, sort)) = grid.rank(&column.name) {
        text::line(&format!("{} {}", rank + 1, mark(sort)), style, parts.sort, buffer);
    }
    text::line(&note(entry, grid), dim, parts.note, buffer);
}

/// What else is to be known of a column.
fn note(entry: &Entry<'_>, grid: &Grid) -> String {
    let column = entry.column;
    let mut notes: Vec<String> = Vec::new();
    if entry.shown.is_some_and(|place| place < grid.frozen) {
        notes.push("frozen".into());
    }
    if entry.shown.is_none() && grid.rank(&column.name).is_some() {
        notes.push("sort only".into());
    }
    if column.secured {
        notes.push("secured #".into());
    }
    if column.computed {
        notes.push("computed =".into());
    }
    match &column.kind {
        ColumnKind::Memo { .. } => notes.push("long text".into()),
        ColumnKind::Lookup { targets } => {
            notes.push(targets.iter().map(TableName::as_str).collect::<Vec<_>>().join("/"));
        }
        _ => {}
    }
    notes.join(", ")
}

/// A kind of column in a word.
fn kind(kind: &ColumnKind) -> &str {
    match kind {
        ColumnKind::Text { .. } => "text",
        ColumnKind::Memo { .. } => "memo",
        ColumnKind::Whole { .. } => "whole",
        ColumnKind::BigInt => "big int",
        ColumnKind::Decimal { .. } => "decimal",
        ColumnKind::Double { .. } => "double",
        ColumnKind::Money { .. } => "money",
        ColumnKind::YesNo { .. } => "yes/no",
        ColumnKind::Choice { .. } => "choice",
        ColumnKind::Choices { .. } => "choices",
        ColumnKind::State { .. } => "state",
        ColumnKind::Status { .. } => "status",
        ColumnKind::DateTime { .. } => "date",
        ColumnKind::Lookup { .. } => "lookup",
        ColumnKind::Id => "key",
        ColumnKind::EntityName => "table",
        ColumnKind::File { .. } => "file",
        ColumnKind::Image { .. } => "image",
        ColumnKind::Other(name) => name,
    }
}
