//! The read: a range of keys, now or at a past revision, in key order.

use crate::{KeyRange, KeyValue, Revision};

/// Which keys to read, as of when, and how much of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeRequest {
    /// The keys.
    pub range: KeyRange,
    /// As of which revision; `None` for now.
    pub revision: Option<Revision>,
    /// At most so many keys, 0 for all.
    pub limit: u64,
    /// Whole values, keys only, or just the count.
    pub select: Select,
    /// Whether the answer must contain every write that was answered before this read was sent.
    pub consistency: Consistency,
}

impl RangeRequest {
    /// Everything in `range`, now, linearizable.
    pub fn new(range: KeyRange) -> RangeRequest {
        RangeRequest {
            range,
            revision: None,
            limit: 0,
            select: Select::Values,
            consistency: Consistency::Linearizable,
        }
    }

    /// As of `revision`, which must be neither compacted nor in the future.
    #[must_use]
    pub fn at(mut self, revision: Revision) -> RangeRequest {
        self.revision = Some(revision);
        self
    }

    /// At most `limit` keys, 0 for all.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> RangeRequest {
        self.limit = limit;
        self
    }

    /// Keys, revisions and leases without values.
    #[must_use]
    pub fn keys_only(mut self) -> RangeRequest {
        self.select = Select::Keys;
        self
    }

    /// Only how many keys there are.
    #[must_use]
    pub fn count_only(mut self) -> RangeRequest {
        self.select = Select::Count;
        self
    }

    /// Answered by whichever node is asked, from what it has: cheaper, possibly behind.
    #[must_use]
    pub fn serializable(mut self) -> RangeRequest {
        self.consistency = Consistency::Serializable;
        self
    }
}

/// How much of each key to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Select {
    /// Keys and values.
    #[default]
    Values,
    /// Keys with their revisions, the values left empty.
    Keys,
    /// No keys, only [`RangeResponse::count`].
    Count,
}

/// How fresh a read must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consistency {
    /// Contains every write that was answered before the read was sent.
    #[default]
    Linearizable,
    /// Contains what the node that answers has: some true state, possibly an old one.
    Serializable,
}

/// What was in the range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeResponse {
    /// Where the store stood when it answered: at or above the revision asked for, and at or above the mod
    /// revision of every key below. Inside a transaction it may lie one ahead of the store.
    pub revision: Revision,
    /// The keys, in order; at most the limit; none when only the count was asked for.
    pub kvs: Vec<KeyValue>,
    /// Whether the limit cut keys off.
    pub more: bool,
    /// How many keys the range holds at that revision, whatever the limit.
    pub count: u64,
}
