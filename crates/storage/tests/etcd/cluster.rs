//! Three members, of which one is killed under load: no write is lost or done twice, and no event.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::{
    Compare, Error, KeyRange, KeyValue, Op, RangeRequest, Revision, Storage, Txn, WatchRequest, WatchUpdate,
};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::server::{PATIENCE, Server, version};

const KEY: &str = "/counter";
const WRITES: u64 = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_leader_costs_neither_writes_nor_events() {
    if let Err(reason) = version() {
        return crate::say(&format!("skipped the cluster: {reason}"));
    }
    let mut servers = Server::start_cluster(3);
    let options = Options {
        call_timeout: Duration::from_secs(3),
        ..Options::new(servers.iter().map(|server| server.endpoint().to_owned()))
    };
    let client = Arc::new(Etcd::new(options).expect("the options are good"));
    let start = timeout(PATIENCE, first_write(&client)).await.expect("the cluster serves");

    let (mut watching, mut writing) = (JoinSet::new(), JoinSet::new());
    watching.spawn(watch_to_the_end(Arc::clone(&client), start));
    writing.spawn(count_up(Arc::clone(&client)));
    while value(&read(&client).await) < WRITES / 3 {
        tokio::task::yield_now().await;
    }
    let leader = leader(&client, &servers).await;
    drop(servers.remove(leader));

    timeout(PATIENCE, writing.join_all()).await.expect("the writer goes on");
    let seen = timeout(PATIENCE, watching.join_all()).await.expect("the watch goes on").concat();
    assert!(seen.iter().copied().eq(1..=WRITES), "each write once and in order: {seen:?}");
    assert_eq!(read(&client).await.version, WRITES + 1);
}

async fn first_write(client: &Etcd) -> Revision {
    let zero = || Txn::new().when(Compare::absent(KEY)).then(Op::put(KEY, "0")).otherwise(Op::get(KEY));
    loop {
        match client.txn(zero()).await {
            Ok(response) => return response.revision,
            Err(error) => assert!(error.may_retry() || error.may_have_applied(), "{error:?}"),
        }
    }
}

/// Writes every number in turn. After a write in doubt it looks before it writes again.
async fn count_up(client: Arc<Etcd>) {
    let mut current = read(&client).await;
    while value(&current) < WRITES {
        let next = value(&current) + 1;
        let write = Txn::new()
            .when(Compare::unchanged(KEY, current.mod_revision))
            .then(Op::put(KEY, next.to_string()))
            .then(Op::get(KEY))
            .otherwise(Op::get(KEY));
        current = match client.txn(write).await {
            Ok(mut response) => {
                let read = response.responses.pop().and_then(|last| last.into_range());
                read.and_then(|mut read| read.kvs.pop()).expect("the counter exists")
            }
            Err(error) => {
                assert!(error.may_retry() || error.may_have_applied(), "{error:?}");
                read(&client).await
            }
        };
    }
}

/// The numbers that a watch sees, resumed as often as needed, until the last.
async fn watch_to_the_end(client: Arc<Etcd>, start: Revision) -> Vec<u64> {
    let mut reached = start;
    let mut seen = Vec::new();
    while seen.last() != Some(&WRITES) {
        let request = WatchRequest::new(KeyRange::key(KEY)).from(reached.next());
        let mut watch = match client.watch(request).await {
            Ok(watch) => watch,
            Err(error) => {
                assert!(error.may_retry(), "{error:?}");
                continue;
            }
        };
        while seen.last() != Some(&WRITES) {
            match watch.next().await.expect("a watch says why it ends") {
                Ok(update) => {
                    reached = update.revision();
                    if let WatchUpdate::Events(events) = update {
                        seen.extend(events.iter().map(|event| match event {
                            pintle_storage::Event::Put { kv, .. } => value(kv),
                            other => panic!("nothing is deleted: {other:?}"),
                        }));
                    }
                }
                Err(error) => {
                    assert_eq!(error, Error::LeaderLost);
                    break;
                }
            }
        }
    }
    seen
}

async fn read(client: &Etcd) -> KeyValue {
    loop {
        match client.range(RangeRequest::new(KeyRange::key(KEY))).await {
            Ok(mut response) => return response.kvs.pop().expect("the counter exists"),
            Err(error) => assert!(error.may_retry(), "{error:?}"),
        }
    }
}

fn value(kv: &KeyValue) -> u64 {
    let bytes = kv.bytes().expect("it can be read");
    std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()).expect("it is a number")
}

/// Which of the members leads.
async fn leader(client: &Etcd, servers: &[Server]) -> usize {
    let leader = client.status().await.expect("it is answered").leader.expect("there is a leader");
    for (index, server) in servers.iter().enumerate() {
        let one = Etcd::new(Options::new([server.endpoint()])).expect("the options are good");
        if one.status().await.expect("it is answered").member == leader {
            return index;
        }
    }
    panic!("no member has the leader's id {leader}");
}
