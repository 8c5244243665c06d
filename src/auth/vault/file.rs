//! The file of tokens: locked, read, replaced, set aside. What is in it is somebody else's.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use super::{Error as VaultError, Protection, Vault};
use crate::auth::Error;
use crate::private_file;

/// How long another process may hold the file; a refresh over a slow line takes some seconds.
const LOCK_WITHIN: Duration = Duration::from_secs(60);
/// How long a damaged file is waited for before it is set aside.
const ASIDE_WITHIN: Duration = Duration::from_secs(5);
const NAP: Duration = Duration::from_millis(20);
/// What a sign-in may add to the file: tokens of many groups have some 10 kB each.
const ROOM: usize = 64 << 10;

/// Makes a document of its bytes, or says that they are [`VaultError::Damaged`] or [`VaultError::Newer`].
pub type Parse<T> = fn(&[u8]) -> Result<T, VaultError>;

/// The file is held; other processes wait. The kernel lets go when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// What became of a file that was given up.
#[derive(Debug)]
pub struct Cleared {
    /// How many files were removed: the file and those that were set aside.
    pub files: usize,
    /// Why its key is still where it was.
    pub key: Option<VaultError>,
}

/// A file with one document, protected by a [`Vault`]. Clones mean the same file.
#[derive(Debug, Clone)]
pub struct SealedFile {
    path: PathBuf,
    vault: Vault,
    aside: Arc<Mutex<Option<Aside>>>,
}

/// A file that was moved out of the way.
#[derive(Debug, Clone)]
pub struct Aside {
    /// Where it is now.
    pub path: PathBuf,
    /// Why it could not be used.
    pub why: String,
}

impl SealedFile {
    /// The file at a path. Nothing is read yet.
    pub fn new(path: PathBuf, vault: Vault) -> SealedFile {
        SealedFile { path, vault, aside: Arc::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that was set aside, if that has happened through this value or a clone.
    pub fn aside(&self) -> Option<Aside> {
        self.aside.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What protects the file; nothing when there is none.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged or of a newer version.
    pub fn protection(&self) -> Result<Option<Protection>, Error> {
        let Some(outer) = self.outer()? else { return Ok(None) };
        Vault::protection_of(&outer).map(Some).map_err(|error| self.failed(error))
    }

    /// The document; nothing when there is no file. `parse` makes it of the bytes. A damaged file is set aside and
    /// counts as none.
    ///
    /// Blocks as [`Vault::open`]; for a damaged file also up to five seconds for who holds the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is of a newer version or cannot be opened.
    pub fn read<T>(&self, held: Option<&Lock>, parse: Parse<T>) -> Result<Option<T>, Error> {
        loop {
            let Some(outer) = self.outer()? else { return Ok(None) };
            match self.vault.open(&outer).and_then(|inner| parse(&inner)) {
                Ok(document) => return Ok(Some(document)),
                Err(VaultError::Damaged) if self.set_aside_if(&outer, held)? => return Ok(None),
                Err(VaultError::Damaged) => {} // another process has replaced it meanwhile
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// The same for somebody who is about to write: a file whose key is gone for good is set aside as well.
    ///
    /// # Errors
    ///
    /// As [`SealedFile::read`].
    pub fn read_to_change<T>(&self, held: &Lock, parse: Parse<T>) -> Result<Option<T>, Error> {
        match self.read(Some(held), parse) {
            Err(Error::Vault { source: why @ VaultError::KeyLost { .. }, .. }) => {
                self.set_aside(&why, held).map(|()| None)
            }
            other => other,
        }
    }

    /// The same for somebody who is about to sign in: a file whose key is gone for good counts as none, since what is
    /// got goes into a new one.
    ///
    /// # Errors
    ///
    /// As [`SealedFile::read`].
    pub fn read_to_sign_in<T>(&self, held: Option<&Lock>, parse: Parse<T>) -> Result<Option<T>, Error> {
        match self.read(held, parse) {
            Err(Error::Vault { source: VaultError::KeyLost { .. }, .. }) => Ok(None),
            other => other,
        }
    }

    /// Replaces the document. It is on disk when this returns, and so is a new key.
    ///
    /// # Errors
    ///
    /// When the file cannot be written or sealed; it is as before then.
    pub fn write(&self, inner: &[u8], _held: &Lock) -> Result<(), Error> {
        let before = self.outer()?;
        let before = before.as_ref().map(|outer| outer.as_slice());
        let outer = self.vault.close(inner, before).map_err(|error| self.failed(error))?;
        let replaced = private_file::replace(&self.path, &outer).map_err(self.io("write"));
        // Of two keys the one that no file needs goes. A process that is killed here leaves one behind, which opens
        // nothing.
        let (gone, stays) = match &replaced {
            Ok(()) => (before, Some(outer.as_slice())),
            Err(_) => (Some(outer.as_slice()), before),
        };
        if let Some(gone) = gone
            && !stays.is_some_and(|stays| Vault::same_key(gone, stays))
            && let Err(error) = self.vault.forget(gone)
        {
            tracing::warn!(%error, "a key that is not needed any more stays in its store");
        }
        replaced
    }

    /// Removes the file and its key. A key that cannot be reached stays, which stops nothing.
    ///
    /// # Errors
    ///
    /// When the file cannot be removed.
    pub fn remove(&self, _held: &Lock) -> Result<(), Error> {
        let outer = self.outer()?;
        self.remove_at(&self.path)?;
        if let Some(outer) = outer
            && let Err(error) = self.vault.forget(&outer)
        {
            tracing::warn!(%error, "the key of the removed file stays in its store");
        }
        Ok(())
    }

    /// Removes the file in whatever state it is, its key, and what was set aside.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed.
    pub fn clear(&self, _held: &Lock) -> Result<Cleared, Error> {
        let outer = self.outer().ok().flatten(); // exposed or too large: it goes all the same
        let mut files = usize::from(self.remove_at(&self.path)?);
        let start = format!("{}.bad-", self.name());
        let folder = self.path.parent().unwrap_or(Path::new("."));
        for entry in fs::read_dir(folder).map_err(self.io("remove"))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&start) {
                files += usize::from(self.remove_at(&entry.path())?);
            }
        }
        let key = outer.and_then(|outer| self.vault.forget(&outer).err());
        Ok(Cleared { files, key })
    }

    /// Moves the file out of the way, under a name of its own beside it.
    ///
    /// # Errors
    ///
    /// As the system says.
    fn set_aside(&self, why: &VaultError, _held: &Lock) -> Result<(), Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let name = |count: u32| match count {
            0 => format!("{}.bad-{now}", self.name()),
            _ => format!("{}.bad-{now}-{count}", self.name()),
        };
        let free = (0..).map(|count| self.path.with_file_name(name(count)));
        let Some(aside) = free.into_iter().find(|path| fs::symlink_metadata(path).is_err()) else {
            return Ok(()); // not before four thousand million of them
        };
        fs::rename(&self.path, &aside).map_err(self.io("set aside"))?;
        tracing::warn!(file = %aside.display(), %why, "the file of tokens is set aside");
        let aside = Aside { path: aside, why: why.to_string() };
        *self.aside.lock().unwrap_or_else(PoisonError::into_inner) = Some(aside);
        Ok(())
    }

    /// Makes sure that something can be kept: better before a person has done something for it than after. Decides
    /// what a new sign-in is protected by.
    ///
    /// # Errors
    ///
    /// As [`SealedFile::lock`], [`SealedFile::read`] and [`SealedFile::write`]; a key that is gone is none.
    pub async fn check<T: 'static>(&self, parse: Parse<T>) -> Result<(), Error> {
        let held = self.lock().await?;
        let file = self.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let stays = file.read_to_sign_in(Some(&held), parse)?.is_some();
            let outer = file.outer()?.filter(|_| stays);
            let outer = outer.as_ref().map(|outer| outer.as_slice());
            file.vault.choose(outer).map_err(|error| file.failed(error))?;
            file.check_room(&held)
        });
        checked.await.unwrap_or_else(|error| Err(self.io("read")(io::Error::other(error))))
    }

