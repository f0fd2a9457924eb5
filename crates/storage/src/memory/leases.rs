//! The table of leases: deadlines and attached keys. It decides nothing about keys: `write` deletes them when a
//! lease is removed from here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::{Error, Lease, LeaseId, LeaseTimeToLive, Result};

#[derive(Debug, Default)]
pub(super) struct Leases {
    entries: BTreeMap<LeaseId, Entry>,
    /// Soonest first; one for each entry.
    deadlines: BTreeSet<(Instant, LeaseId)>,
    /// The last id that was chosen here.
    last: i64,
}

#[derive(Debug)]
struct Entry {
    ttl: Duration,
    deadline: Instant,
    keys: BTreeSet<Bytes>,
}

impl Leases {
    pub(super) fn grant(&mut self, ttl: Duration, id: Option<LeaseId>, now: Instant) -> Result<Lease> {
        if ttl > Lease::MAX_TTL {
            return Err(Error::LeaseTtlTooLarge);
        }
        let id = match id {
            Some(id) if self.exists(id) => return Err(Error::LeaseExists),
            Some(id) => id,
            None => self.unused_id(),
        };
        let ttl = Duration::from_secs(ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0)).max(MIN_TTL);
        let deadline = now + ttl;
        self.entries.insert(id, Entry { ttl, deadline, keys: BTreeSet::new() });
        self.deadlines.insert((deadline, id));
        Ok(Lease { id, ttl })
    }

    pub(super) fn keep_alive(&mut self, id: LeaseId, now: Instant) -> Result<Lease> {
        let entry = self.entries.get_mut(&id).ok_or(Error::LeaseNotFound)?;
        self.deadlines.remove(&(entry.deadline, id));
        entry.deadline = now + entry.ttl;
        self.deadlines.insert((entry.deadline, id));
        Ok(Lease { id, ttl: entry.ttl })
    }

    pub(super) fn time_to_live(&self, id: LeaseId, keys: bool, now: Instant) -> Result<LeaseTimeToLive> {
        let entry = self.entries.get(&id).ok_or(Error::LeaseNotFound)?;
        Ok(LeaseTimeToLive {
            id,
            granted: entry.ttl,
            remaining: entry.deadline.saturating_duration_since(now),
            keys: if keys { entry.keys.iter().cloned().collect() } else { Vec::new() },
        })
    }

    /// Takes a lease out of the table. Answers its keys, sorted.
    pub(super) fn remove(&mut self, id: LeaseId) -> Option<BTreeSet<Bytes>> {
        let entry = self.entries.remove(&id)?;
        self.deadlines.remove(&(entry.deadline, id));
        Some(entry.keys)
    }

    pub(super) fn exists(&self, id: LeaseId) -> bool {
        self.entries.contains_key(&id)
    }

    /// The lease that has been overdue longest.
    pub(super) fn overdue(&self, now: Instant) -> Option<LeaseId> {
        self.deadlines.first().filter(|(deadline, _)| *deadline <= now).map(|(_, id)| *id)
    }

    /// When the next lease will be overdue.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Keeps the lists of keys true when a key goes from one lease to another, or to none.
    pub(super) fn moved(&mut self, key: &Bytes, from: Option<LeaseId>, to: Option<LeaseId>) {
        if from == to {
            return;
        }
        if let Some(entry) = from.and_then(|id| self.entries.get_mut(&id)) {
            entry.keys.remove(key);
        }
        if let Some(entry) = to.and_then(|id| self.entries.get_mut(&id)) {
            entry.keys.insert(key.clone());
        }
    }

    fn unused_id(&mut self) -> LeaseId {
        loop {
            self.last = self.last.checked_add(1).unwrap_or(1);
            match LeaseId::new(self.last) {
                Some(id) if !self.exists(id) => return id,
                _ => {}
            }
        }
    }
}

/// A lease lives at least this long: none is overdue when it is granted.
const MIN_TTL: Duration = Duration::from_secs(1);
