//! The map is replaced as a whole: after loading, and when keys that nobody had claimed become a resource.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use pintle_storage::{Event, KeyRange, KeyValue, Revision};

use super::publish::change_of;
use super::{Change, EntryMap, ResourceCache, Slot, State};
use crate::entry::{Buffers, Entry, IndexedField};
use crate::watch::Ending;

/// What was read of a resource, in buffers of its own.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Everything there was at this revision.
    pub(crate) revision: Revision,
    pub(crate) entries: Vec<KeyValue>,
    /// Every change above `floor` and up to that revision, in order, with previous values.
    pub(crate) history: Vec<Event>,
    pub(crate) floor: Revision,
}

impl ResourceCache {
    /// What was loaded, with the changes that led there. The ring starts anew with these. Entries that have not changed
    /// since they were last loaded stay the same ones.
    pub(crate) fn install(&self, loaded: Loaded) {
        let known = self.look(|state| state.map.clone());
        let mut map = EntryMap::indexed(Arc::clone(known.fields()));
        for kv in loaded.entries {
            let entry = self.loaded_entry(&known, kv);
            drop(self.keep_in(&mut map, entry));
        }
        let (changes, floor) = self.history(loaded.history, &map, loaded.floor);
        self.change(|state, woken| {
            // They may have changed meanwhile.
            if state.map.fields() != map.fields() {
                map.index_by(Arc::clone(state.map.fields()));
            }
            state.map = map;
            state.roots.clear();
            state.applied = loaded.revision;
            state.start_anew(floor, woken);
            state.ring.extend(changes);
        });
        self.held.send_replace(true);
    }

    fn loaded_entry(&self, known: &EntryMap, kv: KeyValue) -> Arc<Entry> {
        match known.get(&kv.key) {
            Some(known) if known.mod_revision() == kv.mod_revision && known.is_held() => Arc::clone(known),
            known => {
                let key = known.map(|known| Arc::clone(known.shared_key()));
                Entry::kept(kv, key, self.prefix.len(), Buffers::Shared)
            }
        }
    }

    /// Past changes, and the revision above which they are complete: a change whose previous value is forgotten cannot
    /// be shown, nor what came before it.
    fn history(
        &self,
        events: Vec<Event>,
        loaded: &EntryMap,
        mut floor: Revision,
    ) -> (Vec<Arc<Change>>, Revision) {
        // What one change made, the next one replaced.
        let mut last: HashMap<Bytes, Arc<Entry>> = HashMap::new();
        let mut changes = Vec::new();
        for event in events {
            let revision = event.revision();
            let change = change_of(event, |kv| {
                let is_it = |known: &&Arc<Entry>| known.mod_revision() == kv.mod_revision && known.is_held();
                let known = last.get(&kv.key).filter(is_it).or_else(|| loaded.get(&kv.key).filter(is_it));
                let entry = known.cloned().unwrap_or_else(|| {
                    let key = loaded.get(&kv.key).map(|known| Arc::clone(known.shared_key()));
                    Entry::kept(kv.clone(), key, self.prefix.len(), self.keeping.buffers)
                });
                last.insert(kv.key, Arc::clone(&entry));
                entry
            });
            match change {
                Some(change) => changes.push(Arc::new(change)),
                None => {
                    changes.clear();
                    floor = revision;
                }
            }
        }
        (changes, floor)
    }

    /// Takes the keys of `claimed`, with their changes, out of this part, which nobody has claimed. Nothing may be
    /// published to either meanwhile. Answers whether every value is held.
    pub(crate) fn give_to(&self, claimed: &ResourceCache) -> bool {
        let (map, changes, floor, applied) = self.change(|state, _| {
            let (map, changes) = state.take_out(claimed);
            (map, changes, state.ring.floor(), state.applied)
        });
        let whole = map.not_held() == 0;
        claimed.held.send_replace(whole);
        claimed.change(|state, _| {
            state.map = map;
            state.applied = applied;
            state.ring.start_anew(floor);
            state.ring.extend(changes);
        });
        whole
    }

    /// Fills in values that were not held, read from storage at some revision that has been reached since: what the map
    /// has by key and revision only is either among them or was changed later, and then came whole.
    pub(crate) fn fill(&self, read: Vec<KeyValue>) {
        self.change(|state, _| {
            for kv in read {
                let waiting =
                    |known: &&Arc<Entry>| !known.is_held() && known.mod_revision() == kv.mod_revision;
                if let Some(known) = state.map.get(&kv.key).filter(waiting) {
                    let key = Arc::clone(known.shared_key());
                    state.map.insert(Entry::kept(kv, Some(key), self.prefix.len(), Buffers::Shared));
                }
            }
            // Roots were taken while values were missing.
            state.roots.clear();
        });
        self.held.send_replace(true);
    }

    /// The fields by whose value watchers are looked up. If they are others than before, whoever watches is ended.
    pub(crate) fn set_fields(&self, fields: Vec<IndexedField>) {
        self.change(|state, woken: &mut Vec<Arc<Slot>>| {
            if **state.map.fields() == *fields {
                return;
            }
            state.map.index_by(fields.into());
            // They are found by the old fields.
            state.roots.clear();
            state.dismiss(Ending::Stopped, woken);
            // The changes know their values of the old fields.
            let renewed = |change: Arc<Change>| {
                Change::new(change.revision, change.current.clone(), change.previous.clone())
            };
            let changes = state.ring.drain();
            state.ring.extend(changes.into_iter().map(|change| Arc::new(renewed(change))));
        });
    }
}

impl State {
    fn take_out(&mut self, claimed: &ResourceCache) -> (EntryMap, Vec<Arc<Change>>) {
        let range = KeyRange::prefix(claimed.prefix.to_vec());
        let mut moved: HashMap<(Arc<[u8]>, Revision), Arc<Entry>> = HashMap::new();
        let mut map = EntryMap::indexed(claimed.look(|state| Arc::clone(state.map.fields())));
        let taken: Vec<_> = self.map.range(&range).cloned().collect();
        for entry in taken {
            self.map.remove(entry.key());
            let entry = entry.under_prefix(claimed.prefix.len());
            if entry.is_held() {
                moved.insert((Arc::clone(entry.shared_key()), entry.mod_revision()), Arc::clone(&entry));
            }
            map.insert(entry);
        }
        self.roots.clear();
        let mut changes = Vec::new();
        for change in self.ring.drain() {
            if !range.contains(change.either().key()) {
                self.ring.push(change);
                continue;
            }
            let mut under = |entry: &Option<Arc<Entry>>| {
                let entry = entry.as_ref()?;
                let name = (Arc::clone(entry.shared_key()), entry.mod_revision());
                let make = || entry.under_prefix(claimed.prefix.len());
                Some(Arc::clone(moved.entry(name).or_insert_with(make)))
            };
            let (current, previous) = (under(&change.current), under(&change.previous));
            changes.push(Arc::new(Change::new(change.revision, current, previous)));
        }
        (map, changes)
    }
}
