//! DELETE of rows, with what hangs on them.

use http::StatusCode;
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::super::access::Right;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::read;
use super::super::reply::Reply;
use super::condition::Condition;
use crate::sandbox::schema::{OnDelete, Relationship, Table};
use crate::sandbox::store::{Counter, bury, files, has, name_column, next, quoted, type_column};

/// Rows below rows below rows: deeper chains are refused before they use up the stack.
const MAX_DEPTH: usize = 50;

/// `DELETE /incidents(id)`.
pub(crate) fn delete(call: &Call<'_>, table: &Table, id: Uuid) -> Result<Reply> {
    call.require(Right::Delete, table)?;
    let condition = Condition::of(call);
    call.write(|transaction| {
        let version = read::version(transaction, table, id)?;
        condition.allows_update(version)?;
        remove(call, transaction, table, id, 0)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

/// Removes a row and what hangs on it; `depth` is 0 for the first one.
pub(crate) fn remove(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    id: Uuid,
    depth: usize,
) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(associated());
    }
    let relationships: Vec<_> = call.schema().referring(table).collect();
    for relationship in relationships {
        if relationship.target.on_delete == OnDelete::Nothing || !has(transaction, relationship.table)? {
            continue;
        }
        match relationship.target.on_delete {
            OnDelete::Nothing => {}
            OnDelete::Restrict => {
                let sql = format!("SELECT 1 FROM {} LIMIT 1", referring(&relationship));
                let key = id.as_bytes().as_slice();
                if transaction.prepare_cached(&sql)?.query_row([key], |_| Ok(())).optional()?.is_some() {
                    return Err(associated());
                }
            }
            OnDelete::RemoveLink => remove_link(transaction, &relationship, id)?,
            OnDelete::Cascade => {
                for child in children(transaction, &relationship, id)? {
                    remove(call, transaction, relationship.table, child, depth + 1)?;
                }
            }
        }
    }
    for link in call.schema().associations(table) {
        let (links, column) = (quoted(&link.intersect.name), quoted(link.here.column));
        let sql = format!("DELETE FROM {links} WHERE {column} = ?1");
        transaction.prepare_cached(&sql)?.execute([id.as_bytes().as_slice()])?;
    }
    super::trail::removed(call, transaction, table, id)?;
    files::remove_of_row(transaction, &table.name, id)?;
    let sql = format!("DELETE FROM {} WHERE {} = ?1", quoted(&table.name), quoted(&table.key));
    transaction.prepare_cached(&sql)?.execute([id.as_bytes().as_slice()])?;
    Ok(bury(transaction, table, id)?)
}

fn associated() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        0x8004_0227,
        "The object you tried to delete is associated with another object and cannot be deleted.",
    )
}

/// `table WHERE lookup = ?1`.
fn referring(relationship: &Relationship<'_>) -> String {
    let column = relationship.column;
    let mut sql = format!("{} WHERE {} = ?1", quoted(&relationship.table.name), quoted(&column.name));
    if column.is_polymorphic() {
        sql.push_str(&format!(" AND {} = '{}'", quoted(&type_column(column)), relationship.target.table));
    }
    sql
}

fn remove_link(transaction: &Transaction<'_>, relationship: &Relationship<'_>, id: Uuid) -> Result<()> {
    let column = relationship.column;
    let mut cleared = vec![quoted(&column.name), quoted(&name_column(column))];
    if column.is_polymorphic() {
        cleared.push(quoted(&type_column(column)));
    }
    let cleared: Vec<_> = cleared.iter().map(|name| format!("{name} = NULL")).collect();
    let condition = referring(relationship);
    let key = id.as_bytes().as_slice();
    if !transaction.prepare_cached(&format!("SELECT 1 FROM {condition} LIMIT 1"))?.exists([key])? {
        return Ok(());
    }
    let (table, condition) = condition.split_once(" WHERE ").unwrap_or((&condition, "0"));
    let sql = format!("UPDATE {table} SET {}, versionnumber = ?2 WHERE {condition}", cleared.join(", "));
    let version = next(transaction, Counter::Version)?;
    transaction.prepare_cached(&sql)?.execute(params![key, version])?;
    Ok(())
}

/// The rows that refer to a row by one relationship.
pub(super) fn children(
    transaction: &Transaction<'_>,
    relationship: &Relationship<'_>,
    id: Uuid,
) -> Result<Vec<Uuid>> {
    let sql = format!("SELECT {} FROM {}", quoted(&relationship.table.key), referring(relationship));
    let mut statement = transaction.prepare_cached(&sql)?;
    let keys = statement
        .query_map([id.as_bytes().as_slice()], |row| row.get::<_, Vec<u8>>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(keys.iter().filter_map(|key| Uuid::from_slice(key).ok()).collect())
}
