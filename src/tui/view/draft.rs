//! The form of what is made or done: a field a line, the options of a choice beside it, what it does below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{panel, text};
use crate::app::overlay::draft::{Draft, Field, Value, letters_of};
use crate::tui::theme::Theme;

/// Cells of a label and the mark before it.
const LABEL: u16 = 20;
/// Lines of a field of several lines.
const BOX: usize = 3;
/// Lines of open activities.
const OPEN: usize = 3;

/// Draws the form; answers where the cursor is.
pub(super) fn draw(
    draft: &Draft,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let heights: Vec<usize> = draft.fields.iter().map(height).collect();
    let below = draft.effects.len() + draft.open().len().min(OPEN) + 1;
    let wanted = 1 + heights.iter().sum::<usize>() + below;
    let area = panel::open(wanted as u16, focus, theme, screen, buffer);
    let head =
        Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: area.height.min(1), ..area };
    text::line(&draft.title, theme.bar, head, buffer);
    text::line_right("staged, sent by w", theme.dim, head, buffer);
    // When there are more fields than room, the one with the cursor is in sight.
    let room = usize::from(area.height).saturating_sub(1 + below);
    let current = draft.at.checked_sub(draft.fields.len());
    let room = if current.is_none() { room.max(BOX) } else { room };
    let mut first = 0;
    while heights[first..heights.len().min(draft.at + 1)].iter().sum::<usize>() > room && first < draft.at {
        first += 1;
    }
    let mut cursor = None;
    let mut y = area.y + 1;
    let end = (area.y + 1 + room as u16).min(area.bottom());
    for (index, field) in draft.fields.iter().enumerate().skip(first) {
        if y >= end {
            break;
        }
        let lines = (heights[index] as u16).min(end - y);
        let place = Rect { x: head.x, y, width: head.width, height: lines };
        let at = one(field, index == draft.at, theme, place, buffer);
        cursor = cursor.or(at);
        y += lines;
    }
    for effect in &draft.effects {
        if y < area.bottom() {
            text::line(effect, theme.dim, Rect { y, height: 1, ..head }, buffer);
            y += 1;
        }
    }
    let top = current.map_or(0, |current| (current + 1).saturating_sub(OPEN));
    for (index, activity) in draft.open().iter().enumerate().skip(top).take(OPEN) {
        if y >= area.bottom() {
            break;
        }
        let due = activity.due.as_ref().map(|due| format!("   due {due}")).unwrap_or_default();
        let said = format!("  {}  {}{due}", activity.kind, activity.subject);
        let row = Rect { y, height: 1, ..head };
        let is_current = current == Some(index);
        text::line(&said, if is_current { theme.cursor } else { theme.dim }, row, buffer);
        if is_current {
            text::line(">", theme.cursor, row, buffer);
            cursor = Some(Position { x: row.x + 2, y });
        }
        y += 1;
    }
    if y < area.bottom() {
        let last = Rect { y, height: 1, ..head };
        match &draft.problem {
            Some(problem) => text::line(&format!("! {problem}"), theme.problem, last, buffer),
            None => {
                let labels: Vec<&str> = draft.missing().map(|(_, field)| field.label.as_str()).collect();
                if !labels.is_empty() {
                    text::line(&format!("Required: {}", labels.join(", ")), theme.dim, last, buffer);
                }
            }
        }
    }
    cursor.or(focus)
}

fn height(field: &Field) -> usize {
    match &field.value {
        Value::Lines(lines) => lines.lines().len().clamp(1, BOX),
        Value::Line(_) | Value::File { .. } | Value::Pick { .. } | Value::Row { .. } => 1,
    }
}

fn one(field: &Field, current: bool, theme: &Theme, place: Rect, buffer: &mut Buffer) -> Option<Position> {
    let style = if current { theme.cursor } else { Style::new() };
    let row = Rect { height: 1, ..place };
    if current {
        text::line(">", style, row, buffer);
    }
    text::line(&field.label, style, Rect { x: row.x + 2, width: LABEL - 4, ..row }, buffer);
    if field.required {
        text::line("!", theme.key, Rect { x: row.x + LABEL - 2, width: 1, ..row }, buffer);
    }
    let value = Rect { x: row.x + LABEL, width: row.width.saturating_sub(LABEL), ..row };
    let here = current.then_some(Position { x: value.x, y: value.y });
    match &field.value {
        Value::Line(line) => text::field(line, style, value, buffer).filter(|_| current),
        Value::File { line, .. } => {
            if line.is_empty() {
                let said = Rect { x: value.x + 1, width: value.width.saturating_sub(1), ..value };
                text::line("path of a file, ~/ is your home", theme.dim, said, buffer);
            }
            text::field(line, style, value, buffer).filter(|_| current)
        }
        Value::Lines(lines) => {
            let top = (lines.row() + 1).saturating_sub(usize::from(place.height));
            let mut cursor = None;
            let seen = lines.lines().iter().enumerate().skip(top).take(usize::from(place.height));
            for (offset, (index, line)) in (0u16..).zip(seen) {
                let at = text::field(line, style, Rect { y: value.y + offset, ..value }, buffer);
                if index == lines.row() {
                    cursor = at;
                }
            }
            cursor.filter(|_| current)
        }
        Value::Pick { options, at } => {
            let label = at.and_then(|at| options.get(at)).map_or("-", |pick| &*pick.staged.text);
            text::line(&format!("[{label}]"), style, value, buffer);
            if current {
                let letters = letters_of(options).into_iter().zip(options);
                let said: Vec<String> = letters
                    .filter_map(|(letter, pick)| Some(format!("{} {}", letter?, pick.staged.text)))
                    .collect();
                let used = 4 + label.chars().count() as u16;
                let rest = Rect {
                    x: value.x + used.min(value.width),
                    width: value.width.saturating_sub(used),
                    ..value
                };
                text::line(&said.join("  "), theme.dim, rest, buffer);
            }
            here
        }
        Value::Row { hit, .. } => {
            let name = hit.as_ref().map_or("-", |hit| &*hit.name);
            let said = if current { format!("{name}   Enter searches") } else { name.to_owned() };
            text::line(&said, style, value, buffer);
            here
        }
    }
}
