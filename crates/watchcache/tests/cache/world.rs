//! A node, a cache on it, and words to say what happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use parking_lot::Mutex;
use pintle_storage::memory::{Memory, Options};
use pintle_storage::{
    Answer, Error, Lease, LeaseId, LeaseTimeToLive, Op, RangeRequest, RangeResponse, Revision, Status,
    Storage, Txn, TxnResponse, WatchRequest, WatchStream,
};
use pintle_watchcache::{
    Config, Delivery, Entry, EventKind, IndexedField, ResourceConfig, ResourceView, WatchCache, WatchEvent,
    Watcher,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A node whose streams can be held up, and whose calls are counted.
pub(crate) struct Node {
    pub(crate) memory: Memory,
    /// Whether it ever reports progress.
    pub(crate) progresses: AtomicBool,
    flowing: watch::Sender<bool>,
    pub(crate) ranges: AtomicU64,
    pub(crate) revisions: AtomicU64,
    pub(crate) progress: AtomicU64,
    pub(crate) watches: Mutex<Vec<WatchRequest>>,
    /// Once the node has answered so many more ranges, everything but the present is compacted.
    pub(crate) compact_after: Mutex<Option<u64>>,
}

impl Node {
    pub(crate) fn new() -> Arc<Node> {
        Node::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Arc<Node> {
        Arc::new(Node {
            memory: Memory::with_options(options),
            progresses: AtomicBool::new(true),
            flowing: watch::Sender::new(true),
            ranges: AtomicU64::new(0),
            revisions: AtomicU64::new(0),
            progress: AtomicU64::new(0),
            watches: Mutex::default(),
            compact_after: Mutex::default(),
        })
    }

    /// From now on streams deliver nothing, or go on.
    pub(crate) fn flow(&self, flowing: bool) {
        self.flowing.send_replace(flowing);
    }

    pub(crate) async fn put(&self, key: &str, value: impl AsRef<[u8]>) -> Revision {
        let op = Op::put(key.to_owned(), value.as_ref().to_vec());
        self.memory.txn(Txn::new().then(op)).await.unwrap().revision
    }

    pub(crate) async fn delete(&self, key: &str) -> Revision {
        self.memory.txn(Txn::new().then(Op::delete(key.to_owned()))).await.unwrap().revision
    }

    pub(crate) async fn compact(&self) {
        let revision = self.memory.revision().await.unwrap();
        match self.memory.compact(revision).await {
            Ok(_) | Err(Error::Compacted { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

impl Storage for Node {
    fn range(&self, request: RangeRequest) -> Answer<'_, RangeResponse> {
        Box::pin(async move {
            self.ranges.fetch_add(1, Ordering::SeqCst);
            let answer = self.memory.range(request).await;
            let due = {
                let mut after = self.compact_after.lock();
                *after = after.map(|left| left.saturating_sub(1));
                after.take_if(|left| *left == 0).is_some()
            };
            if due {
                self.put("/registry/configmaps/ns/late", "{}").await;
                self.compact().await;
            }
            answer
        })
    }

    fn txn(&self, txn: Txn) -> Answer<'_, TxnResponse> {
        self.memory.txn(txn)
    }

    fn watch(&self, request: WatchRequest) -> Answer<'_, WatchStream> {
        Box::pin(async move {
            self.watches.lock().push(request.clone());
            let stream = self.memory.watch(request).await?;
            let flowing = self.flowing.subscribe();
            Ok(stream
                .then(move |update| {
                    let mut flowing = flowing.clone();
                    async move {
                        flowing.wait_for(|flowing| *flowing).await.unwrap();
                        update
                    }
                })
                .boxed())
        })
    }

    fn reports_progress(&self) -> bool {
        self.progresses.load(Ordering::SeqCst)
    }

    fn request_progress(&self) -> Answer<'_, ()> {
        if !self.reports_progress() {
            return Box::pin(async { Ok(()) });
        }
        self.progress.fetch_add(1, Ordering::SeqCst);
        self.memory.request_progress()
    }

    fn revision(&self) -> Answer<'_, Revision> {
        self.revisions.fetch_add(1, Ordering::SeqCst);
        self.memory.revision()
    }

    fn compact(&self, revision: Revision) -> Answer<'_, Revision> {
        self.memory.compact(revision)
    }

    fn lease_grant(&self, ttl: Duration, id: Option<LeaseId>) -> Answer<'_, Lease> {
        self.memory.lease_grant(ttl, id)
    }

    fn lease_revoke(&self, id: LeaseId) -> Answer<'_, Revision> {
        self.memory.lease_revoke(id)
    }

    fn lease_keep_alive(&self, id: LeaseId) -> Answer<'_, Lease> {
        self.memory.lease_keep_alive(id)
    }

    fn lease_time_to_live(&self, id: LeaseId, keys: bool) -> Answer<'_, LeaseTimeToLive> {
        self.memory.lease_time_to_live(id, keys)
    }

    fn status(&self) -> Answer<'_, Status> {
        self.memory.status()
    }
}

