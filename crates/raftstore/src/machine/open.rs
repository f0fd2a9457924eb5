//! Finding the state that a node left behind: on its disk, or else in a snapshot.

use super::build::Building;
use super::shared::Inner;
use super::{Counters, InstallError, OpenError, Options};
use crate::disk::{DiskError, Volume};
use crate::records::{Facts, Fill, Records, Unusable};
use crate::snapshots::{self, SnapshotError, SnapshotFile};
use crate::state_machine::State;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The state as found, and the newest snapshot.
pub(super) fn open(
    options: &Options,
    counters: &Arc<Counters>,
) -> Result<(Inner, Option<SnapshotFile>), OpenError> {
    let mut damaged = Vec::new();
    let names = snapshots::names(&*options.snapshots)?;
    let newest = names.iter().find_map(|name| {
        readable(options, name, snapshots::look_at(&*options.snapshots, name), counters, &mut damaged)
    });
    let disk = from_disk(options, counters, &mut damaged)?;
    let on_disk = disk.as_ref().and_then(|disk| disk.applied).map(|applied| applied.index);
    let is_enough = |index: Option<u64>| index >= options.needed;
    let newest_index = newest.as_ref().map(|newest| newest.position.index);
    if let Some(disk) = disk {
        // A disk that is behind a snapshot lost something, or the snapshot came from another member.
        if is_enough(on_disk) && on_disk >= newest_index {
            options.volume.retire()?;
            return Ok((disk, newest));
        }
        if let Some(found) = from_snapshots(options, counters, on_disk, &mut damaged)? {
            disk.records.abandon();
            return Ok(found);
        }
        if is_enough(on_disk) {
            return Ok((disk, None));
        }
        let at = on_disk.unwrap_or_default();
        damaged.push(format!("the working state ends at entry {at}"));
    } else if let Some(found) = from_snapshots(options, counters, None, &mut damaged)? {
        return Ok(found);
    } else if options.needed.is_none() {
        return Ok((empty(options, counters)?, None));
    }
    Err(OpenError::NeedsSnapshot { needed: options.needed.unwrap_or_default(), damaged })
}

/// The state of the newest disk; one that is not what was written is set aside.
fn from_disk(
    options: &Options,
    counters: &Arc<Counters>,
    damaged: &mut Vec<String>,
) -> Result<Option<Inner>, OpenError> {
    let unusable = match load(options, counters) {
        Ok(found) => return Ok(found),
        Err(unusable) => unusable,
    };
    let name = options.volume.set_aside()?;
    counters.disks_set_aside.fetch_add(1, Ordering::Relaxed);
    damaged.push(format!("the working state: {unusable}"));
    tracing::warn!(reason = %unusable, "the state on disk is not what was written; it is set aside as {name} and made anew");
    Ok(None)
}

fn load(options: &Options, counters: &Arc<Counters>) -> Result<Option<Inner>, Unusable> {
    let Some(disk) = options.volume.open()? else { return Ok(None) };
    let mut building = Building::default();
    let limits = options.bounds.limits();
    let loaded = Records::load(disk, limits, Arc::clone(counters), &mut |record| building.add(&record))?;
    Ok(loaded.map(|(records, (facts, leases))| building.finish(&facts, &leases, Arc::new(records))))
}

/// The state of the newest snapshot that is good, enough, and beyond what the disk has.
fn from_snapshots(
    options: &Options,
    counters: &Arc<Counters>,
    beyond: Option<u64>,
    damaged: &mut Vec<String>,
) -> Result<Option<(Inner, Option<SnapshotFile>)>, OpenError> {
    for name in snapshots::names(&*options.snapshots)? {
        let verified = snapshots::verify(&*options.snapshots, &name);
        let Some(snapshot) = readable(options, &name, verified, counters, damaged) else { continue };
        let index = Some(snapshot.position.index);
        if index < options.needed || index <= beyond {
            continue;
        }
        let inner = from_snapshot(&*options.volume, options, counters, &snapshot)?;
        tracing::info!(
            snapshot = snapshot.name,
            revision = snapshot.revision,
            "the state was made from a snapshot"
        );
        return Ok(Some((inner, Some(snapshot))));
    }
    Ok(None)
}

/// Fills a new disk with what is in a snapshot. The others are removed.
pub(super) fn from_snapshot(
    volume: &dyn Volume,
    options: &Options,
    counters: &Arc<Counters>,
    snapshot: &SnapshotFile,
) -> Result<Inner, InstallError> {
    let mut fill = Fill::new(volume.create()?);
    let mut building = Building::default();
    let head = snapshot.tell::<InstallError>(|_| Ok(()), &mut |record| {
        building.add(&record).map_err(|reason| {
            let file = snapshot.name.clone();
            SnapshotError::Damaged { file, offset: 0, reason }
        })?;
        Ok(fill.add(&record)?)
    })?;
    let records =
        fill.finish(head.facts.clone(), &head.leases, options.bounds.limits(), Arc::clone(counters))?;
    volume.retire()?;
    Ok(building.finish(&head.facts, &head.leases, Arc::new(records)))
}

fn empty(options: &Options, counters: &Arc<Counters>) -> Result<Inner, DiskError> {
    let State { revision, compacted, cluster_version, .. } = State::default();
    let facts = Facts { applied: None, revision, compacted, cluster_version, membership: None };
    let fill = Fill::new(options.volume.create()?);
    let records = fill.finish(facts.clone(), &[], options.bounds.limits(), Arc::clone(counters))?;
    options.volume.retire()?;
    Ok(Building::default().finish(&facts, &[], Arc::new(records)))
}

/// A snapshot that can be read. One that can't be is named, and another has to do; one that is damaged is set aside, so
/// that the log is never forgotten on the strength of it.
fn readable(
    options: &Options,
    name: &str,
    read: Result<SnapshotFile, SnapshotError>,
    counters: &Counters,
    damaged: &mut Vec<String>,
) -> Option<SnapshotFile> {
    let error = match read {
        Ok(snapshot) => return Some(snapshot),
        Err(error) => error,
    };
    counters.snapshots_damaged.fetch_add(1, Ordering::Relaxed);
    tracing::error!(%error, "a snapshot can't be used");
    if matches!(error, SnapshotError::Damaged { .. })
        && let Err(error) = snapshots::set_aside(&*options.snapshots, name)
    {
        // It is found damaged again with the next start.
        tracing::warn!(%error, name, "a damaged snapshot can't be set aside");
    }
    damaged.push(error.to_string());
    None
}
