//! Rows of which no more is known than their keys.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Client, Error, Filter, Literal, Query, Row, RowId, Table, TableName, field};

/// So many rows one request asks for: its address stays far below what a server takes.
const IN_ONE: usize = 50;
/// So many requests are under way at a time.
const AT_A_TIME: usize = 4;

/// Rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsByKey {
    /// Their table.
    pub table: Table,
    /// The properties that are read of each; the key always comes too.
    pub select: Vec<String>,
    /// Their keys.
    pub ids: Vec<RowId>,
}

impl RowsByKey {
    fn query(&self, ids: &[RowId]) -> Query {
        let is = |id: &RowId| field(self.table.primary_id.as_str()).eq(Literal::Guid(id.0));
        Query::new(self.table.set.clone())
            .select(self.select.clone())
            .filter(Filter::Or(ids.iter().map(is).collect()))
            .annotations()
    }
}

impl Client {
    /// Reads rows. One that is not there, or that the person may not see, is not among the answers.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn rows_by_key(&self, wanted: &[RowsByKey]) -> Result<Vec<(TableName, RowId, Row)>, Error> {
        let parts = wanted.iter().flat_map(|rows| rows.ids.chunks(IN_ONE).map(move |ids| (rows, ids)));
        // Futures that borrow in a closure are not general enough for a stream: each owns what it needs.
        let parts: Vec<_> = parts.map(|(rows, ids)| (rows.table.clone(), rows.query(ids))).collect();
        let reads = parts.into_iter().map(|(table, query)| {
            let client = self.clone();
            async move {
                let page = client.page(&query).await?;
                let of_row = |row: Row| Some((table.name.clone(), row.id(&table.primary_id)?, row));
                Ok::<_, Error>(page.rows().filter_map(of_row).collect::<Vec<_>>())
            }
        });
        let found: Vec<Vec<_>> = stream::iter(reads).buffered(AT_A_TIME).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}
