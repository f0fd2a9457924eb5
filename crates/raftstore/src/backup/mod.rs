//! Backups: what is in one, a new cluster out of one, and whether the files of a stopped node are what was written.
//!
//! ```text
//! backup    a snapshot file | zeros up to a whole block | SHA-256 of both       (what Maintenance.Snapshot streams)
//! status    reads it, every byte
//! restore   backup > folder of one member of a new cluster: log that begins after the state, snapshot of the state
//! check     folder of a stopped node > what is damaged, and what would happen at its start; changes nothing
//! ```
//!
//! It never talks to a running node, and never writes into a folder that anybody uses.

mod check;
mod content;
mod error;
mod looking;
mod restore;
mod status;

pub use check::{Checked, Condition, Outlook, Report, check};
pub use error::BackupError;
pub use restore::{Order, Restored, restore};
pub use status::{Status, status};

/// What is being done, for who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The hash over the whole file.
    Hashing,
    /// Every record.
    Reading,
    /// The new snapshot, until it is verified.
    Writing,
    /// The working state is copied aside.
    Copying,
}

/// Told how many bytes of how many are done, again and again.
pub type Progress<'a> = &'a mut dyn FnMut(Stage, u64, u64);
