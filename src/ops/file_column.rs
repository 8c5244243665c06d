//! Files between this machine and columns: read from disk when they are sent, written beside their place when they come.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;

use super::new_file;
use super::operate::Outcome;
use crate::dataverse::{Client, Download, Error, FileChange, FileColumn, LocalFile, Row, RowQuery, Upload};

/// A file could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The column has no file.
    #[error("there is no file in {0}")]
    NoFile(String),
    /// Something is where the file was to go. It is as it was.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("{} cannot be written", path.display())]
    Disk {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The file did not come.
    #[error(transparent)]
    Dataverse(#[from] Error),
}

/// Looks at a file that is to be sent. What is no file, and what cannot be opened, is refused now rather than later.
///
/// # Errors
///
/// A sentence that names the file and says why.
pub fn look(path: &Path) -> Result<LocalFile, String> {
    let unusable = |why: &dyn std::fmt::Display| format!("the file {} cannot be read: {why}", path.display());
    let name =
        path.file_name().and_then(|name| name.to_str()).ok_or_else(|| unusable(&"its name is no text"))?;
    let whole = std::path::absolute(path).map_err(|error| unusable(&error))?;
    let whole = whole.to_str().ok_or_else(|| unusable(&"its path is no text"))?;
    // A pipe would be waited for: it is asked what it is before it is opened.
    let found = std::fs::metadata(path).map_err(|error| unusable(&error))?;
    if !found.is_file() {
        return Err(unusable(&"it is no file"));
    }
    let file = File::open(path).map_err(|error| unusable(&error))?;
    let (size, modified) = version(&file).map_err(|error| unusable(&error))?;
    Ok(LocalFile { path: whole.to_owned(), name: name.to_owned(), size, modified })
}

/// Size, and when it was written last.
fn version(file: &File) -> io::Result<(u64, Option<i64>)> {
    let found = file.metadata()?;
    let modified = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((found.len(), modified.and_then(|time| i64::try_from(time.as_nanos()).ok())))
}

/// Brings a file into its column, or takes away what is there. Sent once; the row was looked at before.
/// Answers with the row as it is then, where that could be read.
pub(super) async fn change(client: &Client, change: &FileChange) -> Result<Option<Row>, Error> {
    match &change.file {
        None => client.remove_file(&change.column).await?,
        Some(local) => {
            let file = open(local.clone()).await?;
            let upload = client.upload(&change.column, &local.name, local.size).await?;
            send(upload, file, local).await?;
        }
    }
    Ok(client.row(&described(change)).await.ok())
}

fn described(change: &FileChange) -> RowQuery {
    change.column.described(&change.subject.primary_id)
}

async fn open(local: LocalFile) -> Result<File, Error> {
    blocking(move || {
        let file = File::open(&local.path).map_err(|error| unread(&local, &error))?;
        is_as_it_was(&file, &local)?;
        Ok(file)
    })
    .await
}

async fn send(mut upload: Upload, mut file: File, local: &LocalFile) -> Result<(), Error> {
    while let Some(wanted) = upload.wants() {
        let is_last = upload.done() + wanted == local.size;
        let local = local.clone();
        let (bytes, rest) = blocking(move || {
            let mut bytes = Vec::new();
            (&file).take(wanted).read_to_end(&mut bytes).map_err(|error| unread(&local, &error))?;
            // Pieces of two versions must not become one file: the last one is sent only of the file that was begun.
            if is_last {
                is_as_it_was(&file, &local)?;
            }
            match bytes.len() as u64 == wanted {
                true => Ok((Bytes::from(bytes), file)),
                false => Err(changed(&local)),
            }
        })
        .await?;
        file = rest;
        upload.send(bytes).await?;
    }
    Ok(())
}

fn is_as_it_was(file: &File, local: &LocalFile) -> Result<(), Error> {
    let now = version(file).map_err(|error| unread(local, &error))?;
    if now == (local.size, local.modified) { Ok(()) } else { Err(changed(local)) }
}

fn unread(local: &LocalFile, error: &io::Error) -> Error {
    Error::Invalid { what: format!("the file {} cannot be read: {error}", local.path) }
}

fn changed(local: &LocalFile) -> Error {
    Error::Invalid {
        what: format!("the file {} was changed since it was chosen; choose it again", local.path),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::Invalid { what: format!("a file could not be read: {error}") }))
}

/// Looks which file the column has now. `lost` is an [`Error::OutcomeUnknown`] with the reason.
pub(super) async fn find_out(client: &Client, change: &FileChange, lost: Error) -> Outcome {
    let row = match client.row(&described(change)).await {
        Ok(row) => row,
        Err(gone) if gone.is_not_found() => return Outcome::Gone(gone),
        Err(_) => return Outcome::Unknown(lost),
    };
    let now = row.cell(&change.column.tells()).and_then(|cell| Some(cell.raw_text()?.into_owned()));
    match &change.file {
        None if now.is_none() => Outcome::Done(Some(row)),
        _ if now == change.had => Outcome::NotDone(lost.cause()),
        Some(_) if now.is_some() => Outcome::Done(Some(row)),
        _ => Outcome::Unknown(lost),
    }
}

/// Begins to read the file of a column.
///
/// # Errors
///
/// [`Failure::NoFile`] where it has none; as every read.
pub async fn begin(client: &Client, of: &FileColumn) -> Result<Download, Failure> {
    client.download(of).await?.ok_or_else(|| Failure::NoFile(of.column.to_string()))
}

/// Writes a file to a place where nothing is. It appears there whole or not at all, closed to others.
///
/// # Errors
///
/// As [`Failure`] says; nothing is left behind.
///
/// # Cancellation
///
/// Safe: what was written so far goes.
pub async fn save(mut download: Download, path: &Path) -> Result<u64, Failure> {
    let disk = |source| Failure::Disk { path: path.to_owned(), source };
    if path.symlink_metadata().is_ok() {
        return Err(Failure::Exists(path.to_owned()));
    }
    let mut file = new_file::begin(path).map_err(disk)?;
    let mut size = 0;
    while let Some(bytes) = download.next().await? {
        file.write_all(&bytes).map_err(disk)?;
        size += bytes.len() as u64;
    }
    file.as_file().sync_data().map_err(disk)?; // some file systems say only here that they are full
    new_file::finish(file, path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Exists(path.to_owned()),
        _ => disk(error),
    })?;
    Ok(size)
}
