//! A network in memory: what is sent arrives later, out of order, or not at all, as a seed decides.
//!
//! ```text
//! peers.rs   what members ask each other, as consensus knows it
//! pipe.rs    streams: in order, held up or torn
//! mod.rs     messages: each a piece of work that is done where and when it arrives
//! ```
//!
//! Every node has a runtime of its own, and its own clock. A message is handed from one to the other between their turns.

mod peers;
mod pipe;

pub(crate) use peers::{From, url};
pub(crate) use pipe::{Outlet, pipe};

use crate::chance::Chance;
use crate::trace::Trace;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use pintle_raftstore::node::Node;
use pintle_raftstore::raft::{PeerError, Refused};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Who is where.
pub(crate) type Address = usize;
/// Where clients are.
pub(crate) const CLIENTS: Address = 1000;
/// After this time a lost message has no sender any more that waits for it, in microseconds.
const LIMBO: u64 = 3_000_000;

/// How long it takes until others notice that a process is gone, in microseconds.
const NOTICED: u64 = 700;

/// What is done with a message when it arrives.
type Delivery = Box<dyn FnOnce(&Net) + Send>;

/// The network that everybody is on.
#[derive(Clone)]
pub(crate) struct Net(Arc<Mutex<State>>);

struct State {
    /// Microseconds.
    now: u64,
    number: u64,
    under_way: BTreeMap<(u64, u64), Delivery>,
    chance: Chance,
    weather: Weather,
    /// From whom nothing reaches whom.
    cut: BTreeSet<(Address, Address)>,
    up: BTreeMap<Address, Up>,
    trace: Trace,
    /// Who led in which term, as messages tell.
    leaders: BTreeMap<u64, u64>,
    broken: Vec<String>,
}

/// How the network is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    /// The longest that a message usually takes, in microseconds.
    pub(crate) delay: u64,
    /// One message in so many takes a hundred times as long.
    pub(crate) late: u64,
    /// One message in so many is lost; on a stream, the stream with it.
    pub(crate) lost: u64,
    /// One append in so many arrives a second time, at some other time.
    pub(crate) twice: u64,
}

impl Weather {
    pub(crate) const FAIR: Weather = Weather { delay: 3000, late: 500, lost: 20_000, twice: 500 };
    pub(crate) const FOUL: Weather = Weather { delay: 40_000, late: 40, lost: 150, twice: 20 };
}

/// A node that can be reached.
#[derive(Clone)]
pub(crate) struct Up {
    pub(crate) node: Node,
    pub(crate) runtime: Handle,
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Net").finish_non_exhaustive()
    }
}

impl Net {
    pub(crate) fn new(chance: Chance, trace: Trace) -> Net {
        Net(Arc::new(Mutex::new(State {
            now: 0,
            number: 0,
            under_way: BTreeMap::new(),
            chance,
            weather: Weather::FAIR,
            cut: BTreeSet::new(),
            up: BTreeMap::new(),
            trace,
            leaders: BTreeMap::new(),
            broken: Vec::new(),
        })))
    }

    /// Lets time pass, and does what arrives meanwhile.
    pub(crate) fn advance(&self, time: u64) {
        self.0.lock().now += time;
        loop {
            let due = {
                let mut state = self.0.lock();
                let now = state.now;
                match state.under_way.first_entry() {
                    Some(first) if first.key().0 <= now => Some(first.remove()),
                    _ => None,
                }
            };
            // Outside of the lock: it sends, too.
            match due {
                Some(delivery) => delivery(self),
                None => return,
            }
        }
    }

    /// Forgets everything under way: nobody is there any more.
    pub(crate) fn close(&self) {
        loop {
            let left = {
                let mut state = self.0.lock();
                state.up.clear();
                std::mem::take(&mut state.under_way)
            };
            if left.is_empty() {
                return;
            }
            // Outside of the lock: a stream that is dropped is torn.
            drop(left);
        }
    }

    pub(crate) fn now(&self) -> u64 {
        self.0.lock().now
    }

    pub(crate) fn note(&self, what: fmt::Arguments<'_>) {
        let mut state = self.0.lock();
        let now = state.now;
        state.trace.note(now, what);
    }

    /// The hash of everything that happened, and how much that was.
    pub(crate) fn trace(&self) -> (u64, u64) {
        let state = self.0.lock();
        (state.trace.hash(), state.trace.events())
    }

