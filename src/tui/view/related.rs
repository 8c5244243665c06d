//! The relationships of a record: a line each, what is on the other side and how many.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{problem, text};
use crate::app::App;
use crate::app::load::Load;
use crate::app::screen::Record;
use crate::app::screen::related::{Count, RelatedLine};
use crate::app::tickets::Slot;
use crate::text::grouped;
use crate::tui::theme::Theme;

/// Cells of kind and count.
const KIND: u16 = 5;
const COUNT: u16 = 8;

/// Where the columns begin: relationship, table, kind, count, note.
fn places(width: u16) -> [u16; 5] {
    let table = (3 + width / 3).clamp(22, 48);
    let kind = table + (width / 5).clamp(12, 30);
    [3, table, kind, kind + KIND, kind + KIND + COUNT + 2]
}

/// What stands beside the tabs.
pub(super) fn context(record: &Record) -> String {
    let (all, told) = record.related.told;
    match record.related.lines.value() {
        Some(_) if told < all => format!("{told} of {all} counted"),
        Some(_) => format!("all {all} counted"),
        None => String::new(),
    }
}

/// Draws the tab; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    record: &Record,
    theme: &Theme,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let inner = Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body };
    let related = &record.related;
    let lines = match (related.lines.value(), &related.lines) {
        (Some(lines), _) if !lines.is_empty() => lines,
        (None, Load::Failed(failure, _)) => {
            problem::draw(app, failure, theme, inner, buffer);
            return None;
        }
        (lines, _) => {
            for (y, line) in (inner.y..inner.bottom()).zip(nothing(app, record, lines.is_some())) {
                text::line(&app.with_keys(&line), theme.dim, Rect { y, height: 1, ..inner }, buffer);
            }
            return None;
        }
    };
    let places = places(body.width);
    let head = Rect { height: 1, ..body };
    for (name, cell) in ["Relationship", "Table", "Kind", "", "Note"].iter().zip(cells(head, places)) {
        text::line(name, theme.heading, cell, buffer);
    }
    text::line_right("Count", theme.heading, count_cell(head, places), buffer);
    let mut cursor = None;
    for (y, (index, line)) in (body.y + 1..body.bottom()).zip(lines.iter().enumerate().skip(related.list.top))
    {
        let row = Rect { y, height: 1, ..body };
        let is_current = index == related.list.cursor;
        if is_current {
            text::line(">", theme.cursor, row, buffer);
            cursor = Some(Position { x: row.x, y });
        }
        let style = if is_current { theme.cursor } else { Style::new() };
        draw_line(app, record, line, style, (row, places), buffer);
    }
    cursor
}

fn draw_line(
    app: &App,
    record: &Record,
    line: &RelatedLine,
    style: Style,
    (row, places): (Rect, [u16; 5]),
    buffer: &mut Buffer,
) {
    let staged = line.relationship.lookup().and_then(|column| app.staged(&record.key(), column));
    let note = match staged {
        Some(staged) => Cow::Owned(format!("-> {}", staged.text)),
        None => Cow::Borrowed(line.note()),
    };
    if staged.is_some() {
        text::line("~", style, Rect { x: row.x + 1, width: 1, ..row }, buffer);
    }
    let said = [line.label.as_str(), &line.table_name, line.kind(), "", &note];
    for (said, cell) in said.iter().zip(cells(row, places)) {
        text::line(said, style, cell, buffer);
    }
    text::line_right(&count(app, line), style, count_cell(row, places), buffer);
}

/// The number; `none`; `-` for what was not asked for, `refused` for what the server does not tell.
fn count(app: &App, line: &RelatedLine) -> Cow<'static, str> {
    match &line.count {
        Count::Known(count) if count.total.rows == 0 => "none".into(),
        Count::Known(count) => {
            format!("{}{}", grouped(count.total.rows), if count.total.capped { "+" } else { "" }).into()
        }
        Count::Refused(_) => "refused".into(),
        Count::Unknown if app.is_counted(&line.relationship) => "...".into(),
        Count::Unknown | Count::Unread => "-".into(),
    }
}

/// What is shown instead of a list.
fn nothing(app: &App, record: &Record, is_here: bool) -> Vec<String> {
    match is_here {
        false if app.tickets.is_busy(Slot::Relationships) => {
            vec!["Reading the relationships ...".to_owned(), "Ctrl-C stops   Esc back".to_owned()]
        }
        false => vec!["The relationships were not read.".to_owned(), "r reads them   Esc back".to_owned()],
        true => vec![
            format!("Nothing is related to this {}.", record.table.display_name.to_lowercase()),
            "z e shows what is empty   1 the form   Esc back".to_owned(),
        ],
    }
}

/// The cells of a line; each ends before the next one begins.
fn cells(row: Rect, places: [u16; 5]) -> [Rect; 5] {
    std::array::from_fn(|index| {
        let from = places[index].min(row.width);
        let to = places.get(index + 1).map_or(row.width, |next| next.saturating_sub(1).min(row.width));
        Rect { x: row.x + from, width: to.saturating_sub(from), ..row }
    })
}

fn count_cell(row: Rect, places: [u16; 5]) -> Rect {
    let from = places[3].min(row.width);
    Rect { x: row.x + from, width: COUNT.min(row.width - from), ..row }
}
