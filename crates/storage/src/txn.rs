//! The write: compares, and one of two lists of operations. All that a transaction changes is changed at one
//! revision or not at all. Not nested: nothing above needs it.

use bytes::Bytes;

use crate::{KeyRange, LeaseId, RangeRequest, RangeResponse, Revision};

/// If every compare holds, `success` runs, else `failure`; in order, as one step that nothing can come between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Txn {
    /// All must hold. None at all hold always.
    pub compares: Vec<Compare>,
    /// Runs when all compares hold.
    pub success: Vec<Op>,
    /// Runs when one does not.
    pub failure: Vec<Op>,
}

impl Txn {
    /// A transaction that does nothing yet.
    pub fn new() -> Txn {
        Txn::default()
    }

    /// Also compare this.
    #[must_use]
    pub fn when(mut self, compare: Compare) -> Txn {
        self.compares.push(compare);
        self
    }

    /// Then also do this, if all compares hold.
    #[must_use]
    pub fn then(mut self, op: Op) -> Txn {
        self.success.push(op);
        self
    }

    /// Else also do this.
    #[must_use]
    pub fn otherwise(mut self, op: Op) -> Txn {
        self.failure.push(op);
        self
    }
}

/// A condition on one key. A key that does not exist compares as revisions, version and lease of zero, and its
/// value compares as nothing: no relation holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compare {
    /// The key.
    pub key: Bytes,
    /// How what is stored must relate to what `target` gives.
    pub relation: Relation,
    /// What of the key is compared, and with what.
    pub target: Target,
}

impl Compare {
    /// `key`'s `target`, as stored, is in `relation` to the one given.
    pub fn new(key: impl Into<Bytes>, relation: Relation, target: Target) -> Compare {
        Compare { key: key.into(), relation, target }
    }

    /// `key` does not exist.
    pub fn absent(key: impl Into<Bytes>) -> Compare {
        Compare::unchanged(key, Revision::ZERO)
    }

    /// `key` was last written at `mod_revision`.
    pub fn unchanged(key: impl Into<Bytes>, mod_revision: Revision) -> Compare {
        Compare::new(key, Relation::Equal, Target::ModRevision(mod_revision))
    }
}

/// What is stored, in relation to what is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same.
    Equal,
    /// Not the same.
    NotEqual,
    /// What is stored is greater.
    Greater,
    /// What is stored is less.
    Less,
}

impl Relation {
    /// Whether `stored` stands in this relation to `given`.
    pub fn holds<T: Ord + ?Sized>(self, stored: &T, given: &T) -> bool {
        match self {
            Relation::Equal => stored == given,
            Relation::NotEqual => stored != given,
            Relation::Greater => stored > given,
            Relation::Less => stored < given,
        }
    }
}

/// Which property of a key is compared, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The revision of the last write.
    ModRevision(Revision),
    /// The revision at which the key came into being.
    CreateRevision(Revision),
    /// How often it was put since.
    Version(u64),
    /// The value, bytewise.
    Value(Bytes),
    /// The lease it is attached to; none counts as zero.
    Lease(Option<LeaseId>),
}

/// One step of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Store a value, even if it is the same as before.
    Put {
        /// The key.
        key: Bytes,
        /// The value. Stored as it is, so a slice of a larger buffer keeps that buffer alive in an in-memory
        /// store: hand over buffers of the right size.
        value: Bytes,
        /// Attach the key to this lease; `None` takes it off the lease it was on.
        lease: Option<LeaseId>,
    },
    /// Delete what is in the range. Deleting nothing is no error and no write.
    Delete {
        /// The keys.
        range: KeyRange,
    },
    /// Read. Sees what the operations before it in this transaction did, unless it names a revision.
    Range(RangeRequest),
}

impl Op {
    /// Store `value` under `key`, on no lease.
    pub fn put(key: impl Into<Bytes>, value: impl Into<Bytes>) -> Op {
        Op::Put { key: key.into(), value: value.into(), lease: None }
    }

    /// Store `value` under `key`, attached to `lease`.
    pub fn put_leased(key: impl Into<Bytes>, value: impl Into<Bytes>, lease: LeaseId) -> Op {
        Op::Put { key: key.into(), value: value.into(), lease: Some(lease) }
    }

    /// Delete `key`.
    pub fn delete(key: impl Into<Bytes>) -> Op {
        Op::Delete { range: KeyRange::key(key) }
    }

    /// Delete everything in `range`.
    pub fn delete_range(range: KeyRange) -> Op {
        Op::Delete { range }
    }

    /// Read `key`.
    pub fn get(key: impl Into<Bytes>) -> Op {
        Op::Range(RangeRequest::new(KeyRange::key(key)))
    }
}

/// What a transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxnResponse {
    /// Whether all compares held, so that `success` ran.
    pub succeeded: bool,
    /// Where the store stood after it: the revision of its writes, if it wrote.
    pub revision: Revision,
    /// One for each operation of the list that ran, in order.
    pub responses: Vec<OpResponse>,
}

/// What one operation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpResponse {
    /// The value is stored.
    Put,
    /// So many keys were deleted.
    Delete {
        /// How many.
        deleted: u64,
    },
    /// What was read.
    Range(RangeResponse),
}

impl OpResponse {
    /// What was read, if this was a read.
    pub fn into_range(self) -> Option<RangeResponse> {
        match self {
            OpResponse::Range(response) => Some(response),
            OpResponse::Put | OpResponse::Delete { .. } => None,
        }
    }
}
