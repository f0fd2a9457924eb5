//! What the log and snapshots need of a file system, so that they can be tested on one that loses, tears and refuses.

mod memory;
mod system;

pub use memory::MemoryFiles;
pub use system::SystemFiles;

use std::fmt::Debug;
use std::io;
use std::sync::Arc;

/// One folder.
pub trait Files: Debug + Send + Sync {
    /// Names of the files in it, in no order.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes a file of `size` zero bytes whose space is taken, in place of one of the same name. The file is durable
    /// only after [`File::sync`] and [`Files::sync`].
    ///
    /// # Errors
    /// What the system says; `StorageFull` when there is no room.
    fn create(&self, name: &str, size: u64) -> io::Result<Arc<dyn File>>;

    /// Opens a file that is there.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, name: &str) -> io::Result<Arc<dyn File>>;

    /// Gives a file another name, in place of one that has it. Durable only after [`Files::sync`].
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes durable which files there are.
    ///
    /// # Errors
    /// What the system says.
    fn sync(&self) -> io::Result<()>;
}

/// One file.
pub trait File: Debug + Send + Sync {
    /// Its size in bytes.
    ///
    /// # Errors
    /// What the system says.
    fn size(&self) -> io::Result<u64>;

    /// Reads exactly `buffer`.
    ///
    /// # Errors
    /// What the system says; `UnexpectedEof` past the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// What the system says; any part may have been written then.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes what was written durable.
    ///
    /// # Errors
    /// What the system says; what was written since the last sync may or may not be durable then.
    fn sync(&self) -> io::Result<()>;
}
