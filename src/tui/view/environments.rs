//! The environments to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{problem, text};
use crate::app::App;
use crate::app::picker::Found;
use crate::app::places::Listed;
use crate::app::screen::Environments;
use crate::tui::theme::Theme;

/// First cell, width and heading of a column.
type Column = (u16, u16, &'static str);

/// From this width on there is room for the profile and a label.
const WIDE: u16 = 110;

/// Cells of the list where it has every column, and from which width on what is known stands beside it.
const LIST: u16 = 120;
const WITH_FACTS: u16 = 180;

/// What is said below the list where there is room.
const NOTES: [&str; 4] = [
    "Not listed? Type or paste an address:  a",
    "",
    "Type is what the environment says of itself. Unknown counts as PROD.",
    "PROD starts read-only; :rw unlocks a session for 15 minutes.",
];

/// Draws the screen: the filter in row 2, then the environments that match.
pub(super) fn draw(
    app: &App,
    screen: &Environments,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    let in_field = context(app, screen, theme, row(0), buffer);
    if screen.picker.found().is_empty() {
        let said = Rect {
            x: area.x + 1,
            y: area.y + 2,
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(2),
        };
        match app.places.problem().filter(|_| screen.picker.is_empty()) {
            Some(failure) => {
                problem::draw(app, failure, theme, said, buffer);
            }
            None => {
                for (y, line) in (0..said.height).zip(nothing(app, screen)) {
                    let row = Rect { y: said.y + y, height: 1, ..said };
                    text::line(&app.with_keys(&line), theme.dim, row, buffer);
                }
            }
        }
        return in_field;
    }
    let columns = columns(area.width);
    for (x, width, heading) in &columns {
        text::line(heading, theme.heading, Rect { x: area.x + x, width: *width, ..row(1) }, buffer);
    }
    let list = screen.picker.list;
    let mut cursor = None;
    let mut bottom = 2;
    let places = app.places.value().map_or(&[][..], Vec::as_slice);
    for ((index, found), y) in screen.picker.found().iter().enumerate().skip(list.top).zip(2..area.height) {
        let Some(place) = places.get(found.entry) else { continue };
        let is_current = index == list.cursor;
        let style = if is_current { theme.cursor } else { Style::new() };
        if is_current {
            text::line(">", style, row(y), buffer);
            cursor = Some(Position { x: area.x + columns[0].0, y: area.y + y });
        }
        if app.session.identity().is_some_and(|identity| identity.address == place.address) {
            text::line("*", style, Rect { x: area.x + 1, width: 1, ..row(y) }, buffer); // the present one
        }
        entry(app, place, found, &columns, style, theme, row(y), buffer);
        bottom = y + 1;
    }
    if let Some(current) = screen.current(app).filter(|_| area.width >= WITH_FACTS) {
        let beside =
            Rect { x: area.x + LIST, y: area.y + 1, width: area.width - LIST - 1, height: area.height - 1 };
        for y in beside.y..beside.bottom() {
            text::line("|", theme.dim, Rect { x: beside.x - 2, y, width: 1, height: 1 }, buffer);
        }
        facts(current, theme, beside, buffer);
    }
    notes(
        app,
        theme,
        Rect { y: area.y + bottom, height: area.height.saturating_sub(bottom), ..area },
        buffer,
    );
    in_field.or(cursor)
}

fn context(
    app: &App,
    screen: &Environments,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    let (count, all) = (screen.picker.found().len(), screen.picker.len());
    let count = if count == all { all.to_string() } else { format!("{count} of {all}") };
    let plural = if all == 1 { "environment" } else { "environments" };
    let reading = if app.places.is_pending() { app.reading_mark() } else { String::new() };
    text::line_right(&format!("{count} {plural}{reading} "), theme.dim, area, buffer);
    if screen.typing || !screen.picker.line.is_empty() {
        text::line("/ ", theme.key, inner, buffer);
        let field = Rect { x: inner.x + 2, width: inner.width.saturating_sub(28), ..inner };
        return text::field(&screen.picker.line, theme.bar, field, buffer).filter(|_| screen.typing);
    }
    text::line("/ filter   1-9 open", theme.dim, inner, buffer);
    None
}

/// What is shown instead of a list without lines: what, why, and where to go.
fn nothing(app: &App, screen: &Environments) -> Vec<String> {
    let typed = screen.picker.line.text();
    if !typed.is_empty() && !screen.picker.is_empty() {
        return vec![
            format!("No environment matches `{typed}`."),
            "Esc clears the text   a takes an address".into(),
        ];
    }
    if app.opening.is_some() {
        return vec!["Opening it ...".into(), "Ctrl-C stops".into()];
    }
    if app.places.is_pending() {
        return vec!["Asking Global Discovery for your environments ...".into(), "Ctrl-C stops".into()];
    }
    if app.places.value().is_none() {
        return vec![
            "Nobody is signed in, so no environments are listed.".into(),
            "g u signs in to list them   a takes an address   q quits".into(),
        ];
    }
    vec![
        "No environment lets you in, as far as Global Discovery knows.".into(),
        "a takes an address   X signs out, for somebody else   r asks again".into(),
    ]
}

fn columns(width: u16) -> Vec<Column> {
    let mut columns: Vec<Column> = vec![];
    let mut x = 3;
    let wishes: &[(u16, &str)] = match width {
        WIDE.. => &[
            (28, "Name"),
            (11, "Type"),
            (7, "Region"),
            (13, "Version"),
            (22, "Address"),
            (12, "Profile"),
            (9, "Label"),
            (6, "Last"),
        ],
        76.. => &[(19, "Name"), (11, "Type"), (7, "Region"), (12, "Version"), (17, "Address"), (6, "Last")],
        _ => &[(20, "Name"), (11, "Type"), (17, "Address"), (6, "Last")],
    };
    for (wish, heading) in wishes {
        let column = (*wish).min(width.saturating_sub(x));
        columns.push((x, column, heading));
        x += wish + 1;
    }
    columns
}

#[expect(clippy::too_many_arguments, reason = "one call, and each is of another kind")]
fn entry(
    app: &App,
    place: &Listed,
    found: &Found,
    columns: &[Column],
    style: Style,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let style = if place.disabled { theme.dim } else { style };
    for (x, width, heading) in columns {
        let cell = Rect { x: area.x + x, width: *width, ..area };
        let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        let (shown, matched) = match *heading {
            "Name" => (place.name.clone(), Some(0)),
            "Type" => (place.type_text(), None),
            "Region" => (or_dash(&place.region.to_lowercase()), None),
            "Version" => (or_dash(release(&place.version)), None),
            "Address" => (place.short.clone(), Some(1)),
            "Profile" => (or_dash(place.profile.as_deref().unwrap_or_default()), Some(2)),
            "Label" => (or_dash(&place.tags.label), Some(3)),
            _ => (place.used_text(app.now), None),
        };
        let style = match *heading {
            "Type" if place.production && !place.disabled => theme.production_text,
            "Label" | "Profile" if !place.tags.colour.is_empty() => theme.coloured(&place.tags.colour, style),
            _ => style,
        };
        text::line(&shown, style, cell, buffer);
        if let Some(text_of) = matched {
            text::highlight(&shown, found.letters_of(text_of), theme.matched, cell, buffer);
        }
    }
}

/// A version without its last part, which is among the facts: `9.2.25101`.
fn release(version: &str) -> &str {
    version.match_indices('.').nth(2).map_or(version, |(end, _)| &version[..end])
}

/// What is known of the environment under the cursor.
fn facts(place: &Listed, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    const LABEL: u16 = 18;
    let line = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    text::line(&place.name, theme.heading, line(0), buffer);
    for (y, (label, value)) in (1..area.height).zip(&place.facts) {
        text::line(label, theme.dim, Rect { width: LABEL, ..line(y) }, buffer);
        let cells = Rect { x: area.x + LABEL, width: area.width.saturating_sub(LABEL), ..line(y) };
        text::line(value, Style::new(), cells, buffer);
    }
}

/// What is worth knowing, from the bottom up, where the list leaves room.
fn notes(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let places = app.places.value().map_or(&[][..], Vec::as_slice);
    let last = places.iter().find(|place| place.used.is_some());
    let last = match (&app.opening, last) {
        (Some(address), _) => {
            let name =
                places.iter().find(|place| place.address == *address).map_or(address, |place| &place.name);
            Some(format!("Opening {name} ...   Ctrl-C stops"))
        }
        (None, Some(place)) if app.session.identity().is_none() => {
            Some(format!("Last used: {}. Enter continues there.", place.name))
        }
        _ => None,
    };
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let needs = NOTES.len() as u16 + 2 + 2 * u16::from(last.is_some());
    if area.height >= needs {
        let from = area.y + 1;
        for (y, note) in (from..).zip(NOTES) {
            text::line(note, theme.dim, Rect { x: inner.x + 2, y, ..inner }, buffer);
        }
    }
    if let Some(last) = last
        && area.height > 0
    {
        text::line(&last, theme.bar, Rect { y: area.bottom() - 1, ..inner }, buffer);
    }
}
