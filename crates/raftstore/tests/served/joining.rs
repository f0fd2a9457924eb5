//! Members that come and go.

use crate::members::{Members, options};
use pintle_raftstore::node::{Node, StartError};
use pintle_raftstore::peers::{PeerTls, Remote};
use pintle_raftstore::serve::Listener;
use pintle_wire::etcdserverpb::{PutRequest, RangeRequest};

fn put(key: &str) -> PutRequest {
    PutRequest { key: key.to_owned().into(), value: "v".into(), ..PutRequest::default() }
}

async fn keys(node: &Node) -> usize {
    let all = RangeRequest { key: vec![0].into(), range_end: vec![0].into(), ..RangeRequest::default() };
    node.range(&all).await.unwrap().kvs.len()
}

/// Has a node write a snapshot of what it has applied, and waits for it.
async fn snapshot(node: &Node) {
    let applied = node.progress().applied;
    node.snapshot_now().await.unwrap();
    let written = async {
        while node.progress().snapshot < applied {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), written).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_is_added_gets_everything_and_one_that_is_removed_is_gone() {
    let mut members = Members::start(3).await;
    for number in 0..20 {
        members.node(0).put(put(&format!("before-{number}"))).await.unwrap();
    }
    let socket = Listener::bind("http://127.0.0.1:0").await.unwrap();
    let id = members.node(1).add_member(vec![socket.url.clone()], true).await.unwrap();
    let place = members.join(socket).await;
    assert_eq!(members.node(place).identity().member, id);
    assert_eq!(members.node(place).identity().cluster, members.node(0).identity().cluster);
    members.node(0).put(put("after")).await.unwrap();
    // A learner is let vote when it has caught up.
    let promoted = async {
        while let Err(error) = members.node(2).promote_member(id).await {
            assert_eq!(
                error.to_string(),
                "etcdserver: can only promote a learner member which is in sync with leader"
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), promoted).await.unwrap();
    assert_eq!(keys(members.node(place)).await, 21);
    let gone = members.node(0).identity().member;
    members.node(place).remove_member(gone).await.unwrap();
    members.stop(0).await;
    members.leader().await;
    members.node(place).put(put("without")).await.unwrap();
    let left: Vec<u64> =
        members.node(1).members(true).await.unwrap().iter().map(|member| member.id).collect();
    assert!(left.len() == 3 && left.contains(&id) && !left.contains(&gone), "{left:x?}");
}

/// Waits until a node ends by itself, and says why.
async fn end_of(node: &Node) -> String {
    tokio::time::timeout(std::time::Duration::from_secs(60), node.failure()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_ends_and_says_why() {
    let mut members = Members::start(5).await;
    let leader = members.leader().await;
    let others: Vec<usize> = (0..5).filter(|place| *place != leader).collect();
    let id = |members: &Members, place: usize| members.node(place).identity().member;
    // One that does not run hears of it when it does, from the others.
    let (stopped, asked) = (others[0], others[1]);
    let gone = id(&members, stopped);
    members.stop(stopped).await;
    members.node(asked).remove_member(gone).await.unwrap();
    members.restart(stopped).await;
    assert!(end_of(members.node(stopped)).await.contains(&format!("member {gone:x} was removed")));
    // So does the leader, whom the others replace.
    let gone = id(&members, leader);
    members.node(asked).remove_member(gone).await.unwrap();
    assert!(end_of(members.node(leader)).await.contains(&format!("member {gone:x} was removed")));
    // Whoever is left goes on.
    for place in [leader, stopped] {
        members.stop(place).await;
    }
    members.node(asked).put(put("left")).await.unwrap();
    assert_eq!(members.node(others[2]).members(true).await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_its_folder_stays_away_until_it_is_added_anew() {
    let mut members = Members::start(3).await;
    for place in 0..3 {
        members.node(place).announce(&place.to_string(), vec!["http://client".to_owned()]).await.unwrap();
    }
    members.node(0).put(put("key")).await.unwrap();
    let lost = 2;
    let old = members.node(lost).identity().member;
    members.stop(lost).await;
    std::fs::remove_dir_all(members.path(lost)).unwrap();
    let remote = Remote::new(PeerTls::default()).unwrap();
    let refused = Node::start(options(&members.path(lost), lost, members.peer_urls()), &remote).await;
    assert!(matches!(refused, Err(StartError::LostFolder { member }) if member == old), "{refused:?}");
    assert!(!members.path(lost).join("member.json").exists(), "nothing is written then");
    members.leader().await;
    members.node(0).remove_member(old).await.unwrap();
    let socket = Listener::bind("http://127.0.0.1:0").await.unwrap();
    let id = members.node(0).add_member(vec![socket.url.clone()], false).await.unwrap();
    assert_ne!(id, old);
    let place = members.join(socket).await;
    members.leader().await;
    assert_eq!(keys(members.node(place)).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_told_to_be_added_first() {
    let members = Members::start(1).await;
    let mut urls = members.peer_urls().to_vec();
    urls.push("http://127.0.0.1:1".to_owned());
    let mut options = options(&members.path(7), 1, &urls);
    options.existing = true;
    let refused = Node::start(options, &Remote::new(PeerTls::default()).unwrap()).await;
    assert!(matches!(refused, Err(StartError::NotAdded(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_its_state_gets_a_snapshot_of_another() {
    let mut members = Members::start(3).await;
    for number in 0..10 {
        members.node(0).put(put(&format!("key-{number}"))).await.unwrap();
    }
    let lost = (members.leader().await + 1) % 3;
    members.node(lost).linearize().await.unwrap();
    // Snapshots twice, so that the log is purged behind the older one.
    for round in 0..2 {
        for place in 0..3 {
            snapshot(members.node(place)).await;
        }
        members.node(0).put(put(&format!("round-{round}"))).await.unwrap();
        members.node(lost).linearize().await.unwrap();
    }
    let purged = async {
        while members.node(lost).progress().purged == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), purged).await.unwrap();
    members.stop(lost).await;
    for part in ["state", "snapshots"] {
        std::fs::remove_dir_all(members.path(lost).join(part)).unwrap();
    }
    members.restart(lost).await;
    members.leader().await;
    assert_eq!(keys(members.node(lost)).await, 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_its_state_finds_members_that_came_later() {
    let mut members = Members::start(3).await;
    members.node(0).put(put("key")).await.unwrap();
    let leader = members.leader().await;
    let (gone, lost) = ((leader + 1) % 3, (leader + 2) % 3);
    let id = members.node(gone).identity().member;
    members.node(leader).remove_member(id).await.unwrap();
    members.stop(gone).await;
    let socket = Listener::bind("http://127.0.0.1:0").await.unwrap();
    members.node(leader).add_member(vec![socket.url.clone()], false).await.unwrap();
    let new = members.join(socket).await;
    members.node(lost).linearize().await.unwrap();
    for round in 0..2 {
        snapshot(members.node(lost)).await;
        members.node(leader).put(put(&format!("round-{round}"))).await.unwrap();
        members.node(lost).linearize().await.unwrap();
    }
    let purged = async {
        while members.node(lost).progress().purged == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), purged).await.unwrap();
    // Nobody else has a snapshot yet, and only the new one is there to write one.
    members.node(new).linearize().await.unwrap();
    members.stop(leader).await;
    members.stop(lost).await;
    for part in ["state", "snapshots"] {
        std::fs::remove_dir_all(members.path(lost).join(part)).unwrap();
    }
    members.restart(lost).await;
    members.leader().await;
    assert_eq!(keys(members.node(lost)).await, 3);
}
