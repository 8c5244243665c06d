//! Help: the commands of a screen by group, as many columns as fit.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::text;
use crate::app::App;
use crate::app::command::{CommandSpec, Scope};
use crate::app::overlay::help::{Help, Page};
use crate::tui::theme::Theme;

/// Narrowest useful column: the longest titles fit.
const COLUMN: u16 = 80;
/// Cells for the keys of a command.
const KEYS: u16 = 16;

/// A line of help.
enum Line {
    Heading(Scope),
    /// The place among the matches, and the command.
    Command(usize, &'static CommandSpec),
}

/// Draws help over the whole screen; the terminal's cursor stands in the search text.
pub(super) fn draw(
    app: &App,
    help: &Help,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    Clear.render(screen, buffer);
    let head = Rect { x: screen.x + 1, width: screen.width.saturating_sub(2), height: 1, ..screen };
    text::line("/ ", theme.key, head, buffer);
    let field = Rect { x: head.x + 2, width: head.width.saturating_sub(32), ..head };
    let cursor = text::field(&help.picker.line, theme.bar, field, buffer);
    let body = Rect { y: screen.y + 1, height: screen.height.saturating_sub(1), ..screen };
    let (noun, more) = match help.page {
        Page::Concepts => ("concepts", concepts(help, theme, body, buffer)),
        Page::Screen | Page::Everywhere => ("keys", commands(app, help, theme, body, buffer)),
    };
    let (found, all) = (help.picker.found().len(), help.picker.len());
    let count = if found == all { format!("{all} {noun}") } else { format!("{found} of {all} {noun}") };
    let more = more.map(|more| format!("   {more}")).unwrap_or_default();
    text::line_right(&format!("{count}{more}"), theme.dim, head, buffer);
    cursor
}

/// The commands, column by column; answers which page of them this is where there are several.
fn commands(app: &App, help: &Help, theme: &Theme, body: Rect, buffer: &mut Buffer) -> Option<String> {
    let lines = lines(help);
    if lines.is_empty() {
        let said =
            Rect { x: body.x + 1, width: body.width.saturating_sub(1), height: 1.min(body.height), ..body };
        text::line("No key here does that. Tab looks through all screens.", theme.dim, said, buffer);
    }
    let height = usize::from(body.height.max(1));
    let needed = u16::try_from(lines.len().div_ceil(height)).unwrap_or(u16::MAX);
    let columns = (body.width / COLUMN).min(needed).max(1);
    let in_page = usize::from(columns) * height;
    let at = |line: &Line| matches!(line, Line::Command(place, _) if *place == help.picker.list.cursor);
    let current = lines.iter().position(at).unwrap_or_default();
    let width = body.width / columns;
    let seen = lines.iter().skip(current / in_page * in_page).take(in_page).enumerate();
    for (index, line) in seen {
        let (column, row) = (index / height, index % height);
        let x = body.x + column as u16 * width;
        let area = Rect { x: x + 1, y: body.y + row as u16, width: width.saturating_sub(2), height: 1 };
        one(app, help, line, theme, area, buffer);
    }
    let pages = lines.len().div_ceil(in_page);
    (pages > 1).then(|| format!("page {} of {pages}", current / in_page + 1))
}

fn one(app: &App, help: &Help, line: &Line, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    match line {
        Line::Heading(scope) => text::line(scope.title(), theme.heading, area, buffer),
        Line::Command(place, spec) => {
            let is_current = *place == help.picker.list.cursor;
            if is_current {
                text::line(">", theme.cursor, area, buffer);
            }
            let keys = Rect { x: area.x + 2, width: KEYS, ..area };
            text::line(&app.keymap().all_keys_text(spec), theme.key, keys, buffer);
            let x = keys.width + 3;
            let title = Rect { x: area.x + x, width: area.width.saturating_sub(x), ..area };
            text::line(spec.title, if is_current { theme.cursor } else { Style::new() }, title, buffer);
            let letters = help.picker.found().get(*place).map_or(&[][..], |found| found.letters_of(0));
            text::highlight(spec.title, letters, theme.matched, title, buffer);
        }
    }
}

/// The concepts from the one under the cursor on: a title, and its text below it. Answers whether some are out of sight.
fn concepts(help: &Help, theme: &Theme, body: Rect, buffer: &mut Buffer) -> Option<String> {
    let width = usize::from(body.width).saturating_sub(5).min(100);
    let mut lines: Vec<(u16, String, Style)> = Vec::new();
    if help.picker.found().is_empty() {
        lines.push((1, "Nothing here is about that. Tab goes on to the keys.".to_owned(), theme.dim));
    }
    for (place, found) in help.picker.found().iter().enumerate().skip(help.picker.list.cursor) {
        let [title, said] = help.picker.texts(found.entry) else { continue };
        let is_current = place == help.picker.list.cursor;
        if is_current {
            text::line(">", theme.cursor, Rect { x: body.x + 1, height: 1, ..body }, buffer);
        }
        lines.push((3, title.clone(), if is_current { theme.cursor } else { theme.heading }));
        lines.extend(text::wrap(said, width).into_iter().map(|line| (3, line, Style::new())));
    }
    for (y, (x, said, style)) in (body.y..body.bottom()).zip(&lines) {
        let area = Rect { x: body.x + x, y, width: body.width.saturating_sub(*x), height: 1 };
        text::line(said, *style, area, buffer);
    }
    (lines.len() > usize::from(body.height)).then(|| "more below".to_owned())
}

/// The matches; under headings as long as nothing was typed that ranks them.
fn lines(help: &Help) -> Vec<Line> {
    let commands: Vec<&CommandSpec> = help.commands().collect();
    let mut lines = Vec::new();
    let mut scope = None;
    for (place, found) in help.picker.found().iter().enumerate() {
        let Some(spec) = commands.get(found.entry) else { continue };
        if help.picker.line.is_empty() && scope != Some(spec.scope) {
            scope = Some(spec.scope);
            lines.push(Line::Heading(spec.scope));
        }
        lines.push(Line::Command(place, spec));
    }
    lines
}
