//! A client of etcd's v3 API: of etcd itself, or of our own storage tier, which speaks the same.
//!
//! ```text
//!   Etcd -- Pool    connections to the members           calls (range, txn, lease, ...) choose one each
//!     |-- Hub       streams of watches                    few streams, many watches, a bounded queue each
//!     |-- KeepAlive the stream that keeps leases alive
//!     '-- Tasks     what runs in the background; ends with the client
//! ```
//!
//! **What is sent again.** A call that certainly had no effect (it could not be sent, or the member answered so:
//! every [`NotApplied`](crate::Error::NotApplied)) goes to the next member that is connected, each member at most
//! once and all within the call's deadline; one that found its connection closed was not asked. A write that may have been seen is never sent twice: it ends with
//! [`Unknown`](crate::Error::Unknown). Nothing goes to the same member again: whoever asks decides that.
//!
//! etcd's "no space" is such an end for a write, in etcd's words: it applies the one that crosses its quota and
//! answers so all the same.
//!
//! **Bounds.** See [`Options`]: time for each call, bytes of a message both ways, bytes of a whole range, bytes
//! that wait for a slow reader, watches on a stream.
//!
//! **Compaction.** etcd tells only watches up to where it is compacted. For all else the revision in
//! [`Compacted`](crate::Error::Compacted) is the lowest that may be readable, as far as the request tells.
//!
//! **Progress.** Members whose answers can't be trusted ([`progress_is_trusted`]) are not asked for any: see
//! [`Etcd::features`]. What they report by themselves is handed on.

mod call;
mod connection;
mod failure;
mod features;
mod keep_alive;
mod leases;
pub mod messages;
mod options;
mod outbox;
mod range;
mod tasks;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pintle_wire::etcdserverpb as wire;

pub use self::features::{Features, progress_is_trusted};
pub use self::options::Options;
pub use crate::dial::{ConfigError, TlsFiles};

use self::call::{Needs, Terms, call};
use self::connection::{Pool, Session};
use self::failure::Effect;
use self::keep_alive::KeepAlive;
use self::messages::{position, txn_request, txn_response, wire_number};
use self::range::not_below;
use self::tasks::Tasks;
use self::watch::Hub;
use crate::{
    Answer, KeyRange, Lease, LeaseId, LeaseTimeToLive, Op, RangeRequest, RangeResponse, Result, Revision,
    Status, Storage, Txn, TxnResponse, WatchRequest, WatchStream,
};

/// A cluster that speaks etcd's API. See the [module](self) for how and the [`Storage`] trait for what.
///
/// Dropping it closes its connections; watches end with [`LeaderLost`](crate::Error::LeaderLost).
#[derive(Debug)]
pub struct Etcd {
    options: Options,
    pool: Arc<Pool>,
    hub: Hub,
    keep_alive: KeepAlive,
    tasks: Tasks,
}

impl Etcd {
    /// A client that begins to connect in the background; calls wait for the first connection. Must be made
    /// inside a tokio runtime, which then does its work.
    ///
    /// # Errors
    /// [`ConfigError`]: what no amount of waiting would mend. That nobody answers is none.
    pub fn new(options: Options) -> std::result::Result<Etcd, ConfigError> {
        let tasks = Tasks::default();
        let pool = Pool::start(&options, &tasks)?;
        let hub = Hub::new(&options);
        Ok(Etcd { options, pool, hub, keep_alive: KeepAlive::default(), tasks })
    }

    /// What the members that have answered so far can be trusted with, all of them.
    pub fn features(&self) -> Features {
        self.pool.features()
    }

    /// How many members are connected now, of those that the endpoints name.
    pub fn connected(&self) -> usize {
        self.pool.count_connected()
    }

    async fn write(&self, txn: Txn) -> Result<TxnResponse> {
        txn.check(&self.options.limits)?;
        let effect = if writes(&txn) { Effect::Write } else { Effect::Read };
        let terms = Terms { effect, needs: Needs::Leader, within: self.options.call_timeout };
        let asked = oldest_revision(&txn);
        let send = |session: &Session, question| {
            let mut kv = session.kv.clone();
            async move { kv.txn(question).await }
        };
        let answer = call(&self.pool, terms, txn_request(txn), send).await;
        let answer = answer.map_err(|failed| not_below(failed.error, asked))?;
        txn_response(answer).map_err(|answer| effect.malformed(answer))
    }

