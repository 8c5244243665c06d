//! Files of notes, mails and columns: from the service to a file here.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::NamedTempFile;

use super::file_column::{self, Failure};
use super::new_file;
use crate::dataverse::{AttachedFile, Client, Error, StoredFile};

/// Why a file was not saved. Nothing of it is here then.
#[derive(Debug, thiserror::Error)]
pub enum Unsaved {
    /// Something of that name is there; it was left as it is.
    #[error("a file of that name exists")]
    Taken,
    /// The name is that of a folder.
    #[error("that is a folder")]
    Folder,
    /// The folder that the file is to be in is not there.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// `~/` was typed, and nobody knows where that is.
    #[error("the home folder is not known")]
    NoHome,
    /// As the system says.
    #[error(transparent)]
    System(io::Error),
    /// The note, the mail or the column has no file any more.
    #[error("there is no file any more")]
    NoFile,
    /// What came is no base64.
    #[error("what the server sent as the file is no base64")]
    Broken,
    /// It could not be read.
    #[error(transparent)]
    Unread(Box<Error>),
}

/// The path that a text means: `~/` is the home folder, everything else as it stands.
///
/// # Errors
///
/// [`Unsaved::NoHome`].
pub fn place(typed: &str, home: Option<&Path>) -> Result<PathBuf, Unsaved> {
    match (typed.strip_prefix("~/"), home) {
        (None, _) => Ok(PathBuf::from(typed)),
        (Some(rest), Some(home)) => Ok(home.join(rest.trim_start_matches('/'))),
        (Some(_), None) => Err(Unsaved::NoHome),
    }
}

impl From<Failure> for Unsaved {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoFile(_) => Self::NoFile,
            Failure::Exists(_) => Self::Taken,
            Failure::Disk { source, .. } => Self::System(source),
            Failure::Dataverse(error) => Self::Unread(Box::new(error)),
        }
    }
}

/// Reads a file and writes it to a path; answers how many bytes it has. A file that exists is never
/// touched, and before it is asked for anything it is looked whether it can be written at all.
///
/// # Errors
///
/// [`Unsaved`].
///
/// # Cancellation
///
/// Safe: there is the whole file, or none.
pub async fn save(client: &Client, file: &StoredFile, path: &Path) -> Result<u64, Unsaved> {
    must_be_free(path)?;
    drop(beside(path)?);
    match file {
        StoredFile::Note(note) => save_attached(client.attachment(*note).await, path).await,
        StoredFile::Mail(file) => save_attached(client.mail_attachment(*file).await, path).await,
        StoredFile::Column(of) => Ok(file_column::save(file_column::begin(client, of).await?, path).await?),
    }
}

async fn save_attached(read: Result<AttachedFile, Error>, path: &Path) -> Result<u64, Unsaved> {
    let body = read.map_err(|error| Unsaved::Unread(Box::new(error)))?.body.ok_or(Unsaved::NoFile)?;
    let target = path.to_owned();
    let prepared = tokio::task::spawn_blocking(move || prepare(&target, &body)).await;
    let (file, size) = prepared.map_err(|error| Unsaved::System(io::Error::other(error)))??;
    put(file, path)?; // nothing is awaited any more: a read that was called off has dropped the file
    Ok(size)
}

fn must_be_free(path: &Path) -> Result<(), Unsaved> {
    let ends_as_folder = path.file_name().is_none() || path.as_os_str().to_string_lossy().ends_with('/');
    match fs::symlink_metadata(path) {
        Ok(_) if path.is_dir() => Err(Unsaved::Folder),
        Ok(_) => Err(Unsaved::Taken),
        Err(_) if ends_as_folder => Err(Unsaved::NoFolder(path.to_owned())),
        Err(_) => Ok(()), // told by the one who makes a file there
    }
}

