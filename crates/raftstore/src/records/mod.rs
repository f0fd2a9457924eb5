//! The records of a state: readable as soon as they are pushed, written behind by a thread of their own or, in a
//! simulation, by a task and by whoever would wait for the thread.
//!
//! ```text
//! push --> Recent (newest revisions, whole) --> Writer: batches of blocks --> Disk
//!   |         |  what is let go                    '-- Directory: which block holds a record
//!   v         v
//! get ---> Recent, else Cache, else Directory and Disk
//! ```
//!
//! What always holds: a record that was pushed and not cleared can be read; the disk, read at any moment, is what was
//! true at some applied entry, or it shows that it is not.

mod block;
mod cache;
mod census;
mod directory;
mod driver;
mod facts;
mod fill;
mod history;
mod load;
mod neighbours;
mod packing;
mod queue;
mod read;
mod recent;
mod writer;

pub(crate) use census::{Census, mix, of_record};
pub(crate) use facts::Facts;
pub(crate) use fill::Fill;
pub(crate) use history::Revision;
pub(crate) use load::{Tell, Unusable};
pub(crate) use queue::LeaseChange;

use crate::disk::{Disk, DiskError};
use crate::machine::Counters;
use crate::revisions::{At, Change};
use cache::Cache;
use directory::Directory;
use driver::Driver;
use facts::Meta;
use parking_lot::{Mutex, RwLock};
use queue::{Item, Queue, QueueBounds};
use recent::Recent;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use writer::Writer;

/// Bounds of what is kept in memory, and of what waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) recent_bytes: usize,
    pub(crate) unwritten_bytes: usize,
    pub(crate) cached_bytes: usize,
    pub(crate) write_after: Duration,
    pub(crate) write_bytes: usize,
}

/// The records of a state. Dropped, it writes what waits.
#[derive(Debug)]
pub(crate) struct Records {
    shared: Arc<Shared>,
    driver: Driver,
}

/// What the writer shares with those who read.
#[derive(Debug)]
struct Shared {
    disk: Arc<dyn Disk>,
    directory: RwLock<Directory>,
    recent: RwLock<Recent>,
    cache: Mutex<Cache>,
    queue: Queue,
    counters: Arc<Counters>,
}

/// What a disk held beside records: facts, and leases with their times to live.
pub(crate) type Rest = (Facts, Vec<(i64, i64)>);

impl Records {
    /// The records of a disk that was there before, and all else on it; `None` when it is empty.
    pub(crate) fn load(
        disk: Arc<dyn Disk>,
        limits: Limits,
        counters: Arc<Counters>,
        tell: Tell<'_>,
    ) -> Result<Option<(Records, Rest)>, Unusable> {
        let Some(loaded) = load::load(&*disk, tell)? else { return Ok(None) };
        let rest = (loaded.facts.clone(), loaded.leases);
        let meta = Meta { facts: loaded.facts, records: loaded.records, leases: loaded.lease_census };
        Ok(Some((Records::start(disk, loaded.directory, meta, limits, counters), rest)))
    }

    fn start(
        disk: Arc<dyn Disk>,
        directory: Directory,
        meta: Meta,
        limits: Limits,
        counters: Arc<Counters>,
    ) -> Records {
        let Limits { recent_bytes, unwritten_bytes, cached_bytes, write_after, write_bytes } = limits;
        let shared = Arc::new(Shared {
            disk,
            directory: RwLock::new(directory),
            recent: RwLock::new(Recent::new(meta.facts.revision, recent_bytes)),
            cache: Mutex::new(Cache::new(cached_bytes)),
            queue: Queue::new(QueueBounds { unwritten_bytes, write_bytes, write_after }),
            counters,
        });
        let Meta { facts, records, leases } = meta;
        let writer = Writer { shared: Arc::clone(&shared), facts, records, leases, unflushed: 0 };
        let driver = Driver::start(writer, write_after);
        Records { shared, driver }
    }

    /// Adds what an applied entry changed: `facts` as they are since, and the changes of `facts.revision`, if it made
    /// that revision. Never waits for the disk.
    pub(crate) fn push(&self, facts: Facts, changes: Option<Arc<[Change]>>, lease: Option<LeaseChange>) {
        if let Some(changes) = &changes {
            self.shared.recent.write().push(facts.revision, Arc::clone(changes));
        }
        self.shared.queue.push(Item::Applied { facts, changes, lease });
    }

    /// Forgets records that nobody can see any more.
    pub(crate) fn clear(&self, records: Vec<At>) {
        self.shared.queue.push(Item::Cleared(records));
    }

    /// Whether nothing has to wait.
    pub(crate) fn has_room(&self) -> bool {
        self.shared.queue.has_room()
    }

    /// Waits while too much is unwritten.
    ///
    /// # Errors
    /// What the disk said; nothing is written any more then.
    pub(crate) fn wait_for_room(&self) -> Result<(), DiskError> {
        self.driver.make_room(&self.shared.queue);
        if self.shared.queue.wait_for_room()? {
            self.shared.counters.waits_for_disk.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Waits until all that was pushed before is written, and handed to the system.
    pub(crate) fn flush(&self) -> Result<(), DiskError> {
        let wanted = self.shared.queue.want_flush();
        self.driver.write_all();
        self.shared.queue.wait_for_flush(wanted)
    }

    /// Bytes of records that wait to be written.
    pub(crate) fn unwritten(&self) -> usize {
        self.shared.queue.unwritten()
    }

    /// Nobody needs what is not written yet: others take the place of these records.
    pub(crate) fn abandon(&self) {
        self.shared.queue.abandon();
    }

    /// Bytes on disk.
    pub(crate) fn size(&self) -> Result<u64, DiskError> {
        self.shared.disk.size()
    }

    /// Bytes on disk of records that are not cleared, about.
    pub(crate) fn size_in_use(&self) -> u64 {
        self.shared.directory.read().in_use()
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        self.shared.queue.close();
        self.driver.end();
    }
}
