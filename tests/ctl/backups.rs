//! Backups saved under load, and new clusters out of them.

use crate::member::{Member, Plan, ctl, fails, good, one};
use futures_util::StreamExt;
use pintle_storage::{
    Error, KeyRange, KeyValue, Op, RangeRequest, Revision, Storage, Txn, WatchRequest, WatchUpdate,
};
use pintle_tests::Folder;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much a restore raises the revision by itself.
const BUMP: u64 = 1_000_000_000;

pub(crate) fn put(key: String, value: Vec<u8>) -> Txn {
    let op = Op::Put { key: key.into(), value: value.into(), lease: None };
    Txn { compares: Vec::new(), success: vec![op], failure: Vec::new() }
}

pub(crate) async fn everything(storage: &dyn Storage) -> Vec<KeyValue> {
    storage.range(RangeRequest::new(KeyRange::all())).await.unwrap().kvs
}

pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Writes until it is told to stop; answers what was acknowledged, key by key in order.
async fn load(storage: Arc<dyn Storage>, stop: Arc<AtomicBool>) -> Vec<(String, Vec<u8>, u64)> {
    let mut acknowledged = Vec::new();
    let mut number = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        let (key, value) = (format!("key-{number:06}"), number.to_le_bytes().repeat(300));
        let written = storage.txn(put(key.clone(), value.clone())).await.unwrap();
        acknowledged.push((key, value, written.revision.get()));
        number += 1;
    }
    acknowledged
}