    /// Broken promises that messages told of.
    pub(crate) fn broken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().broken)
    }

    pub(crate) fn set_weather(&self, weather: Weather) {
        self.0.lock().weather = weather;
    }

    /// Nothing reaches `to` from `from` any more.
    pub(crate) fn cut(&self, from: Address, to: Address) {
        self.0.lock().cut.insert((from, to));
    }

    pub(crate) fn mend(&self) {
        self.0.lock().cut.clear();
    }

    pub(crate) fn join(&self, address: Address, up: Up) {
        self.0.lock().up.insert(address, up);
    }

    pub(crate) fn leave(&self, address: Address) {
        self.0.lock().up.remove(&address);
    }

    pub(crate) fn up(&self, address: Address) -> Option<Up> {
        self.0.lock().up.get(&address).cloned()
    }

    fn is_cut(&self, from: Address, to: Address) -> bool {
        self.0.lock().cut.contains(&(from, to))
    }

    fn one_in(&self, many: u64) -> bool {
        self.0.lock().chance.one_in(many)
    }

    fn draw(&self, below: u64) -> u64 {
        self.0.lock().chance.below(below)
    }

    fn weather(&self) -> Weather {
        self.0.lock().weather
    }

    /// When what is sent now arrives.
    fn arrival(&self) -> u64 {
        let mut state = self.0.lock();
        let Weather { delay, late, .. } = state.weather;
        let usual = state.chance.below(delay) + 1;
        let takes = if state.chance.one_in(late) { usual * 100 } else { usual };
        state.now + takes
    }

    /// Has something done at a moment.
    fn at(&self, due: u64, delivery: Delivery) {
        let number = self.number();
        self.0.lock().under_way.insert((due, number), delivery);
    }

    /// A number that nobody else has.
    fn number(&self) -> u64 {
        let mut state = self.0.lock();
        state.number += 1;
        state.number
    }

    /// Has something done a little later because somebody is gone. A runtime drops its tasks in an order that no seed
    /// decides: they are put into that of their `number`s, and draw nothing from chance.
    fn after_end(&self, number: u64, delivery: Delivery) {
        let mut state = self.0.lock();
        let due = state.now + NOTICED;
        state.under_way.insert((due, number), delivery);
    }

    /// Sends a message. Who waits for what comes of it waits for nothing when it is lost.
    fn send(&self, from: Address, to: Address, kind: &'static str, delivery: Delivery) {
        let due = self.arrival();
        self.note(format_args!("{from} -> {to} {kind}, due {due}"));
        let arrive = move |net: &Net| {
            if net.is_cut(from, to) || net.one_in(net.weather().lost) {
                net.note(format_args!("{from} -> {to} {kind} is lost"));
                // Dropped late: that it is lost can't be known at once.
                return net.at(net.now() + LIMBO, Box::new(move |_| drop(delivery)));
            }
            net.note(format_args!("{from} -> {to} {kind} arrives"));
            delivery(net);
        };
        self.at(due, Box::new(arrive));
    }

    /// Asks a node, and waits for its answer. With `member`, nobody else answers.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: Ask,
        work: impl FnOnce(Node) -> BoxFuture<'static, Result<T, PeerError>> + Send + 'static,
    ) -> Result<T, PeerError> {
        let Ask { from, to, member, time, kind } = ask;
        let (answer, answered) = oneshot::channel();
        let answer = Reply { net: self.clone(), number: self.number(), answer: Some(answer) };
        let delivery = move |net: &Net| {
            let reply = move |net: &Net, outcome: Result<T, PeerError>| {
                net.send(to, from, kind, Box::new(move |_| answer.give(outcome)));
            };
            let Some(up) = net.up(to) else {
                return reply(net, Err(PeerError::Unreachable("connection refused".to_owned())));
            };
            let own = up.node.identity().member;
            if member.is_some_and(|member| member != own) {
                return reply(net, Err(PeerError::Refused(Refused::Stranger("another member".to_owned()))));
            }
            let net = net.clone();
            up.runtime.spawn(async move {
                let outcome = work(up.node).await;
                reply(&net, outcome);
            });
        };
        self.send(from, to, kind, Box::new(delivery));
        match timeout(time, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(PeerError::Lost("connection reset".to_owned())),
            Err(_) => Err(PeerError::TimedOut),
        }
    }

    /// A leader was heard of: there is one in a term.
    fn note_leader(&self, term: u64, leader: u64) {
        let mut state = self.0.lock();
        let known = *state.leaders.entry(term).or_insert(leader);
        if known != leader {
            state.broken.push(format!("two leaders in term {term}: {known:x} and {leader:x}"));
        }
    }
}

/// Who asks whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) member: Option<u64>,
    /// How long to wait, on the clock of who asks.
    pub(crate) time: Duration,
    pub(crate) kind: &'static str,
}

/// An answer that is owed. Dropped, it tells who waits that none will come.
struct Reply<T: Send + 'static> {
    net: Net,
    number: u64,
    answer: Option<oneshot::Sender<T>>,
}

impl<T: Send + 'static> Reply<T> {
    fn give(mut self, answer: T) {
        // Who asked may be gone.
        drop(self.answer.take().map(|waiting| waiting.send(answer)));
    }
}

impl<T: Send + 'static> Drop for Reply<T> {
    fn drop(&mut self) {
        if let Some(answer) = self.answer.take() {
            self.net.after_end(self.number, Box::new(move |_| drop(answer)));
        }
    }
}
