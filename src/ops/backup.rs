//! Rows that are about to be deleted together or merged, written to a file of their own before anything is sent.
//!
//! The file is in `backups/` of the state folder, for nobody else, and never takes the place of another one. Each of its
//! lines is a JSON object: `{"table":"account","id":"...","row":{...}}`, the row with all its columns as the server sends
//! them, annotations included.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::new_file;
use crate::dataverse::{Client, Error, Row, RowId, RowQuery, Table};
use crate::private_file;

const FOLDER: &str = "backups";
/// So many rows are read at a time.
const AT_A_TIME: usize = 4;

/// A file that was written.
#[derive(Debug)]
pub struct BackedUp {
    pub path: PathBuf,
    /// The rows in it, each with its place among those that were asked for. One that is gone is not among them.
    pub rows: Vec<(usize, Row)>,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A row could not be read.
    #[error(transparent)]
    Unread(#[from] Error),
    /// The file could not be written.
    #[error("{} cannot be written: {source}", path.display())]
    Disk { path: PathBuf, source: io::Error },
}

/// Reads rows with all their columns and writes them to a new file, which is on the disk when this returns.
///
/// # Errors
///
/// See [`Failure`]: no file was left then.
pub async fn back_up(
    client: &Client,
    state_folder: &Path,
    at: Timestamp,
    rows: &[(Table, RowId)],
) -> Result<BackedUp, Failure> {
    let queries: Vec<RowQuery> =
        rows.iter().map(|(table, id)| RowQuery::new(table.set.clone(), *id)).collect();
    let read = queries.into_iter().enumerate().map(|(place, query)| {
        let client = client.clone();
        async move {
            match client.row(&query).await {
                Ok(row) => Ok(Some((place, row))),
                Err(gone) if gone.is_not_found() => Ok(None), // somebody else deleted it: nothing is lost by us
                Err(error) => Err(error),
            }
        }
    });
    let read: Vec<Option<(usize, Row)>> = stream::iter(read).buffered(AT_A_TIME).try_collect().await?;
    let found: Vec<(usize, Row)> = read.into_iter().flatten().collect();
    let path = state_folder.join(FOLDER).join(name(client.environment().host(), at));
    let failed = |source| Failure::Disk { path: path.clone(), source };
    let content = lines(rows, &found).map_err(failed)?;
    let place = path.clone();
    let written = tokio::task::spawn_blocking(move || write(&place, &content)).await;
    written.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(failed)?;
    Ok(BackedUp { path, rows: found })
}

/// `contoso.crm4.dynamics.com-20261127T191003.512Z.jsonl`
fn name(host: &str, at: Timestamp) -> String {
    let host: String = host
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' })
        .collect();
    format!("{host}-{}.jsonl", at.strftime("%Y%m%dT%H%M%S.%3fZ"))
}

fn lines(rows: &[(Table, RowId)], found: &[(usize, Row)]) -> io::Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Line<'a> {
        table: &'a str,
        id: RowId,
        row: &'a RawValue,
    }
    let mut content = Vec::new();
    for (place, row) in found {
        let (table, id) = &rows[*place];
        let row = serde_json::from_str(row.json())?;
        serde_json::to_writer(&mut content, &Line { table: table.name.as_str(), id: *id, row })?;
        content.push(b'\n');
    }
    Ok(content)
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    private_file::create_folder(new_file::folder(path))?;
    let mut file = new_file::begin(path)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    new_file::finish(file, path)?;
    #[cfg(unix)]
    std::fs::File::open(new_file::folder(path))?.sync_all()?; // the name itself
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_environment_and_time_and_stays_in_its_folder() {
        let at = "2026-11-27T19:10:03.512Z".parse().unwrap();
        assert_eq!(
            name("contoso.crm4.dynamics.com", at),
            "contoso.crm4.dynamics.com-20261127T191003.512Z.jsonl"
        );
        assert_eq!(name("[::1]:8080/../x", at), "---1--8080-..-x-20261127T191003.512Z.jsonl");
    }

    #[test]
    fn a_backup_is_closed_to_others_and_never_takes_the_place_of_another() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FOLDER).join("one.jsonl");
        write(&path, b"first").unwrap();
        assert_eq!(write(&path, b"second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
    }
}
