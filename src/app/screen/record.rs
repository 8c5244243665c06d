//! One row, as a form and as JSON.

use crate::app::App;
use crate::app::command::record::RecordCommand;
use crate::app::effect::Effect;
use crate::app::load::Load;
use crate::dataverse::{Row, RowId, Table};

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

impl App {
    pub(in crate::app) fn run_record(&mut self, command: RecordCommand) -> Vec<Effect> {
        match command {
            RecordCommand::Form | RecordCommand::Json => vec![],
        }
    }
}
