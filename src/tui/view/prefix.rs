//! The menu of a prefix key.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{panel, text};
use crate::app::App;
use crate::app::key::Key;
use crate::app::overlay::{palette, prefix};
use crate::tui::theme::Theme;

/// Lines of the menu at most.
const LINES: usize = 12;

/// Draws the menu: one line a key, what it does, and why it cannot when it cannot.
pub(super) fn draw(
    app: &App,
    key: Key,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let entries = prefix::entries(app, key);
    let columns = entries.len().div_ceil(LINES).max(1);
    let lines = entries.len().div_ceil(columns);
    let area = panel::open(lines as u16, focus, theme, screen, buffer);
    let width = area.width.saturating_sub(1) / columns as u16;
    for (place, (next, spec)) in entries.into_iter().enumerate() {
        let (column, y) = ((place / lines) as u16, (place % lines) as u16);
        if y >= area.height {
            continue;
        }
        let line = Rect { x: area.x + 1 + column * width, y: area.y + y, width, height: 1 };
        text::line(&format!("{key} {next}"), theme.key, line, buffer);
        let line = Rect { x: line.x + 8, width: line.width.saturating_sub(8), ..line };
        match palette::refusal(app, spec) {
            None => text::line(spec.title, theme.bar, line, buffer),
            Some(reason) => {
                let said = format!("{}  {reason}", spec.title);
                text::line(&text::whole_parts(&said, usize::from(line.width)), theme.dim, line, buffer);
            }
        }
    }
    Some(Position { x: area.x + 1, y: area.y })
}
