//! Streams: what is sent arrives in order, or the stream is torn. A cut holds it up, and tears it when it lasts.

use super::{Address, Net};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};

/// Messages under way on one stream.
const WINDOW: usize = 32;
/// How long a cut may last before whoever waits gives a stream up, in microseconds.
const PATIENCE: u64 = 2_500_000;
/// How long until what could not be delivered is tried again, in microseconds.
const AGAIN: u64 = 20_000;

/// Where messages are put into a stream. Dropped before [`finish`](Outlet::finish), it tears the stream, as the end of a
/// process does.
pub(crate) struct Outlet<T: Send + 'static> {
    net: Net,
    pipe: Arc<Pipe<T>>,
    finished: bool,
}

struct Pipe<T> {
    number: u64,
    from: Address,
    to: Address,
    kind: &'static str,
    /// What tells the receiver that the stream is torn.
    torn: fn() -> T,
    room: Semaphore,
    state: Mutex<State<T>>,
}

struct State<T> {
    /// `None` is the end.
    under_way: VecDeque<(u64, Option<T>)>,
    inlet: Option<mpsc::Sender<T>>,
    held_since: Option<u64>,
}

/// A stream from one to the other.
pub(crate) fn pipe<T: Send + 'static>(
    net: &Net,
    from: Address,
    to: Address,
    kind: &'static str,
    torn: fn() -> T,
) -> (Outlet<T>, BoxStream<'static, T>) {
    let (inlet, messages) = mpsc::channel(2 * WINDOW);
    let state = State { under_way: VecDeque::new(), inlet: Some(inlet), held_since: None };
    let pipe = Pipe {
        number: net.number(),
        from,
        to,
        kind,
        torn,
        room: Semaphore::new(WINDOW),
        state: Mutex::new(state),
    };
    let outlet = Outlet { net: net.clone(), pipe: Arc::new(pipe), finished: false };
    let messages = stream::unfold(messages, |mut messages| async move {
        messages.recv().await.map(|message| (message, messages))
    });
    (outlet, messages.boxed())
}

impl<T: Send + 'static> Outlet<T> {
    /// Sends; waits while too much is under way. Answers whether anybody listens.
    pub(crate) async fn send(&self, message: T) -> bool {
        let Ok(room) = self.pipe.room.acquire().await else { return false };
        room.forget();
        let weather = self.net.weather();
        if self.net.one_in(weather.lost) {
            self.tear();
            return false;
        }
        self.push(Some(message));
        true
    }

    /// Nothing more comes.
    pub(crate) fn finish(mut self) {
        self.finished = true;
        self.push(None);
    }

    fn push(&self, message: Option<T>) {
        let due = self.net.arrival();
        let due = {
            let mut state = self.pipe.state.lock();
            let due = state.under_way.back().map_or(due, |(last, _)| due.max(*last));
            state.under_way.push_back((due, message));
            due
        };
        let Pipe { from, to, kind, .. } = *self.pipe;
        self.net.note(format_args!("{from} -> {to} {kind} stream, due {due}"));
        let pipe = Arc::clone(&self.pipe);
        self.net.at(due, Box::new(move |net| pipe.deliver(net)));
    }

    fn tear(&self) {
        let pipe = Arc::clone(&self.pipe);
        let due = self.net.arrival();
        self.net.at(due, Box::new(move |net| pipe.tear(net)));
    }
}

impl<T: Send + 'static> Drop for Outlet<T> {
    fn drop(&mut self) {
        if !self.finished {
            let pipe = Arc::clone(&self.pipe);
            self.net.after_end(self.pipe.number, Box::new(move |net| pipe.tear(net)));
        }
    }
}

impl<T: Send + 'static> Pipe<T> {
    /// Hands over what is due.
    fn deliver(self: Arc<Self>, net: &Net) {
        let now = net.now();
        if net.is_cut(self.from, self.to) {
            let since = *self.state.lock().held_since.get_or_insert(now);
            if now > since + PATIENCE {
                return self.tear(net);
            }
            return net.at(now + AGAIN, Box::new(move |net| self.deliver(net)));
        }
        let mut state = self.state.lock();
        state.held_since = None;
        while state.under_way.front().is_some_and(|(due, _)| *due <= now) {
            let Some(inlet) = state.inlet.clone() else { return };
            let Ok(place) = inlet.try_reserve() else {
                if inlet.is_closed() {
                    state.inlet = None;
                    self.room.close();
                    return;
                }
                drop(state);
                return net.at(now + AGAIN, Box::new(move |net| self.deliver(net)));
            };
            let message = state.under_way.pop_front().and_then(|(_, message)| message);
            let (from, to, kind) = (self.from, self.to, self.kind);
            net.note(format_args!("{from} -> {to} {kind} stream arrives, {}", message.is_some()));
            match message {
                Some(message) => {
                    place.send(message);
                    self.room.add_permits(1);
                }
                None => {
                    state.inlet = None;
                    self.room.close();
                    return;
                }
            }
        }
    }

    fn tear(&self, net: &Net) {
        let mut state = self.state.lock();
        if let Some(inlet) = state.inlet.take() {
            let (from, to, kind) = (self.from, self.to, self.kind);
            net.note(format_args!("{from} -> {to} {kind} stream is torn"));
            // When it is full its end says the same.
            let _ = inlet.try_send((self.torn)());
        }
        state.under_way.clear();
        self.room.close();
    }
}
