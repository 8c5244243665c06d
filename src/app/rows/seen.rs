//! Which keys were read: six bytes a key, so that a million of them take less than two pages of rows.

use std::collections::BTreeMap;
use std::hash::Hash;

use super::fingerprint;

/// Bytes of a fingerprint that stand in a bucket; 12 further bits are the bucket's number. Among a million keys one
/// in two million sets has two that are taken for one.
const REST: usize = 6;

/// Fingerprints of keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen {
    /// Sorted, by the upper 12 bits of the fingerprint. Many small lists grow without a copy of the whole.
    buckets: BTreeMap<u16, Vec<[u8; REST]>>,
}

impl Seen {
    /// Adds a key, and says whether it is a new one.
    pub(super) fn insert(&mut self, key: &impl Hash) -> bool {
        let bytes = fingerprint(key).to_be_bytes();
        let bucket = u16::from_be_bytes([bytes[0], bytes[1]]) >> 4;
        let rest = std::array::from_fn(|at| bytes[at + 2]);
        let bucket = self.buckets.entry(bucket).or_default();
        match bucket.binary_search(&rest) {
            Ok(_) => false,
            Err(place) => {
                if bucket.len() == bucket.capacity() {
                    bucket.reserve_exact(bucket.len() / 4 + 4); // doubling would leave a third unused
                }
                bucket.insert(place, rest);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once_among_many() {
        let mut seen = Seen::default();
        assert!((0..100_000_u32).all(|key| seen.insert(&key)));
        assert!((0..100_000_u32).all(|key| !seen.insert(&key)));
        assert!(seen.insert(&100_000_u32));
    }

    #[test]
    fn many_keys_take_little_more_than_six_bytes_each() {
        let mut seen = Seen::default();
        (0..200_000_u32).for_each(|key| assert!(seen.insert(&key)));
        let bytes: usize = seen.buckets.values().map(|bucket| bucket.capacity() * REST).sum();
        assert!(bytes < 200_000 * 9, "{bytes}");
    }
}