/// Restores for each member of a plan, into folders of the test; starts them all.
pub(crate) async fn restored(backup: &Path, plan: &Plan, folder: &Folder) -> Vec<Member> {
    let mut members = Vec::new();
    for place in 0..plan.peers.len() {
        let target = folder.path().join(format!("restored-{place}"));
        let said = ctl(&[
            "snapshot",
            "restore",
            backup.to_str().unwrap(),
            "--data-dir",
            target.to_str().unwrap(),
            "--name",
            &Plan::name(place),
            "--initial-cluster",
            &plan.initial_cluster(),
            "--initial-advertise-peer-urls",
            &plan.peers[place],
            "--initial-cluster-token",
            plan.token(),
        ])
        .await;
        assert!(good(said).contains("pintle storage --name"), "it says how to go on");
        members.push(plan.start(place, &target));
    }
    plan.healthy().await;
    members
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_saved_under_load_holds_what_was_acknowledged_before_and_three_members_share_it() {
    let folder = Folder::new();
    let (plan, _member) = one(&folder).await;
    let stop = Arc::new(AtomicBool::new(false));
    let loading = load(Arc::new(plan.storage()), Arc::clone(&stop));
    let file = folder.path().join("backup.db");
    let saving = async {
        let storage = plan.storage();
        while everything(&storage).await.len() < 200 {}
        let before = storage.revision().await.unwrap().get();
        let said = good(plan.ctl(&format!("snapshot save {}", file.display())).await);
        assert!(said.contains(&format!("Snapshot saved at {}", file.display())), "{said}");
        stop.store(true, Ordering::Relaxed);
        before
    };
    let (acknowledged, before) = tokio::join!(loading, saving);
    assert!(!folder.path().join("backup.db.part").exists());
    let status = parsed(&good(ctl(&["snapshot", "status", file.to_str().unwrap(), "-w", "json"]).await));
    let revision = status["revision"].as_u64().unwrap();
    assert!(before <= revision && revision <= acknowledged.last().unwrap().2);
    assert_eq!((status["hashed"].as_bool(), status["members"]["member-0"].is_array()), (Some(true), true));

    let plan = Plan::new(3, "second");
    let members = restored(&file, &plan, &folder).await;
    let storage = plan.storage();
    let found = everything(&storage).await;
    // Exactly what was acknowledged up to the backup's revision, byte for byte and with its revision.
    let expected: Vec<_> = acknowledged.iter().filter(|(.., at)| *at <= revision).collect();
    assert_eq!(found.len(), expected.len());
    for (kv, (key, value, at)) in found.iter().zip(expected) {
        assert_eq!(
            (&kv.key[..], &kv.bytes().unwrap()[..], kv.mod_revision.get()),
            (key.as_bytes(), &value[..], *at)
        );
    }
    let raised = revision + BUMP;
    assert_eq!(storage.revision().await.unwrap().get(), raised);
    for old in [1, revision, revision + 1, raised - 1] {
        let mut request = RangeRequest::new(KeyRange::all());
        request.revision = Some(Revision::new(old));
        let read = storage.range(request).await;
        assert!(matches!(read, Err(Error::Compacted { .. })), "{old}: {read:?}");
        let watch = WatchRequest::new(KeyRange::all()).from(Revision::new(old));
        let first = storage.watch(watch).await.unwrap().next().await;
        assert!(
            matches!(first, Some(Err(Error::Compacted { revision })) if revision.get() == raised),
            "{first:?}"
        );
    }
    let watch = WatchRequest::new(KeyRange::all()).from(Revision::new(raised + 1));
    let mut watch = storage.watch(watch).await.unwrap();
    let written = storage.txn(put("new".to_owned(), b"one".to_vec())).await.unwrap();
    assert_eq!(written.revision.get(), raised + 1);
    let told = watch.next().await;
    assert!(matches!(&told, Some(Ok(WatchUpdate::Events(events))) if events.len() == 1), "{told:?}");

    let hashes = parsed(&good(plan.ctl("hashkv --cluster -w json").await));
    let hash = |place: usize| &hashes[place]["HashKV"];
    assert_eq!(hashes.as_array().unwrap().len(), 3);
    assert!((1..3).all(|place| hash(place)["hash"] == hash(0)["hash"]), "{hashes}");
    assert_eq!(hash(0)["compact_revision"].as_u64(), Some(raised));
    drop(members);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_torn_or_flipped_is_refused() {
    let folder = Folder::new();
    let (plan, _member) = one(&folder).await;
    let storage = plan.storage();
    for number in 0..20 {
        storage.txn(put(format!("key-{number}"), vec![number; 5000])).await.unwrap();
    }
    let file = folder.path().join("backup.db");
    good(plan.ctl(&format!("snapshot save {}", file.display())).await);
    let bytes = fs::read(&file).unwrap();
    let target = folder.path().join("target");
    let restore = async |file: PathBuf| {
        let (file, target) = (file.display().to_string(), target.display().to_string());
        ctl(&["snapshot", "restore", &file, "--data-dir", &target]).await
    };
    let bad = folder.path().join("bad.db");
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    fs::write(&bad, flipped).unwrap();
    fails(&restore(bad.clone()).await, "damaged");
    fs::write(&bad, &bytes[..bytes.len() - 700]).unwrap();
    fails(&restore(bad.clone()).await, "damaged");
    fs::write(&bad, "something else").unwrap();
    fails(&restore(bad.clone()).await, "no backup of Pintle");
    fails(&restore(folder.path().join("none.db")).await, "No such file");
    assert!(!target.exists());
    good(restore(file.clone()).await);
    fails(&restore(file).await, "not empty");
}

#[tokio::test]
async fn flags_that_do_not_go_together_are_refused() {
    let restore = async |flags: &[&str]| {
        ctl(&[&["snapshot", "restore", "backup.db", "--data-dir", "none"], flags].concat()).await
    };
    fails(&restore(&["--mark-compacted=false"]).await, "belong together");
    fails(&restore(&["--bump-revision=0"]).await, "belong together");
    fails(&restore(&["--initial-cluster", "a"]).await, "name=url");
    fails(
        &restore(&["--initial-cluster", "default=http://10.0.0.1:2380"]).await,
        "but --initial-advertise-peer-urls",
    );
    assert_eq!(restore(&["--bump-revision=-1"]).await.code, Some(1));
}
