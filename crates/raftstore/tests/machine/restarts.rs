//! Power goes at any moment, and of what was not flushed anything may be gone: what is found is what was true at some
//! entry, and the log leads on from there.

use crate::chance::Chance;
use crate::world::World;

#[test]
fn after_power_was_lost_the_log_leads_to_the_same_state() {
    for seed in 1..=80 {
        let mut chance = Chance::new(seed);
        let mut world = World::new();
        let mut snapshots: Vec<u64> = Vec::new();
        for life in 0..5 {
            let context = format!("seed {seed}, life {life}");
            let machine = world.open().unwrap_or_else(|error| panic!("{context}: {error}"));
            let applied = machine.applied().map(|applied| applied.index);
            assert!(applied >= world.needed, "{context}: {applied:?}");
            world.check(&machine, &context);
            for _ in 0..chance.below(4) {
                let entries = chance.below(60);
                world.grow(&mut chance, entries);
                world.catch_up(&machine, &mut chance).unwrap();
                match chance.below(3) {
                    0 => machine.flush().unwrap(),
                    1 if machine.applied().is_some() => {
                        snapshots.push(machine.snapshot().unwrap().position.index);
                        snapshots.dedup();
                        // The log is purged behind the older one of the last two.
                        world.needed = snapshots.len().checked_sub(2).map(|older| snapshots[older]);
                    }
                    _ => {}
                }
            }
            world.check(&machine, &context);
            lose_power(&world, &mut chance, machine);
        }
        let machine = world.open().unwrap();
        world.catch_up(&machine, &mut chance).unwrap();
        let fresh = World::new().open().unwrap();
        world.catch_up(&fresh, &mut chance).unwrap();
        assert_eq!(machine.hash().unwrap(), fresh.hash().unwrap(), "seed {seed}");
    }
}

fn lose_power(world: &World, chance: &mut Chance, machine: pintle_raftstore::machine::Machine) {
    let disk = world.volume.newest().unwrap();
    disk.fail_after(chance.below(3));
    drop(machine);
    // Nothing, everything, a beginning, or anything.
    let (luck, mut left) = (chance.below(4), chance.below(20));
    disk.lose_power(|| match luck {
        0 => false,
        1 => true,
        2 => {
            left = left.saturating_sub(1);
            left > 0
        }
        _ => chance.one_in(2),
    });
    world.files.lose_power(|| false);
}

#[test]
fn clearing_goes_on_after_a_restart() {
    let mut chance = Chance::new(3);
    let mut world = World::new();
    world.grow(&mut chance, 400);
    let machine = world.open().unwrap();
    world.catch_up(&machine, &mut chance).unwrap();
    let mut model = world.model();
    let compact = model.compact_at(model.revision());
    world.log(model, compact);
    world.catch_up(&machine, &mut chance).unwrap();
    // Dropped before or while it clears.
    drop(machine);
    let machine = world.open().unwrap();
    machine.wait_for_clearing();
    machine.flush().unwrap();
    let in_use = machine.size_in_use();
    world.check(&machine, "after a restart");
    let live: usize = world.model().now().values().map(|kv| kv.key.len() + kv.value.len() + 60).sum();
    assert!(in_use <= 2 * live as u64 + 200, "{in_use} bytes are in use for {live}");
}

#[test]
fn a_log_that_begins_later_than_what_is_there_asks_for_a_snapshot() {
    let mut chance = Chance::new(5);
    let mut world = World::new();
    world.grow(&mut chance, 50);
    world.needed = Some(20);
    let refused = world.open().unwrap_err();
    assert!(refused.to_string().contains("needs a snapshot"), "{refused}");
    world.needed = None;
    let machine = world.open().unwrap();
    world.catch_up(&machine, &mut chance).unwrap();
    drop(machine);
    world.needed = Some(49);
    world.check(&world.open().unwrap(), "needed and there");
    world.needed = Some(50);
    assert!(world.open().is_err());
}
