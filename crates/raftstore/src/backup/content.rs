//! The snapshot in a backup file, once the hash behind it was right. A snapshot file out of a node's folder will do, too:
//! it has checksums of its own, only no hash behind it.

use super::looking::LookedAtFile;
use super::{BackupError, Progress, Stage};
use crate::files::File;
use crate::revisions::Record;
use crate::snapshots::{self, Head, MAGIC, SnapshotError};
use aws_lc_rs::digest::{Context, SHA256, SHA256_OUTPUT_LEN};
use std::io;
use std::path::{Path, PathBuf};

/// What the size of a backup is a multiple of, but for the hash.
const BLOCK: u64 = 512;
/// Bytes that are hashed at once.
const AT_ONCE: usize = 1 << 20;

/// A backup whose hash is right.
#[derive(Debug)]
pub(super) struct Content {
    path: PathBuf,
    file: LookedAtFile,
    /// Bytes of the snapshot.
    pub(super) size: u64,
    /// SHA-256 of the snapshot alone.
    pub(super) digest: [u8; SHA256_OUTPUT_LEN],
    /// Whether a hash stood behind it.
    pub(super) hashed: bool,
}

impl Content {
    /// Opens a backup, and hashes all of it.
    pub(super) fn open(path: &Path, progress: Progress<'_>) -> Result<Content, BackupError> {
        let failed = |source| BackupError::Io { path: path.to_owned(), source };
        let mut file = LookedAtFile::open(path).map_err(failed)?;
        let whole = file.size().map_err(failed)?;
        let mut magic = [0; MAGIC.len()];
        match file.read_at(&mut magic, 0) {
            Ok(()) if magic == *MAGIC => {}
            Ok(()) => return Err(BackupError::NotABackup(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(BackupError::NotABackup(path.to_owned()));
            }
            Err(error) => return Err(failed(error)),
        }
        let size = snapshots::length(&path.display().to_string(), &file)?;
        let padded = size.next_multiple_of(BLOCK);
        let hashed = whole != size;
        if hashed && whole != padded + SHA256_OUTPUT_LEN as u64 {
            let reason = format!("it has {whole} bytes, not the {padded} that it begins to have and a hash");
            return Err(BackupError::Damaged { path: path.to_owned(), reason });
        }
        let (digest, of_whole) =
            hash(&file, size, if hashed { padded } else { size }, progress).map_err(failed)?;
        if hashed {
            let mut sent = [0; SHA256_OUTPUT_LEN];
            file.read_at(&mut sent, padded).map_err(failed)?;
            if sent != of_whole {
                let reason = "its SHA-256 is not the one that was sent with it".to_owned();
                return Err(BackupError::Damaged { path: path.to_owned(), reason });
            }
        }
        file.end_at(size);
        Ok(Content { path: path.to_owned(), file, size, digest, hashed })
    }

    /// Hands over all that is in it, every checksum verified on the way.
    pub(super) fn tell<E: From<SnapshotError>>(
        &self,
        tell: &mut dyn FnMut(Record) -> Result<(), E>,
    ) -> Result<Head, E> {
        snapshots::read(&self.path.display().to_string(), &self.file, |_| Ok(()), tell)
    }
}

type Digest = [u8; SHA256_OUTPUT_LEN];

/// The hash of the first `size` bytes, and that of the first `whole`.
fn hash(file: &dyn File, size: u64, whole: u64, progress: Progress<'_>) -> io::Result<(Digest, Digest)> {
    let (mut context, mut offset, mut of_snapshot) = (Context::new(&SHA256), 0, None);
    let mut buffer = vec![0; AT_ONCE];
    while offset < whole {
        let end = if offset < size { size } else { whole };
        let length = usize::try_from(end - offset).map_or(AT_ONCE, |left| left.min(AT_ONCE));
        file.read_at(&mut buffer[..length], offset)?;
        context.update(&buffer[..length]);
        offset += length as u64;
        if offset == size {
            of_snapshot = Some(finished(&context));
        }
        progress(Stage::Hashing, offset, whole);
    }
    let of_whole = finished(&context);
    Ok((of_snapshot.unwrap_or(of_whole), of_whole))
}

fn finished(context: &Context) -> Digest {
    let mut digest = [0; SHA256_OUTPUT_LEN];
    digest.copy_from_slice(context.clone().finish().as_ref());
    digest
}
