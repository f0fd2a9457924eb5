//! Keeping leases alive over the one stream.

use std::time::Duration;

use pintle_storage::{Error, Lease, LeaseId, Reason, Storage};
use pintle_wire::etcdserverpb as wire;
use tonic::Status;

use crate::fake::{Fake, two};

fn id(number: i64) -> LeaseId {
    LeaseId::new(number).expect("it is not zero")
}

fn lease(number: i64, seconds: u64) -> Lease {
    Lease { id: id(number), ttl: Duration::from_secs(seconds) }
}

fn alive(id: i64, ttl: i64) -> wire::LeaseKeepAliveResponse {
    wire::LeaseKeepAliveResponse { header: None, id, ttl }
}

#[tokio::test]
async fn all_share_a_stream_and_each_gets_its_own_answer() {
    let mut fake = Fake::start();
    let client = fake.client();
    let callers = async {
        tokio::join!(
            client.lease_keep_alive(id(1)),
            client.lease_keep_alive(id(2)),
            client.lease_keep_alive(id(1)),
            client.lease_keep_alive(id(3)),
        )
    };
    let play = async {
        let mut call = fake.keep_alives.next().await;
        assert!(call.wants_leader);
        let mut asked = Vec::new();
        for _ in 0..4 {
            asked.push(call.request().await.id);
        }
        asked.sort_unstable();
        assert_eq!(asked, [1, 1, 2, 3]);
        for (number, ttl) in [(3, 0), (1, 10), (2, 20), (1, 11)] {
            call.send(alive(number, ttl)).await;
        }
        call
    };
    let ((one, two, one_again, three), _call) = tokio::join!(callers, play);
    assert_eq!((two, three), (Ok(lease(2, 20)), Err(Error::LeaseNotFound)));
    // Who of the two was first is not told.
    let mut ones = [one, one_again].map(|answer| answer.map(|lease| lease.ttl.as_secs()));
    ones.sort_by_key(|ttl| ttl.clone().unwrap_or(0));
    assert_eq!(ones, [Ok(10), Ok(11)]);
    assert!(fake.keep_alives.is_empty(), "there was one stream");
}

#[tokio::test]
async fn a_stream_that_breaks_leaves_its_callers_in_doubt_and_the_next_opens_another() {
    let mut fake = Fake::start();
    let client = fake.client();
    let play = async {
        let mut call = fake.keep_alives.next().await;
        call.request().await;
        call.fail(Status::unavailable("etcdserver: server stopped")).await;
    };
    let (answer, ()) = tokio::join!(client.lease_keep_alive(id(1)), play);
    assert_eq!(answer, Err(Error::Unknown(Reason::Stopped)));
    let play = async {
        let mut call = fake.keep_alives.next().await;
        let asked = call.request().await.id;
        call.send(alive(asked, 5)).await;
        call
    };
    let (answer, _call) = tokio::join!(client.lease_keep_alive(id(1)), play);
    assert_eq!(answer, Ok(lease(1, 5)));
}

#[tokio::test]
async fn what_a_member_without_a_leader_refuses_goes_to_the_other() {
    let (mut one, mut other, client) = two(|options| options).await;
    let play = async {
        let (refused, taker) = tokio::select! {
            call = one.keep_alives.next() => (call, &mut other),
            call = other.keep_alives.next() => (call, &mut one),
        };
        refused.fail(Status::unavailable("etcdserver: no leader")).await;
        let mut call = taker.keep_alives.next().await;
        let asked = call.request().await.id;
        call.send(alive(asked, 5)).await;
        call
    };
    let (answer, _call) = tokio::join!(client.lease_keep_alive(id(1)), play);
    assert_eq!(answer, Ok(lease(1, 5)));
}

#[tokio::test]
async fn a_silent_stream_is_given_up() {
    let mut fake = Fake::start();
    let options =
        pintle_storage::etcd::Options { call_timeout: Duration::from_millis(200), ..fake.options() };
    let client = pintle_storage::etcd::Etcd::new(options).expect("the options are good");
    let play = async {
        let mut call = fake.keep_alives.next().await;
        call.given_up().await;
    };
    let (answer, ()) = tokio::join!(client.lease_keep_alive(id(1)), play);
    assert_eq!(answer, Err(Error::Unknown(Reason::TimedOut)));
}
