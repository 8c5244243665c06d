//! The JSON tab: one node a line, labels and lookups at the right of their values.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::App;
use crate::app::json::{Document, Kind};
use crate::app::pending::{Edit, PendingRow};
use crate::app::screen::Record;
use crate::dataverse::Change;
use crate::tui::theme::Theme;

/// Cells before the first level: cursor, mark, gap.
const LEFT: usize = 3;
/// A level deeper than this is not indented further.
const DEEPEST: usize = 20;
/// A text with line ends or longer than this is cut before it is fitted.
const LONGEST: usize = 400;

/// What row 2 says: the path of the cursor, and how many members there are.
pub(super) fn context(record: &Record) -> String {
    let Some(document) = &record.json.document else { return String::new() };
    let path = record.json.current().map(|index| document.path(index)).unwrap_or_default();
    let path: String = match path.char_indices().nth_back(39) {
        Some((start, _)) if start > 0 => format!("...{}", &path[start..]),
        _ => path,
    };
    let keys = document.members();
    let raw = if record.json.raw { "   raw" } else { "" };
    let hidden =
        if record.json.hide_nulls { format!("   {} nulls hidden", document.nulls()) } else { String::new() };
    format!("{path}   {keys} keys{raw}{hidden}")
}

/// Draws the nodes that fit; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    record: &Record,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let json = &record.json;
    let document = json.document.as_ref()?;
    let pending = app.pending.row(&record.table.name, record.id);
    let mut cursor = None;
    let seen = json.visible().iter().enumerate().skip(json.list.top);
    for (y, (place, index)) in (area.y..area.bottom()).zip(seen) {
        let row = Rect { y, height: 1, ..area };
        let current = place == json.list.cursor;
        let node = Shown { document, index: *index, folded: json.is_folded(*index), current, pending };
        let x = node.draw(&record.needle, theme, row, buffer);
        if current {
            cursor = Some(Position { x, y });
        }
    }
    cursor
}

struct Shown<'a> {
    document: &'a Document,
    index: usize,
    folded: bool,
    current: bool,
    pending: Option<&'a PendingRow>,
}

impl Shown<'_> {
    fn edit(&self) -> Option<&Edit> {
        self.document.nodes().get(self.index).filter(|node| node.depth == 1)?;
        let key = self.document.key(self.index)?;
        self.pending?.edits.iter().find(|edit| edit.column.as_str() == key)
    }

    fn draw(&self, needle: &str, theme: &Theme, row: Rect, buffer: &mut Buffer) -> u16 {
        let Some(node) = self.document.nodes().get(self.index) else { return row.x };
        let edit = self.edit();
        if self.current {
            buffer.set_string(row.x, row.y, ">", theme.cursor);
        }
        if let (Some(_), Some(pending)) = (edit, self.pending) {
            buffer.set_string(row.x + 1, row.y, pending.mark().to_string(), theme.edited);
        }
        let x = row.x + (LEFT + 2 * node.depth.min(DEEPEST)).min(usize::from(row.width) / 2) as u16;
        let mut cells = Rect { x, width: row.right().saturating_sub(x + 1), ..row };
        if let Some(key) = self.document.key(self.index) {
            let found = !needle.is_empty() && self.document.matches(self.index, needle);
            let style = match (self.current, found) {
                (true, _) => theme.active,
                (_, true) => theme.matched,
                _ => theme.name,
            };
            text::line(&key, style, cells, buffer);
            cells = after(cells, text::fit(&key, usize::from(cells.width)).width());
            text::line(":", Style::new(), cells, buffer);
            cells = after(cells, 2);
        }
        let (value, note) = self.words(edit);
        let note_width = note.width().min(usize::from(cells.width) / 2) as u16;
        let gap = if note_width == 0 { 0 } else { note_width + 2 };
        let style = match (edit.is_some(), node.kind, self.current && self.document.key(self.index).is_none())
        {
            (_, _, true) => theme.active,
            (true, ..) => theme.edited,
            (_, Kind::Null, _) => theme.dim,
            _ => Style::new(),
        };
        let value_cells = Rect { width: cells.width.saturating_sub(gap), ..cells };
        text::line(&value, style, value_cells, buffer);
        // Notes begin in one column where the value leaves room for that.
        let column = row.x + row.width * 5 / 8;
        let behind = value_cells.x + text::fit(&value, usize::from(value_cells.width)).width() as u16 + 2;
        let note_x = behind.max(column).min(row.right().saturating_sub(note_width + 1));
        text::line(&note, theme.dim, Rect { x: note_x, width: note_width, ..row }, buffer);
        x
    }

    /// The value, and what stands beside it.
    fn words(&self, edit: Option<&Edit>) -> (String, String) {
        let Some(node) = self.document.nodes().get(self.index) else { return Default::default() };
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
        let note = self.document.note(self.index).unwrap_or_default().to_owned();
        let (open, close) = if node.kind == Kind::Object { ("{", "}") } else { ("[", "]") };
        let value = match node.kind {
            Kind::Object | Kind::Array if node.children == 0 => format!("{open}{close}"),
            Kind::Object | Kind::Array if self.folded => format!("{open}...{close} ({})", node.children),
            Kind::Object | Kind::Array => open.to_owned(),
            _ => one_line(&self.document.shown(self.index)),
        };
        (value, note)
    }
}

/// The first line of a text, and how many there are.
fn one_line(text: &str) -> String {
    let mut lines = text.lines();
    let first: String = lines.next().unwrap_or_default().chars().take(LONGEST).collect();
    match lines.count() {
        0 => first,
        more => format!("{first} ({} lines)", more + 1),
    }
}

fn after(cells: Rect, width: usize) -> Rect {
    let width = (width as u16).min(cells.width);
    Rect { x: cells.x + width, width: cells.width - width, ..cells }
}
