//! One member: its connection, and what is thought of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use pintle_wire::etcdserverpb::StatusRequest;
use pintle_wire::etcdserverpb::maintenance_client::MaintenanceClient;
use tokio::time::{Instant, sleep, timeout};
use tonic::Code;

use super::Pool;
use super::backoff::Backoff;
use super::session::Session;
use crate::dial::{Address, Driver, Transport, causes, dial};
use crate::etcd::features::progress_is_trusted;

/// How long others are preferred to a member that has failed a call.
const DOUBT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(in crate::etcd) struct Member {
    address: Address,
    state: Mutex<State>,
    /// Calls under way.
    pub(super) calls: AtomicUsize,
    /// Streams that stay.
    pub(super) streams: AtomicUsize,
}

#[derive(Default)]
struct State {
    session: Option<Arc<Session>>,
    attempts: Attempts,
    failure: Option<Box<str>>,
    doubted_until: Option<Instant>,
    /// It serves little: only serializable reads.
    learner: bool,
    progress: Option<bool>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("connected", &self.session.is_some())
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// Counts attempts to connect that have failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Attempts(u64);

/// Something under way on a member, as long as it is held.
#[derive(Debug)]
pub(in crate::etcd) struct Use<'a>(&'a AtomicUsize);

impl Drop for Use<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Member {
    pub(super) fn new(address: Address) -> Member {
        let state = Mutex::default();
        Member { address, state, calls: AtomicUsize::new(0), streams: AtomicUsize::new(0) }
    }

    /// Counts a call for as long as the answer is held.
    pub(in crate::etcd) fn call(&self) -> Use<'_> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Use(&self.calls)
    }

    /// Counts a stream for as long as the answer is held.
    pub(in crate::etcd) fn stream(&self) -> Use<'_> {
        self.streams.fetch_add(1, Ordering::Relaxed);
        Use(&self.streams)
    }

    pub(super) fn session(&self) -> Option<Arc<Session>> {
        self.state.lock().session.clone()
    }

    pub(super) fn attempts(&self) -> Attempts {
        self.state.lock().attempts
    }

    /// Why there is no connection, unless there is one.
    pub(super) fn failure(&self) -> Option<String> {
        let state = self.state.lock();
        let failure = state.failure.as_ref().filter(|_| state.session.is_none())?;
        Some(format!("{}: {failure}", self.address))
    }

    /// What is known of its reports of progress: the last answer counts while it is away.
    pub(super) fn progress(&self) -> Option<bool> {
        self.state.lock().progress
    }

    pub(super) fn is_doubtful(&self) -> bool {
        let mut state = self.state.lock();
        if state.doubted_until.is_some_and(|until| until <= Instant::now()) {
            state.doubted_until = None;
        }
        state.learner || state.doubted_until.is_some()
    }

    pub(super) fn doubt(&self) {
        self.state.lock().doubted_until = Some(Instant::now() + DOUBT);
    }
}

/// Keeps one member connected, for as long as it runs.
pub(super) async fn keep_up(pool: Arc<Pool>, index: usize) {
    let member = &pool.members[index];
    let mut backoff = Backoff::new();
    loop {
        match timeout(pool.settings.connect_timeout, connect(&pool, index)).await {
            Ok(Ok((session, driver))) => {
                backoff.reset();
                member.state.lock().session = Some(session);
                pool.changed.send_modify(|count| *count += 1);
                let ended = driver.await;
                let reason = ended
                    .err()
                    .map_or_else(|| "the connection was closed".into(), |error| causes(&error).into());
                tracing::info!(endpoint = %member.address, %reason, "lost the connection to etcd");
                let mut state = member.state.lock();
                state.session = None;
                state.failure = Some(reason);
            }
            Ok(Err(reason)) => member.failed(reason),
            Err(_) => member.failed("no connection in time".into()),
        }
        pool.changed.send_modify(|count| *count += 1);
        sleep(backoff.next()).await;
    }
}

impl Member {
    fn failed(&self, reason: Box<str>) {
        tracing::debug!(endpoint = %self.address, %reason, "no connection to etcd");
        let mut state = self.state.lock();
        state.attempts.0 += 1;
        state.failure = Some(reason);
    }
}

/// Dials, and asks for the status: what doesn't answer that is no member, and its version says what it can.
async fn connect(pool: &Pool, index: usize) -> Result<(Arc<Session>, Driver), Box<str>> {
    let member = &pool.members[index];
    let tls = pool.tls.as_ref().filter(|_| member.address.uses_tls());
    let (transport, mut driver) = dial(&member.address, tls).await.map_err(|error| causes(&error))?;
    let progress = tokio::select! {
        progress = ask_status(member, &transport) => progress?,
        ended = &mut driver => {
            return Err(ended.err().map_or_else(|| "it does not speak HTTP/2".into(), |error| causes(&error).into()));
        }
    };
    let session = Session::new(index, &transport, &member.address.origin, pool.settings, progress);
    Ok((session, driver))
}

/// Whether the member's progress can be trusted. Notes what else its status says.
async fn ask_status(member: &Member, transport: &Transport) -> Result<bool, Box<str>> {
    let mut maintenance = MaintenanceClient::with_origin(transport.clone(), member.address.origin.clone());
    let (version, learner, leader) = match maintenance.status(StatusRequest {}).await {
        Ok(status) => {
            let status = status.into_inner();
            (status.version, status.is_learner, status.leader)
        }
        // It won't say, but it answers.
        Err(status) if matches!(status.code(), Code::Unimplemented | Code::PermissionDenied) => {
            (String::new(), false, 0)
        }
        Err(status) if status.code() == Code::Unauthenticated => (String::new(), false, 0),
        Err(status) => return Err(causes(&status).into()),
    };
    let progress = progress_is_trusted(&version);
    tracing::info!(endpoint = %member.address, %version, learner, progress, "connected to etcd");
    let mut state = member.state.lock();
    state.learner = learner;
    state.progress = Some(progress);
    state.doubted_until = (leader == 0).then(|| Instant::now() + DOUBT);
    Ok(progress)
}
