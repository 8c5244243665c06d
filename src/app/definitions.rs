//! The columns of tables: what is known of them, and what they are now.

use std::sync::Arc;

use super::effect::{Effect, Request};
use super::notice::Notice;
use super::problem::Problem;
use super::tickets::Slot;
use super::{App, Screen};
use crate::dataverse::{Error, Table, TableSchema};

impl App {
    /// Reads a table's columns, unless that was done in this session.
    pub(in crate::app) fn need_schema(&mut self, table: &Table) -> Vec<Effect> {
        if self.schemas.contains_key(&table.name) && !self.unconfirmed.contains(&table.name) {
            self.columns_were_here(&table.name);
            return vec![];
        }
        self.read_schema(table)
    }

    fn read_schema(&mut self, table: &Table) -> Vec<Effect> {
        vec![Effect::Run(self.tickets.issue(Slot::Schema), Request::Schema(table.clone()))]
    }

    /// Reads data and columns of what is seen again.
    pub(in crate::app) fn reload(&mut self) -> Vec<Effect> {
        let table = match self.screen() {
            Screen::Grid(grid) => Some(grid.table.clone()),
            Screen::Record(record) => Some(record.table.clone()),
            _ => None,
        };
        if let Some(table) = &table {
            self.relationships.remove(&table.name);
        }
        let mut effects = self.refresh();
        if let Some(table) = table
            && !self.tickets.is_busy(Slot::Schema)
        {
            self.quick_finds.remove(&table.name);
            self.lookup_paths.remove(&table.name);
            effects.extend(self.read_schema(&table));
        }
        effects
    }

    /// Takes a table's columns as they were last time, until they come anew.
    pub(in crate::app) fn schema_known(&mut self, schema: Arc<TableSchema>) -> Vec<Effect> {
        if self.schemas.contains_key(&schema.table.name) {
            return vec![]; // what is here is no older
        }
        self.unconfirmed.insert(schema.table.name.clone());
        self.columns_were_here(&schema.table.name);
        self.take_schema(schema)
    }

    /// Takes a table's columns as they are; whoever waits for them goes on.
    pub(in crate::app) fn schema_came(&mut self, result: Result<Arc<TableSchema>, Error>) -> Vec<Effect> {
        match result {
            Ok(schema) => {
                self.unconfirmed.remove(&schema.table.name);
                self.take_schema(schema)
            }
            Err(error) => {
                self.no_schema(&error);
                vec![]
            }
        }
    }

    fn take_schema(&mut self, schema: Arc<TableSchema>) -> Vec<Effect> {
        let table = schema.table.name.clone();
        if self.schemas.get(&table) == Some(&schema) {
            return vec![];
        }
        self.schemas.insert(table.clone(), Arc::clone(&schema));
        if matches!(self.screen(), Screen::Grid(grid) if grid.schema.is_none()) {
            return self.start_grid();
        }
        for screen in self.screens.iter_mut() {
            if let Screen::Grid(grid) = screen
                && grid.table.name == table
                && grid.schema.is_some()
                && grid.renew_schema(Arc::clone(&schema))
            {
                let before = grid.asked();
                grid.reload(true, before);
            }
        }
        self.fit();
        self.renew_related();
        self.read_grid()
    }

    fn no_schema(&mut self, error: &Error) {
        if let Screen::Grid(grid) = self.screens.top_mut()
            && grid.schema.is_none()
        {
            let what = format!("Cannot read the columns of {}", grid.table.collection_name);
            grid.rows.finish(Err(Problem::of(&what, error)));
        } else {
            let problem = Problem::of("Cannot read the table's columns", error);
            self.notice = Some(Notice::Problem(problem));
        }
    }
}
