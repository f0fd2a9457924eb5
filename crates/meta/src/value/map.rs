//! A shared, copy-on-write map from text to values that remembers its order.
//!
//! Up to [`ORDERED_MAX`] entries keep the order they were given (Go structs have fewer fields); a larger map
//! is always sorted by key, so a look-up in a map of any size is bounded.

use super::{Str, Value, drain, unload};
use ecow::EcoVec;

/// The most entries that keep their given order.
const ORDERED_MAX: usize = 64;

/// Keys to values; cheap to clone. Keys are unique.
#[derive(Clone, Debug, Default)]
pub struct Map(EcoVec<(Str, Value)>);

impl Map {
    /// An empty map.
    pub fn new() -> Map {
        Map(EcoVec::new())
    }

    /// An empty map with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Map {
        Map(EcoVec::with_capacity(capacity))
    }

    /// A map of `entries` in which the last of several equal keys wins, in the place of the first. Calls
    /// `duplicate` for each key that was already there.
    pub fn from_entries(entries: Vec<(Str, Value)>, mut duplicate: impl FnMut(&str)) -> Map {
        if entries.len() <= 8 {
            let mut map = Map::with_capacity(entries.len());
            for (key, value) in entries {
                if map.insert(key.clone(), value).is_some() {
                    duplicate(&key);
                }
            }
            return map;
        }
        let mut first = std::collections::HashMap::with_capacity(entries.len());
        let mut kept: EcoVec<(Str, Value)> = EcoVec::with_capacity(entries.len());
        for (key, value) in entries {
            match first.get(&key) {
                Some(&at) => {
                    duplicate(&key);
                    let place: &mut (Str, Value) = &mut kept.make_mut()[at];
                    place.1 = value;
                }
                None => {
                    first.insert(key.clone(), kept.len());
                    kept.push((key, value));
                }
            }
        }
        let mut map = Map(kept);
        if map.len() > ORDERED_MAX {
            map.sort();
        }
        map
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let at = self.find(key).ok()?;
        Some(&self.0[at].1)
    }

    /// The value of `key` for editing; copies the map first when it is shared.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let at = self.find(key).ok()?;
        Some(&mut self.0.make_mut()[at].1)
    }

    /// Whether `key` has a value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// The value of `key`, made null when it was absent.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let at = match self.find(key) {
            Ok(at) => at,
            Err(at) => self.put(at, Str::from(key), Value::Null),
        };
        &mut self.0.make_mut()[at].1
    }

    /// Sets `key` and returns its former value. A new key goes to the end of a small map.
    pub fn insert(&mut self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0.make_mut()[at].1, value)),
            Err(at) => {
                self.put(at, key, value);
                None
            }
        }
    }

    /// Appends a key that the caller knows to be absent; for builders that walk a type's fields.
    pub fn push(&mut self, key: Str, value: Value) {
        debug_assert!(!self.contains_key(&key), "{key} stands in the map already");
        self.put(self.0.len(), key, value);
    }

    /// Puts an absent key before the entry at `index` (at most `len`); a map that is sorted stays so.
    pub fn insert_at(&mut self, index: usize, key: Str, value: Value) {
        if self.0.len() < ORDERED_MAX {
            self.0.insert(index, (key, value));
        } else {
            self.put(index, key, value);
        }
    }

    /// Removes `key` and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Sets many keys at once: linear in the sizes, where single inserts into a large map would not be.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = (Str, Value)>) {
        let mut all: Vec<(Str, Value)> = self.take().collect();
        all.extend(entries);
        *self = Map::from_entries(all, |_| {});
    }

    /// Keeps the entries for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Str, &Value)> + DoubleEndedIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The entries in order, values for editing.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&Str, &mut Value)> {
        self.0.make_mut().iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Takes the entries out, leaving an empty map.
    pub fn take(&mut self) -> impl ExactSizeIterator<Item = (Str, Value)> + use<> {
        std::mem::take(&mut self.0).into_iter()
    }

    /// Whether both are one map in memory: clones of each other that nobody changed.
    pub fn shares(&self, other: &Map) -> bool {
        self.0.as_ptr() == other.0.as_ptr() && self.0.len() == other.0.len()
    }

    /// The same with other values where `other` has one; `None` when it has none.
    pub fn replaced(&self, mut other: impl FnMut(&str, &Value) -> Option<Value>) -> Option<Map> {
        let mut made: Option<Map> = None;
        for (at, (key, value)) in self.0.iter().enumerate() {
            if let Some(value) = other(key, value) {
                made.get_or_insert_with(|| self.clone()).0.make_mut()[at].1 = value;
            }
        }
        made
    }

    /// Puts the entries in the order of their keys, as Go prints a map.
    pub fn sort(&mut self) {
        if !self.0.is_sorted_by(|a, b| a.0 <= b.0) {
            self.0.make_mut().sort_unstable_by(|a, b| a.0.cmp(&b.0));
        }
    }

    /// `Ok(index)` of `key`, or `Err(where it belongs)`.
    fn find(&self, key: &str) -> Result<usize, usize> {
        if self.0.len() > ORDERED_MAX {
            return self.0.binary_search_by(|(have, _)| have.as_str().cmp(key));
        }
        self.0.iter().position(|(have, _)| have.as_str() == key).ok_or(self.0.len())
    }

    /// Inserts a key that is known to be absent; returns where it came to stand.
    fn put(&mut self, at: usize, key: Str, value: Value) -> usize {
        if self.0.len() < ORDERED_MAX {
            self.0.push((key, value));
            return at;
        }
        if self.0.len() == ORDERED_MAX {
            self.sort();
        }
        let at = self.0.binary_search_by(|(have, _)| have.cmp(&key)).unwrap_or_else(|place| place);
        self.0.insert(at, (key, value));
        at
    }

    pub(super) fn unload(&mut self, pending: &mut Vec<Value>) {
        if self.0.is_unique() {
            unload(self.0.make_mut().iter_mut().map(|(_, value)| value), pending);
        }
    }
}

