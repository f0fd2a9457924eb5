//! Watchers by what they are interested in. All that share an interest form a group; a change is looked up under its
//! namespace, its name and the old and new value of each indexed field, and wakes the sleepers of the groups it finds.
//! Who is awake costs the publisher nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;
use pintle_meta::Str;

use super::change::Change;
use super::ring::Seq;
use super::slot::Slot;
use crate::entry::IndexedField;

/// What the members of a group are looked up by: the narrowest of what they are interested in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GroupKey {
    All,
    Namespace(Str),
    /// In any namespace.
    Name(Str),
    /// Namespace and name.
    Object(Str, Str),
    /// The place of an indexed field, and its value.
    Field(usize, Str),
}

#[derive(Debug, Default)]
pub(crate) struct Group {
    /// The number after that of the last change its members may want to see.
    end: AtomicU64,
    /// Those who have caught up.
    sleepers: Mutex<Vec<Arc<Slot>>>,
    members: AtomicUsize,
}

/// The groups of one resource. Locked together with its ring.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    all: Option<Arc<Group>>,
    namespaces: HashMap<Str, Arc<Group>>,
    names: HashMap<Str, Arc<Group>>,
    objects: HashMap<Str, HashMap<Str, Arc<Group>>>,
    /// For each indexed field that somebody is interested in.
    fields: HashMap<usize, HashMap<Str, Arc<Group>>>,
}

impl Groups {
    /// The group of `key`, with one more member. `next` is the number of the next change.
    pub(crate) fn join(&mut self, key: &GroupKey, next: Seq) -> Arc<Group> {
        let new = || Arc::new(Group { end: AtomicU64::new(next), ..Group::default() });
        let group = match key {
            GroupKey::All => self.all.get_or_insert_with(new),
            GroupKey::Namespace(namespace) => self.namespaces.entry(namespace.clone()).or_insert_with(new),
            GroupKey::Name(name) => self.names.entry(name.clone()).or_insert_with(new),
            GroupKey::Object(namespace, name) => {
                self.objects.entry(namespace.clone()).or_default().entry(name.clone()).or_insert_with(new)
            }
            GroupKey::Field(field, value) => {
                self.fields.entry(*field).or_default().entry(value.clone()).or_insert_with(new)
            }
        };
        group.members.fetch_add(1, Ordering::Relaxed);
        Arc::clone(group)
    }

    /// One member less, of those who have not been dismissed. The last takes the group with it.
    pub(crate) fn leave(&mut self, key: &GroupKey, group: &Group, slot: &Slot) {
        if slot.position().is_none() {
            group.forget_sleeper(slot);
        }
        if group.members.fetch_sub(1, Ordering::Relaxed) > 1 {
            return;
        }
        match key {
            GroupKey::All => self.all = None,
            GroupKey::Namespace(namespace) => drop(self.namespaces.remove(namespace)),
            GroupKey::Name(name) => drop(self.names.remove(name)),
            GroupKey::Object(namespace, name) => remove_nested(&mut self.objects, namespace, name),
            GroupKey::Field(field, value) => remove_nested(&mut self.fields, field, value),
        }
    }

    /// Tells every group that `change` may concern of its number. Those who slept and must be woken, once the lock is
    /// released, are added to `woken`.
    pub(crate) fn publish(
        &self,
        change: &Change,
        seq: Seq,
        fields: &[IndexedField],
        woken: &mut Vec<Arc<Slot>>,
    ) {
        let entry = change.either();
        let mut tell = |group: Option<&Arc<Group>>| {
            if let Some(group) = group {
                group.publish(seq, woken);
            }
        };
        tell(self.all.as_ref());
        if !self.namespaces.is_empty() {
            tell(self.namespaces.get(entry.namespace()));
        }
        if !self.names.is_empty() {
            tell(self.names.get(entry.name()));
        }
        if !self.objects.is_empty() {
            tell(self.objects.get(entry.namespace()).and_then(|names| names.get(entry.name())));
        }
        for (field, groups) in &self.fields {
            let values = &change.fields(fields)[*field];
            tell(values.current.as_ref().and_then(|value| groups.get(value)));
            if values.previous != values.current {
                tell(values.previous.as_ref().and_then(|value| groups.get(value)));
            }
        }
    }

    /// Wakes everybody for the last time and forgets them.
    pub(crate) fn dismiss(&mut self, woken: &mut Vec<Arc<Slot>>) {
        self.each().for_each(|group| group.wake_sleepers(0, woken));
        *self = Groups::default();
    }

    /// How many watchers there are, and how many of them sleep.
    pub(crate) fn count(&self) -> (usize, usize) {
        self.each().fold((0, 0), |(members, sleepers), group| {
            (members + group.members.load(Ordering::Relaxed), sleepers + group.sleepers.lock().len())
        })
    }

    fn each(&self) -> impl Iterator<Item = &Arc<Group>> {
        let nested = self.objects.values().flat_map(HashMap::values);
        let fields = self.fields.values().flat_map(HashMap::values);
        let flat = self.namespaces.values().chain(self.names.values());
        self.all.iter().chain(flat).chain(nested).chain(fields)
    }
}

impl Group {
    /// The number after that of the last change its members may want to see.
    pub(crate) fn end(&self) -> Seq {
        self.end.load(Ordering::Relaxed)
    }

    /// `slot` has seen everything. To be called with the resource's lock held, shared.
    pub(crate) fn sleep(&self, slot: &Arc<Slot>) {
        let mut sleepers = self.sleepers.lock();
        slot.set_position(None);
        slot.place.store(sleepers.len(), Ordering::Relaxed);
        sleepers.push(Arc::clone(slot));
    }

    fn publish(&self, seq: Seq, woken: &mut Vec<Arc<Slot>>) {
        self.end.store(seq + 1, Ordering::Relaxed);
        self.wake_sleepers(seq, woken);
    }

    /// The first change that concerns a sleeper becomes its position; who is awake has one already.
    fn wake_sleepers(&self, seq: Seq, woken: &mut Vec<Arc<Slot>>) {
        for slot in self.sleepers.lock().drain(..) {
            slot.set_position(Some(seq));
            woken.push(slot);
        }
    }

    fn forget_sleeper(&self, slot: &Slot) {
        let mut sleepers = self.sleepers.lock();
        let place = slot.place.load(Ordering::Relaxed);
        assert!(std::ptr::eq(&*sleepers[place], slot), "a sleeper knows its place");
        sleepers.swap_remove(place);
        if let Some(moved) = sleepers.get(place) {
            moved.place.store(place, Ordering::Relaxed);
        }
    }
}

fn remove_nested<K: Eq + Hash>(groups: &mut HashMap<K, HashMap<Str, Arc<Group>>>, outer: &K, inner: &Str) {
    if let Some(nested) = groups.get_mut(outer) {
        nested.remove(inner);
        if nested.is_empty() {
            groups.remove(outer);
        }
    }
}
