//! Making snapshots, handing them out, and putting one in place of everything.

use super::read::for_each_visible;
use super::{InstallError, Machine, open};
use crate::snapshots::{self, Head, Receiving, SnapshotError, SnapshotFile};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Machine {
    /// Writes a snapshot of what is applied; it is synced, read back, verified and in the folder when this returns.
    /// The last two are kept. It takes as long as writing and reading everything does, beside traffic; it blocks. When
    /// nothing was applied since the newest one, that one is answered.
    ///
    /// # Errors
    /// [`SnapshotError`]; those that were there are still there.
    pub fn snapshot(&self) -> Result<SnapshotFile, SnapshotError> {
        self.snapshot_other_than(None)
    }

    /// Reads all of a snapshot that another member could not use. When it is what is wrong, another one is made, as
    /// [`Machine::snapshot`] does, and it is set aside. Whether it was damaged. It blocks.
    ///
    /// # Errors
    /// [`SnapshotError`] when no other could be made; this one is still the newest then.
    pub fn renew_if_damaged(&self, doubted: &SnapshotFile) -> Result<bool, SnapshotError> {
        let Err(error) = doubted.verify() else { return Ok(false) };
        if self.newest_snapshot().is_some_and(|newest| newest.is_same(doubted)) {
            self.shared.counters.snapshots_damaged.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%error, "a snapshot was damaged on the disk; another one is made of what is applied");
            if let Err(error) = snapshots::set_aside(&*self.options.snapshots, &doubted.name) {
                // It may have been set aside before, when no other could be made.
                tracing::warn!(%error, name = doubted.name, "a damaged snapshot can't be set aside");
            }
            self.snapshot_other_than(Some(doubted))?;
        }
        Ok(true)
    }

    fn snapshot_other_than(&self, damaged: Option<&SnapshotFile>) -> Result<SnapshotFile, SnapshotError> {
        let _one_at_a_time = self.snapshotting.lock();
        // Held until it is written: what it needs must not be cleared meanwhile.
        let _pin = self.shared.pins.pin();
        let (head, records) = {
            let inner = self.shared.inner.read();
            if self.shared.is_stopped() {
                return Err(SnapshotError::Stopped);
            }
            (Head { facts: inner.facts(), leases: inner.leases() }, Arc::clone(&inner.records))
        };
        let Some(applied) = head.facts.applied else { return Err(SnapshotError::Empty) };
        let is_good = |newest: &SnapshotFile| !damaged.is_some_and(|damaged| newest.is_same(damaged));
        if let Some(newest) =
            self.newest_snapshot().filter(|newest| newest.position == applied && is_good(newest))
        {
            return Ok(newest);
        }
        // So that the disk is not behind the snapshot, should the node start again.
        records.flush().map_err(SnapshotError::Disk)?;
        let (compacted, revision) = (head.facts.compacted, head.facts.revision);
        let snapshot = snapshots::write::<SnapshotError>(&*self.options.snapshots, &head, |add| {
            for_each_visible(&self.shared, &records, compacted, revision, &mut |record| add(record))
        })?;
        self.shared.counters.snapshots_written.fetch_add(1, Ordering::Relaxed);
        self.note_newest(&snapshot);
        Ok(snapshot)
    }

    /// The newest snapshot.
    pub fn newest_snapshot(&self) -> Option<SnapshotFile> {
        self.newest.lock().clone()
    }

    /// The entry up to which every snapshot that is kept knows everything: the log before it is needed no more. `None`
    /// until as many snapshots are there as are kept.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub fn covered(&self) -> Result<Option<u64>, SnapshotError> {
        snapshots::covered(&*self.options.snapshots)
    }

    /// Up to `length` bytes of a snapshot from `offset` on; fewer only at the end. It blocks.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub fn read_snapshot(
        &self,
        file: &SnapshotFile,
        offset: u64,
        length: usize,
    ) -> Result<Bytes, SnapshotError> {
        file.read(offset, length)
    }

    /// Begins to take in a snapshot of another member, for [`Machine::install`].
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub fn receive(&self) -> Result<Receiving, SnapshotError> {
        Receiving::begin(Arc::clone(&self.options.snapshots))
    }

    /// Puts what is in a snapshot, one of the folder, in place of everything: readers see all of it or nothing.
    /// Watchers go on. It blocks, and nothing is applied meanwhile. A snapshot that is not beyond what is applied
    /// changes nothing.
    ///
    /// # Errors
    /// [`InstallError`]; everything is as it was then.
    pub fn install(&self, received: &SnapshotFile) -> Result<(), InstallError> {
        let _nothing_is_applied = self.applying.lock();
        if self.applied().is_some_and(|applied| applied.index >= received.position.index) {
            return Ok(());
        }
        let shared = &self.shared;
        let inner = open::from_snapshot(&*self.options.volume, &self.options, &shared.counters, received)?;
        let revision = inner.state.revision;
        let before = {
            let mut now = shared.inner.write();
            std::mem::replace(&mut *now, inner)
        };
        before.records.abandon();
        shared.feed.reset(revision);
        self.clearing.wake();
        self.note_newest(received);
        Ok(())
    }

    fn note_newest(&self, snapshot: &SnapshotFile) {
        let mut newest = self.newest.lock();
        if newest.as_ref().is_none_or(|newest| newest.position.index <= snapshot.position.index) {
            *newest = Some(snapshot.clone());
        }
    }
}
