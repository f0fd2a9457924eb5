//! Ids that no other member chooses (etcd's pkg/idutil): the member, the time of its start in milliseconds, a counter.

use std::sync::atomic::{AtomicU64, Ordering};

/// Makes ids.
#[derive(Debug)]
pub(super) struct Ids {
    prefix: u64,
    suffix: AtomicU64,
}

impl Ids {
    /// For the ids of a member that started at `millis` since 1970.
    pub(super) fn new(member: u64, millis: u64) -> Ids {
        let prefix = (member & 0xffff) << 48;
        Ids { prefix, suffix: AtomicU64::new((millis << 8) & 0xffff_ffff_ffff) }
    }

    /// One that was not answered before, above 0.
    pub(super) fn next(&self) -> i64 {
        let suffix = (self.suffix.fetch_add(1, Ordering::Relaxed) + 1) & 0xffff_ffff_ffff;
        // Without the sign: clients print ids in hexadecimal, and 0 stands for none.
        i64::try_from((self.prefix | suffix) & 0x7fff_ffff_ffff_ffff).unwrap_or(i64::MAX).max(1)
    }
}
