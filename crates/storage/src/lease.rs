//! Leases: a time to live that keys can be attached to. When it runs out, or the lease is revoked, its keys are
//! deleted in sorted order at one revision.

use std::fmt;
use std::num::NonZeroI64;
use std::time::Duration;

use bytes::Bytes;

/// The name of a lease; never zero, which is how etcd writes "no lease".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaseId(NonZeroI64);

impl LeaseId {
    /// The lease with this number, or `None` for 0.
    pub const fn new(number: i64) -> Option<LeaseId> {
        match NonZeroI64::new(number) {
            Some(number) => Some(LeaseId(number)),
            None => None,
        }
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0.get()
    }
}

impl fmt::Display for LeaseId {
    /// In hexadecimal, as etcd's tools print it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A lease that was granted or kept alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Its name.
    pub id: LeaseId,
    /// How long it lives from the answer on, if nothing keeps it alive. Whole seconds; a store may grant more
    /// than was asked for, never less.
    pub ttl: Duration,
}

impl Lease {
    /// The longest time to live that is granted (etcd's bound).
    pub const MAX_TTL: Duration = Duration::from_secs(9_000_000_000);
}

/// How a lease stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseTimeToLive {
    /// Its name.
    pub id: LeaseId,
    /// How long it lives after each keep-alive.
    pub granted: Duration,
    /// How long it lives from now on; may be rounded to whole seconds.
    pub remaining: Duration,
    /// The keys attached to it, in no particular order; empty unless asked for.
    pub keys: Vec<Bytes>,
}
