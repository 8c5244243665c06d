//! The menus of columns and options: a letter, a label, what stands beside it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{panel, text};
use crate::app::overlay::menu::{Item, Menu};
use crate::tui::theme::Theme;

/// Lines of a menu at most, with its title.
const LINES: usize = 11;
/// Cells of an entry that is not alone on its line.
const WIDTH: u16 = 38;

/// Draws a menu under a title; answers where the cursor is.
pub(super) fn draw(
    title: &str,
    menu: &Menu,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let visible = menu.visible();
    let most = LINES.min(usize::from(screen.height) / 2);
    let columns = usize::from(screen.width / WIDTH).max(1);
    let columns = if menu.items().len() > most { columns } else { 1 };
    let rows = menu.items().len().div_ceil(columns).min(most).max(1);
    let area = panel::open(rows as u16 + 1, focus, theme, screen, buffer);
    let head = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    text::line(title, theme.bar, head, buffer);
    let mut place = None;
    if let Some(find) = menu.find() {
        let half = Rect { x: head.x + head.width / 2, width: head.width / 2, ..head };
        text::line("/", theme.key, half, buffer);
        place = text::field(find, theme.bar, Rect { x: half.x + 1, width: half.width - 1, ..half }, buffer);
    }
    if visible.is_empty() {
        text::line("Nothing has that name.", theme.dim, Rect { y: head.y + 1, ..head }, buffer);
        return place;
    }
    let width = area.width / columns as u16;
    let page = rows * columns;
    let top = menu.cursor() / page * page;
    for (offset, index) in visible.iter().skip(top).take(page).enumerate() {
        let (row, column) = (offset % rows, offset / rows);
        let cells = Rect {
            x: area.x + column as u16 * width,
            y: area.y + 1 + row as u16,
            width: width.saturating_sub(1),
            height: 1,
        };
        let current = top + offset == menu.cursor();
        entry(menu, *index, current, columns == 1, theme, cells, buffer);
        if current && place.is_none() {
            place = Some(Position { x: cells.x + 3, y: cells.y });
        }
    }
    place
}

fn entry(
    menu: &Menu,
    index: usize,
    current: bool,
    alone: bool,
    theme: &Theme,
    cells: Rect,
    buffer: &mut Buffer,
) {
    let Some(item) = menu.items().get(index) else { return };
    let style = if current { theme.cursor } else { Style::new() };
    if current {
        buffer.set_string(cells.x + 1, cells.y, ">", style);
    }
    if let Some(key) = item.key {
        buffer.set_string(cells.x + 3, cells.y, key.to_string(), theme.key);
    }
    let half = if alone { alone_half(menu, cells.width) } else { cells.width.saturating_sub(5) * 2 / 3 };
    let label = match item.picked {
        None => item.label.clone(),
        Some(picked) => format!("[{}] {}", if picked { 'x' } else { ' ' }, item.label),
    };
    text::line(&label, style, Rect { x: cells.x + 5, width: half.saturating_sub(1), ..cells }, buffer);
    let rest = Rect { x: cells.x + 5 + half, width: cells.width.saturating_sub(5 + half), ..cells };
    let now = if item.now { "   now" } else { "" };
    text::line(&format!("{}{now}", item.detail), theme.dim, rest, buffer);
}

/// Cells of the labels where each is alone on its line: long ones take what the longest detail leaves.
fn alone_half(menu: &Menu, cells: u16) -> u16 {
    let longest = |text: fn(&Item) -> &str| menu.items().iter().map(|item| text(item).width()).max();
    let cells_of = |text| u16::try_from(longest(text).unwrap_or_default()).unwrap_or(cells);
    let (marks, now) = (5 + 4, 6);
    let usual = 30.min(cells / 2);
    let room = cells.saturating_sub(marks + now).saturating_sub(cells_of(|item| &item.detail));
    cells_of(|item| &item.label).saturating_add(2).min(room).max(usual)
}
