//! A JSON text, folded and searched: the second tab of a record, and all of a viewer.

use crate::app::App;
use crate::app::command::record::JsonCommand;
use crate::app::json::{Document, Folds, Shape, Spot};
use crate::app::list::Step;
use crate::app::overlay::Overlay;
use crate::app::overlay::keys::KeyJump;
use crate::app::overlay::whole::Whole;
use crate::app::screen::Screen;
use crate::app::screen::record::Tab;
use crate::dataverse::{ColumnName, Row, TableSchema};

/// Matches are numbered in texts of at most so many nodes: beyond, counting is felt.
const NUMBERED: usize = 200_000;

/// State of the JSON tab.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Json {
    /// The text.
    pub document: Option<Document>,
    /// The line under the cursor.
    pub cursor: Spot,
    /// The first line that is seen.
    pub top: Spot,
    /// Everything as it came: quotes, escapes, brackets, annotations on lines of their own.
    pub raw: bool,
    /// Members that are null are left out.
    pub hide_nulls: bool,
    folds: Folds,
}

impl Json {
    /// Shows a text that was read already.
    pub fn of(document: Document) -> Self {
        Self { document: Some(document), ..Self::default() }
    }

    /// Shows a row. What was folded stays so when the new JSON has the same shape.
    pub(super) fn show(&mut self, row: &Row) {
        let document = Document::new(row);
        if self.document.as_ref().is_none_or(|old| old.len() != document.len()) {
            self.folds.clear();
        }
        self.document = Some(document);
        self.refresh();
    }

    /// Shown in the same way, but no row yet.
    pub(in crate::app) fn emptied(&self) -> Self {
        Self { raw: self.raw, hide_nulls: self.hide_nulls, ..Self::default() }
    }

