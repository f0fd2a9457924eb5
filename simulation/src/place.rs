//! Where a simulated node keeps what must outlive it: memory that loses what was not synced, fails and is full.

use crate::chance::Chance;
use parking_lot::Mutex;
use pintle_raftstore::disk::{MemoryVolume, Volume};
use pintle_raftstore::files::{Files, MemoryFiles};
use pintle_raftstore::node::{FolderError, Identity, Past, Place};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a node finds free on a disk that is not full, in bytes.
const FREE: u64 = 1 << 40;

/// A node's disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    pub(crate) log: MemoryFiles,
    pub(crate) snapshots: MemoryFiles,
    pub(crate) volume: MemoryVolume,
    /// Written once, and synced before anything else is written.
    identity: Arc<Mutex<Option<(Identity, Past)>>>,
    full: Arc<AtomicBool>,
}

impl Disk {
    /// What is left of it when the node ends, at once, and the machine goes on.
    pub(crate) fn after_exit(&self) -> Disk {
        Disk {
            log: self.log.after_exit(),
            snapshots: self.snapshots.after_exit(),
            volume: self.volume.left_behind(None),
            ..self.same()
        }
    }

    /// What is left of it when power is lost.
    pub(crate) fn after_power_loss(&self, chance: &mut Chance) -> Disk {
        let kept = chance.below(5);
        let mut keeps = || chance.below(4) < kept;
        Disk {
            log: self.log.after_power_loss(&mut keeps),
            snapshots: self.snapshots.after_power_loss(&mut keeps),
            volume: self.volume.left_behind(Some(&mut keeps)),
            ..self.same()
        }
    }

    /// Whether there is room.
    pub(crate) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    /// Changes a byte of the newest snapshot. Answers its name.
    pub(crate) fn damage_newest_snapshot(&self, chance: &mut Chance) -> Option<String> {
        let names = self.snapshots.list().ok()?;
        let newest = names.into_iter().filter(|name| name.ends_with(".snapshot")).max()?;
        let size = self.snapshots.bytes(&newest).len() as u64;
        self.snapshots.flip(&newest, usize::try_from(chance.below(size.max(1))).ok()?);
        Some(newest)
    }

    /// Changes a value of the working state. Answers whether there was one.
    pub(crate) fn damage_state(&self, chance: &mut Chance) -> bool {
        let Some(disk) = self.volume.newest() else { return false };
        let mut done = false;
        disk.damage(|map| {
            let place = usize::try_from(chance.below((map.len() as u64).max(1))).unwrap_or_default();
            if let Some(value) = map.values_mut().nth(place).filter(|value| !value.is_empty()) {
                let at = usize::try_from(chance.below(value.len() as u64)).unwrap_or_default();
                value[at] ^= 0x10;
                done = true;
            }
        });
        done
    }

    fn same(&self) -> Disk {
        Disk {
            identity: Arc::new(Mutex::new(self.identity.lock().clone())),
            full: Arc::new(AtomicBool::new(self.full.load(Ordering::Relaxed))),
            ..Disk::default()
        }
    }
}

impl Place for Disk {
    fn path(&self) -> PathBuf {
        PathBuf::from("memory")
    }

    fn identity(&self) -> Result<Option<Identity>, FolderError> {
        Ok(self.identity.lock().as_ref().map(|(identity, _)| identity.clone()))
    }

    fn past(&self) -> Result<Past, FolderError> {
        Ok(self.identity.lock().as_ref().map_or(Past::Unproven, |(_, past)| *past))
    }

    fn claim(&self, identity: &Identity, past: Past) -> Result<(), FolderError> {
        *self.identity.lock() = Some((identity.clone(), past));
        Ok(())
    }

    fn log_files(&self) -> Result<Arc<dyn Files>, FolderError> {
        Ok(Arc::new(self.log.clone()))
    }

    fn snapshot_files(&self) -> Result<Arc<dyn Files>, FolderError> {
        Ok(Arc::new(self.snapshots.clone()))
    }

    fn volume(&self, _: u64) -> Result<Arc<dyn Volume>, FolderError> {
        Ok(Arc::new(self.volume.clone()))
    }

    fn free(&self) -> io::Result<u64> {
        Ok(if self.full.load(Ordering::Relaxed) { 0 } else { FREE })
    }
}
