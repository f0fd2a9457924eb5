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

/// Whether the member that a folder was made for may have been in its cluster before, in a folder that is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// It may.
    Unproven,
    /// It has not, as others have said, or can't have.
    Proven,
}

/// What is written down of a member.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    format: u32,
    cluster: String,
    member: String,
    token: String,
    /// Whether its past is not known yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unproven: bool,
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

    /// Whose folder it is; `None` for a new one. One that was used and does not say by whom is not new.
    pub(crate) fn identity(&self) -> Result<Option<Identity>, FolderError> {
        let Some(written) = self.written()? else { return Ok(None) };
        let id = |text: &str| u64::from_str_radix(text, 16).map_err(|error| self.unreadable(error));
        Ok(Some(Identity {
            cluster: id(&written.cluster)?,
            member: id(&written.member)?,
            token: written.token,
        }))
    }

    /// What is known of its member's past.
    pub(crate) fn past(&self) -> Result<Past, FolderError> {
        let unproven = self.written()?.is_none_or(|written| written.unproven);
        Ok(if unproven { Past::Unproven } else { Past::Proven })
    }

    /// Writes down whose folder it is, durably.
    pub(crate) fn claim(&self, identity: &Identity, past: Past) -> Result<(), FolderError> {
        let written = Written {
            format: FORMAT,
            cluster: format!("{:x}", identity.cluster),
            member: format!("{:x}", identity.member),
            token: identity.token.clone(),
            unproven: past == Past::Unproven,
        };
        let path = self.member_file();
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

    fn written(&self) -> Result<Option<Written>, FolderError> {
        let path = self.member_file();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return if self.is_used()? { Err(self.unreadable("it is missing")) } else { Ok(None) };
            }
            Err(source) => return Err(FolderError::Io { path, source }),
        };
        let written: Written = serde_json::from_slice(&text).map_err(|error| self.unreadable(error))?;
        if written.format != FORMAT {
            let format = written.format;
            return Err(self.unreadable(format_args!("it has format {format}, this version reads {FORMAT}")));
        }
        Ok(Some(written))
    }

    /// Whether there is a log or a snapshot.
    fn is_used(&self) -> Result<bool, FolderError> {
        for path in [self.log(), self.snapshots()] {
            match fs::read_dir(&path).map(|mut entries| entries.next().is_some()) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(FolderError::Io { path, source }),
            }
        }
        Ok(false)
    }

    fn member_file(&self) -> PathBuf {
        self.path.join("member.json")
    }

    fn unreadable(&self, reason: impl std::fmt::Display) -> FolderError {
        FolderError::Unreadable { path: self.member_file(), reason: reason.to_string() }
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
        assert_eq!(folder.past().unwrap(), Past::Unproven);
        for past in [Past::Unproven, Past::Proven] {
            folder.claim(&identity, past).unwrap();
            assert_eq!((folder.identity().unwrap(), folder.past().unwrap()), (Some(identity.clone()), past));
        }
        assert!(folder.check(&identity, 0xa).is_ok());
        assert!(folder.check(&identity, 0xb).unwrap_err().to_string().contains("belongs to member a"));
        assert!(matches!(Folder::lock(&path), Err(FolderError::InUse(_))));
        drop(folder);
        fs::write(path.join("member.json"), b"{}").unwrap();
        assert!(matches!(Folder::lock(&path).unwrap().identity(), Err(FolderError::Unreadable { .. })));
        fs::remove_file(path.join("member.json")).unwrap();
        assert_eq!(Folder::lock(&path).unwrap().identity().unwrap(), None);
        fs::write(path.join("log/1"), b"").unwrap();
        let used = Folder::lock(&path).unwrap().identity().unwrap_err();
        assert!(used.to_string().ends_with("member.json can't be read: it is missing"), "{used}");
        fs::remove_dir_all(&path).unwrap();
    }
}
