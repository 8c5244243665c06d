//! One row, as a form and as JSON.

use jiff::Timestamp;

use super::form::Form;
use super::json::Json;
use super::related::RelatedTab;
use super::timeline::TimelineTab;
use crate::app::command::record::RecordCommand;
use crate::app::edit::row_name;
use crate::app::effect::{Effect, Request};
use crate::app::list::Step;
use crate::app::load::Load;
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
use crate::app::pending::RowKey;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::app::{App, Screen};
use crate::dataverse::{self, Row, RowId, Table};

/// State of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The table the row belongs to.
    pub table: Table,
    /// The row's key.
    pub id: RowId,
    /// The row with all its columns.
    pub row: Load<Row>,
    /// What is shown of it.
    pub tab: Tab,
    /// State of the form.
    pub form: Form,
    /// State of the JSON tab.
    pub json: Json,
    /// State of the relationships.
    pub related: RelatedTab,
    /// State of the timeline.
    pub timeline: TimelineTab,
    /// The text that was searched for last, in lower case.
    pub needle: String,
    /// When the row was read last.
    pub read_at: Option<Timestamp>,
    /// A step among the rows of the grid that goes on when more of them are here.
    pub stepping: Option<isize>,
    /// The server says that the row is no longer there; what is shown is what was read before.
    pub gone: bool,
}

/// What is shown of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Form,
    Json,
    Related,
    Timeline,
}

impl Record {
    /// A record of which nothing is read yet.
    pub fn new(table: Table, id: RowId, tab: Tab) -> Self {
        let (form, json) = (Form::default(), Json::default());
        let (row, needle) = (Load::Idle, String::new());
        let (related, timeline) = (RelatedTab::default(), TimelineTab::default());
        let read_at = None;
        Self {
            table,
            id,
            row,
            tab,
            form,
            json,
            related,
            timeline,
            needle,
            read_at,
            stepping: None,
            gone: false,
        }
    }

    /// Whether this is that row.
    pub fn is(&self, key: &RowKey) -> bool {
        self.id == key.id && self.table.name == key.table
    }

    /// The row's identity.
    pub fn key(&self) -> RowKey {
        RowKey { table: self.table.name.clone(), id: self.id }
    }

    /// A newer version of the row.
    pub(in crate::app) fn set_row(&mut self, row: Row) {
        self.json.show(&row);
        self.gone = false;
        self.row = Load::Ready(row);
    }
}

impl App {
    /// Shows one row in front of what is seen, and reads it with all its columns.
    pub(in crate::app) fn open_record(&mut self, table: Table, id: RowId, tab: Tab) -> Vec<Effect> {
        let schema = self.need_schema(&table);
        self.screens.push(Screen::Record(Box::new(Record::new(table, id, tab))));
        let mut effects = self.read_record();
        effects.extend(schema);
        effects.extend(self.read_timeline());
        effects.extend(self.read_related());
        effects
    }

    /// Reads the row of the record that is seen; what was there stays readable meanwhile.
    pub(in crate::app) fn read_record(&mut self) -> Vec<Effect> {
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        record.row.start();
        let request = Request::Row(record.table.set.clone(), record.id);
        let key = record.key();
        self.asked_row = Some(key);
        vec![Effect::Run(self.tickets.issue(Slot::Row), request)]
    }

    /// Takes the row that was asked for last.
    pub(in crate::app) fn row_came(&mut self, result: Result<Row, dataverse::Error>) -> Vec<Effect> {
        let Some(key) = self.asked_row.take() else { return vec![] };
        let mut effects = vec![];
        match result {
            Ok(row) => {
                let now = self.now;
                for record in self.records(&key) {
                    record.form.partial = false;
                    record.read_at = Some(now);
                    record.set_row(row.clone());
                }
                self.go_to_sought_field();
                self.arrange_related();
                self.rebase(&key, &row);
                self.rebase_operations(&key, &row);
            }
            Err(error) => {
                let problem = Problem::of("The record could not be read", &error);
                if error.is_not_found() {
                    effects = self.row_is_gone(&key, &problem);
                }
                for record in self.records(&key) {
                    record.gone = error.is_not_found();
                    record.row.finish(Err(problem.clone()));
                }
                // The panel of a row that is gone says it already.
                if !matches!(self.overlays.last(), Some(Overlay::Gone(_))) {
                    self.notice = Some(Notice::Problem(problem));
                }
            }
        }
        self.fit();
        effects
    }

