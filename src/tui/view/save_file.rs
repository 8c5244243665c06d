//! The panel that asks where an attachment is to be saved, with what went wrong below its field.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{panel, problem, text};
use crate::app::App;
use crate::app::overlay::save_file::SaveFile;
use crate::app::tickets::Slot;
use crate::tui::theme::Theme;

/// Cells before the path.
const LABEL: u16 = 6;

/// Draws the form; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    form: &SaveFile,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let width = screen.width.saturating_sub(2);
    let below = form.problem.as_ref().map_or(1, |problem| problem::height(app, problem, width));
    let area = panel::open(2 + below, focus, theme, screen, buffer);
    let line = |y: u16, height: u16| Rect {
        x: area.x + 1,
        y: area.y + y.min(area.height),
        width,
        height: height.min(area.height.saturating_sub(y)),
    };
    text::line(&form.title(), theme.bar, line(0, 1), buffer);
    let row = line(1, 1);
    text::line("> To", theme.cursor, row, buffer);
    let field = Rect { x: row.x + LABEL, width: row.width.saturating_sub(LABEL), ..row };
    let cursor = text::field(&form.line, theme.cursor, field, buffer);
    let rest = line(2, below);
    match &form.problem {
        Some(problem) => {
            problem::draw(app, problem, theme, rest, buffer);
        }
        None if app.tickets.is_busy(Slot::SavedFile) => {
            text::line("Saving ...", theme.dim, rest, buffer);
        }
        None => {
            let said = "./ is the folder that dv was started in, ~/ your home. Nothing is overwritten.";
            text::line(said, theme.dim, rest, buffer);
        }
    }
    cursor
}
