//! How far a node's state must reach for its log to go on from there.

use super::codec::decode_log_id;
use crate::log::Log;
use std::io;

/// The last entry that the state of a node must know before it starts with this log; `None` when the log has everything.
///
/// Entries up to the one that was purged are gone. What was committed lies in the log, or came as a leader's snapshot: a
/// log that ends before it says that there was such a snapshot, even where the purge behind it was not written any more.
///
/// # Errors
/// When what the log remembers can't be read.
pub(crate) fn needed(log: &Log) -> io::Result<Option<u64>> {
    let state = log.state();
    let purged = state.purged.map(|purged| purged.index);
    let known = log.range().map(|(_, last)| last).max(purged);
    let committed = state.committed.map(decode_log_id).transpose()?.map(|id| id.index);
    Ok(if committed > known { committed } else { purged })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;
    use crate::log::{Entry, Options, Purged};
    use crate::machine::Position;
    use crate::raft::codec::encode_log_id;
    use crate::raft::state_machine::log_id;
    use bytes::Bytes;
    use std::sync::Arc;

    fn id(index: u64) -> Bytes {
        encode_log_id(&log_id(Position { term: 1, index }))
    }

    #[test]
    fn what_is_purged_or_committed_beyond_the_log_must_be_known() {
        let mut log = Log::open(Arc::new(MemoryFiles::new()), Options::default()).unwrap();
        assert_eq!(needed(&log).unwrap(), None, "a new log needs nothing");
        let entry = |index| Entry { index, payload: Bytes::from_static(b"entry") };
        log.append((0..10).map(entry).collect(), Box::new(|_| ()));
        log.save_committed(id(9));
        assert_eq!(needed(&log).unwrap(), None, "everything is in the log");
        log.purge(Purged { index: 4, id: id(4) }, Box::new(|_| ()));
        assert_eq!(needed(&log).unwrap(), Some(4), "the rest is in the log");
        log.save_committed(id(30));
        assert_eq!(needed(&log).unwrap(), Some(30), "a snapshot came, and the log was not purged behind it");
        log.purge(Purged { index: 30, id: id(30) }, Box::new(|_| ()));
        assert_eq!(needed(&log).unwrap(), Some(30));
        log.save_committed(Bytes::from_static(b"\xff"));
        assert!(needed(&log).is_err());
    }
}
