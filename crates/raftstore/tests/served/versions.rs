//! The cluster version: it rises when the last member understands it.

use crate::members::Members;
use pintle_raftstore::node::UNDERSTOOD;
use std::time::Duration;

async fn rises(members: &Members) {
    let risen = async {
        for place in 0..3 {
            while members.node(place).machine().cluster_version() < UNDERSTOOD {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), risen).await.expect("the version rises");
}

async fn announce(members: &Members, place: usize) {
    let url = members.client_urls()[place].clone();
    members.node(place).announce(&place.to_string(), vec![url]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_rises_when_the_last_member_has_said_that_it_understands() {
    let mut members = Members::start(3).await;
    announce(&members, 0).await;
    announce(&members, 1).await;
    // Whoever leads has looked at the members since: it looks every second.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    for place in 0..3 {
        assert_eq!(members.node(place).machine().cluster_version(), 0, "one has said nothing");
    }
    announce(&members, 2).await;
    rises(&members).await;
    // It is part of what they keep.
    let place = (members.leader().await + 1) % 3;
    members.stop(place).await;
    members.restart(place).await;
    members.leader().await;
    members.node(place).linearize().await.unwrap();
    assert_eq!(members.node(place).machine().cluster_version(), UNDERSTOOD);
}
