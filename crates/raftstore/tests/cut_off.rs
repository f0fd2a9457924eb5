//! Members that are cut off from each other: whoever has no majority says nothing new, writes nothing, and lets its
//! clients go.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use futures_util::StreamExt;
use pintle_raftstore::embedded::Embedded;
use pintle_raftstore::local::Board;
use pintle_raftstore::node::{Bounds, Node, Options};
use pintle_raftstore::raft::Settings;
use pintle_storage::{Error, KeyRange, Storage, WatchRequest, WatchUpdate};
use pintle_wire::etcdserverpb::{PutRequest, RangeRequest};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Three members in one process.
struct Cluster {
    board: Board,
    nodes: Vec<Node>,
    folder: PathBuf,
}

impl Cluster {
    async fn start() -> Cluster {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("pintle-cut-{}-{number}", std::process::id()));
        let mut cluster = Cluster { board: Board::default(), nodes: Vec::new(), folder };
        for place in 0..3 {
            let node = Node::start(cluster.options(place), &cluster.board).await.unwrap();
            cluster.board.join(node.clone());
            cluster.nodes.push(node);
        }
        cluster
    }

    fn options(&self, place: usize) -> Options {
        let member = |place: usize| (place.to_string(), vec![format!("http://member-{place}:2380")]);
        Options {
            folder: self.folder.join(place.to_string()),
            name: place.to_string(),
            members: (0..3).map(member).collect::<BTreeMap<_, _>>(),
            existing: false,
            token: "test".to_owned(),
            settings: Settings { heartbeat: Duration::from_millis(30), election: Duration::from_millis(200) },
            limits: pintle_storage::Limits::default(),
            bounds: Bounds { reserve_bytes: 0, ..Bounds::default() },
            since_epoch: || Duration::from_secs(1_000_000_000),
        }
    }

    fn id(&self, place: usize) -> u64 {
        self.nodes[place].identity().member
    }

    /// The place of the leader that these members agree on.
    async fn leader(&self, among: &[usize]) -> usize {
        for _ in 0..1000 {
            let known = among.iter().map(|place| self.nodes[*place].standing().leader);
            let known: Vec<Option<u64>> = known.collect();
            let place = among.iter().find(|place| Some(self.id(**place)) == known[0]);
            if let Some(place) = place.filter(|_| known.iter().all(|leader| *leader == known[0])) {
                return *place;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no leader among {among:?}");
    }

    fn cut_off(&self, place: usize) {
        (0..3)
            .filter(|other| *other != place)
            .for_each(|other| self.board.cut(self.id(place), self.id(other)));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn put(key: &'static str, value: &'static str) -> PutRequest {
    PutRequest { key: key.into(), value: value.into(), ..PutRequest::default() }
}

fn range(key: &'static str, serializable: bool) -> RangeRequest {
    RangeRequest { key: key.into(), serializable, ..RangeRequest::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_cut_off_says_and_writes_nothing_new() {
    let cluster = Cluster::start().await;
    let old = cluster.leader(&[0, 1, 2]).await;
    cluster.nodes[old].put(put("key", "before")).await.unwrap();
    cluster.cut_off(old);
    // It believes that it leads; nobody else must believe what it says.
    let (read, written) =
        tokio::join!(cluster.nodes[old].linearize(), cluster.nodes[old].put(put("key", "lost")));
    assert!(read.is_err(), "a read without a majority");
    assert!(matches!(written, Err(error) if error.to_string().contains("timed out")));
    let others: Vec<usize> = (0..3).filter(|place| *place != old).collect();
    let new = cluster.leader(&others).await;
    cluster.nodes[new].put(put("key", "after")).await.unwrap();
    let stale = cluster.nodes[old].range(&range("key", true)).await.unwrap();
    assert_eq!(stale.kvs[0].value, "before", "what it knows it still says to who wants no more");
    cluster.board.mend();
    let read = cluster.nodes[old].range(&range("key", false)).await.unwrap();
    assert_eq!(read.kvs[0].value, "after", "what it could not say is forgotten");
    assert_eq!(cluster.leader(&[0, 1, 2]).await, new, "who comes back disturbs nobody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watches_of_a_member_that_is_cut_off_end_and_go_on_elsewhere() {
    let cluster = Cluster::start().await;
    let leader = cluster.leader(&[0, 1, 2]).await;
    for lonely in [leader, (leader + 1) % 3] {
        let elsewhere = (lonely + 2) % 3;
        let storage = Embedded::new(cluster.nodes[lonely].clone());
        let mut watch = storage.watch(WatchRequest::new(KeyRange::all())).await.unwrap();
        cluster.cut_off(lonely);
        let others: Vec<usize> = (0..3).filter(|place| *place != lonely).collect();
        cluster.leader(&others).await;
        let written = cluster.nodes[elsewhere].put(put("key", "value")).await.unwrap();
        assert_eq!(watch.next().await, Some(Err(Error::LeaderLost)));
        let revision = u64::try_from(written.header.unwrap().revision).unwrap();
        let request = WatchRequest::new(KeyRange::all()).from(pintle_storage::Revision::new(revision));
        let mut watch = Embedded::new(cluster.nodes[elsewhere].clone()).watch(request).await.unwrap();
        let Some(Ok(WatchUpdate::Events(events))) = watch.next().await else { panic!("no events") };
        assert_eq!(events[0].revision().get(), revision);
        cluster.board.mend();
        cluster.nodes[lonely].linearize().await.unwrap();
        assert!(cluster.nodes[lonely].has_leader());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leases_outlive_the_leader_and_end_once() {
    let cluster = Cluster::start().await;
    let old = cluster.leader(&[0, 1, 2]).await;
    let (id, ttl, _) = cluster.nodes[old].lease_grant(1, 0).await.unwrap();
    let on_lease = PutRequest { lease: id, ..put("leased", "value") };
    cluster.nodes[old].put(on_lease).await.unwrap();
    cluster.cut_off(old);
    let others: Vec<usize> = (0..3).filter(|place| *place != old).collect();
    let new = cluster.leader(&others).await;
    // A new leader gives it its whole time again.
    assert_eq!(cluster.nodes[new].lease_keep_alive(id).await.unwrap(), ttl);
    let gone = async {
        loop {
            let found = cluster.nodes[new].range(&range("leased", false)).await.unwrap();
            if found.kvs.is_empty() {
                return found.header.unwrap().revision;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let revision = tokio::time::timeout(Duration::from_secs(30), gone).await.unwrap();
    assert!(cluster.nodes[new].lease_keep_alive(id).await.is_err());
    cluster.board.mend();
    cluster.nodes[old].linearize().await.unwrap();
    assert_eq!(i64::try_from(cluster.nodes[old].revision()).unwrap(), revision, "nobody ended it twice");
}