    /// Reading a row was called off.
    pub(in crate::app) fn row_stopped(&mut self) {
        if let Some(key) = self.asked_row.take() {
            for record in self.records(&key) {
                record.row.cancel();
            }
        }
    }

    pub(super) fn records(&mut self, key: &RowKey) -> impl Iterator<Item = &mut Box<Record>> {
        self.screens.iter_mut().filter_map(move |screen| match screen {
            Screen::Record(record) if record.is(key) => Some(record),
            _ => None,
        })
    }

    /// The record that is seen.
    pub fn record(&self) -> Option<&Record> {
        match self.screen() {
            Screen::Record(record) => Some(record),
            _ => None,
        }
    }

    /// What people call a record.
    pub fn record_name(&self, record: &Record) -> String {
        let schema = self.schemas.get(&record.table.name).map(AsRef::as_ref);
        // Until the row is here, the grid it was opened from knows its name.
        let in_grid = || {
            self.screens.iter().find_map(|screen| match screen {
                Screen::Grid(grid) if grid.table.name == record.table.name => {
                    grid.current_row().filter(|row| row.id(&grid.table.primary_id) == Some(record.id))
                }
                _ => None,
            })
        };
        match record.row.value().cloned().or_else(in_grid) {
            Some(row) => row_name(schema, &record.table, record.id, &row),
            None => record.id.to_string(),
        }
    }

    /// Moves the cursor of the record that is seen.
    pub(in crate::app) fn step_record(&mut self, step: Step) {
        let Some(record) = self.record() else { return };
        match record.tab {
            Tab::Form => self.step_form(step),
            Tab::Json => self.step_json(step),
            Tab::Related => self.step_related(step),
            Tab::Timeline => self.step_timeline(step),
        }
    }

    /// Keeps the cursors of the record that is seen inside what it shows.
    pub(in crate::app) fn fit_record(&mut self) {
        self.step_record(Step::Rows(0));
    }

    pub(in crate::app) fn run_record(&mut self, command: RecordCommand) -> Vec<Effect> {
        match command {
            RecordCommand::Edit(command) => return self.run_edit(command),
            RecordCommand::Tree(command) => self.run_json(command),
            RecordCommand::Find => self.begin_find(),
            RecordCommand::NextMatch => self.find_again(true),
            RecordCommand::PreviousMatch => self.find_again(false),
            RecordCommand::Open => return self.open_field(),
            _ => {}
        }
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        match command {
            RecordCommand::Form if record.tab == Tab::Form => self.say("This is the form. 2 shows the JSON"),
            RecordCommand::Json if record.tab == Tab::Json => self.say("This is the JSON. 1 shows the form"),
            RecordCommand::Form => record.tab = Tab::Form,
            RecordCommand::Json => record.tab = Tab::Json,
            RecordCommand::Related => return self.show_related(),
            RecordCommand::Timeline => return self.show_timeline(),
            RecordCommand::NextRecord => return self.step_sibling(1),
            RecordCommand::PreviousRecord => return self.step_sibling(-1),
            RecordCommand::HideEmpty => record.form.hide_empty = !record.form.hide_empty,
            RecordCommand::LogicalNames => record.form.logical = !record.form.logical,
            RecordCommand::AllColumns => {
                let hid = std::mem::replace(&mut record.form.hide_empty, false);
                self.say(if hid {
                    "All columns."
                } else {
                    "All columns are shown already. z e hides empty ones"
                });
            }
            _ => {}
        }
        self.fit_record();
        vec![]
    }
}
