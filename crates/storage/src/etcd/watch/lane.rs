//! One gRPC stream with many watches on it: what is asked of the member, and to whom its responses belong. Nothing
//! here waits; the task that owns the stream feeds [`Lane::take`], and the [outbox](super::super::outbox) sends.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;
use pintle_wire::etcdserverpb as wire;
use pintle_wire::etcdserverpb::watch_request::RequestUnion;
use tokio::sync::Notify;

use super::fragments::Fragments;
use super::queue::Queue;
use super::state::{Broken, Key, Phase, State, Watch};
use crate::etcd::messages::{events, watch_create};
use crate::etcd::outbox::Outbox;
use crate::{Error, Reason, Revision, WatchRequest};

/// Bounds of a lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Watches on it.
    pub(super) watches: usize,
    /// Bytes waiting for one reader.
    pub(super) queue_bytes: usize,
    /// Bytes of one revision that comes in fragments.
    pub(super) revision_bytes: usize,
}

#[derive(Debug)]
pub(super) struct Lane {
    /// The member at its other end.
    pub(super) member: usize,
    /// Whether what the member says about progress when asked can be trusted.
    progress: bool,
    bounds: Bounds,
    /// At most a create and a cancel for each watch, and a progress request behind each create.
    pub(super) outbox: Arc<Outbox<wire::WatchRequest>>,
    state: Mutex<State>,
    /// Nobody watches here any more.
    pub(super) deserted: Notify,
    /// The member never saw the stream.
    pub(super) not_sent: AtomicBool,
}

impl Lane {
    pub(super) fn new(member: usize, progress: bool, bounds: Bounds) -> Lane {
        Lane {
            member,
            progress,
            bounds,
            outbox: Outbox::new(),
            state: Mutex::default(),
            deserted: Notify::new(),
            not_sent: AtomicBool::new(false),
        }
    }

    /// Begins a watch, unless the lane has ended or is full.
    pub(super) fn open(&self, request: &WatchRequest) -> Option<(Key, Arc<Queue>)> {
        let mut state = self.state.lock();
        if state.ended || state.watches.len() >= self.bounds.watches {
            return None;
        }
        let reached = request.from.map_or(0, |from| from.get().saturating_sub(1));
        let queue = Arc::new(Queue::new(self.bounds.queue_bytes, Revision::new(reached)));
        state.last_key += 1;
        let key = Key(state.last_key);
        let watch = Watch {
            queue: Arc::clone(&queue),
            range: request.range.clone(),
            prev: request.prev,
            from: request.from,
            phase: Phase::Paused,
            fragments: Fragments::default(),
        };
        state.watches.insert(key, watch);
        self.create(&mut state, key);
        Some((key, queue))
    }

    /// Goes on with a watch whose reader has taken all there was.
    pub(super) fn resume(&self, key: Key) {
        let mut state = self.state.lock();
        if state.ended {
            return;
        }
        if let Some(watch) = state.watches.get_mut(&key) {
            watch.from = Some(watch.queue.resume_from());
            self.create(&mut state, key);
        }
    }

    /// Ends a watch whose reader has gone, and the lane with the last of them.
    pub(super) fn close(&self, key: Key) {
        let mut state = self.state.lock();
        let Some(watch) = state.watches.remove(&key) else { return };
        match watch.phase {
            Phase::Creating { id, .. } => {
                state.ids.remove(&id);
                if self.take_back(id) {
                    state.creating.retain(|creating| *creating != id);
                } else {
                    self.cancel(id);
                }
            }
            Phase::Open { id, .. } => {
                state.ids.remove(&id);
                self.cancel(id);
            }
            Phase::Paused => {}
        }
        if state.watches.is_empty() {
            state.ended = true;
            self.deserted.notify_one();
        }
    }

    /// Asks for progress, if it can be trusted and is not about to be asked for anyway.
    pub(super) fn request_progress(&self) {
        let mut state = self.state.lock();
        if !self.progress || state.ended {
            return;
        }
        let is_progress = |request: &wire::WatchRequest| {
            matches!(request.request_union, Some(RequestUnion::ProgressRequest(_)))
        };
        if self.outbox.unsent(|requests| requests.back().is_some_and(is_progress)) {
            return;
        }
        state.progress.sent();
        self.send(RequestUnion::ProgressRequest(wire::WatchProgressRequest {}));
    }

    pub(super) fn has_room(&self) -> bool {
        let state = self.state.lock();
        !state.ended && state.watches.len() < self.bounds.watches
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state.lock().ended
    }

    /// Ends everything: watches that are open are to be opened elsewhere, those that are not yet fail with
    /// `reason`.
    pub(super) fn end(&self, reason: &Reason) {
        let mut state = self.state.lock();
        state.ended = true;
        for (_, watch) in state.watches.drain() {
            watch.queue.opened(Err(Error::NotApplied(reason.clone())));
            watch.queue.end(Error::LeaderLost);
        }
    }

    /// Takes in a response.
    pub(super) fn take(&self, response: wire::WatchResponse) -> std::result::Result<(), Broken> {
        let mut state = self.state.lock();
        if response.created {
            return state.created(&response);
        }
        if response.canceled {
            state.cancelled(&response);
            return Ok(());
        }
        if response.events.is_empty() && !response.fragment {
            return state.progressed(&response, self.progress);
        }
        let Some(key) = state.ids.get(&response.watch_id).copied() else { return Ok(()) };
        let Some(watch) = state.watches.get_mut(&key) else { return Ok(()) };
        let came = events(response.events).map_err(|_| Broken("an event has no key"))?;
        let whole = watch.fragments.join(came, response.fragment);
        if watch.fragments.bytes() > self.bounds.revision_bytes {
            return Err(Broken("a revision is too large"));
        }
        if !whole.is_empty() && !watch.queue.offer(whole) {
            watch.fragments = Fragments::default();
            watch.phase = Phase::Paused;
            state.ids.remove(&response.watch_id);
            self.cancel(response.watch_id);
        }
        Ok(())
    }

    fn create(&self, state: &mut State, key: Key) {
        state.last_id += 1;
        let id = state.last_id;
        let Some(watch) = state.watches.get_mut(&key) else { return };
        watch.phase = Phase::Creating { id, outstanding: state.progress.outstanding() };
        let request = watch_create(id, &watch.range, watch.from, watch.prev);
        state.ids.insert(id, key);
        state.creating.push_back(id);
        self.send(RequestUnion::CreateRequest(request));
    }

    fn cancel(&self, watch_id: i64) {
        self.send(RequestUnion::CancelRequest(wire::WatchCancelRequest { watch_id }));
    }

    fn send(&self, request: RequestUnion) {
        self.outbox.push(wire::WatchRequest { request_union: Some(request) });
    }

    /// Takes back the request to create a watch, if it was not sent yet.
    fn take_back(&self, id: i64) -> bool {
        self.outbox.unsent(|requests| {
            let creates = |request: &wire::WatchRequest| {
                matches!(&request.request_union, Some(RequestUnion::CreateRequest(create)) if create.watch_id == id)
            };
            let place = requests.iter().position(creates);
            place.and_then(|place| requests.remove(place)).is_some()
        })
    }
}
