//! A member of a new cluster out of a backup.
//!
//! Whoever watched or listed the old cluster must not go on in the new one as if nothing had been undone. So the revision is
//! raised beyond all that clients can have seen, and everything below it is marked as compacted (etcdutl's
//! `--bump-revision` and `--mark-compacted`): keys keep the revisions at which they were written, but nobody can read or
//! watch from before. Ids are new, so that members of the old cluster and of the new one refuse each other.

use super::content::Content;
use super::status::damaged;
use super::{BackupError, Progress, Stage};
use crate::files::SystemFiles;
use crate::log::{self, Log, LogError};
use crate::node::folder::{Folder, Past};
use crate::node::{FolderError, Identity, cluster_id, member_id};
use crate::raft::{Beginning, Member, members};
use crate::records::Facts;
use crate::revisions::{At, Record};
use crate::snapshots::{self, Head, SnapshotError};
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

/// What to restore, and for whom. Everything but the folder and the name must be the same for every member.
#[derive(Clone, Debug)]
pub struct Order {
    /// The backup.
    pub backup: PathBuf,
    /// The folder to make; there is none yet, or it is empty.
    pub folder: PathBuf,
    /// Which of the members this is.
    pub name: String,
    /// The members of the new cluster by name, with where others reach them.
    pub members: BTreeMap<String, Vec<String>>,
    /// What ids are hashed with; by default one that is made of the backup's hash.
    pub token: Option<String>,
    /// By how much the revision is raised.
    pub bump: u64,
    /// Whether everything below the raised revision is compacted; only together with `bump`.
    pub mark_compacted: bool,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Who the folder's node is.
    pub identity: Identity,
    /// The revision that the new cluster begins at.
    pub revision: u64,
    /// Nothing below it can be read.
    pub compacted: u64,
    /// The revision of the last write in the backup.
    pub backed_up: u64,
    /// Changes that were taken over: one for each key where all below is compacted.
    pub records: u64,
    /// Leases that were taken over. Each gets its full time to live when a leader is elected.
    pub leases: u64,
}

/// Makes the folder of one member. It blocks, for as long as it takes to read the backup three times and to write it once.
/// Until the last step is done, a node refuses to start on the folder.
///
/// # Errors
/// [`BackupError`]; the folder is as it was then.
pub fn restore(order: &Order, progress: Progress<'_>) -> Result<Restored, BackupError> {
    if (order.bump > 0) != order.mark_compacted {
        return Err(BackupError::BumpWithoutMark);
    }
    let content = Content::open(&order.backup, progress)?;
    let (head, kept) = choose(&content, order.mark_compacted, progress)?;
    let founders = Founders::of(order, &content, &head.facts)?;
    let begins =
        Beginning::of(founders.members).map_err(|error| damaged(&order.backup, &error.to_string()))?;
    let facts = facts(&head.facts, order, &begins)?;
    let restored = Restored {
        identity: founders.identity,
        revision: facts.revision,
        compacted: facts.compacted,
        backed_up: head.facts.revision,
        records: kept.count,
        leases: head.leases.len() as u64,
    };
    let new = Head { facts, leases: head.leases };
    let making = Making::begin(&order.folder)?;
    making.log(&begins.log)?;
    making.folder.claim(&restored.identity, Past::Proven)?;
    making.snapshot(&content, &kept, &new, progress)?;
    making.finish();
    Ok(restored)
}

/// What the new state says of itself.
fn facts(old: &Facts, order: &Order, begins: &Beginning) -> Result<Facts, BackupError> {
    let too_high = BackupError::RevisionTooHigh { revision: old.revision, bump: order.bump };
    let revision = old.revision.checked_add(order.bump).filter(|revision| *revision < REVISION_MAX);
    let revision = revision.ok_or(too_high)?;
    Ok(Facts {
        applied: Some(begins.position),
        revision,
        compacted: if order.mark_compacted { revision } else { old.compacted },
        cluster_version: old.cluster_version,
        membership: Some((begins.position, begins.membership.clone())),
    })
}

/// Revisions are signed numbers in etcd's API, and there must be some left to count.
const REVISION_MAX: u64 = 1 << 62;

/// Bytes of the log's first segment, which is nearly empty: the node goes on in one of its own size when it is full.
const SEGMENT_BYTES: u64 = 64 << 10;

/// Which records the new state has.
struct Kept {
    /// The last change of each key that exists; `None` when all records are kept.
    last: Option<HashMap<Bytes, At>>,
    count: u64,
}

impl Kept {
    fn has(&self, record: &Record) -> bool {
        self.last.as_ref().is_none_or(|last| last.get(&record.key) == Some(&record.version.at))
    }
}

