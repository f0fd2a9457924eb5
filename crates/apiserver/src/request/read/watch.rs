//! WATCH: what is there first if asked for, then every change, until the time is up or the client goes.

use super::cache_status;
use super::clock::{Clock, Due};
use super::options::{self, ListOptions};
use super::present::Presenter;
use super::select::Selection;
use crate::request::authorize::Authorized;
use crate::request::reply::{Body, Negotiated, Response, whole};
use crate::served::Target;
use crate::server::Server;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use pintle_meta::{ResourceVersion, Status};
use pintle_storage::Revision;
use pintle_watchcache::{
    Delivery, Ending, Error as CacheError, EventKind, Freshness, Start, WatchRequest, Watcher,
};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// How many events a busy watch may deliver between two looks at the clock.
const STREAK_MAX: u8 = 32;

pub(super) async fn watch(
    server: Arc<Server>,
    request: &Authorized,
    target: Target,
    negotiated: Negotiated,
) -> Result<Response, Status> {
    let (info, query) = (&request.received.info, &request.received.query);
    // A watch by the old path need not say that it is one, and then has the options of a list.
    let mut options = ListOptions::read(query, &target, query.flag("watch"))?;
    select_name(&mut options, &info.name)?;
    let least = server.config.min_request_timeout;
    let timeout = options.timeout.unwrap_or_else(|| server.sources.spread(least, least));
    let content_type = negotiated.format.stream_type();
    let namespace = target.namespace_of(info).unwrap_or_default();
    let presenter = Presenter::new(&server, &target, negotiated, query)?;
    let prefix = target.storage_prefix().ok_or_else(Status::method_not_allowed)?;
    let view = server.cache.resource(prefix);
    let selection = Selection::new(&target, &view, &options);
    let start = start(&options)?;
    let wanted = WatchRequest::new(start).interest(selection.interest(namespace));
    let wanted = if selection.is_everything() { wanted } else { wanted.filter(selection) };
    let events = match view.watch(wanted).await {
        Ok(watcher) => {
            Events::new(watcher, presenter, &options, timeout, request.received.peer.leaving.clone())
        }
        Err(CacheError::Expired { oldest }) => {
            let status = too_old(start, oldest);
            return Ok(streamed(content_type, whole(presenter.error_event(&status))));
        }
        Err(error) => return Err(cache_status(error)),
    };
    let frames = stream::unfold(events, |mut events| async move {
        let bytes = events.next().await?;
        Some((Ok::<_, Infallible>(Frame::data(bytes)), events))
    });
    Ok(streamed(content_type, StreamBody::new(frames).boxed_unsync()))
}

/// The name in a path is a selector, and stands beside no other.
fn select_name(options: &mut ListOptions, name: &str) -> Result<(), Status> {
    if name.is_empty() {
        return Ok(());
    }
    if options.fields.is_everything() {
        options.fields = std::mem::take(&mut options.fields).and_equal("metadata.name", name);
    }
    if options.fields.exact("metadata.name") == Some(name) {
        return Ok(());
    }
    Err(Status::bad_request("fieldSelector metadata.name doesn't match requested name"))
}

fn streamed(content_type: &'static str, body: Body) -> Response {
    let mut response = http::Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A watch from before what is remembered: the one event says so.
fn too_old(start: Start, oldest: Revision) -> Status {
    let asked = match start {
        Start::After(revision) => revision,
        _ => Revision::ZERO,
    };
    Status::expired(format!("too old resource version: {asked} ({oldest})"))
}

/// Where the watch begins.
fn start(options: &ListOptions) -> Result<Start, Status> {
    let version = options::resource_version(&options.resource_version)?;
    let initial = options.initial_events == Some(true);
    let unsaid = options.initial_events.is_none();
    Ok(match version {
        ResourceVersion::Unset | ResourceVersion::Any if unsaid => Start::InitialThenLive(Freshness::Any),
        ResourceVersion::Unset if initial => Start::InitialThenLive(Freshness::Latest),
        ResourceVersion::Any if initial => Start::InitialThenLive(Freshness::Any),
        ResourceVersion::At(revision) if initial => {
            Start::InitialThenLive(Freshness::NotOlderThan(Revision::new(revision)))
        }
        ResourceVersion::At(revision) => Start::After(Revision::new(revision)),
        ResourceVersion::Unset => Start::Live(Freshness::Latest),
        ResourceVersion::Any => Start::Live(Freshness::Any),
    })
}

/// The events of one watch as bytes.
struct Events {
    watcher: Watcher,
    presenter: Presenter,
    clock: Clock,
    /// The end of the initial events is told: they were asked for, and bookmarks too.
    tells_initial_end: bool,
    bookmarks: bool,
    leaving: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Events in a row without a look at the clock.
    streak: u8,
    first: bool,
    over: bool,
}

impl Events {
    fn new(
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
            first: true,
            over: false,
        }
    }

    /// The next event's bytes; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        while !self.over {
            // Looking at clocks costs more than many an event.
            self.streak = if self.streak < STREAK_MAX { self.streak + 1 } else { 0 };
            let bytes = tokio::select! {
                biased;
                delivery = self.watcher.next(), if self.streak > 0 => self.deliver(delivery),
                due = self.clock.next() => {
                    self.streak = 0;
                    match due {
                        Due::Bookmark => self.bookmark(),
                        Due::End => return None,
                    }
                }
                // Clients come back by themselves, to another server or to this one when it is up again, and go on from
                // what they were told last.
                () = &mut self.leaving => {
                    self.over = true;
                    self.bookmarks.then(|| self.bookmark()).flatten()
                }
                () = std::future::ready(()), if self.streak == 0 => None,
            };
            if let Some(bytes) = bytes {
                self.first = false;
                return Some(bytes);
            }
        }
        None
    }

    fn deliver(&mut self, delivery: Delivery) -> Option<Bytes> {
        let made = match delivery {
            Delivery::Event(event) => {
                let word = match event.kind {
                    EventKind::Added => "ADDED",
                    EventKind::Modified => "MODIFIED",
                    EventKind::Deleted => "DELETED",
                };
                self.presenter.event(word, &event.entry, event.revision, self.first)
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
