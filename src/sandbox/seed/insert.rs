use rusqlite::types::Value;
use rusqlite::{CachedStatement, Transaction};
use uuid::Uuid;

use crate::sandbox::store::quoted;

/// Columns and values of a row, always in the same order for a table.
pub(super) type Cells = Vec<(&'static str, Value)>;

/// Adds rows to one table with one prepared statement, made from the columns of the first row.
pub(super) struct Insert<'a> {
    transaction: &'a Transaction<'a>,
    table: &'static str,
    statement: Option<CachedStatement<'a>>,
}

impl<'a> Insert<'a> {
    pub(super) fn into(transaction: &'a Transaction<'a>, table: &'static str) -> Insert<'a> {
        Insert { transaction, table, statement: None }
    }

    pub(super) fn add(&mut self, cells: Cells) -> rusqlite::Result<()> {
        let statement = match &mut self.statement {
            Some(statement) => statement,
            none => {
                let names: Vec<_> = cells.iter().map(|(name, _)| quoted(name)).collect();
                let places = vec!["?"; cells.len()].join(", ");
                let sql =
                    format!("INSERT INTO {} ({}) VALUES ({places})", quoted(self.table), names.join(", "));
                none.insert(self.transaction.prepare_cached(&sql)?)
            }
        };
        statement.execute(rusqlite::params_from_iter(cells.into_iter().map(|(_, value)| value)))?;
        Ok(())
    }
}

/// A row that others refer to.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) id: Uuid,
    pub(super) name: String,
}

impl Reference {
    pub(super) fn id(&self) -> Value {
        blob(self.id)
    }

    pub(super) fn name(&self) -> Value {
        Value::Text(self.name.clone())
    }
}

pub(super) fn blob(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

pub(super) fn number(number: impl Into<i64>) -> Value {
    Value::Integer(number.into())
}

/// The value in most rows, null in the others.
pub(super) fn maybe(present: bool, value: Value) -> Value {
    if present { value } else { Value::Null }
}
