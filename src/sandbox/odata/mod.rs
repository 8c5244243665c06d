//! OData as Dataverse speaks it: addresses, query options and filters become values here, and filters and orders
//! become SQL with parameters. It knows the schema; it must not know rows, answers or who is asking.

pub(crate) mod apply;
pub(crate) mod ast;
mod conditions;
pub(crate) mod cookie;
mod error;
mod lexer;
pub(crate) mod literal;
pub(crate) mod options;
mod parser;
mod paths;
pub(crate) mod seek;
pub(crate) mod sql;
pub(crate) mod uri;

pub(crate) use error::Error;
pub(crate) use parser::filter;
