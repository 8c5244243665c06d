//! The rows that are related to one row, and no others.

use super::{Chip, Grid};
use crate::app::effect::Effect;
use crate::app::pending::{PendingOperation, RowKey};
use crate::app::{App, Screen};
use crate::dataverse::{ColumnName, Operation, Relationship, RelationshipKind, Table, TableName};

/// The row that the rows of a grid are related to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// The condition that they are. It stays: without it these would be other rows.
    pub chip: Chip,
    /// The row.
    pub of: RowKey,
    /// Its name.
    pub name: String,
    /// As the row sees it.
    pub relationship: Relationship,
    /// Rows came or went since they were read.
    pub stale: bool,
}

impl Grid {
    /// The rows of a table that are related to one row.
    pub fn related(table: Table, parent: Parent) -> Self {
        Self { parent: Some(Box::new(parent)), ..Self::new(table) }
    }

    /// Everything that is asked of the server, what cannot be dropped first.
    pub fn conditions(&self) -> impl Iterator<Item = &Chip> {
        self.parent.iter().map(|parent| &parent.chip).chain(&self.chips)
    }
}

impl App {
    /// These columns of a row were saved: where one of them leads to a parent, that one's rows are others by now.
    pub(in crate::app) fn has_moved(&mut self, table: &TableName, columns: &[ColumnName]) {
        self.mark_stale(|grid, parent| match &parent.relationship.kind {
            RelationshipKind::OneToMany { column, .. } => {
                grid.table.name == *table && columns.contains(column)
            }
            _ => false,
        });
    }

    /// An operation was carried out: rows that it linked, or made below a parent, are seen there from here on.
    pub(in crate::app) fn rows_have_come_or_gone(&mut self, operation: &PendingOperation) {
        self.mark_stale(|_, parent| match &operation.operation {
            Operation::Associate(_) => {
                matches!(parent.relationship.kind, RelationshipKind::ManyToMany { .. })
            }
            Operation::Create(_) => operation.row().as_ref() == Some(&parent.of),
            _ => false,
        });
    }

    fn mark_stale(&mut self, concerns: impl Fn(&Grid, &Parent) -> bool) {
        for screen in self.screens.all_mut() {
            let Screen::Grid(grid) = screen else { continue };
            let stale = grid.parent.as_ref().is_some_and(|parent| concerns(grid, parent));
            if let Some(parent) = &mut grid.parent {
                parent.stale |= stale;
            }
        }
    }

    /// Reads the rows of a parent again that are seen, once all that was sent is answered.
    pub(in crate::app) fn read_stale_rows(&mut self) -> Vec<Effect> {
        if self.pending.saving().is_some() {
            return vec![];
        }
        let Screen::Grid(grid) = self.screen_mut() else { return vec![] };
        match &mut grid.parent {
            Some(parent) if parent.stale => {
                parent.stale = false;
                self.refresh()
            }
            _ => vec![],
        }
    }
}
