//! The list of tables.

use crate::app::App;
use crate::app::command::tables::TablesCommand;
use crate::app::effect::Effect;
use crate::app::list::List;

/// State of the table list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// Cursor and scroll position in the tables that match.
    pub list: List,
}

impl App {
    pub(in crate::app) fn run_tables(&mut self, command: TablesCommand) -> Vec<Effect> {
        match command {
            TablesCommand::Open | TablesCommand::Filter => vec![],
        }
    }
}
