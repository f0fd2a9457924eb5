//! What really happened to one resource, and what someone with an interest must have been told of it.

use crate::interest::Interest;
use std::collections::BTreeMap;

/// `namespace/name`, which sorts as storage sorts its keys.
pub(crate) type Key = String;

/// An object, as far as a selector or a reader can tell it from another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// Another for every write.
    pub(crate) serial: String,
    /// The label.
    pub(crate) color: String,
    /// Of a Pod.
    pub(crate) node: String,
    pub(crate) phase: String,
}

/// One write: the new state, or that the object is gone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) revision: u64,
    pub(crate) key: Key,
    pub(crate) state: Option<State>,
}

/// What a watch says of one change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) kind: Kind,
    pub(crate) revision: u64,
    pub(crate) key: Key,
    pub(crate) serial: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Added,
    Modified,
    Deleted,
}

/// An object in a list, or one that was folded from events.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) key: Key,
    pub(crate) revision: u64,
    pub(crate) serial: String,
}

/// All changes of one resource, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    changes: Vec<Change>,
}

impl History {
    pub(crate) fn push(&mut self, change: Change) {
        assert!(
            self.changes.last().is_none_or(|last| last.revision < change.revision),
            "storage is in order"
        );
        self.changes.push(change);
    }

    pub(crate) fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether this was ever stored.
    pub(crate) fn has(&self, key: &str, revision: u64, serial: &str) -> bool {
        let found = self.changes.binary_search_by_key(&revision, |change| change.revision);
        found.is_ok_and(|at| {
            let change = &self.changes[at];
            change.key == key && change.state.as_ref().is_some_and(|state| state.serial == serial)
        })
    }

    /// What is of interest in the state at a revision, in the order of keys.
    pub(crate) fn at(&self, revision: u64, interest: &Interest) -> Vec<Item> {
        let mut items = BTreeMap::new();
        for change in self.changes.iter().take_while(|change| change.revision <= revision) {
            match change.state.as_ref().filter(|state| interest.matches(&change.key, state)) {
                Some(state) => drop(items.insert(&change.key, (change.revision, &state.serial))),
                None => drop(items.remove(&change.key)),
            }
        }
        let item = |(key, (revision, serial)): (&Key, (u64, &String))| Item {
            key: key.clone(),
            revision,
            serial: serial.clone(),
        };
        items.into_iter().map(item).collect()
    }

    /// What a watch must tell between two revisions: `after` itself was known, `through` is told.
    pub(crate) fn told(&self, after: u64, through: u64, interest: &Interest) -> Vec<Told> {
        let (mut known, mut told) = (BTreeMap::new(), Vec::new());
        for change in self.changes.iter().take_while(|change| change.revision <= through) {
            let now = change.state.as_ref().filter(|state| interest.matches(&change.key, state));
            let before = match now {
                Some(state) => known.insert(&change.key, &state.serial),
                None => known.remove(&change.key),
            };
            let (kind, serial) = match (before, now) {
                (None, None) => continue,
                (None, Some(state)) => (Kind::Added, &state.serial),
                (Some(_), Some(state)) => (Kind::Modified, &state.serial),
                // As it was when it was last of interest.
                (Some(before), None) => (Kind::Deleted, before),
            };
            if change.revision > after {
                let (key, serial) = (change.key.clone(), serial.clone());
                told.push(Told { kind, revision: change.revision, key, serial });
            }
        }
        told
    }
}
