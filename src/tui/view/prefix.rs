//! The menu of a prefix key, and that of what can be printed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{panel, text};
use crate::app::App;
use crate::app::command::copy::CopyCommand;
use crate::app::command::{Command, CommandSpec};
use crate::app::key::Key;
use crate::app::overlay::{palette, prefix, print};
use crate::tui::theme::Theme;

/// Lines of the menu at most.
const LINES: u16 = 12;
/// Cells between two columns.
const GAP: u16 = 1;

/// Draws the menu of a prefix.
pub(super) fn draw(
    app: &App,
    key: Key,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let entry = |(next, spec): (Key, &'static CommandSpec)| (next, spec, spec.title.to_owned());
    let entries = prefix::entries(app, key).into_iter().map(entry).collect();
    menu(app, &key.to_string(), entries, focus, theme, screen, buffer)
}

/// Draws what can be printed.
pub(super) fn print(
    app: &App,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let entry = |(next, spec): (Key, &'static CommandSpec)| (next, spec, print::title(spec));
    let entries = print::entries(app).into_iter().map(entry).collect();
    let keys = app.keymap().text_of(Command::Copy(CopyCommand::Print));
    menu(app, &keys, entries, focus, theme, screen, buffer)
}

/// Draws a menu: a line a key, what it does, and why it cannot when it cannot. It never hides what has the focus, and
/// shows every key: where there is no room for a line each, in several columns.
fn menu(
    app: &App,
    prefix: &str,
    entries: Vec<(Key, &CommandSpec, String)>,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let count = entries.len().max(1) as u16;
    let columns = count.div_ceil(LINES.min(room(focus, screen)));
    let rows = count.div_ceil(columns);
    let area = panel::open(rows, focus, theme, screen, buffer);
    let width = area.width / columns;
    for (index, (next, spec, title)) in (0..).zip(entries) {
        let x = area.x + 1 + index / rows * width;
        let line = Rect { x, y: area.y + index % rows, width: width.saturating_sub(1 + GAP), height: 1 };
        if line.y >= area.bottom() {
            continue;
        }
        let keys = format!("{prefix} {next}");
        text::line(&keys, theme.key, line, buffer);
        let skip = if columns == 1 { 8 } else { 5.max(keys.len() as u16 + 1) };
        let line = Rect { x: line.x + skip, width: line.width.saturating_sub(skip), ..line };
        match palette::refusal(app, spec) {
            None => text::line(&text::fit(&title, usize::from(line.width)), Style::new(), line, buffer),
            Some(reason) => {
                let said = format!("(n/a) {title}  {reason}");
                text::line(&text::whole_parts(&said, usize::from(line.width)), theme.dim, line, buffer);
            }
        }
    }
    Some(Position { x: area.x + 1, y: area.y })
}

/// Lines of a panel that hides nothing: below what has the focus or above it, under or over its rule.
fn room(focus: Option<Position>, screen: Rect) -> u16 {
    let Some(focus) = focus.filter(|focus| screen.contains(*focus)) else {
        return screen.height.saturating_sub(1).max(1);
    };
    let below = screen.bottom() - 1 - focus.y;
    let above = (focus.y - screen.y).saturating_sub(1); // row 2 says where one is
    below.max(above).saturating_sub(1).max(1)
}
