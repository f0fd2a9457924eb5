//! Watches from every revision, slow and fast, on one key and on many, while everything changes and is compacted.

use crate::chance::Chance;
use crate::model::{KEYS, Model, Told, key};
use crate::world::World;
use bytes::Bytes;
use pintle_raftstore::feed::{Ended, Event, Request, Watcher};
use pintle_raftstore::machine::Machine;
use pintle_raftstore::revisions::{Record, Span};
use pintle_wire::mvccpb::KeyValue;
use std::mem::discriminant;
use std::sync::Arc;
use tokio::task::JoinSet;

fn key_value(record: &Record) -> KeyValue {
    KeyValue {
        key: record.key.clone(),
        value: record.value.clone(),
        create_revision: record.version.created as i64,
        mod_revision: record.version.at.revision as i64,
        version: record.version.version as i64,
        lease: record.version.lease,
    }
}

fn told(event: &Event) -> Told {
    let record = event.record();
    let kv = (!record.version.is_deletion()).then(|| key_value(record));
    Told { revision: event.revision(), key: record.key.clone(), kv, prev: event.prev.as_ref().map(key_value) }
}

/// What a watcher was told, and how it ended.
#[derive(Debug)]
struct Seen {
    request: Request,
    from: u64,
    told: Vec<Told>,
    through: u64,
    ended: Option<Ended>,
}

/// Watches until `last` is delivered, or the watch ends; lets others run in between if it is slow.
async fn follow(mut watcher: Watcher, request: Request, last: u64, max_bytes: usize, slow: u64) -> Seen {
    let from = watcher.position();
    let mut seen = Seen { request, from, told: Vec::new(), through: 0, ended: None };
    while seen.through < last {
        match watcher.next(max_bytes).await {
            Ok(batch) => {
                assert!(!batch.events.is_empty());
                assert!(batch.events.last().unwrap().revision() <= batch.through);
                assert!(batch.events[0].revision() > seen.through);
                let places = batch.events.iter().map(|event| event.record().version.at);
                assert!(places.is_sorted(), "in the order in which they were made");
                seen.through = batch.through;
                seen.told.extend(batch.events.iter().map(told));
            }
            Err(ended) => {
                let again = watcher.next(1).await.unwrap_err();
                assert_eq!(discriminant(&again), discriminant(&ended), "it ends for good");
                seen.ended = Some(ended);
                break;
            }
        }
        for _ in 0..slow {
            tokio::task::yield_now().await;
        }
    }
    seen
}

fn spans() -> Vec<Span> {
    let bytes = |text: &'static str| Bytes::from_static(text.as_bytes());
    let mut spans: Vec<Span> = (0..KEYS).map(|n| Span::Key(key(n))).collect();
    spans.push(Span::Between(bytes("k02"), bytes("k06")));
    spans.push(Span::Between(bytes("k"), bytes("l")));
    spans.push(Span::From(bytes("\0")));
    spans
}

fn check(seen: &Seen, model: &Model, seed: u64) {
    let Seen { request, from, told, through, ended } = seen;
    let last = model.revision();
    let up_to = match ended {
        None => last,
        Some(Ended::Compacted { revision }) => {
            assert!(*revision <= model.compacted && *revision > 0);
            told.last().map_or(0, |told| told.revision)
        }
        Some(other) => panic!("seed {seed}: {other}"),
    };
    let mut wanted = model.told(&request.span, *from, up_to);
    wanted.retain(|told| if told.kv.is_some() { request.puts } else { request.deletions });
    let mut told = told.clone();
    told.sort_by(|a, b| (a.revision, &a.key).cmp(&(b.revision, &b.key)));
    assert_eq!(told.len(), wanted.len(), "seed {seed}: {request:?} from {from} through {through}, {ended:?}");
    for (told, wanted) in told.iter().zip(&wanted) {
        assert_eq!((told.revision, &told.key, &told.kv), (wanted.revision, &wanted.key, &wanted.kv));
        if !request.prev {
            assert_eq!(told.prev, None);
        } else if told.prev.is_none() {
            // It may have been compacted when it was looked up.
            assert!(wanted.prev.is_none() || told.revision <= model.compacted, "seed {seed}: {told:?}");
        } else {
            assert_eq!(told.prev, wanted.prev);
        }
    }
}

