//! The review: what will be sent, record by record, column by column.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{changed, panes, text};
use crate::app::App;
use crate::app::edit::{short, short_pair};
use crate::app::operate::headline;
use crate::app::pending::{
    AT_A_TIME, Item, OperationKind, Pending, PendingOperation, PendingRow, RowState, capital,
};
use crate::app::screen::Review;
use crate::app::screen::review::lines::{Part, ReviewLine, title_of};
use crate::text::grouped;
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
    let all = review.all().len();
    let included = review.included();
    let environment = app.session.identity().map_or("", |identity| &identity.environment);
    let how = match review.together {
        true => "as one request: all or nothing".to_owned(),
        false => format!("in this order, {AT_A_TIME} at a time"),
    };
    let said = format!("{included} of {all} included, sent to {environment} {how}");
    text::line(&said, theme.dim, top, buffer);
    let (list, detail) = review.panes(app.size);
    let list = panes::rect(Some(list), area)?;
    let mut cursor = None;
    let lines = review.lines().iter().enumerate().skip(review.list.top);
    for (y, (place, line)) in (list.y..list.bottom()).zip(lines) {
        let row = Rect { y, height: 1, ..list };
        let current = place == review.list.cursor;
        if current {
            buffer.set_string(row.x, row.y, ">", theme.cursor);
            cursor = Some(Position { x: row.x, y });
        }
        let style = if current { theme.cursor } else { Style::new() };
        Lines { pending: &app.pending, review, style, theme, buffer }.draw(line, row);
    }
    if let Some(detail) = panes::rect(detail, area) {
        panes::rule_between(list, detail, theme, buffer);
        let inner = Rect { x: detail.x + 1, width: detail.width.saturating_sub(2), ..detail };
        changed::values(review.values(), theme, inner, buffer);
    }
    cursor
}

/// What it takes to draw a line.
struct Lines<'a> {
    pending: &'a Pending,
    review: &'a Review,
    style: Style,
    theme: &'a Theme,
    buffer: &'a mut Buffer,
}

