//! Who watches what. Watchers of the same keys form a group, which knows the revisions that matched lately; so nobody
//! looks at changes of keys that it does not watch.

use crate::revisions::{Change, Span};
use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use tokio::sync::{Semaphore, watch};

/// How many revisions that matched a group remembers; who lags more replays.
const REMEMBERED: usize = 1024;
/// How many watchers read from disk at a time.
const READERS: usize = 4;

/// All groups.
#[derive(Debug)]
pub(crate) struct Feed {
    groups: Mutex<Groups>,
    /// Groups know of all revisions up to this one.
    published: AtomicU64,
    watchers: AtomicUsize,
    stopped: AtomicBool,
    pub(super) readers: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Groups {
    keys: HashMap<Bytes, Arc<Group>>,
    /// Distinct spans of more than one key.
    ranges: Vec<Arc<Group>>,
}

/// Watchers of the same keys.
#[derive(Debug)]
pub(super) struct Group {
    span: Span,
    members: AtomicUsize,
    matches: RwLock<Matches>,
    /// Rung when there are new matches.
    pub(super) bell: watch::Sender<u64>,
}

#[derive(Debug)]
struct Matches {
    /// All that matched from here on is in `revisions`.
    complete_from: u64,
    revisions: VecDeque<u64>,
    /// Whether the bell is to be rung.
    is_new: bool,
}

impl Feed {
    /// A feed of what comes after `revision`.
    pub(crate) fn new(revision: u64) -> Feed {
        Feed {
            groups: Mutex::default(),
            published: AtomicU64::new(revision),
            watchers: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            readers: Arc::new(Semaphore::new(READERS)),
        }
    }

    /// Tells of whole revisions, in order; they can be read already. `revision` is the last one there is.
    pub(crate) fn publish(&self, revisions: &[Arc<[Change]>], revision: u64) {
        let groups = self.groups.lock();
        let mut rung: Vec<&Arc<Group>> = Vec::new();
        for change in revisions.iter().flat_map(|changes| changes.iter()) {
            let record = &change.record;
            let ranges = groups.ranges.iter().filter(|group| group.span.contains(&record.key));
            for group in groups.keys.get(&record.key).into_iter().chain(ranges) {
                if group.matched(record.version.at.revision) {
                    rung.push(group);
                }
            }
        }
        self.published.store(revision, Ordering::Release);
        for group in rung {
            group.ring(revision);
        }
    }

    /// The state was replaced: nothing is known of how it came from what it was before.
    pub(crate) fn reset(&self, revision: u64) {
        let groups = self.groups.lock();
        for group in groups.all() {
            *group.matches.write() =
                Matches { complete_from: revision + 1, revisions: VecDeque::new(), is_new: false };
        }
        self.published.store(revision, Ordering::Release);
        groups.all().for_each(|group| group.ring(revision));
    }

    /// Ends all watches.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.groups.lock().all().for_each(|group| group.ring(0));
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Groups know of all revisions up to this one.
    pub(super) fn published(&self) -> u64 {
        self.published.load(Ordering::Acquire)
    }

    /// How many watch.
    pub(crate) fn watchers(&self) -> usize {
        self.watchers.load(Ordering::Relaxed)
    }

    /// The group of those who watch `span`, with one more.
    pub(super) fn join(&self, span: &Span) -> Arc<Group> {
        let mut groups = self.groups.lock();
        let group = match groups.find(span) {
            Some(group) => Arc::clone(group),
            None => {
                let group = Arc::new(Group::new(span.clone(), self.published() + 1));
                groups.add(Arc::clone(&group));
                group
            }
        };
        group.members.fetch_add(1, Ordering::Relaxed);
        self.watchers.fetch_add(1, Ordering::Relaxed);
        group
    }

    /// One less in this group.
    pub(super) fn leave(&self, group: &Arc<Group>) {
        let mut groups = self.groups.lock();
        self.watchers.fetch_sub(1, Ordering::Relaxed);
        if group.members.fetch_sub(1, Ordering::Relaxed) == 1 {
            groups.remove(group);
        }
    }
}

impl Groups {
    fn find(&self, span: &Span) -> Option<&Arc<Group>> {
        match span {
            Span::Key(key) => self.keys.get(key),
            _ => self.ranges.iter().find(|group| group.span == *span),
        }
    }

    fn add(&mut self, group: Arc<Group>) {
        match &group.span {
            Span::Key(key) => drop(self.keys.insert(key.clone(), group)),
            _ => self.ranges.push(group),
        }
    }

    fn remove(&mut self, group: &Arc<Group>) {
        match &group.span {
            Span::Key(key) => drop(self.keys.remove(key)),
            _ => self.ranges.retain(|other| !Arc::ptr_eq(other, group)),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.keys.values().chain(&self.ranges)
    }
}

impl Group {
    fn new(span: Span, complete_from: u64) -> Group {
        let matches = Matches { complete_from, revisions: VecDeque::new(), is_new: false };
        Group {
            span,
            members: AtomicUsize::new(0),
            matches: RwLock::new(matches),
            bell: watch::Sender::new(0),
        }
    }

    /// Notes a match; answers whether the bell is to be rung, and nobody does so yet.
    fn matched(&self, revision: u64) -> bool {
        let mut matches = self.matches.write();
        if matches.revisions.back() == Some(&revision) {
            return false;
        }
        if matches.revisions.len() == REMEMBERED
            && let Some(oldest) = matches.revisions.pop_front()
        {
            matches.complete_from = oldest + 1;
        }
        matches.revisions.push_back(revision);
        !std::mem::replace(&mut matches.is_new, true)
    }

    fn ring(&self, revision: u64) {
        self.matches.write().is_new = false;
        self.bell.send_replace(revision);
    }

    /// The first revisions from `position` on that match, up to `limit`; or, when they are not remembered, since when
    /// they are.
    pub(super) fn since(&self, position: u64, limit: usize) -> Result<Vec<u64>, u64> {
        let matches = self.matches.read();
        if position < matches.complete_from {
            return Err(matches.complete_from);
        }
        let start = matches.revisions.partition_point(|revision| *revision < position);
        Ok(matches.revisions.range(start..).take(limit).copied().collect())
    }

    /// Whether nothing from `position` on matched.
    pub(super) fn is_quiet_since(&self, position: u64) -> bool {
        let matches = self.matches.read();
        position >= matches.complete_from && matches.revisions.back().is_none_or(|last| *last < position)
    }
}
