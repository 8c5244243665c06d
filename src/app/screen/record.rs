//! One row, as a form and as JSON.

use crate::app::command::record::RecordCommand;
use crate::app::effect::{Effect, Request};
use crate::app::load::Load;
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
}

/// What is shown of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Form,
    Json,
}

impl Record {
    /// A record of which nothing is read yet.
    pub fn new(table: Table, id: RowId, tab: Tab) -> Self {
        Self { table, id, row: Load::Idle, tab }
    }
}

impl App {
    /// Shows one row in front of what is seen, and reads it with all its columns.
    pub(in crate::app) fn open_record(&mut self, table: Table, id: RowId, tab: Tab) -> Vec<Effect> {
        self.screens.push(Screen::Record(Box::new(Record::new(table, id, tab))));
        self.read_record()
    }

    /// Reads the row of the record that is seen; what was there stays readable meanwhile.
    pub(in crate::app) fn read_record(&mut self) -> Vec<Effect> {
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        record.row.start();
        let request = Request::Row(record.table.set.clone(), record.id);
        vec![Effect::Run(self.tickets.issue(Slot::Row), request)]
    }

    /// Takes the row that was asked for last.
    pub(in crate::app) fn row_came(&mut self, result: Result<Row, dataverse::Error>) -> Vec<Effect> {
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        record.row.finish(result.map_err(|error| Problem::new(error.to_string())));
        vec![]
    }

    pub(in crate::app) fn run_record(&mut self, command: RecordCommand) -> Vec<Effect> {
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        match command {
            RecordCommand::Form => record.tab = Tab::Form,
            RecordCommand::Json => record.tab = Tab::Json,
        }
        vec![]
    }
}
