//! One row: the tabs in row 2, below them the form or the JSON.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{form, json, problem, text};
use crate::app::App;
use crate::app::load::Load;
use crate::app::screen::Record;
use crate::app::screen::record::Tab;
use crate::app::watch::Watch;
use crate::tui::theme::Theme;

/// Draws the screen.
pub(super) fn draw(
    app: &App,
    record: &Record,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let top = Rect { height: 1, ..area };
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let said = match (record.row.value(), record.tab) {
        (None, _) => String::new(),
        (Some(_), Tab::Form) => form::context(app, record),
        (Some(_), Tab::Json) => json::context(record),
    };
    let said = match app.reading_mark() {
        mark if record.row.is_pending() && !mark.is_empty() => format!("reading{mark}"),
        _ => said,
    };
    let watch = app.watch.as_ref().map(Watch::text);
    let parts = [Some(said).filter(|said| !said.is_empty()), watch, app.place_in_rows(record)];
    let said = parts.into_iter().flatten().collect::<Vec<_>>().join("   ");
    tabs(record.tab, &said, theme, top, buffer);
    match (record.row.value(), &record.row) {
        (Some(_), _) if record.tab == Tab::Form || !record.form.partial => match record.tab {
            Tab::Form => form::draw(app, record, theme, body, buffer),
            Tab::Json => json::draw(app, record, theme, body, buffer),
        },
        (_, Load::Failed(failure, _)) => {
            let inner = Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body };
            problem::draw(failure, theme, inner, buffer);
            None
        }
        _ => {
            let inner = Rect { x: body.x + 3, width: body.width.saturating_sub(4), height: 1, ..body };
            text::line("Reading the record ...   Ctrl-C stops   Esc back", theme.dim, inner, buffer);
            None
        }
    }
}

/// The tabs, the one that is seen in brackets; at the right what there is to know about it.
fn tabs(tab: Tab, said: &str, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut spans = vec![Span::raw(" ")];
    for (own, name) in [(Tab::Form, "1 Form"), (Tab::Json, "2 JSON")] {
        spans.push(match own == tab {
            true => Span::styled(format!("[{name}]"), theme.active),
            false => Span::styled(format!(" {name} "), theme.dim),
        });
    }
    let tabs = Line::from(spans);
    let used = tabs.width() as u16 + 2;
    tabs.render(area, buffer);
    let width = area.width.saturating_sub(used + 1);
    text::line_right(said, theme.dim, Rect { x: area.x + used, width, ..area }, buffer);
}
