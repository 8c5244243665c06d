//! A problem in three lines: what, why, what to do next.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text;
use crate::app::problem::Problem;
use crate::tui::theme::Theme;

/// Draws as much of a problem as fits; answers how many lines were used.
pub(super) fn draw(problem: &Problem, theme: &Theme, area: Rect, buffer: &mut Buffer) -> u16 {
    let width = usize::from(area.width).saturating_sub(2);
    let parts = [(&problem.what, theme.problem), (&problem.why, theme.dim), (&problem.next, theme.key)];
    let mut used = 0;
    for (part, style) in parts {
        if part.is_empty() {
            continue;
        }
        for line in text::wrap_keys(part, width) {
            if used >= area.height {
                return used;
            }
            let mark = if used == 0 { "! " } else { "  " };
            text::line(&format!("{mark}{line}"), style, Rect { y: area.y + used, height: 1, ..area }, buffer);
            used += 1;
        }
    }
    used
}

/// Lines that a problem needs at a width.
pub(super) fn height(problem: &Problem, width: u16) -> u16 {
    let width = usize::from(width).saturating_sub(2);
    let parts = [&problem.what, &problem.why, &problem.next];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| text::wrap_keys(part, width).len())
        .sum::<usize>() as u16
}
