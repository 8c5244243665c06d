//! A row that was not made because others are like it: which those are, and whether it is made all the same.

use super::Overlay;
use crate::app::App;
use crate::app::effect::{Effect, Request};
use crate::app::finding::{Found, Hit};
use crate::app::key::{Input, Key};
use crate::app::list::{List, Step};
use crate::app::load::Load;
use crate::app::pending::OperationId;
use crate::app::problem::Problem;
use crate::app::screen::record::Tab;
use crate::app::tickets::Slot;
use crate::dataverse::{Change, NewRow, Operation, Table};

/// Rows of the list.
pub const HEIGHT: usize = 6;

/// The panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicates {
    /// What is to make the row.
    pub operation: OperationId,
    /// The table of the row.
    pub table: Table,
    /// The rows that are like it, as the service names them.
    pub asked: Load<Found>,
    /// Cursor and scroll position among them.
    pub list: List,
}

impl Duplicates {
    /// The rows that are like it, as far as they are here.
    pub fn hits(&self) -> &[Hit] {
        self.asked.value().map_or(&[][..], |found| &found.hits)
    }
}

impl App {
    /// Shows which rows a new one is too much like, and asks the service for them.
    pub(in crate::app) fn show_duplicates(&mut self, id: OperationId) -> Vec<Effect> {
        let Some(new) = self.new_row_of(id) else { return vec![] };
        let table =
            self.tables.value().and_then(|all| all.iter().find(|table| table.set == new.set)).cloned();
        let Some(table) = table else {
            self.say("The tables have not been read yet.  r reads them");
            return vec![];
        };
        let mut asked = Load::default();
        asked.start();
        self.notice = None; // the panel says it
        let panel = Duplicates { operation: id, table: table.clone(), asked, list: List::default() };
        self.overlays.push(Overlay::Duplicates(Box::new(panel)));
        let request = Request::Duplicates(Box::new(table), Box::new(new));
        vec![Effect::Run(self.tickets.issue(Slot::Duplicates), request)]
    }

    pub(super) fn duplicates_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Duplicates(panel)) = self.overlays.last_mut() else { return vec![] };
        let len = panel.hits().len();
        let step = match input {
            Input::Key(Key::Up | Key::Char('k') | Key::Ctrl('p')) => Step::Rows(-1),
            Input::Key(Key::Down | Key::Char('j') | Key::Ctrl('n')) => Step::Rows(1),
            Input::Key(Key::PageUp) => Step::Halves(-2),
            Input::Key(Key::PageDown) => Step::Halves(2),
            Input::Key(Key::Enter) => return self.open_duplicate(),
            Input::Key(Key::Char('m')) => return self.allow_duplicates(),
            Input::Key(Key::Char('f')) => return self.search_duplicates(),
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c') | Key::Char('q')) => return self.close_duplicates(),
            input => {
                self.say_unbound(input);
                return vec![];
            }
        };
        panel.list.step(step, len, HEIGHT);
        vec![]
    }

    fn open_duplicate(&mut self) -> Vec<Effect> {
        let Some(Overlay::Duplicates(panel)) = self.overlays.last() else { return vec![] };
        let Some(hit) = panel.hits().get(panel.list.cursor).cloned() else {
            self.say("There is no row here to open.  f searches for it, Esc closes");
            return vec![];
        };
        let mut effects = self.close_duplicates();
        effects.extend(self.open_record(hit.table, hit.id, Tab::Form));
        effects
    }

    /// Nothing is sent by it: the row waits to be made, without being compared.
    fn allow_duplicates(&mut self) -> Vec<Effect> {
        let Some(Overlay::Duplicates(panel)) = self.overlays.last() else { return vec![] };
        let id = panel.operation;
        let effects = self.close_duplicates();
        match self.pending.operation(id) {
            Some(operation) if !operation.is_sending() => {
                self.pending.allow_duplicates(id);
                self.say("It waits to be made all the same.  s sends it");
            }
            _ => self.say("It does not wait any more."),
        }
        effects
    }

    /// Looks in the table for what the row is to be called.
    fn search_duplicates(&mut self) -> Vec<Effect> {
        let Some(Overlay::Duplicates(panel)) = self.overlays.last() else { return vec![] };
        let (id, table) = (panel.operation, panel.table.clone());
        let Some(text) = self.new_row_of(id).and_then(|new| called(&new, &table)) else {
            self.say("It has no text to search for.");
            return vec![];
        };
        let mut effects = self.close_duplicates();
        effects.extend(self.find_in(table, text));
        effects
    }

    fn close_duplicates(&mut self) -> Vec<Effect> {
        self.overlays.pop();
        self.notice = None;
        match self.tickets.cancel(Slot::Duplicates) {
            true => vec![Effect::Cancel(Slot::Duplicates)],
            false => vec![],
        }
    }

    /// The row that an operation makes.
    fn new_row_of(&self, id: OperationId) -> Option<NewRow> {
        match &self.pending.operation(id)?.operation {
            Operation::Create(new) => Some(new.clone()),
            _ => None,
        }
    }

    fn duplicates_panel(&mut self) -> Option<&mut Duplicates> {
        self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Duplicates(panel) => Some(&mut **panel),
            _ => None,
        })
    }

    /// Takes the rows that the service names.
    pub(in crate::app) fn duplicates_came(&mut self, result: Result<Found, Problem>) {
        if let Some(panel) = self.duplicates_panel() {
            panel.asked.finish(result);
        }
    }

    /// The question was called off.
    pub(in crate::app) fn duplicates_stopped(&mut self) {
        if let Some(panel) = self.duplicates_panel() {
            panel.asked.cancel();
        }
    }
}

/// What a new row is to be called; where its name is not given, its first text.
fn called(new: &NewRow, table: &Table) -> Option<String> {
    let texts = || {
        new.values.iter().filter_map(|(name, change)| match change {
            Change::Text(text) if !text.trim().is_empty() => Some((name, text)),
            _ => None,
        })
    };
    let named = texts().find(|(name, _)| table.primary_name.as_ref() == Some(*name));
    named.or_else(|| texts().next()).map(|(_, text)| text.trim().to_owned())
}
