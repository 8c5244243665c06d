//! Which columns a grid shows of a table, how, and in which order of rows: what a person arranged, kept for the next
//! visit.

use std::collections::BTreeMap;

use super::screen::grid::Sort;
use crate::dataverse::{ColumnName, TableName};

/// The columns of one table as a person arranged them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnLayout {
    /// The columns from left to right.
    pub columns: Vec<LaidOut>,
    /// How many of them stay at the left.
    pub frozen: usize,
    /// The order of the rows; empty is the server's own.
    pub sort: Vec<Sort>,
}

/// One column of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaidOut {
    /// The column; it may be gone from the table.
    pub name: ColumnName,
    /// Cells that a person gave it; without, it is fitted to its values.
    pub width: Option<u16>,
}

/// The layouts that are known, by origin of the environment and by table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layouts(pub BTreeMap<String, BTreeMap<TableName, ColumnLayout>>);

impl Layouts {
    /// The layout of a table.
    pub fn of(&self, environment: &str, table: &TableName) -> Option<&ColumnLayout> {
        self.0.get(environment)?.get(table)
    }

    /// Takes a table's newest layout.
    pub fn set(&mut self, environment: &str, table: TableName, layout: ColumnLayout) {
        self.0.entry(environment.to_owned()).or_default().insert(table, layout);
    }
}
