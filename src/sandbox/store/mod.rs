//! Rows in one SQLite file in WAL mode: one writer, a few readers, all on blocking threads. It knows the schema
//! and SQL; it must not know HTTP, OData or who is asking.

mod ddl;
mod deleted;
pub(crate) mod files;
mod pool;
pub(crate) mod text;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::schema::{Schema, Table};
pub(crate) use ddl::{has, make, name_column, quoted, type_column};
pub(crate) use deleted::{bury, deleted_since, last_version};
use pool::Readers;

/// Counts up whenever the shape of the file changes.
const FORMAT: i64 = 8;
/// Row versions start where a service of some age would be.
const FIRST_VERSION: i64 = 80_640_000;

/// The rows of one environment.
#[derive(Debug)]
pub(crate) struct Store {
    writer: Mutex<Connection>,
    readers: Readers,
    /// Tables that were made late, as far as they have been asked for.
    held: Mutex<HashSet<String>>,
}

/// Why a file cannot serve as store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    File(#[from] std::io::Error),
    #[error("the file was made by another version of the sandbox (format {0}, this one reads {FORMAT})")]
    Format(i64),
}

impl Store {
    /// Opens `path`. A file that is not there yet is made and handed to `fill`; it gets its name when it is complete.
    pub(crate) fn open(
        path: &Path,
        schema: &Schema,
        fill: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<Store, Error> {
        let writer = file(path, schema, fill)?;
        Ok(Store {
            writer: Mutex::new(writer),
            readers: Readers::new(path.to_owned()),
            held: Mutex::default(),
        })
    }

    /// Takes out every row and what was defined since, and hands the empty tables of `schema` to `fill`, as if the
    /// file were new, in one transaction.
    pub(crate) fn refill(
        &self,
        now: &Schema,
        schema: &Schema,
        fill: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        self.write(|transaction| {
            ddl::follow(transaction, now, schema)?;
            transaction.execute("DELETE FROM definition", [])?;
            for table in schema.tables().iter().filter(|table| !table.is_union()) {
                if has(transaction, table)? {
                    transaction.execute(&format!("DELETE FROM {}", quoted(&table.name)), [])?;
                }
            }
            files::clear(transaction)?;
            transaction.execute_batch("DELETE FROM counter; DELETE FROM deleted_row")?;
            begin(transaction, fill)
        })
    }

    /// Sees to it that a table can be read. Not within [`Store::write`], whose end it would wait for: there it is
    /// [`make`].
    pub(crate) fn hold(&self, table: &Table) -> rusqlite::Result<()> {
        if !ddl::is_late(table) {
            return Ok(());
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.contains(&table.name) {
            self.write(|transaction| make(transaction, table))?;
            held.insert(table.name.clone());
        }
        Ok(())
    }

    /// Runs `work` on one snapshot of the rows. Blocks while all readers are busy.
    pub(crate) fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.readers.take()?;
        let snapshot = connection.unchecked_transaction()?;
        let done = work(&snapshot);
        drop(snapshot);
        done
    }

    /// Runs `work` as one transaction, which is taken back when it fails. Blocks while another one writes.
    pub(crate) fn write<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }
}

/// Makes the tables of the file what the definitions have become by a request, which is kept.
pub(crate) fn redefine(
    transaction: &Transaction<'_>,
    old: &Schema,
    new: &Schema,
    request: &str,
) -> rusqlite::Result<()> {
    ddl::follow(transaction, old, new)?;
    transaction.execute("INSERT INTO definition (request) VALUES (?1)", [request])?;
    Ok(())
}

/// The requests that changed the definitions, in order.
pub(crate) fn redefinitions(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT request FROM definition ORDER BY id")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// The next number of a counter of the environment, kept through restarts.
pub(crate) fn next(connection: &Connection, counter: Counter) -> rusqlite::Result<i64> {
    let mut statement =
        connection.prepare_cached("UPDATE counter SET value = value + 1 WHERE name = ?1 RETURNING value")?;
    statement.query_row([counter.name()], |row| row.get(0))
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Counter {
    /// `versionnumber` of rows, which ETags are made of.
    Version,
    /// The middle of a case's number.
    Case,
}

impl Counter {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Counter::Version => "version",
            Counter::Case => "case",
        }
    }
}

