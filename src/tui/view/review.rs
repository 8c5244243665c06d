//! The review: what will be sent, record by record, column by column.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::App;
use crate::app::edit::{short, short_pair};
use crate::app::operate::headline;
use crate::app::pending::{AT_A_TIME, Item, OperationKind, PendingRow, RowState};
use crate::app::screen::Review;
use crate::app::screen::review::{Part, lines};
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
    let all = app.pending.items().len();
    let included = app.pending.sendable().len();
    let environment = app.session.identity().map_or("", |identity| &identity.environment);
    let said =
        format!("{included} of {all} included, sent to {environment} in this order, {AT_A_TIME} at a time");
    text::line(&said, theme.dim, top, buffer);
    let mut cursor = None;
    let width = all.to_string().len();
    let body = area.y + 1..area.bottom();
    for (y, (place, line)) in body.zip(lines(&app.pending).iter().enumerate().skip(review.list.top)) {
        let row = Rect { y, height: 1, ..area };
        let current = place == review.list.cursor;
        if current {
            buffer.set_string(row.x, row.y, ">", theme.cursor);
            cursor = Some(Position { x: row.x, y });
        }
        let style = if current { theme.cursor } else { Style::new() };
        match &line.item {
            Item::Row(key) => {
                let Some(pending) = app.pending.row(&key.table, key.id) else { continue };
                match line.part {
                    Part::Heading => {
                        let target = &pending.target;
                        let what = format!("update  {} {}", target.table.display_name, target.name);
                        let right = match target.table.optimistic_concurrency {
                            true => format!("If-Match {}", target.row.etag().unwrap_or_default()),
                            false => "not protected against others".to_owned(),
                        };
                        let is = (&pending.state, pending.included);
                        heading(is, (line.place, width), (&what, &right), style, theme, row, buffer);
                    }
                    Part::Value(edit) => change(pending, edit, current, theme, row, buffer),
                    Part::Effect(_) => {}
                    Part::Reason => reason(&pending.state, ROW_WAYS, theme, row, buffer),
                }
            }
            Item::Operation(id) => {
                let Some(operation) = app.pending.operation(*id) else { continue };
                match line.part {
                    Part::Heading => {
                        let what = format!("{:<6}  {}", word(operation.kind), headline(operation));
                        let is = (&operation.state, operation.included);
                        heading(is, (line.place, width), (&what, ""), style, theme, row, buffer);
                    }
                    Part::Value(value) => {
                        let Some((label, text)) = operation.values.get(value) else { continue };
                        brings(label, text, style, theme, row, buffer);
                    }
                    Part::Effect(effect) => {
                        let Some(effect) = operation.effects.get(effect) else { continue };
                        let cells = Rect { x: row.x + 10, width: row.width.saturating_sub(11), ..row };
                        text::line(effect, theme.dim, cells, buffer);
                    }
                    Part::Reason => reason(&operation.state, OPERATION_WAYS, theme, row, buffer),
                }
            }
        }
    }
    cursor
}

/// What an operation is, in a word.
fn word(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Create => "create",
        OperationKind::Delete => "delete",
        OperationKind::Reactivate | OperationKind::Act | OperationKind::Close | OperationKind::Merge => {
            "action"
        }
    }
}

fn heading(
    (state, included): (&RowState, bool),
    (place, width): (usize, usize),
    (what, right): (&str, &str),
    style: Style,
    theme: &Theme,
    row: Rect,
    buffer: &mut Buffer,
) {
    let mark = match state {
        RowState::Waiting => ' ',
        state => state.mark(),
    };
    buffer.set_string(row.x + 1, row.y, mark.to_string(), theme.problem);
    let inside = match (state, included) {
        (RowState::Sending(_) | RowState::Queued, _) => "[.]",
        (RowState::Conflict | RowState::Unknown(_) | RowState::Gone(_), _) => "[!]",
        (_, true) => "[x]",
        (_, false) => "[ ]",
    };
    let left = format!("{inside} {place:>width$} {what}");
    let cells = Rect { x: row.x + 3, width: row.width.saturating_sub(4), ..row };
    text::line(&left, style, cells, buffer);
    let used = text::fit(&left, usize::from(cells.width)).width() as u16 + 2;
    let rest = Rect { x: cells.x + used.min(cells.width), width: cells.width.saturating_sub(used), ..cells };
    if right.width() <= usize::from(rest.width) {
        text::line_right(right, theme.dim, rest, buffer);
    }
}

/// A value that an operation brings.
fn brings(label: &str, value: &str, style: Style, theme: &Theme, row: Rect, buffer: &mut Buffer) {
    let label_width = (row.width / 4).min(28);
    text::line(label, style, Rect { x: row.x + 10, width: label_width, ..row }, buffer);
    let x = row.x + 11 + label_width;
    let cells = Rect { x, width: row.right().saturating_sub(x + 1), ..row };
    text::line(&short(value), theme.edited, cells, buffer);
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

/// How what was refused goes on, by why: changed meanwhile, answer lost, gone.
type Ways = [&'static str; 3];

const ROW_WAYS: Ways = ["Enter shows what to do", "Enter finds out", "Enter shows what to do"];
const OPERATION_WAYS: Ways = ["Enter reads it again", "Enter finds out", "D drops it"];

fn reason(state: &RowState, ways: Ways, theme: &Theme, row: Rect, buffer: &mut Buffer) {
    let said = match state {
        RowState::Conflict => format!("Changed by somebody else meanwhile (412). {}", ways[0]),
        RowState::Unknown(problem) => format!("{} {}", problem.what, ways[1]),
        RowState::Gone(problem) => format!("{} {}", problem.why, ways[2]),
        RowState::Failed(problem) => problem.why.clone(),
        // The text of the service is long, and Enter is what leads on.
        RowState::Duplicate(_) => "Others are like it (0x80040333). Enter lists them".to_owned(),
        RowState::Waiting | RowState::Queued | RowState::Sending(_) => return,
    };
    let cells = Rect { x: row.x + 10, width: row.width.saturating_sub(11), ..row };
    text::line(&format!("! {said}"), theme.problem, cells, buffer);
}
