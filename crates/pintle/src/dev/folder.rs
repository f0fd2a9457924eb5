//! The folder of one `pintle dev`, its own as long as it runs.

use crate::failure::Failure;
use crate::pki::{make_folder, write_atomically};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Keys lie in here: version control is told to look away.
const GITIGNORE: &[u8] = b"*\n";
const HELP: &str = "choose a folder that this user may write to with --data-dir";

/// A folder that nobody else works in.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Given back when closed, also by the system when the process ends.
    _lock: File,
}

impl Folder {
    /// Makes it where it is missing, and takes it.
    ///
    /// # Errors
    /// When it can't be written to, or another process has it.
    pub(super) fn take(path: &Path) -> Result<Folder, Failure> {
        make_folder(path, HELP)?;
        let path = path.canonicalize().map_err(|error| Failure::file(path, &error, HELP))?;
        let lock = path.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| Failure::file(&lock, &error, HELP))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::InUse(path)),
            Err(TryLockError::Error(error)) => return Err(Failure::file(&lock, &error, HELP)),
        }
        let folder = Folder { path, _lock: file };
        make_folder(&folder.pki(), HELP)?;
        write_atomically(&folder.path.join(".gitignore"), GITIGNORE)?;
        Ok(folder)
    }

    /// Where keys and certificates lie.
    pub(super) fn pki(&self) -> PathBuf {
        self.path.join("pki")
    }

    /// Where objects are kept.
    pub(super) fn storage(&self) -> PathBuf {
        self.path.join("storage")
    }

    /// Where a cluster of processes keeps what is its own.
    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("cluster")
    }

    /// What kubectl reads.
    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.path.join("kubeconfig")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_once() {
        let path = std::env::temp_dir().join(format!("pintle-folder-{}", std::process::id()));
        let first = Folder::take(&path).unwrap();
        let second = Folder::take(&path).unwrap_err().to_string();
        assert!(
            second.contains("is in use by another `pintle dev`") && second.contains("--data-dir"),
            "{second}"
        );
        drop(first);
        std::fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn a_folder_that_can_t_be_made_says_what_to_do() {
        let failure = Folder::take(Path::new("/dev/null/pintle")).unwrap_err().to_string();
        assert!(failure.starts_with("/dev/null/pintle: ") && failure.contains("--data-dir"), "{failure}");
    }
}
