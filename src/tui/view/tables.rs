//! The list of tables.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{problem, text};
use crate::app::App;
use crate::app::picker::Found;
use crate::app::screen::Tables;
use crate::text::grouped;
use crate::tui::theme::Theme;

const HEADERS: [&str; 3] = ["Table", "Logical name", "Set name"];

/// Draws the screen: the filter in row 2, then the tables that match.
pub(super) fn draw(
    app: &App,
    tables: &Tables,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    let in_field = context(app, tables, theme, row(0), buffer);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let typed = tables.picker.line.text();
    if tables.picker.found().is_empty() {
        let said = Rect {
            x: body.x + 1,
            y: body.y + 1,
            width: body.width.saturating_sub(2),
            height: body.height - 1,
        };
        if let Some(problem) = app.tables.problem().filter(|_| tables.picker.is_empty()) {
            problem::draw(app, problem, theme, said, buffer);
        } else {
            for (y, line) in (0..said.height).zip(nothing(app, tables, typed)) {
                text::line(
                    &app.with_keys(&line),
                    theme.dim,
                    Rect { y: said.y + y, height: 1, ..said },
                    buffer,
                );
            }
        }
        return in_field;
    }
    let places = places(area.width);
    for (header, (x, width)) in HEADERS.iter().zip(places) {
        text::line(header, theme.heading, Rect { x: area.x + x, width, ..row(1) }, buffer);
    }
    let list = tables.picker.list;
    let mut cursor = None;
    let seen = tables.picker.found().iter().enumerate().skip(list.top);
    for ((index, found), y) in seen.zip(2..area.height) {
        let is_current = index == list.cursor;
        let style = if is_current { theme.cursor } else { Style::new() };
        if is_current {
            text::line(">", style, row(y), buffer);
            cursor = Some(Position { x: area.x + places[0].0, y: area.y + y });
        }
        for (column, (x, width)) in places.into_iter().enumerate() {
            let cell = Rect { x: area.x + x, width, ..row(y) };
            name(tables, found, column, style, theme, cell, buffer);
        }
    }
    in_field.or(cursor)
}

fn context(app: &App, tables: &Tables, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    let count = tables.picker.found().len() as u64;
    let all = tables.picker.len() as u64;
    let count = if count == all { grouped(all) } else { format!("{} of {}", grouped(count), grouped(all)) };
    let reading = if app.tables.is_pending() { app.reading_mark() } else { String::new() };
    let kind = if tables.custom { "custom tables" } else { "tables" };
    text::line_right(&format!("{count} {kind}{reading} "), theme.dim, area, buffer);
    if tables.typing || !tables.picker.line.is_empty() {
        text::line("/ ", theme.key, inner, buffer);
        let field = Rect { x: inner.x + 2, width: inner.width.saturating_sub(28), ..inner };
        return text::field(&tables.picker.line, theme.bar, field, buffer).filter(|_| tables.typing);
    }
    let system = if tables.system { "z s hides system tables" } else { "z s system too" };
    let custom = if tables.custom { "z c all" } else { "z c custom only" };
    let keys = format!("/ find   {custom}   {system}");
    text::line(&app.with_keys(&keys), theme.dim, inner, buffer);
    None
}

/// What is shown instead of a list without lines: what, why, and where to go.
fn nothing(app: &App, tables: &Tables, typed: &str) -> Vec<String> {
    if tables.picker.is_empty() && app.tables.is_pending() {
        return vec!["Reading the tables ...".into(), "Ctrl-C stops".into()];
    }
    if app.tables.value().is_none() {
        return vec!["The tables were not read.".into(), "r reads them   q quits".into()];
    }
    if !typed.is_empty() {
        let closest =
            tables.closest().map(|name| format!(" Closest: {name}.   Tab accepts")).unwrap_or_default();
        let hidden = if tables.system { "" } else { "   z s lists system tables too" };
        return vec![format!("No table matches `{typed}`.{closest}"), format!("Esc clears the text{hidden}")];
    }
    if tables.custom {
        return vec!["No custom table that you may see.".into(), "z c lists all   r reads again".into()];
    }
    vec![
        "No tables. Your roles may not let you see any.".into(),
        "r reads again   z s lists system tables too   q quits".into(),
    ]
}

/// Names stand near each other however wide the screen is.
const WIDEST: u16 = 36;

/// First cell and width of each column.
fn places(width: u16) -> [(u16, u16); 3] {
    let room = width.saturating_sub(5);
    let name = (room * 2 / 5).min(WIDEST);
    let logical = ((room - name) / 2).min(WIDEST);
    let set = (room - name - logical).min(WIDEST);
    [(2, name), (3 + name, logical), (4 + name + logical, set)]
}

/// One name, with the letters that match what was typed.
fn name(
    tables: &Tables,
    found: &Found,
    column: usize,
    style: Style,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let Some(name) = tables.picker.texts(found.entry).get(column) else { return };
    text::line(name, style, area, buffer);
    text::highlight(name, found.letters_of(column), theme.matched, area, buffer);
}
