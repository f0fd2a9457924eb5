//! What the cache holds, in numbers.

/// What the cache holds. Bytes are about what it would cost to keep only this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Objects.
    pub entries: usize,
    /// Bytes of them, keys and what it costs to keep them included.
    pub entry_bytes: usize,
    /// Changes in the rings.
    pub changes: usize,
    /// Bytes that only the rings keep alive.
    pub ring_bytes: usize,
    /// Recent states kept for lists at past revisions.
    pub roots: usize,
    /// About the bytes that only these keep alive.
    pub root_bytes: usize,
    /// Watchers.
    pub watchers: usize,
    /// Watchers who have seen everything that may concern them.
    pub sleeping: usize,
    /// How often a watcher was woken, since the start.
    pub wakes: u64,
    /// Encodings kept.
    pub encodings: usize,
    /// Bytes of them, what it costs to keep them included.
    pub encodings_bytes: usize,
}
