//! Disks that are sled trees, one folder each. The only place that names sled.
//!
//! sled 0.34 rewrites its file in place, orders writes by sync_file_range alone and may panic over a file that is
//! damaged. So each call is fenced: a panic within becomes an error here.

use super::{Batch, Disk, DiskError, VALUE_MAX, Visit, Volume};
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the folder of a disk is called, before its number.
const PREFIX: &str = "state-";
/// What the folder of a disk that was set aside is called.
const ASIDE: &str = "damaged";
/// sled writes what is longer than a quarter of this into files of their own, which it never syncs. It keeps up to 16
/// values together.
const SEGMENT: usize = 2 << 20;
const _: () = assert!(16 * VALUE_MAX <= SEGMENT / 4, "what sled keeps together stays in its log");
/// A value from this length on gets its place before it comes.
const LARGE: usize = 1 << 10;
/// What lies in a place whose value has yet to come. No real value is empty.
const PLACE: &[u8] = &[];

/// How sled keeps account of the nodes that it caches: in so many shards, each looked at with every so many uses.
const SHARDS: usize = 256;
const USES: usize = 64;
/// Values of a node, about, where they came in the order of their keys.
const NODE_VALUES: usize = 8;

/// A folder of sled disks.
#[derive(Debug)]
pub struct SledVolume {
    folder: PathBuf,
    cache_bytes: u64,
}

#[derive(Debug)]
struct SledDisk {
    /// There until it is dropped.
    db: Option<sled::Db>,
    cache_bytes: u64,
    /// Bytes that sled may have added to its cache since it last looked at it.
    cached: AtomicU64,
}

impl SledVolume {
    /// The disks in `folder`, which is made when it is not there; each caches up to `cache_bytes`.
    ///
    /// # Errors
    /// What the system says.
    pub fn open_in(folder: &Path, cache_bytes: u64) -> io::Result<SledVolume> {
        fs::create_dir_all(folder)?;
        Ok(SledVolume { folder: folder.to_owned(), cache_bytes })
    }

    /// Numbers of the disks there are, in order.
    fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let digits = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
            numbers.extend(digits.and_then(|digits| digits.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{PREFIX}{number}"))
    }

    fn open_number(&self, number: u64) -> Result<Arc<dyn Disk>, DiskError> {
        let config = sled::Config::new()
            .path(self.path(number))
            .cache_capacity(self.cache_bytes)
            .segment_size(SEGMENT)
            // Flushing is asked for; a thread that does it by the clock would only be in the way.
            .flush_every_ms(None);
        let db = fenced("can't be opened", || config.open())?;
        Ok(Arc::new(SledDisk { db: Some(db), cache_bytes: self.cache_bytes, cached: AtomicU64::new(0) }))
    }

    fn remove_all(&self, keep: Option<u64>) -> io::Result<()> {
        for number in self.numbers()?.into_iter().filter(|number| Some(*number) != keep) {
            fs::remove_dir_all(self.path(number))?;
        }
        Ok(())
    }
}

impl Volume for SledVolume {
    fn open(&self) -> Result<Option<Arc<dyn Disk>>, DiskError> {
        let numbers = self.numbers().map_err(|error| failed("can't be found", &error))?;
        numbers.last().map(|number| self.open_number(*number)).transpose()
    }

    fn create(&self) -> Result<Arc<dyn Disk>, DiskError> {
        let numbers = self.numbers().map_err(|error| failed("can't be found", &error))?;
        self.open_number(numbers.last().map_or(1, |number| number + 1))
    }

    fn retire(&self) -> Result<(), DiskError> {
        let removed = self.numbers().and_then(|numbers| self.remove_all(numbers.last().copied()));
        removed.map_err(|error| failed("can't be removed", &error))
    }

    fn set_aside(&self) -> Result<String, DiskError> {
        let aside = self.folder.join(ASIDE);
        let moved = self.numbers().and_then(|numbers| {
            let Some(number) = numbers.last() else { return Ok(()) };
            if aside.exists() {
                fs::remove_dir_all(&aside)?;
            }
            fs::rename(self.path(*number), &aside)
        });
        moved.map_err(|error| failed("can't be set aside", &error))?;
        Ok(aside.display().to_string())
    }
}

impl Disk for SledDisk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError> {
        let value = fenced("can't be read", || self.db().get(key))?;
        // Its whole node is read.
        self.note_cached(value.as_ref().map_or(0, |value| value.len()) * NODE_VALUES)?;
        Ok(value.filter(|value| *value != PLACE).map(|value| value.to_vec()))
    }

