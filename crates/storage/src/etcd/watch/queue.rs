//! Between the stream that many watches share and the reader of one of them: what has come and is not taken yet.
//! It takes no more when it is full, and remembers up to where it did, so that the watch can go on from there.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;

use crate::{Error, Event, KeyValue, Result, Revision, WatchUpdate};

#[derive(Debug)]
pub(super) struct Queue {
    /// About how many bytes of events fill it.
    bound: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    updates: VecDeque<(WatchUpdate, usize)>,
    bytes: usize,
    /// Everything up to here has been taken in.
    reached: Revision,
    opened: Option<Result<()>>,
    /// Something was refused because the queue was full; nothing is taken until the watch is opened anew.
    missed: bool,
    end: Option<Error>,
    reader: Option<Waker>,
}

/// What the reader finds.
#[derive(Debug, PartialEq)]
pub(super) enum Taken {
    Update(WatchUpdate),
    End(Error),
    /// All is taken, and the watch must be opened anew to go on. Said once.
    Missed,
}

impl Queue {
    /// The queue of a watch that begins after `reached`.
    pub(super) fn new(bound: usize, reached: Revision) -> Queue {
        let state = State {
            updates: VecDeque::new(),
            bytes: 0,
            reached,
            opened: None,
            missed: false,
            end: None,
            reader: None,
        };
        Queue { bound, state: Mutex::new(state) }
    }

    /// Says how opening ended. Only the first time counts.
    pub(super) fn opened(&self, outcome: Result<()>) {
        self.change(|state| {
            state.opened.get_or_insert(outcome);
        });
    }

    /// Takes in events, unless the queue is full. One batch always fits, however large. `false`: these and all
    /// that follow are missed.
    #[must_use]
    pub(super) fn offer(&self, events: Vec<Event>) -> bool {
        let bytes = events.iter().map(event_bytes).sum();
        self.change(|state| {
            if state.missed || state.bytes >= self.bound {
                state.missed = true;
                return false;
            }
            if let (Some(first), Some(last)) = (events.first(), events.last()) {
                if first.revision() <= state.reached {
                    let (event, reached) = (first.revision(), state.reached);
                    tracing::error!(%event, %reached, "etcd sent an event of a revision that it said was past");
                }
                state.reached = state.reached.max(last.revision());
                state.bytes += bytes;
                state.updates.push_back((WatchUpdate::Events(events), bytes));
            }
            true
        })
    }

    /// Takes in that everything up to `revision` has come.
    pub(super) fn progress(&self, revision: Revision) {
        self.change(|state| {
            if state.missed || revision < state.reached {
                return;
            }
            state.reached = revision;
            // Only the latest counts.
            if matches!(state.updates.back(), Some((WatchUpdate::Progress(_), _))) {
                state.updates.pop_back();
            }
            state.updates.push_back((WatchUpdate::Progress(revision), 0));
        });
    }

    /// Says that nothing more comes, after what is here. Only the first time counts.
    pub(super) fn end(&self, error: Error) {
        self.change(|state| {
            state.end.get_or_insert(error);
        });
    }

    /// Where the watch is to go on when it is opened anew.
    pub(super) fn resume_from(&self) -> Revision {
        self.state.lock().reached.next()
    }

    /// How opening ended, once it has.
    pub(super) fn poll_opened(&self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let mut state = self.state.lock();
        match state.opened.clone() {
            Some(outcome) => Poll::Ready(outcome),
            None => {
                state.reader = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// The next thing for the reader.
    pub(super) fn poll(&self, context: &mut Context<'_>) -> Poll<Taken> {
        let mut state = self.state.lock();
        if let Some((update, bytes)) = state.updates.pop_front() {
            state.bytes -= bytes;
            return Poll::Ready(Taken::Update(update));
        }
        if let Some(error) = state.end.clone() {
            return Poll::Ready(Taken::End(error));
        }
        if std::mem::take(&mut state.missed) {
            return Poll::Ready(Taken::Missed);
        }
        state.reader = Some(context.waker().clone());
        Poll::Pending
    }

    fn change<A>(&self, change: impl FnOnce(&mut State) -> A) -> A {
        let (answer, reader) = {
            let mut state = self.state.lock();
            (change(&mut state), state.reader.take())
        };
        if let Some(reader) = reader {
            reader.wake();
        }
        answer
    }
}

/// What an event weighs besides its keys and values.
const EVENT_BYTES: usize = 128;

pub(super) fn event_bytes(event: &Event) -> usize {
    let kv_bytes = |kv: &KeyValue| kv.key.len() + kv.bytes().map_or(0, |value| value.len());
    let changed = match event {
        Event::Put { kv, .. } => kv_bytes(kv),
        Event::Delete { key, .. } => key.len(),
    };
    EVENT_BYTES + changed + event.prev().map_or(0, kv_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Context;

    fn events(revision: u64) -> Vec<Event> {
        vec![Event::Delete { key: "/a".into(), revision: Revision::new(revision), prev: None }]
    }

    fn take(queue: &Queue) -> Option<Taken> {
        match queue.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(taken) => Some(taken),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_full_queue_misses_and_says_from_where_to_go_on() {
        let queue = Queue::new(1, Revision::ZERO);
        assert!(queue.offer(events(5)), "one batch always fits");
        assert!(!queue.offer(events(6)));
        queue.progress(Revision::new(6));
        assert!(!queue.offer(events(7)), "nothing is taken behind a gap");
        assert_eq!(queue.resume_from(), Revision::new(6));
        assert_eq!(take(&queue), Some(Taken::Update(WatchUpdate::Events(events(5)))));
        assert_eq!(take(&queue), Some(Taken::Missed));
        assert_eq!(take(&queue), None);
        assert!(queue.offer(events(6)));
    }

    #[test]
    fn the_end_comes_after_all_else_and_once() {
        let queue = Queue::new(1000, Revision::ZERO);
        assert!(queue.offer(events(2)));
        queue.end(Error::LeaderLost);
        queue.end(Error::FutureRevision);
        assert!(matches!(take(&queue), Some(Taken::Update(_))));
        assert_eq!(take(&queue), Some(Taken::End(Error::LeaderLost)));
    }

    #[test]
    fn only_the_latest_progress_is_kept_and_none_goes_back() {
        let queue = Queue::new(1000, Revision::ZERO);
        for revision in [3, 4, 2] {
            queue.progress(Revision::new(revision));
        }
        assert_eq!(take(&queue), Some(Taken::Update(WatchUpdate::Progress(Revision::new(4)))));
        assert_eq!(take(&queue), None);
    }
}
