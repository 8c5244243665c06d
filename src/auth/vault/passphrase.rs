//! A key from a passphrase, by Argon2id.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Error;
use super::seal::{KEY_LEN, Key, random};

/// Memory in KiB, passes and lanes for new files: above the least that OWASP's cheat sheet on the storage of passwords
/// asks for (19 MiB, 2 passes), about a quarter of a second.
const MEMORY: u32 = 64 << 10;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// The most that is believed of a file, so that a changed one cannot take all memory or hours.
const MAX_MEMORY: u32 = 1 << 20;
const MAX_PASSES: u32 = 64;
const MAX_LANES: u32 = 16;

/// How a key comes from a passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cost {
    name: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    /// 16 random bytes in base64.
    salt: String,
}

impl Cost {
    /// The usual cost and a salt of its own.
    pub(super) fn new() -> Result<Cost, Error> {
        let mut salt = [0; 16];
        random(&mut salt)?;
        Ok(Cost {
            name: "argon2id".into(),
            memory_kib: MEMORY,
            passes: PASSES,
            lanes: LANES,
            salt: BASE64.encode(salt),
        })
    }

    /// The key. Takes a part of a second and as much memory as was asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when the file asks for what makes no sense.
    pub(super) fn key(&self, passphrase: &SecretString) -> Result<Key, Error> {
        let Cost { memory_kib, passes, lanes, .. } = *self;
        if self.name != "argon2id" {
            return Err(Error::Newer);
        }
        if memory_kib > MAX_MEMORY || passes > MAX_PASSES || lanes > MAX_LANES {
            return Err(Error::Damaged);
        }
        let salt = BASE64.decode(&self.salt).map_err(|_| Error::Damaged)?;
        let params = Params::new(memory_kib, passes, lanes, Some(KEY_LEN)).map_err(|_| Error::Damaged)?;
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose_secret().as_bytes(), &salt, &mut *bytes)
            .map_err(|_| Error::Damaged)?;
        Key::from_bytes(&*bytes).ok_or(Error::Damaged)
    }

    /// Everything that the key depends on but the passphrase.
    pub(super) fn bound(&self) -> String {
        let Cost { name, memory_kib, passes, lanes, salt } = self;
        format!("{name} {memory_kib} {passes} {lanes} {salt}")
    }

    /// A cost for tests, which are many.
    #[cfg(test)]
    pub(super) fn light() -> Cost {
        Cost { memory_kib: 8, passes: 1, ..Cost::new().unwrap() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Argon2's reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32`.
    #[test]
    fn the_key_is_that_of_the_reference_implementation() {
        let cost = Cost {
            name: "argon2id".into(),
            memory_kib: 65536,
            passes: 2,
            lanes: 1,
            salt: BASE64.encode("somesalt"),
        };
        let expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7";
        let key = cost.key(&"password".to_owned().into()).unwrap();
        let hex: String = key.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected);
    }

    #[test]
    fn a_file_cannot_ask_for_all_memory_or_for_hours() {
        let passphrase = SecretString::from("p".to_owned());
        let costs = [
            Cost { memory_kib: u32::MAX, ..Cost::light() },
            Cost { passes: u32::MAX, ..Cost::light() },
            Cost { lanes: u32::MAX, ..Cost::light() },
            Cost { memory_kib: 0, ..Cost::light() },
            Cost { salt: "?".into(), ..Cost::light() },
            Cost { salt: String::new(), ..Cost::light() },
        ];
        for cost in costs {
            assert!(matches!(cost.key(&passphrase), Err(Error::Damaged)), "{cost:?}");
        }
        let unknown = Cost { name: "scrypt".into(), ..Cost::light() };
        assert!(matches!(unknown.key(&passphrase), Err(Error::Newer)));
    }

    #[test]
    fn every_file_has_a_salt_of_its_own() {
        assert_ne!(Cost::new().unwrap(), Cost::new().unwrap());
    }
}
