//! Making a state of records, as they come from a disk or a snapshot.

use super::shared::Inner;
use crate::records::{Facts, Records};
use crate::revisions::Record;
use crate::state_machine::{Leases, State};
use bytes::Bytes;
use std::sync::Arc;

/// A state in the making.
#[derive(Debug, Default)]
pub(super) struct Building {
    state: State,
}

impl Building {
    /// Adds the next record; refuses one that makes no sense after those before.
    pub(super) fn add(&mut self, record: &Record) -> Result<(), String> {
        if self.state.index.push_newer(&record.key, record.version) {
            return Ok(());
        }
        let at = record.version.at;
        Err(format!("the record of revision {}.{} changes a key for the second time", at.revision, at.sub))
    }

    /// The state, when all records are there.
    pub(super) fn finish(mut self, facts: &Facts, leases: &[(i64, i64)], records: Arc<Records>) -> Inner {
        self.state.revision = facts.revision;
        self.state.compacted = facts.compacted;
        self.state.cluster_version = facts.cluster_version;
        self.state.leases = self.leases(leases);
        Inner { state: self.state, applied: facts.applied, membership: facts.membership.clone(), records }
    }

    fn leases(&self, granted: &[(i64, i64)]) -> Leases {
        let mut leases = Leases::default();
        for (id, ttl) in granted {
            leases.grant(*id, *ttl);
        }
        let all = crate::revisions::Span::From(Bytes::new());
        for (key, version) in self.state.index.range(&all, None) {
            leases.moved(key, 0, version.lease);
        }
        leases
    }
}
