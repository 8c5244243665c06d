//! The file of tokens: one sign-in for each environment, application and authority.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Asked, Authority, Error, Renewal};
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
    /// The account's name, where the authority told it.
    #[serde(default, alias = "user")]
    pub account: Option<String>,
}

/// A kept sign-in.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: Key,
    /// The sign-in that it came from. All that came from one share the newest refresh token: an authority may take back
    /// all of them when an older one is used.
    pub family: Uuid,
    /// When the person or the application signed in.
    pub signed_in: SystemTime,
    /// Where it is renewed.
    pub token_endpoint: String,
    /// What it was asked for.
    pub asked: Asked,
    /// How it is renewed.
    pub renewal: Renewal,
    /// Claims that the next sign-in must send along, as JSON.
    pub claims: Option<String>,
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
    #[serde(default)]
    family: Uuid,
    #[serde(default)]
    signed_in_at: u64,
    token_endpoint: String,
    #[serde(default)]
    scope: String,
    /// In place of scopes, for the v1 endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    #[serde(default)]
    renewal: Renewal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claims: Option<String>,
    access_token: String,
    refresh_token: Option<String>,
    obtained_at: u64,
    expires_at: Option<u64>,
}

/// Which of the kept sign-ins are meant.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub client_id: &'a str,
    /// An authority given by hand: this one, or a tenant of it.
    pub authority: Option<&'a Authority>,
    pub tenant: Option<&'a str>,
    /// The account's name, in any case.
    pub account: Option<&'a str>,
}

impl TokenStore {
    /// The file in a folder, which is made when something is written.
    pub fn in_folder(state: &Path) -> TokenStore {
        TokenStore { path: state.join("tokens.json") }
    }

    /// The sign-in to an environment: the one of last time.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is of a newer version. A damaged file is set aside and counts as empty.
    pub fn find(&self, environment: &str, wanted: &Wanted<'_>) -> Result<Option<Entry>, Error> {
        let entries = self.load()?;
        let own =
            entries.into_iter().filter(|entry| entry.key.environment == environment && wanted.fits(entry));
        Ok(own.max_by_key(|entry| (entry.signed_in, entry.obtained)))
    }

    /// Sign-ins to other environments whose refresh token may give a token for one more, that of last time first.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::find`].
    pub fn relatives(&self, environment: &str, wanted: &Wanted<'_>) -> Result<Vec<Entry>, Error> {
        let wanted = Wanted { authority: None, tenant: None, ..*wanted };
        let mut entries = self.load()?;
        entries.retain(|entry| {
            entry.key.environment != environment && entry.refresh_token.is_some() && wanted.fits(entry)
        });
        entries.sort_by_key(|entry| std::cmp::Reverse((entry.signed_in, entry.obtained)));
        Ok(entries)
    }

    /// The sign-in with exactly this key.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::find`].
    pub fn get(&self, key: &Key) -> Result<Option<Entry>, Error> {
        Ok(self.load()?.into_iter().find(|entry| entry.key == *key))
    }

    /// Keeps a sign-in in place of the one before with its key; its refresh token takes the place of that of its family.
    /// It is on disk when this returns.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written; it is as before then.
    pub fn put(&self, entry: Entry, _held: &Lock) -> Result<(), Error> {
        let mut entries = self.load()?;
        entries.retain(|kept| kept.key != entry.key);
        // Those of the first version of the file have no family.
        if let Some(newest) = &entry.refresh_token {
            let is_relative = |kept: &&mut Entry| kept.family == entry.family && !kept.family.is_nil();
            for kept in entries.iter_mut().filter(is_relative) {
                kept.refresh_token = Some(newest.clone());
            }
        }
        entries.push(entry);
        self.save(&entries)
    }

    /// Forgets the sign-ins to an environment, of one account or of all, and what else came from them: a refresh token
    /// would bring the rest back. Says which environments are signed out of.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written; it is as before then.
    pub fn forget(
        &self,
        environment: &str,
        account: Option<&str>,
        _held: &Lock,
    ) -> Result<Vec<String>, Error> {
        let (gone, kept) = self.load()?.into_iter().partition::<Vec<_>, _>(|entry| {
            entry.key.environment == environment && account.is_none_or(|account| entry.is_of(account))
        });
        let is_relative =
            |entry: &Entry| gone.iter().any(|gone| gone.family == entry.family && !gone.family.is_nil());
        let (relatives, kept) = kept.into_iter().partition::<Vec<_>, _>(is_relative);
        if !gone.is_empty() {
            self.save(&kept)?;
        }
        let mut environments: Vec<String> =
            gone.into_iter().chain(relatives).map(|entry| entry.key.environment).collect();
        environments.dedup();
        Ok(environments)
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

impl Wanted<'_> {
    fn fits(&self, entry: &Entry) -> bool {
        let of_authority = match self.authority {
            Some(authority) => {
                let given = authority.as_str();
                let below = entry.key.authority.strip_prefix(given).is_some_and(|rest| rest.starts_with('/'));
                entry.key.authority == given || below
            }
            None => self.tenant.is_none_or(|tenant| entry.key.authority.ends_with(&format!("/{tenant}"))),
        };
        entry.key.client_id == self.client_id
            && of_authority
            && self.account.is_none_or(|account| entry.is_of(account))
    }
}

impl Entry {
    fn is_of(&self, account: &str) -> bool {
        self.key.account.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(account))
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
        // A time that no clock can show counts as long ago.
        let time = |seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH);
        Entry {
            key: record.key,
            family: record.family,
            signed_in: time(record.signed_in_at),
            token_endpoint: record.token_endpoint,
            asked: match record.resource {
                Some(resource) => Asked::Resource(resource),
                None => Asked::Scope(record.scope),
            },
            renewal: record.renewal,
            claims: record.claims,
            access_token: record.access_token.into(),
            refresh_token: record.refresh_token.map(SecretString::from),
            obtained: time(record.obtained_at),
            lifetime,
        }
    }
}

