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
        "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
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
    transaction.execute_batch(&create(table))?;
    index(transaction, table, |_| true)?;
    key(transaction, table)
}

fn create(table: &Table) -> String {
    let mut columns = Vec::new();
    for column in table.stored() {
        let name = quoted(&column.name);
        if column.name == table.key {
            columns.push(format!("{name} BLOB NOT NULL"));
            continue;
        }
        columns.push(match column.kind {
            Kind::Text { .. } | Kind::Memo { .. } | Kind::EntityName | Kind::Virtual => {
                format!("{name} TEXT COLLATE dataverse")
            }
            Kind::MultiChoice { .. } | Kind::Image => format!("{name} TEXT"),
            Kind::Double { .. } => format!("{name} REAL"),
            Kind::Lookup { .. } | Kind::Id | Kind::File { .. } => format!("{name} BLOB"),
            Kind::YesNo { default, .. } => format!("{name} INTEGER DEFAULT {}", i32::from(default)),
            Kind::Choice { default: Some(default), .. } => format!("{name} INTEGER DEFAULT {default}"),
            _ => format!("{name} INTEGER"),
        });
        if column.is_lookup() {
            columns.push(format!("{} TEXT COLLATE dataverse", quoted(&name_column(column))));
            if column.is_polymorphic() {
                columns.push(format!("{} TEXT", quoted(&type_column(column))));
            }
        }
    }
    format!("CREATE TABLE {} ({})", quoted(&table.name), columns.join(", "))
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
