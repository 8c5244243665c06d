//! Pending changes in a file of their own, to be handed to another session or another person.
//!
//! One JSON object: a version, the environment's address, when, and the changes, each as the journal knows it. A digest
//! tells whether anything was changed since: it guards against damage, not against people. Never over what exists, for
//! nobody else, whole or not at all.
//!
//! Must not know: screens, what a change means, the server.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::journal::{Fate, KeptEdit, KeptOperation, KeptRow};
use super::save_file::{self, Unsaved};
use crate::dataverse::{Change, ColumnName, Row, RowId, Table};

/// So many bytes a file has at most.
pub const MOST: u64 = 64 << 20;
/// What the file says it is.
const FORM: &str = "dv pending changes";
const VERSION: u64 = 1;

/// What is in a file. How far a change is does not travel: all of them wait.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// Origin of the environment that the changes are for.
    pub environment: String,
    /// When they were written.
    pub at: Timestamp,
    /// Rows with changed columns, in the order they were staged.
    pub rows: Vec<KeptRow>,
    /// Operations, in the order they were staged.
    pub operations: Vec<KeptOperation>,
}

/// Why a file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// As the system says.
    #[error(transparent)]
    System(#[from] io::Error),
    /// A folder, a pipe, a device.
    #[error("it is no plain file")]
    NoFile,
    /// It has more than [`MOST`] bytes.
    #[error("it is too large")]
    TooLarge,
    /// Not what [`write()`] writes.
    #[error("it is no file of pending changes")]
    Other,
    /// Written by a program that knows more.
    #[error("it was written by a newer dv (version {0})")]
    Newer(u64),
    /// It is one, and not as it was written.
    #[error("it is damaged ({0})")]
    Damaged(String),
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// It would have more than [`MOST`] bytes.
    #[error("it would be too large")]
    TooLarge,
    #[error(transparent)]
    Unsaved(#[from] Unsaved),
}

/// What every version says of itself.
#[derive(Deserialize)]
struct Head {
    form: String,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: String,
    version: u64,
    environment: String,
    at: Timestamp,
    digest: String,
    changes: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    rows: Vec<WrittenRow>,
    operations: Vec<WrittenOperation>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRow {
    table: Table,
    id: RowId,
    name: String,
    etag: Option<String>,
    included: bool,
    edits: Vec<WrittenEdit>,
    /// As it was read.
    row: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEdit {
    column: ColumnName,
    label: String,
    change: Change,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOperation {
    id: Uuid,
    included: bool,
    operation: Box<RawValue>,
}

/// Writes changes to a path where nothing is. Blocks.
///
/// # Errors
///
/// [`Unwritten`]: there is no file then, and nothing beside it.
pub fn write(path: &Path, contents: &Contents) -> Result<(), Unwritten> {
    let text = text(contents).map_err(|error| Unsaved::System(io::Error::other(error)))?;
    if text.len() as u64 > MOST {
        return Err(Unwritten::TooLarge);
    }
    Ok(save_file::write(path, text.as_bytes())?)
}

/// Reads the file at a path. Blocks.
///
/// # Errors
///
/// [`Unread`]: nothing of it is known then.
pub fn read(path: &Path) -> Result<Contents, Unread> {
    // A pipe may never end, and nobody could stop waiting for it.
    if !fs::metadata(path)?.is_file() {
        return Err(Unread::NoFile);
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(Unread::TooLarge);
    }
    contents(&bytes)
}

/// A line a row, and one an operation.
fn text(contents: &Contents) -> Result<String, serde_json::Error> {
    let rows: Vec<String> = contents
        .rows
        .iter()
        .map(|kept| serde_json::to_string(&written_row(kept)?))
        .collect::<Result<_, serde_json::Error>>()?;
    let operations: Vec<String> = contents
        .operations
        .iter()
        .map(|kept| {
            let operation = RawValue::from_string(kept.json.clone())?;
            serde_json::to_string(&WrittenOperation { id: kept.id, included: kept.included, operation })
        })
        .collect::<Result<_, serde_json::Error>>()?;
    let changes =
        format!("{{\"rows\":[\n{}\n],\"operations\":[\n{}\n]}}", rows.join(",\n"), operations.join(",\n"));
    let written = Written {
        form: FORM.to_owned(),
        version: VERSION,
        environment: contents.environment.clone(),
        at: contents.at,
        digest: digest(&contents.environment, contents.at, &changes),
        changes: RawValue::from_string(changes)?,
    };
    Ok(serde_json::to_string(&written)? + "\n")
}

fn written_row(kept: &KeptRow) -> Result<WrittenRow, serde_json::Error> {
    let edit = |edit: &KeptEdit| WrittenEdit {
        column: edit.column.clone(),
        label: edit.label.clone(),
        change: edit.change.clone(),
        text: edit.text.clone(),
    };
    Ok(WrittenRow {
        table: kept.table.clone(),
        id: kept.id,
        name: kept.name.clone(),
        etag: kept.row.etag().map(String::from),
        included: kept.included,
        edits: kept.edits.iter().map(edit).collect(),
        row: RawValue::from_string(kept.row.json().to_owned())?,
    })
}

fn contents(bytes: &[u8]) -> Result<Contents, Unread> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unread::Other)?;
    let head: Head = serde_json::from_str(text).map_err(|_| Unread::Other)?;
    if head.form != FORM {
        return Err(Unread::Other);
    }
    if head.version > VERSION {
        return Err(Unread::Newer(head.version));
    }
    let damaged = |error: serde_json::Error| Unread::Damaged(error.to_string());
    let written: Written = serde_json::from_str(text).map_err(damaged)?;
    let Written { environment, at, digest: told, changes, .. } = written;
    if digest(&environment, at, changes.get()) != told {
        return Err(Unread::Damaged("it was changed after it was written".to_owned()));
    }
    let Changes { rows, operations } = serde_json::from_str(changes.get()).map_err(damaged)?;
    let operation = |WrittenOperation { id, included, operation }| KeptOperation {
        id,
        json: String::from(Box::<str>::from(operation)),
        fate: Fate::Waiting,
        included,
    };
    Ok(Contents {
        environment,
        at,
        rows: rows.into_iter().map(kept_row).collect::<Result<_, _>>()?,
        operations: operations.into_iter().map(operation).collect(),
    })
}

fn kept_row(written: WrittenRow) -> Result<KeptRow, Unread> {
    let WrittenRow { table, id, name, etag, included, edits, row } = written;
    let row = Row::from_json(String::from(Box::<str>::from(row)));
    let row = row.map_err(|error| Unread::Damaged(format!("a row: {error}")))?;
    let row = match etag {
        Some(etag) => row.with_etag(etag),
        None => row,
    };
    let edit = |WrittenEdit { column, label, change, text }| KeptEdit { column, label, change, text };
    let edits: Vec<KeptEdit> = edits.into_iter().map(edit).collect();
    if edits.is_empty() || edits.iter().any(|edit| !edit.change.is_well_formed()) {
        return Err(Unread::Damaged("a value is none".to_owned()));
    }
    Ok(KeptRow { table, id, name, row, fate: Fate::Waiting, included, edits })
}

/// SHA-256 of what is in the file, in hexadecimal digits.
fn digest(environment: &str, at: Timestamp, changes: &str) -> String {
    let mut all = ring::digest::Context::new(&ring::digest::SHA256);
    for part in [environment, "\n", &at.to_string(), "\n", changes] {
        all.update(part.as_bytes());
    }
    all.finish().as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}
