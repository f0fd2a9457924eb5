//! `pintle dev` killed in the middle of writes, again and again: what was acknowledged is there, and time goes on.
//!
//! `PINTLE_TEST_ROUNDS=30 PINTLE_TEST_SEED=7 cargo test -p pintle-tests --test durable killed -- --nocapture` kills more often,
//! at moments that come again.

use crate::{CONFIG_MAPS, config_map, resource_version};
use pintle_tests::{Connection, Folder, Protocol, Server, Who, request};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// Kills when nothing else is asked for.
const ROUNDS: u32 = 5;
const WRITERS: u32 = 4;
/// How long a server lives once it is ready, in milliseconds.
const LIFE: std::ops::Range<u64> = 20..700;

/// Objects by name, with the resource version they were acknowledged at.
type Acknowledged = BTreeMap<String, u64>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_after_every_kill() {
    let asked = |name| std::env::var(name).ok().map(|value: String| value.parse().unwrap());
    let seed: u64 = asked("PINTLE_TEST_SEED").unwrap_or_else(rand::random);
    let rounds = asked("PINTLE_TEST_ROUNDS").map_or(ROUNDS, |rounds| u32::try_from(rounds).unwrap());
    println!("PINTLE_TEST_SEED={seed} PINTLE_TEST_ROUNDS={rounds}");
    let mut chance = StdRng::seed_from_u64(seed);
    let mut folder = Arc::new(Folder::new());
    let mut expected = Acknowledged::new();
    let mut newest = 0;
    for round in 0..rounds {
        let server = Server::start_in(folder);
        newest = check(&server, &expected, newest).await;
        let seen = Arc::new(AtomicU64::new(newest));
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let connection = server.connect(Who::Admin, Protocol::H2).await;
            writers.spawn(write(connection, format!("r{round}w{writer}"), Arc::clone(&seen)));
        }
        tokio::time::sleep(Duration::from_millis(chance.random_range(LIFE))).await;
        folder = server.kill();
        let before = expected.len();
        while let Some(written) = writers.join_next().await {
            expected.extend(written.unwrap());
        }
        newest = seen.load(Ordering::Relaxed);
        println!("round {round}: {} acknowledged, up to {newest}", expected.len() - before);
    }
    let server = Server::start_in(folder);
    check(&server, &expected, newest).await;
    // A stop in order loses as little.
    server.stop().await;
}

/// Creates one object after another until the server is gone; answers what was acknowledged.
async fn write(mut connection: Connection, name: String, newest: Arc<AtomicU64>) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    for number in 0.. {
        let name = format!("{name}n{number}");
        let headers = [("content-type", "application/json")];
        let Ok(reply) = connection.send(request("POST", CONFIG_MAPS, &headers, config_map(&name))).await
        else {
            break;
        };
        assert_eq!(reply.status, 201, "{}", reply.text());
        let version = resource_version(reply.text());
        newest.fetch_max(version, Ordering::Relaxed);
        acknowledged.insert(name, version);
    }
    acknowledged
}

/// Everything is there as it was acknowledged, and nothing of the server's own time lies before what was seen.
async fn check(server: &Server, expected: &Acknowledged, newest: u64) -> u64 {
    let mut connection = server.connect(Who::Admin, Protocol::H2).await;
    let list = connection.get(CONFIG_MAPS, &[]).await;
    assert_eq!(list.status, 200, "{}", list.text());
    let now = resource_version(list.text());
    assert!(now >= newest, "the server is at {now}, but was seen at {newest}");
    for (name, version) in expected {
        let object = format!(r#""name":"{name}","namespace""#);
        let (_, found) = list.text().split_once(&object).unwrap_or_else(|| panic!("{name} is lost"));
        assert_eq!(resource_version(found), *version, "{name}");
    }
    now
}
