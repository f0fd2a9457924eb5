//! Reading a lane, or a part of it, whole: in pages, at one revision.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use pintle_storage::{
    Consistency, Error, KeyRange, KeyValue, Payload, RangeRequest, RangeResponse, Result, Revision, key,
};

use super::Lane;
use crate::cache::Shared;
use crate::entry::Buffers;

impl Lane {
    /// Everything in the lane at the current revision. Each resource is read by itself (a read costs storage a walk to
    /// the end of its range, so it should end soon), and so is what lies between them, several at a time.
    pub(super) async fn load(&self, cache: &Shared) -> Result<(Revision, Vec<KeyValue>)> {
        let revision = cache.storage.revision().await?;
        if !self.cached {
            return Ok((revision, Vec::new()));
        }
        let parts = stream::iter(self.parts())
            .map(|part| read_part(cache, part, revision))
            .buffer_unordered(cache.pages_in_flight);
        Ok((revision, parts.try_concat().await?))
    }

    /// The ranges of the resources, and those in between.
    fn parts(&self) -> Vec<KeyRange> {
        let mut prefixes: Vec<_> =
            self.routes.read().each().map(|resource| resource.prefix.clone()).collect();
        prefixes.sort();
        let mut parts = Vec::new();
        let mut start = self.range.start().clone();
        for prefix in prefixes {
            let range = KeyRange::prefix(prefix.into_vec());
            let KeyRange::Between { start: first, end } = &range else { continue };
            // The rest has the storage prefix; a resource may lie within another.
            if *first < start || !self.range.contains(first) || *first == *self.range.start() {
                continue;
            }
            parts.push(KeyRange::between(start, first.clone()));
            start = end.clone();
            parts.push(range);
        }
        parts.push(match &self.range {
            KeyRange::Between { end, .. } => KeyRange::between(start, end.clone()),
            _ => KeyRange::starting_at(start),
        });
        parts.retain(|part| part.bounds().is_some());
        parts
    }
}

/// Everything in `range` at the current revision, in buffers of its own.
pub(super) async fn read_range(cache: &Shared, range: KeyRange) -> Result<(Revision, Vec<KeyValue>)> {
    let revision = cache.storage.revision().await?;
    Ok((revision, read_part(cache, range, revision).await?))
}

async fn read_part(cache: &Shared, mut part: KeyRange, revision: Revision) -> Result<Vec<KeyValue>> {
    let mut read = Vec::new();
    loop {
        let page = RangeRequest::new(part.clone()).at(revision).limit(cache.page_size);
        let response = read_page(cache, page).await?;
        let next = response.kvs.last().map(|last| key::successor(&last.key));
        read.extend(response.kvs.into_iter().map(|kv| own(kv, cache.buffers)));
        match (next, part) {
            (Some(next), KeyRange::Between { end, .. }) if response.more => {
                part = KeyRange::between(next, end)
            }
            (Some(next), KeyRange::From(_)) if response.more => part = KeyRange::starting_at(next),
            _ => return Ok(read),
        }
    }
}

/// From any node: at a given revision they all say the same. One that is not there yet passes the question on.
async fn read_page(cache: &Shared, page: RangeRequest) -> Result<RangeResponse> {
    match cache.storage.range(page.clone().serializable()).await {
        Err(Error::FutureRevision) => {
            let page = RangeRequest { consistency: Consistency::Linearizable, ..page };
            cache.storage.range(page).await
        }
        answer => answer,
    }
}

/// Pages are large: none of a page's buffer stays alive for the sake of one value.
fn own(kv: KeyValue, buffers: Buffers) -> KeyValue {
    match kv.payload {
        Payload::Bytes(bytes) if buffers == Buffers::Copied => {
            let payload = Payload::Bytes(Bytes::copy_from_slice(&bytes));
            KeyValue { key: Bytes::copy_from_slice(&kv.key), payload, ..kv }
        }
        payload => KeyValue { payload, ..kv },
    }
}
