//! Tables and columns: read, and remembered for the next start.

use std::io;
use std::sync::Arc;

use super::Services;
use crate::app::overlay::views::ViewsRead;
use crate::app::{Progress, Reply};
use crate::dataverse::{Error, Filter, LookupPath, RelatedCount, Table, TableName, TableSchema, ViewKind};
use crate::ops::known::Known;

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
        let (environment, list) = (client.environment().clone(), tables.clone());
        self.remember(move |known| known.keep_tables(&environment, &list)).await;
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
        let (environment, read) = (client.environment().clone(), schema.clone());
        self.remember(move |known| known.keep_schema(&environment, &read)).await;
        Ok(schema)
    }

    /// The views of a table that the server has. One of the two reads may fail without the other.
    pub(super) async fn views(&self, table: TableName) -> Reply {
        let name = &table;
        let of = |kind: ViewKind| async move { self.client()?.views(name, kind).await };
        let (system, personal) = tokio::join!(of(ViewKind::System), of(ViewKind::Personal));
        Reply::Views(table, Box::new(ViewsRead { system, personal }))
    }

    /// The relationships of a table.
    pub(super) async fn relationships(&self, table: TableName) -> Reply {
        let read = async { self.client()?.relationships(&table).await }.await;
        Reply::Relationships(table, read)
    }

    /// Counts related rows, all relationships at once.
    pub(super) async fn count_related(&self, wanted: &[(Table, Filter)]) -> Vec<Result<RelatedCount, Error>> {
        let count = |(table, condition)| async move { self.client()?.related_count(table, condition).await };
        futures_util::future::join_all(wanted.iter().map(|(table, condition)| (table, condition)).map(count))
            .await
    }

    /// Reads the columns of tables, and how their lookups are written.
    pub(super) async fn learn(
        &self,
        tables: &[Table],
    ) -> Result<Vec<(Arc<TableSchema>, Vec<LookupPath>)>, Error> {
        let client = self.client()?;
        let mut learned = Vec::new();
        for table in tables {
            let (schema, paths) =
                tokio::try_join!(self.schema(table, |_| {}), client.lookup_paths(&table.name))?;
            learned.push((schema, paths));
        }
        Ok(learned)
    }

    /// Writes on a thread of its own, one after the other.
    async fn remember(&self, write: impl FnOnce(&Known) -> io::Result<()> + Send + 'static) {
        let known = self.known.clone();
        let keeping = self.keeping.clone().lock_owned().await;
        tokio::task::spawn_blocking(move || {
            if let Err(error) = write(&known) {
                tracing::warn!(%error, "tables or columns are not remembered");
            }
            drop(keeping);
        });
    }

    /// Waits until what came last is remembered.
    pub async fn remembered(&self) {
        drop(self.keeping.lock().await);
    }
}
