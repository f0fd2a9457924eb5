//! A server that ends after any number of writes leaves what the next one finishes.

use super::*;
use crate::config::{Build, Cidr, Config, Connections, FrontProxy, StoredAs, TlsFiles, TlsVersion};
use crate::request::authenticate::Authentication;
use crate::request::authorize::Authorization;
use crate::served::{Documents, Served};
use crate::server::Parts;
use crate::sources::Sources;
use crate::stopping::Stopping;
use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_storage::memory::Memory;
use pintle_storage::{
    Answer, KeyRange, Lease, LeaseId, LeaseTimeToLive, Op, RangeRequest, RangeResponse, Revision, Storage,
    Txn, TxnResponse, WatchRequest, WatchStream,
};
use pintle_watchcache::WatchCache;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What differs between two starts, and may.
const OF_ITS_TIME: [&str; 5] = ["uid", "creationTimestamp", "time", "lastTransitionTime", "resourceVersion"];

/// A storage whose server is killed instead of being answered a write too many.
struct Mortal {
    memory: Arc<Memory>,
    writes_left: AtomicU64,
    killed: Notify,
}

#[tokio::test]
async fn a_server_that_was_killed_at_any_write_is_followed_by_one_that_finishes() {
    let whole = Arc::new(Memory::new());
    assert!(bootstraps(&whole, u64::MAX).await);
    let expected = everything(&whole).await;
    assert!(expected.keys().any(|key| key.starts_with("/registry/servicecidrs/")));
    let mut writes = 0;
    loop {
        let memory = Arc::new(Memory::new());
        let finished = bootstraps(&memory, writes).await;
        assert!(bootstraps(&memory, u64::MAX).await);
        assert_eq!(everything(&memory).await, expected, "after {writes} writes");
        if finished {
            break;
        }
        writes += 1;
    }
    // One for each object, and one more for each that has a status of its own.
    assert!(writes > u64::try_from(expected.len()).unwrap(), "{writes}");
}

#[tokio::test]
async fn two_servers_that_begin_at_once_finish_both() {
    let memory = Arc::new(Memory::new());
    let (one, other) = tokio::join!(bootstraps(&memory, u64::MAX), bootstraps(&memory, u64::MAX));
    assert!(one && other);
    let whole = Arc::new(Memory::new());
    assert!(bootstraps(&whole, u64::MAX).await);
    assert_eq!(everything(&memory).await, everything(&whole).await);
}

/// Runs a server until it has made everything, or is killed because it wants to write once more than `writes` times.
async fn bootstraps(memory: &Arc<Memory>, writes: u64) -> bool {
    let storage = Arc::new(Mortal {
        memory: Arc::clone(memory),
        writes_left: AtomicU64::new(writes),
        killed: Notify::new(),
    });
    let (tasks, halt) = (TaskTracker::new(), CancellationToken::new());
    let server = server(Arc::<Mortal>::clone(&storage), &tasks, halt.clone());
    let finished = async {
        while !server.is_bootstrapped() {
            tokio::task::yield_now().await;
        }
    };
    let finished = tokio::select! {
        () = run(Arc::clone(&server)) => unreachable!("it looks after its objects for ever"),
        () = finished => true,
        () = storage.killed.notified() => false,
    };
    halt.cancel();
    tasks.close();
    tasks.wait().await;
    finished
}

fn server(storage: Arc<dyn Storage>, tasks: &TaskTracker, halt: CancellationToken) -> Arc<Server> {
    let config = config();
    let cache = WatchCache::start(
        Arc::clone(&storage),
        pintle_watchcache::Config { values_own_their_buffers: true, ..pintle_watchcache::Config::default() },
        tasks,
        halt,
    );
    Arc::new(Server::new(Parts {
        authentication: Authentication { tokens: Default::default(), anonymous: false },
        authorization: Authorization(Vec::new()),
        served: Served::new(catalog().resources(), catalog().groups(), Documents::new(Sources.now())),
        address: config.bind_address,
        stopping: Stopping::default(),
        config,
        storage,
        cache,
    }))
}

fn config() -> Config {
    let minute = Duration::from_secs(60);
    Config {
        bind_address: ([127, 0, 0, 1], 6443).into(),
        advertise_address: [127, 0, 0, 1].into(),
        tls: TlsFiles {
            certificate: "server.crt".into(),
            key: "server.key".into(),
            client_ca: None,
            min_version: TlsVersion::Tls12,
            cipher_suites: Vec::new(),
        },
        front_proxy: FrontProxy::default(),
        token_auth_file: None,
        anonymous_auth: false,
        authorization_modes: Vec::new(),
        service_cidrs: vec![Cidr { network: [10, 0, 0, 0].into(), prefix_len: 24 }],
        request_timeout: minute,
        min_request_timeout: minute,
        connections: Connections::default(),
        watch_history_bytes: 1 << 20,
        storage_prefix: "/registry/".to_owned(),
        stored_as: StoredAs::Json,
        storage_in_process: true,
        compaction_interval: Duration::ZERO,
        storage_health_timeout: minute,
        storage_ready_timeout: minute,
        build: Build::default(),
    }
}

/// All objects by key, without what depends on when they were made.
async fn everything(memory: &Memory) -> BTreeMap<String, String> {
    let found = memory.range(RangeRequest::new(KeyRange::prefix("/registry/"))).await.unwrap();
    let object = |kv: pintle_storage::KeyValue| {
        let mut object = parse(kv.bytes().unwrap()).unwrap();
        strip(&mut object);
        (String::from_utf8(kv.key.to_vec()).unwrap(), String::from_utf8(to_json(&object)).unwrap())
    };
    found.kvs.into_iter().map(object).collect()
}

fn strip(value: &mut Value) {
    if let Some(map) = value.as_map_mut() {
        for name in OF_ITS_TIME {
            map.remove(name);
        }
        map.iter_mut().for_each(|(_, value)| strip(value));
    }
    if let Some(list) = value.as_list_mut() {
        list.make_mut().iter_mut().for_each(strip);
    }
}

impl Storage for Mortal {
    fn txn(&self, txn: Txn) -> Answer<'_, TxnResponse> {
        Box::pin(async move {
            let writes = txn.success.iter().any(|op| !matches!(op, Op::Range(_)));
            let left = |left: u64| left.checked_sub(1);
            if writes && self.writes_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_err() {
                self.killed.notify_one();
                std::future::pending::<()>().await;
            }
            self.memory.txn(txn).await
        })
    }

    fn range(&self, request: RangeRequest) -> Answer<'_, RangeResponse> {
        self.memory.range(request)
    }

    fn watch(&self, request: WatchRequest) -> Answer<'_, WatchStream> {
        self.memory.watch(request)
    }

    fn request_progress(&self) -> Answer<'_, ()> {
        self.memory.request_progress()
    }

    fn revision(&self) -> Answer<'_, Revision> {
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

    fn status(&self) -> Answer<'_, pintle_storage::Status> {
        self.memory.status()
    }
}
