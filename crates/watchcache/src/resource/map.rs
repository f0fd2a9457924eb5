//! The objects of a resource by key. A persistent map: a clone costs a counter, and what changes afterwards copies only
//! the path to it, so whoever holds a clone reads one revision without holding anything up.

use std::sync::Arc;

use imbl::OrdMap;
use pintle_meta::Str;
use pintle_storage::KeyRange;

use super::index::Index;
use crate::entry::{Entry, IndexedField};

/// Entries in key order, with what is counted of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntryMap {
    // The key is kept beside the entry because the map keeps copies of some keys as separators, also of keys that are
    // gone: a copy of the entry would keep its value alive.
    entries: OrdMap<Arc<[u8]>, Arc<Entry>>,
    index: Index,
    bytes: usize,
    unreadable: usize,
    not_held: usize,
}

impl EntryMap {
    /// An empty map that finds its entries by these fields, too.
    pub(crate) fn indexed(fields: Arc<[IndexedField]>) -> EntryMap {
        EntryMap { index: Index::new(fields), ..EntryMap::default() }
    }

    /// The fields that entries are found by.
    pub(crate) fn fields(&self) -> &Arc<[IndexedField]> {
        self.index.fields()
    }

    /// The same entries, found by other fields.
    pub(crate) fn index_by(&mut self, fields: Arc<[IndexedField]>) {
        self.index = Index::new(fields);
        self.entries.values().for_each(|entry| self.index.replace(None, Some(entry)));
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&Arc<Entry>> {
        self.entries.get(key)
    }

    /// Answers what was there before.
    pub(crate) fn insert(&mut self, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        self.count(&entry, usize::wrapping_add);
        let before = self.entries.insert(Arc::clone(entry.shared_key()), Arc::clone(&entry));
        self.index.replace(before.as_deref(), Some(&entry));
        before.inspect(|before| self.count(before, usize::wrapping_sub))
    }

    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Arc<Entry>> {
        let before = self.entries.remove(key);
        self.index.replace(before.as_deref(), None);
        before.inspect(|before| self.count(before, usize::wrapping_sub))
    }

    fn count(&mut self, entry: &Entry, change: fn(usize, usize) -> usize) {
        self.bytes = change(self.bytes, entry.size());
        if !entry.is_held() {
            self.not_held = change(self.not_held, 1);
        } else if entry.value().is_err() {
            self.unreadable = change(self.unreadable, 1);
        }
    }

    /// In key order.
    pub(crate) fn range<'a>(&'a self, range: &KeyRange) -> impl Iterator<Item = &'a Arc<Entry>> + use<'a> {
        let found = range.bounds().map(|bounds| self.entries.range::<_, [u8]>(bounds));
        found.into_iter().flatten().map(|(_, entry)| entry)
    }

    /// Those with this value in the field at `place`, in key order.
    pub(crate) fn range_by<'a>(
        &'a self,
        (place, value): &(usize, Str),
        range: &KeyRange,
    ) -> impl Iterator<Item = &'a Arc<Entry>> + use<'a> {
        let keys = self.index.keys(*place, value).zip(range.bounds());
        let keys = keys.map(|(keys, bounds)| keys.range::<_, [u8]>(bounds));
        keys.into_iter().flatten().filter_map(|key| self.entries.get(key))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// About the bytes that the entries keep alive.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many values could not be decrypted.
    pub(crate) fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// How many are here by key and revision only.
    pub(crate) fn not_held(&self) -> usize {
        self.not_held
    }
}
