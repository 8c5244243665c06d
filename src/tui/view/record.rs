//! One row: the tabs in row 2, below them the form or the JSON.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{beside, form, json, panel, problem, related, text, timeline};
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
        (_, Tab::Related) => related::context(record),
        (_, Tab::Timeline) => timeline::context(record),
        (None, _) => String::new(),
        (Some(_), Tab::Form) => form::context(app, record),
        (Some(_), Tab::Json) => json::context(&record.json, 40),
    };
    let said = match app.reading_mark() {
        mark if record.is_reading() && !mark.is_empty() => format!("reading{mark}"),
        _ => said,
    };
    let watch = app.watch.as_ref().map(Watch::text);
    let parts = [Some(said).filter(|said| !said.is_empty()), watch, app.place_in_rows(record)];
    let said = parts.into_iter().flatten().collect::<Vec<_>>().join("   ");
    tabs(record.tab, &said, theme, top, buffer);
    match record.tab {
        Tab::Related => {
            let middle = beside::draw(app, record, theme, area, buffer);
            return related::draw(app, record, theme, middle, buffer);
        }
        Tab::Timeline => return timeline::draw(app, record, theme, body, buffer),
        Tab::Form | Tab::Json => {}
    }
    match (record.row.value(), &record.row) {
        (Some(_), _) if record.tab == Tab::Form || !record.form.partial => {
            let cursor = match record.tab {
                Tab::Json => json::draw(app, record, theme, body, buffer),
                _ => form::draw(app, record, Some(record.form.list.cursor), theme, body, buffer),
            };
            if record.gone {
                gone(app, record, cursor, theme, area, buffer);
            }
            cursor
        }
        (_, Load::Failed(failure, _)) => {
            let inner = Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body };
            problem::draw(app, failure, theme, inner, buffer);
            None
        }
        _ => {
            let inner = Rect { x: body.x + 3, width: body.width.saturating_sub(4), height: 1, ..body };
            text::line("Reading the record ...   Ctrl-C stops   Esc back", theme.dim, inner, buffer);
            None
        }
    }
}

/// The row was deleted while it was read: what is still there, and what can be done.
fn gone(
    app: &App,
    record: &Record,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) {
    let staged = app.pending.row(&record.table.name, record.id).is_some();
    let lines = [
        "! Deleted on the server, or hidden from you. This is the row as it was read.",
        if staged { "Your edits cannot be sent: w shows them, and drops them there." } else { "" },
        "r look again   2 its JSON as it was   Esc back",
    ];
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let area = panel::open(lines.len() as u16, focus, theme, screen, buffer);
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        let style = if line.starts_with('!') { theme.problem } else { Style::new() };
        let row = Rect { x: area.x + 1, y, width: area.width.saturating_sub(2), height: 1 };
        text::line(&app.with_keys(line), style, row, buffer);
    }
}

/// The tabs, the one that is seen in brackets; at the right what there is to know about it.
fn tabs(tab: Tab, said: &str, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut spans = vec![Span::raw(" ")];
    let names = [
        (Tab::Form, "1 Form"),
        (Tab::Json, "2 JSON"),
        (Tab::Related, "3 Related"),
        (Tab::Timeline, "4 Timeline"),
    ];
    for (own, name) in names {
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
