//! Transactions and the deletions of leases: everything that makes a revision. All that can be refused is refused
//! before the first change, so nothing is ever undone.

use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;

use super::history::Change;
use super::state::State;
use super::version::{Live, Version};
use crate::{Compare, Error, KeyRange, LeaseId, Op, OpResponse, Result, Revision, Target, Txn, TxnResponse};

impl State {
    /// Runs a transaction; the request itself is already checked.
    pub(super) fn txn(&mut self, txn: Txn) -> Result<TxnResponse> {
        let succeeded = txn.compares.iter().all(|compare| self.holds(compare));
        let ops = if succeeded { txn.success } else { txn.failure };
        self.check_possible(&ops)?;
        let mut writing = Writing::begin(self);
        let responses = ops.into_iter().map(|op| writing.run(op)).collect();
        let revision = writing.commit();
        Ok(TxnResponse { succeeded, revision, responses })
    }

    /// Ends a lease and deletes its keys, in sorted order at one revision.
    pub(super) fn revoke(&mut self, id: LeaseId) -> Result<Revision> {
        let keys = self.leases.remove(id).ok_or(Error::LeaseNotFound)?;
        let mut writing = Writing::begin(self);
        for key in &keys {
            writing.delete(key);
        }
        Ok(writing.commit())
    }

    /// Revokes the leases whose time is up, the longest overdue first, each at its own revision.
    pub(super) fn revoke_overdue(&mut self, now: Instant) {
        while let Some(id) = self.leases.overdue(now) {
            let revision = self.revoke(id).expect("a lease with a deadline exists");
            tracing::debug!(lease = %id, %revision, "lease expired");
        }
    }

    fn holds(&self, compare: &Compare) -> bool {
        let stored = self.index.get(&compare.key);
        let live = stored.and_then(|version| version.live.as_ref());
        let relation = compare.relation;
        match &compare.target {
            Target::ModRevision(given) => {
                relation.holds(&stored.map_or(Revision::ZERO, |version| version.modified), given)
            }
            Target::CreateRevision(given) => {
                relation.holds(&live.map_or(Revision::ZERO, |live| live.created), given)
            }
            Target::Version(given) => relation.holds(&live.map_or(0, |live| live.version), given),
            Target::Value(given) => live.is_some_and(|live| relation.holds(&live.value, given)),
            Target::Lease(given) => {
                let number = |lease: Option<LeaseId>| lease.map_or(0, LeaseId::get);
                relation.holds(&number(live.and_then(|live| live.lease)), &number(*given))
            }
        }
    }

    fn check_possible(&self, ops: &[Op]) -> Result<()> {
        ops.iter().try_for_each(|op| match op {
            Op::Put { lease: Some(lease), .. } if !self.leases.exists(*lease) => Err(Error::LeaseNotFound),
            Op::Range(request) => self.check_readable(request.revision),
            Op::Put { .. } | Op::Delete { .. } => Ok(()),
        })
    }
}

/// A revision in the making: the index and the leases already show its changes, history gets them at the end.
struct Writing<'a> {
    state: &'a mut State,
    changes: Vec<Change>,
}

impl Writing<'_> {
    fn begin(state: &mut State) -> Writing<'_> {
        Writing { state, changes: Vec::new() }
    }

    /// The revision of the changes, made or to come.
    fn revision(&self) -> Revision {
        self.state.revision.next()
    }

    fn run(&mut self, op: Op) -> OpResponse {
        match op {
            Op::Put { key, value, lease } => {
                self.put(key, value, lease);
                OpResponse::Put
            }
            Op::Delete { range } => OpResponse::Delete { deleted: self.delete_range(&range) },
            Op::Range(request) => {
                let now = if self.changes.is_empty() { self.state.revision } else { self.revision() };
                OpResponse::Range(self.state.collect(&request, now))
            }
        }
    }

    fn put(&mut self, key: Bytes, value: Bytes, lease: Option<LeaseId>) {
        let modified = self.revision();
        let replaced = self.state.index.get(&key).and_then(|version| version.live.as_ref());
        let (created, version) = replaced.map_or((modified, 1), |live| (live.created, live.version + 1));
        let key = self.state.index.known_key(&key).unwrap_or(key);
        self.push(Version { key, modified, live: Some(Live { value, created, version, lease }) });
    }

    fn delete_range(&mut self, range: &KeyRange) -> u64 {
        let keys: Vec<Bytes> =
            self.state.index.range(range, None).map(|version| version.key.clone()).collect();
        for key in &keys {
            self.delete(key);
        }
        keys.len() as u64
    }

    /// Deletes a key that exists.
    fn delete(&mut self, key: &Bytes) {
        self.push(Version { key: key.clone(), modified: self.revision(), live: None });
    }

    fn push(&mut self, version: Version) {
        let after = Arc::new(version);
        let before = self.state.index.push(&after);
        let lease_of = |version: &Version| version.live.as_ref().and_then(|live| live.lease);
        self.state.leases.moved(&after.key, before.as_deref().and_then(lease_of), lease_of(&after));
        self.changes.push(Change { after, before });
    }

    /// Makes the revision, if anything changed. Answers where the store stands then.
    fn commit(self) -> Revision {
        if !self.changes.is_empty() {
            self.state.revision = self.revision();
            self.state.history.append(self.changes);
            self.state.trim_history();
        }
        self.state.revision
    }
}