impl Lines<'_> {
    fn draw(&mut self, line: &ReviewLine, row: Rect) {
        // Of a run the first that still waits: what was sent goes from the lines some times a second.
        let Some(item) = self.review.items(line).iter().find(|item| self.pending.state(item).is_some())
        else {
            return;
        };
        match item {
            Item::Row(key) => {
                if let Some(pending) = self.pending.row(&key.table, key.id) {
                    self.row(pending, (line, item), row);
                }
            }
            Item::Operation(id) => {
                if let Some(operation) = self.pending.operation(*id) {
                    self.operation(operation, (line, item), row);
                }
            }
        }
    }

    fn row(&mut self, pending: &PendingRow, (line, item): (&ReviewLine, &Item), row: Rect) {
        let target = &pending.target;
        match line.part {
            Part::Heading if line.is_run() => {
                let what = format!("update  {}", rows(line, &target.table.collection_name));
                self.heading((line, item), (&what, LIST), row);
            }
            Part::Heading => {
                let what = format!("update  {} {}", target.table.display_name, target.name);
                let right = match target.table.optimistic_concurrency {
                    true => format!("If-Match {}", target.row.etag().unwrap_or_default()),
                    false => "not protected against others".to_owned(),
                };
                self.heading((line, item), (&what, &right), row);
            }
            Part::Member => {
                let old: Vec<_> = pending.edits.iter().map(|edit| short(&edit.old)).collect();
                self.heading((line, item), (&target.name, &format!("was {}", old.join(", "))), row);
            }
            Part::Value(edit) => self.change(pending, edit, line, row),
            Part::Effect(_) => {}
            Part::Reason => reason(&pending.state, ROW_WAYS, self.theme, row, self.buffer),
        }
    }

    fn operation(&mut self, operation: &PendingOperation, (line, item): (&ReviewLine, &Item), row: Rect) {
        match line.part {
            Part::Heading if line.is_run() => {
                let table =
                    operation.about.as_ref().map_or("records", |target| &target.table.collection_name);
                let what = title_of(operation, &rows(line, table));
                self.heading(
                    (line, item),
                    (&format!("{:<6}  {}", word(operation.kind), capital(&what)), LIST),
                    row,
                );
            }
            Part::Heading => {
                let what = format!("{:<6}  {}", word(operation.kind), headline(operation));
                self.heading((line, item), (&what, ""), row);
            }
            Part::Member => {
                let name = operation.about.as_ref().map_or(&*operation.title, |target| &*target.name);
                self.heading((line, item), (name, ""), row);
            }
            Part::Value(value) => {
                let Some((label, text)) = operation.values.get(value) else { return };
                brings(label, text, self.style, self.theme, row, self.buffer);
            }
            Part::Effect(effect) => {
                let Some(effect) = operation.effects.get(effect) else { return };
                let cells = Rect { x: row.x + 10, width: row.width.saturating_sub(11), ..row };
                text::line(effect, self.theme.dim, cells, self.buffer);
            }
            Part::Reason => reason(&operation.state, OPERATION_WAYS, self.theme, row, self.buffer),
        }
    }

    /// What is done, and whether it will be.
    fn heading(&mut self, (line, item): (&ReviewLine, &Item), (what, right): (&str, &str), row: Rect) {
        // All of a run wait, or all are on their way.
        let Some(state) = self.pending.state(item) else { return };
        let mark = match state {
            RowState::Waiting => ' ',
            state => state.mark(),
        };
        self.buffer.set_string(row.x + 1, row.y, mark.to_string(), self.theme.problem);
        let included = match &line.run {
            Some(run) => run.included,
            None => usize::from(self.pending.is_included(item)),
        };
        let inside = match state {
            RowState::Sending(_) | RowState::Queued => "[.]",
            state if state.is_unsettled() => "[!]",
            _ if included == 0 => "[ ]",
            _ if included == line.items.len() => "[x]",
            _ => "[-]",
        };
        let width = self.review.all().len().to_string().len();
        let place = line.items.start + 1;
        let indent = if line.part == Part::Member { "  " } else { "" };
        let left = format!("{indent}{inside} {place:>width$} {what}");
        let cells = Rect { x: row.x + 3, width: row.width.saturating_sub(4), ..row };
        text::line(&left, self.style, cells, self.buffer);
        let used = text::fit(&left, usize::from(cells.width)).width() as u16 + 2;
        let rest =
            Rect { x: cells.x + used.min(cells.width), width: cells.width.saturating_sub(used), ..cells };
        if right.width() <= usize::from(rest.width) {
            text::line_right(right, self.theme.dim, rest, self.buffer);
        }
    }

    /// A changed column: of a run what all of it had, or how many different values.
    fn change(&mut self, pending: &PendingRow, place: usize, line: &ReviewLine, row: Rect) {
        let Some(edit) = pending.edits.get(place) else { return };
        let (from, to) = match &line.run {
            Some(run) if !run.is_one => (run.old.clone(), short(&edit.new.text)),
            Some(run) => short_pair(&run.old, &edit.new.text),
            None => short_pair(&edit.old, &edit.new.text),
        };
        let label_width = (row.width / 4).min(28);
        let cells = Rect { x: row.x + 10, width: label_width, ..row };
        text::line(&edit.label, self.style, cells, self.buffer);
        let values = row.right().saturating_sub(cells.right() + 2);
        let half = values.saturating_sub(4) / 2;
        let old = Rect { x: cells.right() + 1, width: half, ..row };
        text::line(&from, self.theme.dim, old, self.buffer);
        text::line("->", self.theme.key, Rect { x: old.right() + 1, width: 2, ..row }, self.buffer);
        let new = Rect { x: old.right() + 4, width: half, ..row };
        text::line(&to, self.theme.edited, new, self.buffer);
    }
}

/// What the heading of a run says at its right.
const LIST: &str = "Enter lists them";

/// `37 Cases`
fn rows(line: &ReviewLine, table: &str) -> String {
    format!("{} {table}", grouped(line.items.len() as u64))
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

/// A value that an operation brings.
fn brings(label: &str, value: &str, style: Style, theme: &Theme, row: Rect, buffer: &mut Buffer) {
    let label_width = (row.width / 4).min(28);
    text::line(label, style, Rect { x: row.x + 10, width: label_width, ..row }, buffer);
    let x = row.x + 11 + label_width;
    let cells = Rect { x, width: row.right().saturating_sub(x + 1), ..row };
    text::line(&short(value), theme.edited, cells, buffer);
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
