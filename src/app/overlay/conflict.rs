//! A row whose changes were refused because somebody changed it meanwhile: both versions, and what to do about each
//! column. Nothing is decided before `s`: until then the changes wait as they were staged.

use std::borrow::Cow;

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::list::{List, Step};
use crate::app::load::Load;
use crate::app::overlay::prompt::Question;
use crate::app::pending::{PendingRow, RowKey, RowState, Staged, old_text};
use crate::app::tickets::Slot;
use crate::app::word_diff::{self, Changed};
use crate::dataverse::audit::Audit;
use crate::dataverse::value::same_value;
use crate::dataverse::{Column, ColumnName, Row, TableSchema};

/// The screen with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The row.
    pub key: RowKey,
    /// What reading it again has shown.
    pub compared: Option<Compared>,
    /// Who changed it since it was read; nothing where there is no room for that.
    pub audit: Load<Audit>,
    /// Cursor and scroll position among the columns.
    pub list: List,
}

/// What is different between the row as it was read and as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The row as it is now.
    pub newer: Row,
    /// Who changed it and when, as the server formats it.
    pub who: Option<String>,
    /// The columns that were changed: those changed on both sides first, those changed on the server only last.
    pub sides: Vec<Side>,
}

/// One column on three sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The staged column; none for one that was not touched here.
    pub column: Option<ColumnName>,
    /// Its label.
    pub label: String,
    /// As it was when it was read.
    pub read: String,
    /// As it is on the server.
    pub server: String,
    /// As it is staged; none for a column that was not touched here.
    pub yours: Option<String>,
    /// The words that the server has changed.
    pub theirs_changed: Changed,
    /// The words that you have changed.
    pub yours_changed: Changed,
    /// Both have changed it.
    pub overlaps: bool,
    /// What is to become of it.
    pub decision: Decision,
}

/// Whose value a column is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Not said yet.
    Open,
    Mine,
    Theirs,
}

/// Columns that every change touches.
pub(super) const ALWAYS: [&str; 5] =
    ["modifiedon", "_modifiedby_value", "versionnumber", "_modifiedonbehalfby_value", "modifiedby"];

/// Compares a row with its newer version.
pub fn compare(pending: &PendingRow, newer: &Row, schema: Option<&TableSchema>) -> Compared {
    let old = &pending.target.row;
    let (mut both, mut mine, mut theirs) = (vec![], vec![], vec![]);
    for edit in &pending.edits {
        let property = &*edit.property();
        let same = match (old.cell(property), newer.cell(property)) {
            (Some(old), Some(new)) => same_value(old.json, new.json),
            (old, new) => old.is_none() && new.is_none(),
        };
        let done = newer.cell(property).is_some_and(|cell| edit.new.change.is_value(cell.json));
        let overlaps = !same && !done;
        let mut side = Side {
            column: Some(edit.column.clone()),
            label: edit.label.clone(),
            read: old_text(old, property),
            server: old_text(newer, property),
            yours: Some(edit.new.text.clone()),
            theirs_changed: Changed::default(),
            yours_changed: Changed::default(),
            overlaps,
            decision: if overlaps { Decision::Open } else { Decision::Mine },
        };
        side.find_words();
        if overlaps { both.push(side) } else { mine.push(side) }
    }
    for (property, value) in old.entries() {
        let edited = pending.edits.iter().any(|edit| edit.property() == property);
        if property.contains('@') || edited || ALWAYS.contains(&&*property) {
            continue;
        }
        let Some(now) = newer.cell(&property) else { continue };
        if same_value(value.get(), now.json) {
            continue;
        }
        let column = schema.and_then(|schema| schema.column_of_property(&property));
        let mut side = Side {
            column: None,
            label: column.map_or_else(|| property.to_string(), |column| column.display_name.clone()),
            read: old_text(old, &property),
            server: old_text(newer, &property),
            yours: None,
            theirs_changed: Changed::default(),
            yours_changed: Changed::default(),
            overlaps: false,
            decision: Decision::Theirs,
        };
        side.find_words();
        theirs.push(side);
    }
    let who = changed_by(newer).map(|by| match newer.cell("modifiedon") {
        Some(when) => format!("{by} changed it, {}", when.text().unwrap_or_default()),
        None => format!("{by} changed it"),
    });
    Compared { newer: newer.clone(), who, sides: both.into_iter().chain(mine).chain(theirs).collect() }
}

