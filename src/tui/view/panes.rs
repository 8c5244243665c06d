//! What stands beside the rows of a grid: the tables at the left, the form of the row under the cursor at the right or below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{form, problem, text};
use crate::app::App;
use crate::app::load::Load;
use crate::app::panes::{Pane, Part};
use crate::app::screen::Grid;
use crate::app::tickets::Slot;
use crate::tui::theme::Theme;

/// Where a pane is; `area` begins with row 2.
pub(super) fn rect(part: Option<Part>, area: Rect) -> Option<Rect> {
    let part = part?;
    let rect = Rect { x: area.x + part.x, y: area.y + 1 + part.y, width: part.width, height: part.height };
    Some(rect.intersection(area))
}

/// Draws the panes around the grid and the rules between them; `cursor` is where the grid has it.
pub(super) fn draw(
    app: &App,
    grid: &Grid,
    cursor: Option<Position>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let panes = app.panes();
    let focus = app.focus();
    let mut cursor = cursor;
    if let Some(list) = rect(panes.list, area) {
        let at = tables(app, grid, focus == Pane::List, theme, list, buffer);
        if focus == Pane::List {
            cursor = at;
        }
        if panes.main.is_some() {
            rule(Rect { x: list.right(), width: 1, ..list }, theme, buffer);
        }
    }
    if let Some(detail) = rect(panes.detail, area) {
        let at = record(app, grid, focus == Pane::Detail, theme, detail, buffer);
        if focus == Pane::Detail {
            cursor = at;
        }
        if let Some(main) = rect(panes.main, area) {
            rule_between(main, detail, theme, buffer);
        }
    }
    cursor
}

/// Draws the line between a pane and the one beside or below it.
pub(super) fn rule_between(main: Rect, detail: Rect, theme: &Theme, buffer: &mut Buffer) {
    match main.y == detail.y {
        true => rule(Rect { x: main.right(), width: 1, ..main }, theme, buffer),
        false => {
            let line = "-".repeat(usize::from(main.width));
            buffer.set_string(main.x, main.bottom(), line, theme.dim);
        }
    }
}

fn rule(area: Rect, theme: &Theme, buffer: &mut Buffer) {
    for y in area.y..area.bottom() {
        buffer.set_string(area.x, y, "|", theme.dim);
    }
}

/// The name of a pane: in brackets when it has the keys. Answers how many cells it takes.
fn title(name: &str, has_focus: bool, theme: &Theme, area: Rect, buffer: &mut Buffer) -> u16 {
    let name = text::fit(name, usize::from(area.width.saturating_sub(2))).into_owned();
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    match has_focus {
        true => text::line(&format!("[{name}]"), theme.active, area, buffer),
        false => text::line(&name, theme.heading, inner, buffer),
    }
    name.width() as u16 + 2
}

/// The tables that can be opened in place of the one that is seen.
fn tables(
    app: &App,
    grid: &Grid,
    has_focus: bool,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    title("TABLES", has_focus, theme, Rect { height: 1, ..area }, buffer);
    let list = app.table_list()?;
    let lines = app.list_beside(&grid.table.name);
    let mut cursor = None;
    let found = list.picker.found().iter().enumerate().skip(lines.top);
    for ((index, found), y) in found.zip(1..area.height) {
        let row = Rect { y: area.y + y, height: 1, ..area };
        let is_current = index == lines.cursor;
        if is_current {
            buffer.set_string(row.x, row.y, ">", theme.cursor);
            cursor = Some(Position { x: row.x + 2, y: row.y });
        }
        let style = match is_current {
            true if has_focus => theme.active,
            true => theme.cursor,
            false => Style::new(),
        };
        let name = list.picker.texts(found.entry).first().map_or("", String::as_str);
        text::line(name, style, Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row }, buffer);
    }
    cursor
}

/// The form of the row under the cursor, as far as it is known.
fn record(
    app: &App,
    grid: &Grid,
    has_focus: bool,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let top = Rect { height: 1, ..area };
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let Some(record) = &app.preview.record else {
        title("PREVIEW", has_focus, theme, top, buffer);
        let said = if grid.is_empty() { "No row to show." } else { "This row is on its way." };
        let inner = Rect { x: body.x + 1, y: body.y + 1, width: body.width.saturating_sub(1), height: 1 };
        text::line(said, theme.dim, inner, buffer);
        return None;
    };
    let used = title(&app.record_name(record), has_focus, theme, top, buffer) + 1;
    let rest = Rect { x: top.x + used, width: top.width.saturating_sub(used + 1), ..top };
    let reading = app.tickets.is_busy(Slot::Preview);
    text::line_right(if reading { "reading ..." } else { "" }, theme.dim, rest, buffer);
    if let Load::Failed(failure, _) = &record.row {
        let inner = Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body };
        problem::draw(app, failure, theme, inner, buffer);
        return None;
    }
    let cursor = has_focus.then_some(record.form.list.cursor); // a pane without the keys shows none
    form::draw(app, record, cursor, theme, body, buffer)
}
