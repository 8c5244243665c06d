//! A row that is to be deleted.

use serde::{Deserialize, Serialize};

use super::request::Request;
use super::{ColumnName, Error, Row, RowId, RowQuery, SetName, Table, Wire};

/// The end of one row, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// Entity set of the table.
    pub set: SetName,
    /// Primary key column of the table.
    pub primary_id: ColumnName,
    /// The row.
    pub id: RowId,
    /// ETag of the row as it was read. Sent as `If-Match`.
    pub etag: String,
    /// The server compares ETags for this table; without it the row is read and compared first.
    pub optimistic_concurrency: bool,
}

impl Deletion {
    /// The end of `row`, which was read with its ETag.
    pub fn new(table: &Table, id: RowId, row: &Row) -> Self {
        Self {
            set: table.set.clone(),
            primary_id: table.primary_id.clone(),
            id,
            etag: row.etag().unwrap_or_default().into_owned(),
            optimistic_concurrency: table.optimistic_concurrency,
        }
    }

    /// The row, with no more than it takes to see its ETag.
    pub fn itself(&self) -> RowQuery {
        let select = vec![self.primary_id.to_string()];
        RowQuery { select, annotations: false, ..RowQuery::new(self.set.clone(), self.id) }
    }

    /// The request that deletes it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for what cannot be put into a request.
    pub fn wire(&self) -> Result<Wire, Error> {
        let etag = self.etag.as_str();
        let if_match = if self.optimistic_concurrency && !etag.is_empty() { etag } else { "*" };
        Request::delete(self, if_match).map(|request| Wire::of(&request))
    }
}
