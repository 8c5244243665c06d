//! The palette and other lists that narrow as one types.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{panel, text};
use crate::app::App;
use crate::app::overlay::columns::{self, ColumnJump};
use crate::app::overlay::hits::{self, Hits};
use crate::app::overlay::keys::{self, KeyJump};
use crate::app::overlay::palette::{self, Palette};
use crate::app::picker::{Found, Picker};
use crate::tui::theme::Theme;

/// What the palette takes besides commands.
const TAKES: &str = "tables  #ticket  id  address  @environment  find TEXT";
/// Cells of the names of groups.
const GROUP: u16 = 18;

/// Draws the palette: what was typed, then what matches with its key or why it cannot run.
pub(super) fn draw(
    app: &App,
    palette: &Palette,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let area = panel::open(palette::HEIGHT as u16 + 2, None, theme, screen, buffer);
    let found = palette.found(app);
    let place = field(&palette.picker, ":", theme, area, buffer);
    let none = "No command or table has that name.";
    list(&palette.picker, &found, none, theme, area, buffer, |found, style, line, buffer| {
        let said =
            palette.entry(app, found.entry).map_or_else(String::new, |entry| palette::beside(app, &entry));
        let title = palette.title(found.entry);
        let room = usize::from(line.width).saturating_sub(title.width() + 3);
        let said = text::whole_parts(&said, room.min(50));
        text::line_right(&said, theme.dim, line, buffer);
        let width = line.width.saturating_sub(said.width() as u16 + 2);
        text::line(&title, style, Rect { width, ..line }, buffer);
        text::highlight(&title, found.letters_of(0), theme.matched, Rect { width, ..line }, buffer);
    });
    let last = Rect {
        x: area.x + 1,
        y: area.bottom().saturating_sub(1),
        width: area.width.saturating_sub(2),
        height: 1,
    };
    let count = format!("{} of {}", found.len(), palette.picker.len());
    text::line(&count, theme.dim, last, buffer);
    let rest = Rect { x: last.x + count.width() as u16 + 2, ..last };
    let rest = Rect { width: last.right().saturating_sub(rest.x), ..rest };
    text::line_right(&text::whole_parts(TAKES, usize::from(rest.width)), theme.dim, rest, buffer);
    place
}

/// Draws the choice of a column of the grid.
pub(super) fn column_jump(
    jump: &ColumnJump,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let lines = jump.picker.len().min(columns::HEIGHT) as u16 + 1;
    let area = panel::open(lines.max(2), focus, theme, screen, buffer);
    jump_in(&jump.picker, "column:", "No column has that name.", theme, area, buffer)
}

/// Draws the choice of a name in a JSON text.
pub(super) fn key_jump(
    jump: &KeyJump,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let lines = jump.picker.len().min(keys::HEIGHT) as u16 + 1;
    let area = panel::open(lines.max(2), focus, theme, screen, buffer);
    let none = match jump.is_cut {
        true => "None of the first 5,000 names is like that. / finds any text.",
        false => "No name is like that.",
    };
    jump_in(&jump.picker, "name:", none, theme, area, buffer)
}

/// Draws names at the left, and what stands for them elsewhere at the right.
fn jump_in(
    picker: &Picker,
    label: &str,
    none: &str,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let place = field(picker, label, theme, area, buffer);
    let found: Vec<&Found> = picker.found().iter().collect();
    let area_of_list = Rect { height: area.height + 1, ..area };
    list(picker, &found, none, theme, area_of_list, buffer, |found, style, line, buffer| {
        for (text_of, x) in [(0, 0), (1, line.width / 2)] {
            let cells = Rect { x: line.x + x, width: line.width / 2 - 1, ..line };
            let name = &picker.texts(found.entry)[text_of];
            text::line(name, if text_of == 0 { style } else { theme.dim }, cells, buffer);
            text::highlight(name, found.letters_of(text_of), theme.matched, cells, buffer);
        }
    });
    place
}

/// Draws the choice among rows that were found.
pub(super) fn hits(
    hits: &Hits,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let lines = hits.picker.len().min(hits::HEIGHT) as u16 + 2;
    let area = panel::open(lines, focus, theme, screen, buffer);
    let place = field(&hits.picker, "which:", theme, area, buffer);
    let found: Vec<&Found> = hits.picker.found().iter().collect();
    let none = "No row that was found matches.";
    let group = |found: &Found| hits.picker.texts(found.entry).get(2).map(String::as_str);
    // A group is named where it begins.
    let begins: Vec<usize> = found
        .iter()
        .enumerate()
        .filter(|(place, it)| *place == 0 || group(it) != group(found[place - 1]))
        .map(|(_, it)| it.entry)
        .collect();
    list(&hits.picker, &found, none, theme, area, buffer, |found, style, line, buffer| {
        let texts = hits.picker.texts(found.entry);
        let named = if hits.by_table { GROUP.min(line.width / 4) } else { 0 };
        if let Some(group) = group(found).filter(|_| begins.contains(&found.entry)) {
            text::line(group, theme.dim, Rect { width: named.saturating_sub(2), ..line }, buffer);
        }
        let line = Rect { x: line.x + named, width: line.width - named, ..line };
        let is_alone = texts.get(1).is_none_or(String::is_empty);
        let half = if is_alone { line.width } else { (line.width / 2).min(24) };
        for (text_of, x, width) in [(0, 0, half), (1, half + 2, line.width.saturating_sub(half + 2))] {
            let cells = Rect { x: line.x + x, width, ..line };
            let name = texts.get(text_of).map_or("", String::as_str);
            text::line(name, if text_of == 0 { style } else { theme.dim }, cells, buffer);
            text::highlight(name, found.letters_of(text_of), theme.matched, cells, buffer);
        }
    });
    let last = Rect { x: area.x + 1, y: area.bottom().saturating_sub(1), height: 1, ..area };
    let last = Rect { width: area.width.saturating_sub(2), ..last };
    text::line(&hits.title, theme.dim, last, buffer);
    place
}

fn field(picker: &Picker, label: &str, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let line =
        Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1.min(area.height), ..area };
    text::line(label, theme.key, line, buffer);
    let skip = label.width() as u16 + u16::from(label.len() > 1);
    text::field(
        &picker.line,
        theme.bar,
        Rect { x: line.x + skip, width: line.width.saturating_sub(skip), ..line },
        buffer,
    )
}

/// Draws the matches between the field and the last line of an area, the current one marked.
fn list(
    picker: &Picker,
    found: &[&Found],
    none: &str,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
    entry: impl Fn(&Found, Style, Rect, &mut Buffer),
) {
    let rows = area.height.saturating_sub(2);
    let line =
        |y: u16| Rect { x: area.x + 3, y: area.y + 1 + y, width: area.width.saturating_sub(4), height: 1 };
    if found.is_empty() && rows > 0 {
        text::line(none, theme.dim, line(0), buffer);
    }
    let top = (picker.list.cursor + 1)
        .saturating_sub(usize::from(rows))
        .max(picker.list.top.min(picker.list.cursor));
    for (y, (index, found)) in (0..rows).zip(found.iter().enumerate().skip(top)) {
        let is_current = index == picker.list.cursor;
        let style = if is_current { theme.cursor } else { Style::new() };
        if is_current {
            buffer.set_string(area.x + 1, line(y).y, ">", style);
        }
        entry(found, style, line(y), buffer);
    }
}
