//! The Dataverse Web API, typed: names, rows, metadata, queries, changes, and the client that sends them.
//!
//! Must not know: screens, the command line, files, the environment. `app` uses the types of this module but
//! never its client; only `ops`, `cli` and `tui` call it.

pub mod error;
pub mod filter;
pub mod metadata;
pub mod names;
pub mod page;
pub mod patch;
pub mod query;
pub mod row;
pub mod value;

pub use error::Error;
pub use filter::{Filter, field};
pub use metadata::{Column, ColumnKind, Table, TableSchema};
pub use names::{ColumnName, RowId, SetName, TableName};
pub use page::{NextLink, Page, Total};
pub use patch::{Change, Patch};
pub use query::{Order, Query, RowQuery};
pub use row::Row;
pub use value::{Cell, CellValue};
