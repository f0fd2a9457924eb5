//! Ranges while everything changes, and hashes that members compare.

use crate::chance::Chance;
use crate::world::{World, everything};
use pintle_raftstore::machine::ReadError;
use pintle_raftstore::state_machine::Refusal;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn every_revision_reads_as_it_was() {
    for seed in 1..=30 {
        let mut chance = Chance::new(seed);
        let mut world = World::new();
        let machine = world.open().unwrap();
        for step in 0..12 {
            let entries = 1 + chance.below(40);
            world.grow(&mut chance, entries);
            world.catch_up(&machine, &mut chance).unwrap();
            world.check(&machine, &format!("seed {seed}, step {step}"));
        }
        machine.wait_for_clearing();
        machine.flush().unwrap();
        world.check(&machine, &format!("seed {seed}, cleared"));
    }
}

#[test]
fn a_range_that_is_overtaken_by_compaction_and_clearing_is_right_or_refused() {
    let mut chance = Chance::new(7);
    let mut world = World::new();
    let machine = world.open().unwrap();
    let stop = AtomicBool::new(false);
    world.grow(&mut chance, 1500);
    let (world, models) = (&world, &world.models);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut chance, mut read) = (Chance::new(8), 0u64);
            let last = models.last().unwrap();
            while !stop.load(Ordering::Relaxed) {
                let revision = machine.revision().saturating_sub(chance.below(6)).max(1);
                match everything(&machine, revision) {
                    Ok(keys) => {
                        assert_eq!(keys, *last.revisions[revision as usize]);
                        read += 1;
                    }
                    Err(ReadError::Refusal(Refusal::Compacted)) => {}
                    Err(other) => panic!("{other}"),
                }
                let now = everything(&machine, 0).unwrap();
                assert!(last.revisions.iter().any(|keys| **keys == now));
            }
            read
        });
        world.catch_up(&machine, &mut chance).unwrap();
        machine.wait_for_clearing();
        stop.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    world.check(&machine, "at the end");
}

#[test]
fn members_agree_on_hashes_whatever_they_have_cleared_written_or_cached() {
    for seed in 1..=10 {
        let mut chance = Chance::new(seed);
        let mut world = World::new();
        world.grow(&mut chance, 300);
        let (one, other) = (world.open().unwrap(), World::new());
        let other = other.open().unwrap();
        world.catch_up(&one, &mut chance).unwrap();
        one.wait_for_clearing();
        one.flush().unwrap();
        world.catch_up(&other, &mut chance).unwrap();
        assert_eq!(one.hash().unwrap(), other.hash().unwrap());
        let at = one.compacted() + (one.revision() - one.compacted()) / 2;
        for revision in [0, at.max(1) as i64, one.compacted().max(1) as i64] {
            assert_eq!(one.hash_kv(revision).unwrap(), other.hash_kv(revision).unwrap());
        }
        let hash = one.hash_kv(at.max(1) as i64).unwrap();
        assert_eq!((hash.compacted, hash.revision), (one.compacted(), at.max(1)));
        let future = one.hash_kv(one.revision() as i64 + 1).unwrap_err();
        assert_eq!(future, ReadError::Refusal(Refusal::FutureRevision));
        // One write that one of them misses shows.
        let mut model = world.model();
        let command = model.put(crate::model::key(1), bytes::Bytes::from_static(b"more"));
        world.log(model, command);
        world.catch_up(&one, &mut chance).unwrap();
        assert_ne!(one.hash().unwrap(), other.hash().unwrap());
        assert_ne!(one.hash_kv(0).unwrap().hash, other.hash_kv(0).unwrap().hash);
    }
}
