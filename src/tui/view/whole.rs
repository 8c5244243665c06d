//! A whole value, over everything between row 1 and the message line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::text;
use crate::app::overlay::whole::Whole;
use crate::text::grouped;
use crate::tui::theme::Theme;

/// Draws the lines that are seen, and nothing else of the value.
pub(super) fn draw(whole: &Whole, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    Clear.render(area, buffer);
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let rows = area.y + 1..area.bottom();
    let last = whole.len().min(whole.top + rows.len());
    let place = match rows.len() < whole.len() {
        true => {
            let [first, last, all] = [whole.top + 1, last, whole.len()].map(|line| grouped(line as u64));
            format!("{first} to {last} of {all} lines")
        }
        false => String::new(),
    };
    let head = Rect { height: 1, ..inner };
    text::line_right(&place, theme.dim, head, buffer);
    let room = inner.width.saturating_sub(if place.is_empty() { 0 } else { place.len() as u16 + 2 });
    text::line(&whole.title, theme.heading, Rect { width: room, ..head }, buffer);
    for (y, line) in rows.zip(whole.top..last) {
        text::line(whole.line(line), Style::new(), Rect { y, height: 1, ..inner }, buffer);
    }
    if whole.is_empty() && area.height > 1 {
        text::line("(nothing in it)", theme.dim, Rect { y: area.y + 1, height: 1, ..inner }, buffer);
    }
    Some(Position { x: inner.x, y: area.y })
}
