//! One stream: what the client asks for, and what its watches tell, in one order.

use super::answer::{events, signed};
use super::turn::{Told, Watching};
use crate::feed::{self, Ended};
use crate::revisions::Span;
use crate::service::{OVERHEAD, Service};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};
use pintle_wire::etcdserverpb::watch_create_request::FilterType;
use pintle_wire::etcdserverpb::watch_request::RequestUnion;
use pintle_wire::etcdserverpb::{WatchCreateRequest, WatchRequest, WatchResponse};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::Status;

/// Watches on one stream.
const WATCHES_MAX: usize = 65_536;
/// The id of no watch: of one that was not made, and of what is said of all.
const NO_WATCH: i64 = -1;

/// A stream of watches.
pub(super) struct Session {
    service: Arc<Service>,
    requests: BoxStream<'static, Result<WatchRequest, Status>>,
    turns: FuturesUnordered<BoxFuture<'static, (Watching, Told)>>,
    watches: HashMap<i64, Place>,
    next_id: i64,
    /// What is to be said next.
    answers: VecDeque<WatchResponse>,
    /// Up to where everything has to be delivered before progress is told.
    asked: watch::Sender<u64>,
    /// Whether progress is to be told.
    asked_for: bool,
}

/// A watch, as its stream knows it.
struct Place {
    cancel: CancellationToken,
    /// Whether it has yet to deliver what the stream was asked for.
    owes: bool,
}

impl Session {
    pub(super) fn new(
        service: Arc<Service>,
        requests: BoxStream<'static, Result<WatchRequest, Status>>,
    ) -> Session {
        Session {
            service,
            requests,
            turns: FuturesUnordered::new(),
            watches: HashMap::new(),
            next_id: 0,
            answers: VecDeque::new(),
            asked: watch::Sender::new(0),
            asked_for: false,
        }
    }

