//! The log as openraft sees it.

use super::codec::{decode_entry, decode_log_id, decode_vote, encode_entry, encode_log_id, encode_vote};
use super::types::{Config, Entry, LogId, Vote};
use crate::log::{self, Log, LogError, LogReader, Purged};
use openraft::entry::RaftEntry;
use openraft::storage::{IOFlushed, LogState, RaftLogStorage};
use openraft::{OptionalSend, RaftLogReader};
use std::fmt::Debug;
use std::io;
use std::ops::{Bound, Range, RangeBounds};
use tokio::sync::oneshot;

/// Bytes of entries in one message to a peer, and in one read of the log; at least one entry.
const READ_MAX: usize = 8 << 20;

/// A log that openraft writes.
#[derive(Debug)]
pub(super) struct LogStore {
    log: Log,
}

/// A log that openraft reads, beside its writer.
#[derive(Clone, Debug)]
pub(super) struct LogStoreReader {
    reader: LogReader,
}

impl LogStore {
    /// The store of `log`.
    pub(super) fn new(log: Log) -> LogStore {
        LogStore { log }
    }
}

/// A callback and the wait for it.
fn durable() -> (log::Done, impl Future<Output = io::Result<()>>) {
    let (sender, receiver) = oneshot::channel();
    let done = Box::new(move |outcome: Result<(), LogError>| {
        // Nobody waits any more when the node is on its way out.
        let _ = sender.send(outcome);
    });
    let wait = async move { receiver.await.unwrap_or(Err(LogError::Closed)).map_err(io::Error::other) };
    (done, wait)
}

impl RaftLogReader<Config> for LogStoreReader {
    async fn try_get_log_entries<R: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: R,
    ) -> Result<Vec<Entry>, io::Error> {
        let range = within(&range, self.reader.range());
        let mut entries = Vec::new();
        let mut from = range.start;
        while from < range.end {
            let read = self.reader.read(from..range.end, READ_MAX)?;
            let Some(last) = read.last() else { break };
            from = last.index + 1;
            for entry in read {
                entries.push(decode_entry(entry.payload)?);
            }
        }
        Ok(entries)
    }

    async fn read_vote(&mut self) -> Result<Option<Vote>, io::Error> {
        self.reader.state().vote.map(decode_vote).transpose()
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> Result<Vec<Entry>, io::Error> {
        let read = self.reader.read(start..end, READ_MAX)?;
        read.into_iter().map(|entry| decode_entry(entry.payload)).collect()
    }
}

impl RaftLogStorage<Config> for LogStore {
    type LogReader = LogStoreReader;

    async fn get_log_state(&mut self) -> Result<LogState<Config>, io::Error> {
        let purged = self.log.state().purged.map(|purged| decode_log_id(purged.id)).transpose()?;
        let last = match self.log.range() {
            Some((_, last)) => {
                let mut read = self.log.reader().read(last..last + 1, READ_MAX)?;
                let entry = read.pop().ok_or_else(|| io::Error::other("the log lost its last entry"))?;
                Some(decode_entry(entry.payload)?.log_id())
            }
            None => purged,
        };
        Ok(LogState { last_purged_log_id: purged, last_log_id: last })
    }

    async fn get_log_reader(&mut self) -> LogStoreReader {
        LogStoreReader { reader: self.log.reader() }
    }

    async fn save_vote(&mut self, vote: &Vote) -> Result<(), io::Error> {
        let (done, wait) = durable();
        self.log.save_vote(encode_vote(vote), done);
        wait.await
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> Result<(), io::Error> {
        if let Some(committed) = committed {
            self.log.save_committed(encode_log_id(&committed));
        }
        Ok(())
    }

    async fn read_committed(&mut self) -> Result<Option<LogId>, io::Error> {
        self.log.state().committed.map(decode_log_id).transpose()
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Config>) -> Result<(), io::Error>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries = entries.into_iter().map(|entry| {
            let index = entry.log_id.index;
            log::Entry { index, payload: encode_entry(&entry) }
        });
        let done = Box::new(move |outcome: Result<(), LogError>| {
            callback.io_completed(outcome.map_err(io::Error::other));
        });
        self.log.append(entries.collect(), done);
        Ok(())
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> Result<(), io::Error> {
        let (done, wait) = durable();
        self.log.truncate(last.map_or(0, |last| last.index + 1), done);
        wait.await
    }

    async fn purge(&mut self, id: LogId) -> Result<(), io::Error> {
        let (done, wait) = durable();
        self.log.purge(Purged { index: id.index, id: encode_log_id(&id) }, done);
        wait.await
    }
}

/// The part of `range` that the log has.
fn within(range: &impl RangeBounds<u64>, have: Option<(u64, u64)>) -> Range<u64> {
    let Some((first, last)) = have else { return 0..0 };
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(before) => before + 1,
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => u64::MAX,
    };
    start.max(first)..end.min(last + 1)
}
