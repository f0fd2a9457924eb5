//! Leases as all members see them: ids, times to live, keys. When one is over is for the leader to say, by its clock;
//! it becomes true by a command.

use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};

/// One lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// How long it lives after it was granted or kept alive, in seconds.
    pub ttl: i64,
    /// The keys that go with it, in order.
    pub keys: BTreeSet<Bytes>,
}

/// All leases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leases(BTreeMap<i64, Lease>);

impl Leases {
    /// Adds a lease; `false` when its id is taken.
    pub fn grant(&mut self, id: i64, ttl: i64) -> bool {
        if self.0.contains_key(&id) {
            return false;
        }
        self.0.insert(id, Lease { ttl, keys: BTreeSet::new() });
        true
    }

    /// Takes a lease away, with its keys.
    pub fn remove(&mut self, id: i64) -> Option<Lease> {
        self.0.remove(&id)
    }

    /// The lease of this id.
    pub fn get(&self, id: i64) -> Option<&Lease> {
        self.0.get(&id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Lease)> {
        self.0.iter().map(|(id, lease)| (*id, lease))
    }

    /// A key went from one lease to another; 0 is none.
    pub fn moved(&mut self, key: &Bytes, from: i64, to: i64) {
        if from == to {
            return;
        }
        if let Some(lease) = self.0.get_mut(&from) {
            lease.keys.remove(key);
        }
        if let Some(lease) = self.0.get_mut(&to) {
            lease.keys.insert(key.clone());
        }
    }
}
