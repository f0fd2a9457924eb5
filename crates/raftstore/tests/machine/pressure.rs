//! A disk that is slow or fails.

use crate::chance::Chance;
use crate::world::{World, everything};
use bytes::Bytes;
use pintle_raftstore::disk::{Batch, Disk, DiskError, MemoryVolume, Visit, Volume};
use pintle_raftstore::machine::{Content, Machine, Options, Position, ReadError};
use pintle_raftstore::state_machine::Fatal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

#[test]
fn a_disk_that_fails_stops_the_node_and_the_log_makes_up_for_it() {
    for batches in 0..6 {
        let mut chance = Chance::new(batches + 1);
        let mut world = World::new();
        let machine = world.open().unwrap();
        world.volume.newest().unwrap().fail_after(batches);
        world.grow(&mut chance, 600);
        let fatal = world.catch_up(&machine, &mut chance).unwrap_err();
        assert!(matches!(&fatal, Fatal::Disk(_)), "{fatal}");
        assert!(fatal.to_string().contains("the disk failed"), "{fatal}");
        assert!(machine.flush().is_err());
        let refused = everything(&machine, 0).unwrap_err();
        assert_eq!(refused, ReadError::Stopped);
        assert!(matches!(machine.apply(Vec::new()), Err(Fatal::Stopped)));
        drop(machine);
        world.volume.newest().unwrap().lose_power(|| true);
        let machine = world.open().unwrap();
        world.check(&machine, "after the failure");
        world.catch_up(&machine, &mut chance).unwrap();
        world.check(&machine, "at the end");
    }
}

#[test]
fn an_entry_that_makes_no_sense_stops_the_node_and_nothing_is_read_any_more() {
    let mut chance = Chance::new(2);
    let mut world = World::new();
    world.grow(&mut chance, 20);
    let open = || {
        let machine = World::new().open().unwrap();
        world.catch_up(&machine, &mut Chance::new(1)).unwrap();
        machine
    };
    let next = |content: &'static [u8]| {
        vec![(Position { term: 9, index: 20 }, Content::Command(Bytes::from_static(content)))]
    };
    let machine = open();
    assert!(matches!(machine.apply(next(b"\xff\xff")), Err(Fatal::Undecodable(_))));
    assert_eq!(everything(&machine, 0).unwrap_err(), ReadError::Stopped);
    let machine = open();
    // A command of another version: field 15.
    assert!(matches!(machine.apply(next(b"\x7a\x00")), Err(Fatal::UnknownCommand)));
    assert_eq!(machine.hash().unwrap_err(), ReadError::Stopped);
    let machine = open();
    let again = std::panic::AssertUnwindSafe(|| machine.apply(world.log[19..].to_vec()));
    assert!(std::panic::catch_unwind(again).is_err(), "it was applied before");
    assert_eq!(everything(&machine, 0).unwrap_err(), ReadError::Stopped);
    assert!(machine.snapshot().is_err());
}

/// A volume whose disks write only when they may.
#[derive(Debug)]
struct Gated(MemoryVolume, watch::Sender<bool>);

#[derive(Debug)]
struct GatedDisk(Arc<dyn Disk>, watch::Receiver<bool>);

impl Volume for Gated {
    fn open(&self) -> Result<Option<Arc<dyn Disk>>, DiskError> {
        self.0.open()
    }

    fn create(&self) -> Result<Arc<dyn Disk>, DiskError> {
        Ok(Arc::new(GatedDisk(self.0.create()?, self.1.subscribe())))
    }

    fn retire(&self) -> Result<(), DiskError> {
        self.0.retire()
    }

    fn set_aside(&self) -> Result<String, DiskError> {
        self.0.set_aside()
    }
}

impl Disk for GatedDisk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        self.0.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], visit: Visit<'_>) -> Result<(), DiskError> {
        self.0.scan(from, to, visit)
    }

    fn write(&self, batch: Batch) -> Result<(), DiskError> {
        while !*self.1.borrow() {
            std::thread::yield_now();
        }
        self.0.write(batch)
    }

    fn flush(&self) -> Result<(), DiskError> {
        self.0.flush()
    }

    fn size(&self) -> Result<u64, DiskError> {
        self.0.size()
    }
}

#[test]
fn apply_waits_for_a_slow_disk_and_everything_can_be_read_meanwhile() {
    let mut chance = Chance::new(9);
    let mut world = World::new();
    world.grow(&mut chance, 1200);
    let gate = watch::Sender::new(true);
    let volume = Arc::new(Gated(world.volume.clone(), gate.clone()));
    let machine = Machine::open(Options { volume, ..world.options() }).unwrap();
    gate.send_replace(false);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            world.catch_up(&machine, &mut Chance::new(1)).unwrap();
            done.store(true, Ordering::SeqCst);
        });
        // It comes to a halt, with no more unwritten than the bound and a batch.
        let (mut applied, mut calm) = (None, 0);
        while calm < 2000 {
            let now = machine.applied();
            calm = if now == applied { calm + 1 } else { 0 };
            applied = now;
            std::thread::yield_now();
            std::thread::sleep(std::time::Duration::from_micros(50));
        }
        assert!(!done.load(Ordering::SeqCst));
        let applied = applied.unwrap().index as usize;
        assert!(applied < 1000, "{applied} entries were applied and none written");
        world.check(&machine, "nothing is written");
        gate.send_replace(true);
    });
    assert!(machine.counters().waits_for_disk.load(Ordering::Relaxed) > 0);
    world.check(&machine, "everything is written");
}
