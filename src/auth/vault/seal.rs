//! The outer file: a document in clear, or sealed by AES-256-GCM.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::passphrase::Cost;
use super::{Error, Protection};

/// The version of the sealed form. What is sealed has a version of its own.
const VERSION: u32 = 2;
/// The length of a key, in bytes.
pub(super) const KEY_LEN: usize = digest::SHA256_OUTPUT_LEN;

/// A key for AES-256-GCM. Wiped when it is dropped.
#[derive(Clone)]
pub(super) struct Key(Zeroizing<[u8; KEY_LEN]>);

impl Key {
    /// A new key.
    pub(super) fn random() -> Result<Key, Error> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        random(&mut *bytes)?;
        Ok(Key(bytes))
    }

    /// A key as a store gave it; nothing when it has another length.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Key> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        if bytes.len() != KEY_LEN {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Key(key))
    }

    /// The key itself, for a store.
    pub(super) fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// A name that tells this key from others and gives nothing of it away.
    pub(super) fn fingerprint(&self) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.bytes());
        hex(&hmac::sign(&key, b"dvtui token file").as_ref()[..8])
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([REDACTED])")
    }
}

/// A name for a new key.
pub(super) fn new_name() -> Result<String, Error> {
    let mut name = [0; 8];
    random(&mut name)?;
    Ok(hex(&name))
}

/// Fills with random bytes of the system.
pub(super) fn random(bytes: &mut [u8]) -> Result<(), Error> {
    SystemRandom::new().fill(bytes).map_err(|_| Error::NoRandom)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a file says of its protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Header {
    /// The document follows in clear.
    Clear,
    /// The document is sealed.
    Sealed(Seal),
}

impl Header {
    pub(super) fn protection(&self) -> Protection {
        match self {
            Header::Clear => Protection::File,
            Header::Sealed(seal) => seal.store,
        }
    }
}

/// Where the key is, and what has to be known to make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seal {
    pub(super) store: Protection,
    /// The key's name in its store; for a passphrase its fingerprint.
    pub(super) key: String,
    /// How the key comes from a passphrase.
    pub(super) cost: Option<Cost>,
}

/// The sealed form on disk.
#[derive(Serialize, Deserialize)]
struct Sealed {
    version: u32,
    store: String,
    key: String,
    #[serde(rename = "kdf", skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    /// Nonce, ciphertext and tag.
    sealed: String,
}

/// What every form has.
#[derive(Deserialize)]
struct Any {
    version: u64,
    store: Option<String>,
}

/// Reads what a file says of its protection, and the sealed bytes if there are any.
///
/// # Errors
///
/// [`Error::Damaged`], and [`Error::Newer`] for a form that only a newer version knows.
pub(super) fn read(outer: &[u8]) -> Result<(Header, Vec<u8>), Error> {
    let any: Any = serde_json::from_slice(outer).map_err(|_| Error::Damaged)?;
    let store = match any.store.as_deref() {
        None | Some("file") => return Ok((Header::Clear, Vec::new())),
        Some(store) => Protection::named(store),
    };
    let Some(store) = store.filter(|_| any.version == u64::from(VERSION)) else { return Err(Error::Newer) };
    let sealed: Sealed = serde_json::from_slice(outer).map_err(|_| Error::Damaged)?;
    let is_whole = sealed.cost.is_some() == (store == Protection::Passphrase);
    if !is_whole || sealed.key.len() != 16 || !sealed.key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::Damaged);
    }
    let bytes = BASE64.decode(&sealed.sealed).map_err(|_| Error::Damaged)?;
    Ok((Header::Sealed(Seal { store, key: sealed.key, cost: sealed.cost }), bytes))
}

/// Opens what was sealed.
///
/// # Errors
///
/// [`Error::Damaged`] when it was changed since, or sealed with another key.
pub(super) fn open(seal: &Seal, key: &Key, mut bytes: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let nonce = bytes.get(..NONCE_LEN).and_then(|nonce| Nonce::try_assume_unique_for_key(nonce).ok());
    let nonce = nonce.ok_or(Error::Damaged)?;
    let opened = cipher(key)?.open_within(nonce, Aad::from(seal.bound()), &mut bytes, NONCE_LEN..);
    let length = opened.map_err(|_| Error::Damaged)?.len();
    bytes.truncate(length);
    Ok(Zeroizing::new(bytes))
}

/// Seals a document.
///
/// # Errors
///
/// When the system gives no random bytes.
pub(super) fn close(seal: &Seal, key: &Key, inner: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE_LEN];
    random(&mut nonce)?;
    // All the room at once, so that no copy of the clear text is left where a vector was before it grew.
    let mut bytes = Zeroizing::new(Vec::with_capacity(NONCE_LEN + inner.len() + AES_256_GCM.tag_len()));
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(inner);
    let place = &mut bytes[NONCE_LEN..];
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = cipher(key)?.seal_in_place_separate_tag(nonce, Aad::from(seal.bound()), place);
    bytes.extend_from_slice(tag.map_err(|_| Error::NoRandom)?.as_ref());
    let sealed = Sealed {
        version: VERSION,
        store: seal.store.name().to_owned(),
        key: seal.key.clone(),
        cost: seal.cost.clone(),
        sealed: BASE64.encode(&*bytes),
    };
    serde_json::to_vec_pretty(&sealed).map_err(|_| Error::Damaged)
}

