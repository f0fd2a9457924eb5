//! The in-memory store against the simplest thing that could be right: a copy of the whole map for each revision.
//! Random transactions, reads of the past, compactions and watches; the seed is in every message.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::ops::Range;

use futures_util::StreamExt;
use pintle_storage::memory::{Memory, Options};
use pintle_storage::{
    Error, Event, KeyRange, Op, RangeRequest, Revision, Storage, Txn, WatchRequest, WatchUpdate,
};

/// Key to value, create revision, mod revision and version.
type Map = BTreeMap<String, (String, u64, u64, u64)>;

struct Model {
    /// The map at revision 1, 2, ...
    maps: Vec<Map>,
    compacted: u64,
}

/// A small generator of numbers (xorshift), so that a seed replays.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, range: Range<u64>) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        range.start + self.0 % (range.end - range.start)
    }

    fn key(&mut self) -> String {
        format!("/{:02}", self.roll(0..24))
    }
}

#[tokio::test]
async fn any_history_reads_and_replays_like_the_model() {
    for seed in 1..=40 {
        play(seed, Options::default()).await;
    }
}

#[tokio::test]
async fn history_that_is_trimmed_reads_like_the_model_as_far_as_it_goes() {
    for seed in 100..=130 {
        play(seed, Options { history_bytes: 20_000, ..Options::default() }).await;
    }
}

async fn play(seed: u64, options: Options) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let storage = Memory::with_options(options);
    let mut model = Model { maps: vec![Map::new()], compacted: 0 };
    for step in 0..400 {
        let place = format!("seed {seed}, step {step}");
        match dice.roll(0..20) {
            0..=12 => write(&storage, &mut model, &mut dice, &place).await,
            13..=16 => read(&storage, &mut model, &mut dice, &place).await,
            17 | 18 => replay(&storage, &mut model, &mut dice, &place).await,
            _ => compact(&storage, &mut model, &mut dice, &place).await,
        }
    }
}

async fn write(storage: &Memory, model: &mut Model, dice: &mut Dice, place: &str) {
    let next = model.maps.len() as u64 + 1;
    let mut map = model.maps.last().unwrap().clone();
    let mut txn = Txn::new();
    let mut changed = false;
    if dice.roll(0..8) == 0 {
        let (start, end) = (dice.key(), dice.key());
        map.retain(|key, _| !(start <= *key && *key < end));
        changed |= map.len() != model.maps.last().unwrap().len();
        txn = txn.then(Op::delete_range(KeyRange::between(start, end)));
    } else {
        let keys: std::collections::BTreeSet<_> = (0..dice.roll(1..5)).map(|_| dice.key()).collect();
        for key in keys {
            if dice.roll(0..3) == 0 {
                changed |= map.remove(&key).is_some();
                txn = txn.then(Op::delete(key));
            } else {
                let (_, created, _, version) =
                    map.get(&key).cloned().unwrap_or((String::new(), next, next, 0));
                map.insert(key.clone(), (next.to_string(), created, next, version + 1));
                changed = true;
                txn = txn.then(Op::put(key, next.to_string()));
            }
        }
    }
    if changed {
        model.maps.push(map);
    }
    let revision = storage.txn(txn).await.unwrap().revision;
    assert_eq!(revision.get(), model.maps.len() as u64, "{place}");
}

async fn read(storage: &Memory, model: &mut Model, dice: &mut Dice, place: &str) {
    let at = dice.roll(1..model.maps.len() as u64 + 2);
    let limit = dice.roll(0..12);
    let range = KeyRange::starting_at(dice.key());
    let request = RangeRequest::new(range.clone()).at(Revision::new(at)).limit(limit);
    match storage.range(request).await {
        Err(Error::FutureRevision) => assert_eq!(at, model.maps.len() as u64 + 1, "{place}"),
        Err(Error::Compacted { revision }) => {
            assert!(revision.get() >= model.compacted && at < revision.get(), "{place}");
            model.compacted = revision.get();
        }
        Err(error) => panic!("{place}: {error}"),
        Ok(response) => {
            assert!(at >= model.compacted, "{place}");
            let map = &model.maps[at as usize - 1];
            let expected: Vec<_> = map.iter().filter(|(key, _)| range.contains(key.as_bytes())).collect();
            let shown = if limit == 0 { expected.len() } else { expected.len().min(limit as usize) };
            assert_eq!(response.count, expected.len() as u64, "{place}");
            assert_eq!(response.more, shown < expected.len(), "{place}");
            let found: Map = response.kvs.iter().map(entry).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected[..shown], "{place} at {at}");
        }
    }
}

/// Applies a watch's events to the map of the revision before it, and must arrive at every map after.
async fn replay(storage: &Memory, model: &mut Model, dice: &mut Dice, place: &str) {
    let from = dice.roll(2..model.maps.len() as u64 + 2);
    let request = WatchRequest::new(KeyRange::all()).from(Revision::new(from)).with_prev();
    let mut watch = storage.watch(request).await.unwrap();
    let mut map = model.maps[from as usize - 2].clone();
    let mut reached = from - 1;
    storage.request_progress().await.unwrap();
    loop {
        let events = match watch.next().await.unwrap() {
            Ok(WatchUpdate::Events(events)) => events,
            Ok(WatchUpdate::Progress(_)) => break,
            Err(Error::Compacted { revision }) => {
                assert!(from < revision.get(), "{place}");
                return;
            }
            Err(error) => panic!("{place}: {error}"),
        };
        for event in events {
            let revision = event.revision().get();
            if revision != reached {
                assert_eq!((revision, &map), (reached + 1, &model.maps[reached as usize - 1]), "{place}");
                reached = revision;
            }
            apply(&mut map, event, place);
        }
    }
    assert_eq!(reached, model.maps.len() as u64, "{place}: all came");
    assert_eq!(map, model.maps[reached as usize - 1], "{place}");
}

fn apply(map: &mut Map, event: Event, place: &str) {
    let prev = event.prev().map(entry);
    let key = String::from_utf8(event.key().to_vec()).unwrap();
    let before = match event {
        Event::Put { kv, .. } => {
            let (key, value) = entry(&kv);
            map.insert(key, value)
        }
        Event::Delete { .. } => map.remove(&key),
    };
    if let Some((_, value)) = prev {
        assert_eq!(Some(value), before, "{place}");
    }
}

async fn compact(storage: &Memory, model: &mut Model, dice: &mut Dice, place: &str) {
    let at = dice.roll(1..model.maps.len() as u64 + 2);
    match storage.compact(Revision::new(at)).await {
        Ok(_) => model.compacted = at,
        Err(Error::FutureRevision) => assert_eq!(at, model.maps.len() as u64 + 1, "{place}"),
        Err(Error::Compacted { revision }) => assert!(at <= revision.get(), "{place}"),
        Err(error) => panic!("{place}: {error}"),
    }
}

fn entry(kv: &pintle_storage::KeyValue) -> (String, (String, u64, u64, u64)) {
    let text = |bytes: &bytes::Bytes| String::from_utf8(bytes.to_vec()).unwrap();
    let revisions = (kv.create_revision.get(), kv.mod_revision.get());
    (text(&kv.key), (text(kv.bytes().unwrap()), revisions.0, revisions.1, kv.version))
}
