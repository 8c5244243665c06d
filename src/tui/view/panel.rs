//! A panel over the lower part of a screen, or the upper part when it would hide what has the focus.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

use crate::tui::theme::Theme;

/// Clears room for `lines` lines under a rule; answers where they go.
///
/// `screen` is everything between row 1 and the message line, `focus` what must stay in sight.
pub(super) fn open(
    lines: u16,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Rect {
    let height = (lines + 1).min(screen.height);
    let low = Rect { y: screen.bottom() - height, height, ..screen };
    let hides = focus.is_some_and(|focus| low.contains(focus));
    let high = Rect { y: screen.y + 1, height: height.min(screen.height.saturating_sub(1)), ..screen };
    let fits_above = focus.is_some_and(|focus| !high.contains(focus));
    let (panel, rule) = if hides && fits_above { (high, high.bottom() - 1) } else { (low, low.y) };
    Clear.render(panel, buffer);
    buffer.set_string(panel.x, rule, "-".repeat(usize::from(panel.width)), theme.dim);
    let y = if rule == panel.y { panel.y + 1 } else { panel.y };
    Rect { y, height: panel.height - 1, ..panel }
}
