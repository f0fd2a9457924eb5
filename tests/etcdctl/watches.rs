//! Watches of what has happened, up to a last event.

use crate::both::Both;

const LAST: &str = "the-last-one";

async fn history(both: &mut Both) {
    for line in [
        "put a 1",
        "put a 2",
        "put a/b 3",
        "put b 4",
        "del a/b",
        "put c 5",
        "del a --prefix",
        "put a 6",
        "put last x",
    ] {
        both.say(line).await;
    }
    both.say(&format!("put a/last {LAST}")).await;
    both.say(&format!("put zlast {LAST}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_is_told_in_order() {
    let Some(mut both) = crate::both().await else { return };
    history(&mut both).await;
    both.follow("watch a --prefix --rev=1", LAST, true).await;
    both.follow("watch a --prefix --rev=3 --prev-kv", LAST, true).await;
    both.follow("watch a zz --rev=1", LAST, true).await;
    both.follow("watch a b --rev=5", LAST, true).await;
    both.follow("watch a/last --rev=1", LAST, true).await;
    both.follow("watch a --prefix --rev=2 --prev-kv -w fields", LAST, true).await;
    // Base64 of the value.
    both.follow("watch a/last --rev=1 -w json", "dGhlLWxhc3Qtb25l", true).await;
    both.follow(
        "watch a --prefix --rev=9 -- sh -c echo~$ETCD_WATCH_EVENT_TYPE:$ETCD_WATCH_KEY:$ETCD_WATCH_VALUE",
        LAST,
        true,
    )
    .await;
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compacted_history_is_not_told() {
    let Some(mut both) = crate::both().await else { return };
    history(&mut both).await;
    both.say("compaction 6").await;
    both.say("watch a --prefix --rev=2").await;
    // At the compacted revision itself etcd 3.4 does not tell of deletions; 3.6 does, and so does pintle.
    both.follow("watch a --prefix --rev=7", LAST, true).await;
    both.end();
}
