//! Disks that decay: in memory, thing by thing; sled's files, byte by byte.

use crate::chance::Chance;
use crate::world::{SMALL, World};
use pintle_raftstore::disk::SledVolume;
use pintle_raftstore::files::SystemFiles;
use pintle_raftstore::machine::{Machine, Options};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

#[test]
fn whatever_is_lost_changed_or_added_is_found() {
    // When things are written is for threads to decide; some order brings all kinds of keys.
    let made = (1..50).map(everything_on_disk);
    let (world, hash, whole) = made
        .into_iter()
        .find(|(_, _, whole)| b"bdlm".iter().all(|kind| whole.keys().any(|key| key[0] == *kind)))
        .unwrap();
    let mut chance = Chance::new(11);
    for key in whole.keys() {
        for kind in 0..4 {
            let disk = world.volume.newest().unwrap();
            disk.damage(|map| {
                map.clone_from(&whole);
                let mut value = map.remove(key).unwrap();
                match kind {
                    0 => return,
                    1 => {
                        let at = chance.below(value.len() as u64) as usize;
                        value[at] ^= 1 << chance.below(8);
                    }
                    2 => value.truncate(chance.below(value.len() as u64) as usize),
                    // Under another key, too.
                    _ => {
                        let mut other = key.clone();
                        *other.last_mut().unwrap() ^= 1;
                        map.insert(other, value.clone());
                    }
                }
                map.insert(key.clone(), value);
            });
            let machine = world.open().unwrap();
            let aside = machine.counters().disks_set_aside.load(Ordering::Relaxed);
            assert_eq!(aside, 1, "{key:?} was damaged in way {kind}, and nobody noticed");
            assert!(world.volume.aside().is_some());
            assert_eq!(machine.applied(), Some(world.log.last().unwrap().0));
            assert_eq!(machine.hash().unwrap(), hash, "made anew");
        }
    }
}

/// A world that was dropped, with a snapshot of all; the hash of it, and what is on its disk.
fn everything_on_disk(seed: u64) -> (World, u32, BTreeMap<Vec<u8>, Vec<u8>>) {
    let mut chance = Chance::new(seed);
    let mut world = World::new();
    world.grow(&mut chance, 400);
    let machine = world.open().unwrap();
    world.catch_up(&machine, &mut chance).unwrap();
    machine.wait_for_clearing();
    machine.snapshot().unwrap();
    let hash = machine.hash().unwrap();
    drop(machine);
    let mut whole = BTreeMap::new();
    world.volume.newest().unwrap().damage(|map| whole.clone_from(map));
    (world, hash, whole)
}

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("pintle-machine-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn options(&self) -> Options {
        Options {
            volume: Arc::new(SledVolume::open_in(&self.0.join("state"), 1 << 20).unwrap()),
            snapshots: Arc::new(SystemFiles::open(&self.0.join("snapshots")).unwrap()),
            needed: None,
            bounds: SMALL,
        }
    }

    fn open(&self) -> Machine {
        Machine::open(self.options()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn a_node_lives_on_a_real_disk() {
    let folder = Folder::new("real");
    let mut chance = Chance::new(12);
    let mut world = World::new();
    for life in 0..4 {
        let machine = folder.open();
        assert_eq!(machine.counters().disks_set_aside.load(Ordering::Relaxed), 0);
        let applied = machine.applied().map_or(0, |applied| applied.index + 1);
        assert_eq!(applied, world.log.len() as u64, "what was applied is written when it is dropped");
        world.check(&machine, "opened");
        world.grow(&mut chance, 300);
        world.catch_up(&machine, &mut chance).unwrap();
        world.check(&machine, "applied");
        if life % 2 == 1 {
            machine.snapshot().unwrap();
        }
        assert!(machine.size().unwrap() > 0 && machine.size_in_use() > 0);
    }
}

#[test]
fn damage_anywhere_in_sleds_files_is_found_and_made_good() {
    let original = Folder::new("original");
    let mut chance = Chance::new(13);
    let mut world = World::new();
    world.grow(&mut chance, 500);
    let machine = original.open();
    world.catch_up(&machine, &mut chance).unwrap();
    machine.wait_for_clearing();
    machine.snapshot().unwrap();
    world.grow(&mut chance, 100);
    world.catch_up(&machine, &mut chance).unwrap();
    drop(machine);
    let (mut found, mut harmless) = (0, 0);
    for file in files(&original.0.join("state")) {
        let length = fs::metadata(original.0.join(&file)).unwrap().len();
        for region in regions(length) {
            let folder = Folder::new("damaged");
            copy(&original.0, &folder.0);
            damage(&folder.0.join(&file), region, &mut chance);
            let machine = folder.open();
            match machine.counters().disks_set_aside.load(Ordering::Relaxed) {
                0 => harmless += 1,
                _ => found += 1,
            }
            world.check(&machine, &format!("{} was damaged at {region:?}", file.display()));
            world.catch_up(&machine, &mut chance).unwrap();
            world.check(&machine, "caught up");
        }
    }
    assert!(found > 0, "{harmless} were harmless");
}

/// Paths of all files, from the folder of everything.
fn files(state: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(state).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    let root = |path: PathBuf| {
        let names: Vec<_> = path.iter().skip_while(|name| *name != "state").map(PathBuf::from).collect();
        if names.is_empty() { path } else { names.iter().collect() }
    };
    found.into_iter().map(root).collect()
}

/// Places and lengths of regions to damage.
fn regions(length: u64) -> Vec<(u64, u64)> {
    let mut regions: Vec<(u64, u64)> = (0..24).map(|n| (length * n / 24, 1)).collect();
    regions.extend((0..8).map(|n| (length * n / 8, 512)));
    regions.push((0, length));
    regions.push((length / 2, length - length / 2));
    regions.retain(|(at, _)| *at < length);
    regions
}

fn damage(path: &Path, (at, length): (u64, u64), chance: &mut Chance) {
    let mut bytes = fs::read(path).unwrap();
    let end = ((at + length) as usize).min(bytes.len());
    for byte in &mut bytes[at as usize..end] {
        *byte ^= 1 + (chance.below(255) as u8);
    }
    fs::write(path, bytes).unwrap();
}
