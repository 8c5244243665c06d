//! A file where nothing is: it appears there whole or not at all, closed to others, and never over what exists.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// The folder that a path is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An empty file beside the one that is to be; it goes with what is given.
///
/// # Errors
///
/// As the system says.
pub(super) fn begin(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".dv-").tempfile_in(folder(path)) // 0600 by itself
}

/// Puts it in its place.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] where something is there by now, which stays as it is; otherwise as the system says.
pub(super) fn finish(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    #[test]
    fn whatever_was_written_when_a_process_ended_nothing_has_the_name_and_the_next_one_can_write() {
        let home = tempfile::tempdir().unwrap();
        let content = b"{\"table\":\"account\"}\n{\"table\":\"contact\"}\n";
        for written in 0..=content.len() {
            let path = home.path().join(format!("{written}.jsonl"));
            let mut file = begin(&path).unwrap();
            file.write_all(&content[..written]).unwrap();
            std::mem::forget(file); // gone without a chance to tidy up
            assert!(!path.exists(), "after {written} bytes");
            let mut file = begin(&path).unwrap();
            file.write_all(content).unwrap();
            finish(file, &path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), content);
        }
    }
}
