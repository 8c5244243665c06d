//! A refused save: what happened, and after a second look the three sides of each column, over everything between
//! row 1 and the message line.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use super::{audit, changed, text};
use crate::app::edit::short;
use crate::app::load::Load;
use crate::app::overlay::conflict::{Compared, Conflict, Decision, Side};
use crate::app::overlay::prompt;
use crate::app::overlay::whole::broken;
use crate::app::pending::{PendingRow, RowState};
use crate::app::tickets::Slot;
use crate::app::{App, panes};
use crate::tui::theme::Theme;

/// Cells of a row that say whose value it is to be.
const DECISION: u16 = 11;

/// Draws the screen; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    conflict: &Conflict,
    focus: Option<Position>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let Some(row) = app.pending.row(&conflict.key.table, conflict.key.id) else { return focus };
    Clear.render(area, buffer);
    let (left, right) = panes::compared_and_audit(app.size);
    let area = match right.filter(|_| conflict.audit != Load::Idle) {
        Some(right) => {
            let pane = Rect { x: area.x + right.x, width: right.width, ..area };
            audit::draw(app, row, conflict, theme, pane.intersection(area), buffer);
            Rect { width: left.width.min(area.width), ..area }
        }
        None => area,
    };
    let line = |y: u16| Rect {
        x: area.x + 1,
        y: area.y + y,
        width: area.width.saturating_sub(2),
        height: u16::from(y < area.height),
    };
    let what = if matches!(row.state, RowState::Unknown(_)) { "Lost answer" } else { "Conflict" };
    let head = format!("{what}: {} {}", row.target.table.display_name, row.target.name);
    text::line(&head, theme.heading, line(0), buffer);
    let Some(compared) = &conflict.compared else {
        unread(app, row, theme, line, buffer);
        return Some(Position { x: area.x + 1, y: area.y });
    };
    text::line(
        &format!("{}, after you read it.", compared.who.as_deref().unwrap_or("Somebody changed it")),
        Style::new(),
        line(1),
        buffer,
    );
    let heading = ["Field", "When you read", "On the server", "Yours"];
    cells(heading, "", theme.heading, line(2), buffer);
    let height = app.size.conflict_height();
    let seen = compared.sides.iter().enumerate().skip(conflict.list.top).take(height);
    let mut y = 3;
    let mut cursor = None;
    for (at, side) in seen {
        let place = line(y);
        if at == conflict.list.cursor {
            buffer.set_string(area.x, place.y, ">", theme.cursor);
            cursor = Some(Position { x: area.x, y: place.y });
        }
        draw_side(side, theme, place, buffer);
        y += 1;
    }
    let below = compared.sides.len().saturating_sub(conflict.list.top + height);
    if below > 0 {
        text::line(&format!("  and {below} more below"), theme.dim, line(y), buffer);
        y += 1;
    }
    y += 1;
    for said in explained(compared) {
        text::line(&said, theme.dim, line(y), buffer);
        y += 1;
    }
    if let Some(side) = compared.sides.get(conflict.list.cursor)
        && is_long(side, line(0).width)
        && y + 3 < area.height
    {
        let rest = Rect { y: area.y + y + 1, height: area.height - y - 1, ..line(0) };
        beside(side, theme, rest, buffer);
    }
    cursor.or(Some(Position { x: area.x, y: area.y }))
}

fn unread(app: &App, row: &PendingRow, theme: &Theme, line: impl Fn(u16) -> Rect, buffer: &mut Buffer) {
    let (what, why) = match &row.state {
        RowState::Unknown(_) => (
            format!("! Perhaps saved: {}. The answer was lost.", prompt::changes(row)),
            "  Reading the record again tells whether it was.",
        ),
        _ => (
            format!("! Not saved: {} of {}.", prompt::changes(row), row.target.name),
            "  Someone changed the record after you read it (412). Your change is kept.",
        ),
    };
    text::line(&what, theme.problem, line(2), buffer);
    text::line(why, theme.dim, line(3), buffer);
    let reading = if app.tickets.is_busy(Slot::Row) { "  Reading the record again ..." } else { "" };
    text::line(reading, theme.dim, line(4), buffer);
}

