//! `WatchCache`: the parts put together, and their tasks.

use std::sync::Arc;

use bytes::Bytes;
use pintle_storage::{KeyRange, Storage};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::budget::Budget;
use crate::config::{Config, ResourceConfig, Timing};
use crate::encodings::Encodings;
use crate::entry::{Buffers, IndexedField};
use crate::lane::{self, Lane, Status};
use crate::outage::Outage;
use crate::probe::Probe;
use crate::progress;
use crate::read::ResourceView;
use crate::resource::{Keeping, ResourceCache};
use crate::stats::Stats;
use crate::watch::Ending;

/// One copy of everything below a storage prefix, kept up to date, for all readers and watchers of a process.
#[derive(Debug)]
pub struct WatchCache {
    shared: Arc<Shared>,
    /// In key order; together they cover the storage prefix.
    lanes: Vec<Arc<Lane>>,
    storage_prefix: String,
    encodings: Encodings,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// What lanes and readers have in common.
pub(crate) struct Shared {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) probe: Probe,
    pub(crate) outage: Outage,
    pub(crate) budget: Budget,
    pub(crate) storage_lists: Semaphore,
    pub(crate) timing: Timing,
    pub(crate) page_size: u64,
    pub(crate) pages_in_flight: usize,
    pub(crate) ring_bytes: usize,
    pub(crate) backfill_revisions: u64,
    pub(crate) buffers: Buffers,
}

impl WatchCache {
    /// Begins to load. The cache's tasks belong to `tasks` and end when `stop` is cancelled; every watch ends then too.
    ///
    /// # Panics
    /// If the configuration makes no sense: a storage prefix that is empty or does not end with a slash, parts kept
    /// apart that lie within one another, no room for pages.
    pub fn start(
        storage: Arc<dyn Storage>,
        config: Config,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Arc<WatchCache> {
        assert!(config.storage_prefix.ends_with('/'), "keys are split at the slash after the storage prefix");
        assert!(config.page_size > 0 && config.pages_in_flight > 0, "loading needs pages");
        let wanted = Arc::new(Notify::new());
        let shared = Arc::new(Shared::new(storage, &config));
        let lanes: Vec<_> = ranges(&config)
            .into_iter()
            .map(|(range, cached)| shared.lane(range, cached, &config, Arc::clone(&wanted)))
            .collect();
        let cache = Arc::new(WatchCache {
            shared,
            lanes,
            storage_prefix: config.storage_prefix,
            encodings: Encodings::new(config.encodings_bytes),
            tasks: tasks.clone(),
            stop,
        });
        config.resources.into_iter().for_each(|resource| drop(cache.add_prefix(resource)));
        cache.spawn(wanted);
        cache
    }

    fn spawn(&self, wanted: Arc<Notify>) {
        for lane in &self.lanes {
            let (lane, shared, stop) = (Arc::clone(lane), Arc::clone(&self.shared), self.stop.clone());
            self.tasks.spawn(async move {
                stop.run_until_cancelled(lane::run(Arc::clone(&lane), shared)).await;
                lane.lose(Ending::Stopped);
            });
        }
        let (shared, stop) = (Arc::clone(&self.shared), self.stop.clone());
        self.tasks.spawn(async move {
            stop.run_until_cancelled(shared.probe.run(Arc::clone(&shared.storage))).await;
            shared.probe.stop();
        });
        let asking =
            progress::run(Arc::clone(&self.shared.storage), self.lanes.clone(), wanted, self.shared.timing);
        let stop = self.stop.clone();
        self.tasks.spawn(async move { stop.run_until_cancelled(asking).await });
    }

    /// Whether everything is loaded and changes arrive.
    pub fn is_ready(&self) -> bool {
        self.lanes.iter().all(|lane| *lane.status().borrow() == Status::Live)
    }

    /// Waits until [`is_ready`](Self::is_ready), however long it takes.
    pub async fn wait_ready(&self) {
        while !self.is_ready() {
            for lane in &self.lanes {
                // The lanes live as long as the cache.
                let _ = lane.status().wait_for(|status| *status == Status::Live).await.is_ok();
            }
        }
    }

    /// The resource whose keys lie below `prefix` (without the storage prefix, without slashes at the ends). One that
    /// is not known yet is added, without indexed fields.
    pub fn resource(&self, prefix: &str) -> ResourceView {
        let key = self.key_of(prefix);
        let lane = self.lane_of(&key);
        match lane.resource(&key) {
            Some(resource) => ResourceView::new(Arc::clone(&self.shared), Arc::clone(lane), resource),
            None => self.claim(key, None),
        }
    }

    /// Makes a resource of the keys below a prefix, which may be there already. If it is a resource already and its
    /// indexed fields were others, its watchers are ended with [`Stopped`](Ending::Stopped).
    pub fn add_prefix(&self, config: ResourceConfig) -> ResourceView {
        self.claim(self.key_of(&config.prefix), Some(config.fields))
    }

    fn claim(&self, prefix: Vec<u8>, fields: Option<Vec<IndexedField>>) -> ResourceView {
        let lane = self.lane_of(&prefix);
        let keeping = lane.keeping();
        let mut routes = lane.routes();
        let resource = match routes.get(&prefix) {
            Some(resource) => {
                if let Some(fields) = fields {
                    resource.set_fields(fields);
                }
                Arc::clone(resource)
            }
            None => {
                let fields = fields.unwrap_or_default();
                let resource = Arc::new(ResourceCache::new(&prefix, keeping, fields));
                let whole = routes.rest().give_to(&resource);
                routes.add(Arc::clone(&resource));
                self.shared.budget.add(Arc::clone(&resource));
                if !whole {
                    self.spawn_fill(Arc::clone(lane), Arc::clone(&resource));
                }
                resource
            }
        };
        drop(routes);
        ResourceView::new(Arc::clone(&self.shared), Arc::clone(lane), resource)
    }

    fn spawn_fill(&self, lane: Arc<Lane>, resource: Arc<ResourceCache>) {
        let (shared, stop) = (Arc::clone(&self.shared), self.stop.clone());
        self.tasks
            .spawn(async move { stop.run_until_cancelled(lane::fill(&lane, &resource, &shared)).await });
    }

    /// What was encoded, shared by everybody.
    pub fn encodings(&self) -> &Encodings {
        &self.encodings
    }

    /// What the cache holds. Looks at every resource: for metrics, not for every request.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            encodings: self.encodings.len(),
            encodings_bytes: self.encodings.bytes(),
            ..Stats::default()
        };
        self.shared.budget.each(|resource| resource.count(&mut stats));
        stats
    }

    fn key_of(&self, prefix: &str) -> Vec<u8> {
        format!("{}{prefix}/", self.storage_prefix).into_bytes()
    }

    fn lane_of(&self, key: &[u8]) -> &Arc<Lane> {
        self.lanes.iter().find(|lane| lane.range.contains(key)).expect("the lanes cover the storage prefix")
    }
}

