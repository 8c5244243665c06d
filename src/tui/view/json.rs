//! JSON, of a record or a file: one node a line, labels and lookups at the right of their values.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::App;
use crate::app::json::pretty::RawLine;
use crate::app::json::{Document, Kind, Preview, Spot};
use crate::app::pending::{Edit, PendingRow};
use crate::app::screen::json::Json;
use crate::app::screen::{Record, Viewer};
use crate::dataverse::Change;
use crate::text::grouped;
use crate::tui::theme::Theme;

/// Cells before the first level: cursor, mark, gap.
const LEFT: usize = 3;
/// A level deeper than this is not indented further.
const DEEPEST: usize = 20;
/// Notes begin here at the latest, behind longer values.
const FAR: u16 = 75;
/// Cells for the beginning of an id that has no room.
const ID: u16 = 8;
/// A text with line ends or longer than this is cut before it is fitted.
const LONGEST: usize = 400;

/// What row 2 says: the path of the cursor, and how many members there are.
pub(super) fn context(json: &Json, most: usize) -> String {
    let Some(document) = &json.document else { return String::new() };
    let path = json.current().map(|index| document.path_end(index, most)).unwrap_or_default();
    let (members, roots) = (grouped(document.members() as u64), document.roots());
    let what = match document.kind(0) {
        _ if roots > 1 => "texts",
        Kind::Object => "keys",
        Kind::Array => "elements",
        _ => return path,
    };
    let raw = if json.raw { "   raw" } else { "" };
    let hidden = match json.hide_nulls && !json.raw {
        true => format!("   {} nulls hidden", document.nulls()),
        false => String::new(),
    };
    format!("{path}   {members} {what}{raw}{hidden}")
}

/// Draws a JSON file.
pub(super) fn viewer(
    app: &App,
    viewer: &Viewer,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let top = Rect { height: 1, ..area };
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let inner = Rect { x: top.x + LEFT as u16, width: top.width.saturating_sub(LEFT as u16 + 1), ..top };
    text::line(&context(&viewer.json, 60), theme.dim, inner, buffer);
    lines(app, &viewer.json, &viewer.needle, None, theme, body, buffer)
}

/// Draws the JSON of a record; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    record: &Record,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let pending = app.pending.row(&record.table.name, record.id);
    lines(app, &record.json, &record.needle, pending, theme, area, buffer)
}

/// Draws the lines that fit.
fn lines(
    app: &App,
    json: &Json,
    needle: &str,
    pending: Option<&PendingRow>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let document = json.document.as_ref()?;
    let mut cursor = None;
    for (y, spot) in (area.y..area.bottom()).zip(json.lines(usize::from(area.height))) {
        let row = Rect { y, height: 1, ..area };
        let current = spot == json.cursor;
        let folded = json.is_folded(spot.node);
        let line = Shown { app, document, spot, folded, current, pending, raw: json.raw };
        let x = line.draw(needle, theme, row, buffer);
        if current {
            cursor = Some(Position { x, y });
        }
    }
    cursor
}

struct Shown<'a> {
    app: &'a App,
    document: &'a Document,
    spot: Spot,
    folded: bool,
    current: bool,
    pending: Option<&'a PendingRow>,
    raw: bool,
}

