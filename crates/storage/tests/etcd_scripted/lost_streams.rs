//! Streams of watches that end: what readers are told, and that the next watch finds its way.

use futures_util::StreamExt;
use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::{Error, Reason, Storage};
use pintle_wire::etcdserverpb as wire;
use std::time::Duration;
use tonic::Status;

use crate::fake::{Fake, header, until};
use crate::watches::{create, events, everything, open, revisions};

#[tokio::test]
async fn every_watch_of_the_stream_ends_and_the_next_opens_another() {
    let mut fake = Fake::start();
    let (client, mut call) = (fake.client(), None);
    let (mut one, one_id) = open(&mut fake, &client, &mut call, everything()).await;
    let (mut two, _) = open(&mut fake, &client, &mut call, everything()).await;
    let call = call.expect("there is a stream");
    call.send(events(one_id, &[8], 1)).await;
    call.fail(Status::unavailable("etcdserver: no leader")).await;
    assert_eq!(revisions(&mut one).await, [8]);
    for watch in [&mut one, &mut two] {
        assert_eq!(watch.next().await, Some(Err(Error::LeaderLost)));
        assert_eq!(watch.next().await, None);
    }
    let mut another = None;
    let (_watch, _) = open(&mut fake, &client, &mut another, everything()).await;
}

#[tokio::test]
async fn a_killed_member_ends_them_and_they_open_again_when_it_is_back() {
    let mut fake = Fake::start();
    let address = fake.address();
    let (client, mut call) = (fake.client(), None);
    let (mut watch, _) = open(&mut fake, &client, &mut call, everything()).await;
    drop(fake);
    assert_eq!(watch.next().await, Some(Err(Error::LeaderLost)));
    let mut fake = Fake::start_at(address);
    until(|| client.connected() == 1).await;
    let (_watch, _) = open(&mut fake, &client, &mut None, everything()).await;
}

#[tokio::test]
async fn a_client_that_is_dropped_ends_its_watches() {
    let mut fake = Fake::start();
    let (client, mut call) = (fake.client(), None);
    let (mut watch, _) = open(&mut fake, &client, &mut call, everything()).await;
    drop(client);
    assert_eq!(watch.next().await, Some(Err(Error::LeaderLost)));
}

#[tokio::test]
async fn a_watch_that_is_not_answered_in_time_is_taken_back() {
    let mut fake = Fake::start();
    let options = Options { call_timeout: Duration::from_millis(200), ..fake.options() };
    let client = Etcd::new(options).expect("the options are good");
    until(|| client.connected() == 1).await;
    let answer = client.watch(everything()).await;
    assert_eq!(answer.err(), Some(Error::NotApplied(Reason::TimedOut)));
    fake.watches.next().await.given_up().await;
}

#[tokio::test]
async fn responses_that_make_no_sense_end_the_stream() {
    let nonsense = [
        wire::WatchResponse { watch_id: 1000, created: true, header: header(7), ..Default::default() },
        wire::WatchResponse { watch_id: -1, header: None, ..Default::default() },
    ];
    let mut fake = Fake::start();
    let client = fake.client();
    for response in nonsense {
        let mut call = None;
        let (mut watch, _) = open(&mut fake, &client, &mut call, everything()).await;
        let mut call = call.expect("there is a stream");
        call.send(response).await;
        assert_eq!(watch.next().await, Some(Err(Error::LeaderLost)));
        call.given_up().await;
    }
}

#[tokio::test]
async fn a_revision_above_the_bound_ends_the_stream() {
    let mut fake = Fake::start();
    let client =
        Etcd::new(Options { response_bytes: 50_000, ..fake.options() }).expect("the options are good");
    let mut call = None;
    let (mut watch, id) = open(&mut fake, &client, &mut call, everything()).await;
    let call = call.expect("there is a stream");
    for _ in 0..2 {
        call.send(wire::WatchResponse { fragment: true, ..events(id, &[8], 30_000) }).await;
    }
    assert_eq!(watch.next().await, Some(Err(Error::LeaderLost)));
}

#[tokio::test]
async fn a_watch_given_up_before_it_is_answered_leaves_no_trace() {
    let mut fake = Fake::start();
    let (client, mut call) = (fake.client(), None);
    let (mut stays, stays_id) = open(&mut fake, &client, &mut call, everything()).await;
    let mut call = call.expect("there is a stream");
    let given_up = tokio::select! {
        _ = client.watch(everything()) => panic!("nobody answers"),
        create = create(&mut call) => create.watch_id,
    };
    assert_eq!(crate::watches::cancel(&mut call).await, given_up);
    call.send(crate::watches::created(given_up, 7)).await;
    call.send(events(given_up, &[8], 1)).await;
    call.send(events(stays_id, &[8], 1)).await;
    assert_eq!(revisions(&mut stays).await, [8]);
}
