//! Where a node keeps what must outlive it: a folder on a disk or, in a simulation, memory that loses and refuses.

use super::folder::{Folder, FolderError, Past};
use super::identity::Identity;
use crate::disk::{SledVolume, Volume};
use crate::files::{Files, SystemFiles};
use std::fmt::Debug;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// A place that belongs to one member for ever, and to one running node at a time.
pub trait Place: Debug + Send + Sync {
    /// What it is called, for messages.
    fn path(&self) -> PathBuf;

    /// Whose it is; `None` for a new one.
    ///
    /// # Errors
    /// [`FolderError`].
    fn identity(&self) -> Result<Option<Identity>, FolderError>;

    /// What is known of its member's past.
    ///
    /// # Errors
    /// [`FolderError`].
    fn past(&self) -> Result<Past, FolderError>;

    /// Writes down whose it is, durably.
    ///
    /// # Errors
    /// [`FolderError`].
    fn claim(&self, identity: &Identity, past: Past) -> Result<(), FolderError>;

    /// Where the log lies, made when it is not there.
    ///
    /// # Errors
    /// [`FolderError`].
    fn log_files(&self) -> Result<Arc<dyn Files>, FolderError>;

    /// Where snapshots lie, made when it is not there.
    ///
    /// # Errors
    /// [`FolderError`].
    fn snapshot_files(&self) -> Result<Arc<dyn Files>, FolderError>;

    /// Where the working state lies, of which so many bytes are kept in memory.
    ///
    /// # Errors
    /// [`FolderError`].
    fn volume(&self, cache_bytes: u64) -> Result<Arc<dyn Volume>, FolderError>;

    /// Bytes that are free.
    ///
    /// # Errors
    /// What the system says.
    fn free(&self) -> io::Result<u64>;

    /// Refuses the place of another member.
    ///
    /// # Errors
    /// [`FolderError::Foreign`].
    fn check(&self, found: &Identity, wanted: u64) -> Result<(), FolderError> {
        if found.member == wanted {
            return Ok(());
        }
        let path = self.path().join("member.json");
        Err(FolderError::Foreign { path, found: found.member, cluster: found.cluster, wanted })
    }
}

impl Place for Folder {
    fn path(&self) -> PathBuf {
        self.own_path().to_owned()
    }

    fn identity(&self) -> Result<Option<Identity>, FolderError> {
        Folder::identity(self)
    }

    fn past(&self) -> Result<Past, FolderError> {
        Folder::past(self)
    }

    fn claim(&self, identity: &Identity, past: Past) -> Result<(), FolderError> {
        Folder::claim(self, identity, past)
    }

    fn log_files(&self) -> Result<Arc<dyn Files>, FolderError> {
        files(self.log())
    }

    fn snapshot_files(&self) -> Result<Arc<dyn Files>, FolderError> {
        files(self.snapshots())
    }

    fn volume(&self, cache_bytes: u64) -> Result<Arc<dyn Volume>, FolderError> {
        let path = self.state();
        match SledVolume::open_in(&path, cache_bytes) {
            Ok(volume) => Ok(Arc::new(volume)),
            Err(source) => Err(FolderError::Io { path, source }),
        }
    }

    fn free(&self) -> io::Result<u64> {
        Folder::free(self)
    }
}

fn files(path: PathBuf) -> Result<Arc<dyn Files>, FolderError> {
    match SystemFiles::open(&path) {
        Ok(files) => Ok(Arc::new(files)),
        Err(source) => Err(FolderError::Io { path, source }),
    }
}
