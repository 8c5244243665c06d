//! The Dataverse Web API, typed: names, rows, metadata, queries, changes, and the client that sends them.
//!
//! Must not know: screens, the command line, files, the environment. `app` uses the types of this module but
//! never the [`client`]; only `ops`, `cli` and `tui` call it.

pub mod error;
pub mod metadata;
pub mod names;
pub mod page;
pub mod patch;
pub mod query;

pub use error::Error;
pub use metadata::{Column, ColumnKind, Table, TableSchema};
pub use names::{ColumnName, RowId, SetName, TableName};
pub use page::{NextLink, Page, Row};
pub use patch::{Change, Patch};
pub use query::Query;
