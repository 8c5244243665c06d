use rusqlite::{Connection, Transaction};

use crate::sandbox::schema::{Column, Kind, LookupKind, OnDelete, Origin, Schema, Table};

/// An SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// Where a polymorphic lookup keeps the table it points to.
pub(crate) fn type_column(column: &Column) -> String {
    format!("{}__type", column.name)
}

/// Where a lookup keeps the name of the row it points to. It is kept with the referring row so that lists with
/// names, and orders by name, need no join; a renamed row renames its copies.
pub(crate) fn name_column(column: &Column) -> String {
    format!("{}__name", column.name)
}

pub(super) fn tables(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
         CREATE TABLE definition (id INTEGER PRIMARY KEY, request TEXT NOT NULL)",
    )?;
    for table in schema.tables().iter().filter(|table| !is_late(table)) {
        connection.execute_batch(&create(table))?;
    }
    Ok(())
}

/// Whether a table is made when it is first needed. Most of the many tables that fill the list never are, and to
/// make all of them would take longer than everything else at start.
pub(super) fn is_late(table: &Table) -> bool {
    matches!(table.declared.origin, Origin::Plain { .. })
}

/// Whether the file has the table.
pub(crate) fn has(connection: &Connection, table: &Table) -> rusqlite::Result<bool> {
    if !is_late(table) {
        return Ok(true);
    }
    let mut statement = connection.prepare_cached("SELECT 1 FROM sqlite_master WHERE name = ?1")?;
    statement.exists([&table.name])
}

/// Makes a table that is not there yet, within a transaction that is about to add a row to it.
pub(crate) fn make(transaction: &Transaction<'_>, table: &Table) -> rusqlite::Result<()> {
    if has(transaction, table)? {
        return Ok(());
    }
    transaction.execute_batch(&create(table))?;
    index(transaction, table)
}

fn create(table: &Table) -> String {
    let columns: Vec<_> =
        columns(table).into_iter().map(|(name, kind)| format!("{} {kind}", quoted(&name))).collect();
    format!("CREATE TABLE {} ({})", quoted(&table.name), columns.join(", "))
}

/// The columns of a table in the file: names and types.
fn columns(table: &Table) -> Vec<(String, String)> {
    let mut columns = Vec::new();
    for column in table.stored() {
        let kind = match column.kind {
            _ if column.name == table.key => "BLOB NOT NULL".to_owned(),
            Kind::Text { .. } | Kind::Memo { .. } | Kind::EntityName | Kind::Virtual => {
                "TEXT COLLATE dataverse".to_owned()
            }
            Kind::MultiChoice { .. } | Kind::Image => "TEXT".to_owned(),
            Kind::Double { .. } => "REAL".to_owned(),
            Kind::Lookup { .. } | Kind::Id | Kind::File { .. } => "BLOB".to_owned(),
            Kind::YesNo { default, .. } => format!("INTEGER DEFAULT {}", i32::from(default)),
            Kind::Choice { default: Some(default), .. } => format!("INTEGER DEFAULT {default}"),
            _ => "INTEGER".to_owned(),
        };
        columns.push((column.name.clone(), kind));
        if column.is_lookup() {
            columns.push((name_column(column), "TEXT COLLATE dataverse".to_owned()));
            if column.is_polymorphic() {
                columns.push((type_column(column), "TEXT".to_owned()));
            }
        }
    }
    columns
}

/// Makes the tables of the file what the definitions have become.
pub(super) fn follow(transaction: &Transaction<'_>, old: &Schema, new: &Schema) -> rusqlite::Result<()> {
    for table in old.tables().iter().filter(|table| new.table(&table.name).is_none()) {
        if has(transaction, table)? {
            transaction.execute_batch(&format!("DROP TABLE {}", quoted(&table.name)))?;
        }
    }
    for table in new.tables() {
        match old.table(&table.name) {
            None if is_late(table) => {}
            None => {
                transaction.execute_batch(&create(table))?;
                index(transaction, table)?;
            }
            Some(before) if std::ptr::eq(before.declared, table.declared) => {}
            Some(before) if has(transaction, before)? => alter(transaction, before, table)?,
            Some(_) => {}
        }
    }
    Ok(())
}

fn alter(transaction: &Transaction<'_>, old: &Table, new: &Table) -> rusqlite::Result<()> {
    let (old, target) = (columns(old), columns(new));
    let name = quoted(&new.name);
    // A column with an index cannot be dropped.
    let mut statement = transaction.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL",
    )?;
    let indexes: Vec<String> =
        statement.query_map([&new.name], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for index in indexes {
        transaction.execute_batch(&format!("DROP INDEX {}", quoted(&index)))?;
    }
    let is_in = |list: &[(String, String)], name: &str| list.iter().any(|(known, _)| known == name);
    for (column, _) in old.iter().filter(|(column, _)| !is_in(&target, column)) {
        transaction.execute_batch(&format!("ALTER TABLE {name} DROP COLUMN {}", quoted(column)))?;
    }
    for (column, kind) in target.iter().filter(|(column, _)| !is_in(&old, column)) {
        transaction.execute_batch(&format!("ALTER TABLE {name} ADD COLUMN {} {kind}", quoted(column)))?;
    }
    index(transaction, new)
}

/// The keys, and indexes for the orders and filters that lists start with. They are made after the rows: to sort
/// once is faster than to find the place of every row.
pub(super) fn indexes(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    schema.tables().iter().filter(|table| !is_late(table)).try_for_each(|table| index(connection, table))
}

fn index(connection: &Connection, table: &Table) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "CREATE UNIQUE INDEX {} ON {} ({})",
        quoted(&format!("{}_key", table.name)),
        quoted(&table.name),
        quoted(&table.key)
    ))?;
    for column in table.stored() {
        for (suffix, columns) in index_columns(table, column) {
            let partial = if column.is_lookup() && suffix.is_empty() {
                format!(" WHERE {} IS NOT NULL", quoted(&column.name))
            } else {
                String::new()
            };
            connection.execute_batch(&format!(
                "CREATE INDEX {} ON {} ({}){partial}",
                quoted(&format!("{}_{}{suffix}", table.name, column.name)),
                quoted(&table.name),
                columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "),
            ))?;
        }
    }
    Ok(())
}

/// Every index ends in the primary key, as every order does.
fn index_columns(table: &Table, column: &Column) -> Vec<(&'static str, Vec<String>)> {
    let key = || table.key.clone();
    match column.kind {
        Kind::State { .. } => vec![("", vec![column.name.clone(), "createdon".to_owned(), key()])],
        Kind::Lookup { kind, .. } => {
            let audit = column.targets.iter().all(|target| target.on_delete == OnDelete::Nothing);
            let mut indexes = Vec::new();
            if !audit {
                indexes.push(("", vec![column.name.clone(), key()]));
            }
            if kind != LookupKind::Simple {
                indexes.push(("_by_name", vec![name_column(column), key()]));
            }
            indexes
        }
        _ if column.indexed => vec![("", vec![column.name.clone(), key()])],
        _ => Vec::new(),
    }
}