/// An empty file for nobody else beside the one that is to be.
fn beside(path: &Path) -> Result<NamedTempFile, Unsaved> {
    let folder = new_file::folder(path);
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => {}
        Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Err(Unsaved::System(error));
        }
        Ok(_) | Err(_) => return Err(Unsaved::NoFolder(folder.to_owned())),
    }
    new_file::begin(path).map_err(Unsaved::System)
}

fn prepare(path: &Path, body: &str) -> Result<(NamedTempFile, u64), Unsaved> {
    // Lines of a fixed length are common in what mail programs made.
    let body: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let content = STANDARD.decode(body).map_err(|_| Unsaved::Broken)?;
    Ok((filled(path, &content)?, content.len() as u64))
}

/// A file beside the one that is to be, with all that is to be in it.
fn filled(path: &Path, content: &[u8]) -> Result<NamedTempFile, Unsaved> {
    let mut file = beside(path)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(Unsaved::System)?;
    Ok(file)
}

/// Writes what is here to a path where nothing is. Blocks.
///
/// # Errors
///
/// [`Unsaved`].
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), Unsaved> {
    must_be_free(path)?;
    put(filled(path, content)?, path)
}

fn put(file: NamedTempFile, path: &Path) -> Result<(), Unsaved> {
    new_file::finish(file, path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Unsaved::Taken,
        _ => Unsaved::System(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, body: &str) -> Result<u64, Unsaved> {
        let (file, size) = prepare(path, body)?;
        put(file, path).map(|()| size)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_written_whole_for_nobody_else_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quote.pdf");
        assert_eq!(written(&path, "AP9o\r\nZWxs bw==\n").unwrap(), 7);
        assert_eq!(fs::read(&path).unwrap(), b"\0\xffhello");
        assert_eq!(names(folder.path()), ["quote.pdf"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_exists_is_untouched_also_when_it_came_after_it_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quote.pdf");
        must_be_free(&path).unwrap();
        fs::write(&path, "mine").unwrap();
        assert!(matches!(must_be_free(&path), Err(Unsaved::Taken)));
        assert!(matches!(written(&path, "AAAA"), Err(Unsaved::Taken)));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["quote.pdf"]);
        assert!(matches!(must_be_free(folder.path()), Err(Unsaved::Folder)));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nowhere_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (path, behind) = (folder.path().join("quote.pdf"), folder.path().join("behind"));
        std::os::unix::fs::symlink(&behind, &path).unwrap();
        assert!(matches!(must_be_free(&path), Err(Unsaved::Taken)));
        assert!(matches!(written(&path, "AAAA"), Err(Unsaved::Taken)));
        assert!(!behind.exists());
    }

    #[test]
    fn a_folder_that_is_missing_and_a_body_that_is_broken_are_told_apart_and_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no/such/quote.pdf");
        let Err(Unsaved::NoFolder(missing)) = written(&path, "AAAA") else { panic!() };
        assert_eq!(missing, folder.path().join("no/such"));
        let plain = folder.path().join("plain");
        fs::write(&plain, "").unwrap();
        assert!(matches!(written(&plain.join("a"), "AAAA"), Err(Unsaved::NoFolder(_))), "it is a file");
        fs::remove_file(plain).unwrap();
        let ends = folder.path().join("new/");
        assert!(matches!(must_be_free(&ends), Err(Unsaved::NoFolder(_))));
        assert!(matches!(written(&folder.path().join("a"), "A*=="), Err(Unsaved::Broken)));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_tilde_is_the_home_folder_at_the_beginning_only() {
        let home = Path::new("/anna");
        assert_eq!(place("~/a.txt", Some(home)).unwrap(), Path::new("/anna/a.txt"));
        assert_eq!(place("~//a.txt", Some(home)).unwrap(), Path::new("/anna/a.txt"));
        assert_eq!(place("./~/a.txt", Some(home)).unwrap(), Path::new("./~/a.txt"));
        assert!(matches!(place("~/a.txt", None), Err(Unsaved::NoHome)));
    }
}
