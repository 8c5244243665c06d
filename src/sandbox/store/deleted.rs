//! What is remembered of rows that are gone, for those who follow the changes of a table.

use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

use super::ddl::quoted;
use super::{Counter, next};
use crate::sandbox::schema::Table;

pub(super) const TABLE: &str = "CREATE TABLE deleted_row (table_name TEXT, version INTEGER, id BLOB, \
                                PRIMARY KEY (table_name, version, id)) WITHOUT ROWID";

/// Notes that a row has just been deleted.
pub(crate) fn bury(transaction: &Transaction<'_>, table: &Table, id: Uuid) -> rusqlite::Result<()> {
    let version = next(transaction, Counter::Version)?;
    let sql = "INSERT INTO deleted_row (table_name, version, id) VALUES (?1, ?2, ?3)";
    transaction.prepare_cached(sql)?.execute(params![table.name, version, id.as_bytes().as_slice()])?;
    Ok(())
}

/// The rows that went after a version, in their order. One that came back under the same key is not among them.
pub(crate) fn deleted_since(
    connection: &Connection,
    table: &Table,
    version: i64,
) -> rusqlite::Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT id FROM deleted_row WHERE table_name = ?1 AND version > ?2 \
         AND NOT EXISTS (SELECT 1 FROM {} WHERE {} = deleted_row.id) GROUP BY id ORDER BY MAX(version)",
        quoted(&table.name),
        quoted(&table.key)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = statement.query_map(params![table.name, version], |row| row.get::<_, Vec<u8>>(0))?;
    let ids = ids.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(ids.iter().filter_map(|id| Uuid::from_slice(id).ok()).collect())
}

/// The version of the newest change.
pub(crate) fn last_version(connection: &Connection) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached("SELECT value FROM counter WHERE name = ?1")?;
    statement.query_row([Counter::Version.name()], |row| row.get(0))
}
