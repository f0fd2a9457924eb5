//! Whether the files of a stopped node are what it wrote, and what it would do with them when it starts. Nothing is
//! changed: files are only read, and the working state, which can't be opened without being written, is copied aside.
//!
//! ```text
//! member.json   log segments   snapshot files   working state (a copy)
//!      '-------------'------ Facts --'----------------'--> outlook: the decision of a start, without doing it
//! ```

mod outlook;
mod state;

pub use outlook::Outlook;

use super::looking::LookedAt;
use super::{BackupError, Progress};
use crate::log::{self, Log, OpenError};
use crate::node::folder::Folder;
use crate::node::{FolderError, Identity};
use crate::raft::needed;
use crate::snapshots;
use outlook::Facts;
use std::path::Path;
use std::sync::Arc;

/// What was found in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whose it is; `None` when that can't be read.
    pub identity: Option<Identity>,
    /// What was looked at, file by file.
    pub files: Vec<Checked>,
    /// What a start would do.
    pub outlook: Outlook,
}

/// A file, or a folder of files that are only good together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its path in the node's folder.
    pub file: String,
    /// How it is.
    pub condition: Condition,
}

/// How a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// What was written; and what that is, in words.
    Good(String),
    /// Left over from an unexpected end; no harm, and what a start does with it.
    Unfinished(String),
    /// Not what was written.
    Damaged(String),
}

impl Report {
    /// Whether nothing is damaged and a node starts.
    pub fn is_good(&self) -> bool {
        let damaged = |checked: &Checked| matches!(checked.condition, Condition::Damaged(_));
        matches!(self.outlook, Outlook::Starts(_)) && !self.files.iter().any(damaged)
    }
}

/// Reads every file of the folder of a stopped node. `scratch` is a folder for the copy of the working state; it needs as
/// much room as that takes, and is left as it was. It blocks.
///
/// # Errors
/// When the folder is in use, or no node's; or the system refuses. What is damaged is no error.
pub fn check(path: &Path, scratch: &Path, progress: Progress<'_>) -> Result<Report, BackupError> {
    let looks_like_one = ["member.json", "log", "snapshots"].iter().any(|name| path.join(name).exists());
    if !looks_like_one {
        return Err(BackupError::NotANode(path.to_owned()));
    }
    let folder = Folder::lock_as_it_is(path)?;
    let mut checking = Checking { files: Vec::new(), facts: Facts::default() };
    let identity = checking.identity(&folder)?;
    checking.log(&folder)?;
    checking.snapshots(&folder)?;
    checking.state(&folder, scratch, progress)?;
    let outlook = checking.facts.outlook();
    Ok(Report { identity, files: checking.files, outlook })
}

struct Checking {
    files: Vec<Checked>,
    facts: Facts,
}

impl Checking {
    fn note(&mut self, file: String, condition: Condition) {
        self.files.push(Checked { file, condition });
    }

    fn identity(&mut self, folder: &Folder) -> Result<Option<Identity>, BackupError> {
        let file = "member.json".to_owned();
        match folder.identity() {
            Ok(Some(identity)) => {
                let what = format!("member {:x} of cluster {:x}", identity.member, identity.cluster);
                self.note(file, Condition::Good(what));
                Ok(Some(identity))
            }
            Ok(None) => {
                self.note(file, Condition::Damaged("it is missing".to_owned()));
                self.facts.identity_is_lost = true;
                Ok(None)
            }
            Err(FolderError::Unreadable { reason, .. }) => {
                self.note(file, Condition::Damaged(reason));
                self.facts.identity_is_lost = true;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn log(&mut self, folder: &Folder) -> Result<(), BackupError> {
        let files = Arc::new(LookedAt::new(&folder.log()));
        match Log::open(Arc::clone(&files) as Arc<dyn crate::files::Files>, log::Options::default()) {
            Ok(log) => {
                self.facts.needed =
                    needed(&log).map_err(|source| BackupError::Io { path: folder.log(), source })?;
                self.facts.log = log.range();
                let what = match log.range() {
                    Some((first, last)) => format!("entries {first} to {last}, {} bytes", log.size()),
                    None => format!("no entries, {} bytes", log.size()),
                };
                self.note("log".to_owned(), Condition::Good(what));
            }
            Err(OpenError::Damaged { file, offset, reason }) => {
                self.facts.log_is_damaged = Some(format!("log/{file}"));
                let what = format!("at byte {offset}: {reason}");
                self.note(format!("log/{file}"), Condition::Damaged(what));
            }
            Err(OpenError::Io { file, source }) => {
                return Err(BackupError::Io { path: folder.log().join(file), source });
            }
        }
        for what in files.meant() {
            self.note("log".to_owned(), Condition::Unfinished(what));
        }
        Ok(())
    }

    fn snapshots(&mut self, folder: &Folder) -> Result<(), BackupError> {
        let files = LookedAt::new(&folder.snapshots());
        for name in snapshots::names(&files)? {
            let file = format!("snapshots/{name}");
            match snapshots::verify(&files, &name) {
                Ok(snapshot) => {
                    self.facts.snapshots.push((name, snapshot.position.index));
                    let (revision, index) = (snapshot.revision, snapshot.position.index);
                    let what = format!("revision {revision} at entry {index}, {} bytes", snapshot.size);
                    self.note(file, Condition::Good(what));
                }
                Err(error) => self.note(file, Condition::Damaged(error.to_string())),
            }
        }
        for what in files.meant() {
            self.note("snapshots".to_owned(), Condition::Unfinished(what));
        }
        Ok(())
    }

    fn state(&mut self, folder: &Folder, scratch: &Path, progress: Progress<'_>) -> Result<(), BackupError> {
        match state::read(&folder.state(), scratch, progress)? {
            state::Read::None => {}
            state::Read::Good(facts) => {
                let applied = facts.applied.map_or(0, |applied| applied.index);
                self.facts.state = Some(facts.applied.map(|applied| applied.index));
                let what = format!("revision {} at entry {applied}", facts.revision);
                // It is handed to the system before a snapshot is written.
                let newest = self.facts.snapshots.first().map_or(0, |(_, index)| *index);
                self.note(
                    "state".to_owned(),
                    if applied < newest {
                        Condition::Damaged(format!(
                            "{what}, but there is a snapshot of entry {newest}: what was written since is lost"
                        ))
                    } else {
                        Condition::Good(what)
                    },
                );
            }
            state::Read::Damaged(why) => {
                self.facts.state_is_damaged = true;
                self.note("state".to_owned(), Condition::Damaged(why));
            }
        }
        Ok(())
    }
}
