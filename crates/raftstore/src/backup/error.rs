//! Why a backup can't be used, each with what to do next.

use crate::log;
use crate::node::FolderError;
use crate::snapshots::SnapshotError;
use std::io;
use std::path::PathBuf;

/// Why it can't be done.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The system refused.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is something else.
    #[error(
        "{} is no backup of Pintle's storage; a backup of etcd itself can only be restored by etcdutl",
        .0.display()
    )]
    NotABackup(PathBuf),
    /// The file is not what was sent.
    #[error("{path} is damaged: {reason}; nothing was restored, take another backup", path = path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A snapshot can't be read or written.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The folder can't be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The folder has something in it.
    #[error("{} is not empty; a member is restored into a new folder only", .0.display())]
    NotEmpty(PathBuf),
    /// The folder is no node's.
    #[error("{} is not the folder of a node: it has no member.json", .0.display())]
    NotANode(PathBuf),
    /// The log can't be written.
    #[error("the new log can't be written: {0}")]
    Log(#[from] log::LogError),
    /// The new log can't be made.
    #[error("the new log can't be made: {0}")]
    OpenLog(#[from] log::OpenError),
    /// The member is not among the members.
    #[error("--initial-cluster does not name this member, --name={0}")]
    NotAMember(String),
    /// Two members are the same one.
    #[error("members {0} and {1} of --initial-cluster have the same peer URLs")]
    SameUrls(String, String),
    /// The new cluster would be taken for the old one.
    #[error(
        "member {name} would get the id {id:x} that a member of the backed-up cluster has; give --initial-cluster-token another value, the same for every member"
    )]
    SameIds {
        /// The member's name.
        name: String,
        /// Its id.
        id: u64,
    },
    /// Revisions would be told again with other content.
    #[error("--bump-revision and --mark-compacted belong together: give a bump above 0 and mark, or neither")]
    BumpWithoutMark,
    /// The new revision would be no revision.
    #[error("revision {revision} can't be raised by {bump}; choose a smaller --bump-revision")]
    RevisionTooHigh {
        /// The backup's.
        revision: u64,
        /// By how much.
        bump: u64,
    },
}