/// A cache on a node. Stopped when dropped.
pub(crate) struct World {
    pub(crate) node: Arc<Node>,
    pub(crate) cache: Arc<WatchCache>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl World {
    pub(crate) async fn new() -> World {
        World::on(Node::new(), config()).await
    }

    /// With a cache that is ready.
    pub(crate) async fn on(node: Arc<Node>, config: Config) -> World {
        let world = World::start(node, config);
        world.cache.wait_ready().await;
        world
    }

    pub(crate) fn start(node: Arc<Node>, config: Config) -> World {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let cache = WatchCache::start(node.clone(), config, &tasks, stop.clone());
        World { node, cache, tasks, stop }
    }

    pub(crate) fn pods(&self) -> ResourceView {
        self.cache.resource("pods")
    }

    pub(crate) async fn put(&self, key: &str, value: impl AsRef<[u8]>) -> Revision {
        self.node.put(key, value).await
    }

    pub(crate) async fn delete(&self, key: &str) -> Revision {
        self.node.delete(key).await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(crate) fn config() -> Config {
    let node_name = IndexedField {
        name: "spec.nodeName".into(),
        json: vec!["spec".into(), "nodeName".into()],
        protobuf: vec![2, 10],
    };
    let pods = ResourceConfig { prefix: "pods".to_owned(), fields: vec![node_name] };
    let others = ["configmaps", "services/specs", "events"].map(ResourceConfig::new);
    Config { resources: [pods].into_iter().chain(others).collect(), ..Config::default() }
}

/// A pod as JSON, with one label and a node.
pub(crate) fn pod(app: &str, node: &str) -> String {
    format!(r#"{{"metadata":{{"labels":{{"app":"{app}"}}}},"spec":{{"nodeName":"{node}"}}}}"#)
}

pub(crate) fn app_is(app: &'static str) -> impl Fn(&Entry) -> bool + Send + Sync + 'static {
    move |entry| entry.labels().get("app") == Some(app)
}

/// What an event says: its kind, the key's last two segments, its revision and the revision of the object shown.
pub(crate) type Told = (EventKind, String, Revision, Revision);

pub(crate) fn told(event: &WatchEvent) -> Told {
    let name = format!("{}/{}", event.entry.namespace(), event.entry.name());
    (event.kind, name, event.revision, event.entry.mod_revision())
}

pub(crate) async fn next_event(watcher: &mut Watcher) -> Told {
    match watcher.next().await {
        Delivery::Event(event) => told(&event),
        other => panic!("no event but {other:?}"),
    }
}

/// Everything the watcher can be told at once.
pub(crate) fn drain(watcher: &mut Watcher) -> Vec<Delivery> {
    std::iter::from_fn(|| watcher.try_next()).take_while(|told| !matches!(told, Delivery::Ended(_))).collect()
}

/// Waits until the cache has everything that was written.
pub(crate) async fn settle(view: &ResourceView) {
    use pintle_watchcache::{Freshness, ListRequest};
    view.list(ListRequest::new(view.range(None), Freshness::Latest)).await.unwrap();
}

pub(crate) fn names(snapshot: &pintle_watchcache::Snapshot) -> Vec<String> {
    snapshot.iter().map(|entry| format!("{}/{}", entry.namespace(), entry.name())).collect()
}
