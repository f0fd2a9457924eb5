//! The one counter that orders every write of a storage cluster. How a client is shown it (as a resource
//! version) is decided above this crate.

use std::fmt;

/// A point in the life of a storage cluster, counted as etcd counts it: an empty store is at 1, the first
/// write makes 2, and all operations of one transaction share one revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

impl Revision {
    /// "No revision": what a key that does not exist has as its create and mod revision.
    pub const ZERO: Revision = Revision(0);

    /// Where an empty store stands before its first write.
    pub const FIRST: Revision = Revision(1);

    /// The revision with this number.
    pub const fn new(number: u64) -> Revision {
        Revision(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The revision after this one. A watch that continues after `r` starts from `r.next()`.
    #[must_use]
    pub const fn next(self) -> Revision {
        Revision(self.0 + 1)
    }
}

impl From<u64> for Revision {
    fn from(number: u64) -> Revision {
        Revision(number)
    }
}

impl From<Revision> for u64 {
    fn from(revision: Revision) -> u64 {
        revision.0
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
