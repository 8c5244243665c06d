//! The kernel's keyring of this user. It lives in memory: a restart empties it.

use linux_keyutils::{KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
use zeroize::Zeroizing;

use super::seal::Key;
use super::{Error, Protection, StoreError};

/// The key of this name; nothing when the kernel has none.
pub(super) fn load(name: &str) -> Result<Option<Key>, Error> {
    let found = ring()?.search(&described(name));
    let bytes = match found.and_then(|key| key.read_to_vec()) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked) => return Ok(None),
        Err(error) => return Err(unreachable(error)),
    };
    Key::from_bytes(&bytes).map(Some).ok_or(Error::Damaged)
}

/// Puts a key under a name.
pub(super) fn store(name: &str, key: &Key) -> Result<(), Error> {
    let made = ring()?.add_key(&described(name), key.bytes()).map_err(unreachable)?;
    // Sessions differ in whether they possess the user's keyring; the user is the same in all of them.
    let all = KeyPermissionsBuilder::builder().posessor(Permission::ALL).user(Permission::ALL).build();
    made.set_perms(all).map_err(unreachable)
}

/// Removes a key. One that is not there is removed already.
pub(super) fn remove(name: &str) -> Result<(), Error> {
    let ring = ring()?;
    match ring.search(&described(name)).and_then(|key| ring.unlink_key(key)) {
        Ok(()) | Err(KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked) => Ok(()),
        Err(error) => Err(unreachable(error)),
    }
}

fn ring() -> Result<KeyRing, Error> {
    KeyRing::from_special_id(KeyRingIdentifier::User, true).map_err(unreachable)
}

fn described(name: &str) -> String {
    format!("dvtui:{name}")
}

fn unreachable(error: KeyError) -> Error {
    Error::Unreachable { store: Protection::Keyutils, source: StoreError::from(error.to_string()) }
}
