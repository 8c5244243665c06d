//! The editor of a lookup: what is typed, the rows it could mean, how far the search is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{panel, text};
use crate::app::App;
use crate::app::overlay::lookup::{HEIGHT, Lookup};
use crate::app::tickets::Slot;
use crate::tui::theme::Theme;

/// Cells of the kind of a row.
const KIND: u16 = 18;
/// Cells of what stands beside it.
const NOTE: u16 = 8;

/// Draws the editor; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    lookup: &Lookup,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let height = HEIGHT.min(usize::from(screen.height) / 2) as u16;
    let area = panel::open(height + 3, focus, theme, screen, buffer);
    let head = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let half = head.width / 2;
    let title = lookup.title(&app.meant(&lookup.target));
    text::line(&title, theme.bar, Rect { width: head.width - half, ..head }, buffer);
    let right = Rect { x: head.right() - half, width: half, ..head };
    text::line_right(&kinds(lookup), theme.dim, right, buffer);
    let line = Rect { y: head.y + 1, ..head };
    text::line(">", theme.key, line, buffer);
    let field = Rect { x: line.x + 2, width: line.width.saturating_sub(2), ..line };
    let place = text::field(&lookup.line, theme.bar, field, buffer);
    let rows = usize::from(height);
    let cursor = lookup.list.cursor;
    let top = (cursor + 1).saturating_sub(rows).max(lookup.list.top.min(cursor));
    for (offset, (index, candidate)) in
        lookup.candidates().iter().enumerate().skip(top).take(rows).enumerate()
    {
        let row = Rect { y: head.y + 2 + offset as u16, ..head };
        let style = if index == cursor { theme.cursor } else { Style::new() };
        if index == cursor {
            buffer.set_string(row.x, row.y, ">", style);
        }
        let beside = (KIND + NOTE).min(row.width / 2);
        let name = Rect { x: row.x + 2, width: row.width.saturating_sub(beside + 3), ..row };
        text::line(&candidate.hit.name, style, name, buffer);
        let kind = Rect { x: row.right() - beside, width: beside.saturating_sub(NOTE), ..row };
        text::line(&candidate.hit.table.display_name, theme.dim, kind, buffer);
        let note = Rect { x: kind.right(), width: NOTE.min(beside), ..row };
        text::line(candidate.note, theme.dim, note, buffer);
    }
    let last = Rect { y: head.y + 2 + height, ..head };
    match &lookup.problem {
        Some(problem) => text::line(&format!("! {problem}"), theme.problem, last, buffer),
        None => text::line(&foot(app, lookup), theme.dim, last, buffer),
    }
    place
}

/// The kinds of rows, or the one that is wanted.
fn kinds(lookup: &Lookup) -> String {
    let name = |kind: &crate::dataverse::Table| kind.display_name.clone();
    match (lookup.kind.and_then(|kind| lookup.kinds.get(kind)), lookup.kinds.as_slice()) {
        (Some(kind), _) => format!("only {}", name(kind)),
        (None, kinds @ ([_] | [_, _] | [_, _, _])) => kinds.iter().map(name).collect::<Vec<_>>().join(", "),
        (None, kinds) => format!("{} kinds of rows", kinds.len()),
    }
}

/// How far the search is.
fn foot(app: &App, lookup: &Lookup) -> String {
    let typed = lookup.line.text().trim();
    match lookup.found() {
        _ if lookup.is_wishing() => "Reading how this is written, then it is staged ...".to_owned(),
        _ if typed.is_empty() => "Type a name, or paste an id or the address of a row.".to_owned(),
        Some(0) => format!("No row on the server has `{typed}`."),
        Some(1) => format!("1 row on the server for `{typed}`"),
        Some(count) => format!("{count} rows on the server for `{typed}`"),
        None if app.tickets.is_busy(Slot::LookUp) || lookup.is_due() => format!("Looking for `{typed}` ..."),
        None => String::new(),
    }
}
