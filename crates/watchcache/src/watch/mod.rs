//! Watching: a position in the ring of a resource, and nothing else.
//!
//! ```text
//!           next(): nothing for me                publisher: something for you, here
//!   awake  ------------------------>  asleep  ------------------------------------->  awake
//!   position = first change           no position: caught up with                     position = that change
//!   not looked at                     everything that was published
//!     |
//!     '-- the ring has passed the position --> Ended(Expired)
//! ```
//!
//! A watcher goes to sleep with its last change in hand, so a quiet one can never be passed, however slow its reader is.

mod delivery;
mod initial;
mod request;

pub use delivery::{Delivery, Ending, EventKind, WatchEvent};
pub use request::{Filter, Interest, Start, WatchRequest};

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use pintle_storage::Revision;
use tokio::task::coop::consume_budget;

use crate::entry::Entry;
use crate::lane::Lane;
use crate::resource::{Change, Joined, ResourceCache, Slot, State};
use initial::Initial;

/// How many changes one look passes over before the lock is free for others.
const CHANGES_IN_A_LOOK: usize = 512;

/// How many looks may come to nothing before other tasks get their turn.
const LOOKS_IN_A_TURN: usize = 32;

/// One watch. Dropping it ends it. It buffers nothing: while nobody calls [`next`](Watcher::next) it holds its
/// position and, at the beginning, the list it reads out, which is taken away when the ring passes it.
pub struct Watcher {
    resource: Arc<ResourceCache>,
    lane: Arc<Lane>,
    interest: Interest,
    filter: Option<Arc<dyn Filter>>,
    slot: Arc<Slot>,
    joined: Joined,
    initial: Option<Initial>,
    /// Nothing up to here is delivered.
    after: Revision,
    ended: Option<Ending>,
}

/// What a look at the ring found.
enum Look {
    /// A change that may concern this watcher, taken.
    Found(Arc<Change>),
    /// Nothing so far.
    Passed,
    /// Nothing, and nothing to come until it is woken.
    Asleep,
    Ended(Ending),
}

impl Watcher {
    /// `slot` has joined; it holds the list to read out, if there is one.
    pub(crate) fn new(
        (resource, lane): (Arc<ResourceCache>, Arc<Lane>),
        (interest, filter): (Interest, Option<Arc<dyn Filter>>),
        slot: Arc<Slot>,
        joined: Joined,
        after: Revision,
    ) -> Watcher {
        let initial = slot.is_starting().then(|| Initial::new(slot.started));
        Watcher { resource, lane, interest, filter, slot, joined, initial, after, ended: None }
    }

    /// The next thing to tell. After [`Delivery::Ended`] the same again. Nothing is lost when this is dropped before it
    /// answers.
    pub async fn next(&mut self) -> Delivery {
        consume_budget().await;
        poll_fn(|context| self.poll_next(context)).await
    }

    /// What can be told at once, without waiting: to fill a buffer before it is sent.
    pub fn try_next(&mut self) -> Option<Delivery> {
        match self.poll_next(&mut Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(delivery) => Some(delivery),
            Poll::Pending => None,
        }
    }

