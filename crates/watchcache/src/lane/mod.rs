//! A lane: one range of keys with one stream of changes.
//!
//! ```text
//!   storage --pages at one revision--> load ---.
//!      |                                        v
//!      '------watch from the next one--> follow --> routes: key -> resource --> its map, ring, watchers
//!                      |                    |
//!                      '--lost: again       '--> reached: who waits for this revision goes on
//!                      '--compacted: load again
//! ```
//!
//! All events of a revision are in their resources before the lane says that it has reached it.

mod fill;
mod follow;
mod history;
mod load;
mod reached;
mod routes;

pub(crate) use fill::fill;
pub(crate) use follow::run;
use load::read_range;
pub(crate) use reached::Reached;

use std::sync::Arc;

use parking_lot::{RwLock, RwLockWriteGuard};
use pintle_storage::{Event, KeyRange, KeyValue, Revision, WatchUpdate};
use tokio::sync::{Notify, watch};

use crate::resource::{Keeping, Loaded, ResourceCache};
use crate::watch::Ending;
use routes::Routes;

/// One range of keys with one stream of changes.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) range: KeyRange,
    /// Whether entries are kept, or only changes pass through.
    pub(crate) cached: bool,
    pub(crate) reached: Reached,
    status: watch::Sender<Status>,
    /// Held, shared, while something is published, so that a resource is added between two updates.
    routes: RwLock<Routes>,
}

/// How a lane stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing is there yet.
    Loading,
    /// What storage does arrives here.
    Live,
    /// It has not arrived for long, or never will again.
    Lost,
}

impl Lane {
    /// A lane in which `rest` holds what nobody claims. `base` is the length of the storage prefix.
    pub(crate) fn new(range: KeyRange, base: usize, rest: Arc<ResourceCache>, wanted: Arc<Notify>) -> Lane {
        Lane {
            range,
            cached: rest.keeping.cached,
            reached: Reached::new(wanted),
            status: watch::Sender::new(Status::Loading),
            routes: RwLock::new(Routes::new(base, rest)),
        }
    }

    pub(crate) fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    pub(crate) fn resource(&self, prefix: &[u8]) -> Option<Arc<ResourceCache>> {
        self.routes.read().get(prefix).cloned()
    }

    /// Nothing is published while this is held.
    pub(crate) fn routes(&self) -> RwLockWriteGuard<'_, Routes> {
        self.routes.write()
    }

    /// What is kept in this lane of claimed resources.
    pub(crate) fn keeping(&self) -> Keeping {
        Keeping { at_most: usize::MAX, ..self.routes.read().rest().keeping }
    }

    /// Takes in what was read at `revision`, with the changes above `floor` that led there.
    fn install(&self, entries: Vec<KeyValue>, revision: Revision, history: Vec<Event>, floor: Revision) {
        let routes = self.routes.read();
        let mut entries = by_resource(&routes, entries, |kv| &kv.key);
        let mut history = by_resource(&routes, history, Event::key);
        for resource in routes.each() {
            let entries = take_of(&mut entries, resource);
            let history = take_of(&mut history, resource);
            resource.install(Loaded { revision, entries, history, floor });
        }
        drop(routes);
        self.reached.advance(revision);
        self.status.send_replace(Status::Live);
    }

    /// Takes in what the stream delivered: whole revisions.
    fn take_in(&self, update: WatchUpdate) {
        let revision = update.revision();
        if let WatchUpdate::Events(mut events) = update {
            let reached = self.reached.revision();
            events.retain(|event| event.revision() > reached);
            let routes = self.routes.read();
            for (resource, events) in by_resource(&routes, events, Event::key) {
                resource.publish(events);
            }
        }
        self.reached.advance(revision);
    }

    /// The stream is back.
    fn found(&self) {
        self.status.send_if_modified(|status| std::mem::replace(status, Status::Live) != Status::Live);
    }

    /// No stream for long, or none ever again: watchers would wait in vain.
    pub(crate) fn lose(&self, ending: Ending) {
        self.status.send_replace(Status::Lost);
        self.routes.read().each().for_each(|resource| resource.end_watchers(ending));
    }
}

/// Those of each resource together, in their order.
fn by_resource<T>(
    routes: &Routes,
    all: Vec<T>,
    key: impl Fn(&T) -> &bytes::Bytes,
) -> Vec<(&Arc<ResourceCache>, Vec<T>)> {
    let mut routed: Vec<_> = all.into_iter().map(|one| (routes.of(key(&one)), one)).collect();
    // Stable, and mostly a single element or runs that are in order.
    routed.sort_by_key(|(resource, _)| Arc::as_ptr(resource).addr());
    let mut grouped: Vec<(&Arc<ResourceCache>, Vec<T>)> = Vec::new();
    for (resource, one) in routed {
        match grouped.last_mut() {
            Some((last, group)) if Arc::ptr_eq(last, resource) => group.push(one),
            _ => grouped.push((resource, vec![one])),
        }
    }
    grouped
}

/// Those of one resource, out of groups in the order of [`by_resource`].
fn take_of<T>(grouped: &mut [(&Arc<ResourceCache>, Vec<T>)], resource: &Arc<ResourceCache>) -> Vec<T> {
    let address = Arc::as_ptr(resource).addr();
    match grouped.binary_search_by_key(&address, |(resource, _)| Arc::as_ptr(resource).addr()) {
        Ok(at) => std::mem::take(&mut grouped[at].1),
        Err(_) => Vec::new(),
    }
}