/// Who changed a row last.
pub(in crate::app) fn changed_by(row: &Row) -> Option<String> {
    row.cell("_modifiedby_value")?.formatted.map(Cow::into_owned)
}

impl Side {
    fn find_words(&mut self) {
        self.theirs_changed = word_diff::changed(&self.read, &self.server);
        if let Some(yours) = &self.yours {
            self.yours_changed = word_diff::changed(&self.read, yours);
        }
    }
}

impl Compared {
    /// How many columns were changed on both sides.
    pub fn overlaps(&self) -> usize {
        self.sides.iter().filter(|side| side.overlaps).count()
    }

    /// The first column that is not decided.
    fn first_open(&self) -> Option<usize> {
        self.sides.iter().position(|side| side.decision == Decision::Open)
    }
}

impl Conflict {
    /// A screen that only knows that there is a conflict.
    pub fn new(key: RowKey) -> Self {
        Self { key, compared: None, audit: Load::Idle, list: List::default() }
    }

    /// Takes what reading the row again has shown; what was decided before is asked again.
    pub(in crate::app) fn take(&mut self, compared: Compared) {
        self.list = List::default();
        self.compared = Some(compared);
    }
}

impl App {
    /// Shows what stands against the changes of a row, which is read again where that is sure to help.
    pub(in crate::app) fn show_conflict(&mut self, key: RowKey) -> Vec<Effect> {
        let state = self.pending.row(&key.table, key.id).map(|row| row.state.clone());
        self.overlays.push(Overlay::Conflict(Box::new(Conflict::new(key.clone()))));
        match state {
            Some(RowState::Conflict) => self.look_again(&key),
            _ => vec![], // the line may be down: a person says when to try
        }
    }

    /// Reads the row again, and who changed it.
    fn look_again(&mut self, key: &RowKey) -> Vec<Effect> {
        let mut effects = self.reread(key);
        effects.extend(self.read_audit(key));
        effects
    }