impl From<&Entry> for Record {
    fn from(entry: &Entry) -> Record {
        let obtained_at = seconds(entry.obtained);
        Record {
            key: entry.key.clone(),
            family: entry.family,
            signed_in_at: seconds(entry.signed_in),
            token_endpoint: entry.token_endpoint.clone(),
            scope: match &entry.asked {
                Asked::Scope(scope) => scope.clone(),
                Asked::Resource(_) => String::new(),
            },
            resource: entry.asked.resource().map(ToOwned::to_owned),
            renewal: entry.renewal.clone(),
            claims: entry.claims.clone(),
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
                account: Some("anna".into()),
            },
            family: Uuid::from_u128(at.into()),
            signed_in: UNIX_EPOCH + Duration::from_secs(at),
            token_endpoint: format!("{authority}/token"),
            asked: Asked::Scope("s".into()),
            renewal: Renewal::RefreshToken,
            claims: None,
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
        let any = Wanted { client_id: "app", authority: None, tenant: None, account: None };
        let found = |environment, wanted: Wanted<'_>| token(store.find(environment, &wanted).unwrap());
        assert_eq!(found("https://a", any).as_deref(), Some("A2"));
        let of = |text| {
            let authority = hand(text);
            found("https://a", Wanted { authority: Some(&authority), ..any })
        };
        assert_eq!(of("https://login/t1").as_deref(), Some("A1 again"));
        assert_eq!(of("https://login").as_deref(), Some("A2"));
        assert_eq!(of("https://login/t"), None);
        assert_eq!(found("https://a", Wanted { tenant: Some("t1"), ..any }).as_deref(), Some("A1 again"));
        assert_eq!(found("https://a", Wanted { account: Some("ANNA"), ..any }).as_deref(), Some("A2"));
        assert_eq!(found("https://a", Wanted { account: Some("bo"), ..any }), None);
        assert_eq!(found("https://a", Wanted { client_id: "other", ..any }), None);
        assert_eq!(found("https://c", any), None);
        assert_eq!(found("https://", any), None);
    }

    #[tokio::test]
    async fn a_family_shares_the_newest_refresh_token_and_is_forgotten_together() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(folder.path());
        let lock = store.lock().await.unwrap();
        let with = |environment: &str, refresh: &str, at| Entry {
            refresh_token: Some(refresh.into()),
            ..entry(environment, "https://login/t", "A", at)
        };
        store.put(with("https://a", "R1", 1), &lock).unwrap();
        store.put(with("https://other", "S1", 2), &lock).unwrap();
        store.put(with("https://b", "R2", 1), &lock).unwrap();
        let any = Wanted { client_id: "app", authority: None, tenant: None, account: None };
        let refresh = |environment| {
            let found = store.find(environment, &any).unwrap().unwrap();
            found.refresh_token.unwrap().expose_secret().to_owned()
        };
        assert_eq!((refresh("https://a"), refresh("https://other")), ("R2".to_owned(), "S1".to_owned()));
        let relatives = store.relatives("https://b", &any).unwrap();
        let relatives: Vec<_> = relatives.iter().map(|entry| entry.key.environment.as_str()).collect();
        assert_eq!(relatives, ["https://other", "https://a"], "that of last time first");
        assert_eq!(store.forget("https://b", Some("bo"), &lock).unwrap(), Vec::<String>::new());
        assert_eq!(store.forget("https://b", None, &lock).unwrap(), ["https://b", "https://a"]);
        assert_eq!(store.forget("https://b", None, &lock).unwrap(), Vec::<String>::new());
        assert_eq!(refresh("https://other"), "S1");
    }

    #[test]
    fn a_file_of_the_first_version_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(folder.path());
        let old = r#"{"version":1,"tokens":[{"environment":"https://a","client_id":"app","authority":"https://l/t",
            "token_endpoint":"https://l/t/token","scope":"s","user":"anna","access_token":"A","refresh_token":"R",
            "obtained_at":1700000000,"expires_at":1700003600}]}"#;
        private_file::replace(&store.path, old.as_bytes()).unwrap();
        let any = Wanted { client_id: "app", authority: None, tenant: None, account: None };
        let found = store.find("https://a", &any).unwrap().unwrap();
        assert_eq!((found.asked, found.renewal), (Asked::Scope("s".into()), Renewal::RefreshToken));
        assert_eq!(found.refresh_token.unwrap().expose_secret(), "R");
    }

    #[tokio::test]
    async fn what_is_kept_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(folder.path());
        let kept = entry("https://a", "https://login/t1", "A", 1_795_432_000);
        store.put(kept.clone(), &store.lock().await.unwrap()).unwrap();
        let found = store.get(&kept.key).unwrap().unwrap();
        assert_eq!(
            (found.obtained, found.lifetime, &found.asked, found.signed_in, found.family),
            (kept.obtained, kept.lifetime, &kept.asked, kept.signed_in, kept.family)
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
