//! How long syncs take: what most of a write's latency is.

use std::io;
use std::time::Instant;

/// Seconds that a sync took, under etcd's name.
pub const FSYNC_SECONDS: &str = "etcd_disk_wal_fsync_duration_seconds";
/// Bounds of its buckets, as etcd's: from a millisecond on, doubled each time.
pub const FSYNC_BUCKETS: [f64; 14] =
    [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192];

/// Syncs, and notes how long it took.
#[expect(clippy::disallowed_methods, reason = "what a disk takes is measured on the machine's clock")]
pub(super) fn timed(sync: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let begun = Instant::now();
    let outcome = sync();
    metrics::histogram!(FSYNC_SECONDS).record(begun.elapsed().as_secs_f64());
    outcome
}
