//! Reading a working state without touching it: on a copy.

use crate::backup::{BackupError, Progress, Stage};
use crate::disk::{SledVolume, Volume};
use crate::machine::Counters;
use crate::records::{Facts, Limits, Records, Unusable};
use crate::revisions::KeyIndex;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of the cache of the copy's disk.
const CACHE_BYTES: u64 = 64 << 20;
/// Folders below the state that are copied into, at the most.
const DEPTH_MAX: usize = 4;
/// What was set aside is not read by a start.
const SET_ASIDE: &str = "damaged";

/// What became of it.
pub(super) enum Read {
    /// There is none.
    None,
    /// All of it is what was written.
    Good(Facts),
    /// It is not; why.
    Damaged(String),
}

/// Reads the working state in `folder`, copied to a folder of its own in `scratch`.
pub(super) fn read(folder: &Path, scratch: &Path, progress: Progress<'_>) -> Result<Read, BackupError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::Io { path, source }
    };
    if !folder.exists() {
        return Ok(Read::None);
    }
    let total = size(folder, DEPTH_MAX).map_err(failed(folder))?;
    let copy = Copy::begin(scratch).map_err(failed(scratch))?;
    let mut done = 0;
    let mut told = |bytes| {
        done += bytes;
        progress(Stage::Copying, done, total);
    };
    copy_folder(folder, &copy.0, DEPTH_MAX, &mut told).map_err(failed(&copy.0))?;
    Ok(match load(&copy.0) {
        Ok(Some(facts)) => Read::Good(facts),
        Ok(None) => Read::None,
        Err(unusable) => Read::Damaged(unusable.to_string()),
    })
}

fn load(folder: &Path) -> Result<Option<Facts>, Unusable> {
    let volume =
        SledVolume::open_in(folder, CACHE_BYTES).map_err(|error| Unusable::Damaged(error.to_string()))?;
    let Some(disk) = volume.open()? else { return Ok(None) };
    // Nothing is written, so none of these matters.
    let limits = Limits {
        recent_bytes: 0,
        unwritten_bytes: 1 << 20,
        cached_bytes: 0,
        write_after: Duration::from_secs(1),
        write_bytes: 1 << 20,
    };
    let mut index = KeyIndex::default();
    let loaded = Records::load(disk, limits, Arc::new(Counters::default()), &mut |record| {
        let at = record.version.at;
        let is_newer = index.push_newer(&record.key, record.version);
        if is_newer {
            Ok(())
        } else {
            Err(format!("the record of revision {}.{} is there twice", at.revision, at.sub))
        }
    })?;
    Ok(loaded.map(|(_, (facts, _))| facts))
}

/// A folder that goes away with this value.
struct Copy(PathBuf);

impl Copy {
    fn begin(scratch: &Path) -> io::Result<Copy> {
        let path = scratch.join(format!("pintle-check-{}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Copy(path))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the copy of the working state is still there");
        }
    }
}

fn size(folder: &Path, depth: usize) -> io::Result<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        total += match entry.file_type()? {
            kind if kind.is_dir() && entry.file_name() == SET_ASIDE => 0,
            kind if kind.is_dir() && depth > 0 => size(&entry.path(), depth - 1)?,
            kind if kind.is_file() => entry.metadata()?.len(),
            _ => 0,
        };
    }
    Ok(total)
}

fn copy_folder(from: &Path, to: &Path, depth: usize, copied: &mut dyn FnMut(u64)) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() && entry.file_name() == SET_ASIDE => {}
            kind if kind.is_dir() && depth > 0 => {
                fs::create_dir(&target)?;
                copy_folder(&entry.path(), &target, depth - 1, copied)?;
            }
            kind if kind.is_file() => copied(fs::copy(entry.path(), target)?),
            _ => {}
        }
    }
    Ok(())
}
