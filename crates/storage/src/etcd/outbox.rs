//! The request side of a stream of calls: messages wait here until the connection takes them. It has no bound of
//! its own; each user says why there can't be many.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::Stream;
use parking_lot::Mutex;

/// Messages to be sent, in order.
#[derive(Debug)]
pub(super) struct Outbox<T>(Mutex<Waiting<T>>);

#[derive(Debug)]
struct Waiting<T> {
    messages: VecDeque<T>,
    closed: bool,
    sender: Option<Waker>,
}

impl<T> Outbox<T> {
    pub(super) fn new() -> Arc<Outbox<T>> {
        Arc::new(Outbox(Mutex::new(Waiting { messages: VecDeque::new(), closed: false, sender: None })))
    }

    pub(super) fn push(&self, message: T) {
        self.change(|waiting| waiting.messages.push_back(message));
    }

    /// Ends the stream of requests. A call whose answers nobody reads any more goes on until this is done, too.
    pub(super) fn close(&self) {
        self.change(|waiting| {
            waiting.messages.clear();
            waiting.closed = true;
        });
    }

    /// Looks at, or takes back, what is not sent yet.
    pub(super) fn unsent<A>(&self, look: impl FnOnce(&mut VecDeque<T>) -> A) -> A {
        look(&mut self.0.lock().messages)
    }

    fn change(&self, change: impl FnOnce(&mut Waiting<T>)) {
        let sender = {
            let mut waiting = self.0.lock();
            change(&mut waiting);
            waiting.sender.take()
        };
        if let Some(sender) = sender {
            sender.wake();
        }
    }
}

/// The stream of requests that a call sends. It ends when the outbox is closed.
pub(super) struct Requests<T>(pub(super) Arc<Outbox<T>>);

impl<T> Stream for Requests<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut waiting = self.0.0.lock();
        match waiting.messages.pop_front() {
            Some(message) => Poll::Ready(Some(message)),
            None if waiting.closed => Poll::Ready(None),
            None => {
                waiting.sender = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
