//! Snapshot files: whole or refused; kept, sent and put in place of everything.

use crate::chance::Chance;
use crate::world::World;
use pintle_raftstore::disk::MemoryVolume;
use pintle_raftstore::feed::{Ended, Request};
use pintle_raftstore::files::{Files, MemoryFiles};
use pintle_raftstore::machine::Machine;
use pintle_raftstore::revisions::Span;
use pintle_raftstore::snapshots::{Receiving, SnapshotError, SnapshotFile};
use std::sync::Arc;

/// A world with two snapshots, whose disk is gone.
fn snapshots(seed: u64) -> (World, SnapshotFile, SnapshotFile, Chance) {
    let mut chance = Chance::new(seed);
    let mut world = World::new();
    let machine = world.open().unwrap();
    let mut made = Vec::new();
    for _ in 0..4 {
        world.grow(&mut chance, 60);
        world.catch_up(&machine, &mut chance).unwrap();
        made.push(machine.snapshot().unwrap());
    }
    let again = machine.snapshot().unwrap();
    assert_eq!(again.name, made[3].name, "nothing changed since");
    assert_eq!(machine.newest_snapshot().unwrap().position, made[3].position);
    let mut names = world.files.list().unwrap();
    names.sort();
    assert_eq!(names, [made[2].name.clone(), made[3].name.clone()], "the last two are kept");
    world.needed = Some(made[2].position.index);
    drop(machine);
    world.volume = MemoryVolume::new();
    let newest = made.pop().unwrap();
    (world, made.pop().unwrap(), newest, chance)
}

#[test]
fn a_node_without_its_disk_starts_from_the_newest_good_snapshot() {
    let (world, older, newest, mut chance) = snapshots(1);
    let machine = world.open().unwrap();
    assert_eq!(machine.applied(), Some(newest.position));
    world.check(&machine, "from the newest");
    drop(machine);
    for offset in (0..newest.size as usize).step_by(newest.size as usize / 97) {
        let world = World { volume: MemoryVolume::new(), ..copy(&world) };
        world.files.flip(&newest.name, offset);
        let machine = world.open().unwrap();
        assert_eq!(machine.applied(), Some(older.position), "byte {offset} is wrong");
        assert!(machine.counters().snapshots_damaged.load(std::sync::atomic::Ordering::Relaxed) > 0);
        world.catch_up(&machine, &mut chance).unwrap();
        world.check(&machine, "from the older");
    }
    // With none of them good there is nothing to start from, and it says so.
    world.files.flip(&newest.name, 100);
    world.files.flip(&older.name, 100);
    let world = World { volume: MemoryVolume::new(), ..world };
    let refused = world.open().unwrap_err();
    assert!(refused.to_string().contains("needs a snapshot"), "{refused}");
}

#[test]
fn a_snapshot_that_was_damaged_later_is_made_anew() {
    let mut chance = Chance::new(7);
    let mut world = World::new();
    let machine = world.open().unwrap();
    world.grow(&mut chance, 60);
    world.catch_up(&machine, &mut chance).unwrap();
    for more in [0, 40] {
        let good = machine.snapshot().unwrap();
        assert!(!machine.renew_if_damaged(&good).unwrap(), "nothing is wrong with it");
        assert_eq!(machine.newest_snapshot().unwrap().name, good.name);
        world.files.flip(&good.name, 100);
        // Of the same entry, and of a later one.
        world.grow(&mut chance, more);
        world.catch_up(&machine, &mut chance).unwrap();
        assert!(machine.renew_if_damaged(&good).unwrap());
        let renewed = machine.newest_snapshot().unwrap();
        renewed.verify().unwrap();
        assert_eq!(Some(renewed.position), machine.applied());
        assert!(machine.renew_if_damaged(&good).unwrap(), "it is still damaged, and there is another");
        assert_eq!(machine.newest_snapshot().unwrap().name, renewed.name);
        assert_eq!(machine.counters().snapshots_damaged.swap(0, std::sync::atomic::Ordering::Relaxed), 1);
    }
    let names = world.files.list().unwrap();
    assert_eq!(names.iter().filter(|name| name.contains("damaged")).count(), 1, "{names:?}");
}

