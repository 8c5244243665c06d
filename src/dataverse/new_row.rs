//! A row that is to be made.

use serde::{Deserialize, Serialize};

use super::request::Request;
use super::value::quoted;
use super::{Change, ColumnName, Error, RowId, RowQuery, SetName, Wire};

/// A row with an id of ours, so that its creation can be looked up when the answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRow {
    /// Entity set of the table.
    pub set: SetName,
    /// Primary key column of the table.
    pub primary_id: ColumnName,
    /// The key that the row gets.
    pub id: RowId,
    /// Its columns, in the order they were given.
    pub values: Vec<(ColumnName, Change)>,
    /// The rules of duplicate detection may refuse it.
    pub detect_duplicates: bool,
}

impl NewRow {
    /// The request body: the key, then the columns.
    pub fn body(&self) -> String {
        let key = format!("{}:{}", quoted(self.primary_id.as_str()), quoted(&self.id.to_string()));
        let values = self.values.iter().map(|(name, change)| change.member(name));
        let members: Vec<String> = std::iter::once(key).chain(values).collect();
        format!("{{{}}}", members.join(","))
    }

    /// The row with all its columns, once it is there.
    pub fn itself(&self) -> RowQuery {
        RowQuery { annotations: false, ..RowQuery::new(self.set.clone(), self.id) }
    }

    /// The request that makes it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for what cannot be put into a request.
    pub fn wire(&self) -> Result<Wire, Error> {
        Request::create(self).map(|request| Wire::of(&request))
    }
}
