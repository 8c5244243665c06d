//! A row whose changes were refused because somebody changed it meanwhile: read it again, see both, decide.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::overlay::prompt::Question;
use crate::app::pending::{PendingRow, RowKey};
use crate::app::tickets::Slot;
use crate::dataverse::{Row, TableSchema};

/// The panel with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The row.
    pub key: RowKey,
    /// What reading it again has shown.
    pub compared: Option<Compared>,
}

/// What is different between the row as it was read and as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Who changed it and when, as the server formats it.
    pub who: Option<String>,
    /// Columns that were changed on both sides.
    pub overlaps: Vec<Side>,
    /// Columns that were changed on the server only.
    pub theirs: Vec<Side>,
}

/// One column on three sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Label of the column.
    pub label: String,
    /// As it was when it was read.
    pub read: String,
    /// As it is on the server.
    pub server: String,
    /// As it is staged; none for a column that was not touched here.
    pub yours: Option<String>,
}

/// Columns that every change touches.
const ALWAYS: [&str; 5] =
    ["modifiedon", "_modifiedby_value", "versionnumber", "_modifiedonbehalfby_value", "modifiedby"];

/// Compares a row with its newer version.
pub fn compare(pending: &PendingRow, newer: &Row, schema: Option<&TableSchema>) -> Compared {
    let old = &pending.target.row;
    let text = |row: &Row, property: &str| match row.cell(property) {
        None => "(not read)".to_owned(),
        Some(cell) => cell.text().map_or_else(|| "-".to_owned(), std::borrow::Cow::into_owned),
    };
    let mut compared = Compared::default();
    for edit in &pending.edits {
        let property = &*edit.property();
        let side = Side {
            label: edit.label.clone(),
            read: edit.old.clone(),
            server: text(newer, property),
            yours: Some(edit.new.text.clone()),
        };
        let same = match (old.cell(property), newer.cell(property)) {
            (Some(old), Some(new)) => crate::dataverse::value::same_value(old.json, new.json),
            (old, new) => old.is_none() && new.is_none(),
        };
        let done = newer.cell(property).is_some_and(|cell| edit.new.change.is_value(cell.json));
        if !same && !done {
            compared.overlaps.push(side);
        }
    }
    for (property, value) in old.entries() {
        let edited = pending.edits.iter().any(|edit| edit.property() == property);
        if property.contains('@') || edited || ALWAYS.contains(&&*property) {
            continue;
        }
        let Some(now) = newer.cell(&property) else { continue };
        if !crate::dataverse::value::same_value(value.get(), now.json) {
            let column = schema.and_then(|schema| schema.column_of_property(&property));
            compared.theirs.push(Side {
                label: column.map_or_else(|| property.to_string(), |column| column.display_name.clone()),
                read: text(old, &property),
                server: text(newer, &property),
                yours: None,
            });
        }
    }
    let by = newer.cell("_modifiedby_value").and_then(|cell| cell.formatted.map(|name| name.into_owned()));
    compared.who = by.map(|by| match newer.cell("modifiedon") {
        Some(when) => format!("{by} changed it, {}", when.text().unwrap_or_default()),
        None => format!("{by} changed it"),
    });
    compared
}

impl Conflict {
    /// A panel that only knows that there is a conflict.
    pub fn new(key: RowKey) -> Self {
        Self { key, compared: None }
    }
}

impl App {
    pub(super) fn conflict_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Conflict(panel)) = self.overlays.last() else { return vec![] };
        let Input::Key(key) = input else { return vec![] };
        let (row, compared) = (panel.key.clone(), panel.compared.is_some());
        match key {
            Key::Esc | Key::Ctrl('g') | Key::Char('q') => {
                self.overlays.pop();
                self.notice = None;
            }
            Key::Enter if compared => self.say("Enter does not decide.  w saves yours, t takes theirs"),
            Key::Char('r') | Key::Enter => {
                if self.tickets.is_busy(Slot::Row) {
                    self.say("The record is on its way already.");
                    return vec![];
                }
                self.notice = None;
                return self.reread(&row);
            }
            Key::Char('w') if compared => {
                self.overlays.pop();
                self.ask(Question::Save { row, meanwhile: false });
            }
            Key::Char('w') => self.say("Compare first: Enter reads the record again."),
            Key::Char('t') => {
                self.drop_row(&row);
                self.overlays.pop();
                self.say("Your changes of this record are dropped.  u brings them back.");
                self.review_changed();
            }
            key => self.say(format!("`{key}` does nothing here.  Esc keeps your changes pending")),
        }
        vec![]
    }
}