impl Shared {
    fn new(storage: Arc<dyn Storage>, config: &Config) -> Shared {
        Shared {
            storage,
            probe: Probe::new(),
            outage: Outage::default(),
            budget: Budget::new(config.ring_bytes, config.root_bytes),
            storage_lists: Semaphore::new(config.storage_lists),
            timing: config.timing,
            page_size: config.page_size,
            pages_in_flight: config.pages_in_flight,
            ring_bytes: config.ring_bytes,
            backfill_revisions: config.backfill_revisions,
            buffers: if config.values_own_their_buffers { Buffers::Shared } else { Buffers::Copied },
        }
    }

    fn lane(&self, range: KeyRange, cached: bool, config: &Config, wanted: Arc<Notify>) -> Arc<Lane> {
        let keeping = Keeping { cached, buffers: self.buffers, at_most: config.unclaimed_bytes };
        let prefix = config.storage_prefix.as_bytes();
        let rest = Arc::new(ResourceCache::new(prefix, keeping, Vec::new()));
        self.budget.add(Arc::clone(&rest));
        Arc::new(Lane::new(range, prefix.len(), rest, wanted))
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// The storage prefix cut into the parts kept apart and what lies between them: a stream is of one range, and each
/// range is followed by itself. Whether entries are kept is said beside it.
fn ranges(config: &Config) -> Vec<(KeyRange, bool)> {
    let whole = KeyRange::prefix(config.storage_prefix.clone());
    let KeyRange::Between { start, end } = whole else { panic!("the storage prefix is not empty") };
    let mut apart: Vec<(Bytes, Bytes, bool)> = Vec::new();
    for part in &config.apart {
        let prefix = format!("{}{}/", config.storage_prefix, part.prefix);
        if let KeyRange::Between { start, end } = KeyRange::prefix(prefix) {
            apart.push((start, end, part.cached));
        }
    }
    apart.sort();
    let mut ranges = Vec::new();
    let mut next = start;
    for (start, end, cached) in apart {
        assert!(start >= next, "parts kept apart do not lie within one another");
        ranges.push((KeyRange::between(next, start.clone()), true));
        ranges.push((KeyRange::between(start, end.clone()), cached));
        next = end;
    }
    ranges.push((KeyRange::between(next, end), true));
    ranges.retain(|(range, _)| range.bounds().is_some());
    ranges
}
