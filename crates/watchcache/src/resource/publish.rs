//! A change comes in: the map, the ring and the sleepers learn of it in one step.

use std::sync::Arc;

use pintle_storage::{Event, KeyValue};
use tokio::time::Instant;

use super::{Change, EntryMap, ResourceCache, Slot, State};
use crate::entry::Entry;

impl ResourceCache {
    /// Takes in all events of one or more whole revisions that concern this resource, in order.
    pub(crate) fn publish(&self, events: impl IntoIterator<Item = Event>) {
        let now = Instant::now();
        self.change(|state, woken| {
            for event in events {
                match self.keeping.cached {
                    true => self.apply(state, event, now, woken),
                    false => self.pass_on(state, event, woken),
                }
            }
        });
    }

    /// To the map and the ring; what the object was is what the map held.
    fn apply(&self, state: &mut State, event: Event, now: Instant, woken: &mut Vec<Arc<Slot>>) {
        let revision = event.revision();
        // Only between revisions: a root holds whole ones.
        if revision > state.applied && state.roots.is_due(now) {
            state.roots.keep(state.applied, &state.map, now);
        }
        let (current, previous) = match event {
            Event::Put { kv, .. } => {
                let current = self.entry(state, kv);
                (Some(Arc::clone(&current)), self.keep_in(&mut state.map, current))
            }
            Event::Delete { key, .. } => (None, state.map.remove(&key)),
        };
        state.applied = revision;
        // A key that was made and deleted in one revision was never seen.
        if current.is_none() && previous.is_none() {
            return;
        }
        state.roots.count();
        match previous.as_ref().is_none_or(|previous| previous.is_held()) {
            true => state.show(Change::new(revision, current, previous), woken),
            false => state.start_anew(revision, woken),
        }
    }

    /// To the ring alone; what the object was is what storage says. If that is forgotten, watchers cannot be told what
    /// the change means to them, and the ring starts after it.
    fn pass_on(&self, state: &mut State, event: Event, woken: &mut Vec<Arc<Slot>>) {
        let revision = event.revision();
        state.applied = revision;
        let make = |kv| Entry::kept(kv, None, self.prefix.len(), self.keeping.buffers);
        match change_of(event, make) {
            Some(change) => state.show(change, woken),
            None => state.start_anew(revision, woken),
        }
    }

    /// The entry of a value that came in, under the key that is held already.
    fn entry(&self, state: &State, kv: KeyValue) -> Arc<Entry> {
        let key = state.map.get(&kv.key).map(|known| Arc::clone(known.shared_key()));
        Entry::kept(kv, key, self.prefix.len(), self.keeping.buffers)
    }

    /// Answers what the map held before.
    pub(super) fn keep_in(&self, map: &mut EntryMap, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        let whole = map.bytes() + entry.size() <= self.keeping.at_most;
        map.insert(if whole { entry } else { entry.without_value() })
    }
}

impl State {
    fn show(&mut self, change: Change, woken: &mut Vec<Arc<Slot>>) {
        let change = Arc::new(change);
        if let Some(seq) = self.ring.push(Arc::clone(&change)) {
            self.groups.publish(&change, seq, self.map.fields(), woken);
        }
    }
}

/// The change that an event with its previous value is, or `None` when that value is forgotten.
pub(super) fn change_of(event: Event, mut make: impl FnMut(KeyValue) -> Arc<Entry>) -> Option<Change> {
    let revision = event.revision();
    let (current, previous) = match event {
        Event::Put { kv, prev: None } if kv.create_revision != kv.mod_revision => return None,
        Event::Put { kv, prev } => (Some(kv), prev),
        Event::Delete { prev, .. } => (None, Some(prev?)),
    };
    let previous = previous.map(&mut make);
    Some(Change::new(revision, current.map(make), previous))
}