    /// The same for who polls by hand, and gives other tasks their turn.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Delivery> {
        if let Some(ending) = self.ended {
            return Poll::Ready(Delivery::Ended(ending));
        }
        if let Some(delivery) = self.next_initial() {
            return Poll::Ready(delivery);
        }
        for _ in 0..LOOKS_IN_A_TURN {
            match self.look() {
                Look::Found(change) => {
                    if let Some(event) = self.meaning(&change) {
                        return Poll::Ready(Delivery::Event(event));
                    }
                }
                Look::Passed => {}
                Look::Asleep => {
                    self.slot.register(context.waker());
                    if self.slot.position().is_none() {
                        return Poll::Pending;
                    }
                }
                Look::Ended(ending) => {
                    self.ended = Some(ending);
                    return Poll::Ready(Delivery::Ended(ending));
                }
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// The next of the objects that were there at the beginning, or their end.
    fn next_initial(&mut self) -> Option<Delivery> {
        let initial = self.initial.as_mut()?;
        let (interest, filter, fields) = (&self.interest, self.filter.as_deref(), &self.joined.fields);
        let field = interest.field_of(fields);
        let chosen = |entry: &Entry| {
            interest.covers_key(entry)
                && field.is_none_or(|(field, value)| fields[field].value(entry) == *value)
                && passes(filter, entry)
        };
        let delivery = initial.next(&self.slot, chosen);
        match &delivery {
            Some(Delivery::InitialEventsEnd(_)) => self.initial = None,
            Some(Delivery::Ended(ending)) => {
                let ending = self.resource.look(|state| self.ending(state)).unwrap_or(*ending);
                self.ended = Some(ending);
                return Some(Delivery::Ended(ending));
            }
            _ => {}
        }
        delivery
    }

    /// Takes the next change that may concern this watcher. With the last one for now it goes to sleep: then the ring
    /// cannot pass it while its reader is busy.
    fn look(&self) -> Look {
        // Without the lock: only the publisher gives a sleeper a position, and then wakes it.
        let Some(_) = self.slot.position() else { return Look::Asleep };
        self.resource.look(|state| {
            if let Some(ending) = self.ending(state) {
                return Look::Ended(ending);
            }
            let Some(position) = self.slot.position() else { return Look::Asleep };
            if state.ring.has_passed(position) {
                return Look::Ended(Ending::Expired);
            }
            let end = self.joined.group.end().min(state.ring.next());
            for seq in position..end.min(position + CHANGES_IN_A_LOOK as u64) {
                let change = state.ring.get(seq).expect("the ring holds what it has not passed");
                let (was, is) = self.interest.covers(change, &self.joined.fields);
                if change.revision <= self.after || !(was || is) {
                    continue;
                }
                self.stand_at(seq + 1, end);
                return Look::Found(Arc::clone(change));
            }
            match self.stand_at(position + CHANGES_IN_A_LOOK as u64, end) {
                true => Look::Passed,
                false => Look::Asleep,
            }
        })
    }

    /// Moves on to `position`, or goes to sleep when there is nothing from there on. Answers whether it is awake.
    fn stand_at(&self, position: u64, end: u64) -> bool {
        match position < end {
            true => self.slot.set_position(Some(position)),
            false => self.joined.group.sleep(&self.slot),
        }
        position < end
    }

    fn ending(&self, state: &State) -> Option<Ending> {
        (state.epoch != self.joined.epoch).then_some(state.ending)
    }

    /// What a change means to this watcher, if anything.
    fn meaning(&self, change: &Change) -> Option<WatchEvent> {
        let (was, is) = self.interest.covers(change, &self.joined.fields);
        let filter = self.filter.as_deref();
        let chosen = |entry: &&Arc<Entry>| passes(filter, entry);
        let before = change.previous.as_ref().filter(|_| was).filter(chosen);
        let after = change.current.as_ref().filter(|_| is).filter(chosen);
        let (kind, entry) = match (before, after) {
            (None, None) => return None,
            (None, Some(after)) => (EventKind::Added, after),
            (Some(_), Some(after)) => (EventKind::Modified, after),
            (Some(before), None) => (EventKind::Deleted, before),
        };
        let entry = Arc::clone(entry);
        Some(WatchEvent { kind, revision: change.revision, entry, previous: change.previous.clone() })
    }

    /// A revision through which everything has been delivered, to be sent as a bookmark on the caller's own timer:
    /// a watch that starts after it misses nothing. `None` while the objects that were there at the beginning are still
    /// being delivered, and when the watch is over. It never falls, except back to the last revision that was delivered
    /// whole, in the middle of one that changed several objects.
    pub fn bookmark_revision(&self) -> Option<Revision> {
        if self.initial.is_some() || self.ended.is_some() {
            return None;
        }
        // Read first: everything up to here is in the ring already when the lock is taken.
        let reached = self.lane.reached.revision();
        let safe = self.resource.look(|state| {
            if self.ending(state).is_some() {
                return None;
            }
            match self.slot.position() {
                None => Some(reached.max(state.applied)),
                Some(position) => {
                    state.ring.get(position).map(|change| Revision::new(change.revision.get() - 1))
                }
            }
        })?;
        Some(safe.max(self.after))
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.resource.leave(&self.joined, &self.slot);
    }
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watcher")
            .field("interest", &self.interest)
            .field("slot", &self.slot)
            .finish_non_exhaustive()
    }
}

fn passes(filter: Option<&dyn Filter>, entry: &Entry) -> bool {
    filter.is_none_or(|filter| entry.value().is_err() || filter.matches(entry))
}