    fn scan(&self, from: &[u8], to: &[u8], visit: Visit<'_>) -> Result<(), DiskError> {
        if from >= to {
            return Ok(());
        }
        let mut found = self.db().range(from..to);
        while let Some((key, value)) = fenced("can't be read", || found.next().transpose())? {
            self.note_cached(value.len())?;
            if value != PLACE && visit(&key, &value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn write(&self, batch: Batch) -> Result<(), DiskError> {
        self.make_places(&batch)?;
        let bytes = batch.changes.iter().filter_map(|(_, value)| value.as_ref()).map(Vec::len).sum();
        let mut changes = sled::Batch::default();
        for (key, value) in batch.changes {
            match value {
                Some(value) => changes.insert(key, value),
                None => changes.remove(key),
            }
        }
        fenced("can't be written", || self.db().apply_batch(changes))?;
        self.note_cached(bytes)
    }

    fn flush(&self) -> Result<(), DiskError> {
        fenced("can't be flushed", || self.db().flush()).map(drop)
    }

    fn size(&self) -> Result<u64, DiskError> {
        fenced("can't be measured", || self.db().size_on_disk())
    }
}

impl SledDisk {
    /// Makes places for the large values of a batch. A node of sled's tree that has more than 16 values is split, and
    /// both halves are written anew with all that is in them: where values come in the order of their keys, three bytes
    /// are written for each. So nodes are split while their values are empty. Places that were made for nothing, for
    /// the machine stopped before the batch was written, are seen by nobody.
    fn make_places(&self, batch: &Batch) -> Result<(), DiskError> {
        let large = batch
            .changes
            .iter()
            .filter(|(_, value)| value.as_ref().is_some_and(|value| value.len() >= LARGE));
        for (key, _) in large {
            // Refused where the key is there already.
            let place = || self.db().compare_and_swap(key, None::<&[u8]>, Some(PLACE)).map(drop);
            fenced("can't be written", place)?;
        }
        Ok(())
    }

    /// Notes what may be in memory now, and has sled let go of what is too much.
    fn note_cached(&self, bytes: usize) -> Result<(), DiskError> {
        let bytes = bytes as u64;
        if self.cached.fetch_add(bytes, Ordering::Relaxed) + bytes < self.cache_bytes {
            return Ok(());
        }
        self.cached.store(0, Ordering::Relaxed);
        fenced("can't be read", || self.bound_cache())
    }

    /// sled lets go of nodes only when it looks at its accounts, which a few large nodes seldom make it do: it would keep
    /// nearly all of them. So its newest nodes, which are there anyway, are used often enough that it looks.
    fn bound_cache(&self) -> sled::Result<()> {
        let newest = self.db().iter().rev().step_by(NODE_VALUES).take(SHARDS * 3 / 2);
        let keys = newest.map(|found| found.map(|(key, _)| key)).collect::<sled::Result<Vec<_>>>()?;
        for _ in 0..USES {
            for key in &keys {
                self.db().contains_key(key)?;
            }
        }
        Ok(())
    }

    fn db(&self) -> &sled::Db {
        self.db.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for SledDisk {
    fn drop(&mut self) {
        let db = self.db.take();
        if let Err(error) = fenced("can't be closed", || {
            drop(db);
            Ok(())
        }) {
            tracing::warn!(%error, "what was not flushed is applied again with the next start");
        }
    }
}

/// Calls sled; a panic within is its answer, too.
fn fenced<T>(doing: &'static str, call: impl FnOnce() -> sled::Result<T>) -> Result<T, DiskError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(answer) => answer.map_err(|error| DiskError { doing, reason: error.to_string() }),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(DiskError { doing, reason: format!("it panicked: {}", text.unwrap_or("without a word")) })
        }
    }
}

fn failed(doing: &'static str, error: &io::Error) -> DiskError {
    DiskError { doing, reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn disk(name: &str, cache_bytes: u64) -> (Arc<SledDisk>, Folder) {
        let folder = std::env::temp_dir().join(format!("pintle-sled-{name}-{}", std::process::id()));
        let db = sled::Config::new().path(&folder).segment_size(SEGMENT).open().unwrap();
        (Arc::new(SledDisk { db: Some(db), cache_bytes, cached: AtomicU64::new(0) }), Folder(folder))
    }

    fn keys(disk: &SledDisk) -> Vec<Vec<u8>> {
        let mut keys = Vec::new();
        disk.scan(b"a", b"z", &mut |key, _| {
            keys.push(key.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
        keys
    }

    #[test]
    fn a_place_without_its_value_is_seen_by_nobody_and_makes_no_other_go() {
        let (disk, _folder) = disk("places", 1 << 30);
        let mut first = Batch::default();
        first.put(b"b1".to_vec(), vec![1; LARGE]);
        disk.write(first).unwrap();
        let mut second = Batch::default();
        second.put(b"b1".to_vec(), vec![2; LARGE]);
        second.put(b"b2".to_vec(), vec![2; LARGE]);
        // As if the machine stopped before the batch was written.
        disk.make_places(&second).unwrap();
        assert_eq!(keys(&disk), [b"b1"]);
        assert_eq!(disk.get(b"b1").unwrap(), Some(vec![1; LARGE]));
        assert_eq!(disk.get(b"b2").unwrap(), None);
        disk.write(second).unwrap();
        assert_eq!(keys(&disk), [b"b1", b"b2"]);
        assert_eq!(disk.get(b"b1").unwrap(), Some(vec![2; LARGE]));
    }

    #[test]
    fn nothing_is_lost_while_the_cache_is_bounded() {
        let (disk, _folder) = disk("cache", 256 << 10);
        for number in 0..400u32 {
            let mut batch = Batch::default();
            batch.put([b"b".as_slice(), &number.to_be_bytes()].concat(), vec![number as u8; 10_000]);
            disk.write(batch).unwrap();
        }
        for number in 0..400u32 {
            let value = disk.get(&[b"b".as_slice(), &number.to_be_bytes()].concat()).unwrap();
            assert_eq!(value, Some(vec![number as u8; 10_000]));
        }
        assert_eq!(keys(&disk).len(), 400);
    }
}