#[test]
fn every_watch_is_told_every_change_once_or_that_it_is_compacted() {
    for seed in 1..=25 {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let mut chance = Chance::new(seed);
        let mut world = World::new();
        world.grow(&mut chance, 150);
        let machine = Arc::new(world.open().unwrap());
        world.catch_up(&machine, &mut chance).unwrap();
        let began = machine.revision();
        world.grow(&mut chance, 300);
        let mut model = world.model();
        for _ in 0..2 {
            let command = model.put_all();
            world.log(model.clone(), command);
            let command = model.delete_all();
            world.log(model.clone(), command);
        }
        let last = model.revision();
        runtime.block_on(async {
            let mut watchers = JoinSet::new();
            for span in spans() {
                for _ in 0..4 {
                    let request = Request {
                        from: (!chance.one_in(4)).then(|| 1 + chance.below(began + 20)),
                        prev: chance.one_in(2),
                        puts: !chance.one_in(5),
                        ..Request::of(span.clone())
                    };
                    let watcher = machine.watch(request.clone());
                    let max_bytes = chance.below(6000) as usize;
                    watchers.spawn(follow(watcher, request, last, max_bytes, chance.below(40)));
                }
            }
            let feeding = Arc::clone(&machine);
            let (mut feeder, log) = (Chance::new(seed + 1000), world);
            let fed = tokio::task::spawn_blocking(move || {
                log.catch_up(&feeding, &mut feeder).unwrap();
                log
            });
            while let Some(seen) = watchers.join_next().await {
                check(&seen.unwrap(), &model, seed);
            }
            fed.await.unwrap().check(&machine, "after watching");
        });
        assert_eq!(machine.watchers(), 0);
    }
}

/// Waits for what is sure to come.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Whether nothing comes, as long as others run.
fn is_quiet<T>(future: impl Future<Output = T>) -> bool {
    wait(async {
        tokio::select! {
            biased;
            _ = future => false,
            () = async {
                for _ in 0..1000 {
                    tokio::task::yield_now().await;
                }
            } => true,
        }
    })
}

fn world_of(revisions: u64) -> (World, Machine, Chance) {
    let mut world = World::new();
    let machine = world.open().unwrap();
    let mut chance = Chance::new(1);
    for n in 0..revisions {
        put(&mut world, &machine, &mut chance, n % KEYS);
    }
    (world, machine, chance)
}

fn put(world: &mut World, machine: &Machine, chance: &mut Chance, number: u64) {
    let mut model = world.model();
    let command = model.put(key(number), Bytes::from(vec![7; 300]));
    world.log(model, command);
    world.catch_up(machine, chance).unwrap();
}

fn compact(world: &mut World, machine: &Machine, chance: &mut Chance, revision: u64) {
    let mut model = world.model();
    let command = model.compact_at(revision);
    world.log(model, command);
    world.catch_up(machine, chance).unwrap();
    machine.wait_for_clearing();
    machine.flush().unwrap();
}

