//! How a snapshot lies in its file. All numbers are little-endian.
//!
//! ```text
//! "PNTLSNAP" | format u32 | chunk (facts, leases) | chunks (records).. | chunk (trailer)
//! chunk    kind u8 | length u32 (of the body) | crc32c u32 (of offset, kind and body) | body
//! facts    as on disk | leases: count u64, then id i64, time to live i64 each
//! records  frames: revision u64 | sub u32 | length u32 | record
//! trailer  records: count u64, sum u128 | length of the file u64
//! ```
//!
//! A chunk's checksum covers its place, so that none can be left out, doubled or moved.

use crate::records::{Census, Facts};
use bytes::{Buf, BufMut, Bytes, TryGetError};

/// What a snapshot begins with.
pub(crate) const MAGIC: &[u8; 8] = b"PNTLSNAP";
/// The format that this version writes, and the only one it reads.
pub(super) const FORMAT: u32 = 1;
/// Length of magic and format.
pub(super) const PREAMBLE: usize = 12;
/// Length of a chunk without its body.
pub(super) const CHUNK_HEAD: usize = 9;
/// A chunk of records that has reached this is complete.
pub(super) const CHUNK_BYTES: usize = 1 << 20;
/// The longest body of a chunk; what claims to be longer is damaged.
pub(super) const BODY_MAX: usize = 1 << 30;

/// What a chunk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Facts = 1,
    Records = 2,
    Trailer = 3,
}

/// The head of a chunk that lies at `offset`.
pub(super) fn chunk_head(offset: u64, kind: Kind, body: &[u8]) -> [u8; CHUNK_HEAD] {
    let mut head = [0; CHUNK_HEAD];
    head[0] = kind as u8;
    let length = u32::try_from(body.len()).expect("a chunk is at most one record longer than its bound");
    head[1..5].copy_from_slice(&length.to_le_bytes());
    head[5..].copy_from_slice(&checksum(offset, kind, body).to_le_bytes());
    head
}

/// Kind, length of the body and checksum of a chunk; `None` when it is no chunk.
pub(super) fn read_chunk_head(head: [u8; CHUNK_HEAD]) -> Option<(Kind, usize, u32)> {
    let kind = match head[0] {
        1 => Kind::Facts,
        2 => Kind::Records,
        3 => Kind::Trailer,
        _ => return None,
    };
    let mut numbers = &head[1..];
    let length = usize::try_from(numbers.get_u32_le()).ok().filter(|length| *length <= BODY_MAX)?;
    Some((kind, length, numbers.get_u32_le()))
}

/// The checksum of a chunk at this place.
pub(super) fn checksum(offset: u64, kind: Kind, body: &[u8]) -> u32 {
    let place = crc32c::crc32c_append(crc32c::crc32c(&offset.to_le_bytes()), &[kind as u8]);
    crc32c::crc32c_append(place, body)
}

/// Everything in a snapshot but its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) facts: Facts,
    /// Ids and times to live, by id.
    pub(crate) leases: Vec<(i64, i64)>,
}

impl Head {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.facts.encode(&mut bytes);
        bytes.put_u64_le(self.leases.len() as u64);
        for (id, ttl) in &self.leases {
            bytes.put_i64_le(*id);
            bytes.put_i64_le(*ttl);
        }
        bytes
    }

    pub(super) fn decode(mut body: Bytes) -> Result<Head, TryGetError> {
        let facts = Facts::decode(&mut body)?;
        let count = body.try_get_u64_le()?;
        let mut leases = Vec::new();
        for _ in 0..count {
            leases.push((body.try_get_i64_le()?, body.try_get_i64_le()?));
        }
        Ok(Head { facts, leases })
    }
}

/// What ends a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trailer {
    pub(super) records: Census,
    pub(super) length: u64,
}

impl Trailer {
    /// Length of its body.
    pub(super) const LENGTH: usize = 8 + 16 + 8;

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Trailer::LENGTH);
        bytes.put_u64_le(self.records.count);
        bytes.put_u128_le(self.records.sum);
        bytes.put_u64_le(self.length);
        bytes
    }

    pub(super) fn decode(mut body: Bytes) -> Result<Trailer, TryGetError> {
        let records = Census { count: body.try_get_u64_le()?, sum: body.try_get_u128_le()? };
        Ok(Trailer { records, length: body.try_get_u64_le()? })
    }
}
