//! A reader who is slow: bounded, harmless to others, and in the end told everything.

use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::{Error, Revision, Storage, WatchUpdate};

use futures_util::StreamExt;
use pintle_wire::etcdserverpb as wire;

use crate::fake::Fake;
use crate::watches::{WatchCall, accept, cancel, create, created, events, everything, open, revisions};

const QUEUE: usize = 10_000;

/// A client whose watches hold little for slow readers.
fn tight(fake: &Fake) -> Etcd {
    Etcd::new(Options { watch_buffer_bytes: QUEUE, ..fake.options() }).expect("the options are good")
}

/// Sends events of 1 KB, one revision each, until the client cancels the watch.
async fn flood(call: &mut WatchCall, id: i64) {
    for revision in 8..108 {
        call.send(events(id, &[revision], 1000)).await;
    }
    assert_eq!(cancel(call).await, id);
}

#[tokio::test]
async fn it_is_paused_holds_up_nobody_and_goes_on_where_it_stopped() {
    let mut fake = Fake::start();
    let (client, mut call) = (tight(&fake), None);
    let (mut slow, slow_id) = open(&mut fake, &client, &mut call, everything()).await;
    let (mut quick, quick_id) = open(&mut fake, &client, &mut call, everything()).await;
    let mut call = call.expect("there is a stream");
    flood(&mut call, slow_id).await;
    call.send(events(quick_id, &[8], 1)).await;
    assert_eq!(revisions(&mut quick).await, [8]);

    // The queue holds what fits; when it is taken, the rest is asked for.
    let mut seen = Vec::new();
    let read = async {
        while seen.len() < 100 {
            seen.extend(revisions(&mut slow).await);
        }
    };
    let replay = async {
        let again = create(&mut call).await;
        assert!(again.watch_id != slow_id);
        let from = again.start_revision;
        assert!((9..30).contains(&from), "the queue is bounded: {from}");
        call.send(created(again.watch_id, 107)).await;
        // What comes late for the watch of before is nobody's.
        call.send(events(slow_id, &[107], 1)).await;
        let rest: Vec<_> = (from..108).collect();
        call.send(events(again.watch_id, &rest, 1)).await;
    };
    tokio::join!(read, replay);
    assert!(seen.into_iter().eq(8..108), "nothing is missed and nothing repeated");
}

#[tokio::test]
async fn compaction_that_overtakes_it_is_told() {
    let mut fake = Fake::start();
    let (client, mut call) = (tight(&fake), None);
    let (mut slow, id) = open(&mut fake, &client, &mut call, everything()).await;
    let mut call = call.expect("there is a stream");
    flood(&mut call, id).await;
    let read = async {
        loop {
            match slow.next().await {
                Some(Ok(_)) => {}
                end => return end,
            }
        }
    };
    let compact = async {
        let watch_id = accept(&mut call, 107).await;
        call.send(wire::WatchResponse {
            watch_id,
            canceled: true,
            compact_revision: 100,
            ..Default::default()
        })
        .await;
    };
    let (end, ()) = tokio::join!(read, compact);
    assert_eq!(end, Some(Err(Error::Compacted { revision: Revision::new(100) })));
}

#[tokio::test]
async fn a_stream_that_ends_meanwhile_is_told_after_what_was_held() {
    let mut fake = Fake::start();
    let (client, mut call) = (tight(&fake), None);
    let (mut slow, id) = open(&mut fake, &client, &mut call, everything()).await;
    let mut call = call.expect("there is a stream");
    flood(&mut call, id).await;
    drop(fake);
    let mut expected = 8;
    loop {
        match slow.next().await {
            Some(Ok(WatchUpdate::Events(events))) => {
                assert!(events.iter().all(|event| event.revision() == Revision::new(expected)));
                expected += 1;
            }
            end => {
                assert_eq!(end, Some(Err(Error::LeaderLost)));
                break;
            }
        }
    }
    assert!(expected > 8);
}

#[tokio::test]
async fn one_that_goes_away_while_it_is_paused_is_forgotten() {
    let mut fake = Fake::start();
    let (client, mut call) = (tight(&fake), None);
    let (slow, id) = open(&mut fake, &client, &mut call, everything()).await;
    let (_stays, _) = open(&mut fake, &client, &mut call, everything()).await;
    let mut call = call.expect("there is a stream");
    flood(&mut call, id).await;
    drop(slow);
    let (next, _) = tokio::join!(client.watch(everything()), accept(&mut call, 107));
    assert!(next.is_ok(), "the next request was for the next watch");
}