/// The same world, in which other things can happen.
fn copy(world: &World) -> World {
    let files = MemoryFiles::new();
    for name in world.files.list().unwrap() {
        let bytes = world.files.bytes(&name);
        let file = files.create(&name, 0).unwrap();
        file.write_at(&bytes, 0).unwrap();
        file.sync().unwrap();
    }
    files.sync().unwrap();
    World {
        volume: world.volume.clone(),
        files,
        log: world.log.clone(),
        models: world.models.clone(),
        needed: world.needed,
    }
}

fn receive(bytes: &[u8]) -> Result<(Arc<MemoryFiles>, SnapshotFile), SnapshotError> {
    let files = Arc::new(MemoryFiles::new());
    let mut receiving = Receiving::begin(files.clone()).unwrap();
    for chunk in bytes.chunks(1000) {
        assert_eq!(receiving.received() % 1000, 0);
        receiving.write_chunk(chunk).unwrap();
    }
    let received = receiving.finish();
    assert_eq!(files.list().unwrap().len(), usize::from(received.is_ok()), "a bad one leaves nothing behind");
    received.map(|received| (files, received))
}

#[test]
fn a_snapshot_that_was_cut_or_changed_on_its_way_is_refused() {
    let (_, _, newest, _) = snapshots(2);
    let bytes = newest.read(0, usize::MAX).unwrap();
    assert_eq!(bytes.len() as u64, newest.size);
    assert_eq!(newest.read(newest.size - 3, 100).unwrap().len(), 3);
    assert_eq!(newest.read(newest.size + 1, 100).unwrap().len(), 0);
    receive(&bytes).unwrap();
    for end in (0..bytes.len()).step_by(bytes.len() / 83) {
        assert!(matches!(receive(&bytes[..end]), Err(SnapshotError::Damaged { .. })), "cut at {end}");
        let mut other = bytes.to_vec();
        other[end] ^= 0x10;
        assert!(receive(&other).is_err(), "byte {end} is wrong");
        other[end] ^= 0x10;
        other.push(0);
        assert!(receive(&other).is_err(), "it is too long");
    }
    let mut newer = bytes.to_vec();
    newer[8] = 2;
    let refused = receive(&newer).unwrap_err();
    assert!(matches!(refused, SnapshotError::UnknownFormat { format: 2, .. }), "{refused}");
}

#[test]
fn a_snapshot_of_another_takes_the_place_of_everything() {
    for seed in 1..=10 {
        let (world, _, newest, mut chance) = snapshots(seed);
        let bytes = newest.read(0, usize::MAX).unwrap();
        // A member that is far behind, with a watch of its own.
        let mut behind = World { log: world.log[..30].to_vec(), ..World::new() };
        behind.models = world.models[..30].to_vec();
        let machine = behind.open().unwrap();
        behind.catch_up(&machine, &mut chance).unwrap();
        let everything = || Span::From(bytes::Bytes::from_static(b"\0"));
        let mut watcher = machine.watch(Request::of(everything()));
        let from = watcher.position();
        let mut receiving = machine.receive().unwrap();
        receiving.write_chunk(&bytes).unwrap();
        let received = receiving.finish().unwrap();
        machine.install(&received).unwrap();
        behind.log = world.log.clone();
        behind.models = world.models.clone();
        assert_eq!(machine.applied(), Some(newest.position));
        behind.check(&machine, "installed");
        machine.install(&received).unwrap();
        // The watch goes on without a gap, or it is told.
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let model = &world.models[newest.position.index as usize];
        let wanted = model.told(&everything(), from, model.revision());
        let mut told = 0;
        while told < wanted.len() {
            match runtime.block_on(watcher.next(5000)) {
                Ok(batch) => {
                    for event in &batch.events {
                        assert_eq!(event.revision(), wanted[told].revision);
                        told += 1;
                    }
                }
                Err(ended) => {
                    assert!(
                        from < model.compacted && ended == Ended::Compacted { revision: model.compacted }
                    );
                    break;
                }
            }
        }
        // It goes on from there, and still does after power was lost.
        behind.catch_up(&machine, &mut chance).unwrap();
        behind.volume.newest().unwrap().fail_after(0);
        drop((machine, watcher));
        behind.volume.newest().unwrap().lose_power(|| false);
        behind.files.lose_power(|| false);
        behind.needed = Some(newest.position.index);
        let machine = behind.open().unwrap();
        behind.catch_up(&machine, &mut chance).unwrap();
        behind.check(&machine, "after power was lost");
    }
}

