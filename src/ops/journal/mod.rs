//! The journal of staged edits: what waits to be sent outlives the program, however it ends.
//!
//! One SQLite file in the state folder holds the edits of all environments. A change that [`Journal::keep`] has taken is
//! with the operating system: it survives the end of the process. [`Wal::sync`] brings it to the disk, where it
//! survives a power loss. One process at a time keeps the edits of a person in an environment: a lock says which.
//!
//! Must not know: screens, what an edit means, the server.

#[cfg(test)]
mod breaking;
mod file;
mod operations;
mod owner;
mod rows;
#[cfg(test)]
pub(super) mod tests;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

use crate::dataverse::{Change, ColumnName, Row, RowId, Table, TableName};

use owner::Held;
pub use owner::Owner;

/// The changes of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptRow {
    /// The row's table.
    pub table: Table,
    /// The row's key.
    pub id: RowId,
    /// What people call the row.
    pub name: String,
    /// The row as it was read, with its ETag.
    pub row: Row,
    /// How far its changes are.
    pub fate: Fate,
    /// The next send takes them along.
    pub included: bool,
    /// Its changed columns, in the order they were staged.
    pub edits: Vec<KeptEdit>,
}

/// One changed column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEdit {
    pub column: ColumnName,
    /// The column's label.
    pub label: String,
    /// What is sent.
    pub change: Change,
    /// How people read it.
    pub text: String,
}

/// How far the changes of a row are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They were not sent, or did not arrive.
    Waiting,
    /// The row was changed by somebody else.
    Conflict,
    /// They were sent, and how that ended is not known.
    Unknown,
}

/// An operation beside the changes of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOperation {
    /// Tells it from others.
    pub id: Uuid,
    /// What it is, in JSON that the journal does not read.
    pub json: String,
    /// How far it is.
    pub fate: Fate,
    /// The next send takes it along.
    pub included: bool,
}

/// What the journal is to hold of one thing from here on.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// These changes of a row and no others.
    Kept(Box<KeptRow>),
    /// None any more.
    Gone(TableName, RowId),
    /// This operation.
    Operation(KeptOperation),
    /// It does not wait any more.
    OperationGone(Uuid),
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Store(#[from] rusqlite::Error),
    /// It is left as it is.
    #[error("{} was written by a newer dv (version {version}) and is left as it is", path.display())]
    Newer { path: PathBuf, version: i64 },
    /// It is not what it should be.
    #[error("{} is damaged ({what})", path.display())]
    Damaged { path: PathBuf, what: String },
    /// It is not what it should be, and cannot be set aside.
    #[error("{} is damaged, and another dv has it open; close that one and start again", .0.display())]
    InUse(PathBuf),
}

/// What came of opening the journal.
#[derive(Debug)]
pub enum Opened {
    /// It is ours until it is dropped, with what it holds.
    Ours {
        journal: Box<Journal>,
        rows: Vec<KeptRow>,
        operations: Vec<KeptOperation>,
        /// Where the file went that was there and damaged.
        aside: Option<PathBuf>,
    },
    /// Another process keeps the edits of this person; so many changes wait there.
    Elsewhere { pid: Option<u32>, count: usize },
}

/// The edits of one person in one environment.
#[derive(Debug)]
pub struct Journal {
    db: Connection,
    owner: i64,
    path: PathBuf,
    /// What could not be written so far.
    missed: Vec<Entry>,
    _mine: Held,
    _open: Held,
}

/// The file that the newest changes are in.
#[derive(Debug, Clone)]
pub struct Wal(PathBuf);

impl Journal {
    /// Opens the journal in a folder, which is made when it is missing. A file that is damaged is set aside under a name
    /// of its own, and a new one begun.
    ///
    /// Blocks: some milliseconds.
    ///
    /// # Errors
    ///
    /// When it is of a newer version or cannot be used.
    pub fn open(folder: &Path, owner: &Owner) -> Result<Opened, Error> {
        let path = folder.join(file::NAME);
        match Self::open_once(&path, owner, None) {
            Err(error) if file::is_damage(&error) => {
                let aside = file::set_aside(&path, &error)?;
                Self::open_once(&path, owner, Some(aside))
            }
            other => other,
        }
    }

    fn open_once(path: &Path, owner: &Owner, aside: Option<PathBuf>) -> Result<Opened, Error> {
        let (db, open) = file::open(path)?;
        let number = rows::owner(&db, owner)?;
        let mine = match owner.lock(path)? {
            Ok(mine) => mine,
            Err(pid) => return Ok(Opened::Elsewhere { pid, count: rows::count(&db, number)? }),
        };
        let kept = rows::read(&db, number, path)?;
        let operations = operations::read(&db, number)?;
        let path = path.to_owned();
        let journal = Journal { db, owner: number, path, missed: vec![], _mine: mine, _open: open };
        Ok(Opened::Ours { journal: Box::new(journal), rows: kept, operations, aside })
    }

    /// Writes entries, together with those that could not be written before: all or none. What is there already is not
    /// written again.
    ///
    /// # Errors
    ///
    /// When they could not be written. The next call tries them again.
    pub fn keep(&mut self, entries: Vec<Entry>) -> Result<(), Error> {
        self.missed.extend(entries);
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for entry in &self.missed {
            rows::write(&transaction, self.owner, entry)?;
        }
        transaction.commit()?;
        self.missed.clear();
        Ok(())
    }

    /// Takes operations out that nobody here understands, one line of JSON each at the end of a file beside the journal,
    /// and answers which file that is.
    ///
    /// # Errors
    ///
    /// When they could not be written there: the journal still holds them.
    pub fn set_aside(&mut self, operations: &[KeptOperation]) -> Result<PathBuf, Error> {
        operations::set_aside(&self.db, self.owner, operations, file::beside(&self.path, ".bad-operations"))
    }

    /// What is to be synced after a change.
    pub fn wal(&self) -> Wal {
        Wal(file::beside(&self.path, "-wal"))
    }
}

impl Wal {
    /// Waits until what was written is on the disk.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn sync(&self) -> io::Result<()> {
        match File::options().write(true).open(&self.0) {
            // SQLite puts it into the other file when nobody uses it any more, and syncs that.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            file => file?.sync_data(),
        }
    }
}
