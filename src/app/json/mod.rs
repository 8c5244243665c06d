//! A JSON text as a list of nodes: what a folding view needs, made in one pass without recursion.
//!
//! Must not know: the screen it is shown on, the table the row belongs to. Values are slices of the text as it came,
//! so numbers keep every digit and keys their order. What is shown of a node is read when it is drawn.

pub mod fault;
pub mod lines;
mod notes;
pub mod path;
pub mod pretty;
mod scan;

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use crate::dataverse::Row;
use fault::{Fault, Found};
pub use lines::{Folds, Shape, Spot};
use notes::Notes;
use scan::{Container, Index, NONE};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    Text,
    Number,
    YesNo,
    Null,
}

/// A longer value is not read whole for a line of it.
const PREVIEWED: usize = 16 << 10;

/// The beginning of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview<'a> {
    /// The text, cut where it is long.
    pub text: Cow<'a, str>,
    /// How many lines it has.
    pub lines: usize,
    /// How long its JSON is, where the text is only its beginning.
    pub bytes: Option<usize>,
}

/// The text of a value, as much of it as a screen could show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// There is more of it.
    pub is_cut: bool,
}

impl<'a> Beginning<'a> {
    /// Of the JSON of a value.
    pub fn of_json(json: &'a str) -> Self {
        if json.len() <= PREVIEWED {
            return Self { text: plain(json), is_cut: false };
        }
        if !json.starts_with('"') {
            return Self::of_text(json);
        }
        let mut end = 1;
        while end < PREVIEWED {
            // Not inside an escape.
            end += match json.as_bytes()[end..] {
                [b'\\', b'u', ..] => 6,
                [b'\\', ..] => 2,
                _ => 1,
            };
        }
        let start = &json[..json.floor_char_boundary(end.min(json.len() - 1))];
        Self { text: Cow::Owned(plain(&format!("{start}\"")).into_owned()), is_cut: true }
    }

    /// Of a text.
    pub fn of_text(text: &'a str) -> Self {
        let end = text.floor_char_boundary(PREVIEWED);
        Self { text: Cow::Borrowed(&text[..end]), is_cut: end < text.len() }
    }
}

/// A JSON text, ready to be folded, searched and shown. Cloning shares the text and copies the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    text: Bytes,
    index: Index,
    notes: Notes,
}

impl Document {
    /// Reads a row, which is known to be JSON.
    pub fn new(row: &Row) -> Self {
        let text = row.bytes().clone();
        let (index, _) = scan::scan(&text);
        Self::of(text, index)
    }

    /// Reads a text that may be anything: one JSON text, or several after each other.
    ///
    /// # Errors
    ///
    /// The first place at which it is not JSON.
    pub fn parse(text: Bytes) -> Result<Self, Fault> {
        let text = match text.strip_prefix("\u{feff}".as_bytes()) {
            Some(rest) => text.slice_ref(rest),
            None => text,
        };
        if let Err(error) = std::str::from_utf8(&text) {
            return Err(Fault::new(&text, error.valid_up_to(), Found::NotUtf8));
        }
        let (index, fault) = scan::scan(&text);
        match fault {
            Some(fault) => Err(fault),
            None => Ok(Self::of(text, index)),
        }
    }

    fn of(text: Bytes, index: Index) -> Self {
        let mut document = Self { text, index, notes: Notes::default() };
        document.notes = Notes::of(&document);
        document
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.index.starts.len()
    }

