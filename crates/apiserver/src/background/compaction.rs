//! The end of storage's history: what was current one interval ago is the oldest that can still be read.
//!
//! Every frontend of a cluster, kube-apiserver included, runs such a loop, and they take turns by a key they share.
//! The key's version counts the turns that were taken. Who finds it where it was an interval ago takes the next turn and
//! compacts to where storage stood then; who finds it moved knows that another did, and waits an interval more. So a
//! revision can be read for at least one interval, and for less than two even when a frontend that took turns dies.

use crate::server::Server;
use bytes::Bytes;
use pintle_storage::{Compare, Error, Op, OpResponse, Relation, Result, Revision, Storage, Target, Txn};
use std::sync::Arc;
use std::time::Duration;

/// The key that kube-apiserver uses too. It lies outside of every prefix; its value is the revision compacted to.
const TURNS: Bytes = Bytes::from_static(b"compact_rev_key");

/// Compacts until it is stopped, or never if that was chosen.
pub(super) async fn run(server: Arc<Server>) {
    if !server.config.compaction_interval.is_zero() {
        compact_every(&*server.storage, server.config.compaction_interval).await;
    }
}

async fn compact_every(storage: &dyn Storage, interval: Duration) {
    let mut compactor = Compactor::default();
    loop {
        tokio::time::sleep(interval).await;
        match compactor.turn(storage).await {
            Ok(Some(revision)) => tracing::debug!(%revision, "storage's history is compacted"),
            Ok(None) => tracing::debug!("nothing to compact, or another does it"),
            // Nothing is lost: the next turn compacts further.
            Err(error) => tracing::warn!(%error, "storage's history could not be compacted"),
        }
    }
}

/// What one frontend knows of the turns.
#[derive(Debug, Default)]
struct Compactor {
    /// The version of the key when it was last looked at.
    turns: u64,
    /// Where storage stood then.
    seen: Revision,
}

impl Compactor {
    /// Takes a turn if nobody else took it, and answers to which revision it has compacted.
    async fn turn(&mut self, storage: &dyn Storage) -> Result<Option<Revision>> {
        let untaken = Compare::new(TURNS, Relation::Equal, Target::Version(self.turns));
        let take = Op::put(TURNS, self.seen.to_string());
        let answer = storage.txn(Txn::new().when(untaken).then(take).otherwise(Op::get(TURNS))).await?;
        let oldest = std::mem::replace(&mut self.seen, answer.revision);
        if !answer.succeeded {
            self.turns = version(answer.responses);
            return Ok(None);
        }
        self.turns += 1;
        // The first turn of a cluster: nobody knows what was an interval ago.
        if oldest == Revision::ZERO {
            return Ok(None);
        }
        match storage.compact(oldest).await {
            Ok(_) => Ok(Some(oldest)),
            // By an operator, say.
            Err(Error::Compacted { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The version of the key that was read; 0 when it does not exist.
fn version(responses: Vec<OpResponse>) -> u64 {
    let read = responses.into_iter().find_map(OpResponse::into_range);
    read.and_then(|read| Some(read.kvs.first()?.version)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_storage::memory::Memory;
    use pintle_storage::{KeyRange, RangeRequest};
    use tokio::task::JoinSet;

    const INTERVAL: Duration = Duration::from_secs(300);

    /// A frontend's loop; ends with the set.
    fn frontend(storage: &Arc<Memory>) -> JoinSet<()> {
        let storage = Arc::clone(storage);
        let mut running = JoinSet::new();
        running.spawn(async move { compact_every(&*storage, INTERVAL).await });
        running
    }

    async fn write(storage: &Memory) -> Revision {
        storage.txn(Txn::new().then(Op::put("key", "value"))).await.unwrap().revision
    }

    async fn can_be_read(storage: &Memory, revision: Revision) -> bool {
        let request = RangeRequest::new(KeyRange::key("key")).at(revision);
        match storage.range(request).await {
            Ok(_) => true,
            Err(Error::Compacted { .. }) => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// How often anybody took a turn, and what the last one wrote.
    async fn turns(storage: &Memory) -> (u64, String) {
        let found = storage.range(RangeRequest::new(KeyRange::Key(TURNS))).await.unwrap();
        found.kvs.first().map_or((0, String::new()), |kv| {
            (kv.version, String::from_utf8(kv.bytes().unwrap().to_vec()).unwrap())
        })
    }

    #[tokio::test(start_paused = true)]
    async fn two_frontends_compact_once_an_interval_to_where_storage_stood_at_the_one_before() {
        let storage = Arc::new(Memory::new());
        let _first = frontend(&storage);
        tokio::time::sleep(INTERVAL / 3).await;
        let _second = frontend(&storage);
        let mut written = Vec::new();
        for interval in 1..=6 {
            written.push(write(&storage).await);
            tokio::time::sleep(INTERVAL).await;
            // The second looks between two turns of the first, each time finds that one was taken, and takes none.
            assert_eq!(turns(&storage).await.0, interval);
            for (at, revision) in written.iter().enumerate() {
                let age = written.len() - at;
                assert_eq!(can_be_read(&storage, *revision).await, age < 2, "{age} intervals old");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_frontend_that_dies_is_followed_by_another() {
        let storage = Arc::new(Memory::new());
        let first = frontend(&storage);
        tokio::time::sleep(INTERVAL / 3).await;
        let _second = frontend(&storage);
        let revision = write(&storage).await;
        tokio::time::sleep(INTERVAL).await;
        assert_eq!(turns(&storage).await.0, 1);
        drop(first);
        tokio::time::sleep(INTERVAL * 3).await;
        assert!(turns(&storage).await.0 >= 2);
        write(&storage).await;
        tokio::time::sleep(INTERVAL * 2).await;
        assert!(!can_be_read(&storage, revision).await);
    }

    #[tokio::test(start_paused = true)]
    async fn turns_are_shared_with_who_uses_the_same_key() {
        let storage = Memory::new();
        let mut ours = Compactor::default();
        // The first of a cluster writes that it compacted nothing.
        assert_eq!(ours.turn(&storage).await.unwrap(), None);
        assert_eq!(turns(&storage).await, (1, "0".to_owned()));
        let stood = ours.seen;
        write(&storage).await;
        // Another takes the turn meanwhile, so ours is lost.
        storage.txn(Txn::new().then(Op::put(TURNS, "2"))).await.unwrap();
        assert_eq!(ours.turn(&storage).await.unwrap(), None);
        assert!(can_be_read(&storage, stood).await);
        // The next one is ours again: to where storage stood when the turn was lost.
        let lost_at = ours.seen;
        write(&storage).await;
        assert_eq!(ours.turn(&storage).await.unwrap(), Some(lost_at));
        assert_eq!(turns(&storage).await, (3, lost_at.to_string()));
        // What an operator has compacted further is no failure.
        let now = write(&storage).await;
        storage.compact(now).await.unwrap();
        assert_eq!(ours.turn(&storage).await.unwrap(), None);
    }
}