    fn shape(&self) -> Shape<'_> {
        Shape { folds: &self.folds, raw: self.raw, nulls: !self.hide_nulls }
    }

    /// The lines that are seen, from the first one on.
    pub fn lines(&self, height: usize) -> Vec<Spot> {
        let Some(document) = self.document.as_ref().filter(|document| !document.is_empty()) else {
            return vec![];
        };
        let next = |spot: &Spot| document.next(self.shape(), *spot);
        std::iter::successors(Some(self.top), next).take(height).collect()
    }

    /// Whether a container is closed.
    pub fn is_folded(&self, index: usize) -> bool {
        self.document.as_ref().is_some_and(|document| document.is_folded(&self.folds, index))
    }

    /// The node under the cursor.
    pub fn current(&self) -> Option<usize> {
        let document = self.document.as_ref()?;
        (self.cursor.node < document.len()).then_some(self.cursor.node)
    }

    /// Where the cursor is, as `jq` spells it: `.customerid_account.name`.
    pub fn path(&self) -> Option<String> {
        Some(self.document.as_ref()?.path(self.current()?))
    }

    /// The value under the cursor: text without quotes, everything else as it came.
    pub fn value(&self) -> Option<String> {
        let (document, index) = (self.document.as_ref()?, self.current()?);
        Some(crate::app::json::text_of(document.json(index)).into_owned())
    }

    /// Keeps cursor and scroll position on lines that are shown.
    fn refresh(&mut self) {
        let Some(document) = self.document.as_ref().filter(|document| !document.is_empty()) else { return };
        let shape = Shape { folds: &self.folds, raw: self.raw, nulls: !self.hide_nulls };
        self.cursor = document.seen(shape, self.cursor);
        self.top = document.seen(shape, self.top);
    }

    /// Moves the cursor and scrolls just enough that it is one of `height` visible lines.
    pub(super) fn step(&mut self, step: Step, height: usize) {
        let Some(document) = self.document.as_ref().filter(|document| !document.is_empty()) else { return };
        let shape = self.shape();
        let rows = match step {
            Step::Rows(rows) => rows,
            Step::Halves(halves) => halves * (height as isize / 2).max(1),
            Step::First | Step::Last => 0,
        };
        let mut cursor = match step {
            Step::First => document.first(shape).unwrap_or_default(),
            Step::Last => document.last(shape).unwrap_or_default(),
            _ => document.seen(shape, self.cursor),
        };
        for _ in 0..rows.unsigned_abs() {
            let next = match rows > 0 {
                true => document.next(shape, cursor),
                false => document.previous(shape, cursor),
            };
            let Some(next) = next else { break };
            cursor = next;
        }
        let top = scrolled(document, shape, document.seen(shape, self.top), cursor, height.max(1));
        (self.cursor, self.top) = (cursor, top);
    }

    /// Opens what is around a node and puts the cursor there.
    fn reveal(&mut self, index: usize) {
        if let Some(document) = &self.document {
            document.reveal(&mut self.folds, index);
            self.cursor = Spot::of(index);
            self.refresh();
        }
    }

    /// Goes into or out of the tree.
    fn fold(&mut self, command: JsonCommand) {
        let (Some(document), Some(current)) = (&self.document, self.current()) else { return };
        let holds = document.children(current) > 0;
        let open = holds && !document.is_folded(&self.folds, current);
        match command {
            JsonCommand::Close | JsonCommand::Toggle if open => {
                document.fold(&mut self.folds, current, true);
            }
            JsonCommand::Close => self.cursor = Spot::of(document.parent(current).unwrap_or(current)),
            JsonCommand::Open if open => {
                self.cursor = document.next(self.shape(), Spot::of(current)).unwrap_or(self.cursor);
            }
            JsonCommand::Open | JsonCommand::Toggle => document.fold(&mut self.folds, current, false),
            JsonCommand::CloseAll => document.fold_all(&mut self.folds),
            JsonCommand::OpenAll => self.folds.clear(),
            JsonCommand::Raw => self.raw = !self.raw,
            JsonCommand::HideNulls => self.hide_nulls = !self.hide_nulls,
            JsonCommand::NextSibling
            | JsonCommand::PreviousSibling
            | JsonCommand::Jump
            | JsonCommand::Whole => {}
        }
        self.refresh();
    }

    /// The next node from one on that has a text and is not left out, itself included; from the other end where there
    /// is none.
    fn find(&self, needle: &str, from: usize, forward: bool) -> Option<usize> {
        let document = self.document.as_ref()?;
        let matches = |index: &usize| self.is_match(document, *index, needle);
        let (from, len) = (from.min(document.len()), document.len());
        match forward {
            true => (from..len).chain(0..from).find(matches),
            false => (0..from).rev().chain((from..len).rev()).find(matches),
        }
    }

    fn is_match(&self, document: &Document, index: usize, needle: &str) -> bool {
        document.matches(index, needle) && document.seen_unfolded(self.shape(), index)
    }

    /// The nodes that have a text and are not left out.
    fn matches(&self, needle: &str) -> Vec<usize> {
        let Some(document) = &self.document else { return vec![] };
        (0..document.len()).filter(|index| self.is_match(document, *index, needle)).collect()
    }
}

/// The first line with which the cursor is seen, changing it no more than needed.
fn scrolled(document: &Document, shape: Shape<'_>, top: Spot, cursor: Spot, height: usize) -> Spot {
    let back = |from: Spot, rows: usize| {
        let lines = std::iter::successors(Some(from), |spot| document.previous(shape, *spot));
        lines.take(rows + 1).last().unwrap_or(from)
    };
    let lowest = back(cursor, height - 1);
    let top = if document.is_above(cursor, top) {
        cursor
    } else if document.is_above(top, lowest) {
        lowest
    } else {
        top
    };
    // No room is left empty below the last line.
    let below = std::iter::successors(Some(top), |spot| document.next(shape, *spot)).take(height).count();
    back(top, height - below)
}

impl App {
    /// The JSON that is seen.
    pub fn json(&self) -> Option<&Json> {
        match self.screen() {
            Screen::Record(record) if record.tab == Tab::Json => Some(&record.json),
            Screen::Viewer(viewer) => Some(&viewer.json),
            _ => None,
        }
    }

    pub(in crate::app) fn json_mut(&mut self) -> Option<&mut Json> {
        match self.screen_mut() {
            Screen::Record(record) if record.tab == Tab::Json => Some(&mut record.json),
            Screen::Viewer(viewer) => Some(&mut viewer.json),
            _ => None,
        }
    }

