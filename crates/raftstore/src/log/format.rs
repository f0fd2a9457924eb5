//! How records lie in a segment, and operations in a record. All numbers are little-endian.
//!
//! ```text
//! record   length u32 (of the body) | crc32c u32 | body: kind u8, content
//! header   "PNTLLOG1" | segment u64 | operations: what was remembered when the segment began
//! batch    operations            seal   nothing
//! operation  1 entry: index u64, crc32c u32, length u32, payload     2 vote, 3 committed: length u32, payload
//!            4 truncate: from u64                                    5 purge: index u64, length u32, id
//! ```
//!
//! A record's checksum covers its segment and place, so that bytes of another life of the file never pass for it.
//! An entry has a checksum of its own, for it is read alone.

use super::{Entry, Purged, State};
use bytes::Bytes;

/// Length and checksum.
pub(super) const FRAME: usize = 8;
/// The longest body of a record; what claims to be longer is no record.
pub(super) const BODY_MAX: usize = 256 << 20;
const MAGIC: &[u8; 8] = b"PNTLLOG1";

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// The first of each segment.
    Header = 1,
    /// Operations that became durable together.
    Batch = 2,
    /// The last of each segment but the newest.
    Seal = 3,
}

/// One thing done to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Entry { index: u64, payload: Bytes, offset: usize, crc: u32 },
    Vote(Bytes),
    Committed(Bytes),
    Truncate(u64),
    Purge(Purged),
}

/// A record under construction, at a place in a segment.
#[derive(Debug, Default)]
pub(super) struct Builder {
    bytes: Vec<u8>,
}

impl Builder {
    pub(super) fn new(kind: Kind) -> Builder {
        let mut bytes = vec![0; FRAME];
        bytes.push(kind as u8);
        Builder { bytes }
    }

    /// The first record of a segment.
    pub(super) fn header(segment: u64, state: &State) -> Builder {
        let mut builder = Builder::new(Kind::Header);
        builder.bytes.extend_from_slice(MAGIC);
        builder.bytes.extend_from_slice(&segment.to_le_bytes());
        if let Some(vote) = &state.vote {
            builder.vote(vote);
        }
        if let Some(committed) = &state.committed {
            builder.committed(committed);
        }
        if let Some(purged) = &state.purged {
            builder.purge(purged);
        }
        builder
    }

    /// Adds an entry; returns where its payload begins in the record, and its checksum.
    pub(super) fn entry(&mut self, entry: &Entry) -> (usize, u32) {
        let crc = crc32c::crc32c(&entry.payload);
        self.bytes.push(1);
        self.bytes.extend_from_slice(&entry.index.to_le_bytes());
        self.bytes.extend_from_slice(&crc.to_le_bytes());
        self.blob(&entry.payload);
        (self.bytes.len() - entry.payload.len(), crc)
    }

    pub(super) fn vote(&mut self, vote: &[u8]) {
        self.bytes.push(2);
        self.blob(vote);
    }

    pub(super) fn committed(&mut self, committed: &[u8]) {
        self.bytes.push(3);
        self.blob(committed);
    }

    pub(super) fn truncate(&mut self, from: u64) {
        self.bytes.push(4);
        self.bytes.extend_from_slice(&from.to_le_bytes());
    }

    pub(super) fn purge(&mut self, purged: &Purged) {
        self.bytes.push(5);
        self.bytes.extend_from_slice(&purged.index.to_le_bytes());
        self.blob(&purged.id);
    }

    /// Bytes of the record so far.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The record as it lies at `offset` of `segment`.
    pub(super) fn finish(mut self, segment: u64, offset: u64) -> Vec<u8> {
        let length = u32::try_from(self.bytes.len() - FRAME).expect("batches are bounded far below 4 GiB");
        self.bytes[..4].copy_from_slice(&length.to_le_bytes());
        let crc = checksum(segment, offset, &self.bytes[FRAME..]);
        self.bytes[4..FRAME].copy_from_slice(&crc.to_le_bytes());
        self.bytes
    }

    fn blob(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).expect("entries are bounded far below 4 GiB");
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(bytes);
    }
}

