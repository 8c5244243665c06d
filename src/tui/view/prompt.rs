//! Questions and searches in the message line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::App;
use crate::app::line::Line as EditLine;
use crate::app::notice::Notice;
use crate::app::overlay::find::Find;
use crate::app::overlay::go_to::Offer;
use crate::app::overlay::prompt::{self, Confirm, Prompt};
use crate::tui::theme::Theme;

/// Lines of a question at most.
const LINES: usize = 4;
/// Cells for an answer that is typed.
const ANSWER: usize = 12;

/// Draws a question; `area` is the message line, longer questions grow upwards. The keys that answer are the hints below.
pub(super) fn draw(
    app: &App,
    prompt: &Prompt,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let width = usize::from(area.width).saturating_sub(2);
    let mut lines = text::wrap(&prompt::text(app, &prompt.question), width);
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            last.push_str(" ...");
        }
    }
    let typed = match prompt::confirm(app, &prompt.question) {
        Confirm::Text(text) => Some(format!("Type {text}: ")),
        Confirm::Key(_) => None,
    };
    let answer = typed.as_ref().map_or(0, |typed| typed.width() + ANSWER);
    if lines.last().is_some_and(|last| last.width() + 2 + answer > width) {
        lines.push(String::new());
    }
    let said = match &app.notice {
        Some(Notice::Info(said)) => Some(said),
        _ => None,
    };
    let height = (lines.len() + usize::from(said.is_some())) as u16;
    let over = Rect { y: area.bottom().saturating_sub(height), height, ..area };
    Clear.render(over, buffer);
    let mut row = Rect { x: over.x + 1, width: width as u16, height: 1, ..over };
    if let Some(said) = said {
        text::line(said, theme.dim, row, buffer);
        row.y += 1;
    }
    let last = lines.pop().unwrap_or_default();
    for line in &lines {
        text::line(line, theme.bar, row, buffer);
        row.y += 1;
    }
    text::line(&last, theme.bar, row, buffer);
    let gap = if last.is_empty() { 0 } else { 2 };
    let after = |cells: u16| {
        let x = (row.x + cells).min(row.right());
        Rect { x, width: row.right() - x, ..row }
    };
    let Some(typed) = typed else { return Some(after(last.width() as u16 + 1).as_position()) };
    let rest = after(last.width() as u16 + gap);
    text::line(&typed, theme.key, rest, buffer);
    text::field(&prompt.typed, theme.bar, after(last.width() as u16 + gap + typed.width() as u16), buffer)
}

/// Draws what is searched for.
pub(super) fn find(
    app: &App,
    find: &Find,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    Clear.render(area, buffer);
    said_above(app, theme, area, buffer);
    text::line("/", theme.key, Rect { x: area.x + 1, width: 1, ..area }, buffer);
    let field = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    text::field(&find.line, theme.bar, field, buffer)
}

/// Draws the address that is being typed.
pub(super) fn address(
    app: &App,
    line: &EditLine,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    labelled(app, "address: ", "contoso.crm4, or pasted from the browser", line, theme, area, buffer)
}

/// Draws the id, number or address of a row that is being typed.
pub(super) fn go_to(
    app: &App,
    line: &EditLine,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let example = "id, ticket number, address, or: account accountnumber=A-1";
    labelled(app, "go to: ", example, line, theme, area, buffer)
}

/// Draws somewhere to go to that is offered, with the keys that answer.
pub(super) fn offer(
    app: &App,
    offer: &Offer,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    const KEYS: &str = "Enter goes  Esc does not";
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let is_long = offer.question.width() + 2 + KEYS.len() > usize::from(inner.width);
    let above = Rect { y: area.y.saturating_sub(u16::from(is_long)), ..inner };
    Clear.render(area, buffer);
    Clear.render(Rect { y: above.y, ..area }, buffer);
    said_above(app, theme, above, buffer);
    let question = text::fit(&offer.question, usize::from(inner.width));
    text::line(&question, theme.bar, above, buffer);
    let x = if is_long { inner.x } else { inner.x + question.width() as u16 + 2 };
    text::line(KEYS, theme.key, Rect { x, width: inner.right().saturating_sub(x), ..inner }, buffer);
    Some(Position { x: x.saturating_sub(1), y: inner.y })
}

/// What was said last, in the line above a field.
fn said_above(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if let Some(Notice::Info(said)) = &app.notice {
        let above = Rect { x: 0, y: area.y.saturating_sub(1), width: area.right() + 1, height: 1 };
        let above = above.intersection(buffer.area);
        Clear.render(above, buffer);
        text::line(
            said,
            theme.dim,
            Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..above },
            buffer,
        );
    }
}

fn labelled(
    app: &App,
    label: &str,
    example: &str,
    line: &EditLine,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    Clear.render(area, buffer);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    said_above(app, theme, area, buffer);
    text::line(label, theme.key, inner, buffer);
    let skip = label.len() as u16;
    if line.is_empty() {
        let free = Rect { x: inner.x + skip + 1, width: inner.width.saturating_sub(skip + 1), ..inner };
        text::line(&text::whole_parts(example, usize::from(free.width)), theme.dim, free, buffer);
    }
    let field = Rect { x: inner.x + skip, width: inner.width.saturating_sub(skip), ..inner };
    text::field(line, theme.bar, field, buffer)
}
