//! How the tokens on disk are protected.
//!
//! They are one document in one file. The file holds it in clear, closed to other users, or sealed by AES-256-GCM; then
//! the 32 bytes of the key are in the secret store of the system, in the kernel's keyring, or come from a passphrase.
//! The file names the store, so that a build without that store can say where the tokens are, and size limits of
//! stores never matter.
//!
//! Our own copies of secrets are wiped when they are dropped: keys, passphrases, the documents as they are read and
//! written. Not wiped is what others hold on the way: buffers of the HTTP client and its TLS, types of the OAuth client,
//! environment variables, and what the secret store's client sends over D-Bus.
//!
//! Must not know: what is in the document.

mod file;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(target_os = "linux")]
mod keyutils;
mod passphrase;
mod seal;

pub use file::{Aside, Cleared, Lock, Parse, SealedFile};

use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use zeroize::Zeroizing;

use passphrase::Cost;
use seal::{Header, Key, Seal};

/// What protects the tokens on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// The rights of the file alone.
    File,
    /// A key in the secret store of the system.
    Keyring,
    /// A key in the kernel's keyring, gone at a restart.
    Keyutils,
    /// A key that comes from a passphrase.
    Passphrase,
}

impl Protection {
    const ALL: [Protection; 4] =
        [Protection::File, Protection::Keyring, Protection::Keyutils, Protection::Passphrase];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Protection::File => "file",
            Protection::Keyring => "keyring",
            Protection::Keyutils => "keyutils",
            Protection::Passphrase => "passphrase",
        }
    }

    fn named(name: &str) -> Option<Protection> {
        Protection::ALL.into_iter().find(|protection| protection.name() == name)
    }

    /// Words for a person, after "the tokens are kept in FILE, ".
    pub fn words(self) -> String {
        match self {
            Protection::File => "readable by you alone".to_owned(),
            Protection::Passphrase => "sealed with your passphrase".to_owned(),
            Protection::Keyring => format!("sealed with a key in {}", self.place()),
            Protection::Keyutils => {
                format!("sealed with a key in {}, which forgets it at a restart", self.place())
            }
        }
    }

    /// Where its key is.
    fn place(self) -> String {
        match self {
            Protection::File => "no place".to_owned(),
            #[cfg(feature = "keyring")]
            Protection::Keyring => format!("the {}", keyring::NAME),
            #[cfg(not(feature = "keyring"))]
            Protection::Keyring => "the secret store of the system".to_owned(),
            Protection::Keyutils => "the kernel's keyring".to_owned(),
            Protection::Passphrase => "your memory".to_owned(),
        }
    }
}

/// Which protection a new sign-in gets, and with it everything that is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// What the file names; a new file is in clear.
    #[default]
    Keep,
    /// A sealed file stays as it is; otherwise the secret store of the system where one answers.
    Auto,
    /// This one.
    Of(Protection),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        match Protection::named(text) {
            _ if text == "auto" => Ok(Choice::Auto),
            Some(protection) => Ok(Choice::Of(protection)),
            None => Err("a token store is auto, file, keyring, keyutils or passphrase".to_owned()),
        }
    }
}

/// What a secret store said.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(String);

impl From<String> for StoreError {
    fn from(text: String) -> StoreError {
        StoreError(text)
    }
}

/// Why the tokens cannot be opened or sealed. None of these destroys anything.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is not what was written.
    #[error("the file is damaged")]
    Damaged,
    /// The file has a form that this version does not know.
    #[error("the file was written by a newer version of dv")]
    Newer,
    /// The store says for certain that the key is not there.
    #[error("the tokens are sealed, and their key is gone from {}", store.place())]
    KeyLost { store: Protection },
    /// The store cannot be asked.
    #[error("{} cannot be used", store.place())]
    Unreachable {
        store: Protection,
        #[source]
        source: StoreError,
    },
    /// This build has no way to the store.
    #[error("the key of the tokens is in {}, which this build of dv cannot ask", store.place())]
    NotBuilt { store: Protection },
    /// The store that was asked for by name does not work.
    #[error("the token store `{}` does not work here", store.name())]
    Unfit {
        store: Protection,
        #[source]
        source: Box<Error>,
    },
    /// Nobody gave the passphrase.
    #[error("the tokens are, or shall be, sealed with a passphrase, and none was given")]
    PassphraseNeeded,
    /// The passphrase is another one.
    #[error("the passphrase does not open the tokens")]
    WrongPassphrase,
    /// The system has no random bytes.
    #[error("the system gives no random bytes")]
    NoRandom,
}

impl Error {
    /// A person has to do something before there are tokens again.
    pub fn is_sign_in(&self) -> bool {
        matches!(self, Error::KeyLost { .. } | Error::PassphraseNeeded | Error::WrongPassphrase)
    }

