//! The file for a text that no clipboard takes.

use std::io;
use std::path::{Path, PathBuf};

use crate::private_file;

/// Its name in the state folder.
const FILE: &str = "copied.txt";

/// Writes a text where only the person can read it, in place of the one before; answers where. The folder is made when it
/// is not there.
///
/// # Errors
///
/// When it could not be written.
pub fn write_copied(folder: &Path, text: &str) -> io::Result<PathBuf> {
    private_file::create_folder(folder)?;
    let path = folder.join(FILE);
    private_file::replace(&path, text.as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_nobody_elses_business_and_replaces_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        for text in ["one", "another"] {
            let path = write_copied(&state, text).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            assert!(!private_file::is_open_to_others(&path));
        }
    }
}
