//! Rows of one table.

use crate::app::App;
use crate::app::command::grid::GridCommand;
use crate::app::effect::Effect;
use crate::app::list::List;
use crate::dataverse::Table;

/// State of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The table whose rows these are.
    pub table: Table,
    /// Cursor and scroll position.
    pub list: List,
}

impl App {
    pub(in crate::app) fn run_grid(&mut self, command: GridCommand) -> Vec<Effect> {
        match command {
            GridCommand::Open | GridCommand::OpenJson => vec![],
        }
    }
}
