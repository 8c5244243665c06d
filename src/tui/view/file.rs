//! The file of a column and what can be done with it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{panel, text};
use crate::app::App;
use crate::app::overlay::file::FileBox;
use crate::tui::theme::Theme;

/// Draws the panel; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    file: &FileBox,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let staged = app.staged_file(&file.of);
    let lines = if file.asking.is_some() || staged.is_some() { 3 } else { 2 };
    let area = panel::open(lines, focus, theme, screen, buffer);
    let row = |y: u16| Rect {
        x: area.x + 1,
        y: area.y + y,
        width: area.width.saturating_sub(2),
        height: u16::from(y < area.height),
    };
    text::line(&format!("{} of {}", file.column.display_name, file.target.name), theme.bar, row(0), buffer);
    let notes = [file.now(), file.limit(), if file.column.updatable { "" } else { "read-only" }.to_owned()];
    let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    text::line(&notes.join(", "), Style::new(), row(1), buffer);
    let Some(path) = &file.asking else {
        if let Some(title) = staged {
            text::line(&format!("Staged: {title}"), theme.dim, row(2), buffer);
        }
        return Some(Position { x: area.x + 1, y: area.y });
    };
    let label = if file.is_looking { "Looking at" } else { "Put file" };
    text::line(label, theme.dim, Rect { width: 12, ..row(2) }, buffer);
    let field = Rect { x: area.x + 13, width: area.width.saturating_sub(14), ..row(2) };
    text::field(path, theme.cursor, field, buffer)
}
