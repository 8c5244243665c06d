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
    connection.execute_batch(super::deleted::TABLE)?;
    connection.execute_batch(super::files::TABLES)?;
    for table in schema.tables().iter().filter(|table| !is_late(table) && !table.is_union()) {
        connection.execute_batch(&create(table))?;
        index(connection, table, |column| is_empty(schema, column))?;
    }
    for table in schema.tables().iter().filter(|table| table.is_union()) {
        connection.execute_batch(&union(schema, table))?;
    }
    Ok(())
}

/// All activities as one view: each kind's columns under the names of `table`, null where a kind has none.
fn union(schema: &Schema, table: &Table) -> String {
    let kinds = schema.tables().iter().filter(|kind| kind.is_activity());
    let selects: Vec<_> =
        kinds.map(|kind| format!("SELECT {} FROM {}", shown(table, kind), quoted(&kind.name))).collect();
    format!("CREATE VIEW {} AS {}", quoted(&table.name), selects.join(" UNION ALL "))
}

fn shown(table: &Table, kind: &Table) -> String {
    let mut columns = Vec::new();
    for column in table.stored() {
        // A resolution is regarding its case by a lookup of its own.
        let own = match column.name.as_str() {
            "regardingobjectid" => kind.column("regardingobjectid").or_else(|| kind.column("incidentid")),
            name => kind.column(name),
        };
        let name = |name: &str, value: Option<String>| {
            format!("{} AS {}", value.unwrap_or_else(|| "NULL".to_owned()), quoted(name))
        };
        columns.push(match (column.kind, own) {
            // The reasons of all kinds come down to one for each state, numbered alike.
            (Kind::Status { .. }, _) => name(&column.name, Some("statecode + 1".to_owned())),
            (_, own) => name(&column.name, own.map(|own| quoted(&own.name))),
        });
        if column.is_lookup() {
            columns.push(name(&name_column(column), own.map(|own| quoted(&name_column(own)))));
        }
        if column.is_polymorphic() {
            let kept = own.map(|own| match own.is_polymorphic() {
                true => quoted(&type_column(own)),
                false => format!("'{}'", own.targets.first().map_or("", |target| target.table.as_str())),
            });
            columns.push(name(&type_column(column), kept));
        }
    }
    columns.join(", ")
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
    complete(transaction, table)
}

/// A table with all its indexes.
fn complete(transaction: &Transaction<'_>, table: &Table) -> rusqlite::Result<()> {
    transaction.execute_batch(&create(table))?;
    index(transaction, table, |_| true)?;
    key(transaction, table)
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
            None => complete(transaction, table)?,
            Some(before) if std::ptr::eq(before.declared, table.declared) => {}
            Some(before) if has(transaction, before)? => alter(transaction, before, table)?,
            Some(_) => {}
        }
    }
    // What is prepared and kept still counts the columns that were.
    transaction.flush_prepared_statement_cache();
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
    index(transaction, new, |_| true)?;
    key(transaction, new)
}

/// The indexes that are made after the rows: to sort once is faster than to find the place of every row.
pub(super) fn indexes(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    for table in schema.tables().iter().filter(|table| !is_late(table) && !table.is_union()) {
        tracing::debug!(table = table.name, "making indexes");
        key(connection, table)?;
        index(connection, table, |column| !is_empty(schema, column))?;
    }
    Ok(())
}

/// Whether a lookup leads only to tables that have no rows at first. Its index is made before the rows, when there is
/// nothing to look through.
fn is_empty(schema: &Schema, column: &Column) -> bool {
    column.is_lookup() && column.targets.iter().all(|target| schema.table(&target.table).is_none_or(is_late))
}

fn key(connection: &Connection, table: &Table) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "CREATE UNIQUE INDEX {} ON {} ({})",
        quoted(&format!("{}_key", table.name)),
        quoted(&table.name),
        quoted(&table.key)
    ))
}

/// Indexes for the orders and filters that lists start with, of the columns that are `wanted`.
fn index(connection: &Connection, table: &Table, wanted: impl Fn(&Column) -> bool) -> rusqlite::Result<()> {
    for column in table.stored().filter(|column| wanted(column)) {
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
            if !audit || column.indexed {
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
