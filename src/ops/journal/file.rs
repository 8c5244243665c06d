//! The file of the journal: made, recognized, set aside.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::Error;
use super::owner::Held;
use crate::private_file;

/// The file's name in the state folder.
pub(super) const NAME: &str = "journal.db";
/// Tells the file from those of other programs: `dvtj`.
const APPLICATION: i64 = 0x6476_746a;
/// Raised when what stands in the tables changes its meaning.
const VERSION: i64 = 2;
/// How long another process may be writing: it has some rows at a time.
const BUSY: Duration = Duration::from_millis(500);

/// `value` is nothing for null, and `text` where it is the value.
const TABLES: &str = "
    CREATE TABLE owner (
        n INTEGER PRIMARY KEY, environment TEXT NOT NULL, user_id TEXT NOT NULL,
        UNIQUE (environment, user_id)
    ) STRICT;
    CREATE TABLE definition (n INTEGER PRIMARY KEY, json TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE row (
        n INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES owner,
        definition INTEGER NOT NULL REFERENCES definition,
        logical_name TEXT NOT NULL, id BLOB NOT NULL, name TEXT NOT NULL,
        json TEXT NOT NULL, etag TEXT, fate INTEGER NOT NULL, included INTEGER NOT NULL,
        UNIQUE (owner, logical_name, id)
    ) STRICT;
    CREATE TABLE edit (
        n INTEGER PRIMARY KEY, row INTEGER NOT NULL REFERENCES row ON DELETE CASCADE,
        name TEXT NOT NULL, label TEXT NOT NULL, kind INTEGER NOT NULL, value TEXT, text TEXT,
        UNIQUE (row, name)
    ) STRICT;";

/// Since version 2. `json` is what the program knows of an operation.
const OPERATIONS: &str = "
    CREATE TABLE operation (
        n INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES owner, id BLOB NOT NULL,
        json TEXT NOT NULL, fate INTEGER NOT NULL, included INTEGER NOT NULL,
        UNIQUE (owner, id)
    ) STRICT;";

/// Opens the file and makes what is missing. The second file is locked as long as the first one is used.
///
/// # Errors
///
/// As the system says, and when the file is of a newer version, is damaged or is somebody else's.
pub(super) fn open(path: &Path) -> Result<(Connection, Held), Error> {
    let open = lock_file(path)?;
    open.lock_shared()?; // another one holds it only for as long as it sets a damaged file aside
    let open = Held::of(open);
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => {
            return Err(io::Error::other(format!("{} is a link or no plain file", path.display())).into());
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => drop(private_file::append(path)?),
        Err(error) => return Err(error.into()),
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY)?;
    prepare(&db, path).map_err(|error| match error {
        // SQLite takes a header that it does not understand for one of its own future.
        Error::Store(error)
            if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) && is_writable(path) =>
        {
            damaged(path, "its header makes no sense")
        }
        other => other,
    })?;
    Ok((db, open))
}

fn is_writable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.permissions().readonly())
}

fn prepare(db: &Connection, path: &Path) -> Result<(), Error> {
    let number = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    // In one look: another process may be making the tables.
    db.execute_batch("BEGIN")?;
    let made = (number("application_id"), number("user_version"), number("schema_version"));
    db.execute_batch("COMMIT")?;
    match (made.0?, made.1?, made.2?) {
        (APPLICATION, version, _) if version > VERSION => {
            return Err(Error::Newer { path: path.to_owned(), version });
        }
        (APPLICATION, 1..=VERSION, _) | (0, 0, 0) => {}
        _ => return Err(damaged(path, "it is no journal")),
    }
    // A commit is with the operating system when it returns; `Wal::sync` brings it to the disk.
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "secure_delete", true)?; // what was saved or dropped is not kept
    let check: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if check != "ok" {
        return Err(damaged(path, &check));
    }
    // Two processes may be at this point: the second one waits, and finds them made.
    db.execute_batch("BEGIN IMMEDIATE")?;
    let version = number("user_version")?;
    if version == 0 {
        db.execute_batch(TABLES)?;
        db.pragma_update(None, "application_id", APPLICATION)?;
    }
    if version < VERSION {
        db.execute_batch(OPERATIONS)?;
        db.pragma_update(None, "user_version", VERSION)?;
    }
    // A declaration that is damaged is noticed by the first write only, or by none.
    let mut declared = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    let declared = declared.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let ours = TABLES.split(';').chain(OPERATIONS.split(';'));
    if !ours.map(str::trim).filter(|table| !table.is_empty()).eq(declared) {
        return Err(damaged(path, "its tables are not those of a journal"));
    }
    db.execute_batch("DELETE FROM definition WHERE n NOT IN (SELECT definition FROM row); COMMIT")?;
    Ok(())
}

pub(super) fn damaged(path: &Path, what: &str) -> Error {
    Error::Damaged { path: path.to_owned(), what: what.to_owned() }
}

/// Whether the file is of no use, to this dv or any other.
pub(super) fn is_damage(error: &Error) -> bool {
    match error {
        Error::Damaged { .. } => true,
        Error::Store(rusqlite::Error::SqliteFailure(failure, _)) => matches!(
            failure.code,
            // The last one: a table or column that should be there is not.
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown
        ),
        Error::Store(rusqlite::Error::SqlInputError { .. }) => true, // the same
        Error::Store(
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::IntegralValueOutOfRange(..),
        ) => true,
        _ => false,
    }
}

/// Moves the file and what belongs to it out of the way, and answers where it is now.
///
/// # Errors
///
/// When another process uses it, and as the system says.
pub(super) fn set_aside(path: &Path, why: &Error) -> Result<PathBuf, Error> {
    let lock = lock_file(path)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Error::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    let _held = Held::of(lock);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let free = |aside: &PathBuf| !aside.exists();
    let aside = (0u32..)
        .map(|count| match count {
            0 => beside(path, &format!(".bad-{now}")),
            _ => beside(path, &format!(".bad-{now}-{count}")),
        })
        .find(free)
        .unwrap_or_else(|| beside(path, ".bad"));
    for part in ["-wal", "-shm", ""] {
        match fs::rename(beside(path, part), beside(&aside, part)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            moved => moved?,
        }
    }
    tracing::warn!(%why, aside = %aside.display(), "the journal was set aside");
    Ok(aside)
}

fn lock_file(path: &Path) -> io::Result<File> {
    private_file::append(&path.with_extension("lock"))
}

/// `journal.db-wal` for `journal.db`
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}