/// Puts the name of the store into a document in clear.
///
/// # Errors
///
/// [`Error::Damaged`] when the document is no JSON object.
pub(super) fn clear(inner: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    const STORE: &[u8] = b"{\n  \"store\": \"file\",";
    let rest = inner.strip_prefix(b"{").ok_or(Error::Damaged)?;
    let mut outer = Zeroizing::new(Vec::with_capacity(STORE.len() + rest.len()));
    outer.extend_from_slice(STORE);
    outer.extend_from_slice(rest);
    Ok(outer)
}

impl Seal {
    /// What cannot be changed without breaking the seal.
    fn bound(&self) -> Vec<u8> {
        let Seal { store, key, cost } = self;
        let cost = cost.as_ref().map(Cost::bound).unwrap_or_default();
        format!("dvtui tokens\n{VERSION}\n{}\n{key}\n{cost}", store.name()).into_bytes()
    }
}

fn cipher(key: &Key) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, key.bytes()).map(LessSafeKey::new).map_err(|_| Error::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: &[u8] = br#"{"version":1,"tokens":["eyJsecret"]}"#;

    fn seal() -> Seal {
        Seal { store: Protection::Keyring, key: new_name().unwrap(), cost: None }
    }

    fn opened(outer: &[u8], key: &Key) -> Result<Zeroizing<Vec<u8>>, Error> {
        match read(outer)? {
            (Header::Sealed(seal), bytes) => open(&seal, key, bytes),
            (Header::Clear, _) => panic!("in clear"),
        }
    }

    #[test]
    fn what_is_sealed_comes_back_with_its_key_and_shows_nothing_before() {
        let (seal, key) = (seal(), Key::random().unwrap());
        let outer = close(&seal, &key, INNER).unwrap();
        let text = String::from_utf8(outer.clone()).unwrap();
        assert!(!text.contains("eyJsecret") && text.contains(r#""store": "keyring""#), "{text}");
        assert_eq!(read(&outer).unwrap().0, Header::Sealed(seal.clone()));
        assert_eq!(*opened(&outer, &key).unwrap(), INNER);
        assert!(matches!(opened(&outer, &Key::random().unwrap()), Err(Error::Damaged)));
        assert_ne!(close(&seal, &key, INNER).unwrap(), outer, "each time with a nonce of its own");
        assert_eq!(format!("{key:?}"), "Key([REDACTED])");
    }

    #[test]
    fn nothing_around_the_sealed_bytes_can_be_changed_either() {
        let (seal, key) = (seal(), Key::random().unwrap());
        let text = String::from_utf8(close(&seal, &key, INNER).unwrap()).unwrap();
        let (_, bytes) = read(text.as_bytes()).unwrap();
        for other in [
            Seal { store: Protection::Keyutils, ..seal.clone() },
            Seal { key: new_name().unwrap(), ..seal.clone() },
        ] {
            assert!(matches!(open(&other, &key, bytes.clone()), Err(Error::Damaged)));
        }
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(matches!(open(&seal, &key, changed), Err(Error::Damaged)), "{place}");
            assert!(matches!(open(&seal, &key, bytes[..place].to_vec()), Err(Error::Damaged)), "{place}");
        }
    }

    #[test]
    fn a_form_of_a_newer_version_is_told_from_a_damaged_one() {
        for newer in [
            r#"{"version":3,"store":"keyring","else":1}"#,
            r#"{"version":2,"store":"tpm","sealed":"x"}"#,
            r#"{"version":18446744073709551615,"store":"keyring"}"#,
        ] {
            assert!(matches!(read(newer.as_bytes()), Err(Error::Newer)), "{newer}");
        }
        for damaged in [
            "",
            "[]",
            r#"{"store":"keyring"}"#,
            r#"{"version":2,"store":"keyring"}"#,
            r#"{"version":2,"store":"keyring","key":"0011223344556677","sealed":"?"}"#,
            r#"{"version":2,"store":"keyring","key":"../../etc/passwd","sealed":""}"#,
            r#"{"version":2,"store":"passphrase","key":"0011223344556677","sealed":""}"#,
        ] {
            assert!(matches!(read(damaged.as_bytes()), Err(Error::Damaged)), "{damaged}");
        }
        assert_eq!(read(br#"{"version":9,"tokens":1}"#).unwrap().0, Header::Clear, "its reader knows");
    }

    #[test]
    fn a_document_in_clear_says_so() {
        let outer = clear(INNER).unwrap();
        assert_eq!(read(&outer).unwrap().0, Header::Clear);
        let value: serde_json::Value = serde_json::from_slice(&outer).unwrap();
        assert_eq!((value["store"].as_str(), value["tokens"][0].as_str()), (Some("file"), Some("eyJsecret")));
    }
}
