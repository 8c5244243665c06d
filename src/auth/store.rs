//! The file of tokens: one sign-in for each environment, application and authority.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Authority, Error};
use crate::private_file;

const VERSION: u32 = 1;
/// How long another process may hold the file; a refresh over a slow line takes some seconds.
const LOCK_WITHIN: Duration = Duration::from_secs(60);

/// Under what a sign-in is kept. A token is never used for another environment than its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Origin of the environment.
    pub environment: String,
    /// Application id.
    pub client_id: String,
    /// Address of the authority, without a slash at the end.
    pub authority: String,
}

/// A kept sign-in.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: Key,
    /// Where it is renewed.
    pub token_endpoint: String,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// Who signed in, for display.
    pub user: Option<String>,
    pub access_token: SecretString,
    pub refresh_token: Option<SecretString>,
    /// When the access token came.
    pub obtained: SystemTime,
    /// How long it lives from then on, where the authority said so.
    pub lifetime: Option<Duration>,
}

/// The file `tokens.json` in the state folder. Clones mean the same file.
#[derive(Debug, Clone)]
pub struct TokenStore {
    path: PathBuf,
}

/// The file is held; other processes wait. The kernel lets go when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    #[serde(default)]
    tokens: Vec<Record>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    key: Key,
    token_endpoint: String,
    scope: String,
    user: Option<String>,
    access_token: String,
    refresh_token: Option<String>,
    obtained_at: u64,
    expires_at: Option<u64>,
}

impl TokenStore {
    /// The file in a folder, which is made when something is written.
    pub fn in_folder(state: &Path) -> TokenStore {
        TokenStore { path: state.join("tokens.json") }
    }

    /// The sign-in for an environment and an application: the newest one, or the newest of an authority.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is of a newer version. A damaged file is set aside and counts as empty.
    pub fn find(
        &self,
        environment: &str,
        client_id: &str,
        authority: Option<&Authority>,
        tenant: Option<&str>,
    ) -> Result<Option<Entry>, Error> {
        let of_authority = |entry: &&Entry| match authority {
            Some(authority) => {
                let given = authority.as_str();
                let below = entry.key.authority.strip_prefix(given).is_some_and(|rest| rest.starts_with('/'));
                entry.key.authority == given || below
            }
            None => tenant.is_none_or(|tenant| entry.key.authority.ends_with(&format!("/{tenant}"))),
        };
        let entries = self.load()?;
        let own = entries
            .iter()
            .filter(|entry| entry.key.environment == environment && entry.key.client_id == client_id);
        Ok(own.filter(of_authority).max_by_key(|entry| entry.obtained).cloned())
    }

    /// The sign-in with exactly this key.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::find`].
    pub fn get(&self, key: &Key) -> Result<Option<Entry>, Error> {
        Ok(self.load()?.into_iter().find(|entry| entry.key == *key))
    }

    /// Keeps a sign-in in place of the one before with its key. It is on disk when this returns.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written; it is as before then.
    pub fn put(&self, entry: Entry, _held: &Lock) -> Result<(), Error> {
        let mut entries = self.load()?;
        entries.retain(|kept| kept.key != entry.key);
        entries.push(entry);
        self.save(&entries)
    }

    /// Forgets every sign-in to an environment and says how many there were.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written; it is as before then.
    pub fn forget(&self, environment: &str, _held: &Lock) -> Result<usize, Error> {
        let mut entries = self.load()?;
        let before = entries.len();
        entries.retain(|entry| entry.key.environment != environment);
        let forgotten = before - entries.len();
        if forgotten > 0 {
            self.save(&entries)?;
        }
        Ok(forgotten)
    }

    /// Makes sure that a sign-in can be kept: better before a person has done something for it than after.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::lock`] and [`TokenStore::put`].
    pub async fn check(&self) -> Result<(), Error> {
        let _held = self.lock().await?;
        self.load()?;
        private_file::check(&self.path).map_err(|source| Error::Store {
            doing: "write",
            path: self.path.clone(),
            source,
        })
    }

