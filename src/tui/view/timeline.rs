//! The timeline of a record: a line an entry, the newest first; below or beside them the text of the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{problem, text};
use crate::app::App;
use crate::app::load::Load;
use crate::app::screen::Record;
use crate::app::screen::timeline::{Happened, Happenings, due_day, heights, is_wide, named, when};
use crate::app::tickets::Slot;
use crate::tui::theme::Theme;

/// Where the columns begin.
const WHEN: u16 = 3;
const KIND: u16 = 17;
const WHO: u16 = 27;
const SUMMARY: u16 = 44;

/// What stands beside the tabs.
pub(super) fn context(record: &Record) -> String {
    record.timeline.load.value().filter(|value| !value.none).map(Happenings::counts).unwrap_or_default()
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
    let timeline = &record.timeline;
    let unsent = app.unsent_on(&record.key());
    let happenings = match (timeline.load.value(), &timeline.load) {
        (Some(value), _) if !(value.entries.is_empty() && unsent.is_empty()) => value,
        (None, Load::Failed(failure, _)) => {
            problem::draw(app, failure, theme, inner, buffer);
            return None;
        }
        (value, _) => {
            for (y, line) in (inner.y..inner.bottom()).zip(nothing(app, record, value)) {
                text::line(&app.with_keys(&line), theme.dim, Rect { y, height: 1, ..inner }, buffer);
            }
            return None;
        }
    };
    let wide = is_wide(app.size);
    let (height, below) = heights(app.size);
    let list = Rect { width: if wide { body.width / 2 } else { body.width }, ..body };
    let head = Rect { height: 1, ..list };
    for (name, from) in [("When", WHEN), ("Kind", KIND), ("Who", WHO), ("Summary", SUMMARY)] {
        text::line(name, theme.heading, at(head, from), buffer);
    }
    let mut cursor = None;
    let rows = list.y + 1..(list.y + 1 + height as u16).min(list.bottom());
    let place = timeline.place(unsent.len());
    let all = unsent.iter().chain(&happenings.entries).enumerate();
    for (y, (index, happened)) in rows.zip(all.skip(timeline.list.top)) {
        let row = Rect { y, height: 1, ..list };
        let is_current = Some(index) == place;
        if is_current {
            text::line(">", theme.cursor, row, buffer);
            cursor = Some(Position { x: row.x, y });
        }
        line(app, happened, if is_current { theme.cursor } else { Style::new() }, theme, row, buffer);
    }
    let Some(happened) = timeline.current(&unsent) else { return cursor };
    let room = if wide {
        for y in body.y..body.bottom() {
            buffer.set_string(list.right(), y, "|", theme.dim);
        }
        Rect { x: list.right() + 2, width: (body.width - list.width).saturating_sub(3), ..body }
    } else {
        let rule = list.y + 1 + height as u16;
        buffer.set_string(body.x, rule, "-".repeat(usize::from(body.width)), theme.dim);
        Rect { x: body.x + 3, y: rule + 1, width: body.width.saturating_sub(4), height: below as u16 }
    };
    details(app, happened, happenings, theme, room, buffer);
    cursor
}

/// What is shown instead of a list: why it is empty, what leads on.
fn nothing(app: &App, record: &Record, value: Option<&Happenings>) -> Vec<String> {
    let table = &record.table;
    match value {
        None if app.tickets.is_busy(Slot::Timeline) => {
            vec!["Reading the timeline ...".to_owned(), "Ctrl-C stops   Esc back".to_owned()]
        }
        None => vec!["The timeline was not read.".to_owned(), "r reads it   Esc back".to_owned()],
        Some(value) if value.none => vec![
            format!("{} have no notes and no activities.", table.collection_name),
            "1 the form   2 the JSON   Esc back".to_owned(),
        ],
        Some(value) if !value.hidden.is_empty() => vec![
            format!("You may not read the {} of this row.", value.hidden.join(" and ")),
            "r reads again   g d look closer   Esc back".to_owned(),
        ],
        Some(_) => vec![
            format!("Nothing has happened on this {} yet.", table.display_name.to_lowercase()),
            "a n writes the first note   r reads again   Esc back".to_owned(),
        ],
    }
}

