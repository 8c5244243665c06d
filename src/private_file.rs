//! Files that are nobody else's business: folders 0700, files 0600, replaced as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

/// Largest file that is read; ours are small.
const MAX_SIZE: u64 = 16 << 20;
/// How the names of files begin that are being written.
const NEW: &str = ".new-";
/// Nobody writes a file for so long.
const STALE: Duration = Duration::from_secs(3600);

/// Makes a folder and what is missing above it, closed to others. One that is there is closed to others too.
///
/// # Errors
///
/// As the system says.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// Replaces a file: the new content is on disk under another name before it takes the place of the old. Makes the
/// folder when it is missing.
///
/// # Errors
///
/// As the system says, and when the place is taken by a symbolic link or anything else that is no file. The old
/// content is untouched then.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = prepare(path)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?; // the rename itself
    }
    Ok(())
}

/// Whether [`replace`] could write now, without touching the file.
///
/// # Errors
///
/// As [`replace`].
pub fn check(path: &Path) -> io::Result<()> {
    prepare(path).map(drop)
}

/// A new file beside the one that it may replace.
fn prepare(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    create_folder(folder)?;
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return Err(not_a_file(path)),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    sweep(folder);
    tempfile::Builder::new().prefix(NEW).tempfile_in(folder) // 0600 by itself
}

/// Reads a file; nothing when there is none. A file that others could read is closed to them.
///
/// # Errors
///
/// As the system says, and for symbolic links, for what is no file, and for more than 16 MiB.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !found.is_file() {
        return Err(not_a_file(path));
    }
    let file = File::open(path)?;
    let opened = file.metadata()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        // What was looked at is what was opened, not a link put in its place meanwhile.
        if (opened.dev(), opened.ino()) != (found.dev(), found.ino()) {
            return Err(not_a_file(path));
        }
        if opened.mode() & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
    }
    if opened.len() > MAX_SIZE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too large"));
    }
    let mut content = Vec::new();
    file.take(MAX_SIZE).read_to_end(&mut content)?;
    Ok(Some(content))
}

/// Reads a file that a person named: a secret, a certificate. It may be a link, a pipe or a file of anybody's.
///
/// # Errors
///
/// As the system says, and for more than 1 MiB.
pub fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    const MAX: u64 = 1 << 20;
    let mut content = Vec::new();
    File::open(path)?.take(MAX + 1).read_to_end(&mut content)?;
    match content.len() as u64 > MAX {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too large")),
        false => Ok(content),
    }
}

/// Opens a file for appending, or for locking; makes it when it is missing.
///
/// # Errors
///
/// As the system says, and when the place is taken by a symbolic link or anything else that is no file.
pub fn append(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(not_a_file(path));
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Removes what a process left that was killed while it wrote. Failing to is no reason to stop.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(NEW)) {
        let written = entry.metadata().and_then(|found| found.modified());
        let age = written.ok().and_then(|written| written.elapsed().ok());
        if age.is_some_and(|age| age > STALE) {
            let _ = fs::remove_file(entry.path()); // another process may have been quicker
        }
    }
}

fn not_a_file(path: &Path) -> io::Error {
    io::Error::other(format!("{} is a link or no plain file", path.display()))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_whole_and_closed_to_others() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/tokens.json");
        assert_eq!(read(&path).unwrap(), None);
        replace(&path, b"one, longer").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"two");
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_symbolic_link_is_never_followed() {
        let home = tempfile::tempdir().unwrap();
        let (target, link) = (home.path().join("target"), home.path().join("tokens.json"));
        fs::write(&target, "precious").unwrap();
        symlink(&target, &link).unwrap();
        assert!(read(&link).is_err());
        assert!(replace(&link, b"x").is_err());
        assert!(append(&link).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"precious");
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_what_another_writes_is_not() {
        let home = tempfile::tempdir().unwrap();
        let (left, written) = (home.path().join(".new-left"), home.path().join(".new-written"));
        for path in [&left, &written] {
            fs::write(path, "half").unwrap();
        }
        let then = std::time::SystemTime::now() - 2 * STALE;
        File::options().write(true).open(&left).unwrap().set_modified(then).unwrap();
        replace(&home.path().join("tokens.json"), b"x").unwrap();
        assert!(!left.exists() && written.exists());
    }

    #[test]
    fn loose_permissions_are_tightened() {
        let home = tempfile::tempdir().unwrap();
        let (folder, path) = (home.path().join("dvtui"), home.path().join("dvtui/tokens.json"));
        fs::create_dir(&folder).unwrap();
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        read(&path).unwrap();
        create_folder(&folder).unwrap();
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
    }
}