    /// There is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.index.starts.is_empty()
    }

    /// How many texts there are, one after the other.
    pub fn roots(&self) -> usize {
        self.index.roots as usize
    }

    /// The text as it came.
    pub fn text(&self) -> &Bytes {
        &self.text
    }

    /// Memory that the index takes beside the text, in bytes.
    pub fn index_size(&self) -> usize {
        self.index.starts.capacity() * size_of::<u32>()
            + self.index.containers.capacity() * size_of::<Container>()
            + self.index.annotated.capacity() * size_of::<u32>()
            + self.notes.size()
    }

    fn slice(&self, range: Range<usize>) -> &str {
        // Checked when the text was read; the places are between characters.
        self.text.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The last container that begins at or before a node.
    fn before(&self, index: usize) -> Option<usize> {
        let count = self.index.containers.partition_point(|container| container.node as usize <= index);
        count.checked_sub(1)
    }

    /// The record of a container that holds something.
    fn container(&self, index: usize) -> Option<usize> {
        self.before(index).filter(|at| self.index.containers[*at].node as usize == index)
    }

    /// The record of the container around a node.
    fn around(&self, index: usize) -> Option<usize> {
        let mut at = self.before(index)?;
        loop {
            let container = self.index.containers[at];
            if (container.node as usize) < index && index < container.end as usize {
                return Some(at);
            }
            if container.parent == NONE {
                return None;
            }
            at = container.parent as usize;
        }
    }

    /// The container around a node.
    pub fn parent(&self, index: usize) -> Option<usize> {
        self.around(index).map(|at| self.index.containers[at].node as usize)
    }

    /// How many containers are around a node.
    pub fn depth(&self, index: usize) -> usize {
        self.around(index).map_or(0, |at| self.index.containers[at].depth as usize + 1)
    }

    /// Members of an object, elements of an array.
    pub fn children(&self, index: usize) -> usize {
        self.container(index).map_or(0, |at| self.index.containers[at].children as usize)
    }

    /// The node behind the last descendant of a node.
    fn end(&self, index: usize) -> usize {
        self.container(index).map_or(index + 1, |at| self.index.containers[at].end as usize)
    }

    /// Its place among its siblings.
    pub fn place(&self, index: usize) -> usize {
        if let Some(at) = self.container(index) {
            return self.index.containers[at].place as usize;
        }
        let around = self.around(index);
        // The container before it that is a sibling, if one is.
        let mut before = self.before(index);
        while let Some(at) = before
            && before != around
        {
            let container = self.index.containers[at];
            if (container.parent != NONE).then_some(container.parent as usize) == around {
                return container.place as usize + 1 + index - container.end as usize;
            }
            before = (container.parent != NONE).then_some(container.parent as usize);
        }
        index - around.map_or(0, |at| self.index.containers[at].node as usize + 1)
    }

    fn is_member(&self, index: usize) -> bool {
        self.around(index).is_some_and(|at| {
            let node = self.index.containers[at].node as usize;
            self.text.get(self.value_start(node)) == Some(&b'{')
        })
    }

    /// Where a node begins, name included.
    fn start(&self, index: usize) -> usize {
        self.index.starts.get(index).map_or(self.text.len(), |start| *start as usize)
    }

    /// Where the value begins. A member begins with its name, and a name is followed by a colon; a text is not.
    fn value_start(&self, index: usize) -> usize {
        let start = self.start(index);
        if self.text.get(start) != Some(&b'"') {
            return start;
        }
        self.behind_colon(scan::string_end(&self.text, start)).unwrap_or(start)
    }

    fn behind_colon(&self, from: usize) -> Option<usize> {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let mut rest = self.text.iter().enumerate().skip(from).filter(|(_, byte)| !is_space(byte));
        let (_, b':') = rest.next()? else { return None };
        rest.next().map(|(at, _)| at)
    }

    fn value(&self, index: usize) -> Range<usize> {
        let start = self.value_start(index);
        match self.container(index) {
            Some(at) => start..(self.index.containers[at].close as usize + 1).min(self.text.len()),
            None => scan::small(&self.text, start),
        }
    }

    /// What a node is.
    pub fn kind(&self, index: usize) -> Kind {
        match self.text.get(self.value_start(index)) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::YesNo,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// Whether a node is shown with brackets.
    pub fn is_bracketed(&self, index: usize) -> bool {
        matches!(self.kind(index), Kind::Object | Kind::Array)
    }

    /// The name of a member as it came, with its quotes.
    pub fn key_json(&self, index: usize) -> Option<&str> {
        if !self.is_member(index) {
            return None;
        }
        let start = self.start(index);
        Some(self.slice(start..scan::string_end(&self.text, start)))
    }

    /// The name of a member, unescaped.
    pub fn key(&self, index: usize) -> Option<Cow<'_, str>> {
        self.key_json(index).map(plain)
    }

    /// The text of a value as it came; containers with everything in them.
    pub fn json(&self, index: usize) -> &str {
        self.slice(self.value(index))
    }

    /// A scalar as people read it: text without quotes unless it could be taken for something else.
    pub fn shown(&self, index: usize) -> Cow<'_, str> {
        shown(self.json(index))
    }

    /// The beginning of a scalar, as people read it, and how much there is of it.
    pub fn preview(&self, index: usize) -> Preview<'_> {
        let json = self.json(index);
        let Beginning { text, is_cut } = Beginning::of_json(json);
        if is_cut {
            return Preview { text, lines: 1, bytes: Some(json.len()) };
        }
        let text = shown(json);
        let lines = text.lines().count();
        Preview { text, lines, bytes: None }
    }

    /// What the server says beside a value: its label, the table that a lookup points to.
    pub fn note(&self, index: usize) -> Option<String> {
        self.notes.of_node(self, index)
    }

    /// Whether a node says something about a sibling and is told beside that.
    pub fn annotates(&self, index: usize) -> bool {
        self.notes.hides(index)
    }

    /// How many members or elements the text has, annotations of its members not counted.
    pub fn members(&self) -> usize {
        match self.roots() {
            1 => self.children(0) - self.notes.of_root,
            roots => roots,
        }
    }

    /// How many nodes are null.
    pub fn nulls(&self) -> usize {
        self.index.nulls as usize
    }

    /// Whether a name, a value or a note has this text, in either case. `needle` is in lower case.
    pub fn matches(&self, index: usize, needle: &str) -> bool {
        self.key_json(index).is_some_and(|key| holds(&plain(key), needle))
            || !self.is_bracketed(index) && holds(&self.shown(index), needle)
            || self.note(index).is_some_and(|note| holds(&note, needle))
    }
}

/// Whether a text holds another, in either case. `needle` is in lower case.
pub fn holds(text: &str, needle: &str) -> bool {
    if !needle.is_ascii() || needle.is_empty() {
        return text.to_lowercase().contains(needle);
    }
    let needle = needle.as_bytes();
    text.as_bytes().windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle))
}

/// A scalar's JSON as people read it.
fn shown(json: &str) -> Cow<'_, str> {
    if !json.starts_with('"') {
        return Cow::Borrowed(json);
    }
    let text = plain(json);
    let other = matches!(&*text, "" | "null" | "true" | "false" | "{" | "[")
        || text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
            && text.len() < 400
            && text.parse::<f64>().is_ok();
    if other { Cow::Borrowed(json) } else { text }
}

/// The text of a JSON string; anything else as it is. A lone surrogate becomes U+FFFD.
pub fn text_of(json: &str) -> Cow<'_, str> {
    plain(json)
}

fn plain(json: &str) -> Cow<'_, str> {
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(json);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    crate::dataverse::value::Cell { json, formatted: None, table: None, navigation: None }
        .raw_text()
        .map_or(Cow::Borrowed(inner), |text| Cow::Owned(text.into_owned()))
}

#[cfg(test)]
mod tests;
