//! Files in memory, on a machine that can lose power and a disk that can fail: for tests and simulation.

use super::{File, Files};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// What is written and lost as one.
const SECTOR: usize = 512;

/// A folder in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(Arc<Mutex<Disk>>);

#[derive(Debug, Default)]
struct Disk {
    /// What a running process sees.
    files: BTreeMap<String, Arc<Mutex<Content>>>,
    /// What there is after power was lost.
    durable: BTreeMap<String, Arc<Mutex<Content>>>,
    /// Operations left until the disk fails; `None` when it does not.
    fails_after: Option<u64>,
    /// It fails once, and works again.
    fails_once: bool,
    /// Operations that failed.
    failures: u64,
    full: bool,
}

#[derive(Debug, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Debug)]
struct MemoryFile {
    disk: MemoryFiles,
    content: Arc<Mutex<Content>>,
}

impl MemoryFiles {
    /// An empty folder.
    pub fn new() -> MemoryFiles {
        MemoryFiles::default()
    }

    /// Lets the disk fail for good after `operations` more writes and syncs.
    pub fn fail_after(&self, operations: u64) {
        let mut disk = self.0.lock();
        (disk.fails_after, disk.fails_once) = (Some(operations), false);
    }

    /// Lets one operation fail after `operations` more; those behind it do what they should.
    pub fn fail_once_after(&self, operations: u64) {
        let mut disk = self.0.lock();
        (disk.fails_after, disk.fails_once) = (Some(operations), true);
    }

    /// How many operations failed.
    pub fn failures(&self) -> u64 {
        self.0.lock().failures
    }

    /// Whether there is room for new files.
    pub fn set_full(&self, full: bool) {
        self.0.lock().full = full;
    }

    /// Power is lost and comes back: names and bytes that were not synced may be gone. `keeps` says of each sector
    /// that was not synced whether it made it to the disk. The disk works again.
    pub fn lose_power(&self, mut keeps: impl FnMut() -> bool) {
        let mut disk = self.0.lock();
        disk.fails_after = None;
        disk.files = disk.durable.clone();
        for content in disk.files.values() {
            let mut content = content.lock();
            let Content { now, durable } = &mut *content;
            durable.resize(now.len().max(durable.len()), 0);
            now.resize(durable.len(), 0);
            for (now, durable) in now.chunks_mut(SECTOR).zip(durable.chunks_mut(SECTOR)) {
                if now != durable && keeps() {
                    durable.copy_from_slice(now);
                }
            }
            now.copy_from_slice(durable);
        }
    }

    /// What another machine would find of this folder if power were lost now, as in [`lose_power`](Self::lose_power);
    /// whoever still writes to this one changes nothing there.
    pub fn after_power_loss(&self, keeps: impl FnMut() -> bool) -> MemoryFiles {
        let left = {
            let disk = self.0.lock();
            let copies = |files: &BTreeMap<String, Arc<Mutex<Content>>>| {
                let copy = |(name, content): (&String, &Arc<Mutex<Content>>)| {
                    let content = content.lock();
                    let Content { now, durable } = &*content;
                    let copy = Content { now: now.clone(), durable: durable.clone() };
                    (name.clone(), Arc::new(Mutex::new(copy)))
                };
                files.iter().map(copy).collect()
            };
            MemoryFiles(Arc::new(Mutex::new(Disk { durable: copies(&disk.durable), ..Disk::default() })))
        };
        left.lose_power(keeps);
        left
    }

    /// What another process finds of this folder: everything that was written, synced or not.
    pub fn after_exit(&self) -> MemoryFiles {
        let left = MemoryFiles::default();
        {
            let (disk, mut copied) = (self.0.lock(), left.0.lock());
            for (name, content) in &disk.files {
                let now = content.lock().now.clone();
                let copy = Content { durable: now.clone(), now };
                copied.files.insert(name.clone(), Arc::new(Mutex::new(copy)));
            }
            copied.durable = copied.files.clone();
        }
        left
    }

    /// Changes a byte on disk, as a decaying disk would.
    ///
    /// # Panics
    /// When there is no such byte.
    pub fn flip(&self, name: &str, offset: usize) {
        let disk = self.0.lock();
        let mut content = disk.files[name].lock();
        content.now[offset] ^= 0x40;
        content.durable = content.now.clone();
    }

    /// The bytes of a file.
    ///
    /// # Panics
    /// When there is no such file.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        self.0.lock().files[name].lock().now.clone()
    }

    fn operate(&self) -> io::Result<()> {
        let mut disk = self.0.lock();
        match &mut disk.fails_after {
            None => Ok(()),
            Some(0) => {
                disk.failures += 1;
                if disk.fails_once {
                    disk.fails_after = None;
                }
                Err(io::Error::other("the disk failed"))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

impl Files for MemoryFiles {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.0.lock().files.keys().cloned().collect())
    }

    fn create(&self, name: &str, size: u64) -> io::Result<Arc<dyn File>> {
        self.operate()?;
        let mut disk = self.0.lock();
        if disk.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let now = vec![0; usize::try_from(size).map_err(|_| io::ErrorKind::StorageFull)?];
        let content = Arc::new(Mutex::new(Content { now, durable: Vec::new() }));
        disk.files.insert(name.to_owned(), Arc::clone(&content));
        Ok(Arc::new(MemoryFile { disk: self.clone(), content }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let content = self.0.lock().files.get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(MemoryFile { disk: self.clone(), content }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.operate()?;
        let mut disk = self.0.lock();
        let content = disk.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        disk.files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.operate()?;
        self.0.lock().files.remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync(&self) -> io::Result<()> {
        self.operate()?;
        let mut disk = self.0.lock();
        disk.durable = disk.files.clone();
        Ok(())
    }
}

impl File for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.content.lock().now.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let content = self.content.lock();
        let at = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let bytes = content.now.get(at..at + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let failed = self.disk.operate();
        let mut content = self.content.lock();
        let at = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        // A failing write may have written a part.
        let bytes = if failed.is_err() { &bytes[..bytes.len() / 2] } else { bytes };
        if content.now.len() < at + bytes.len() {
            content.now.resize(at + bytes.len(), 0);
        }
        content.now[at..at + bytes.len()].copy_from_slice(bytes);
        failed
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.operate()?;
        let mut content = self.content.lock();
        content.durable = content.now.clone();
        Ok(())
    }
}