    /// The conflict that a value is being edited for.
    fn conflict_below(&self, key: &RowKey) -> bool {
        self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Conflict(panel) if panel.key == *key))
    }

    pub(super) fn conflict_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Conflict(panel)) = self.overlays.last() else { return vec![] };
        let Input::Key(key) = input else { return vec![] };
        let row = panel.key.clone();
        let compared = panel.compared.is_some();
        match key {
            Key::Esc | Key::Ctrl('g') | Key::Char('q') => {
                self.overlays.pop();
                self.notice = None;
                return self.drop_audit();
            }
            Key::Char('r') | Key::Enter if !compared => {
                if self.tickets.is_busy(Slot::Row) {
                    self.say("The record is on its way already.");
                    return vec![];
                }
                self.notice = None;
                return self.look_again(&row);
            }
            Key::Char('r') => return self.look_again(&row),
            Key::Char('m' | 't' | 'M' | 'T' | 'e' | 's' | 'j' | 'k') | Key::Down | Key::Up if !compared => {
                self.say("Compare first: Enter reads the record again.");
            }
            Key::Char('j' | 'k') | Key::Down | Key::Up => {
                let down = matches!(key, Key::Char('j') | Key::Down);
                self.step_conflict(Step::Rows(if down { 1 } else { -1 }));
                self.notice = None;
            }
            Key::Char('m') => self.decide(Decision::Mine),
            Key::Char('t') => self.decide(Decision::Theirs),
            Key::Char('M') => self.decide_all(Decision::Mine),
            Key::Char('T') => self.decide_all(Decision::Theirs),
            Key::Char('e') => return self.edit_conflict(),
            Key::Char('s') => return self.settle_conflict(),
            Key::Enter => self.say("Enter does not decide.  m is yours, t theirs, s sends"),
            key => self.say(format!("`{key}` does nothing here.  Esc keeps your changes pending")),
        }
        vec![]
    }

    /// The columns that are compared, and the cursor among them.
    fn compared(&mut self) -> Option<(&mut Compared, &mut List)> {
        let panel = self.overlays.iter_mut().rev().find_map(|overlay| match overlay {
            Overlay::Conflict(panel) => Some(panel),
            _ => None,
        })?;
        let Conflict { compared, list, .. } = &mut **panel;
        compared.as_mut().map(|compared| (compared, list))
    }

    fn step_conflict(&mut self, step: Step) {
        let height = self.size.conflict_height();
        if let Some((compared, list)) = self.compared() {
            list.step(step, compared.sides.len(), height);
        }
    }

    /// Keeps the cursor among the columns that are seen.
    pub(in crate::app) fn fit_conflict(&mut self) {
        self.step_conflict(Step::Rows(0));
    }

    fn decide(&mut self, decision: Decision) {
        self.notice = None;
        let Some((compared, list)) = self.compared() else { return };
        let Some(side) = compared.sides.get_mut(list.cursor) else { return };
        if side.column.is_none() {
            let said = format!("You did not change {}: the server's value stays.", side.label);
            return self.say(said);
        }
        side.decision = decision;
        if let Some(next) = compared.first_open() {
            list.cursor = next;
        }
        self.fit_conflict();
    }

    fn decide_all(&mut self, decision: Decision) {
        self.notice = None;
        let Some((compared, _)) = self.compared() else { return };
        for side in compared.sides.iter_mut().filter(|side| side.column.is_some()) {
            side.decision = decision;
        }
    }

    /// Opens the editor of the column under the cursor.
    fn edit_conflict(&mut self) -> Vec<Effect> {
        let Some(Overlay::Conflict(panel)) = self.overlays.last() else { return vec![] };
        let (key, cursor) = (panel.key.clone(), panel.list.cursor);
        let Some(side) = panel.compared.as_ref().and_then(|compared| compared.sides.get(cursor)) else {
            return vec![];
        };
        let label = side.label.clone();
        let schema = self.schemas.get(&key.table);
        let column = side.column.as_ref().and_then(|name| schema?.column(name.as_str()).cloned());
        let target = self.pending.row(&key.table, key.id).map(|row| row.target.clone());
        match column.zip(target) {
            Some((column, target)) => self.open_editor(target, column),
            None => {
                self.say(format!("You did not change {label}: the server's value stays."));
                vec![]
            }
        }
    }

    /// Takes a value that was edited on the way to a decision; answers whether it was.
    pub(in crate::app) fn edited_in_conflict(&mut self, key: &RowKey, column: &Column, new: &Staged) -> bool {
        if !self.conflict_below(key) {
            return false;
        }
        self.pending.replace(key, &column.name, new.clone());
        if let Some((compared, list)) = self.compared()
            && let Some(at) =
                compared.sides.iter().position(|side| side.column.as_ref() == Some(&column.name))
        {
            let side = &mut compared.sides[at];
            (side.yours, side.decision) = (Some(new.text.clone()), Decision::Mine);
            side.find_words();
            list.cursor = compared.first_open().unwrap_or(at);
        }
        self.fit_conflict();
        self.notice = None;
        true
    }

    /// `s`: puts what is yours on top of the row as it is now, drops the rest, and asks whether to send it.
    fn settle_conflict(&mut self) -> Vec<Effect> {
        let Some(Overlay::Conflict(panel)) = self.overlays.last_mut() else { return vec![] };
        let key = panel.key.clone();
        let Some(compared) = &panel.compared else { return vec![] };
        if let Some(open) = compared.first_open() {
            let label = compared.sides[open].label.clone();
            panel.list.cursor = open;
            self.fit_conflict();
            self.say(format!("{label} is not decided.  m is yours, t theirs, e another value"));
            return vec![];
        }
        let newer = compared.newer.clone();
        let theirs = compared.sides.iter().filter(|side| side.decision == Decision::Theirs);
        let dropped: Vec<_> = theirs.filter_map(|side| side.column.clone()).collect();
        self.overlays.pop();
        self.pending.rebase(&key, &newer);
        for column in &dropped {
            self.pending.drop_edit(&key, column);
        }
        self.merge(&key, &newer);
        if self.pending.row(&key.table, key.id).is_some() {
            self.ask(Question::Save { row: key, meanwhile: false });
        } else if dropped.is_empty() {
            self.say("The record has your values already: nothing left to send.");
        } else {
            self.say("Your changes of this record are dropped.  u brings them back.");
        }
        self.drop_audit()
    }
}