fn line(app: &App, happened: &Happened, style: Style, theme: &Theme, row: Rect, buffer: &mut Buffer) {
    let entry = &happened.entry;
    let (moment, colour) = match happened.unsent {
        Some(mark) => {
            text::line(&mark.to_string(), theme.edited, at(row, 1), buffer);
            ("not sent".to_owned(), if style == theme.cursor { style } else { theme.edited })
        }
        None => (entry.at.map_or_else(|| "-".to_owned(), |at| when(&app.zone, app.now, at)), style),
    };
    text::line(&moment, colour, Rect { width: KIND - WHEN - 1, ..at(row, WHEN) }, buffer);
    text::line(&happened.kind(), style, Rect { width: WHO - KIND - 1, ..at(row, KIND) }, buffer);
    let who = entry.who.as_deref().unwrap_or("-");
    let who_width = (SUMMARY - WHO - 1).min(row.width.saturating_sub(WHO));
    text::line(who, style, Rect { width: who_width, ..at(row, WHO) }, buffer);
    let mut room = at(row, SUMMARY);
    room.width = room.width.saturating_sub(1);
    if entry.open {
        let open = if style == theme.cursor { style } else { theme.problem };
        text::line("OPEN", open, room, buffer);
        room = at(room, 5);
        let due = entry.due.map(|due| format!("due {}", due_day(&app.zone, app.now, due)));
        let due = due.unwrap_or_default();
        text::line_right(&due, open, room, buffer);
        room.width = room.width.saturating_sub(due.width() as u16 + u16::from(!due.is_empty()));
    }
    let summary = match entry.files.as_slice() {
        [file] if entry.subject.as_deref() == Some(&file.name) => happened.summary().to_owned(),
        [] => happened.summary().to_owned(),
        [file] => format!("{} [{}]", happened.summary(), named(file)),
        [file, more @ ..] => format!("{} [{} +{}]", happened.summary(), named(file), more.len()),
    };
    text::line(&summary, style, room, buffer);
}

fn details(
    app: &App,
    happened: &Happened,
    happenings: &Happenings,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut foot = Vec::new();
    if !happenings.hidden.is_empty() {
        foot.push(format!("You may not read the {} of this row.", happenings.hidden.join(" and ")));
    }
    let mut told = happened.text(&app.zone);
    let files = happened.entry.files.len();
    if let (Some(last), 1.., None) = (told.last_mut(), files, happened.unsent) {
        last.push_str(", "); // files are what is told last
        last.push_str(&app.with_keys(if files == 1 { "s saves it" } else { "s saves one" }));
    }
    let lines: Vec<(String, Style)> = told
        .iter()
        .enumerate()
        .flat_map(|(index, line)| {
            let style = if index == 0 { theme.bar } else { Style::new() };
            text::wrap(line, usize::from(area.width)).into_iter().map(move |line| (line, style))
        })
        .collect();
    let mut room = usize::from(area.height).saturating_sub(foot.len());
    if lines.len() > room {
        room = room.saturating_sub(1);
        foot.insert(0, app.with_keys("... more text   Enter reads all of it").into_owned());
    }
    let shown = lines.into_iter().take(room).chain(foot.into_iter().map(|line| (line, theme.dim)));
    for (y, (line, style)) in (area.y..area.bottom()).zip(shown) {
        text::line(&line, style, Rect { y, height: 1, ..area }, buffer);
    }
}

fn at(row: Rect, cells: u16) -> Rect {
    let cells = cells.min(row.width);
    Rect { x: row.x + cells, width: row.width - cells, ..row }
}
