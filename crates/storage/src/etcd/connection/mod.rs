//! Connections to the members: one to each, kept up in the background, and the choice of one for a call.
//!
//! ```text
//!   Pool -- Member -- Session   one HTTP/2 connection, shared by all calls and streams of that member
//!     |        '----- keep_up   the task that dials, asks for the status, serves, and dials again
//!     '- changed                wakes calls that wait for a connection
//! ```

mod backoff;
mod member;
mod session;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use self::member::{Attempts, Member};
use super::tasks::Tasks;
use super::{ConfigError, Features, Options};
use crate::dial::{Address, TlsSource};
use crate::{Error, Reason, Result};

pub(super) use self::session::{Session, Settings};

/// A connection with so many calls under way is full enough: others go to the next member. Below it they share
/// one, because calls that are sent together cost less.
const CALLS_BEFORE_THE_NEXT: usize = 64;

/// The members of a cluster. Clients begin with different ones, so that many of them spread.
#[derive(Debug)]
pub(super) struct Pool {
    members: Vec<Member>,
    first: usize,
    tls: Option<Arc<TlsSource>>,
    settings: Settings,
    /// Counts ends of attempts and of connections.
    changed: watch::Sender<u64>,
}

/// What a member is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One call: the first member that works, as long as it isn't full.
    Call,
    /// A stream that stays: the member that has the fewest.
    Stream,
}

/// Members a call has been sent to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tried(u64);

impl Tried {
    pub(super) fn insert(&mut self, member: usize) {
        self.0 |= 1 << member;
    }

    pub(super) fn remove(&mut self, member: usize) {
        self.0 &= !(1 << member);
    }

    pub(super) fn contains(self, member: usize) -> bool {
        self.0 & (1 << member) != 0
    }
}

impl Pool {
    /// Begins to connect to every endpoint.
    pub(super) fn start(options: &Options, tasks: &Tasks) -> std::result::Result<Arc<Pool>, ConfigError> {
        let addresses: Vec<_> = options
            .endpoints
            .iter()
            .map(|endpoint| Address::parse(endpoint))
            .collect::<std::result::Result<_, _>>()?;
        if addresses.is_empty() {
            return Err(ConfigError::NoEndpoint);
        }
        if let Some(one_too_many) = options.endpoints.get(MOST_MEMBERS) {
            let reason = "there are more than 64 endpoints";
            return Err(ConfigError::Endpoint { endpoint: one_too_many.clone(), reason });
        }
        let tls = addresses.iter().any(Address::uses_tls).then(|| TlsSource::load(options.tls.clone()));
        let pool = Arc::new(Pool {
            first: rand::random_range(0..addresses.len()),
            members: addresses.into_iter().map(Member::new).collect(),
            tls: tls.transpose()?.map(Arc::new),
            settings: Settings::of(options),
            changed: watch::Sender::new(0),
        });
        for index in 0..pool.members.len() {
            tasks.spawn(member::keep_up(Arc::clone(&pool), index));
        }
        Ok(pool)
    }

    /// A connection to use; if there is none, the first to come. One that failed after this was asked counts for
    /// every member before it is given up, so what is answered is never old news.
    pub(super) async fn session(
        &self,
        purpose: Purpose,
        tried: Tried,
        deadline: Instant,
    ) -> Result<Arc<Session>> {
        if let Some(session) = self.connected(purpose, tried) {
            return Ok(session);
        }
        let mut changed = self.changed.subscribe();
        let before: Vec<Attempts> = self.members.iter().map(Member::attempts).collect();
        loop {
            if let Some(session) = self.connected(purpose, tried) {
                return Ok(session);
            }
            let mut untried =
                self.members.iter().zip(&before).enumerate().filter(|(i, _)| !tried.contains(*i));
            if untried.all(|(_, (member, before))| member.attempts() != *before) {
                return Err(Error::NotApplied(Reason::Unavailable(self.failures())));
            }
            match timeout_at(deadline, changed.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(Error::NotApplied(Reason::Unavailable(self.failures()))),
            }
        }
    }

    /// The best connection there is now.
    pub(super) fn connected(&self, purpose: Purpose, tried: Tried) -> Option<Arc<Session>> {
        let count = self.members.len();
        (0..count)
            .map(|step| (self.first + step) % count)
            .filter(|member| !tried.contains(*member))
            .filter_map(|member| {
                let member = &self.members[member];
                let session = member.session()?;
                let load = match purpose {
                    Purpose::Call => member.calls.load(Ordering::Relaxed) / CALLS_BEFORE_THE_NEXT,
                    Purpose::Stream => member.streams.load(Ordering::Relaxed),
                };
                Some(((member.is_doubtful(), load), session))
            })
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, session)| session)
    }

    /// The member a session belongs to.
    pub(super) fn member(&self, session: &Session) -> &Member {
        &self.members[session.member]
    }

    /// Remembers what an error says about the member that answered with it.
    pub(super) fn learn(&self, session: &Session, error: &Error) {
        if matches!(error, Error::NotApplied(_) | Error::Unknown(_)) {
            self.members[session.member].doubt();
        }
    }

    pub(super) fn count_connected(&self) -> usize {
        self.members.iter().filter(|member| member.session().is_some()).count()
    }

    pub(super) fn features(&self) -> Features {
        let known = || self.members.iter().filter_map(Member::progress);
        Features { progress: known().count() > 0 && known().all(|trusted| trusted) }
    }

    /// Why nothing can be reached, member by member.
    fn failures(&self) -> Box<str> {
        let failures: Vec<_> = self.members.iter().filter_map(Member::failure).collect();
        if failures.is_empty() { "no connection to etcd in time".into() } else { failures.join("; ").into() }
    }
}

/// One bit each in [`Tried`].
const MOST_MEMBERS: usize = 64;