fn explained(compared: &Compared) -> Vec<String> {
    let said = match compared.overlaps() {
        1 => "1 field was changed on both sides. Fields you did not touch keep the".to_owned(),
        count => format!("{count} fields were changed on both sides. Fields you did not touch keep the"),
    };
    vec![said, "server's value; only yours are sent. Nothing was saved yet.".to_owned()]
}

fn draw_side(side: &Side, theme: &Theme, place: Rect, buffer: &mut Buffer) {
    let (mark, style) = match (side.overlaps, side.decision) {
        (true, Decision::Open) => ("! ", theme.problem),
        (true, _) => ("! ", Style::new()),
        (false, _) if side.yours.is_some() => ("  ", Style::new()),
        (false, _) => ("  ", theme.dim),
    };
    let decision = match side.decision {
        Decision::Open => "-> ?",
        Decision::Mine => "-> [mine]",
        Decision::Theirs => "-> theirs",
    };
    let yours = side.yours.as_deref().map_or_else(|| "(unchanged)".to_owned(), short);
    let (label, read, server) = (format!("{mark}{}", side.label), short(&side.read), short(&side.server));
    cells([&label, &read, &server, &yours], decision, style, place, buffer);
}

/// The width of each of the four columns.
fn column_width(width: u16) -> u16 {
    width.saturating_sub(DECISION) / 4
}

fn cells(cells: [&str; 4], last: &str, style: Style, line: Rect, buffer: &mut Buffer) {
    if line.height == 0 {
        return;
    }
    let width = column_width(line.width);
    for (x, cell) in (0..4).zip(cells) {
        let place = Rect { x: line.x + x * width, width: width.saturating_sub(1), ..line };
        text::line(cell, style, place, buffer);
    }
    text::line(last, style, Rect { x: line.x + 4 * width, width: DECISION, ..line }, buffer);
}

/// A value does not fit into its cell.
fn is_long(side: &Side, width: u16) -> bool {
    let room = usize::from(column_width(width).saturating_sub(1)).min(40);
    let values = [Some(&side.read), Some(&side.server), side.yours.as_ref()];
    values.into_iter().flatten().any(|value| value.contains('\n') || value.chars().count() > room)
}

/// The values of one column in full, side by side, with the words that differ. `+` is at a line that has some.
fn beside(side: &Side, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let yours = side.yours.as_deref().unwrap_or("(unchanged)");
    let removed =
        if side.yours_changed.old.is_empty() { &side.theirs_changed.old } else { &side.yours_changed.old };
    let values = [
        ("When you read", side.read.as_str(), removed),
        ("On the server", side.server.as_str(), &side.theirs_changed.new),
        ("Yours", yours, &side.yours_changed.new),
    ];
    let width = area.width / 3;
    for (x, (title, value, changed)) in (0..3).zip(values) {
        let place = Rect { x: area.x + x * width, width: width.saturating_sub(1), ..area };
        text::line(title, theme.heading, Rect { height: 1, ..place }, buffer);
        let body = Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place };
        words(value, changed, theme, body, buffer);
    }
}

/// The part of a text around its first changed words.
fn words(value: &str, changed: &[Range<usize>], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let seen = changed::seen(value, changed);
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let lines = broken(&value[seen.clone()], width);
    let lines: Vec<_> =
        lines.into_iter().map(|line| line.start + seen.start..line.end + seen.start).collect();
    let rows = usize::from(area.height);
    // The first line that differs is seen, with the one before it.
    let top = match lines.iter().position(|line| changed::differs(line, changed)) {
        Some(at) if at >= rows => at - 1,
        _ => 0,
    };
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(top)) {
        let place = Rect { x: area.x + 2, y, width: area.width.saturating_sub(2), height: 1 };
        if changed::differs(line, changed) {
            buffer.set_string(area.x, y, "+", theme.key);
        }
        changed::line(value, line, changed, theme, place, buffer);
    }
}
