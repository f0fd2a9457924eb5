//! One call: a member is chosen, asked, and only if it is certain that nothing was done is the next one asked.
//! All of it within one deadline.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status};

use super::connection::{Pool, Purpose, Session, Tried};
use super::failure::{Effect, Failed};
use crate::{Error, Reason};

/// Who may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Only a member that knows a leader: others refuse at once instead of waiting for one.
    Leader,
    /// Any member.
    Anyone,
}

/// How a call is to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) effect: Effect,
    pub(super) needs: Needs,
    pub(super) within: Duration,
}

impl Terms {
    pub(super) fn write(within: Duration) -> Terms {
        Terms { effect: Effect::Write, needs: Needs::Leader, within }
    }

    pub(super) fn read(within: Duration) -> Terms {
        Terms { effect: Effect::Read, needs: Needs::Leader, within }
    }
}

/// How often a request that could not be sent is taken to another connection.
const MOST_UNSENT: usize = 2;

/// Makes a call, with `send` for each attempt. No member is asked twice.
///
/// # Errors
/// The first that leaves doubt or is a verdict; else the last.
pub(super) async fn call<Q, A, F>(
    pool: &Pool,
    terms: Terms,
    question: Q,
    send: impl Fn(&Session, Request<Q>) -> F,
) -> Result<A, Failed>
where
    Q: Clone,
    F: Future<Output = Result<Response<A>, Status>>,
{
    let deadline = Instant::now() + terms.within;
    let mut tried = Tried::default();
    let mut unsent = 0;
    let mut session = pool.session(Purpose::Call, tried, deadline).await?;
    loop {
        tried.insert(session.member());
        let until = match terms.effect {
            // A member that is silent leaves time to ask another.
            Effect::Read if pool.connected(Purpose::Call, tried).is_some() => midway(deadline),
            // A write has to wait for its answer.
            Effect::Read | Effect::Write => deadline,
        };
        let request = request(question.clone(), terms.needs);
        let answer = {
            let _under_way = pool.member(&session).call();
            timeout_at(until, send(&session, request)).await
        };
        let failed = match answer {
            Ok(Ok(response)) => return Ok(response.into_inner()),
            Ok(Err(status)) => terms.effect.failed(&status),
            Err(_) => terms.effect.in_doubt(Reason::TimedOut).into(),
        };
        if failed.not_sent && unsent < MOST_UNSENT {
            // The connection was closed unnoticed, as old ones are. The member wasn't asked.
            unsent += 1;
            tried.remove(session.member());
            session = pool.session(Purpose::Call, tried, deadline).await?;
            continue;
        }
        pool.learn(&session, &failed.error);
        if !failed.error.may_retry() || failed.answer_too_large || Instant::now() >= deadline {
            return Err(failed);
        }
        session = pool.connected(Purpose::Call, tried).ok_or(failed)?;
    }
}

/// A stream's first request. It always needs a leader, so that it ends when its member loses sight of it.
pub(super) fn stream_request<S>(requests: S) -> Request<S> {
    request(requests, Needs::Leader)
}

fn request<Q>(question: Q, needs: Needs) -> Request<Q> {
    let mut request = Request::new(question);
    if needs == Needs::Leader {
        request.metadata_mut().insert("hasleader", MetadataValue::from_static("true"));
    }
    request
}

fn midway(deadline: Instant) -> Instant {
    let now = Instant::now();
    now + deadline.saturating_duration_since(now) / 2
}

/// Which members a stream was tried on, and why the last one failed.
pub(super) struct Attempts {
    tried: Tried,
    deadline: Instant,
    last: Option<Error>,
    unsent: usize,
}

impl Attempts {
    pub(super) fn new(within: Duration) -> Attempts {
        Attempts { tried: Tried::default(), deadline: Instant::now() + within, last: None, unsent: 0 }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(super) fn tried(&self) -> Tried {
        self.tried
    }

    /// The next member to try.
    ///
    /// # Errors
    /// Why the last failed, when there is no other; else why none can be reached.
    pub(super) async fn next(&self, pool: &Pool) -> Result<Arc<Session>, Error> {
        match &self.last {
            None => pool.session(Purpose::Stream, self.tried, self.deadline).await,
            Some(last) => pool.connected(Purpose::Stream, self.tried).ok_or_else(|| last.clone()),
        }
    }

    /// Notes a failure. Answers it back when no other member may be tried. One that was `not_sent` was not asked.
    pub(super) fn failed(&mut self, member: usize, error: Error, not_sent: bool) -> Result<(), Error> {
        if not_sent && self.unsent < MOST_UNSENT {
            self.unsent += 1;
            return Ok(());
        }
        self.tried.insert(member);
        if !error.may_retry() || Instant::now() >= self.deadline {
            return Err(error);
        }
        self.last = Some(error);
        Ok(())
    }
}

/// The error for a stream that ended without a word.
pub(super) fn closed() -> Reason {
    Reason::Unavailable("the stream was closed".into())
}
