//! What a machine counts, for metrics.

use std::sync::atomic::AtomicU64;

/// Numbers that only grow.
#[derive(Debug, Default)]
pub struct Counters {
    /// Entries that were applied.
    pub applied_entries: AtomicU64,
    /// Keys that were written or deleted.
    pub changes: AtomicU64,
    /// Bytes of records handed to the disk.
    pub written_bytes: AtomicU64,
    /// Batches handed to the disk.
    pub written_batches: AtomicU64,
    /// Blocks written again because most of them was cleared.
    pub rewritten_blocks: AtomicU64,
    /// Records that were not in memory when they were asked for.
    pub read_from_disk: AtomicU64,
    /// How often apply waited because too much was unwritten.
    pub waits_for_disk: AtomicU64,
    /// Records that were cleared after compactions.
    pub cleared_records: AtomicU64,
    /// Ranges that were answered.
    pub ranges: AtomicU64,
    /// Ranges chosen again because compaction cleared what they needed.
    pub range_retries: AtomicU64,
    /// Batches of events handed to watchers, live.
    pub live_batches: AtomicU64,
    /// Pieces of history read for watchers that lag.
    pub replays: AtomicU64,
    /// Snapshots written.
    pub snapshots_written: AtomicU64,
    /// Snapshots found damaged.
    pub snapshots_damaged: AtomicU64,
    /// Disks that were found unusable and set aside.
    pub disks_set_aside: AtomicU64,
}
