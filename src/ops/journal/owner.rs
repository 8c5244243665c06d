//! Whose edits they are, and which process keeps them.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::file;
use crate::private_file;

/// A person in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Origin of the environment.
    pub environment: String,
    /// The person's user id there.
    pub user_id: String,
}

/// A lock that is let go of when it is dropped, also where a program that is being started has the file open as well for
/// a moment.
#[derive(Debug)]
pub(super) struct Held(File);

impl Held {
    pub(super) fn of(locked: File) -> Self {
        Self(locked)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.unlock(); // closing the file does it too, a little later perhaps
    }
}

impl Owner {
    /// Makes this process the one that keeps these edits, until what is given is dropped; the kernel lets go when the
    /// process ends, however it ends. Otherwise the id of the process that does, where it can be read.
    ///
    /// # Errors
    ///
    /// As [`private_file::append`].
    pub(super) fn lock(&self, journal: &Path) -> io::Result<Result<Held, Option<u32>>> {
        let path = self.lock_path(journal);
        let mut file = private_file::append(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {
                return Ok(Err(fs::read_to_string(&path).ok().and_then(|pid| pid.trim().parse().ok())));
            }
        }
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Ok(Held::of(file)))
    }

    fn lock_path(&self, journal: &Path) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
        let name: String = format!("-{}-{}.lock", self.environment, self.user_id);
        file::beside(&journal.with_extension(""), &name.chars().map(plain).collect::<String>())
    }
}