    pub(in crate::app) fn run_json(&mut self, command: JsonCommand) {
        match command {
            JsonCommand::NextSibling => self.go_to_sibling(true),
            JsonCommand::PreviousSibling => self.go_to_sibling(false),
            JsonCommand::Jump => self.jump_to_key(),
            JsonCommand::Whole => self.show_whole_value(),
            command => self.fold(command),
        }
        self.step_json(Step::Rows(0));
    }

    fn fold(&mut self, command: JsonCommand) {
        let Some(json) = self.json_mut() else { return };
        json.fold(command);
        let raw = json.raw;
        let hidden = json.document.as_ref().filter(|_| json.hide_nulls).map_or(0, Document::nulls);
        match command {
            JsonCommand::Raw if raw => {
                self.say("As it came: quotes, escapes, annotations on their own lines.")
            }
            JsonCommand::Raw => self.say("Annotations at the right of their values."),
            JsonCommand::HideNulls if raw => self.say("Raw shows nulls all the same.  z a leaves raw."),
            JsonCommand::HideNulls if hidden > 0 => {
                self.say(format!("{hidden} nulls hidden.  z e shows them"))
            }
            JsonCommand::HideNulls => self.say("Nulls shown."),
            _ => {}
        }
    }

    fn go_to_sibling(&mut self, forward: bool) {
        let Some(json) = self.json_mut() else { return };
        let (Some(document), Some(current)) = (&json.document, json.current()) else { return };
        match document.sibling(json.shape(), current, forward) {
            Some(index) => json.cursor = Spot::of(index),
            None if forward => self.say("This is the last one in what is around it.  h goes out."),
            None => self.say("This is the first one in what is around it.  h goes out."),
        }
    }

    fn jump_to_key(&mut self) {
        let Some(json) = self.json() else { return };
        let Some(document) = &json.document else { return };
        let jump = KeyJump::new(document, json.raw);
        match jump.picker.is_empty() {
            true => self.say("There are no names here."),
            false => self.overlays.push(Overlay::Keys(Box::new(jump))),
        }
    }

    fn show_whole_value(&mut self) {
        let Some(json) = self.json() else { return };
        let (Some(document), Some(current)) = (&json.document, json.current()) else { return };
        if document.is_bracketed(current) {
            return self.fold(JsonCommand::Toggle);
        }
        let title = document.path_end(current, 60);
        let text = match json.raw {
            true => document.json(current).to_owned(),
            false => json.value().unwrap_or_default(),
        };
        let width = self.size.width;
        self.overlays.push(Overlay::Whole(Box::new(Whole::new(title, text, width))));
    }

    pub(in crate::app) fn step_json(&mut self, step: Step) {
        let height = self.size.body_height();
        if let Some(json) = self.json_mut() {
            json.step(step, height);
        }
    }

    /// The column whose value stands under the cursor.
    pub(in crate::app) fn json_column(&self, schema: &TableSchema) -> Option<ColumnName> {
        let json = &self.record()?.json;
        let document = json.document.as_ref()?;
        let index = json.current().filter(|index| document.depth(*index) == 1)?;
        let key = document.key(index)?;
        let property = key.split('@').next().unwrap_or_default();
        schema.column_of_property(property).map(|column| column.name.clone())
    }

    /// The first node from one on that has this text, or the last one before it.
    pub(in crate::app) fn json_match(&self, needle: &str, from: usize, forward: bool) -> Option<usize> {
        self.json()?.find(needle, from, forward)
    }

    /// The nodes that have this text and are not left out; nothing where they are too many to be counted.
    pub(in crate::app) fn json_matches(&self, needle: &str) -> Option<Vec<usize>> {
        let json = self.json()?;
        json.document.as_ref().filter(|document| document.len() <= NUMBERED)?;
        Some(json.matches(needle))
    }

    /// Puts the cursor on a node, opening what is around it.
    pub(in crate::app) fn go_to_node(&mut self, index: usize) {
        if let Some(json) = self.json_mut() {
            json.reveal(index);
        }
        self.step_json(Step::Rows(0));
    }
}
