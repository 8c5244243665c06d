//! The review: what will be sent, record by record, column by column.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::App;
use crate::app::edit::short_pair;
use crate::app::pending::{PendingRow, RowState};
use crate::app::screen::Review;
use crate::app::screen::review::{ReviewLine, lines};
use crate::tui::theme::Theme;

/// Draws the screen; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    review: &Review,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let top = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let included = app.pending.sendable().count();
    let rows = app.pending.rows().len();
    let environment = app.session.identity().map_or("", |identity| &identity.environment);
    let said =
        format!("{included} of {rows} records included, sent to {environment} one by one in this order");
    text::line(&said, theme.dim, top, buffer);
    let mut cursor = None;
    let width = rows.to_string().len();
    let all = lines(&app.pending);
    let body = area.y + 1..area.bottom();
    for (y, (place, line)) in body.zip(all.iter().enumerate().skip(review.list.top)) {
        let row = Rect { y, height: 1, ..area };
        let current = place == review.list.cursor;
        if current {
            buffer.set_string(row.x, row.y, ">", theme.cursor);
            cursor = Some(Position { x: row.x, y });
        }
        let (ReviewLine::Row(index) | ReviewLine::Edit(index, _) | ReviewLine::Reason(index)) = *line;
        let Some(pending) = app.pending.rows().get(index) else { continue };
        match line {
            ReviewLine::Row(_) => heading(pending, (index, width), current, theme, row, buffer),
            ReviewLine::Edit(_, edit) => change(pending, *edit, current, theme, row, buffer),
            ReviewLine::Reason(_) => reason(pending, theme, row, buffer),
        }
    }
    cursor
}

fn heading(
    pending: &PendingRow,
    (index, width): (usize, usize),
    current: bool,
    theme: &Theme,
    row: Rect,
    buffer: &mut Buffer,
) {
    let mark = match pending.state {
        RowState::Waiting => ' ',
        _ => pending.mark(),
    };
    buffer.set_string(row.x + 1, row.y, mark.to_string(), theme.problem);
    let inside = match (&pending.state, pending.included) {
        (RowState::Sending(_), _) => "[.]",
        (RowState::Conflict | RowState::Unknown(_) | RowState::Gone(_), _) => "[!]",
        (_, true) => "[x]",
        (_, false) => "[ ]",
    };
    let target = &pending.target;
    let doing = if pending.is_sending() { "sending" } else { "update " };
    let left =
        format!("{inside} {:>width$} {doing} {} {}", index + 1, target.table.display_name, target.name);
    let right = match target.table.optimistic_concurrency {
        true => format!("If-Match {}", target.row.etag().unwrap_or_default()),
        false => "not protected against others".to_owned(),
    };
    let cells = Rect { x: row.x + 3, width: row.width.saturating_sub(4), ..row };
    let style = if current { theme.cursor } else { Style::new() };
    text::line(&left, style, cells, buffer);
    let used = text::fit(&left, usize::from(cells.width)).width() as u16 + 2;
    let rest = Rect { x: cells.x + used.min(cells.width), width: cells.width.saturating_sub(used), ..cells };
    if right.width() <= usize::from(rest.width) {
        text::line_right(&right, theme.dim, rest, buffer);
    }
}

fn change(pending: &PendingRow, edit: usize, current: bool, theme: &Theme, row: Rect, buffer: &mut Buffer) {
    let Some(edit) = pending.edits.get(edit) else { return };
    let label_width = (row.width / 4).min(28);
    let cells = Rect { x: row.x + 10, width: label_width, ..row };
    let style = if current { theme.cursor } else { Style::new() };
    text::line(&edit.label, style, cells, buffer);
    let values = row.right().saturating_sub(cells.right() + 2);
    let half = values.saturating_sub(4) / 2;
    let old = Rect { x: cells.right() + 1, width: half, ..row };
    let (from, to) = short_pair(&edit.old, &edit.new.text);
    text::line(&from, theme.dim, old, buffer);
    text::line("->", theme.key, Rect { x: old.right() + 1, width: 2, ..row }, buffer);
    let new = Rect { x: old.right() + 4, width: half, ..row };
    text::line(&to, theme.edited, new, buffer);
}

fn reason(pending: &PendingRow, theme: &Theme, row: Rect, buffer: &mut Buffer) {
    let said = match &pending.state {
        RowState::Conflict => "Changed by somebody else meanwhile (412). Enter shows what to do".to_owned(),
        RowState::Unknown(problem) => format!("{} Enter finds out", problem.what),
        RowState::Gone(problem) => format!("{} Enter shows what to do", problem.why),
        RowState::Failed(problem) => problem.why.clone(),
        RowState::Waiting | RowState::Sending(_) => return,
    };
    let cells = Rect { x: row.x + 10, width: row.width.saturating_sub(11), ..row };
    text::line(&format!("! {said}"), theme.problem, cells, buffer);
}