/// Reads everything once, and chooses what is left when all below the last revision is compacted.
fn choose(content: &Content, only_last: bool, progress: Progress<'_>) -> Result<(Head, Kept), SnapshotError> {
    let (mut last, mut count, mut read) = (HashMap::new(), 0, 0);
    let head = content.tell::<SnapshotError>(&mut |record| {
        count += 1;
        read += record.encoded_len() as u64;
        progress(Stage::Reading, read.min(content.size), content.size);
        if !only_last {
            return Ok(());
        }
        if record.version.is_deletion() {
            last.remove(&record.key);
        } else if let Some(at) = last.get_mut(&record.key) {
            *at = record.version.at;
        } else {
            last.insert(Bytes::copy_from_slice(&record.key), record.version.at);
        }
        Ok(())
    })?;
    if only_last {
        count = last.len() as u64;
    }
    Ok((head, Kept { last: only_last.then_some(last), count }))
}

/// Who begins the new cluster.
struct Founders {
    identity: Identity,
    members: BTreeMap<u64, Member>,
}

impl Founders {
    fn of(order: &Order, content: &Content, old: &Facts) -> Result<Founders, BackupError> {
        let token = order.token.clone().unwrap_or_else(|| token(&content.digest));
        let old = match &old.membership {
            Some((_, bytes)) => {
                members(bytes.clone()).map_err(|error| damaged(&order.backup, &error.to_string()))?
            }
            None => BTreeMap::new(),
        };
        let mut founders: BTreeMap<u64, Member> = BTreeMap::new();
        let mut own = None;
        for (name, urls) in &order.members {
            let id = member_id(urls, &token, None);
            if old.contains_key(&id) {
                return Err(BackupError::SameIds { name: name.clone(), id });
            }
            let member = Member { name: name.clone(), peer_urls: urls.clone(), ..Member::default() };
            if let Some(other) = founders.insert(id, member) {
                return Err(BackupError::SameUrls(other.name, name.clone()));
            }
            if *name == order.name {
                own = Some(id);
            }
        }
        let member = own.ok_or_else(|| BackupError::NotAMember(order.name.clone()))?;
        let identity = Identity { cluster: cluster_id(founders.keys()), member, token };
        Ok(Founders { identity, members: founders })
    }
}

/// The same for every member that is restored from the same backup, and no other cluster's.
fn token(digest: &[u8]) -> String {
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("restored-{hex}")
}

/// A folder in the making. Dropped before it is finished, it leaves nothing behind.
struct Making {
    path: PathBuf,
    folder: Folder,
    existed: bool,
    finished: bool,
}

impl Making {
    fn begin(path: &Path) -> Result<Making, BackupError> {
        let existed = match fs::read_dir(path).map(|mut entries| entries.next().is_none()) {
            Ok(true) => true,
            Ok(false) => return Err(BackupError::NotEmpty(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(source) => return Err(BackupError::Io { path: path.to_owned(), source }),
        };
        let folder = Folder::lock(path)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = fs::File::open(parent).and_then(|parent| parent.sync_all());
        synced.map_err(|source| BackupError::Io { path: parent.to_owned(), source })?;
        Ok(Making { path: path.to_owned(), folder, existed, finished: false })
    }

    /// A log without entries that begins behind the state: without the snapshot, which comes last, no node starts on it.
    fn log(&self, state: &log::State) -> Result<(), BackupError> {
        let files = self.files(&self.folder.log())?;
        let mut log =
            Log::open(files, log::Options { segment_bytes: SEGMENT_BYTES, ..log::Options::default() })?;
        let (told, hear) = sync_channel::<Result<(), LogError>>(2);
        let done = || {
            let told = told.clone();
            // Room for both: the writer never waits.
            Box::new(move |outcome| drop(told.send(outcome)))
        };
        if let Some(committed) = state.committed.clone() {
            log.save_committed(committed);
        }
        if let Some(vote) = state.vote.clone() {
            log.save_vote(vote, done());
        }
        if let Some(purged) = state.purged.clone() {
            log.purge(purged, done());
        }
        drop(told);
        hear.into_iter().try_for_each(|outcome| Ok(outcome?))
    }

    fn snapshot(
        &self,
        content: &Content,
        kept: &Kept,
        head: &Head,
        progress: Progress<'_>,
    ) -> Result<(), BackupError> {
        let files = self.files(&self.folder.snapshots())?;
        let mut written = 0;
        snapshots::write::<SnapshotError>(&*files, head, |add| {
            let told = content.tell::<SnapshotError>(&mut |record| {
                written += record.encoded_len() as u64;
                progress(Stage::Writing, written.min(content.size), content.size);
                if kept.has(&record) { add(&record) } else { Ok(()) }
            });
            told.map(drop)
        })?;
        Ok(())
    }

    fn files(&self, path: &Path) -> Result<Arc<SystemFiles>, BackupError> {
        let opened =
            SystemFiles::open(path).map_err(|source| FolderError::Io { path: path.to_owned(), source });
        Ok(Arc::new(opened?))
    }

    fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        // What is in the folder was made here: it was empty, and is locked. Best effort: what stays is refused by a node.
        for folder in ["log", "snapshots"] {
            let _ = fs::remove_dir_all(self.path.join(folder));
        }
        for file in ["member.json", "member.json.new", "lock"] {
            let _ = fs::remove_file(self.path.join(file));
        }
        if !self.existed {
            let _ = fs::remove_dir(&self.path);
        }
    }
}