/// The checksum of a body of this length at this place.
pub(super) fn checksum(segment: u64, offset: u64, body: &[u8]) -> u32 {
    let mut place = [0; 24];
    place[..8].copy_from_slice(&segment.to_le_bytes());
    place[8..16].copy_from_slice(&offset.to_le_bytes());
    place[16..].copy_from_slice(&(body.len() as u64).to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c(&place), body)
}

/// What a body is.
pub(super) fn kind(body: &[u8]) -> Option<Kind> {
    match body.first()? {
        1 => Some(Kind::Header),
        2 => Some(Kind::Batch),
        3 => Some(Kind::Seal),
        _ => None,
    }
}

/// The operations of a header of `segment`; `None` when it is none.
pub(super) fn read_header(body: &Bytes, segment: u64) -> Option<Vec<Operation>> {
    let content = body.get(1..17)?;
    let says = u64::from_le_bytes(content[8..].try_into().ok()?);
    if &content[..8] != MAGIC || says != segment {
        return None;
    }
    read_operations(body, 17)
}

/// The operations of a batch; `None` when they make no sense. Offsets count from the start of `body`.
pub(super) fn read_batch(body: &Bytes) -> Option<Vec<Operation>> {
    read_operations(body, 1)
}

fn read_operations(body: &Bytes, from: usize) -> Option<Vec<Operation>> {
    let mut reader = Reader { body, at: from };
    let mut operations = Vec::new();
    while reader.at < body.len() {
        operations.push(reader.operation()?);
    }
    Some(operations)
}

struct Reader<'a> {
    body: &'a Bytes,
    at: usize,
}

impl Reader<'_> {
    fn operation(&mut self) -> Option<Operation> {
        let tag = self.take::<1>()?[0];
        Some(match tag {
            1 => {
                let index = u64::from_le_bytes(self.take()?);
                let crc = u32::from_le_bytes(self.take()?);
                let payload = self.blob()?;
                if crc32c::crc32c(&payload) != crc {
                    return None;
                }
                Operation::Entry { index, offset: self.at - payload.len(), payload, crc }
            }
            2 => Operation::Vote(self.blob()?),
            3 => Operation::Committed(self.blob()?),
            4 => Operation::Truncate(u64::from_le_bytes(self.take()?)),
            5 => {
                let index = u64::from_le_bytes(self.take()?);
                Operation::Purge(Purged { index, id: self.blob()? })
            }
            _ => return None,
        })
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = self.body.get(self.at..self.at.checked_add(N)?)?;
        self.at += N;
        bytes.try_into().ok()
    }

    fn blob(&mut self) -> Option<Bytes> {
        let length = usize::try_from(u32::from_le_bytes(self.take()?)).ok()?;
        let end = self.at.checked_add(length)?;
        if end > self.body.len() {
            return None;
        }
        let blob = self.body.slice(self.at..end);
        self.at = end;
        Some(blob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_as_they_were_written_and_only_in_their_place() {
        let entry = Entry { index: 7, payload: Bytes::from_static(b"seven") };
        let purged = Purged { index: 3, id: Bytes::from_static(b"t1-3") };
        let mut builder = Builder::new(Kind::Batch);
        let (offset, crc) = builder.entry(&entry);
        builder.vote(b"v");
        builder.committed(b"c");
        builder.truncate(9);
        builder.purge(&purged);
        let record = builder.finish(1, 64);
        let body = Bytes::copy_from_slice(&record[FRAME..]);
        assert_eq!(record[4..8], checksum(1, 64, &body).to_le_bytes());
        assert_ne!(record[4..8], checksum(1, 65, &body).to_le_bytes());
        assert_eq!(&record[offset..offset + 5], b"seven");
        let read = read_batch(&body).unwrap();
        let wanted = [
            Operation::Entry { index: 7, payload: entry.payload, offset: offset - FRAME, crc },
            Operation::Vote(Bytes::from_static(b"v")),
            Operation::Committed(Bytes::from_static(b"c")),
            Operation::Truncate(9),
            Operation::Purge(purged),
        ];
        assert_eq!(read, wanted);
        for end in 1..body.len() {
            // Cut anywhere, it reads as fewer operations or as none, never as others.
            if let Some(fewer) = read_batch(&body.slice(..end)) {
                assert!(wanted.starts_with(&fewer));
            }
        }
    }
}
