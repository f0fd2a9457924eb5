//! One resource's part of the cache: its objects, its recent changes, and who watches them.
//!
//! ```text
//!   change --> map:    key -> entry, as of the last change       lists clone it
//!         |    index: field and value -> keys                 lists of one node's pods look there
//!         \--> roots:  the map as it was a little while ago      lists at a past revision start from one
//!         \--> ring:   the last changes, previous and current    watchers read it, each from its own position
//!         \--> groups: interest -> who sleeps                    told first, then woken
//! ```
//!
//! All four change together under one lock, which is never held across an await, while something is encoded, or while a
//! filter looks at an object.

mod change;
mod groups;
mod index;
mod map;
mod publish;
mod replace;
mod ring;
mod roots;
mod slot;

pub(crate) use change::Change;
pub(crate) use groups::{Group, GroupKey};
pub(crate) use map::EntryMap;
pub(crate) use replace::Loaded;
pub(crate) use slot::Slot;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::RwLock;
use pintle_storage::Revision;
use tokio::sync::watch;

use crate::entry::{Buffers, IndexedField};
use crate::stats::Stats;
use crate::watch::Ending;
use groups::Groups;
use ring::Ring;
use roots::Roots;

/// One resource's part of the cache.
#[derive(Debug)]
pub(crate) struct ResourceCache {
    /// What its keys begin with, the slash at the end included.
    pub(crate) prefix: Box<[u8]>,
    pub(crate) keeping: Keeping,
    state: RwLock<State>,
    /// Whether every value is held; only false for a while after keys were claimed that were not held whole.
    held: watch::Sender<bool>,
    ring_bytes: AtomicUsize,
    root_bytes: AtomicUsize,
    wakes: AtomicU64,
}

/// What is kept of each object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeping {
    /// Whether entries are kept at all.
    pub(crate) cached: bool,
    pub(crate) buffers: Buffers,
    /// Bytes beyond which values are dropped, in the part of a lane that nobody claimed.
    pub(crate) at_most: usize,
}

/// What changes together.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) map: EntryMap,
    /// The map and the ring hold every change up to here and none above.
    pub(crate) applied: Revision,
    pub(crate) ring: Ring,
    pub(crate) roots: Roots,
    pub(crate) groups: Groups,
    /// Raised when the ring starts anew: everybody who watched before has missed something.
    pub(crate) epoch: u64,
    /// Why those who watched before were ended the last time.
    pub(crate) ending: Ending,
    /// Watchers that may still be reading out their list.
    starting: Vec<Weak<Slot>>,
}

impl ResourceCache {
    pub(crate) fn new(prefix: &[u8], keeping: Keeping, fields: Vec<IndexedField>) -> ResourceCache {
        let state = State {
            map: EntryMap::indexed(fields.into()),
            applied: Revision::ZERO,
            ring: Ring::new(keeping.cached),
            roots: Roots::new(),
            groups: Groups::default(),
            epoch: 0,
            ending: Ending::Expired,
            starting: Vec::new(),
        };
        ResourceCache {
            prefix: prefix.into(),
            keeping,
            state: RwLock::new(state),
            held: watch::Sender::new(true),
            ring_bytes: AtomicUsize::new(0),
            root_bytes: AtomicUsize::new(0),
            wakes: AtomicU64::new(0),
        }
    }