    /// What to do about it, the most useful first.
    pub fn hints(&self) -> Vec<String> {
        const REMOVE: &str = "to give up what is in the file: `dv logout --all`";
        let hints: &[&str] = match self {
            Error::KeyLost { .. } => &["sign in again: `dv login` sets the file aside and makes a new key"],
            Error::Unreachable { .. } => &[
                "start it, unlock it, or run dv where it can be reached, such as in your desktop session",
                REMOVE,
            ],
            Error::Unfit { source, .. } => {
                let first = source.hints().into_iter().next();
                return first.into_iter().chain(["choose another: --token-store file".to_owned()]).collect();
            }
            Error::NotBuilt { store: Protection::Keyring } => {
                &["use a build with the feature `keyring`: cargo install --path . --features keyring", REMOVE]
            }
            Error::NotBuilt { .. } => &["use dv on the system that sealed the file", REMOVE],
            Error::PassphraseNeeded => {
                &["run dv on a terminal, which asks for it, or set DV_TOKEN_PASSPHRASE"]
            }
            Error::WrongPassphrase => &["try again; nothing was changed", REMOVE],
            Error::Damaged => &["sign in again: `dv login`"],
            Error::Newer => &["use that version", REMOVE],
            Error::NoRandom => &[],
        };
        hints.iter().map(|hint| (*hint).to_owned()).collect()
    }
}

/// Opens and closes token files. Clones share the keys that were found, which last as long as the process.
#[derive(Clone, Default)]
pub struct Vault {
    choice: Choice,
    passphrase: Option<SecretString>,
    found: Arc<Mutex<Found>>,
}

#[derive(Default)]
struct Found {
    /// The key that was used last.
    key: Option<(Seal, Key)>,
    /// What the choice came to, when somebody signed in.
    chosen: Option<Protection>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({:?})", self.choice)
    }
}

impl Vault {
    /// A vault that protects what is written like this. An empty passphrase counts as none.
    pub fn new(choice: Choice, passphrase: Option<SecretString>) -> Vault {
        let passphrase = passphrase.filter(|passphrase| !passphrase.expose_secret().is_empty());
        Vault { choice, passphrase, found: Arc::default() }
    }

    /// The document of a file.
    ///
    /// May block: for a part of a second with a passphrase, and up to 45 seconds while a person unlocks a secret
    /// store. That is so once in a process.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn open(&self, outer: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        match seal::read(outer)? {
            (Header::Clear, _) => Ok(Zeroizing::new(outer.to_vec())),
            (Header::Sealed(seal), bytes) => seal::open(&seal, &self.key(&seal)?, bytes),
        }
    }

    /// The file for a document. `before` is the file that it will replace: its protection stays unless [`Vault::choose`]
    /// has found another, and so does its key. A new key is in its store when this returns.
    ///
    /// Blocks as [`Vault::open`].
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub fn close(&self, inner: &[u8], before: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let before = before.and_then(|outer| seal::read(outer).ok()).map(|(header, _)| header);
        let kept = before.as_ref().map_or(Protection::File, Header::protection);
        let wanted = self.found().chosen.unwrap_or(kept);
        let (seal, key) = match (wanted, before) {
            (Protection::File, _) => return seal::clear(inner),
            (wanted, Some(Header::Sealed(seal))) if seal.store == wanted => {
                let key = self.key(&seal)?;
                (seal, key)
            }
            (wanted, _) => self.new_key(wanted)?,
        };
        seal::close(&seal, &key, inner).map(Zeroizing::new)
    }

    /// Finds out what a new sign-in will be protected by, and that it can be. Without it what is written is protected
    /// as it was: a renewal moves nothing. `before` is the file as it is.
    ///
    /// Blocks for at most four seconds, or as [`Vault::open`] when a store was asked for by name.
    ///
    /// # Errors
    ///
    /// When a store that was asked for by name cannot be used, or a passphrase is needed.
    pub fn choose(&self, before: Option<&[u8]>) -> Result<(), Error> {
        let sealed = matches!(before.map(seal::read), Some(Ok((Header::Sealed(_), _))));
        let chosen = match self.choice {
            Choice::Keep => return Ok(()),
            Choice::Auto if sealed => return Ok(()),
            Choice::Auto => match probe(Protection::Keyring) {
                Ok(()) => Protection::Keyring,
                Err(error) => {
                    tracing::info!(reason = %error, source = ?std::error::Error::source(&error), "no secret store");
                    Protection::File
                }
            },
            Choice::Of(protection) => {
                probe(protection)
                    .map_err(|source| Error::Unfit { store: protection, source: Box::new(source) })?;
                protection
            }
        };
        if chosen == Protection::Passphrase && self.passphrase.is_none() {
            return Err(Error::PassphraseNeeded);
        }
        self.found().chosen = Some(chosen);
        Ok(())
    }

    /// Removes the key of a file that is no more. Keys of passphrases are nowhere.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    pub fn forget(&self, outer: &[u8]) -> Result<(), Error> {
        let Ok((Header::Sealed(seal), _)) = seal::read(outer) else { return Ok(()) };
        self.found().key.take_if(|(known, _)| *known == seal);
        remove(seal.store, &seal.key)
    }

    /// Whether two files need the same key, or none.
    fn same_key(one: &[u8], other: &[u8]) -> bool {
        let header = |outer| seal::read(outer).ok().map(|(header, _)| header);
        header(one) == header(other)
    }

    /// What protects a file.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] and [`Error::Newer`].
    pub fn protection_of(outer: &[u8]) -> Result<Protection, Error> {
        seal::read(outer).map(|(header, _)| header.protection())
    }

    fn key(&self, seal: &Seal) -> Result<Key, Error> {
        if let Some((known, key)) = &self.found().key
            && known == seal
        {
            return Ok(key.clone());
        }
        let key = match &seal.cost {
            Some(cost) => {
                let key = cost.key(self.passphrase.as_ref().ok_or(Error::PassphraseNeeded)?)?;
                Some(key).filter(|key| key.fingerprint() == seal.key).ok_or(Error::WrongPassphrase)?
            }
            None => load(seal.store, &seal.key)?.ok_or(Error::KeyLost { store: seal.store })?,
        };
        self.found().key = Some((seal.clone(), key.clone()));
        Ok(key)
    }

    fn new_key(&self, wanted: Protection) -> Result<(Seal, Key), Error> {
        let (seal, key) = if wanted == Protection::Passphrase {
            let cost = Cost::new()?;
            let key = cost.key(self.passphrase.as_ref().ok_or(Error::PassphraseNeeded)?)?;
            (Seal { store: wanted, key: key.fingerprint(), cost: Some(cost) }, key)
        } else {
            let (name, key) = (seal::new_name()?, Key::random()?);
            store(wanted, &name, &key)?;
            (Seal { store: wanted, key: name, cost: None }, key)
        };
        self.found().key = Some((seal.clone(), key.clone()));
        Ok((seal, key))
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner) // what is in it is whole at any moment
    }
}

