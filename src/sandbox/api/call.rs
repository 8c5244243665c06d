use bytes::Bytes;
use http::{HeaderMap, Method};

use super::access::{Principal, Right};
use super::error::Result;
use super::prefer::Prefer;
use super::{Config, Environment};
use crate::sandbox::odata::sql::Context;
use crate::sandbox::odata::uri::QueryString;
use crate::sandbox::schema::{Schema, Table};
use crate::sandbox::store::Store;

/// One request on its way, with all that answering it needs.
pub(super) struct Call<'a> {
    pub(super) environment: &'a Environment,
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
}

impl Call<'_> {
    pub(super) fn schema(&self) -> &Schema {
        &self.environment.schema
    }

    pub(super) fn store(&self) -> &Store {
        &self.environment.store
    }

    pub(super) fn config(&self) -> &Config {
        &self.environment.config
    }

    pub(super) fn context(&self) -> Context {
        Context { user: self.principal.id, now: self.now }
    }

    pub(super) fn require(&self, right: Right, table: &Table) -> Result<()> {
        self.principal.require(right, table)
    }

    /// A header's text, trimmed.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }
}