#[test]
fn progress_is_told_only_when_nothing_waits() {
    let (mut world, machine, mut chance) = world_of(5);
    let mut watcher = machine.watch(Request::of(Span::Key(key(1))));
    assert_eq!(watcher.progress(), Some(6));
    put(&mut world, &machine, &mut chance, 2);
    assert_eq!(watcher.progress(), Some(7), "another key's change is none of its business");
    put(&mut world, &machine, &mut chance, 1);
    assert_eq!(watcher.progress(), None);
    let batch = wait(watcher.next(1000)).unwrap();
    assert_eq!((batch.events.len(), batch.through), (1, 8));
    assert_eq!(watcher.progress(), Some(8));
    // One that waits for the future is quiet, too.
    let mut future = machine.watch(Request { from: Some(11), ..Request::of(Span::Key(key(1))) });
    assert_eq!(future.progress(), Some(8));
    (0..2).for_each(|_| put(&mut world, &machine, &mut chance, 1));
    assert!(is_quiet(future.next(1000)));
    put(&mut world, &machine, &mut chance, 1);
    assert_eq!(wait(future.next(1000)).unwrap().events[0].revision(), 11);
    // From the past, nothing is known before it is read.
    assert_eq!(machine.watch(Request { from: Some(2), ..Request::of(Span::Key(key(9))) }).progress(), None);
}

#[test]
fn a_quiet_watch_outlives_any_compaction() {
    let (mut world, machine, mut chance) = world_of(20);
    let mut quiet = machine.watch(Request { prev: true, ..Request::of(Span::Key(key(3))) });
    let mut behind = machine.watch(Request { from: Some(4), ..Request::of(Span::Key(key(3))) });
    for _ in 0..100 {
        put(&mut world, &machine, &mut chance, 5);
    }
    compact(&mut world, &machine, &mut chance, 110);
    put(&mut world, &machine, &mut chance, 3);
    let batch = wait(quiet.next(1000)).unwrap();
    assert_eq!(batch.events.len(), 1);
    assert_eq!(batch.events[0].prev.as_ref().unwrap().version.at.revision, 17);
    assert_eq!(wait(behind.next(1000)).unwrap_err(), Ended::Compacted { revision: 110 });
}

#[test]
fn a_watch_may_begin_at_what_was_compacted_and_sees_its_deletion() {
    let (mut world, machine, mut chance) = world_of(10);
    let mut model = world.model();
    let command = model.delete_all();
    world.log(model.clone(), command);
    world.catch_up(&machine, &mut chance).unwrap();
    let deleted = model.revision();
    put(&mut world, &machine, &mut chance, 0);
    compact(&mut world, &machine, &mut chance, deleted);
    drop(machine);
    let machine = world.open().unwrap();
    machine.wait_for_clearing();
    let all = || Span::From(Bytes::from_static(b"\0"));
    let mut watcher = machine.watch(Request { from: Some(deleted), prev: true, ..Request::of(all()) });
    let batch = wait(watcher.next(100_000)).unwrap();
    assert_eq!(batch.events.len(), 11);
    assert!(
        batch.events[..10].iter().all(|event| event.record().version.is_deletion() && event.prev.is_none())
    );
    let mut early = machine.watch(Request { from: Some(deleted - 1), ..Request::of(all()) });
    assert_eq!(wait(early.next(1000)).unwrap_err(), Ended::Compacted { revision: deleted });
}

#[test]
fn watches_end_when_the_machine_does() {
    let (_world, machine, _) = world_of(3);
    let mut watcher = machine.watch(Request::of(Span::Key(key(0))));
    assert!(is_quiet(watcher.next(1000)));
    drop(machine);
    assert_eq!(wait(watcher.next(1000)).unwrap_err(), Ended::Stopped);
}

#[test]
fn a_thousand_watchers_of_one_key_share_its_records() {
    let (mut world, machine, mut chance) = world_of(3);
    let request = Request { prev: true, ..Request::of(Span::Key(key(1))) };
    let mut watchers: Vec<Watcher> = (0..1000).map(|_| machine.watch(request.clone())).collect();
    put(&mut world, &machine, &mut chance, 1);
    let mut values = std::collections::BTreeSet::new();
    for watcher in &mut watchers {
        let batch = wait(watcher.next(1000)).unwrap();
        values.insert(batch.events[0].record().value.as_ptr() as usize);
        assert!(batch.events[0].prev.is_some());
    }
    assert_eq!(values.len(), 1);
    assert_eq!(machine.watchers(), 1000);
}
