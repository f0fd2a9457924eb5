//! What only several nodes can show.

use crate::members::Members;
use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::{KeyRange, Op, RangeRequest, Storage, Txn};
use pintle_wire::etcdserverpb::{PutRequest, RangeRequest as WireRange};

fn put(key: &str, value: &str) -> Txn {
    let op = Op::Put { key: key.to_owned().into(), value: value.to_owned().into(), lease: None };
    Txn { compares: Vec::new(), success: vec![op], failure: Vec::new() }
}

fn wire_put(key: &str) -> PutRequest {
    PutRequest { key: key.to_owned().into(), value: "v".into(), ..PutRequest::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_member_takes_writes_and_any_other_reads_them_at_once() {
    let members = Members::start(3).await;
    for round in 0..30 {
        let (writer, reader) = (round % 3, (round + 1) % 3);
        let key = format!("key-{round}");
        let written = members.node(writer).put(wire_put(&key)).await.unwrap();
        let range = WireRange { key: key.into(), ..WireRange::default() };
        let read = members.node(reader).range(&range).await.unwrap();
        assert_eq!(read.kvs.len(), 1, "round {round}");
        assert!(read.header.unwrap().revision >= written.header.unwrap().revision);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_go_on_when_any_member_leaves_and_nothing_is_lost_when_it_returns() {
    let mut members = Members::start(3).await;
    let storage = Etcd::new(Options::new(members.client_urls())).unwrap();
    let mut expected = Vec::new();
    for round in 0..3 {
        let leaving = if round == 0 { members.leader().await } else { round };
        members.stop(leaving).await;
        members.leader().await;
        for number in 0..10 {
            let key = format!("{round}-{number}");
            storage.txn(put(&key, "value")).await.unwrap();
            expected.push(key);
        }
        members.restart(leaving).await;
        members.leader().await;
        let node = members.node(leaving);
        let all = WireRange { key: vec![0].into(), range_end: vec![0].into(), ..WireRange::default() };
        let found = node.range(&all).await.unwrap();
        let keys: Vec<_> = found.kvs.iter().map(|kv| String::from_utf8(kv.key.to_vec()).unwrap()).collect();
        expected.sort();
        assert_eq!(keys, expected, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leadership_goes_where_it_is_sent() {
    let members = Members::start(3).await;
    let leader = members.leader().await;
    let next = (leader + 1) % 3;
    let id = members.node(next).identity().member;
    members.node((leader + 2) % 3).move_leader(id).await.unwrap();
    assert_eq!(members.leader().await, next);
    members.node(leader).put(wire_put("after")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_hash_alike_at_a_revision() {
    let members = Members::start(3).await;
    for number in 0..50 {
        members.node(number % 3).put(wire_put(&format!("key-{}", number % 7))).await.unwrap();
    }
    let compaction = pintle_wire::etcdserverpb::CompactionRequest { revision: 30, physical: true };
    members.node(0).compact(compaction).await.unwrap();
    let mut hashes = Vec::new();
    for place in 0..3 {
        members.node(place).linearize().await.unwrap();
        let hash = members.node(place).hash_kv(40).unwrap();
        hashes.push((hash.hash, hash.compacted, hash.revision));
    }
    assert_eq!((hashes[0], hashes[1]), (hashes[1], hashes[2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_majority_nothing_is_written_and_only_serializable_reads_are_answered() {
    let mut members = Members::start(3).await;
    members.node(0).put(wire_put("before")).await.unwrap();
    let leader = members.leader().await;
    let stays = (leader + 1) % 3;
    members.node(stays).linearize().await.unwrap();
    for place in (0..3).filter(|place| *place != stays) {
        members.stop(place).await;
    }
    let range = |serializable| WireRange { key: "before".into(), serializable, ..WireRange::default() };
    let node = members.node(stays);
    assert_eq!(node.range(&range(true)).await.unwrap().kvs.len(), 1);
    let linearizable = range(false);
    let (read, written) = tokio::join!(node.range(&linearizable), node.put(wire_put("after")));
    assert!(read.is_err() && written.is_err(), "{read:?} {written:?}");
    members.restart(leader).await;
    members.leader().await;
    let storage = Etcd::new(Options::new(members.client_urls())).unwrap();
    let found = storage.range(RangeRequest::new(KeyRange::key("before"))).await.unwrap();
    assert_eq!(found.kvs.len(), 1);
}
