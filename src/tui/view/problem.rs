//! A problem in three lines: what, why, what to do next.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text;
use crate::app::App;
use crate::app::problem::Problem;
use crate::tui::theme::Theme;

/// Draws as much of a problem as fits; answers how many lines were used.
pub(super) fn draw(app: &App, problem: &Problem, theme: &Theme, area: Rect, buffer: &mut Buffer) -> u16 {
    let lines = lines(app, problem, area.width);
    let used = area.height.min(lines.len() as u16);
    for (y, (part, line)) in (0..used).zip(lines) {
        let what = if problem.is_news { Style::new() } else { theme.problem };
        let style: Style = [what, theme.dim, theme.key][part];
        let mark = if y == 0 && !problem.is_news { "! " } else { "  " };
        text::line(&format!("{mark}{line}"), style, Rect { y: area.y + y, height: 1, ..area }, buffer);
    }
    used
}

/// Lines that a problem needs at a width.
pub(super) fn height(app: &App, problem: &Problem, width: u16) -> u16 {
    lines(app, problem, width).len() as u16
}

/// The lines, and which of the three parts each belongs to.
fn lines(app: &App, problem: &Problem, width: u16) -> Vec<(usize, String)> {
    let width = usize::from(width).saturating_sub(2);
    let next = app.with_keys(&problem.next);
    let parts = [problem.what.as_str(), &problem.why, &next].into_iter().enumerate();
    let parts = parts.filter(|(_, part)| !part.is_empty());
    parts
        .flat_map(|(part, said)| text::wrap_keys(said, width).into_iter().map(move |line| (part, line)))
        .collect()
}
