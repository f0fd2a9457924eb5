//! Disks in memory that lose, refuse and decay: for tests and simulation.

use super::{Batch, Disk, DiskError, Visit, Volume};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The keys and values of a disk.
type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A place for disks in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryVolume(Arc<Mutex<Disks>>);

#[derive(Debug, Default)]
struct Disks {
    /// Oldest first.
    disks: Vec<MemoryDisk>,
    aside: Option<MemoryDisk>,
}

/// A disk in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    now: Map,
    flushed: Map,
    /// What was written since the last flush.
    unflushed: Vec<Batch>,
    /// Batches left until writes fail; `None` when they do not.
    fails_after: Option<u64>,
}

impl MemoryVolume {
    /// An empty one.
    pub fn new() -> MemoryVolume {
        MemoryVolume::default()
    }

    /// The newest disk.
    pub fn newest(&self) -> Option<MemoryDisk> {
        self.0.lock().disks.last().cloned()
    }

    /// The disk that was set aside last.
    pub fn aside(&self) -> Option<MemoryDisk> {
        self.0.lock().aside.clone()
    }

    /// What another process finds here, or, with `keeps`, another machine after power was lost: see
    /// [`MemoryDisk::lose_power`]. Whoever still writes to this one changes nothing there. What was set aside is forgotten.
    pub fn left_behind(&self, keeps: Option<&mut dyn FnMut() -> bool>) -> MemoryVolume {
        let copy = |disk: &MemoryDisk| {
            let content = disk.0.lock();
            let copy = Content {
                now: content.now.clone(),
                flushed: content.flushed.clone(),
                unflushed: content.unflushed.clone(),
                fails_after: None,
            };
            MemoryDisk(Arc::new(Mutex::new(copy)))
        };
        let disks: Vec<MemoryDisk> = self.0.lock().disks.iter().map(copy).collect();
        if let Some(keeps) = keeps {
            disks.iter().for_each(|disk| disk.lose_power(&mut *keeps));
        }
        MemoryVolume(Arc::new(Mutex::new(Disks { disks, aside: None })))
    }
}

impl MemoryDisk {
    /// Power is lost and comes back. Of the batches since the last flush those remain for which `keeps` says so, in
    /// whichever order that is: like sled, it promises nothing. The disk works again.
    pub fn lose_power(&self, mut keeps: impl FnMut() -> bool) {
        let mut content = self.0.lock();
        content.fails_after = None;
        let mut now = std::mem::take(&mut content.flushed);
        for batch in std::mem::take(&mut content.unflushed) {
            if keeps() {
                carry_out(&mut now, batch);
            }
        }
        content.flushed = now.clone();
        content.now = now;
    }

    /// Lets writes fail after `batches` more.
    pub fn fail_after(&self, batches: u64) {
        self.0.lock().fails_after = Some(batches);
    }

    /// Changes everything at will, as a decaying disk would.
    pub fn damage(&self, change: impl FnOnce(&mut BTreeMap<Vec<u8>, Vec<u8>>)) {
        let mut content = self.0.lock();
        change(&mut content.now);
        content.flushed = content.now.clone();
        content.unflushed.clear();
    }
}

impl Disk for MemoryDisk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        Ok(self.0.lock().now.get(key).cloned())
    }

    fn scan(&self, from: &[u8], to: &[u8], visit: Visit<'_>) -> Result<(), DiskError> {
        if from >= to {
            return Ok(());
        }
        // Copied, so that a visitor may use the disk.
        let found: Vec<(Vec<u8>, Vec<u8>)> = {
            let content = self.0.lock();
            let range = content.now.range(from.to_vec()..to.to_vec());
            range.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        for (key, value) in found {
            if visit(&key, &value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn write(&self, batch: Batch) -> Result<(), DiskError> {
        let mut content = self.0.lock();
        match &mut content.fails_after {
            Some(0) => {
                return Err(DiskError { doing: "can't be written", reason: "the disk failed".to_owned() });
            }
            Some(left) => *left -= 1,
            None => {}
        }
        content.unflushed.push(batch.clone());
        carry_out(&mut content.now, batch);
        Ok(())
    }

    fn flush(&self) -> Result<(), DiskError> {
        let mut content = self.0.lock();
        for batch in std::mem::take(&mut content.unflushed) {
            carry_out(&mut content.flushed, batch);
        }
        Ok(())
    }

    fn size(&self) -> Result<u64, DiskError> {
        let content = self.0.lock();
        Ok(content.now.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum())
    }
}

impl Volume for MemoryVolume {
    fn open(&self) -> Result<Option<Arc<dyn Disk>>, DiskError> {
        Ok(self.newest().map(|disk| Arc::new(disk) as Arc<dyn Disk>))
    }

    fn create(&self) -> Result<Arc<dyn Disk>, DiskError> {
        let disk = MemoryDisk::default();
        self.0.lock().disks.push(disk.clone());
        Ok(Arc::new(disk))
    }

    fn retire(&self) -> Result<(), DiskError> {
        let mut volume = self.0.lock();
        let newest = volume.disks.pop();
        volume.disks = newest.into_iter().collect();
        Ok(())
    }

    fn set_aside(&self) -> Result<String, DiskError> {
        let mut volume = self.0.lock();
        volume.aside = volume.disks.pop();
        Ok("the disk in memory".to_owned())
    }
}

fn carry_out(map: &mut Map, batch: Batch) {
    for (key, value) in batch.changes {
        match value {
            Some(value) => drop(map.insert(key, value)),
            None => drop(map.remove(&key)),
        }
    }
}