    /// Makes sure that there is room for the file as it is and a little more.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn check_room(&self, _held: &Lock) -> Result<(), Error> {
        let size = fs::metadata(&self.path).map_or(0, |found| found.len());
        let size = usize::try_from(size).unwrap_or_default() + ROOM;
        private_file::check(&self.path, size).map_err(self.io("write"))
    }

    /// Holds the file, so that what is read can be changed and written without anybody in between.
    ///
    /// # Errors
    ///
    /// [`Error::StoreBusy`] when another process holds it for a minute.
    ///
    /// # Cancellation
    ///
    /// May be dropped at any time; the file is not held then.
    pub async fn lock(&self) -> Result<Lock, Error> {
        let file = self.lock_file()?;
        let give_up = tokio::time::Instant::now() + LOCK_WITHIN;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::Error(source)) => return Err(self.io("lock")(source)),
                Err(TryLockError::WouldBlock) if tokio::time::Instant::now() >= give_up => {
                    return Err(Error::StoreBusy { path: self.path.clone() });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(NAP).await,
            }
        }
    }

    /// Sets the file aside if it still has this content: another process may have replaced it meanwhile.
    fn set_aside_if(&self, outer: &[u8], held: Option<&Lock>) -> Result<bool, Error> {
        if let Some(held) = held {
            return self.set_aside(&VaultError::Damaged, held).map(|()| true);
        }
        let file = self.lock_file()?;
        let give_up = std::time::Instant::now() + ASIDE_WITHIN;
        while let Err(error) = file.try_lock() {
            match error {
                TryLockError::Error(source) => return Err(self.io("lock")(source)),
                TryLockError::WouldBlock if std::time::Instant::now() >= give_up => {
                    return Err(Error::StoreBusy { path: self.path.clone() });
                }
                TryLockError::WouldBlock => std::thread::sleep(NAP),
            }
        }
        match self.outer()? {
            Some(found) if *found == outer => {
                self.set_aside(&VaultError::Damaged, &Lock { _file: file }).map(|()| true)
            }
            _ => Ok(false),
        }
    }

    fn lock_file(&self) -> Result<File, Error> {
        private_file::append(&self.path.with_extension("lock")).map_err(self.io("lock"))
    }

    fn outer(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        private_file::read(&self.path).map_err(self.io("read"))
    }

    fn remove_at(&self, path: &Path) -> Result<bool, Error> {
        match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(Error::Store { doing: "remove", path: path.to_owned(), source }),
        }
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn failed(&self, source: VaultError) -> Error {
        match source {
            VaultError::Newer => Error::NewerStore { path: self.path.clone() },
            source => Error::Vault { path: self.path.clone(), source },
        }
    }

    fn io(&self, doing: &'static str) -> impl Fn(io::Error) -> Error + use<> {
        let path = self.path.clone();
        move |source| Error::Store { doing, path: path.clone(), source }
    }
}
