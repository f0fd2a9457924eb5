//! Nodes whose disks lost something that was there: they come up with everything that they acknowledged, get it from
//! others, or refuse and say what is damaged.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use parking_lot::Mutex;
use pintle_raftstore::disk::{MemoryVolume, Volume};
use pintle_raftstore::files::{Files, MemoryFiles};
use pintle_raftstore::local::Board;
use pintle_raftstore::node::{Bounds, FolderError, Identity, Node, Options, Past, Place, StartError};
use pintle_raftstore::raft::Settings;
use pintle_wire::etcdserverpb::PutRequest;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A folder in memory.
#[derive(Clone, Debug, Default)]
struct Memory {
    log: MemoryFiles,
    snapshots: MemoryFiles,
    volume: MemoryVolume,
    identity: Arc<Mutex<Option<(Identity, Past)>>>,
}

impl Place for Memory {
    fn path(&self) -> PathBuf {
        PathBuf::from("memory")
    }

    fn identity(&self) -> Result<Option<Identity>, FolderError> {
        Ok(self.identity.lock().as_ref().map(|(identity, _)| identity.clone()))
    }

    fn past(&self) -> Result<Past, FolderError> {
        Ok(self.identity.lock().as_ref().map_or(Past::Unproven, |(_, past)| *past))
    }

    fn claim(&self, identity: &Identity, past: Past) -> Result<(), FolderError> {
        *self.identity.lock() = Some((identity.clone(), past));
        Ok(())
    }

    fn log_files(&self) -> Result<Arc<dyn Files>, FolderError> {
        Ok(Arc::new(self.log.clone()))
    }

    fn snapshot_files(&self) -> Result<Arc<dyn Files>, FolderError> {
        Ok(Arc::new(self.snapshots.clone()))
    }

    fn volume(&self, _: u64) -> Result<Arc<dyn Volume>, FolderError> {
        Ok(Arc::new(self.volume.clone()))
    }

    fn free(&self) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}

impl Memory {
    /// The snapshots there are, oldest first.
    fn names(&self) -> Vec<String> {
        self.snapshots.list().unwrap().into_iter().filter(|name| name.ends_with(".snapshot")).collect()
    }

    fn damage(&self, name: &str) {
        self.snapshots.flip(name, self.snapshots.bytes(name).len() / 2);
    }
}

fn options(place: usize, members: usize) -> Options {
    let member = |place: usize| (place.to_string(), vec![format!("http://member-{place}:2380")]);
    Options {
        folder: PathBuf::new(),
        name: place.to_string(),
        members: (0..members).map(member).collect::<BTreeMap<_, _>>(),
        existing: false,
        token: "test".to_owned(),
        settings: Settings { heartbeat: Duration::from_millis(30), election: Duration::from_millis(200) },
        limits: pintle_storage::Limits::default(),
        bounds: Bounds { reserve_bytes: 0, ..Bounds::default() },
        since_epoch: || Duration::from_secs(1_000_000_000),
    }
}

async fn start(memory: &Memory, place: usize, members: usize, board: &Board) -> Result<Node, StartError> {
    let node = Node::start_at(Arc::new(memory.clone()), options(place, members), board).await?;
    board.join(node.clone());
    Ok(node)
}

async fn put(node: &Node, count: usize) {
    for number in 0..count {
        let request = PutRequest {
            key: format!("k{number}").into(),
            value: vec![b'v'; 500].into(),
            ..PutRequest::default()
        };
        node.put(request).await.unwrap();
    }
}

/// Writes a snapshot of what is there.
async fn snapshot(node: &Node) {
    let applied = node.progress().applied;
    node.snapshot_now().await.unwrap();
    until(|| node.progress().snapshot >= applied).await;
}

