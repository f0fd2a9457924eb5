//! When a watch ends, and when it gets bookmarks: one timer for all of it, since thousands of watches wait on it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// How often a watch that may get bookmarks gets one.
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);
/// How long before its end a watch gets a last bookmark.
const LAST_BOOKMARK_BEFORE: Duration = Duration::from_secs(2);

/// The moments of one watch.
#[derive(Debug)]
pub(super) struct Clock {
    next: Pin<Box<Sleep>>,
    end: Instant,
    bookmarks: bool,
}

/// What a moment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Bookmark,
    /// The watch is over. Comes again and again.
    End,
}

impl Clock {
    /// Of a watch that lasts so long from now on.
    pub(super) fn start(timeout: Duration, bookmarks: bool) -> Clock {
        let now = Instant::now();
        let end = now + timeout;
        let mut clock = Clock { next: Box::pin(sleep_until(end)), end, bookmarks };
        clock.wait_from(now);
        clock
    }

    /// The next moment, when it has come.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        ready!(self.next.as_mut().poll(cx));
        let now = Instant::now();
        if now >= self.end {
            return Poll::Ready(Due::End);
        }
        self.wait_from(now);
        Poll::Ready(Due::Bookmark)
    }

    /// Sets the timer to the first moment after `now`.
    fn wait_from(&mut self, now: Instant) {
        let last_bookmark = self.end.checked_sub(LAST_BOOKMARK_BEFORE).filter(|last| *last > now);
        let next = match last_bookmark.filter(|_| self.bookmarks) {
            Some(last) => last.min(now + BOOKMARK_EVERY),
            None => self.end,
        };
        self.next.as_mut().reset(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn moments(timeout: u64, bookmarks: bool) -> Vec<(u64, Due)> {
        let (begun, mut clock) = (Instant::now(), Clock::start(Duration::from_secs(timeout), bookmarks));
        let mut moments = Vec::new();
        loop {
            let due = poll_fn(|cx| clock.poll_next(cx)).await;
            moments.push((begun.elapsed().as_secs(), due));
            if due == Due::End {
                assert_eq!(poll_fn(|cx| clock.poll_next(cx)).await, Due::End);
                return moments;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn bookmarks_come_every_minute_and_just_before_the_end() {
        let (bookmark, end) = (Due::Bookmark, Due::End);
        assert_eq!(moments(150, true).await, [(60, bookmark), (120, bookmark), (148, bookmark), (150, end)]);
        assert_eq!(moments(10, true).await, [(8, bookmark), (10, end)]);
        assert_eq!(moments(1, true).await, [(1, end)]);
        assert_eq!(moments(150, false).await, [(150, end)]);
    }
}
