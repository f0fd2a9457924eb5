//! Watchers: opened on shared connections, each counting what it is told of each object.

use crate::client::{Ask, Client};
use crate::failure::Failure;
use crate::frames::{Frames, Stamp};
use crate::measure::Meter;
use crate::order::Encoding;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// What all watchers of a load count together.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Changes that came, but not in their turn: after one that came later, or again.
    pub(crate) doubled: AtomicU64,
    /// Changes that were passed over.
    pub(crate) skipped: AtomicU64,
    /// Watches that ended while they were needed.
    pub(crate) ended: AtomicU64,
}

/// What a watch asks for.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The collection, with its selector.
    pub(crate) path: String,
    /// How many objects it may be told of.
    pub(crate) objects: usize,
}

/// Opens a watch that begins after this revision.
///
/// # Errors
/// The server's words.
pub(crate) async fn open(
    client: &mut Client,
    path: &str,
    since: &str,
    encoding: Encoding,
) -> Result<Incoming, Failure> {
    let join = if path.contains('?') { '&' } else { '?' };
    let path = format!("{path}{join}watch=true&timeoutSeconds=86400&resourceVersion={since}");
    let ask = Ask { method: "GET", path: &path, accept: encoding.media_type(), ..Ask::default() };
    let (status, body) = client.open(&ask).await?;
    if status.is_success() {
        return Ok(body);
    }
    let words = body.collect().await?.to_bytes();
    Err(Failure::Server(format!("GET {path}: {status}: {}", String::from_utf8_lossy(&words))))
}

/// Reads to the end, which nobody wants.
pub(crate) async fn read(
    mut body: Incoming,
    encoding: Encoding,
    objects: usize,
    meter: Arc<Meter>,
    tally: Arc<Tally>,
) {
    let mut frames = Frames::new(encoding);
    let mut seen = Seen::of(objects);
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        frames.push(&data, |event| {
            let Some(stamp) = Stamp::find(event) else { return };
            meter.took(Duration::from_nanos(meter.now().saturating_sub(stamp.sent)), event.len());
            seen.note(stamp, &tally);
        });
    }
    tally.ended.fetch_add(1, Ordering::Relaxed);
}

/// Reads so many bytes a second.
pub(crate) async fn read_slowly(mut body: Incoming, bytes_a_second: u64) {
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, bytes::Bytes::len);
        sleep(Duration::from_secs_f64(length as f64 / bytes_a_second.max(1) as f64)).await;
    }
}

/// The last change that a watcher was told of each object.
enum Seen {
    One(u32),
    Each(Vec<u32>),
}

impl Seen {
    fn of(objects: usize) -> Seen {
        if objects == 1 { Seen::One(0) } else { Seen::Each(vec![0; objects]) }
    }

    fn note(&mut self, stamp: Stamp, tally: &Tally) {
        let last = match self {
            Seen::One(last) => last,
            Seen::Each(each) => match each.get_mut(stamp.object as usize) {
                Some(last) => last,
                None => return,
            },
        };
        if stamp.change <= *last {
            tally.doubled.fetch_add(1, Ordering::Relaxed);
            return;
        }
        tally.skipped.fetch_add(u64::from(stamp.change - *last - 1), Ordering::Relaxed);
        *last = stamp.change;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_skipped_or_comes_twice_is_counted() {
        let tally = Tally::default();
        let mut seen = Seen::of(2);
        for (object, change) in [(0, 1), (1, 1), (0, 2), (0, 2), (1, 4), (1, 3), (0, 3)] {
            seen.note(Stamp { object, change, sent: 0 }, &tally);
        }
        let counts = [&tally.doubled, &tally.skipped].map(|count| count.load(Ordering::Relaxed));
        assert_eq!(counts, [2, 2]);
    }
}
