//! Ranges: what is, or was, under a range of keys. Holds the lock for as long as it walks the range.

use super::state::State;
use crate::{Error, RangeRequest, RangeResponse, Result, Revision, Select};

impl State {
    /// Answers a range; the request itself is already checked.
    pub(super) fn range(&self, request: &RangeRequest) -> Result<RangeResponse> {
        self.check_readable(request.revision)?;
        Ok(self.collect(request, self.revision))
    }

    /// Whether what was true at `revision` is known.
    pub(super) fn check_readable(&self, revision: Option<Revision>) -> Result<()> {
        match revision {
            Some(revision) if revision > self.revision => Err(Error::FutureRevision),
            Some(revision) if revision < self.compacted => Err(Error::Compacted { revision: self.compacted }),
            _ => Ok(()),
        }
    }

    /// Reads a range as of a revision that is known to be readable, and answers in the name of revision `now`.
    pub(super) fn collect(&self, request: &RangeRequest, now: Revision) -> RangeResponse {
        let mut versions = self.index.range(&request.range, request.revision);
        if request.select == Select::Count {
            return RangeResponse {
                revision: now,
                kvs: Vec::new(),
                more: false,
                count: versions.count() as u64,
            };
        }
        let limit = match request.limit {
            0 => usize::MAX,
            limit => usize::try_from(limit).unwrap_or(usize::MAX),
        };
        let kvs: Vec<_> =
            versions.by_ref().take(limit).filter_map(|version| version.key_value(request.select)).collect();
        let beyond = versions.count();
        RangeResponse { revision: now, more: beyond > 0, count: (kvs.len() + beyond) as u64, kvs }
    }
}
