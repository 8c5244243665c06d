//! The panels of one environment: what a person says of it, and what it says of itself.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{panel, problem, text};
use crate::app::App;
use crate::app::overlay::details::Details;
use crate::app::overlay::tags::{FIELDS, TagForm};
use crate::tui::theme::Theme;

/// Cells of a label.
const LABEL: u16 = 18;

/// Draws the form; answers where the cursor is.
pub(super) fn draw(
    form: &TagForm,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let area = panel::open(FIELDS.len() as u16 + 2, focus, theme, screen, buffer);
    let line = |y: u16| Rect {
        x: area.x + 1,
        y: area.y + y,
        width: area.width.saturating_sub(2),
        height: u16::from(y < area.height),
    };
    let profile = match &form.place.profile {
        Some(name) => format!("profile {name}"),
        None => "a new profile".to_owned(),
    };
    text::line(&format!("{}, {profile}", form.place.name), theme.bar, line(0), buffer);
    let mut cursor = None;
    for (index, field) in FIELDS.into_iter().enumerate() {
        let row = line(index as u16 + 1);
        let is_current = index == form.at;
        let style = if is_current { theme.cursor } else { Style::new() };
        if is_current {
            text::line(">", style, row, buffer);
        }
        text::line(field.label(), style, Rect { x: row.x + 2, width: 12, ..row }, buffer);
        let value = Rect { x: row.x + 14, width: 22, ..row };
        match form.line(field) {
            Some(typed) => {
                let place = text::field(typed, style, value, buffer);
                cursor = cursor.or(place.filter(|_| is_current));
            }
            None => {
                text::line(form.choice(field), style, value, buffer);
                cursor = cursor.or(is_current.then_some(Position { x: value.x, y: value.y }));
            }
        }
        let hint = Rect { x: row.x + 37, width: row.width.saturating_sub(37), ..row };
        text::line(field.hint(), theme.dim, hint, buffer);
    }
    cursor
}

/// Draws what is known of an environment.
pub(super) fn details(
    app: &App,
    details: &Details,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let facts = details.facts();
    let failure = details.asked.problem();
    let room = facts.len() as u16 + 1;
    let told = failure.map_or(u16::from(details.asked.is_pending()), |failure| {
        problem::height(app, failure, screen.width.saturating_sub(2))
    });
    let area = panel::open(room + told, focus, theme, screen, buffer);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let line = |y: u16| Rect { y: area.y + y, height: u16::from(y < area.height), ..inner };
    text::line(&details.place.name, theme.bar, line(0), buffer);
    for (y, (label, value)) in (1..).zip(&facts) {
        text::line(label, theme.dim, Rect { x: inner.x + 2, width: LABEL, ..line(y) }, buffer);
        let cells = Rect { x: inner.x + 2 + LABEL, width: inner.width.saturating_sub(2 + LABEL), ..line(y) };
        text::line(value, Style::new(), cells, buffer);
    }
    let below = Rect { y: area.y + room.min(area.height), height: area.height.saturating_sub(room), ..inner };
    match failure {
        Some(failure) => {
            problem::draw(app, failure, theme, below, buffer);
        }
        None if details.asked.is_pending() => {
            text::line("Asking who you are there ...", theme.dim, Rect { x: below.x + 2, ..below }, buffer);
        }
        None => {}
    }
    Some(Position { x: inner.x, y: area.y })
}
