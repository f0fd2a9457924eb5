//! A reader who falls far behind, with a queue too small for what happens meanwhile.

use futures_util::StreamExt;
use pintle_storage::etcd::Options;
use pintle_storage::{KeyRange, Op, Storage, Txn, WatchRequest, WatchUpdate};

use crate::server::{Server, version};

const WRITES: usize = 1000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_far_behind_misses_nothing_and_holds_up_nobody() {
    if let Err(reason) = version() {
        return crate::say(&format!("skipped the slow reader: {reason}"));
    }
    let server = Server::start();
    let client = server.client(Options { watch_buffer_bytes: 10_000, ..server.options() }).await;
    let everything = || WatchRequest::new(KeyRange::all());
    let mut slow = client.watch(everything()).await.expect("it is opened");
    let mut quick = client.watch(everything()).await.expect("it is opened");
    let before = client.revision().await.expect("it is known").get();
    for round in 0..WRITES {
        let write = Txn::new().then(Op::put("/a", vec![b'x'; 1000])).then(Op::put("/b", round.to_string()));
        client.txn(write).await.expect("it is written");
        assert_eq!(next(&mut quick).await, [before + 1 + round as u64; 2], "it comes at once");
    }
    let mut seen = Vec::new();
    while seen.len() < 2 * WRITES {
        let batch = next(&mut slow).await;
        assert_eq!(batch.len() % 2, 0, "revisions come whole");
        seen.extend(batch);
    }
    let expected = (before + 1..).flat_map(|revision| [revision; 2]).take(2 * WRITES);
    assert!(seen.into_iter().eq(expected), "nothing is missed and nothing repeated");
}

/// The revisions of the next events.
async fn next(watch: &mut pintle_storage::WatchStream) -> Vec<u64> {
    loop {
        match watch.next().await.expect("the watch goes on").expect("it does not fail") {
            WatchUpdate::Events(events) => {
                return events.iter().map(|event| event.revision().get()).collect();
            }
            WatchUpdate::Progress(_) => {}
        }
    }
}
