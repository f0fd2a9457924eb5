//! Watches: many on few streams, each with a bounded queue of its own.
//!
//! ```text
//!   Hub -- Lane (one gRPC stream to one member) -- Queue -- WatchStream of one reader
//!            |                                       '---- ...
//!            '- serve   the task that opens the stream and hands each response to the lane
//! ```
//!
//! A reader who is slow fills its queue. Its watch is then cancelled on the member and opened anew, from the
//! revision after the last one taken in, when the reader has emptied the queue: the others on the lane notice
//! nothing, and the member keeps the history that is replayed. When a stream ends, its watches end with
//! [`LeaderLost`](crate::Error::LeaderLost).

mod fragments;
mod lane;
mod progress;
mod queue;
mod state;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use futures_util::Stream;
use parking_lot::Mutex;
use tokio::time::timeout_at;

use self::lane::{Bounds, Lane};
use self::queue::{Queue, Taken};
use self::state::Key;
use super::Options;
use super::call::{Attempts, closed, stream_request};
use super::connection::{Pool, Session};
use super::failure::{Effect, Failed};
use super::outbox::Requests;
use super::tasks::Tasks;
use crate::{Error, Reason, Result, WatchRequest, WatchStream, WatchUpdate};

/// The lanes of a client. There are as many as its watches need.
#[derive(Debug)]
pub(super) struct Hub {
    lanes: Mutex<Vec<Arc<Lane>>>,
    bounds: Bounds,
}

impl Hub {
    pub(super) fn new(options: &Options) -> Hub {
        let bounds = Bounds {
            watches: options.watches_per_stream.max(1),
            queue_bytes: options.watch_buffer_bytes.max(1),
            revision_bytes: options.response_bytes,
        };
        Hub { lanes: Mutex::default(), bounds }
    }

    /// Opens a watch; answers when the member has it.
    pub(super) async fn open(
        &self,
        pool: &Arc<Pool>,
        tasks: &Tasks,
        request: WatchRequest,
        within: std::time::Duration,
    ) -> Result<WatchStream> {
        if request.range.start().is_empty() {
            return Err(Error::EmptyKey);
        }
        let mut attempts = Attempts::new(within);
        loop {
            let lane = self.lane(pool, tasks, &attempts).await?;
            let Some((key, queue)) = lane.open(&request) else { continue };
            // From here on, giving up closes the watch.
            let watch = Watch { lane, key, queue, ended: false };
            match timeout_at(attempts.deadline(), watch.opened()).await {
                Ok(Ok(())) => return Ok(Box::pin(watch)),
                Ok(Err(error)) => {
                    let not_sent = watch.lane.not_sent.load(Ordering::Acquire);
                    attempts.failed(watch.lane.member, error, not_sent)?;
                }
                Err(_) => return Err(Error::NotApplied(Reason::TimedOut)),
            }
        }
    }

    pub(super) fn request_progress(&self) {
        for lane in &*self.lanes.lock() {
            lane.request_progress();
        }
    }

    /// A lane with room, on a member that was not tried yet.
    async fn lane(&self, pool: &Arc<Pool>, tasks: &Tasks, attempts: &Attempts) -> Result<Arc<Lane>> {
        if let Some(lane) = self.with_room(attempts) {
            return Ok(lane);
        }
        let session = attempts.next(pool).await?;
        // Others may have waited for the same connection: one of them makes the lane.
        let mut lanes = self.lanes.lock();
        if let Some(lane) = lanes.iter().find(|lane| suits(lane, attempts)) {
            return Ok(Arc::clone(lane));
        }
        let lane = Arc::new(Lane::new(session.member(), session.progress, self.bounds));
        lanes.retain(|lane| !lane.has_ended());
        lanes.push(Arc::clone(&lane));
        tasks.spawn(serve(Arc::clone(&lane), session, Arc::clone(pool)));
        Ok(lane)
    }

    fn with_room(&self, attempts: &Attempts) -> Option<Arc<Lane>> {
        self.lanes.lock().iter().find(|lane| suits(lane, attempts)).cloned()
    }
}

fn suits(lane: &Lane, attempts: &Attempts) -> bool {
    !attempts.tried().contains(lane.member) && lane.has_room()
}

/// A watch in the hands of its reader.
struct Watch {
    lane: Arc<Lane>,
    key: Key,
    queue: Arc<Queue>,
    ended: bool,
}

impl Watch {
    async fn opened(&self) -> Result<()> {
        poll_fn(|context| self.queue.poll_opened(context)).await
    }
}

impl Stream for Watch {
    type Item = Result<WatchUpdate>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<WatchUpdate>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        loop {
            match self.queue.poll(context) {
                Poll::Ready(Taken::Update(update)) => return Poll::Ready(Some(Ok(update))),
                Poll::Ready(Taken::Missed) => self.lane.resume(self.key),
                Poll::Ready(Taken::End(error)) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.lane.close(self.key);
    }
}

/// Whatever ends the task ends the lane for its readers.
struct EndWhenDropped(Arc<Lane>);

impl Drop for EndWhenDropped {
    fn drop(&mut self) {
        self.0.end(&closed());
        self.0.outbox.close();
    }
}

async fn serve(lane: Arc<Lane>, session: Arc<Session>, pool: Arc<Pool>) {
    let lane = EndWhenDropped(lane);
    let _under_way = pool.member(&session).stream();
    tokio::select! {
        Failed { error, not_sent, .. } = receive(&lane.0, &session) => {
            tracing::info!(%error, "a stream of watches ended");
            pool.learn(&session, &error);
            lane.0.not_sent.store(not_sent, Ordering::Release);
            let reason = match error {
                Error::NotApplied(reason) | Error::Unknown(reason) => reason,
                other => Reason::Unavailable(other.to_string().into()),
            };
            lane.0.end(&reason);
        }
        () = lane.0.deserted.notified() => {}
    }
}

/// Hands responses to the lane until the stream ends, and says why it did.
async fn receive(lane: &Lane, session: &Session) -> Failed {
    let requests = stream_request(Requests(Arc::clone(&lane.outbox)));
    let mut responses = match session.watch.clone().watch(requests).await {
        Ok(responses) => responses.into_inner(),
        Err(status) => return Effect::Read.failed(&status),
    };
    loop {
        match responses.message().await {
            Ok(Some(response)) => {
                if let Err(broken) = lane.take(response) {
                    return Error::NotApplied(Reason::Unavailable(broken.to_string().into())).into();
                }
            }
            Ok(None) => return Error::NotApplied(closed()).into(),
            Err(status) => return Effect::Read.failed(&status),
        }
    }
}
