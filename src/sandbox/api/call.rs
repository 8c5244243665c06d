use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use rusqlite::{Connection, Transaction};

use super::access::Principal;
use super::address::References;
use super::error::Result;
use super::prefer::Prefer;
use super::{Caller, Config, Environment, METADATA_VERSION};
use crate::sandbox::odata::sql::Context;
use crate::sandbox::odata::uri::QueryString;
use crate::sandbox::schema::{Schema, Table};
use crate::sandbox::store::{Store, make};

/// One request on its way, with all that answering it needs.
pub(super) struct Call<'a> {
    pub(super) environment: &'a Environment,
    /// The tables as they were when the request came.
    pub(super) schema: Arc<Schema>,
    pub(super) caller: Caller,
    pub(super) principal: Principal,
    /// Scheme, host and version: `http://127.0.0.1:5000/api/data/v9.2`.
    pub(super) root: String,
    pub(super) method: Method,
    /// The path behind the version, as it came.
    pub(super) path: String,
    pub(super) query: QueryString,
    pub(super) headers: HeaderMap,
    pub(super) prefer: Prefer,
    pub(super) body: Bytes,
    /// Seconds of UTC.
    pub(super) now: i64,
    /// The transaction of the change set that the request is a part of.
    pub(super) within: Option<&'a Transaction<'a>>,
    /// What the parts before it have made, when the request is a part of a batch.
    pub(super) references: Option<&'a References>,
}

impl Call<'_> {
    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Counts up with every change of the definitions.
    pub(super) fn metadata_version(&self) -> usize {
        METADATA_VERSION + self.schema.history().len()
    }

    fn store(&self) -> &Store {
        &self.environment.store
    }

    /// Runs `work` on one snapshot of the rows; within a change set, on the rows as it has left them.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        match self.within {
            Some(transaction) => work(transaction),
            None => self.store().read(work),
        }
    }

    /// Runs `work` as one transaction, or as a part of the change set's. What it does is taken back when it fails.
    pub(super) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        match self.within {
            Some(transaction) => work(transaction),
            None => self.store().write(work),
        }
    }

    /// Sees to it that a table can be read. Not within [`Call::write`].
    pub(super) fn hold(&self, table: &Table) -> Result<()> {
        match self.within {
            Some(transaction) => make(transaction, table)?,
            None => self.store().hold(table)?,
        }
        Ok(())
    }

    pub(super) fn config(&self) -> &Config {
        &self.environment.config
    }

    pub(super) fn context(&self) -> Context {
        Context { user: self.principal.id, now: self.now }
    }

    /// A header's text, trimmed.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }
}