impl Shown<'_> {
    fn edit(&self) -> Option<&Edit> {
        let pending = self.pending?;
        if self.document.depth(self.spot.node) != 1 {
            return None;
        }
        let key = self.document.key(self.spot.node)?;
        pending.edits.iter().find(|edit| edit.property() == key)
    }

    fn draw(&self, needle: &str, theme: &Theme, row: Rect, buffer: &mut Buffer) -> u16 {
        let (document, node) = (self.document, self.spot.node);
        let edit = self.edit();
        if self.current {
            buffer.set_string(row.x, row.y, ">", theme.cursor);
        }
        if let (Some(_), Some(pending)) = (edit, self.pending) {
            buffer.set_string(row.x + 1, row.y, pending.mark().to_string(), theme.edited);
        }
        let depth = document.depth(node).min(DEEPEST);
        let x = row.x + (LEFT + 2 * depth).min(usize::from(row.width) / 2) as u16;
        let mut cells = Rect { x, width: row.right().saturating_sub(x + 1), ..row };
        let raw_line = self.raw.then(|| document.raw_line(self.spot, self.folded));
        let key = match raw_line {
            Some(line) => line.name.map(Cow::Borrowed),
            None => document.key(node),
        };
        let has_key = key.is_some();
        if let Some(key) = key {
            let found = !needle.is_empty() && document.matches(node, needle);
            let style = match (self.current, found) {
                (true, _) => theme.active,
                (_, true) => theme.matched,
                _ => theme.name,
            };
            let key = cut(&key);
            // A long name leaves room for the dots of its value.
            let room = Rect { width: cells.width.saturating_sub(5), ..cells };
            text::line(key, style, room, buffer);
            cells = after(cells, text::fit(key, usize::from(room.width)).width());
            text::line(":", Style::new(), cells, buffer);
            cells = after(cells, 2);
        }
        let (value, note) = match raw_line {
            Some(line) => (self.raw_value(line), edit.map(staged).unwrap_or_default()),
            None => self.words(edit),
        };
        // The beginning of an id is enough beside the name of what it points to.
        let most = match note.contains(" -> ") {
            true => cells.width.saturating_sub(ID + 2).max(cells.width / 2),
            false => cells.width / 2,
        };
        let note_width = note.width().min(usize::from(most)) as u16;
        let gap = if note_width == 0 { 0 } else { note_width + 2 };
        let style = match (edit.is_some(), document.kind(node), self.current && !has_key) {
            (_, _, true) => theme.active,
            (true, ..) => theme.edited,
            (_, Kind::Null, _) => theme.dim,
            _ => Style::new(),
        };
        let value_cells = Rect { width: cells.width.saturating_sub(gap), ..cells };
        let has_room = value_cells.width > 6 || value.width() <= usize::from(value_cells.width);
        let value = if has_room { value } else { "...".to_owned() };
        text::line(&value, style, value_cells, buffer);
        // Notes begin in one column where the value leaves room for that.
        let column = row.x + (row.width * 5 / 8).min(FAR);
        let behind = value_cells.x + text::fit(&value, usize::from(value_cells.width)).width() as u16 + 2;
        let note_x = behind.max(column).min(row.right().saturating_sub(note_width + 1));
        text::line(&note, theme.dim, Rect { x: note_x, width: note_width, ..row }, buffer);
        x
    }

    /// The value as it came. What is folded shows how much is in it.
    fn raw_value(&self, line: RawLine<'_>) -> String {
        let comma = if line.comma { "," } else { "" };
        match self.folded {
            true => {
                let close = if line.value == "{" { "}" } else { "]" };
                format!("{}...{close}{comma} ({})", line.value, self.document.children(self.spot.node))
            }
            false => format!("{}{comma}", cut(line.value)),
        }
    }

    /// The value, and what stands beside it.
    fn words(&self, edit: Option<&Edit>) -> (String, String) {
        let (document, node) = (self.document, self.spot.node);
        if let Some(edit) = edit {
            let note = format!("{}   (was {})", edit.new.text, crate::app::edit::short(&edit.old));
            let value = match &edit.new.change {
                Change::Text(text) => one_line(text),
                change => change.json(),
            };
            let note = if value == edit.new.text {
                format!("(was {})", crate::app::edit::short(&edit.old))
            } else {
                note
            };
            return (format!("*{value}"), note);
        }
        let kind = document.kind(node);
        let (open, close) = if kind == Kind::Object { ("{", "}") } else { ("[", "]") };
        let children = document.children(node);
        if document.is_bracketed(node) {
            let value = match (children, self.folded) {
                (0, _) => format!("{open}{close}"),
                (_, true) => format!("{open}...{close} ({children})"),
                (_, false) => open.to_owned(),
            };
            return (value, document.note(node).unwrap_or_default());
        }
        let Preview { text, lines, bytes } = document.preview(node);
        let first = cut(text.lines().next().unwrap_or_default());
        let value = match (bytes, lines) {
            (Some(bytes), _) => format!("{first}... ({} bytes, Enter all)", grouped(bytes as u64)),
            (None, 0 | 1) => first.to_owned(),
            (None, lines) => format!("{first} ({lines} lines)"),
        };
        let note = document.note(node).or_else(|| match kind {
            Kind::Text => self.app.zone.reading_of(&text),
            _ => None,
        });
        (value, note.unwrap_or_default())
    }
}

/// What is staged, beside the value as it came.
fn staged(edit: &Edit) -> String {
    format!("(staged: {})", crate::app::edit::short(&edit.new.text))
}

/// The first line of a text, and how many there are.
fn one_line(text: &str) -> String {
    let mut lines = text.lines();
    let first = cut(lines.next().unwrap_or_default());
    match lines.count() {
        0 => first.to_owned(),
        more => format!("{first} ({} lines)", more + 1),
    }
}

/// The beginning of a text, longer than any line of the screen.
fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

fn after(cells: Rect, width: usize) -> Rect {
    let width = (width as u16).min(cells.width);
    Rect { x: cells.x + width, width: cells.width - width, ..cells }
}
