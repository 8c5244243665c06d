//! Beside the relationships of a record: its form at the left, the first rows of the one under the cursor at the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{form, panes, text};
use crate::app::App;
use crate::app::beside::{self, FirstRows};
use crate::app::load::Load;
use crate::app::screen::Record;
use crate::app::screen::grid::words;
use crate::app::screen::related::RelatedLine;
use crate::dataverse::Page;
use crate::tui::theme::Theme;

/// Cells of a column behind the first one.
const COLUMN: u16 = 20;

/// Draws what stands beside the relationships and answers where those are; `area` begins with row 2.
pub(super) fn draw(app: &App, record: &Record, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Rect {
    let (left, middle, right) = beside::columns(app.size);
    let middle = panes::rect(Some(middle), area).unwrap_or(area);
    if let Some(left) = panes::rect(left, area) {
        match record.row.value() {
            Some(_) => {
                form::draw(app, record, None, theme, left, buffer);
            }
            None => text::line("Reading the record ...", theme.dim, inner(left), buffer),
        }
        panes::rule_between(left, middle, theme, buffer);
    }
    if let Some(right) = panes::rect(right, area) {
        panes::rule_between(middle, right, theme, buffer);
        if let Some(line) = record.related.current() {
            related(app, line, theme, inner(right), buffer);
        }
    }
    // Nothing touches the rule behind the list.
    Rect { width: middle.width - u16::from(middle.right() < area.right()), ..middle }
}

fn inner(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

/// The rows of a relationship below its name.
fn related(app: &App, line: &RelatedLine, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let head = Rect { height: 1, ..area };
    text::line(&line.label, theme.heading, head, buffer);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let rows = app.beside.rows(&line.relationship);
    let said = match rows.map(|rows| (&rows.page, rows)) {
        _ if line.is_empty() => "There is no row.".to_owned(),
        Some((Load::Ready(page), rows)) if !page.is_empty() => {
            return draw_rows(app, line, (rows, page), theme, below, buffer);
        }
        Some((Load::Ready(_), _)) => "There is no row.".to_owned(),
        Some((Load::Failed(problem, _), _)) => format!("{} {}", problem.what, problem.why),
        Some((Load::Pending(_), _)) => "Reading the first rows ...".to_owned(),
        Some((Load::Idle, _)) | None => line.refused().unwrap_or_default().to_owned(),
    };
    for (y, said) in (below.y..below.bottom()).zip(text::wrap(&said, usize::from(below.width))) {
        text::line(&said, theme.dim, Rect { y, height: 1, ..below }, buffer);
    }
}

fn draw_rows(
    app: &App,
    line: &RelatedLine,
    (rows, page): (&FirstRows, &Page),
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let places = places(area.width, rows.columns.len());
    let cell = |y: u16, (x, width): (u16, u16)| Rect { x: area.x + x, y, width, height: 1 };
    for ((label, _), place) in rows.columns.iter().zip(&places) {
        text::line(label, theme.dim, cell(area.y, *place), buffer);
    }
    let properties: Vec<&str> = rows.columns.iter().map(|(_, property)| property.as_str()).collect();
    let mut room = usize::from(area.height.saturating_sub(1));
    let is_more = page.len() > room || line.rows() > page.len() as u64;
    if is_more {
        room = room.saturating_sub(1);
    }
    for (y, row) in (area.y + 1..area.bottom()).zip(page.rows().take(room)) {
        for (value, place) in row.cells(&properties).iter().zip(&places) {
            let said = value.as_ref().and_then(|value| words(value, false));
            let (said, style) = said.map_or(("-".into(), theme.dim), |said| (said, Style::new()));
            text::line(&said, style, cell(y, *place), buffer);
        }
    }
    if is_more {
        let last = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
        text::line(&app.with_keys("... more   Enter opens all of them"), theme.dim, last, buffer);
    }
}

/// Where columns begin, and their cells: the first one has what the others leave.
fn places(width: u16, count: usize) -> Vec<(u16, u16)> {
    let others = count.saturating_sub(1) as u16;
    let first = width.saturating_sub(others * COLUMN).max(COLUMN.min(width));
    let behind = (0..others).map(|other| (first + other * COLUMN + 1, COLUMN - 1));
    std::iter::once((0, first)).chain(behind).filter(|(x, cells)| x + cells <= width).collect()
}
