//! The secret store of the system: Secret Service, Keychain, Windows Credential Manager.
//!
//! Its calls block, and may wait for a person who is asked to unlock it. Each runs on a thread of its own, which is
//! left behind when it takes too long: the process ends without it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use keyring_core::{CredentialStore, Entry};
use zeroize::Zeroizing;

use super::seal::{Key, new_name};
use super::{Error, Protection, StoreError};

const SERVICE: &str = "dvtui";
/// A store that is only looked for has to answer so fast.
const PROBE: Duration = Duration::from_secs(4);
/// A person who is asked to unlock the store has so long. Another process waits for the file a minute.
const PERSON: Duration = Duration::from_secs(45);

/// The name of the store on this system.
pub(super) const NAME: &str = if cfg!(target_os = "macos") {
    "Keychain"
} else if cfg!(windows) {
    "Windows Credential Manager"
} else {
    "Secret Service"
};

/// The key of this name; nothing when the store has none.
pub(super) fn load(name: &str) -> Result<Option<Key>, Error> {
    let entry = entry_of(name);
    let bytes = within(PERSON, move || match entry()?.get_secret() {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(keyring_core::Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    })?;
    bytes.map(|bytes| Key::from_bytes(&bytes).ok_or(Error::Damaged)).transpose()
}

/// Puts a key under a name.
pub(super) fn store(name: &str, key: &Key) -> Result<(), Error> {
    let (entry, key) = (entry_of(name), key.clone());
    within(PERSON, move || entry()?.set_secret(key.bytes()))
}

/// Removes a key. One that is not there is removed already.
pub(super) fn remove(name: &str) -> Result<(), Error> {
    let entry = entry_of(name);
    within(PERSON, move || match entry()?.delete_credential() {
        Err(keyring_core::Error::NoEntry) => Ok(()),
        other => other,
    })
}

/// Whether the store keeps what it is given: writes, reads and removes a secret. Blocks for at most four seconds.
pub(super) fn probe() -> Result<(), Error> {
    let key = Key::random()?;
    let entry = entry_of(&format!("probe-{}", new_name()?));
    within(PROBE, move || {
        let entry = entry()?;
        entry.set_secret(key.bytes())?;
        let kept = entry.get_secret().map(Zeroizing::new);
        entry.delete_credential()?;
        match kept?.as_slice() == key.bytes() {
            true => Ok(()),
            false => Err(keyring_core::Error::BadStoreFormat("it gives back something else".into())),
        }
    })
}

fn entry_of(name: &str) -> impl FnOnce() -> keyring_core::Result<Entry> + Send + 'static {
    let name = name.to_owned();
    move || {
        // The others have no labels.
        let label = HashMap::from([("label", "dv: key of the token file")]);
        let label = cfg!(all(target_os = "linux", not(test))).then_some(&label);
        system()?.build(SERVICE, &name, label)
    }
}

/// The connection to the store, made once.
fn system() -> keyring_core::Result<Arc<CredentialStore>> {
    static SYSTEM: OnceLock<Arc<CredentialStore>> = OnceLock::new();
    if let Some(store) = SYSTEM.get() {
        return Ok(store.clone());
    }
    let store = connect()?;
    Ok(SYSTEM.get_or_init(|| store).clone())
}

#[cfg(test)]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = keyring_core::mock::Store::new()?;
    Ok(store)
}

#[cfg(all(target_os = "linux", not(test)))]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

#[cfg(all(target_os = "macos", not(test)))]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

#[cfg(all(windows, not(test)))]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows, test)))]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(keyring_core::Error::NotSupportedByStore("dv knows no secret store of this system".into()))
}

/// Runs a call of the store, for so long at most.
fn within<T: Send + 'static>(
    patience: Duration,
    call: impl FnOnce() -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let (tell, told) = mpsc::channel();
    let unreachable =
        |what: String| Error::Unreachable { store: Protection::Keyring, source: StoreError::from(what) };
    std::thread::Builder::new()
        .name("secret store".into())
        .spawn(move || {
            let _ = tell.send(call()); // nobody waits any more
        })
        .map_err(|error| unreachable(error.to_string()))?;
    match told.recv_timeout(patience) {
        Ok(result) => result.map_err(|error| unreachable(described(&error))),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            Err(unreachable(format!("no answer within {} seconds; it may be locked", patience.as_secs())))
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(unreachable("its client broke".into())),
    }
}

/// What went wrong. The text of some errors shows the secret that was found.
fn described(error: &keyring_core::Error) -> String {
    match error {
        keyring_core::Error::BadEncoding(_) | keyring_core::Error::BadDataFormat(..) => {
            "it gives back what it should not have".to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_under_its_name_until_it_is_removed() {
        let (name, key) = (new_name().unwrap(), Key::random().unwrap());
        assert!(load(&name).unwrap().is_none());
        store(&name, &key).unwrap();
        assert_eq!(load(&name).unwrap().unwrap().bytes(), key.bytes());
        assert!(load(&new_name().unwrap()).unwrap().is_none());
        remove(&name).unwrap();
        remove(&name).unwrap();
        assert!(load(&name).unwrap().is_none());
        probe().unwrap();
    }

    #[test]
    fn a_store_that_never_answers_is_left_behind() {
        let begun = std::time::Instant::now();
        let hung = within(Duration::from_millis(20), || {
            std::thread::sleep(Duration::from_secs(600));
            Ok(())
        });
        assert!(matches!(hung, Err(Error::Unreachable { .. })));
        assert!(begun.elapsed() < Duration::from_secs(60));
        let broken = within::<()>(PERSON, || panic!("its client"));
        assert!(matches!(broken, Err(Error::Unreachable { .. })));
    }

    #[test]
    fn no_secret_is_in_an_error() {
        let error = within::<()>(PERSON, || Err(keyring_core::Error::BadEncoding(b"secret".to_vec())));
        let shown = format!("{:?}", error.unwrap_err());
        assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
    }
}
