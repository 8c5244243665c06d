//! The file of tokens: one sign-in for each environment, application and authority.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::vault::{self, Aside, Cleared, Lock, Protection, SealedFile, Vault};
use super::{Asked, Authority, Error, Renewal};

pub use super::entry::{Entry, Key};

const VERSION: u32 = 1;

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
    access_token: Zeroizing<String>,
    refresh_token: Option<Zeroizing<String>>,
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

    /// The sign-in to an environment: the one of last time.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is of a newer version. A damaged file is set aside and counts as empty.
    pub fn find(&self, environment: &str, wanted: &Wanted<'_>) -> Result<Option<Entry>, Error> {
        Ok(latest(self.load(None)?, environment, wanted))
    }

    /// The same for somebody who is about to sign in: a file whose key is gone for good counts as empty.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::find`].
    pub fn find_to_sign_in(&self, environment: &str, wanted: &Wanted<'_>) -> Result<Option<Entry>, Error> {
        Ok(latest(entries(self.file.read_to_sign_in(None, Document::parse)?), environment, wanted))
    }

    /// Sign-ins to other environments whose refresh token may give a token for one more, that of last time first.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::find`].
    pub fn relatives(&self, environment: &str, wanted: &Wanted<'_>) -> Result<Vec<Entry>, Error> {
        let wanted = Wanted { authority: None, tenant: None, ..*wanted };
        let mut entries = self.load(None)?;
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
        Ok(self.load(None)?.into_iter().find(|entry| entry.key == *key))
    }

    /// Keeps a sign-in in place of the one before with its key; its refresh token takes the place of that of its family.
    /// It is on disk when this returns.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written; it is as before then.
    pub fn put(&self, entry: Entry, held: &Lock) -> Result<(), Error> {
        let mut entries = self.load(Some(held))?;
        entries.retain(|kept| kept.key != entry.key);
        // Those of the first version of the file have no family.
        if let Some(newest) = &entry.refresh_token {
            let is_relative = |kept: &&mut Entry| kept.family == entry.family && !kept.family.is_nil();
            for kept in entries.iter_mut().filter(is_relative) {
                kept.refresh_token = Some(newest.clone());
            }
        }
        entries.push(entry);
        self.save(&entries, held)
    }

    /// Forgets the sign-ins to an environment, of one account or of all, and what else came from them: a refresh token
    /// would bring the rest back. With the last one the file goes, and the key that it is sealed with. Says which
    /// environments are signed out of.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written; it is as before then.
    pub fn forget(
        &self,
        environment: &str,
        account: Option<&str>,
        held: &Lock,
    ) -> Result<Vec<String>, Error> {
        let (gone, kept) = self.load(Some(held))?.into_iter().partition::<Vec<_>, _>(|entry| {
            entry.key.environment == environment && account.is_none_or(|account| entry.is_of(account))
        });
        let is_relative =
            |entry: &Entry| gone.iter().any(|gone| gone.family == entry.family && !gone.family.is_nil());
        let (relatives, kept) = kept.into_iter().partition::<Vec<_>, _>(is_relative);
        match gone.len() {
            0 => {}
            _ if kept.is_empty() => self.file.remove(held)?,
            _ => self.save(&kept, held)?,
        }
        let mut environments: Vec<String> =
            gone.into_iter().chain(relatives).map(|entry| entry.key.environment).collect();
        environments.dedup();
        Ok(environments)
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
        Ok(entries(document))
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

/// The sign-ins of a document; none where there is no file.
fn entries(document: Option<Document>) -> Vec<Entry> {
    let records = document.map(|document| document.tokens).unwrap_or_default();
    records.into_iter().map(Entry::from).collect()
}

/// The sign-in of last time to an environment.
fn latest(entries: Vec<Entry>, environment: &str, wanted: &Wanted<'_>) -> Option<Entry> {
    let own = entries.into_iter().filter(|entry| entry.key.environment == environment && wanted.fits(entry));
    own.max_by_key(|entry| (entry.signed_in, entry.obtained))
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
            access_token: record.access_token.as_str().into(),
            refresh_token: record.refresh_token.map(|token| token.as_str().into()),
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
        crate::private_file::replace(store.path(), old.as_bytes()).unwrap();
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
