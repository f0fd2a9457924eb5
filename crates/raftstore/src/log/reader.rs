//! Reading entries, from memory or from disk, beside the writer.

use super::index::{Found, Index};
use super::{Entry, State};
use bytes::Bytes;
use parking_lot::RwLock;
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Reads a log; cheap to clone.
#[derive(Clone, Debug)]
pub struct LogReader {
    index: Arc<RwLock<Index>>,
}

impl LogReader {
    pub(super) fn new(index: Arc<RwLock<Index>>) -> LogReader {
        LogReader { index }
    }

    /// The index of the first and of the last entry; `None` when there are none.
    pub fn range(&self) -> Option<(u64, u64)> {
        self.index.read().range()
    }

    /// What is remembered beside entries, with what was saved last even where it is not durable yet.
    pub fn state(&self) -> State {
        self.index.read().state().clone()
    }

    /// The entries of `range` that are there, in order, until they have `bytes_max` bytes together; at least one.
    ///
    /// # Errors
    /// What the system says, or `InvalidData` when bytes on disk are not those that were written.
    pub fn read(&self, range: Range<u64>, bytes_max: usize) -> io::Result<Vec<Entry>> {
        let mut found = Vec::new();
        {
            let index = self.index.read();
            let Some((first, last)) = index.range() else { return Ok(Vec::new()) };
            let mut bytes = 0;
            for at in range.start.max(first)..range.end.min(last + 1) {
                let Some((length, place)) = index.find(at) else { break };
                if bytes > 0 && bytes + length > bytes_max {
                    break;
                }
                bytes += length.max(1);
                found.push((at, place));
            }
        }
        found.into_iter().map(|(index, found)| Ok(Entry { index, payload: fetch(index, found)? })).collect()
    }
}

fn fetch(index: u64, found: Found) -> io::Result<Bytes> {
    let (place, length) = match found {
        Found::Here(bytes) => return Ok(bytes),
        Found::There(place, length) => (place, length),
    };
    let mut payload = vec![0; length];
    place.file.read_at(&mut payload, place.offset)?;
    if crc32c::crc32c(&payload) != place.crc {
        let text = format!("entry {index} is damaged in segment {} at byte {}", place.segment, place.offset);
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    Ok(Bytes::from(payload))
}
