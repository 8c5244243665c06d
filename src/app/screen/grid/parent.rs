//! The rows that are related to one row, and no others.

use super::{Chip, Grid};
use crate::app::pending::RowKey;
use crate::dataverse::{Relationship, Table};

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
