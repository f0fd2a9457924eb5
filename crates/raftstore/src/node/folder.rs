//! A node's folder: one process at a time, one member for ever.
//!
//! ```text
//! DIR/lock         held by the process that serves the folder
//! DIR/member.json  whose folder it is
//! DIR/log/         the Raft log
//! DIR/snapshots/   snapshot files
//! DIR/state/       the working state; made anew from the other two when it is lost
//! ```

use super::identity::Identity;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The layout that this version writes.
const FORMAT: u32 = 1;

/// A locked folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Held as long as the folder is in use; `None` for one that was never used and is only looked at.
    _lock: Option<File>,
}

/// Why a folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system refused.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// It says whose it is in a way that can't be read.
    #[error("{} can't be read: {reason}", path.display())]
    Unreadable {
        /// The file that says so.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// It belongs to somebody else.
    #[error(
        "{} belongs to member {found:x} of cluster {cluster:x}, but the flags make this node member {wanted:x}; give it the flags it began with, or another folder",
        path.display()
    )]
    Foreign {
        /// The file that says so.
        path: PathBuf,
        /// Whose it is.
        found: u64,
        /// Of which cluster.
        cluster: u64,
        /// Who wants it.
        wanted: u64,
    },
}

/// What is written down of a member.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    format: u32,
    cluster: String,
    member: String,
    token: String,
}

impl Folder {
    /// Takes the folder, making it when there is none.
    pub(crate) fn lock(path: &Path) -> Result<Folder, FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| FolderError::Io { path, source }
        };
        for name in ["log", "snapshots"] {
            fs::create_dir_all(path.join(name)).map_err(failed(path))?;
        }
        let lock_path = path.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(failed(&lock_path))?;
        Folder::hold(path, lock)
    }

    /// Takes the folder as it is, to look at it: nothing is made.
    pub(crate) fn lock_as_it_is(path: &Path) -> Result<Folder, FolderError> {
        match File::open(path.join("lock")) {
            Ok(lock) => Folder::hold(path, lock),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Folder { path: path.to_owned(), _lock: None })
            }
            Err(source) => Err(FolderError::Io { path: path.join("lock"), source }),
        }
    }

    fn hold(path: &Path, lock: File) -> Result<Folder, FolderError> {
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Folder { path: path.to_owned(), _lock: Some(lock) }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(FolderError::InUse(path.to_owned())),
            Err(error) => Err(FolderError::Io { path: path.join("lock"), source: error.into() }),
        }
    }

    pub(crate) fn own_path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.path.join("snapshots")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path.join("state")
    }

    /// Whose folder it is; `None` for a new one.
    pub(crate) fn identity(&self) -> Result<Option<Identity>, FolderError> {
        let path = self.path.join("member.json");
        let unreadable = |reason: String| FolderError::Unreadable { path: path.clone(), reason };
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(FolderError::Io { path, source }),
        };
        let written: Written =
            serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        if written.format != FORMAT {
            return Err(unreadable(format!("it has format {}, this version reads {FORMAT}", written.format)));
        }
        let id = |text: &str| u64::from_str_radix(text, 16).map_err(|error| unreadable(error.to_string()));
        Ok(Some(Identity {
            cluster: id(&written.cluster)?,
            member: id(&written.member)?,
            token: written.token,
        }))
    }

    /// Writes down whose folder it is, durably.
    pub(crate) fn claim(&self, identity: &Identity) -> Result<(), FolderError> {
        let written = Written {
            format: FORMAT,
            cluster: format!("{:x}", identity.cluster),
            member: format!("{:x}", identity.member),
            token: identity.token.clone(),
        };
        let path = self.path.join("member.json");
        let begun = self.path.join("member.json.new");
        let write = || -> io::Result<()> {
            let mut file = File::create(&begun)?;
            file.write_all(&serde_json::to_vec_pretty(&written)?)?;
            file.sync_all()?;
            fs::rename(&begun, &path)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|source| FolderError::Io { path: path.clone(), source })
    }

    /// Bytes that are free for this user on the folder's disk.
    pub(crate) fn free(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.path)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Place;

    #[test]
    fn a_folder_is_one_process_s_and_one_member_s() {
        let path = std::env::temp_dir().join(format!("pintle-folder-{}", std::process::id()));
        let folder = Folder::lock(&path).unwrap();
        assert!(folder.identity().unwrap().is_none());
        let identity = Identity { cluster: 0xc, member: 0xa, token: "t".to_owned() };
        folder.claim(&identity).unwrap();
        assert_eq!(folder.identity().unwrap(), Some(identity.clone()));
        assert!(folder.check(&identity, 0xa).is_ok());
        assert!(folder.check(&identity, 0xb).unwrap_err().to_string().contains("belongs to member a"));
        assert!(matches!(Folder::lock(&path), Err(FolderError::InUse(_))));
        drop(folder);
        fs::write(path.join("member.json"), b"{}").unwrap();
        assert!(matches!(Folder::lock(&path).unwrap().identity(), Err(FolderError::Unreadable { .. })));
        fs::remove_dir_all(&path).unwrap();
    }
}