/// A document as JSON, in a buffer that never grows and is wiped: one that grows leaves copies behind.
///
/// # Errors
///
/// When the document has no form in JSON.
pub fn json(document: &impl Serialize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut size = Count(0);
    serde_json::to_writer_pretty(&mut size, document)?;
    let mut json = Zeroizing::new(Vec::with_capacity(size.0));
    serde_json::to_writer_pretty(&mut *json, document)?;
    Ok(json)
}

fn load(store: Protection, name: &str) -> Result<Option<Key>, Error> {
    match store {
        #[cfg(feature = "keyring")]
        Protection::Keyring => keyring::load(name),
        #[cfg(target_os = "linux")]
        Protection::Keyutils => keyutils::load(name),
        _ => Err(not_built(store, name)),
    }
}

fn store(store: Protection, name: &str, key: &Key) -> Result<(), Error> {
    match store {
        #[cfg(feature = "keyring")]
        Protection::Keyring => keyring::store(name, key),
        #[cfg(target_os = "linux")]
        Protection::Keyutils => keyutils::store(name, key),
        _ => Err(not_built(store, name)),
    }
}

fn remove(store: Protection, name: &str) -> Result<(), Error> {
    match store {
        Protection::File | Protection::Passphrase => Ok(()),
        #[cfg(feature = "keyring")]
        Protection::Keyring => keyring::remove(name),
        #[cfg(target_os = "linux")]
        Protection::Keyutils => keyutils::remove(name),
        #[allow(unreachable_patterns)] // with every store built in
        _ => Err(not_built(store, name)),
    }
}

/// Whether a store keeps what it is given.
fn probe(store: Protection) -> Result<(), Error> {
    match store {
        Protection::File | Protection::Passphrase => Ok(()),
        #[cfg(feature = "keyring")]
        Protection::Keyring => keyring::probe(),
        #[cfg(target_os = "linux")]
        Protection::Keyutils => {
            let (name, key) = (format!("probe-{}", seal::new_name()?), Key::random()?);
            keyutils::store(&name, &key)?;
            let kept = keyutils::load(&name);
            keyutils::remove(&name)?;
            kept?.map(drop).ok_or(Error::KeyLost { store })
        }
        #[allow(unreachable_patterns)] // with every store built in
        _ => Err(not_built(store, "")),
    }
}

fn not_built(store: Protection, name: &str) -> Error {
    tracing::debug!(store = store.name(), name, "this build has no such store");
    Error::NotBuilt { store }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
