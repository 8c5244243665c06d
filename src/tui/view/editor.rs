//! The editor of a value: what it is, what is typed, what that was understood as or why it is refused.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use unicode_width::UnicodeWidthStr;

use super::{panel, text};
use crate::app::App;
use crate::app::field::{self, date, text as limits};
use crate::app::line::Line;
use crate::app::overlay::editor::{Editor, Typed};
use crate::dataverse::ColumnKind;
use crate::tui::theme::Theme;

/// Lines of the box for text of several lines.
const BOX: usize = 3;

/// Draws the editor; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    editor: &Editor,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let lines = match &editor.typed {
        Typed::Line(_) => 1,
        Typed::Lines(_) => BOX as u16,
    };
    let area = panel::open(lines + 2, focus, theme, screen, buffer);
    let head = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let limit = limit(&editor.column.kind);
    let room = (limit.width() as u16 + 2).min(head.width / 2);
    let title = format!("{} of {}", editor.column.display_name, app.meant(&editor.target));
    text::line(&title, theme.bar, Rect { width: head.width - room, ..head }, buffer);
    let right = Rect { x: head.right() - head.width / 2, width: head.width / 2, ..head };
    text::line_right(&limit, theme.dim, right, buffer);
    let cursor = match &editor.typed {
        Typed::Line(line) => input(line, ">", theme, Rect { y: head.y + 1, ..head }, buffer),
        Typed::Lines(typed) => {
            let top = (typed.row() + 1).saturating_sub(BOX);
            let mut cursor = None;
            for (offset, (index, line)) in typed.lines().iter().enumerate().skip(top).take(BOX).enumerate() {
                let row = Rect { y: head.y + 1 + offset as u16, ..head };
                let at = input(line, "|", theme, row, buffer);
                if index == typed.row() {
                    cursor = at;
                }
            }
            cursor
        }
    };
    let last = Rect { y: head.y + 1 + lines, ..head };
    match said(app, editor) {
        Said::Refused(reason) => text::line(&format!("! {reason}"), theme.problem, last, buffer),
        Said::Understood(words) => text::line(&words, theme.dim, last, buffer),
    }
    cursor
}

fn input(line: &Line, mark: &str, theme: &Theme, row: Rect, buffer: &mut Buffer) -> Option<Position> {
    text::line(mark, theme.key, row, buffer);
    text::field(line, theme.bar, Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row }, buffer)
}

enum Said {
    Refused(String),
    Understood(String),
}

/// What is said under the text: why Enter was refused, or what Enter would stage.
fn said(app: &App, editor: &Editor) -> Said {
    if let Some(problem) = &editor.problem {
        return Said::Refused(problem.clone());
    }
    let typed = editor.typed.text();
    match (&editor.column.kind, &editor.typed) {
        (ColumnKind::DateTime { behavior, .. }, _) if !typed.is_empty() || !editor.is_unchanged() => {
            let read = field::read(&editor.column, &typed, app.now, &app.zone);
            Said::Understood(match read {
                Ok(staged) => match date::interpretation(&staged, *behavior, app.now, &app.zone) {
                    Some(words) => format!("-> {words}"),
                    None => "-> empty".into(),
                },
                Err(reason) => reason,
            })
        }
        (ColumnKind::Text { max_length, .. } | ColumnKind::Memo { max_length }, lines) => {
            let count = limits::length(&typed);
            let of = max_length.map(|most| format!(" of {most}")).unwrap_or_default();
            let row = match lines {
                Typed::Lines(lines) => format!(", line {} of {}", lines.row() + 1, lines.lines().len()),
                Typed::Line(_) => String::new(),
            };
            Said::Understood(format!("{count}{of} characters{row}"))
        }
        (kind, _) if field::precision(kind).is_some() && !editor.is_unchanged() => {
            Said::Understood(match (editor.resolved(), app.read_editor(editor)) {
                (Ok(meant), Ok(staged)) if meant != typed => format!("-> {}", grouped(&staged.text)),
                (_, Ok(_)) => String::new(),
                (_, Err(reason)) => reason,
            })
        }
        _ => Said::Understood(String::new()),
    }
}

/// What may be typed.
fn limit(kind: &ColumnKind) -> String {
    let digits = |precision: &u32| match precision {
        0 => String::new(),
        1 => ", 1 decimal".to_owned(),
        more => format!(", {more} decimals"),
    };
    match kind {
        ColumnKind::Whole { min, max } => format!("{} to {}", grouped(min), grouped(max)),
        ColumnKind::Decimal { min, max, precision }
        | ColumnKind::Double { min, max, precision }
        | ColumnKind::Money { min, max, precision } => match (min, max) {
            (Some(min), Some(max)) => {
                format!("{} to {}{}", grouped(&min.normalize()), grouped(&max.normalize()), digits(precision))
            }
            _ => digits(precision).trim_start_matches(", ").to_owned(),
        },
        ColumnKind::DateTime { .. } => "tom  fri  +3d  eom  27 nov  2026-11-27".into(),
        _ => String::new(),
    }
}

/// A number that can be read: `100,000,000,000`.
fn grouped(number: &impl std::fmt::Display) -> String {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
    let digits = whole.trim_start_matches('-');
    let mut grouped = whole[..whole.len() - digits.len()].to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{grouped}.{fraction}"),
        None => grouped,
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn long_limits_are_grouped() {
        let given = ["100000000000", "-100000000000.5", "999", "-100", "0", "1000.25"];
        let shown = ["100,000,000,000", "-100,000,000,000.5", "999", "-100", "0", "1,000.25"];
        assert_eq!(given.map(|number| grouped(&number)), shown);
    }
}
