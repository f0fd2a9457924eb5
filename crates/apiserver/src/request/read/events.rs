//! The events of one watch as a body: what the watcher tells, bookmarks when they are due, and the end.

use super::clock::{Clock, Due};
use super::options::ListOptions;
use super::present::Presenter;
use crate::request::reply::Broken;
use bytes::Bytes;
use http_body::{Body, Frame};
use pintle_meta::Status;
use pintle_watchcache::{Delivery, Ending, Watcher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// How many events a busy watch may deliver before others get their turn and the clock is looked at.
const STREAK_MAX: u8 = 32;

/// The events of one watch as bytes.
pub(super) struct Events {
    watcher: Watcher,
    presenter: Presenter,
    clock: Clock,
    /// The end of the initial events is told: they were asked for, and bookmarks too.
    tells_initial_end: bool,
    bookmarks: bool,
    leaving: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Events in a row.
    streak: u8,
    /// Whether the clock and the end wake this watch by themselves.
    armed: bool,
    first: bool,
    over: bool,
}

impl Events {
    /// The events that `watcher` has from now on, for so long at most.
    pub(super) fn new(
        watcher: Watcher,
        presenter: Presenter,
        options: &ListOptions,
        timeout: Duration,
        leaving: CancellationToken,
    ) -> Events {
        Events {
            watcher,
            presenter,
            clock: Clock::start(timeout, options.bookmarks),
            tells_initial_end: options.bookmarks && options.initial_events == Some(true),
            bookmarks: options.bookmarks,
            leaving: Box::pin(leaving.cancelled_owned()),
            streak: 0,
            armed: false,
            first: true,
            over: false,
        }
    }

    /// The next event's bytes; `None` at the end.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        while !self.over {
            if self.streak >= STREAK_MAX {
                (self.streak, self.armed) = (0, false);
                // A busy watch ends in time, too.
                if let Poll::Ready(Some(bytes)) = self.poll_due(cx) {
                    return Poll::Ready(Some(bytes));
                }
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let bytes = match self.watcher.poll_next(cx) {
                Poll::Ready(delivery) => {
                    self.streak += 1;
                    self.deliver(delivery)
                }
                // An event has woken this watch, and was all there was. To look at clocks, which wake it by themselves,
                // would cost more than the event.
                Poll::Pending if self.streak > 0 && self.armed => {
                    self.streak = 0;
                    return Poll::Pending;
                }
                Poll::Pending => {
                    let due = self.poll_due(cx);
                    (self.streak, self.armed) = (0, due.is_pending());
                    ready!(due)
                }
            };
            if let Some(bytes) = bytes {
                self.first = false;
                return Poll::Ready(Some(bytes));
            }
        }
        Poll::Ready(None)
    }

    /// What is due without an event.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.leaving.as_mut().poll(cx).is_ready() {
            // Clients come back by themselves, to another server or to this one when it is up again, and go on from what
            // they were told last.
            self.over = true;
            return Poll::Ready(self.bookmarks.then(|| self.bookmark()).flatten());
        }
        Poll::Ready(match ready!(self.clock.poll_next(cx)) {
            Due::Bookmark => self.bookmark(),
            Due::End => {
                self.over = true;
                None
            }
        })
    }

    fn deliver(&mut self, delivery: Delivery) -> Option<Bytes> {
        let made = match delivery {
            Delivery::Event(event) => {
                self.presenter.event(event.kind, &event.entry, event.revision, self.first)
            }
            Delivery::InitialEventsEnd(revision) if self.tells_initial_end => {
                self.presenter.bookmark(revision, true, self.first)
            }
            Delivery::InitialEventsEnd(_) => return None,
            Delivery::Ended(Ending::Expired) => {
                Err(Status::expired("The resourceVersion for the provided watch is too old."))
            }
            Delivery::Ended(Ending::Stopped | Ending::StorageLost) => {
                self.over = true;
                return None;
            }
        };
        Some(made.unwrap_or_else(|status| self.error(&status)))
    }

    /// An error ends the watch.
    fn error(&mut self, status: &Status) -> Bytes {
        self.over = true;
        self.presenter.error_event(status)
    }

    fn bookmark(&mut self) -> Option<Bytes> {
        let revision = self.watcher.bookmark_revision()?;
        let made = self.presenter.bookmark(revision, false, self.first);
        Some(made.unwrap_or_else(|status| self.error(&status)))
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        self.poll_next(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