async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..3000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come to that");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_alone_uses_the_older_snapshot_or_says_what_is_damaged() {
    let (memory, board) = (Memory::default(), Board::default());
    let node = start(&memory, 0, 1, &board).await.unwrap();
    until(|| node.standing().leads).await;
    for _ in 0..3 {
        put(&node, 20).await;
        snapshot(&node).await;
    }
    until(|| node.progress().purged > 0).await;
    put(&node, 5).await;
    let (revision, hash) = (node.revision(), node.hash_kv(0).unwrap());
    node.stop().await;
    drop(node);
    board.leave(memory.identity.lock().as_ref().unwrap().0.member);

    let names = memory.names();
    memory.damage(&names[1]);
    let without_state = Memory { volume: MemoryVolume::new(), ..memory.clone() };
    let node = start(&without_state, 0, 1, &board).await.unwrap();
    until(|| node.revision() == revision).await;
    assert_eq!(node.hash_kv(0).unwrap(), hash);
    assert_eq!(memory.names(), names[..1], "what is damaged counts for nothing");
    node.stop().await;
    board.leave(node.identity().member);

    memory.damage(&names[0]);
    let nothing = Memory { volume: MemoryVolume::new(), ..memory.clone() };
    let refusal = start(&nothing, 0, 1, &board).await.unwrap_err().to_string();
    for word in [names[0].as_str(), "is damaged at byte", "pintle ctl snapshot restore"] {
        assert!(refusal.contains(word), "{word} is not in: {refusal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_whose_installed_snapshot_decays_gets_another() {
    let board = Board::default();
    let memories: Vec<Memory> = (0..3).map(|_| Memory::default()).collect();
    let mut nodes = Vec::new();
    for (place, memory) in memories.iter().enumerate() {
        nodes.push(start(memory, place, 3, &board).await.unwrap());
    }
    until(|| nodes.iter().any(|node| node.standing().leads)).await;
    put(&nodes[0], 5).await;
    let leader = nodes.iter().position(|node| node.standing().leads).unwrap();
    let victim = (leader + 1) % 3;
    snapshot(&nodes[victim]).await;
    let ids: Vec<u64> = nodes.iter().map(|node| node.identity().member).collect();
    let before = memories[victim].volume.left_behind(None);
    // While it is away the others forget the log that it would need.
    for other in (0..3).filter(|other| *other != victim) {
        board.cut(ids[victim], ids[other]);
    }
    for _ in 0..3 {
        put(&nodes[leader], 20).await;
        snapshot(&nodes[leader]).await;
    }
    until(|| nodes[leader].progress().purged > nodes[victim].progress().last).await;
    board.mend();
    until(|| nodes[victim].progress().purged > 0 && nodes[victim].revision() == nodes[leader].revision())
        .await;

    let hash = nodes[leader].hash_kv(0).unwrap();
    nodes[victim].stop().await;
    board.leave(ids[victim]);
    let names = memories[victim].names();
    memories[victim].damage(names.last().unwrap());
    // Its working state is as it was before the snapshot came: like sled, it promises nothing.
    let lost = Memory { volume: before, ..memories[victim].clone() };
    let node = start(&lost, victim, 3, &board).await.unwrap();
    until(|| node.hash_kv(0).is_ok_and(|found| found == hash)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_cannot_be_written_ends_nobody() {
    let (memory, board) = (Memory::default(), Board::default());
    let node = start(&memory, 0, 1, &board).await.unwrap();
    until(|| node.standing().leads).await;
    put(&node, 5).await;
    memory.snapshots.fail_once_after(1);
    let refusal = node.snapshot_now().await.unwrap_err().to_string();
    assert!(refusal.contains("the disk failed"), "{refusal}");
    put(&node, 5).await;
    snapshot(&node).await;
    put(&node, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_ahead_of_its_log_has_a_snapshot_where_the_log_goes_on() {
    let (memory, board) = (Memory::default(), Board::default());
    let node = start(&memory, 0, 1, &board).await.unwrap();
    until(|| node.standing().leads).await;
    put(&node, 10).await;
    // What its own disk lost of the log, and others had.
    let shorter = memory.log.after_exit();
    put(&node, 10).await;
    let (revision, applied) = (node.revision(), node.progress().applied);
    node.stop().await;
    board.leave(node.identity().member);
    let lost = Memory { log: shorter, ..memory.clone() };
    let node = start(&lost, 0, 1, &board).await.unwrap();
    assert_eq!(node.revision(), revision);
    let progress = node.progress();
    assert!(progress.snapshot >= applied && progress.snapshot >= progress.purged, "{progress:?}");
    until(|| node.standing().leads).await;
    put(&node, 1).await;
}
