//! Things in the order in which they were added, each found by its key without a look at the others.

use std::collections::BTreeMap;
use std::ops::Index;

/// Values by key, in the order they were added.
#[derive(Debug, Clone, PartialEq)]
pub struct Ordered<K, V> {
    numbers: BTreeMap<K, u64>,
    values: BTreeMap<u64, V>,
}

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self { numbers: BTreeMap::new(), values: BTreeMap::new() }
    }
}

impl<K: Ord, V> Ordered<K, V> {
    /// The values, in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.values.values()
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value, where there is no other.
    pub fn only(&self) -> Option<&V> {
        self.iter().next().filter(|_| self.len() == 1)
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(self.numbers.get(key)?)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.values.get_mut(self.numbers.get(key)?)
    }

    /// What grows from one value to the next.
    pub(super) fn number(&self, key: &K) -> Option<u64> {
        self.numbers.get(key).copied()
    }

    /// Adds a value behind all others. The one that had its key is gone.
    pub(super) fn push(&mut self, key: K, value: V) {
        self.remove(&key);
        let number = self.values.last_key_value().map_or(0, |(last, _)| last + 1);
        self.numbers.insert(key, number);
        self.values.insert(number, value);
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        self.values.remove(&self.numbers.remove(key)?)
    }
}

impl<K: Ord, V> Index<usize> for Ordered<K, V> {
    type Output = V;

    fn index(&self, place: usize) -> &V {
        let number = self.values.keys().nth(place).copied().unwrap_or(u64::MAX); // panics below, as any index does
        &self.values[&number]
    }
}