    /// An empty linearizable read: only its header matters.
    async fn current(&self) -> Result<Revision> {
        let nothing = RangeRequest::new(KeyRange::Key(Bytes::from_static(b"\0"))).count_only();
        self.read(nothing).await.map(|answer| answer.revision)
    }

    async fn open_watch(&self, mut request: WatchRequest) -> Result<WatchStream> {
        // By itself a member begins after what it has applied, which may be less than what was answered elsewhere.
        if request.from.is_none() && !request.range.start().is_empty() {
            request.from = Some(Revision::new(self.current().await?.get() + 1));
        }
        self.hub.open(&self.pool, &self.tasks, request, self.options.call_timeout).await
    }

    async fn compact_to(&self, revision: Revision) -> Result<Revision> {
        let question = wire::CompactionRequest { revision: wire_number(revision.get()), physical: false };
        let send = |session: &Session, question| {
            let mut kv = session.kv.clone();
            async move { kv.compact(question).await }
        };
        let answer = call(&self.pool, Terms::write(self.options.call_timeout), question, send).await;
        // It is compacted to what was asked, or further.
        let below = Revision::new(revision.get().saturating_sub(1));
        let answer = answer.map_err(|failed| not_below(failed.error, below))?;
        position(answer.header.as_ref()).map_err(|answer| Effect::Write.malformed(answer))
    }

    async fn ask_status(&self) -> Result<Status> {
        let terms = Terms { needs: Needs::Anyone, ..Terms::read(self.options.call_timeout) };
        let send = |session: &Session, question| {
            let mut maintenance = session.maintenance.clone();
            async move { maintenance.status(question).await }
        };
        let answer = call(&self.pool, terms, wire::StatusRequest {}, send).await?;
        messages::status(answer).map_err(|answer| Effect::Read.malformed(answer))
    }
}

impl Storage for Etcd {
    fn range(&self, request: RangeRequest) -> Answer<'_, RangeResponse> {
        Box::pin(self.read(request))
    }

    fn txn(&self, txn: Txn) -> Answer<'_, TxnResponse> {
        Box::pin(self.write(txn))
    }

    fn watch(&self, request: WatchRequest) -> Answer<'_, WatchStream> {
        Box::pin(self.open_watch(request))
    }

    fn request_progress(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.hub.request_progress();
            Ok(())
        })
    }

    fn reports_progress(&self) -> bool {
        self.features().progress
    }

    fn revision(&self) -> Answer<'_, Revision> {
        Box::pin(self.current())
    }

    fn compact(&self, revision: Revision) -> Answer<'_, Revision> {
        Box::pin(self.compact_to(revision))
    }

    fn lease_grant(&self, ttl: Duration, id: Option<LeaseId>) -> Answer<'_, Lease> {
        Box::pin(self.grant(ttl, id))
    }

    fn lease_revoke(&self, id: LeaseId) -> Answer<'_, Revision> {
        Box::pin(self.revoke(id))
    }

    fn lease_keep_alive(&self, id: LeaseId) -> Answer<'_, Lease> {
        Box::pin(self.keep_alive.ask(&self.pool, &self.tasks, id, self.options.call_timeout))
    }

    fn lease_time_to_live(&self, id: LeaseId, keys: bool) -> Answer<'_, LeaseTimeToLive> {
        Box::pin(self.time_to_live(id, keys))
    }

    fn status(&self) -> Answer<'_, Status> {
        Box::pin(self.ask_status())
    }
}

/// Whether a transaction can change anything, in either list.
fn writes(txn: &Txn) -> bool {
    txn.success.iter().chain(&txn.failure).any(|op| !matches!(op, Op::Range(_)))
}

/// The oldest revision that a transaction reads at.
fn oldest_revision(txn: &Txn) -> Revision {
    let revisions = txn.success.iter().chain(&txn.failure).filter_map(|op| match op {
        Op::Range(request) => request.revision,
        Op::Put { .. } | Op::Delete { .. } => None,
    });
    revisions.min().unwrap_or_default()
}