    /// Looks at the state; nothing is published meanwhile.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read())
    }

    /// Changes the state, then wakes whom that concerns.
    fn change<T>(&self, change: impl FnOnce(&mut State, &mut Vec<Arc<Slot>>) -> T) -> T {
        let mut woken = Vec::new();
        let answer = {
            let mut state = self.state.write();
            let answer = change(&mut state, &mut woken);
            self.ring_bytes.store(state.ring.bytes(), Ordering::Relaxed);
            self.root_bytes.store(state.roots.bytes(), Ordering::Relaxed);
            answer
        };
        self.wakes.fetch_add(woken.len() as u64, Ordering::Relaxed);
        woken.iter().for_each(|slot| slot.wake());
        answer
    }

    /// Adds a watcher that has seen everything up to `after` (or up to now), and says where the resource stands. `None`
    /// when it has missed something: the lowest revision it could have asked for is given.
    pub(crate) fn join(
        &self,
        key: impl FnOnce(&[IndexedField]) -> GroupKey,
        after: Option<Revision>,
        slot: &Arc<Slot>,
    ) -> Result<Joined, Revision> {
        self.change(|state, _| {
            let after = after.unwrap_or(state.applied);
            let position = state.ring.after(after).ok_or(state.ring.floor())?;
            let next = state.ring.next();
            let key = key(state.map.fields());
            let group = state.groups.join(&key, next);
            match position {
                position if position == next => group.sleep(slot),
                position => slot.set_position(Some(position)),
            }
            state.add_starting(slot);
            Ok(Joined {
                group,
                key,
                epoch: state.epoch,
                fields: Arc::clone(state.map.fields()),
                applied: state.applied,
            })
        })
    }

    pub(crate) fn leave(&self, joined: &Joined, slot: &Slot) {
        self.change(|state, _| {
            if state.epoch == joined.epoch {
                state.groups.leave(&joined.key, &joined.group, slot);
            }
        });
    }

    /// Ends everybody who watches. Who comes after starts where the ring is.
    pub(crate) fn end_watchers(&self, ending: Ending) {
        self.change(|state, woken| state.dismiss(ending, woken));
    }

    /// Frees about so many bytes of the ring, oldest changes first.
    pub(crate) fn shrink_ring(&self, bytes: usize) {
        self.change(|state, _| {
            state.ring.shrink(bytes);
            state.follow_the_floor();
        });
    }

    /// Frees about so many bytes of roots, oldest first.
    pub(crate) fn shrink_roots(&self, bytes: usize) {
        self.change(|state, _| state.roots.shrink(bytes));
    }

    pub(crate) fn ring_bytes(&self) -> usize {
        self.ring_bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn root_bytes(&self) -> usize {
        self.root_bytes.load(Ordering::Relaxed)
    }

    /// Whether every value is held.
    pub(crate) fn held(&self) -> watch::Receiver<bool> {
        self.held.subscribe()
    }

    /// Adds what this resource holds to `stats`.
    pub(crate) fn count(&self, stats: &mut Stats) {
        let state = self.state.read();
        let (watchers, sleeping) = state.groups.count();
        stats.entries += state.map.len();
        stats.entry_bytes += state.map.bytes();
        stats.changes += state.ring.len();
        stats.ring_bytes += state.ring.bytes();
        stats.roots += state.roots.len();
        stats.root_bytes += state.roots.bytes();
        stats.watchers += watchers;
        stats.sleeping += sleeping;
        stats.wakes += self.wakes.load(Ordering::Relaxed);
    }
}

/// A watcher's place among the groups.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) group: Arc<Group>,
    pub(crate) key: GroupKey,
    pub(crate) epoch: u64,
    pub(crate) fields: Arc<[IndexedField]>,
    /// Where the resource stood.
    pub(crate) applied: Revision,
}

impl State {
    /// The map as of `revision`, which has been reached. What must be undone is answered beside it, newest first, so
    /// that the undoing holds nothing up. `None` when the ring does not reach back so far.
    pub(crate) fn at(&self, revision: Revision) -> Option<(EntryMap, Vec<Arc<Change>>)> {
        if revision >= self.applied {
            return Some((self.map.clone(), Vec::new()));
        }
        if revision < self.ring.floor() {
            return None;
        }
        let (from, map) = self.roots.at_or_above(revision).unwrap_or((self.applied, &self.map));
        Some((map.clone(), self.ring.back(from, revision).cloned().collect()))
    }

    fn add_starting(&mut self, slot: &Arc<Slot>) {
        if !slot.is_starting() {
            return;
        }
        if self.starting.len() == self.starting.capacity() {
            self.starting.retain(|slot| slot.upgrade().is_some_and(|slot| slot.is_starting()));
            self.starting.reserve(self.starting.len().max(16));
        }
        self.starting.push(std::sync::Arc::downgrade(slot));
    }

    /// Lets go of what only made sense while the ring reached further back.
    fn follow_the_floor(&mut self) {
        let floor = self.ring.floor();
        self.roots.drop_below(floor);
        self.starting.retain(|slot| {
            let Some(slot) = slot.upgrade() else { return false };
            if slot.started < floor {
                slot.end_initial();
            }
            slot.started >= floor
        });
    }

    fn dismiss(&mut self, ending: Ending, woken: &mut Vec<Arc<Slot>>) {
        self.epoch += 1;
        self.ending = ending;
        self.groups.dismiss(woken);
        self.starting.drain(..).filter_map(|slot| slot.upgrade()).for_each(|slot| slot.end_initial());
    }

    /// From here on the ring holds changes above `floor` only, and who watched before has missed some.
    fn start_anew(&mut self, floor: Revision, woken: &mut Vec<Arc<Slot>>) {
        self.ring.start_anew(floor);
        self.dismiss(Ending::Expired, woken);
        self.follow_the_floor();
    }
}

/// Undoes changes, the newest first, in a copy of the map.
pub(crate) fn undo(map: &mut EntryMap, changes: &[Arc<Change>]) {
    for change in changes {
        match &change.previous {
            Some(previous) => drop(map.insert(Arc::clone(previous))),
            None => drop(map.remove(change.either().key())),
        }
    }
}
