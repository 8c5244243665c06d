//! The panel of a refused save: what happened, and after a second look the three sides of each column.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{panel, text};
use crate::app::App;
use crate::app::edit::short;
use crate::app::overlay::conflict::{Compared, Conflict, Side};
use crate::app::overlay::prompt;
use crate::app::pending::RowState;
use crate::app::tickets::Slot;
use crate::tui::theme::Theme;

/// Columns that only the server changed and that are told.
const MOST: usize = 4;

/// Draws the panel; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    conflict: &Conflict,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let Some(row) = app.pending.row(&conflict.key.table, conflict.key.id) else { return focus };
    let name = &row.target.name;
    let height = match &conflict.compared {
        None => 3,
        Some(compared) => 2 + compared.overlaps.len() + compared.theirs.len().min(MOST + 1),
    };
    let area = panel::open(height as u16, focus, theme, screen, buffer);
    let line = |y: usize| Rect {
        x: area.x + 1,
        y: area.y + y as u16,
        width: area.width.saturating_sub(2),
        height: u16::from(y < usize::from(area.height)),
    };
    match &conflict.compared {
        None => {
            let (what, why) = match &row.state {
                RowState::Unknown(_) => (
                    format!("! Perhaps saved: {}. The answer was lost.", prompt::changes(row)),
                    "  Reading the record again tells whether it was.".to_owned(),
                ),
                _ => (
                    format!("! Not saved: {} of {name}.", prompt::changes(row)),
                    "  Someone changed the record after you read it (412). Your change is kept.".to_owned(),
                ),
            };
            text::line(&what, theme.problem, line(0), buffer);
            text::line(&why, theme.dim, line(1), buffer);
            let reading = if app.tickets.is_busy(Slot::Row) { "  Reading the record again ..." } else { "" };
            text::line(reading, theme.dim, line(2), buffer);
        }
        Some(compared) => table(compared, name, theme, line, buffer),
    }
    Some(Position { x: area.x + 1, y: area.y })
}

fn table(compared: &Compared, name: &str, theme: &Theme, line: impl Fn(usize) -> Rect, buffer: &mut Buffer) {
    let who = compared.who.as_deref().unwrap_or("Somebody changed it");
    text::line(&format!("{name}: {who}"), theme.bar, line(0), buffer);
    row(["Column", "When you read", "On the server", "Yours"], theme.heading, line(1), buffer);
    let mut y = 2;
    let theirs = compared.theirs.iter().take(MOST);
    for Side { label, read, server, yours } in compared.overlaps.iter().chain(theirs) {
        let (mark, own) = match yours {
            Some(own) => ("! ", short(own)),
            None => ("  ", "(unchanged)".to_owned()),
        };
        let style = if yours.is_some() { theme.problem } else { theme.dim };
        let cells = [&format!("{mark}{label}"), &short(read), &short(server), &own];
        row(cells.map(String::as_str), style, line(y), buffer);
        y += 1;
    }
    if compared.theirs.len() > MOST {
        text::line(
            &format!("  and {} more columns", compared.theirs.len() - MOST),
            theme.dim,
            line(y),
            buffer,
        );
    }
}

fn row(cells: [&str; 4], style: ratatui::style::Style, line: Rect, buffer: &mut Buffer) {
    if line.height == 0 {
        return;
    }
    let width = line.width / 4;
    for (x, cell) in (0..4u16).zip(cells) {
        text::line(
            cell,
            style,
            Rect { x: line.x + x * width, width: width.saturating_sub(1), ..line },
            buffer,
        );
    }
}