    /// What is said next; `None` when the client has ended the stream.
    pub(super) async fn next(&mut self) -> Option<Result<WatchResponse, Status>> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return Some(Ok(answer));
            }
            tokio::select! {
                request = self.requests.next() => match request? {
                    Ok(request) => self.take(request),
                    Err(status) => return Some(Err(status)),
                },
                Some((watching, told)) = self.turns.next(), if !self.turns.is_empty() => {
                    self.hear(watching, told);
                }
            }
        }
    }

    fn take(&mut self, request: WatchRequest) {
        match request.request_union {
            Some(RequestUnion::CreateRequest(request)) => self.create(request),
            Some(RequestUnion::CancelRequest(request)) => self.cancel(request.watch_id),
            Some(RequestUnion::ProgressRequest(_)) => self.ask(),
            None => {}
        }
    }

    fn create(&mut self, request: WatchCreateRequest) {
        let revision = self.service.node.revision();
        let id = match self.place(&request) {
            Ok(id) => id,
            Err(reason) => {
                self.answers.push_back(WatchResponse {
                    header: Some(self.service.node.header_at(revision)),
                    watch_id: NO_WATCH,
                    created: true,
                    canceled: true,
                    cancel_reason: reason.to_owned(),
                    ..WatchResponse::default()
                });
                return;
            }
        };
        // After it is said that there is such a watch comes what it tells.
        self.answers.push_back(WatchResponse {
            header: Some(self.service.node.header_at(revision)),
            watch_id: id,
            created: true,
            ..WatchResponse::default()
        });
        let cancel = CancellationToken::new();
        self.watches.insert(id, Place { cancel: cancel.clone(), owes: false });
        let mut asked = self.asked.subscribe();
        asked.borrow_and_update();
        let progress_every = request.progress_notify.then_some(self.service.options.progress_every);
        let watching = Watching {
            id,
            watcher: self.service.node.watch(watched(&request, revision)),
            fragment: request.fragment,
            progress_every,
            cancel,
            asked,
            owed: None,
        };
        self.turns.push(watching.turn().boxed());
    }

    /// The id of a new watch.
    fn place(&mut self, request: &WatchCreateRequest) -> Result<i64, &'static str> {
        if request.start_revision < 0 {
            return Err("etcdserver: mvcc: required revision has been compacted");
        }
        let end = request.range_end.as_ref();
        if !end.is_empty() && end != [0] && end <= request.key.as_ref() {
            return Err("mvcc: watcher range is empty");
        }
        if self.watches.len() >= WATCHES_MAX {
            return Err("etcdserver: too many requests");
        }
        if request.watch_id != 0 {
            let taken = self.watches.contains_key(&request.watch_id);
            return if taken {
                Err("mvcc: duplicate watch ID provided on the WatchStream")
            } else {
                Ok(request.watch_id)
            };
        }
        while self.watches.contains_key(&self.next_id) {
            self.next_id += 1;
        }
        self.next_id += 1;
        Ok(self.next_id - 1)
    }

    fn cancel(&mut self, id: i64) {
        let Some(place) = self.watches.remove(&id) else { return };
        place.cancel.cancel();
        let header = Some(self.service.node.header());
        self.answers.push_back(WatchResponse {
            header,
            watch_id: id,
            canceled: true,
            ..WatchResponse::default()
        });
        self.tell_progress();
    }

    /// Asks every watch to deliver what it has, and to say so.
    fn ask(&mut self) {
        self.asked_for = true;
        for place in self.watches.values_mut() {
            place.owes = true;
        }
        self.asked.send_replace(self.service.node.revision());
        self.tell_progress();
    }

    /// Tells that everything is delivered, when it was asked for and is so.
    fn tell_progress(&mut self) {
        if self.asked_for && !self.watches.values().any(|place| place.owes) {
            self.asked_for = false;
            let header = Some(self.service.node.header_at(*self.asked.borrow()));
            self.answers.push_back(WatchResponse { header, watch_id: NO_WATCH, ..WatchResponse::default() });
        }
    }

    fn hear(&mut self, watching: Watching, told: Told) {
        let id = watching.id;
        // What was cancelled meanwhile, or has made room for another of its id, has nothing to say.
        if watching.cancel.is_cancelled() {
            return;
        }
        let node = &self.service.node;
        match told {
            Told::Events(batch) => {
                let piece_max = watching.fragment.then_some(node.limits().request_bytes + OVERHEAD);
                self.answers.extend(events(node.header_at(batch.through), id, &batch.events, piece_max));
            }
            Told::Idle(through) => {
                let header = Some(node.header_at(through));
                self.answers.push_back(WatchResponse { header, watch_id: id, ..WatchResponse::default() });
            }
            Told::Through => {
                if let Some(place) = self.watches.get_mut(&id) {
                    place.owes = false;
                }
                self.tell_progress();
            }
            Told::Ended(ended) => return self.end(id, ended),
            Told::Cancelled => return,
        }
        self.turns.push(watching.turn().boxed());
    }

    fn end(&mut self, id: i64, ended: Ended) {
        self.watches.remove(&id);
        let mut answer = WatchResponse {
            header: Some(self.service.node.header()),
            watch_id: id,
            canceled: true,
            ..WatchResponse::default()
        };
        match ended {
            Ended::Compacted { revision } => answer.compact_revision = signed(revision),
            ended => answer.cancel_reason = ended.to_string(),
        }
        self.answers.push_back(answer);
        self.tell_progress();
    }
}

/// What a client wants to watch; from the revision after `now` on if it does not say.
fn watched(request: &WatchCreateRequest, now: u64) -> feed::Request {
    // As etcd: no key is the first key there can be.
    let first = bytes::Bytes::from_static(&[0]);
    let key = if request.key.is_empty() { &first } else { &request.key };
    let filters = |filter: FilterType| request.filters.contains(&i32::from(filter));
    feed::Request {
        span: Span::of(key, &request.range_end),
        from: Some(u64::try_from(request.start_revision).ok().filter(|from| *from > 0).unwrap_or(now + 1)),
        puts: !filters(FilterType::Noput),
        deletions: !filters(FilterType::Nodelete),
        prev: request.prev_kv,
    }
}
