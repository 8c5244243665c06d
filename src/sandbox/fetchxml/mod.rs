//! FetchXML: a query as XML becomes a tree, and the tree becomes SQL with parameters and a list of what its columns
//! are. It knows the schema and who asks; it must not know HTTP, rows or how answers are written.

pub(crate) mod ast;
pub(crate) mod cookie;
mod error;
mod parser;
pub(crate) mod sql;

pub(crate) use error::Error;
pub(crate) use parser::fetch;
