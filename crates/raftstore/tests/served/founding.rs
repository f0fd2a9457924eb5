//! Founders with new folders: new ones begin, and one that has lost its folder does not vote.

use crate::members::Members;
use pintle_raftstore::node::Node;
use pintle_wire::etcdserverpb::{PutRequest, RangeRequest};
use pintle_wire::pintle::peer::VoteRequest;
use std::time::Duration;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(20);

async fn put(node: &Node, key: &'static str) {
    let request = PutRequest { key: key.into(), value: "v".into(), ..PutRequest::default() };
    node.put(request).await.unwrap();
}

async fn has(node: &Node, key: &'static str) -> bool {
    let request = RangeRequest { key: key.into(), ..RangeRequest::default() };
    !node.range(&request).await.unwrap().kvs.is_empty()
}

async fn announce_all(members: &Members) {
    for (place, member) in members.running.iter().enumerate() {
        let node = &member.as_ref().unwrap().node;
        node.announce(&place.to_string(), vec![format!("http://client-{place}")]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_lost_its_folder_does_not_vote_even_if_it_comes_back_before_all_others() {
    let mut members = Members::start(3).await;
    announce_all(&members).await;
    // Known to two of three: with the votes of the others alone it could be undone.
    let (lost, behind) = (2, (members.leader().await + 1) % 3);
    let (lost, behind) = if behind == lost { (1, behind) } else { (lost, behind) };
    members.stop(behind).await;
    members.leader().await;
    put(members.node(lost), "key").await;
    for place in 0..3 {
        members.stop(place).await;
    }
    std::fs::remove_dir_all(members.path(lost)).unwrap();

    members.restart(lost).await;
    let refused = members.node(lost).vote_for_peer(VoteRequest::default()).await;
    assert!(refused.unwrap_err().to_string().contains("does not vote"));
    // Nobody leads while only the one that is behind could.
    members.restart(behind).await;
    let why = timeout(SOON, members.node(lost).failure()).await.unwrap();
    let id = members.node(lost).identity().member;
    assert!(why.contains(&format!("member {id:x} has been in this cluster before")), "{why}");
    assert!(!members.node(behind).standing().leads);
    members.stop(lost).await;
    let last = 3 - lost - behind;
    members.restart(last).await;
    members.leader().await;
    assert!(has(members.node(behind), "key").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_starts_late_is_let_in_by_the_leader_and_votes() {
    let mut members = Members::start(3).await;
    let late = (members.leader().await + 1) % 3;
    members.stop(late).await;
    // It has told nobody its clients' addresses, as one that never took part.
    std::fs::remove_dir_all(members.path(late)).unwrap();
    members.leader().await;
    put(members.node((late + 1) % 3), "key").await;
    members.restart(late).await;
    timeout(SOON, members.node(late).announce("late", vec!["http://client".to_owned()]))
        .await
        .unwrap()
        .unwrap();
    assert!(has(members.node(late), "key").await);
    // It votes now, or the last two could not go on.
    let leader = members.leader().await;
    let stopped = if leader == late { (late + 1) % 3 } else { leader };
    members.stop(stopped).await;
    members.leader().await;
    put(members.node(late), "other").await;
    // What it has learnt it knows after a start, without anybody's help.
    let other = 3 - late - stopped;
    members.stop(other).await;
    members.stop(late).await;
    members.restart(late).await;
    timeout(SOON, members.node(late).announce("late", vec!["http://client".to_owned()]))
        .await
        .unwrap()
        .unwrap();
}
