//! Filling an empty disk, from a snapshot or with nothing. It is usable only when it is finished: the facts come last.

use super::block::{self, META_KEY};
use super::census::{self, Census};
use super::directory::Directory;
use super::facts::{Facts, Meta};
use super::packing::Packing;
use super::{Limits, Records};
use crate::disk::{Disk, DiskError};
use crate::machine::Counters;
use crate::revisions::Record;
use std::sync::Arc;

/// Bytes of one batch.
const BATCH_BYTES: usize = 2 << 20;

/// A disk that is being filled.
#[derive(Debug)]
pub(crate) struct Fill {
    disk: Arc<dyn Disk>,
    packing: Packing,
    directory: Directory,
    records: Census,
}

impl Fill {
    /// Begins to fill an empty disk.
    pub(crate) fn new(disk: Arc<dyn Disk>) -> Fill {
        Fill {
            disk,
            packing: Packing::default(),
            directory: Directory::default(),
            records: Census::default(),
        }
    }

    /// Adds the next record, in the order of their places.
    pub(crate) fn add(&mut self, record: &Record) -> Result<(), DiskError> {
        self.packing.add(record, &mut self.records);
        if self.packing.bytes >= BATCH_BYTES { self.write() } else { Ok(()) }
    }

    /// Completes the disk; `leases` are ids and times to live.
    pub(crate) fn finish(
        mut self,
        facts: Facts,
        leases: &[(i64, i64)],
        limits: Limits,
        counters: Arc<Counters>,
    ) -> Result<Records, DiskError> {
        self.packing.close();
        self.write()?;
        let mut census = Census::default();
        for (id, ttl) in leases {
            census.add(census::of_lease(*id, *ttl));
            self.packing.batch.put(block::lease_key(*id), block::lease_value(*id, *ttl));
        }
        let meta = Meta { facts: facts.clone(), records: self.records, leases: census };
        self.packing.batch.put(META_KEY.to_vec(), meta.encode());
        self.write()?;
        self.disk.flush()?;
        Ok(Records::start(self.disk, self.directory, meta, limits, counters))
    }

    fn write(&mut self) -> Result<(), DiskError> {
        let packing = std::mem::take(&mut self.packing);
        self.disk.write(packing.batch)?;
        packing.blocks.into_iter().for_each(|(first, entry)| self.directory.set(first, entry));
        self.packing.open = packing.open;
        Ok(())
    }
}
