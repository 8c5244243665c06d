//! The picker of views: what was typed, the views, what there is to know of the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::text;
use crate::app::App;
use crate::app::overlay::views::{ALL, DETAILS, ViewPicker, details, height, order_text};
use crate::app::screen::{Grid, Screen};
use crate::app::tickets::Slot;
use crate::tui::theme::Theme;

/// Cells of the kind of a view.
const KIND: u16 = 10;
/// Cells of a label in front of details.
const LABEL: u16 = 9;

/// Draws the picker over the whole screen; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    picker: &ViewPicker,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let Screen::Grid(grid) = app.screen() else { return None };
    Clear.render(screen, buffer);
    let line = |y: u16| Rect {
        x: screen.x + 1,
        y: screen.y + y,
        width: screen.width.saturating_sub(2),
        height: u16::from(y < screen.height),
    };
    let cursor = field(app, picker, theme, line(0), buffer);
    let list = height(app.size) as u16;
    header(theme, line(1), buffer);
    entries(picker, grid, theme, Rect { height: list, ..line(2) }, buffer);
    let rule = "-".repeat(usize::from(screen.width));
    text::line(&rule, theme.dim, Rect { x: screen.x, width: screen.width, ..line(2 + list) }, buffer);
    let below = Rect { height: DETAILS as u16, ..line(3 + list) }.intersection(screen);
    under(app, picker, grid, theme, below, buffer);
    cursor
}

/// What was typed, and how much of all matches.
fn field(app: &App, picker: &ViewPicker, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (found, all) = (picker.picker.found().len(), picker.picker.len() - 1);
    let views = if all == 1 { "view" } else { "views" };
    let more = if app.tickets.is_busy(Slot::Views) { " so far" } else { "" };
    let count = match picker.picker.line.is_empty() {
        true => format!("{all} {views}{more}"),
        false => format!("{found} of {all} {views} match"),
    };
    text::line_right(&count, theme.dim, area, buffer);
    text::line("/", theme.key, area, buffer);
    let width = area.width.saturating_sub(count.len() as u16 + 4);
    text::field(&picker.picker.line, theme.bar, Rect { x: area.x + 2, width, ..area }, buffer)
}

/// Where name, kind and order of a view stand in a line.
fn parts(line: Rect) -> [Rect; 3] {
    let rest = line.width.saturating_sub(2 + KIND);
    let name = rest / 2;
    let at = |x: u16, width: u16| Rect { x: line.x + x, width: width.saturating_sub(1), ..line };
    [at(2, name), at(2 + name, KIND), at(2 + name + KIND, rest - name)]
}

fn header(theme: &Theme, line: Rect, buffer: &mut Buffer) {
    for (text, area) in ["View", "Kind", "Sort"].into_iter().zip(parts(line)) {
        text::line(text, theme.bar, area, buffer);
    }
}

fn entries(picker: &ViewPicker, grid: &Grid, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let found = picker.picker.found();
    let line = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    if found.is_empty() {
        text::line("No view has that name.", theme.dim, Rect { x: area.x + 2, ..line(0) }, buffer);
    }
    let list = &picker.picker.list;
    let rows = usize::from(area.height);
    let top = (list.cursor + 1).saturating_sub(rows).max(list.top.min(list.cursor));
    for (y, (index, found)) in (0..area.height).zip(found.iter().enumerate().skip(top)) {
        let (style, dim) = match index == list.cursor {
            true => (theme.cursor, theme.cursor),
            false => (Style::new(), theme.dim),
        };
        if index == list.cursor {
            text::line(">", style, line(y), buffer);
        }
        let [name, kind, order] = parts(line(y));
        let view = picker.entry(found.entry);
        let shown = view.map_or(ALL, |view| view.name());
        text::line(shown, style, name, buffer);
        text::highlight(shown, found.letters_of(0), theme.matched, name, buffer);
        if let Some(view) = view {
            text::line(view.kind(), dim, kind, buffer);
            text::highlight(view.kind(), found.letters_of(1), theme.matched, kind, buffer);
            text::line(&order_text(grid, view), dim, order, buffer);
        }
    }
}

/// What there is to know of the view under the cursor; in the last line what is waited for, or was refused.
fn under(app: &App, picker: &ViewPicker, grid: &Grid, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let last = Rect { y: area.bottom().saturating_sub(1), height: 1.min(area.height), ..area };
    let told = match app.tickets.is_busy(Slot::Views) {
        true => Some(("Reading the views of the server ...".to_owned(), theme.dim)),
        false => match picker.refused.as_slice() {
            [] => None,
            refused => Some((format!("! {}", refused.join(" ")), theme.problem)),
        },
    };
    if let Some((told, style)) = &told {
        text::line(told, *style, last, buffer);
    }
    let room = area.height.saturating_sub(u16::from(told.is_some()));
    let Some(view) = picker.current() else { return };
    let mut y = 0;
    for (label, words) in details(app, grid, view) {
        let skip = if label.is_empty() { 0 } else { LABEL };
        let width = area.width.saturating_sub(skip);
        let lines = text::wrap(&words, usize::from(width));
        // The last of the details takes what is left; before it nothing has more than two lines.
        let most = if label == "columns" { room.saturating_sub(y) } else { 2.min(room.saturating_sub(y)) };
        for (offset, line) in (0..most).zip(&lines) {
            let at = Rect { x: area.x, y: area.y + y, width: area.width, height: 1 };
            if offset == 0 {
                text::line(label, theme.dim, at, buffer);
            }
            let is_cut = offset + 1 == most && lines.len() > usize::from(most);
            let line = if is_cut { format!("{line} ...") } else { line.clone() };
            let style = if label.is_empty() { theme.bar } else { Style::new() };
            text::line(&line, style, Rect { x: at.x + skip, width, ..at }, buffer);
            y += 1;
        }
    }
}
