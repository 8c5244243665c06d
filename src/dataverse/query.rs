//! A query of one table as a value. Text becomes an OData literal here and nowhere else.

use super::{ColumnName, SetName};

/// Rows of one table: which columns, which rows, in what order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(super) set: SetName,
    pub(super) select: Vec<String>,
    pub(super) filter: Option<String>,
    pub(super) order: Vec<Order>,
    pub(super) top: Option<u32>,
    pub(super) page_size: Option<u32>,
    pub(super) count: bool,
    pub(super) annotations: bool,
}

/// One column of an ordering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The property as the wire names it, such as `createdon` or `_ownerid_value`.
    pub property: String,
    /// Largest first.
    pub descending: bool,
}

/// Starts a condition on a column.
pub fn field(name: impl Into<ColumnName>) -> ColumnName {
    name.into()
}
