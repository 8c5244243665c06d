//! What is to become of the file in a column, as data: it is staged, reviewed and kept like any other change.

use serde::{Deserialize, Serialize};

use super::{Error, FileColumn, Row, Subject, Table, Wire};

/// A file for a column, or the end of the one that it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The row as it was read. What brings a file takes no `If-Match`: the row is read just before, and a change since
    /// it was read stops it.
    pub subject: Subject,
    /// The column.
    pub column: FileColumn,
    /// Which file the column had when the row was read; another one tells later that this was done.
    pub had: Option<String>,
    /// The file that is to be sent; none where the one that is there goes.
    pub file: Option<LocalFile>,
}

/// A file of this machine, without its bytes: they are read when they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalFile {
    /// Where it is.
    pub path: String,
    /// What it is called in the column.
    pub name: String,
    /// Its size in bytes when it was chosen.
    pub size: u64,
    /// When it was written last, in nanoseconds since 1970, where the system tells.
    pub modified: Option<i64>,
}

impl FileChange {
    /// What is to become of the file in a column of a row, which was read with its ETag and with what tells which file
    /// it has.
    pub fn new(table: &Table, row: &Row, column: FileColumn, file: Option<LocalFile>) -> Self {
        let subject = Subject {
            set: table.set.clone(),
            primary_id: table.primary_id.clone(),
            id: column.id,
            etag: row.etag().unwrap_or_default().into_owned(),
            done: None,
        };
        let had = row.cell(&column.tells()).and_then(|cell| Some(cell.raw_text()?.into_owned()));
        Self { subject, column, had, file }
    }

    /// The request that is sent, or the first of several.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a name that no header can hold.
    pub fn wire(&self) -> Result<Wire, Error> {
        match &self.file {
            Some(file) => self.column.upload(&file.name, file.size),
            None => Ok(self.column.removal()),
        }
    }
}
