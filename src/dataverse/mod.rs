//! The Dataverse Web API, typed: names, rows, metadata, queries, changes, and the client that sends them.
//!
//! Must not know: screens, the command line, files, the environment. `app` uses the types of this module but
//! never its [`Client`]; only `ops`, `cli` and `tui` call it.

pub mod action;
pub mod around;
mod batch;
mod case_actions;
pub mod client;
pub mod deletion;
pub mod denial;
pub mod discovery;
pub mod error;
pub mod exchange;
pub mod file_change;
pub mod file_column;
pub mod filter;
pub mod function;
pub mod guard;
pub mod limits;
pub mod metadata;
pub mod names;
pub mod new_row;
pub mod operation;
pub mod organization;
pub mod page;
pub mod pages;
pub mod patch;
pub mod privileges;
pub mod query;
pub mod quick_find;
mod refused;
mod refused_token;
mod request;
mod response;
pub mod retry;
pub mod row;
pub mod timeline;
mod transport;
pub mod value;
pub mod wire;
mod writes;

pub use action::{Action, Subject};
pub use client::Client;
pub use deletion::Deletion;
pub use discovery::{Discovery, Instance};
pub use error::Error;
pub use exchange::{Again, Exchange, Exchanges};
pub use file_change::{FileChange, LocalFile};
pub use file_column::{Download, FileColumn, FileHead, Upload, Uploading};
pub use filter::{Filter, Literal, field};
pub use function::Function;
pub use guard::{Guard, Moment};
pub use limits::{Limits, Throttle};
pub use metadata::keys::AlternateKey;
pub use metadata::{Column, ColumnKind, Table, TableSchema};
pub use names::{ColumnName, RowId, SetName, TableName};
pub use new_row::NewRow;
pub use operation::Operation;
pub use organization::{EnvironmentKind, Organization, WhoAmI};
pub use page::{NextLink, Page, Total};
pub use pages::Pages;
pub use patch::{Change, Patch};
pub use privileges::Privilege;

pub use query::{Order, Query, RowQuery};
pub use quick_find::{LookupPath, QuickFind};
pub use refused::Refused;
pub use retry::{Retry, WaitReason, Waiting};
pub use row::Row;
pub use value::{Cell, CellValue};
pub use wire::Wire;