    /// Holds the file, so that what is read can be changed and written without anybody in between.
    ///
    /// # Errors
    ///
    /// [`Error::StoreBusy`] when another process holds it for a minute.
    pub async fn lock(&self) -> Result<Lock, Error> {
        let path = self.path.with_extension("lock");
        let failed = |source| Error::Store { doing: "lock", path: path.clone(), source };
        let file = private_file::append(&path).map_err(failed)?;
        let give_up = tokio::time::Instant::now() + LOCK_WITHIN;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) if tokio::time::Instant::now() >= give_up => {
                    return Err(Error::StoreBusy { path: self.path.clone() });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn load(&self) -> Result<Vec<Entry>, Error> {
        let failed = |source| Error::Store { doing: "read", path: self.path.clone(), source };
        let Some(bytes) = private_file::read(&self.path).map_err(failed)? else { return Ok(Vec::new()) };
        match serde_json::from_slice::<Document>(&bytes) {
            Ok(document) if document.version <= VERSION => {
                Ok(document.tokens.into_iter().map(Entry::from).collect())
            }
            Ok(_) => Err(Error::NewerStore { path: self.path.clone() }),
            Err(_) if is_newer(&bytes) => Err(Error::NewerStore { path: self.path.clone() }),
            Err(_) => {
                let aside = self.path.with_extension(format!("json.bad-{}", seconds(SystemTime::now())));
                std::fs::rename(&self.path, &aside).map_err(failed)?;
                tracing::warn!(file = %aside.display(), "the file of tokens was damaged and is set aside");
                Ok(Vec::new())
            }
        }
    }

    fn save(&self, entries: &[Entry]) -> Result<(), Error> {
        let failed = |source| Error::Store { doing: "write", path: self.path.clone(), source };
        let document = Document { version: VERSION, tokens: entries.iter().map(Record::from).collect() };
        let json = serde_json::to_vec_pretty(&document).map_err(|error| failed(error.into()))?;
        private_file::replace(&self.path, &json).map_err(failed)
    }
}

fn is_newer(bytes: &[u8]) -> bool {
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(bytes) else { return false };
    document["version"].as_u64().is_some_and(|version| version > u64::from(VERSION))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

impl From<Record> for Entry {
    fn from(record: Record) -> Entry {
        let lifetime =
            record.expires_at.map(|end| Duration::from_secs(end.saturating_sub(record.obtained_at)));
        Entry {
            key: record.key,
            token_endpoint: record.token_endpoint,
            scope: record.scope,
            user: record.user,
            access_token: record.access_token.into(),
            refresh_token: record.refresh_token.map(SecretString::from),
            // A time that no clock can show counts as long ago.
            obtained: UNIX_EPOCH.checked_add(Duration::from_secs(record.obtained_at)).unwrap_or(UNIX_EPOCH),
            lifetime,
        }
    }
}

impl From<&Entry> for Record {
    fn from(entry: &Entry) -> Record {
        let obtained_at = seconds(entry.obtained);
        Record {
            key: entry.key.clone(),
            token_endpoint: entry.token_endpoint.clone(),
            scope: entry.scope.clone(),
            user: entry.user.clone(),
            access_token: entry.access_token.expose_secret().to_owned(),
            refresh_token: entry.refresh_token.as_ref().map(|token| token.expose_secret().to_owned()),
            obtained_at,
            expires_at: entry.lifetime.map(|lifetime| obtained_at.saturating_add(lifetime.as_secs())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(environment: &str, authority: &str, token: &str, at: u64) -> Entry {
        Entry {
            key: Key {
                environment: environment.into(),
                client_id: "app".into(),
                authority: authority.into(),
            },
            token_endpoint: format!("{authority}/token"),
            scope: "s".into(),
            user: Some("anna".into()),
            access_token: token.into(),
            refresh_token: Some("r".into()),
            obtained: UNIX_EPOCH + Duration::from_secs(at),
            lifetime: Some(Duration::from_secs(3600)),
        }
    }

    fn token(found: Option<Entry>) -> Option<String> {
        found.map(|entry| entry.access_token.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn a_token_is_found_for_its_own_environment_application_and_authority_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(&folder.path().join("state"));
        let lock = store.lock().await.unwrap();
        store.put(entry("https://a", "https://login/t1", "A1", 1), &lock).unwrap();
        store.put(entry("https://a", "https://login/t2", "A2", 2), &lock).unwrap();
        store.put(entry("https://b", "https://login/t1", "B", 3), &lock).unwrap();
        store.put(entry("https://a", "https://login/t1", "A1 again", 1), &lock).unwrap();
        let hand = |text| Authority::by_hand(text).unwrap();
        assert_eq!(token(store.find("https://a", "app", None, None).unwrap()).as_deref(), Some("A2"));
        let found = store.find("https://a", "app", Some(&hand("https://login/t1")), None).unwrap();
        assert_eq!(token(found).as_deref(), Some("A1 again"));
        let found = store.find("https://a", "app", Some(&hand("https://login")), None).unwrap();
        assert_eq!(token(found).as_deref(), Some("A2"));
        assert_eq!(
            token(store.find("https://a", "app", None, Some("t1")).unwrap()).as_deref(),
            Some("A1 again")
        );
        for (environment, app) in [("https://c", "app"), ("https://a", "other"), ("https://", "app")] {
            assert_eq!(token(store.find(environment, app, None, None).unwrap()), None, "{environment} {app}");
        }
        let found = store.find("https://a", "app", Some(&hand("https://login/t")), None).unwrap();
        assert_eq!(token(found), None);
        assert_eq!(store.forget("https://a", &lock).unwrap(), 2);
        assert_eq!(store.forget("https://a", &lock).unwrap(), 0);
        assert!(store.find("https://b", "app", None, None).unwrap().is_some());
    }

    #[tokio::test]
    async fn what_is_kept_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(folder.path());
        let kept = entry("https://a", "https://login/t1", "A", 1_795_432_000);
        store.put(kept.clone(), &store.lock().await.unwrap()).unwrap();
        let found = store.get(&kept.key).unwrap().unwrap();
        assert_eq!(
            (found.obtained, found.lifetime, &found.scope),
            (kept.obtained, kept.lifetime, &kept.scope)
        );
        assert_eq!(found.refresh_token.unwrap().expose_secret(), "r");
        assert!(!format!("{kept:?}").contains("\"A\""));
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_a_newer_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(folder.path());
        for damaged in ["", "{", "[]", "\u{0}\u{1}", r#"{"version":1,"tokens":[{"a":1}]}"#] {
            std::fs::write(&store.path, damaged).unwrap();
            assert!(store.load().unwrap().is_empty(), "{damaged:?}");
            assert!(!store.path.exists());
        }
        let newer = r#"{"version":2,"tokens":"another shape"}"#;
        std::fs::write(&store.path, newer).unwrap();
        assert!(matches!(store.load(), Err(Error::NewerStore { .. })));
        assert_eq!(std::fs::read_to_string(&store.path).unwrap(), newer);
    }

    #[tokio::test]
    async fn whatever_bytes_are_in_the_file_it_is_read_or_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(folder.path());
        let lock = store.lock().await.unwrap();
        store.put(entry("https://a", "https://login/t1", "A", 1_795_432_000), &lock).unwrap();
        let good = std::fs::read(&store.path).unwrap();
        for place in 0..good.len() {
            for flip in [0x01, 0x20, 0x80, 0xff] {
                let mut damaged = good.clone();
                damaged[place] ^= flip;
                std::fs::write(&store.path, &damaged).unwrap();
                let loaded = store.load();
                assert!(
                    matches!(loaded, Ok(_) | Err(Error::NewerStore { .. })),
                    "{place} {flip}: {loaded:?}"
                );
            }
            std::fs::write(&store.path, &good[..place]).unwrap();
            assert!(store.load().unwrap().is_empty());
        }
    }
}