fn file(
    path: &Path,
    schema: &Schema,
    fill: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> Result<Connection, Error> {
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".new");
        make_file(Path::new(&unfinished), schema, fill)?;
        std::fs::rename(&unfinished, path)?;
    }
    let writer = Connection::open(path)?;
    pool::prepare(&writer)?;
    let format: i64 = writer.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if format != FORMAT {
        return Err(Error::Format(format));
    }
    writer.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    // In WAL mode a commit is in the file when it returns, and survives the end of the process; only the end of the
    // machine could take it back.
    writer.execute_batch("PRAGMA synchronous = NORMAL")?;
    Ok(writer)
}

/// Makes and fills a file without a journal: when it fails there is nothing to keep. Sorting a million rows for their
/// indexes wants both cores and, so that it does not need half a gigabyte, files.
fn make_file(
    path: &Path,
    schema: &Schema,
    fill: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut connection = Connection::open(path)?;
    pool::prepare(&connection)?;
    connection.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -32768; PRAGMA threads = 2",
    )?;
    let transaction = connection.transaction()?;
    ddl::tables(&transaction, schema)?;
    begin(&transaction, fill)?;
    ddl::indexes(&transaction, schema)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()?;
    connection.execute_batch("PRAGMA analysis_limit = 400; ANALYZE")?;
    Ok(connection.close().map_err(|(_, error)| error)?)
}

/// The counters at their beginnings, then the rows.
fn begin(
    transaction: &Transaction<'_>,
    fill: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO counter (name, value) VALUES (?1, ?2), (?3, 0)",
        (Counter::Version.name(), FIRST_VERSION, Counter::Case.name()),
    )?;
    fill(transaction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, row: &str) -> Result<Store, Error> {
        Store::open(path, &Schema::standard(), |transaction| {
            let sql = "INSERT INTO subject (subjectid, title, versionnumber) VALUES (?1, ?2, 1)";
            transaction.execute(sql, (vec![1_u8; 16], row)).map(|_| ())
        })
    }

    fn titles(store: &Store) -> Vec<String> {
        let read: rusqlite::Result<_> = store.read(|connection| {
            connection
                .prepare("SELECT title FROM subject")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()
        });
        read.unwrap()
    }

    #[test]
    fn a_file_keeps_its_rows_and_is_not_filled_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.db");
        assert_eq!(titles(&open(&path, "first").unwrap()), ["first"]);
        assert_eq!(titles(&open(&path, "second").unwrap()), ["first"]);
    }

    #[test]
    fn a_write_that_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("rows.db"), "here").unwrap();
        let failed: rusqlite::Result<()> = store.write(|transaction| {
            transaction.execute("DELETE FROM subject", [])?;
            Err(rusqlite::Error::InvalidQuery)
        });
        assert!(failed.is_err());
        assert_eq!(titles(&store), ["here"]);
    }

    #[test]
    fn a_file_whose_making_was_broken_off_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.db");
        std::fs::write(folder.path().join("rows.db.new"), "half a file").unwrap();
        assert_eq!(titles(&open(&path, "whole").unwrap()), ["whole"]);
        assert!(!folder.path().join("rows.db.new").exists());
    }

    #[test]
    fn readers_do_not_wait_for_a_writer_and_see_what_was_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("rows.db"), "before").unwrap();
        let written: rusqlite::Result<()> = store.write(|transaction| {
            transaction.execute("UPDATE subject SET title = 'after'", [])?;
            let seen = std::thread::scope(|scope| {
                let readers: Vec<_> = (0..8).map(|_| scope.spawn(|| titles(&store))).collect();
                readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
            });
            assert!(seen.iter().all(|titles| titles == &["before"]), "{seen:?}");
            Ok(())
        });
        written.unwrap();
        assert_eq!(titles(&store), ["after"]);
    }

    #[test]
    fn somebody_elses_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
        assert!(matches!(open(&path, "x"), Err(Error::Format(0))));
    }
}
