//! Backups of served nodes, new clusters out of them, and checks of stopped nodes' folders.

use crate::members::{Folder, Members, options};
use futures_util::StreamExt;
use pintle_raftstore::backup::{self, BackupError, Condition, Order, Outlook, Report, Restored};
use pintle_raftstore::node::Node;
use pintle_raftstore::peers::{PeerTls, Remote};
use pintle_storage::dial::{Address, dial};
use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::{Error, KeyRange, Storage, WatchRequest, WatchUpdate};
use pintle_wire::etcdserverpb::maintenance_client::MaintenanceClient;
use pintle_wire::etcdserverpb::{
    CompactionRequest, DeleteRangeRequest, PutRequest, RangeRequest, RangeResponse, SnapshotRequest,
};
use std::fs;
use std::path::{Path, PathBuf};

const BUMP: u64 = 1_000_000;

pub(crate) fn put(key: &str, value: impl Into<Vec<u8>>) -> PutRequest {
    PutRequest { key: key.to_owned().into(), value: value.into().into(), ..PutRequest::default() }
}

fn all() -> RangeRequest {
    RangeRequest { key: vec![0].into(), range_end: vec![0].into(), ..RangeRequest::default() }
}

async fn everything(node: &Node) -> RangeResponse {
    node.range(&all()).await.unwrap()
}

/// Keys with histories, a deletion, large and empty values, a lease and a compaction.
async fn fill(node: &Node) {
    let (lease, ..) = node.lease_grant(3600, 77).await.unwrap();
    for number in 0..60 {
        node.put(put(&format!("key-{:02}", number % 20), vec![number; 1000])).await.unwrap();
    }
    node.put(put("large", vec![7; 200 << 10])).await.unwrap();
    node.put(put("empty", "")).await.unwrap();
    node.put(PutRequest { lease, ..put("leased", "here") }).await.unwrap();
    let delete = DeleteRangeRequest { key: "key-03".into(), ..DeleteRangeRequest::default() };
    node.delete_range(delete).await.unwrap();
    node.compact(CompactionRequest { revision: 20, physical: true }).await.unwrap();
}

/// What a member sends as its backup.
pub(crate) async fn backup_of(url: &str) -> Vec<u8> {
    let address = Address::parse(url).unwrap();
    let (transport, driver) = dial(&address, None).await.unwrap();
    let taken = async {
        let mut client = MaintenanceClient::with_origin(transport, address.origin.clone());
        let mut stream = client.snapshot(SnapshotRequest {}).await.unwrap().into_inner();
        let mut bytes = Vec::new();
        while let Some(response) = stream.next().await {
            bytes.extend_from_slice(&response.unwrap().blob);
        }
        bytes
    };
    tokio::select! {
        bytes = taken => bytes,
        ended = driver => panic!("{ended:?}"),
    }
}

/// An order for the member at `place`, named and reached as tests start it.
pub(crate) fn order(backup: &Path, folder: PathBuf, place: usize, peer_urls: &[String]) -> Order {
    let members = options(Path::new(""), place, peer_urls).members;
    let (backup, name, token) = (backup.to_owned(), place.to_string(), Some("test".to_owned()));
    Order { backup, folder, name, members, token, bump: BUMP, mark_compacted: true }
}

pub(crate) fn restore(order: &Order) -> Result<Restored, BackupError> {
    backup::restore(order, &mut |_, _, _| {})
}

fn check(folder: &Path, scratch: &Path) -> Report {
    backup::check(folder, scratch, &mut |_, _, _| {}).unwrap()
}