#[test]
fn snapshots_of_members_are_the_same_bytes_whatever_is_cleared() {
    let mut chance = Chance::new(4);
    let mut world = World::new();
    world.grow(&mut chance, 400);
    let (one, other) = (world.open().unwrap(), World::new());
    world.catch_up(&one, &mut chance).unwrap();
    one.wait_for_clearing();
    let machine = other.open().unwrap();
    world.catch_up(&machine, &mut chance).unwrap();
    let read = |machine: &Machine| machine.snapshot().unwrap().read(0, usize::MAX).unwrap();
    assert_eq!(read(&one), read(&machine));
}

#[test]
fn a_snapshot_made_while_compaction_clears_is_whole() {
    for seed in 1..=3 {
        let mut chance = Chance::new(seed);
        let mut world = World::new();
        let machine = world.open().unwrap();
        world.grow(&mut chance, 100);
        world.catch_up(&machine, &mut chance).unwrap();
        world.grow(&mut chance, 600);
        let mut made: Vec<SnapshotFile> = Vec::new();
        std::thread::scope(|scope| {
            let feeding = scope.spawn(|| world.catch_up(&machine, &mut chance).unwrap());
            while !feeding.is_finished() {
                made.push(machine.snapshot().unwrap());
            }
        });
        for snapshot in made.iter().step_by(1 + made.len() / 8) {
            let (files, received) = receive(&snapshot.read(0, usize::MAX).unwrap()).unwrap();
            let files = (*files).clone();
            let restored = World { files, ..copy(&world) };
            let restored = World { volume: MemoryVolume::new(), needed: Some(0), ..restored };
            let machine = restored.open().unwrap();
            assert_eq!(machine.applied(), Some(received.position));
            restored.check(&machine, &format!("seed {seed}, from {}", snapshot.name));
        }
    }
}

#[test]
fn a_full_disk_is_named_and_what_was_there_stays() {
    let mut chance = Chance::new(6);
    let mut world = World::new();
    world.grow(&mut chance, 50);
    let machine = world.open().unwrap();
    assert!(matches!(machine.snapshot(), Err(SnapshotError::Empty)));
    world.catch_up(&machine, &mut chance).unwrap();
    let first = machine.snapshot().unwrap();
    world.grow(&mut chance, 50);
    world.catch_up(&machine, &mut chance).unwrap();
    world.files.set_full(true);
    let refused = machine.snapshot().unwrap_err();
    assert!(matches!(refused, SnapshotError::Io { .. }), "{refused}");
    world.files.set_full(false);
    for operations in 0..8 {
        world.files.fail_after(operations);
        assert!(machine.snapshot().is_err(), "{operations}");
        world.files.lose_power(|| true);
        assert_eq!(machine.newest_snapshot().unwrap().name, first.name);
        assert!(world.files.list().unwrap().contains(&first.name));
    }
    world.files.fail_after(1_000_000);
    machine.snapshot().unwrap();
}
