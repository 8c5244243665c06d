//! The panel of a row that was not made because others are like it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{panel, text};
use crate::app::App;
use crate::app::load::Load;
use crate::app::operate::headline;
use crate::app::overlay::duplicates::{Duplicates, HEIGHT};
use crate::tui::theme::Theme;

/// Draws the panel; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    shown: &Duplicates,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let Some(operation) = app.pending.operation(shown.operation) else { return focus };
    let hits = shown.hits();
    let said = said(shown);
    let height = hits.len().min(HEIGHT) as u16;
    let area = panel::open(1 + said.len() as u16 + height, focus, theme, screen, buffer);
    let line = |y: u16| Rect {
        x: area.x + 1,
        y: (area.y + y).min(area.bottom().saturating_sub(1)),
        width: area.width.saturating_sub(2),
        height: 1,
    };
    text::line(&format!("! Not made: {}", headline(operation)), theme.problem, line(0), buffer);
    for (y, said) in (1..).zip(&said) {
        text::line(said, theme.dim, line(y), buffer);
    }
    let first = 1 + said.len() as u16;
    let mut cursor = Position { x: area.x + 1, y: area.y };
    let rows = hits.iter().enumerate().skip(shown.list.top).take(usize::from(height));
    for (y, (place, hit)) in (first..).zip(rows) {
        let row = line(y);
        let current = place == shown.list.cursor;
        let style = if current { theme.cursor } else { Style::new() };
        if current {
            buffer.set_string(row.x, row.y, ">", style);
            cursor = Position { x: row.x, y: row.y };
        }
        let beside = row.width / 4;
        let name = Rect { x: row.x + 2, width: row.width.saturating_sub(beside + 3), ..row };
        text::line(&hit.name, style, name, buffer);
        let id = Rect { x: row.right() - beside, width: beside, ..row };
        text::line_right(&hit.id.to_string()[..8], theme.dim, id, buffer);
    }
    Some(cursor)
}

/// What is known of the rows that are like it, and how it goes on.
fn said(shown: &Duplicates) -> Vec<String> {
    let name = &shown.table.display_name;
    let nothing =
        "f searches for its name in this table. m makes it all the same: then s sends it.".to_owned();
    match &shown.asked {
        Load::Idle => vec!["The question which rows are like it was called off.".to_owned(), nothing],
        Load::Pending(_) => vec!["Asking the service which rows are like it ...".to_owned()],
        Load::Failed(problem, _) => {
            vec![format!("The service does not tell which rows are like it: {}", problem.why), nothing]
        }
        Load::Ready(found) if found.hits.is_empty() => {
            vec![
                format!("The service names no row of {name}. A rule may compare with another table."),
                nothing,
            ]
        }
        Load::Ready(found) => {
            let count = found.hits.len();
            let rows = match (count, found.more.is_empty()) {
                (1, true) => "1 row is".to_owned(),
                (_, true) => format!("{count} rows are"),
                (_, false) => format!("The first {count} of the rows that are"),
            };
            vec![format!("{rows} like it, by the rules of duplicate detection:")]
        }
    }
}
