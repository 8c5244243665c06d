//! The JSON of a row, folded and searched.

use std::collections::BTreeSet;

use crate::app::App;
use crate::app::command::record::JsonCommand;
use crate::app::json::{Document, Kind};
use crate::app::list::{List, Step};
use crate::app::screen::Screen;
use crate::dataverse::{ColumnName, Row, TableSchema};

/// State of the JSON tab.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Json {
    /// The row's JSON.
    pub document: Option<Document>,
    /// Cursor and scroll position among the visible nodes.
    pub list: List,
    /// Labels and lookups on lines of their own, as they came.
    pub raw: bool,
    /// Members that are null are left out.
    pub hide_nulls: bool,
    folded: BTreeSet<usize>,
    visible: Vec<usize>,
}

impl Json {
    /// Shows a row. What was folded stays so when the new JSON has the same shape.
    pub(super) fn show(&mut self, row: &Row) {
        let document = Document::new(row.clone());
        let same = self.document.as_ref().is_some_and(|old| old.nodes().len() == document.nodes().len());
        if !same {
            self.folded.clear();
        }
        self.document = Some(document);
        self.refresh();
    }

    /// Shown in the same way, but no row yet.
    pub(in crate::app) fn emptied(&self) -> Self {
        Self { raw: self.raw, hide_nulls: self.hide_nulls, ..Self::default() }
    }

    /// The nodes that are shown.
    pub fn visible(&self) -> &[usize] {
        &self.visible
    }

    /// Whether a container is closed.
    pub fn is_folded(&self, index: usize) -> bool {
        self.folded.contains(&index)
    }

    /// The node under the cursor.
    pub fn current(&self) -> Option<usize> {
        self.visible.get(self.list.cursor).copied()
    }

    pub(super) fn cursor(&self) -> usize {
        self.current().unwrap_or_default()
    }

    /// Lists the visible nodes anew and keeps the cursor on its node, or on what is around it.
    fn refresh(&mut self) {
        let mut at = self.current();
        let Some(document) = &self.document else { return };
        self.visible = document.visible(&self.folded, self.raw, !self.hide_nulls);
        while let Some(index) = at {
            if let Ok(place) = self.visible.binary_search(&index) {
                self.list.cursor = place;
                break;
            }
            at = document.parent(index);
        }
    }

    /// Opens what is around a node and puts the cursor there.
    fn reveal(&mut self, index: usize) {
        let Some(document) = &self.document else { return };
        let mut around = document.parent(index);
        while let Some(container) = around {
            self.folded.remove(&container);
            around = document.parent(container);
        }
        self.visible = document.visible(&self.folded, self.raw, !self.hide_nulls);
        if let Ok(place) = self.visible.binary_search(&index) {
            self.list.cursor = place;
        }
    }

    fn is_container(&self, index: usize) -> bool {
        self.document
            .as_ref()
            .and_then(|document| document.nodes().get(index))
            .is_some_and(|node| node.children > 0)
    }

    /// Goes into or out of the tree.
    fn fold(&mut self, command: JsonCommand) {
        let Some(current) = self.current() else { return };
        let open = self.is_container(current) && !self.folded.contains(&current);
        match command {
            JsonCommand::Close if open => drop(self.folded.insert(current)),
            JsonCommand::Close => {
                let parent = self.document.as_ref().and_then(|document| document.parent(current));
                if let Some(place) = parent.and_then(|parent| self.visible.binary_search(&parent).ok()) {
                    self.list.cursor = place;
                }
            }
            JsonCommand::Open if open => self.list.cursor += 1,
            JsonCommand::Open => drop(self.folded.remove(&current)),
            JsonCommand::Toggle if open => drop(self.folded.insert(current)),
            JsonCommand::Toggle => drop(self.folded.remove(&current)),
            JsonCommand::CloseAll => {
                self.folded = self.document.iter().flat_map(Document::containers).collect();
            }
            JsonCommand::OpenAll => self.folded.clear(),
            JsonCommand::Raw => self.raw = !self.raw,
            JsonCommand::HideNulls => self.hide_nulls = !self.hide_nulls,
        }
    }
}

impl App {
    pub(in crate::app) fn run_json(&mut self, command: JsonCommand) {
        let Screen::Record(record) = self.screen_mut() else { return };
        record.json.fold(command);
        record.json.refresh();
        let raw = record.json.raw;
        let hidden =
            record.json.document.as_ref().filter(|_| record.json.hide_nulls).map_or(0, Document::nulls);
        match command {
            JsonCommand::Raw if raw => self.say("Annotations on lines of their own, as they came."),
            JsonCommand::Raw => self.say("Annotations at the right of their values."),
            JsonCommand::HideNulls if hidden > 0 => {
                self.say(format!("{hidden} nulls hidden. z e shows them"))
            }
            JsonCommand::HideNulls => self.say("Nulls shown."),
            _ => {}
        }
    }

    pub(in crate::app) fn step_json(&mut self, step: Step) {
        let height = self.size.body_height();
        if let Screen::Record(record) = self.screen_mut() {
            let len = record.json.visible.len();
            record.json.list.step(step, len, height);
        }
    }

    /// The column whose value stands under the cursor.
    pub(in crate::app) fn json_column(&self, schema: &TableSchema) -> Option<ColumnName> {
        let json = &self.record()?.json;
        let document = json.document.as_ref()?;
        let index = json.current()?;
        document.nodes().get(index).filter(|node| node.depth == 1)?;
        let key = document.key(index)?;
        let property = key.split('@').next().unwrap_or_default();
        schema.column_of_property(property).map(|column| column.name.clone())
    }

    /// The nodes that have this text and are not left out.
    pub(in crate::app) fn json_matches(&self, needle: &str) -> Vec<usize> {
        let Some(json) = self.record().map(|record| &record.json) else { return vec![] };
        let Some(document) = &json.document else { return vec![] };
        let shown = document.visible(&BTreeSet::new(), json.raw, !json.hide_nulls);
        shown.into_iter().filter(|index| document.matches(*index, needle)).collect()
    }

    /// Puts the cursor on a node, opening what is around it.
    pub(in crate::app) fn go_to_node(&mut self, index: usize) {
        if let Screen::Record(record) = self.screen_mut() {
            record.json.reveal(index);
        }
        self.step_json(Step::Rows(0));
    }
}

/// Whether a node is shown as a container.
pub fn is_container(kind: Kind) -> bool {
    matches!(kind, Kind::Object | Kind::Array)
}
