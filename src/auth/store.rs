//! The file of tokens: one sign-in for each environment, application and authority.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::vault::{self, Aside, Cleared, Lock, Protection, SealedFile, Vault};
use super::{Authority, Error};

const VERSION: u32 = 1;

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
    file: SealedFile,
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
    access_token: Zeroizing<String>,
    refresh_token: Option<Zeroizing<String>>,
    obtained_at: u64,
    expires_at: Option<u64>,
}

impl TokenStore {
    /// The file in a folder, which is made when something is written. Its protection stays as it is.
    pub fn in_folder(state: &Path) -> TokenStore {
        TokenStore::protected(state, Vault::default())
    }

    /// The file in a folder, protected by a vault.
    pub fn protected(state: &Path, vault: Vault) -> TokenStore {
        TokenStore { file: SealedFile::new(state.join("tokens.json"), vault) }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// What protects the file; nothing when there is none.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is damaged or of a newer version.
    pub fn protection(&self) -> Result<Option<Protection>, Error> {
        self.file.protection()
    }

    /// The file that was set aside because it could not be used, if that has happened.
    pub fn aside(&self) -> Option<Aside> {
        self.file.aside()
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
        let entries = self.load(None)?;
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
        Ok(self.load(None)?.into_iter().find(|entry| entry.key == *key))
    }

    /// Keeps a sign-in in place of the one before with its key. It is on disk when this returns.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written; it is as before then.
    pub fn put(&self, entry: Entry, held: &Lock) -> Result<(), Error> {
        let mut entries = self.load(Some(held))?;
        entries.retain(|kept| kept.key != entry.key);
        entries.push(entry);
        self.save(&entries, held)
    }

    /// Forgets every sign-in to an environment and says how many there were. With the last one the file goes, and the
    /// key that it is sealed with.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written; it is as before then.
    pub fn forget(&self, environment: &str, held: &Lock) -> Result<usize, Error> {
        let mut entries = self.load(Some(held))?;
        let before = entries.len();
        entries.retain(|entry| entry.key.environment != environment);
        let forgotten = before - entries.len();
        match forgotten {
            0 => {}
            _ if entries.is_empty() => self.file.remove(held)?,
            _ => self.save(&entries, held)?,
        }
        Ok(forgotten)
    }

    /// Forgets everything, in whatever state the file is.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed.
    pub fn clear(&self, held: &Lock) -> Result<Cleared, Error> {
        self.file.clear(held)
    }

    /// Makes sure that the file can be read. Its key is known from then on, so that nobody waits for it later.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::find`].
    pub fn open(&self) -> Result<(), Error> {
        self.load(None).map(drop)
    }

    /// Makes sure that a sign-in can be kept: better before a person has done something for it than after. Decides
    /// what it will be protected by.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::lock`] and [`TokenStore::put`].
    pub async fn check(&self) -> Result<(), Error> {
        self.file.check(Document::parse).await
    }

    /// Makes sure that a renewed token can be kept: a refresh token that was used up and not replaced is a lost sign-in.
    ///
    /// # Errors
    ///
    /// When there is no room or the folder cannot be written to.
    pub fn check_room(&self, held: &Lock) -> Result<(), Error> {
        self.file.check_room(held)
    }

    /// Holds the file, so that what is read can be changed and written without anybody in between.
    ///
    /// # Errors
    ///
    /// [`Error::StoreBusy`] when another process holds it for a minute.
    pub async fn lock(&self) -> Result<Lock, Error> {
        self.file.lock().await
    }

    fn load(&self, to_change: Option<&Lock>) -> Result<Vec<Entry>, Error> {
        let document = match to_change {
            Some(held) => self.file.read_to_change(held, Document::parse)?,
            None => self.file.read(None, Document::parse)?,
        };
        let records = document.map(|document| document.tokens).unwrap_or_default();
        Ok(records.into_iter().map(Entry::from).collect())
    }

    fn save(&self, entries: &[Entry], held: &Lock) -> Result<(), Error> {
        let document = Document { version: VERSION, tokens: entries.iter().map(Record::from).collect() };
        let failed = |source: serde_json::Error| Error::Store {
            doing: "write",
            path: self.path().to_owned(),
            source: source.into(),
        };
        self.file.write(&vault::json(&document).map_err(failed)?, held)
    }
}

impl Document {
    fn parse(bytes: &[u8]) -> Result<Document, vault::Error> {
        match serde_json::from_slice::<Document>(bytes) {
            Ok(document) if document.version <= VERSION => Ok(document),
            Ok(_) => Err(vault::Error::Newer),
            Err(_) if is_newer(bytes) => Err(vault::Error::Newer),
            Err(_) => Err(vault::Error::Damaged),
        }
    }
}

fn is_newer(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Any {
        version: u64,
    }
    serde_json::from_slice::<Any>(bytes).is_ok_and(|document| document.version > u64::from(VERSION))
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
            access_token: record.access_token.as_str().into(),
            refresh_token: record.refresh_token.map(|token| token.as_str().into()),
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
            access_token: copy(&entry.access_token),
            refresh_token: entry.refresh_token.as_ref().map(copy),
            obtained_at,
            expires_at: entry.lifetime.map(|lifetime| obtained_at.saturating_add(lifetime.as_secs())),
        }
    }
}

fn copy(secret: &SecretString) -> Zeroizing<String> {
    Zeroizing::new(secret.expose_secret().to_owned())
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

    /// Writes the file as if dv had.
    fn write(store: &TokenStore, bytes: impl AsRef<[u8]>) {
        crate::private_file::replace(store.path(), bytes.as_ref()).unwrap();
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_a_newer_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(folder.path());
        for damaged in ["", "{", "[]", "\u{0}\u{1}", r#"{"version":1,"tokens":[{"a":1}]}"#] {
            write(&store, damaged);
            assert!(store.load(None).unwrap().is_empty(), "{damaged:?}");
            assert!(!store.path().exists());
            assert_eq!(std::fs::read(store.aside().unwrap().path).unwrap(), damaged.as_bytes());
        }
        let newer = r#"{"version":2,"tokens":"another shape"}"#;
        write(&store, newer);
        assert!(matches!(store.load(None), Err(Error::NewerStore { .. })));
        assert_eq!(std::fs::read_to_string(store.path()).unwrap(), newer);
    }
}