/// A backup file of a filled node, with what was in it.
async fn backed_up(folder: &Folder) -> (PathBuf, RangeResponse) {
    let members = Members::start(1).await;
    fill(members.node(0)).await;
    let before = everything(members.node(0)).await;
    let file = folder.0.join("backup");
    fs::write(&file, backup_of(&members.client_urls()[0]).await).unwrap();
    (file, before)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_members_come_up_with_the_same_state_and_nobody_can_look_back() {
    let folder = Folder::new();
    let (file, before) = backed_up(&folder).await;
    let revision = before.header.unwrap().revision.cast_unsigned();
    let mut restored = Vec::new();
    let mut members = Members::start_on(3, |urls, folders| {
        for place in 0..3 {
            let order = order(&file, folders.join(place.to_string()), place, urls);
            restored.push(restore(&order).unwrap());
        }
    })
    .await;
    let raised = revision + BUMP;
    for (place, made) in restored.iter().enumerate() {
        assert_eq!((made.revision, made.compacted, made.backed_up), (raised, raised, revision));
        assert_eq!(&made.identity, members.node(place).identity());
        assert_eq!(made.records, before.kvs.len() as u64);
        let node = members.node(place);
        node.linearize().await.unwrap();
        assert_eq!((node.revision(), node.compacted()), (raised, raised));
        let after = everything(node).await;
        assert_eq!(after.kvs, before.kvs, "values, versions, leases and revisions of keys stay");
        assert_eq!(node.hash_kv(0).unwrap(), members.node(0).hash_kv(0).unwrap());
        assert_eq!(node.machine().lease_ttl(77), Some(3600));
        for old in [1, 20, revision, raised - 1] {
            let range = RangeRequest { revision: old.cast_signed(), ..all() };
            let refused = node.range(&range).await.unwrap_err();
            assert_eq!(refused.to_string(), "etcdserver: mvcc: required revision has been compacted");
        }
        let now = RangeRequest { revision: raised.cast_signed(), ..all() };
        assert_eq!(node.range(&now).await.unwrap().kvs, before.kvs);
    }
    let written = members.node(0).put(put("after", "restore")).await.unwrap();
    assert_eq!(written.header.unwrap().revision.cast_unsigned(), raised + 1);

    // It is a cluster like any other: it starts again, from its own working states.
    let leader = members.leader().await;
    members.stop(leader).await;
    members.leader().await;
    members.node((leader + 1) % 3).put(put("without", "the leader")).await.unwrap();
    members.restart(leader).await;
    members.leader().await;
    assert_eq!(everything(members.node(leader)).await.kvs.len(), before.kvs.len() + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watches_from_before_end_as_compacted_and_from_now_go_on() {
    let folder = Folder::new();
    let (file, before) = backed_up(&folder).await;
    let revision = before.header.unwrap().revision.cast_unsigned();
    let members = Members::start_on(1, |urls, folders| {
        restore(&order(&file, folders.join("0"), 0, urls)).unwrap();
    })
    .await;
    let storage = Etcd::new(Options::new(members.client_urls())).unwrap();
    let raised = revision + BUMP;
    for old in [revision, revision + 1, raised - 1] {
        let request = WatchRequest::new(KeyRange::all()).from(pintle_storage::Revision::new(old));
        let mut watch = storage.watch(request).await.unwrap();
        match watch.next().await {
            Some(Err(Error::Compacted { revision })) => assert_eq!(revision.get(), raised),
            other => panic!("from {old}: {other:?}"),
        }
    }
    let request = WatchRequest::new(KeyRange::all()).from(pintle_storage::Revision::new(raised + 1));
    let mut watch = storage.watch(request).await.unwrap();
    members.node(0).put(put("new", "one")).await.unwrap();
    loop {
        match watch.next().await {
            Some(Ok(WatchUpdate::Events(batch))) => {
                assert_eq!(batch.len(), 1);
                break;
            }
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_can_be_kept_when_revisions_are_not_raised() {
    let folder = Folder::new();
    let (file, before) = backed_up(&folder).await;
    let members = Members::start_on(1, |urls, folders| {
        let order = order(&file, folders.join("0"), 0, urls);
        restore(&Order { bump: 0, mark_compacted: false, ..order }).unwrap();
    })
    .await;
    let node = members.node(0);
    let after = everything(node).await;
    assert_eq!((after.kvs, node.compacted()), (before.kvs, 20));
    assert_eq!(after.header.unwrap().revision, before.header.unwrap().revision);
    assert!(node.range(&RangeRequest { revision: 30, ..all() }).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_not_what_was_sent_is_refused_and_leaves_nothing() {
    let folder = Folder::new();
    let (file, _) = backed_up(&folder).await;
    let good = fs::read(&file).unwrap();
    let bad = folder.0.join("bad");
    let target = folder.0.join("member");
    let urls = ["http://127.0.0.1:1".to_owned()];
    let order = order(&bad, target.clone(), 0, &urls);
    let step = good.len() / 41;
    for at in (0..good.len()).step_by(step).chain(good.len() - 34..good.len()) {
        let mut flipped = good.clone();
        flipped[at] ^= 0x10;
        fs::write(&bad, &flipped).unwrap();
        restore(&order).unwrap_err();
        assert!(backup::status(&bad, &mut |_, _, _| {}).is_err(), "byte {at}");
        assert!(!target.exists());
    }
    for length in (0..good.len()).step_by(step).chain(good.len() - 34..good.len()) {
        fs::write(&bad, &good[..length]).unwrap();
        // What ends where the snapshot does is a snapshot file without its hash.
        if restore(&order).is_ok() {
            assert!(!backup::status(&bad, &mut |_, _, _| {}).unwrap().hashed, "{length} of {}", good.len());
            fs::remove_dir_all(&target).unwrap();
        }
        assert!(!target.exists());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_confuse_two_clusters_is_refused() {
    let folder = Folder::new();
    let members = Members::start(1).await;
    fill(members.node(0)).await;
    let file = folder.0.join("backup");
    fs::write(&file, backup_of(&members.client_urls()[0]).await).unwrap();
    let status = backup::status(&file, &mut |_, _, _| {}).unwrap();
    let urls = status.members.values().next().unwrap().peer_urls.clone();
    let order = order(&file, folder.0.join("member"), 0, &urls);
    assert!(matches!(restore(&order), Err(BackupError::SameIds { .. })), "the old address and the old token");
    let unmarked = Order { mark_compacted: false, token: None, ..order.clone() };
    assert!(matches!(restore(&unmarked), Err(BackupError::BumpWithoutMark)));
    let huge = Order { bump: u64::MAX, token: None, ..order.clone() };
    assert!(matches!(restore(&huge), Err(BackupError::RevisionTooHigh { .. })));
    let nobody = Order { name: "nobody".to_owned(), token: None, ..order.clone() };
    assert!(matches!(restore(&nobody), Err(BackupError::NotAMember(_))));
    let fresh = Order { token: None, ..order };
    let made = restore(&fresh).unwrap();
    assert!(made.identity.token.starts_with("restored-"));
    assert_ne!(made.identity.cluster, members.node(0).identity().cluster);
    assert!(matches!(restore(&fresh), Err(BackupError::NotEmpty(_))), "nothing is restored over something");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_tells_what_is_in_it() {
    let folder = Folder::new();
    let (file, before) = backed_up(&folder).await;
    let status = backup::status(&file, &mut |_, _, _| {}).unwrap();
    assert_eq!(status.revision, before.header.unwrap().revision.cast_unsigned());
    assert_eq!((status.keys, status.compacted, status.leases), (before.kvs.len() as u64, 20, 1));
    assert!(status.records > status.keys && status.hashed && status.size % 512 == 32);
    assert_eq!(status.members.len(), 1);
    fs::write(&file, [7; 4096]).unwrap();
    let error = backup::status(&file, &mut |_, _, _| {}).unwrap_err();
    assert!(matches!(error, BackupError::NotABackup(_)), "{error}");
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// The largest file below a folder.
fn largest(folder: &Path) -> PathBuf {
    let files = contents(folder);
    let written = |bytes: &[u8]| bytes.iter().filter(|byte| **byte != 0).count();
    files.into_iter().max_by_key(|(_, bytes)| written(bytes)).unwrap().0
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[end / 2] ^= 0x20;
    fs::write(path, bytes).unwrap();
}

fn damaged(report: &Report, prefix: &str) -> bool {
    report
        .files
        .iter()
        .any(|checked| checked.file.starts_with(prefix) && matches!(checked.condition, Condition::Damaged(_)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_finds_a_flipped_byte_in_each_kind_of_file_and_changes_nothing() {
    let scratch = Folder::new();
    let mut members = Members::start(1).await;
    fill(members.node(0)).await;
    let in_use = backup::check(&members.path(0), &scratch.0, &mut |_, _, _| {});
    assert!(in_use.unwrap_err().to_string().contains("in use"));
    // A snapshot is written for it.
    backup_of(&members.client_urls()[0]).await;
    members.stop(0).await;
    let path = members.path(0);
    let before = contents(&path);
    let report = check(&path, &scratch.0);
    assert!(report.is_good(), "{report:#?}");
    assert_eq!(report.files.len(), 4, "{report:#?}");
    assert!(contents(&path) == before, "nothing is changed");
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 0);

    for kind in ["log", "snapshots", "state", "member.json"] {
        let target = path.join(kind);
        let file = if target.is_dir() { largest(&target) } else { target };
        let good = fs::read(&file).unwrap();
        flip(&file);
        let before = contents(&path);
        let report = check(&path, &scratch.0);
        assert!(damaged(&report, kind), "{kind}: {report:#?}");
        assert!(!report.is_good());
        assert!(contents(&path) == before, "nothing is changed");
        let refuses = matches!(report.outlook, Outlook::Refuses(_));
        assert_eq!(refuses, kind == "log" || kind == "member.json", "{kind}: {report:#?}");
        if kind == "state" {
            let Outlook::Starts(how) = &report.outlook else { panic!("{report:#?}") };
            assert!(how.contains("made anew from snapshots/"), "{how}");
        }
        fs::write(&file, good).unwrap();
    }

    // What it says of a start is what a start does.
    flip(&largest(&path.join("state")));
    members.restart(0).await;
    members.leader().await;
    assert_eq!(everything(members.node(0)).await.kvs.len(), 22);
    members.stop(0).await;
    assert!(check(&path, &scratch.0).is_good());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unfinished_restore_is_no_node() {
    let folder = Folder::new();
    let (file, _) = backed_up(&folder).await;
    let urls = ["http://127.0.0.1:1".to_owned()];
    let order = order(&file, folder.0.join("member"), 0, &urls);
    restore(&order).unwrap();
    assert!(check(&order.folder, &folder.0).is_good());
    fs::remove_dir_all(order.folder.join("snapshots")).unwrap();
    let report = check(&order.folder, &folder.0);
    assert!(
        matches!(&report.outlook, Outlook::NeedsOthers(why) if why.contains("up to entry 1")),
        "{report:?}"
    );
    let remote = Remote::new(PeerTls::default()).unwrap();
    let started = Node::start(options(&order.folder, 0, &urls), &remote).await;
    assert!(started.unwrap_err().to_string().contains("up to entry 1,"));
}
