//! Changes to a row: only the columns that changed, each with the JSON it is sent as.

use super::{ColumnName, RowId, SetName, TableName};

/// A new value of a column, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// JSON `null`.
    Null,
    /// A JSON string: text, dates.
    Text(String),
    /// A JSON number, its text kept exactly: whole numbers, decimals, money, choices.
    Number(String),
    /// A JSON boolean.
    YesNo(bool),
}

/// An update of one existing row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Logical name of the table, for messages.
    pub table: TableName,
    /// Entity set of the table.
    pub set: SetName,
    /// The row.
    pub id: RowId,
    /// ETag of the row as it was read, such as `W/"81053001"`. Sent as `If-Match`.
    pub etag: String,
    /// The changed columns in the order they were staged.
    pub changes: Vec<(ColumnName, Change)>,
}
