//! What can be asked of a column. The functions of OData filters and the operators of FetchXML are two spellings of
//! the same conditions; here they get one meaning, as SQL with parameters. It knows columns and who asks; it must
//! not know either grammar, rows or answers.

mod hierarchy;
mod operator;
mod people;
mod span;
mod sql;
mod subject;
mod value;

pub(crate) use hierarchy::Hierarchy;
pub(crate) use operator::{Operator, fetch_operator, odata_operator};
pub(crate) use span::period_sql;
pub(crate) use sql::translate;
pub(crate) use subject::{Face, Subject, shown};