/// Equal when they hold the same entries, in whatever order.
impl PartialEq for Map {
    /// Maps that share their entries are equal without a look at them.
    fn eq(&self, other: &Map) -> bool {
        if self.shares(other) {
            return true;
        }
        self.len() == other.len()
            && self.0.iter().zip(other.0.iter()).all(|((key, value), (other_key, other_value))| {
                if key == other_key {
                    return value == other_value;
                }
                other.get(key) == Some(value) && self.contains_key(other_key)
            })
    }
}

impl FromIterator<(Str, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Map {
        Map::from_entries(entries.into_iter().collect(), |_| {})
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        let mut pending = Vec::new();
        self.unload(&mut pending);
        drain(pending);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(range: impl Iterator<Item = i64>) -> Map {
        range.map(|n| (Str::from(format!("k{n}")), Value::Int(n))).collect()
    }

    #[test]
    fn small_maps_keep_their_order_and_large_ones_are_sorted() {
        let small = numbered([3, 1, 2].into_iter());
        assert_eq!(small.keys().map(Str::as_str).collect::<Vec<_>>(), ["k3", "k1", "k2"]);
        let mut growing = Map::new();
        for n in (0..200).rev() {
            growing.insert(format!("k{n:03}"), n);
            *growing.entry(&format!("k{n:03}")) = Value::Int(n + 1);
        }
        assert!(growing.keys().is_sorted());
        assert!((0..200).all(|n| growing.get(&format!("k{n:03}")) == Some(&Value::Int(n + 1))));
    }

    #[test]
    fn the_last_of_equal_keys_wins_in_the_place_of_the_first() {
        for extra in [0, 20] {
            let mut entries =
                vec![("a".into(), Value::Int(1)), ("b".into(), Value::Int(2)), ("a".into(), Value::Int(3))];
            entries.extend((0..extra).map(|n| (Str::from(format!("x{n}")), Value::Null)));
            let mut seen = Vec::new();
            let map = Map::from_entries(entries, |key| seen.push(key.to_owned()));
            assert_eq!(seen, ["a"]);
            assert_eq!(map.iter().next().unwrap(), (&"a".into(), &Value::Int(3)));
        }
    }

    #[test]
    fn order_does_not_matter_to_equality() {
        assert_eq!(numbered([1, 2, 3].into_iter()), numbered([3, 2, 1].into_iter()));
        assert_ne!(numbered([1, 2, 3].into_iter()), numbered([1, 2, 4].into_iter()));
    }
}
