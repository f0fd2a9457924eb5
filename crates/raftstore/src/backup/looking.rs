//! Files that are only looked at. What opening a log or a folder of snapshots would change is noted instead.

use crate::files::{File, Files};
use parking_lot::Mutex;
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder that stays as it is.
#[derive(Debug)]
pub(super) struct LookedAt {
    folder: PathBuf,
    meant: Arc<Mutex<Vec<String>>>,
}

/// A file that stays as it is, or the first bytes of one.
#[derive(Debug)]
pub(super) struct LookedAtFile {
    name: String,
    file: fs::File,
    size: u64,
    meant: Arc<Mutex<Vec<String>>>,
}

impl LookedAt {
    /// The folder at `path`; empty where there is none.
    pub(super) fn new(path: &Path) -> LookedAt {
        LookedAt { folder: path.to_owned(), meant: Arc::default() }
    }

    /// What would have been changed, in words.
    pub(super) fn meant(&self) -> Vec<String> {
        self.meant.lock().clone()
    }

    fn note(&self, what: String) {
        self.meant.lock().push(what);
    }
}

impl LookedAtFile {
    /// The file at `path`.
    pub(super) fn open(path: &Path) -> io::Result<LookedAtFile> {
        LookedAtFile::with(path, path.display().to_string(), Arc::default())
    }

    fn with(path: &Path, name: String, meant: Arc<Mutex<Vec<String>>>) -> io::Result<LookedAtFile> {
        let file = fs::File::open(path)?;
        let size = file.metadata()?.len();
        Ok(LookedAtFile { name, file, size, meant })
    }

    /// Lets nobody look behind the first `size` bytes.
    pub(super) fn end_at(&mut self, size: u64) {
        self.size = self.size.min(size);
    }
}

impl Files for LookedAt {
    fn list(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn create(&self, _: &str, _: u64) -> io::Result<Arc<dyn File>> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let file = LookedAtFile::with(&self.folder.join(name), name.to_owned(), Arc::clone(&self.meant))?;
        Ok(Arc::new(file))
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.note(format!("{name} was never finished; it will be removed"));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

impl File for LookedAtFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.size)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        if offset.checked_add(buffer.len() as u64).is_none_or(|end| end > self.size) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.file.read_exact_at(buffer, offset)
    }

    fn write_at(&self, _: &[u8], offset: u64) -> io::Result<()> {
        let what = format!(
            "{}: what was being written at byte {offset} when the node stopped was never answered; it will be dropped",
            self.name
        );
        self.meant.lock().push(what);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}
