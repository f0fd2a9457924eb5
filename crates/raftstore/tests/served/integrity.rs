//! Members whose states differ: here because each was restored from a backup of its own.

use crate::backups::{backup_of, order, put, restore};
use crate::members::{Folder, Members, Setup};
use pintle_raftstore::node::{Alarm, AlarmKind, Node};
use std::path::PathBuf;
use std::time::Duration;

/// Backups of two nodes that are at the same revision and differ in one value.
async fn two_backups(folder: &Folder) -> [PathBuf; 2] {
    let mut files = Vec::new();
    for value in ["right", "wrong"] {
        let members = Members::start(1).await;
        members.node(0).put(put("same", "in both")).await.unwrap();
        members.node(0).put(put("key", value)).await.unwrap();
        let file = folder.0.join(value);
        std::fs::write(&file, backup_of(&members.client_urls()[0]).await).unwrap();
        files.push(file);
    }
    files.try_into().unwrap()
}

/// Members of which each is restored from one of the backups.
async fn restored(backups: &[&PathBuf], compare_every: Option<Duration>) -> Members {
    let setup = Setup { compare_every, ..Setup::default() };
    Members::start_as(backups.len(), setup, |urls, folders| {
        for (place, backup) in backups.iter().enumerate() {
            restore(&order(backup, folders.join(place.to_string()), place, urls)).unwrap();
        }
    })
    .await
}

/// Waits until every member knows of the alarms about these.
async fn alarmed(members: &Members, about: &[u64]) {
    let expected: Vec<_> =
        about.iter().map(|member| Alarm { member: *member, kind: AlarmKind::Corrupt }).collect();
    let known = async {
        for member in members.running.iter().flatten() {
            while member.node.alarms() != expected {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), known).await.expect("the alarms in time");
}

async fn refusal(node: &Node) -> String {
    // Members look for alarms of others now and then.
    let refused = async {
        loop {
            match node.put(put("key", "more")).await {
                Ok(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(error) => return error.to_string(),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), refused).await.expect("a refusal in time")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_a_majority_contradicts_ends_and_the_others_go_on() {
    let folder = Folder::new();
    let [right, wrong] = two_backups(&folder).await;
    let mut members = restored(&[&right, &wrong, &right], None).await;
    let why = tokio::time::timeout(Duration::from_secs(30), members.node(1).failure()).await.unwrap();
    assert!(why.contains("differs from that of the majority"), "{why}");
    members.stop(1).await;
    members.leader().await;
    members.node(0).put(put("key", "more")).await.unwrap();
    assert_eq!(members.node(2).alarms(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_majority_all_are_named_and_nothing_is_written_until_that_is_disarmed() {
    let folder = Folder::new();
    let [right, wrong] = two_backups(&folder).await;
    let members = restored(&[&right, &wrong], None).await;
    let ids = [0, 1].map(|place| members.node(place).identity().member);
    let mut sorted = ids;
    sorted.sort_unstable();
    alarmed(&members, &sorted).await;
    assert_eq!(refusal(members.node(0)).await, "etcdserver: corrupt cluster");
    assert_eq!(refusal(members.node(1)).await, "etcdserver: corrupt cluster");
    assert!(members.node(1).lease_grant(60, 0).await.is_err());
    // Reads go on, as with etcd.
    let range = pintle_wire::etcdserverpb::RangeRequest { key: "same".into(), ..Default::default() };
    assert_eq!(members.node(0).range(&range).await.unwrap().kvs.len(), 1);
    for member in ids {
        let alarm = Alarm { member, kind: AlarmKind::Corrupt };
        assert!(members.node(0).disarm(alarm).await.unwrap());
        assert!(!members.node(1).disarm(alarm).await.unwrap(), "it is disarmed already");
    }
    alarmed(&members, &[]).await;
    let written = async {
        while members.node(1).put(put("key", "more")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), written).await.expect("writes are taken again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_compares_again_and_again() {
    let folder = Folder::new();
    let [right, wrong] = two_backups(&folder).await;
    let members = restored(&[&right, &wrong], Some(Duration::from_millis(200))).await;
    let mut ids = [0, 1].map(|place| members.node(place).identity().member);
    ids.sort_unstable();
    alarmed(&members, &ids).await;
    for member in ids {
        members.node(0).disarm(Alarm { member, kind: AlarmKind::Corrupt }).await.unwrap();
    }
    alarmed(&members, &ids).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_are_alike_are_left_alone() {
    let setup = Setup { compare_every: Some(Duration::from_millis(50)), ..Setup::default() };
    let mut members = Members::start_as(3, setup, |_, _| {}).await;
    for number in 0..200 {
        members.node(number % 3).put(put(&format!("key-{}", number % 7), number.to_string())).await.unwrap();
        if number % 50 == 49 {
            let revision = members.node(0).revision().cast_signed() - 5;
            let compaction =
                pintle_wire::etcdserverpb::CompactionRequest { revision, physical: number % 100 == 49 };
            members.node(0).compact(compaction).await.unwrap();
        }
    }
    for place in 0..3 {
        members.stop(place).await;
        members.restart(place).await;
        members.leader().await;
        members.node(place).linearize().await.unwrap();
    }
    members.node(0).put(put("key", "more")).await.unwrap();
    assert_eq!(members.node(0).alarms(), []);
}
