//! A backup on its way to an operator: a snapshot file, padded to whole blocks, with its SHA-256 behind it. That is the
//! shape that etcd's tools look for in a backup (etcdutl's snapshot: a file's size modulo 512 is that of the hash).

use crate::embedded::ETCD_VERSION;
use crate::snapshots::SnapshotFile;
use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use pintle_wire::etcdserverpb::{ResponseHeader, SnapshotResponse};
use std::sync::Arc;
use tonic::Status;

/// Bytes in one message, as etcd sends them.
const BLOB_BYTES: usize = 32 << 10;
/// What a backup's size is a multiple of, but for the hash.
const BLOCK: u64 = 512;

struct Sending {
    file: Arc<SnapshotFile>,
    header: ResponseHeader,
    /// Bytes of the file and its padding, of which so many are sent.
    whole: u64,
    sent: u64,
    hash: Context,
}

pub(super) fn stream(
    file: SnapshotFile,
    header: ResponseHeader,
) -> BoxStream<'static, Result<SnapshotResponse, Status>> {
    let whole = file.size.next_multiple_of(BLOCK);
    let sending = Sending { file: Arc::new(file), header, whole, sent: 0, hash: Context::new(&SHA256) };
    stream::unfold(Some(sending), |sending| async move {
        let sending = sending?;
        match sending.next().await {
            Ok((response, sending)) => Some((Ok(response), sending)),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

impl Sending {
    /// The next message, and what is left after it.
    async fn next(mut self) -> Result<(SnapshotResponse, Option<Sending>), Status> {
        if self.sent == self.whole {
            let hash = Bytes::copy_from_slice(self.hash.clone().finish().as_ref());
            let last = self.message(hash, 0);
            return Ok((last, None));
        }
        let blob = self.blob().await?;
        self.hash.update(&blob);
        self.sent += blob.len() as u64;
        let remaining = self.whole - self.sent;
        Ok((self.message(blob, remaining), Some(self)))
    }

    /// What comes next of the file, or of the zeros behind it.
    async fn blob(&self) -> Result<Bytes, Status> {
        if self.sent >= self.file.size {
            let zeros = usize::try_from(self.whole - self.sent).unwrap_or_default();
            return Ok(Bytes::from(vec![0; zeros]));
        }
        let (file, offset) = (Arc::clone(&self.file), self.sent);
        let read = tokio::task::spawn_blocking(move || file.read(offset, BLOB_BYTES)).await;
        let read = read.map_err(|error| Status::internal(error.to_string()))?;
        read.map_err(|error| Status::data_loss(error.to_string()))
    }

    fn message(&self, blob: Bytes, remaining_bytes: u64) -> SnapshotResponse {
        SnapshotResponse {
            header: Some(self.header),
            remaining_bytes,
            blob,
            version: ETCD_VERSION.to_owned(),
        }
    }
}
