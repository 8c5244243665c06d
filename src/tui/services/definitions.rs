//! Tables and columns: read, and remembered for the next start.

use std::sync::Arc;

use super::Services;
use crate::app::Progress;
use crate::dataverse::{Error, Table, TableSchema};

impl Services {
    /// The tables that the environment of the start had last time.
    pub fn known_tables(&self) -> Vec<Table> {
        let aim = self.aims.now().ok().filter(|aim| !aim.is_list);
        aim.map(|aim| self.known.tables(&aim.request.environment)).unwrap_or_default()
    }

    /// Lists the tables, and remembers them for the next start.
    pub(super) async fn tables(&self) -> Result<Vec<Table>, Error> {
        let client = self.client()?;
        let tables = client.tables().await?;
        let (known, environment, list) = (self.known.clone(), client.environment().clone(), tables.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(error) = known.keep_tables(&environment, &list) {
                tracing::warn!(%error, "the tables are not remembered");
            }
        });
        Ok(tables)
    }

    /// Reads a table's columns, and remembers them. What is known of them is told at once.
    pub(super) async fn schema(
        &self,
        table: &Table,
        progress: impl Fn(Progress),
    ) -> Result<Arc<TableSchema>, Error> {
        let client = self.client()?;
        if let Some(known) = self.known.schema(client.environment(), &table.name) {
            progress(Progress::Schema(Arc::new(TableSchema { table: table.clone(), ..known })));
        }
        let schema = Arc::new(client.table_schema(table).await?);
        let (known, environment, read) = (self.known.clone(), client.environment().clone(), schema.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(error) = known.keep_schema(&environment, &read) {
                tracing::warn!(%error, "the columns are not remembered");
            }
        });
        Ok(schema)
    }
}
