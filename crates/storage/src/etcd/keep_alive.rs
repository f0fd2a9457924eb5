//! Keeping leases alive: all requests go over one stream, which is opened when it is first needed and again after
//! it has ended. A member answers in order, so the answers of one lease find their callers in order.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use pintle_wire::etcdserverpb as wire;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout_at;

use super::call::{Attempts, closed, stream_request};
use super::connection::{Pool, Session};
use super::failure::{Effect, Failed};
use super::leases::lease;
use super::outbox::{Outbox, Requests};
use super::tasks::Tasks;
use crate::{Error, Lease, LeaseId, Reason, Result};

/// The stream now open, if one is.
#[derive(Debug, Default)]
pub(super) struct KeepAlive(Mutex<Option<Arc<Stream>>>);

#[derive(Debug)]
struct Stream {
    member: usize,
    /// As many as there are callers waiting.
    outbox: Arc<Outbox<wire::LeaseKeepAliveRequest>>,
    state: Mutex<State>,
    given_up: Notify,
    /// The member never saw the stream.
    not_sent: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    waiting: HashMap<i64, VecDeque<oneshot::Sender<Result<Lease>>>>,
    ended: bool,
}

impl KeepAlive {
    pub(super) async fn ask(
        &self,
        pool: &Arc<Pool>,
        tasks: &Tasks,
        id: LeaseId,
        within: Duration,
    ) -> Result<Lease> {
        let mut attempts = Attempts::new(within);
        loop {
            let stream = self.stream(pool, tasks, &attempts).await?;
            let Some(answer) = stream.ask(id) else { continue };
            let error = match timeout_at(attempts.deadline(), answer).await {
                Ok(Ok(Ok(lease))) => return Ok(lease),
                Ok(Ok(Err(error))) => error,
                Ok(Err(_)) => Effect::Write.in_doubt(closed()),
                Err(_) => {
                    // What a silent stream owes its callers is told in order, so it is of no more use to others.
                    stream.end(&Error::Unknown(Reason::TimedOut));
                    Error::Unknown(Reason::TimedOut)
                }
            };
            attempts.failed(stream.member, error, stream.not_sent.load(Ordering::Acquire))?;
        }
    }

    /// The stream there is, or a new one.
    async fn stream(&self, pool: &Arc<Pool>, tasks: &Tasks, attempts: &Attempts) -> Result<Arc<Stream>> {
        if let Some(stream) = self.open() {
            return Ok(stream);
        }
        let session = attempts.next(pool).await?;
        let mut current = self.0.lock();
        if let Some(stream) = current.as_ref().filter(|stream| !stream.has_ended()) {
            return Ok(Arc::clone(stream));
        }
        let stream = Arc::new(Stream {
            member: session.member(),
            outbox: Outbox::new(),
            state: Mutex::default(),
            given_up: Notify::new(),
            not_sent: AtomicBool::new(false),
        });
        tasks.spawn(serve(Arc::clone(&stream), session, Arc::clone(pool)));
        *current = Some(Arc::clone(&stream));
        Ok(stream)
    }

    fn open(&self) -> Option<Arc<Stream>> {
        self.0.lock().clone().filter(|stream| !stream.has_ended())
    }
}

impl Stream {
    /// Asks, unless the stream has ended.
    fn ask(&self, id: LeaseId) -> Option<oneshot::Receiver<Result<Lease>>> {
        let mut state = self.state.lock();
        if state.ended {
            return None;
        }
        let (answer, answered) = oneshot::channel();
        state.waiting.entry(id.get()).or_default().push_back(answer);
        self.outbox.push(wire::LeaseKeepAliveRequest { id: id.get() });
        Some(answered)
    }

    /// Hands an answer to who has waited longest for this lease.
    fn answer(&self, response: &wire::LeaseKeepAliveResponse) {
        let mut state = self.state.lock();
        let Some(waiting) = state.waiting.get_mut(&response.id) else { return };
        let first = waiting.pop_front();
        if waiting.is_empty() {
            state.waiting.remove(&response.id);
        }
        if let Some(first) = first {
            // Who no longer waits has given up the answer.
            let _ = first.send(lease(response.id, response.ttl).ok_or(Error::LeaseNotFound));
        }
    }

    /// Ends the stream. Requests that are still here were not applied; `error` is told to the others.
    fn end(&self, error: &Error) {
        let waiting = {
            let mut state = self.state.lock();
            state.ended = true;
            std::mem::take(&mut state.waiting)
        };
        let mut unsent = HashMap::<i64, usize>::new();
        for request in self.outbox.unsent(std::mem::take) {
            *unsent.entry(request.id).or_default() += 1;
        }
        for (id, callers) in waiting {
            let sent = callers.len() - unsent.get(&id).map_or(0, |unsent| *unsent).min(callers.len());
            for (place, caller) in callers.into_iter().enumerate() {
                let told = if place < sent { error.clone() } else { Error::NotApplied(closed()) };
                let _ = caller.send(Err(told));
            }
        }
        self.given_up.notify_one();
    }

    fn has_ended(&self) -> bool {
        self.state.lock().ended
    }
}

/// Whatever ends the task ends the stream for its callers.
struct EndWhenDropped(Arc<Stream>);

impl Drop for EndWhenDropped {
    fn drop(&mut self) {
        if !self.0.has_ended() {
            self.0.end(&Error::Unknown(closed()));
        }
        self.0.outbox.close();
    }
}

async fn serve(stream: Arc<Stream>, session: Arc<Session>, pool: Arc<Pool>) {
    let stream = EndWhenDropped(stream);
    let _under_way = pool.member(&session).stream();
    tokio::select! {
        Failed { error, not_sent, .. } = receive(&stream.0, &session) => {
            pool.learn(&session, &error);
            stream.0.not_sent.store(not_sent, Ordering::Release);
            stream.0.end(&error);
        }
        () = stream.0.given_up.notified() => {}
    }
}

async fn receive(stream: &Stream, session: &Session) -> Failed {
    let requests = stream_request(Requests(Arc::clone(&stream.outbox)));
    let mut answers = match session.lease.clone().lease_keep_alive(requests).await {
        Ok(answers) => answers.into_inner(),
        Err(status) => return Effect::Write.failed(&status),
    };
    loop {
        match answers.message().await {
            Ok(Some(answer)) => stream.answer(&answer),
            Ok(None) => return Effect::Write.in_doubt(closed()).into(),
            Err(status) => return Effect::Write.failed(&status),
        }
    }
}
