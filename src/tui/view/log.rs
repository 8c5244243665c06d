//! The request log: a line a request, newest first; below or beside them all that is known of the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::App;
use crate::app::exchanges::Entry;
use crate::app::screen::Log;
use crate::app::screen::log::BESIDE;
use crate::tui::theme::Theme;

/// Where time, status, method and words begin; milliseconds end before the status.
const TIME: u16 = 3;
const STATUS: u16 = 20;
const METHOD: u16 = 29;
const WHAT: u16 = 37;
/// Cells for the words from which on something stands behind them.
const ROOMY: u16 = 26;

/// Draws the screen; answers where the cursor is.
pub(super) fn draw(app: &App, log: &Log, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let in_field = context(app, log, theme, Rect { height: 1, ..area }, buffer);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let entries = log.entries(app);
    if entries.is_empty() {
        let said = match log.filter.is_empty() {
            true => ["No request yet in this session.".to_owned(), "Esc back".to_owned()],
            false => {
                [format!("No request matches `{}`.", log.filter.text()), "Esc clears the text".to_owned()]
            }
        };
        for (y, line) in (body.y + 1..body.bottom()).zip(said) {
            text::line(&line, theme.dim, Rect { x: body.x + 1, y, width: body.width - 1, height: 1 }, buffer);
        }
        return in_field;
    }
    let wide = Log::is_wide(app.size);
    let (height, below) = Log::heights(app.size);
    let list = Rect { width: if wide { body.width - BESIDE - 1 } else { body.width }, ..body };
    header(theme, list, buffer);
    let rows = list.y + 1..(list.y + 1 + height as u16).min(list.bottom());
    let mut cursor = None;
    for (y, (index, entry)) in rows.zip(entries.iter().enumerate().skip(log.list.top)) {
        let row = Rect { y, height: 1, ..list };
        let is_current = index == log.list.cursor;
        if is_current {
            text::line(">", theme.cursor, row, buffer);
            cursor = Some(Position { x: row.x, y });
        }
        line(app, entry, is_current, theme, row, buffer);
    }
    let Some(entry) = entries.get(log.list.cursor) else { return in_field.or(cursor) };
    if wide {
        for y in body.y..body.bottom() {
            buffer.set_string(list.right(), y, "|", theme.dim);
        }
        details(app, entry, theme, Rect { x: list.right() + 2, width: BESIDE - 2, ..body }, buffer);
    } else {
        let rule = list.y + 1 + height as u16;
        buffer.set_string(body.x, rule, "-".repeat(usize::from(body.width)), theme.dim);
        let room =
            Rect { x: body.x + 3, y: rule + 1, width: body.width.saturating_sub(4), height: below as u16 };
        details(app, entry, theme, room, buffer);
    }
    in_field.or(cursor)
}

/// Draws the strip of the last requests: a rule, then a line each, the newest on top.
pub(super) fn strip(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    buffer.set_string(area.x, area.y, "-".repeat(usize::from(area.width)), theme.dim);
    for (y, entry) in (area.y + 1..area.bottom()).zip(app.strip_entries()) {
        line(app, entry, false, theme, Rect { y, height: 1, ..area }, buffer);
    }
}

/// Row 2: what is looked for, or the numbers over all.
fn context(app: &App, log: &Log, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let right = if log.following { "follows the newest" } else { "z t follows" };
    if log.typing || !log.filter.is_empty() {
        let count = format!("{} of {}", log.entries(app).len(), app.requests.newest_first().count());
        text::line_right(&count, theme.dim, inner, buffer);
        text::line("/ ", theme.key, inner, buffer);
        let field = Rect { x: inner.x + 2, width: inner.width.saturating_sub(16), ..inner };
        return text::field(&log.filter, theme.bar, field, buffer).filter(|_| log.typing);
    }
    let summary = app.requests.summary().line();
    text::line(&summary, theme.bar, inner, buffer);
    if summary.width() + right.width() + 2 <= usize::from(inner.width) {
        text::line_right(right, theme.dim, inner, buffer);
    }
    None
}

fn header(theme: &Theme, list: Rect, buffer: &mut Buffer) {
    let row = Rect { height: 1, ..list };
    text::line("Time", theme.heading, at(row, TIME), buffer);
    text::line_right("ms", theme.heading, millis(row), buffer);
    text::line("Status", theme.heading, at(row, STATUS), buffer);
    text::line("Method", theme.heading, at(row, METHOD), buffer);
    text::line("What", theme.heading, at(row, WHAT), buffer);
}

fn line(app: &App, entry: &Entry, is_current: bool, theme: &Theme, row: Rect, buffer: &mut Buffer) {
    let style = if is_current { theme.cursor } else { Style::new() };
    text::line(&app.zone.clock(entry.at()), style, at(row, TIME), buffer);
    text::line_right(&entry.millis(), style, millis(row), buffer);
    let status = if entry.is_trouble() { theme.problem } else { style };
    text::line(&entry.status(), status, Rect { width: METHOD - STATUS - 1, ..at(row, STATUS) }, buffer);
    text::line(entry.method(), style, Rect { width: WHAT - METHOD - 1, ..at(row, METHOD) }, buffer);
    let room = at(row, WHAT);
    // Where the list is narrow the details beside it say the same.
    let note = if room.width < ROOMY { String::new() } else { entry.note() };
    let note = text::whole_parts(&note, usize::from(room.width / 2));
    text::line_right(&note, theme.dim, Rect { width: room.width.saturating_sub(1), ..room }, buffer);
    let width = room.width.saturating_sub(note.width() as u16 + 3);
    text::line(&entry.what(), style, Rect { width, ..room }, buffer);
}

fn details(app: &App, entry: &Entry, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = entry.details(&app.zone);
    let lines = lines.iter().enumerate().flat_map(|(index, line)| {
        let style = if index == 0 { theme.bar } else { Style::new() };
        text::wrap(line, usize::from(area.width)).into_iter().map(move |line| (line, style))
    });
    for (y, (line, style)) in (area.y..area.bottom()).zip(lines) {
        text::line(&line, style, Rect { y, height: 1, ..area }, buffer);
    }
}

fn millis(row: Rect) -> Rect {
    Rect { x: row.x + TIME + 9, width: STATUS - TIME - 11, ..row }
}

fn at(row: Rect, cells: u16) -> Rect {
    let cells = cells.min(row.width);
    Rect { x: row.x + cells, width: row.width - cells, ..row }
}
