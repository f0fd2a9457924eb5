//! How records lie on a disk: many small ones in one value, for a disk asks the same for a value of 15 KB as for one of
//! 100 bytes. Numbers in keys are big-endian, so that keys sort as what they name; numbers in values little-endian.
//!
//! ```text
//! "b" | At of the first record | piece u16   block: length u32 (in the first piece), frames; a long one in pieces
//! "d" | At of the first record               which of its records are cleared: Ats | crc32c u32
//! "l" | id u64                               lease: time to live i64 | crc32c u32
//! "m"                                        facts, and what there must be of everything else
//! frame  revision u64 | sub u32 | length u32 | record, with its own checksum
//! ```

use crate::disk::VALUE_MAX;
use crate::revisions::{At, Record};
use bytes::{Buf, BufMut, Bytes};
use std::ops::Range;

/// A block that has reached this is complete. A longer record is a block of its own, so that a block of several is
/// always one piece.
pub(super) const BLOCK_BYTES: usize = 15 << 10;
const _: () = assert!(4 + 2 * BLOCK_BYTES <= VALUE_MAX, "a block of several records is one piece");

const FRAME: usize = 8 + 4 + 4;

/// The key of the facts.
pub(super) const META_KEY: &[u8] = b"m";
/// The keys of blocks.
pub(super) const BLOCK_KEYS: Range<&[u8]> = b"b".as_slice()..b"c".as_slice();
/// The keys of what is cleared.
pub(super) const DEAD_KEYS: Range<&[u8]> = b"d".as_slice()..b"e".as_slice();
/// The keys of leases.
pub(super) const LEASE_KEYS: Range<&[u8]> = b"l".as_slice()..b"m".as_slice();

pub(super) fn block_key(first: At, piece: u16) -> Vec<u8> {
    let mut key = at_key(b'b', first);
    key.put_u16(piece);
    key
}

pub(super) fn dead_key(first: At) -> Vec<u8> {
    at_key(b'd', first)
}

pub(super) fn lease_key(id: i64) -> Vec<u8> {
    let mut key = vec![b'l'];
    key.put_u64(id.cast_unsigned());
    key
}

fn at_key(kind: u8, at: At) -> Vec<u8> {
    let mut key = Vec::with_capacity(15);
    key.put_u8(kind);
    key.put_u64(at.revision);
    key.put_u32(at.sub);
    key
}

/// The first record of the block of this key, and the piece.
pub(super) fn read_block_key(key: &[u8]) -> Option<(At, u16)> {
    let (at, mut piece) = (read_at_key(b'b', key.get(..13)?)?, key.get(13..)?);
    Some((at, piece.try_get_u16().ok().filter(|_| piece.is_empty())?))
}

/// The first record of the block whose cleared records this key names.
pub(super) fn read_dead_key(key: &[u8]) -> Option<At> {
    read_at_key(b'd', key)
}

fn read_at_key(kind: u8, key: &[u8]) -> Option<At> {
    let mut numbers = key.strip_prefix(&[kind])?;
    let at = At { revision: numbers.try_get_u64().ok()?, sub: numbers.try_get_u32().ok()? };
    Some(at).filter(|_| numbers.is_empty())
}

/// Lease id of a key.
pub(super) fn read_lease_key(key: &[u8]) -> Option<i64> {
    let mut number = key.strip_prefix(b"l")?;
    Some(number.try_get_u64().ok()?.cast_signed()).filter(|_| number.is_empty())
}

pub(super) fn lease_value(id: i64, ttl: i64) -> Vec<u8> {
    let mut value = Vec::with_capacity(12);
    value.put_i64_le(ttl);
    value.put_u32_le(crc32c::crc32c_append(crc32c::crc32c(&id.to_le_bytes()), &ttl.to_le_bytes()));
    value
}

/// The time to live of a lease; `None` when it was not written so.
pub(super) fn read_lease_value(id: i64, value: &[u8]) -> Option<i64> {
    let mut numbers = value;
    let ttl = numbers.try_get_i64_le().ok()?;
    (lease_value(id, ttl) == value).then_some(ttl)
}

pub(super) fn dead_value(dead: &[At]) -> Vec<u8> {
    let mut value = Vec::with_capacity(dead.len() * 12 + 4);
    for at in dead {
        value.put_u64_le(at.revision);
        value.put_u32_le(at.sub);
    }
    let crc = crc32c::crc32c(&value);
    value.put_u32_le(crc);
    value
}

/// The cleared records; `None` when it was not written so.
pub(super) fn read_dead_value(value: &[u8]) -> Option<Vec<At>> {
    let (content, mut crc) = value.split_at_checked(value.len().checked_sub(4)?)?;
    if content.len() % 12 != 0 || crc32c::crc32c(content) != crc.get_u32_le() {
        return None;
    }
    let at = |mut numbers: &[u8]| At { revision: numbers.get_u64_le(), sub: numbers.get_u32_le() };
    Some(content.chunks_exact(12).map(at).collect())
}

/// A block in the making.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) first: At,
    pub(super) last: At,
    pub(super) count: u32,
    frames: Vec<u8>,
}

impl Block {
    /// An empty block that is, or becomes, the one of `first`.
    pub(super) fn new(first: At) -> Block {
        // The length goes before the frames when it is finished.
        let mut frames = Vec::with_capacity(4 + BLOCK_BYTES);
        frames.extend_from_slice(&[0; 4]);
        Block { first, last: first, count: 0, frames }
    }

    /// Whether a record of this length goes into another block.
    pub(super) fn has_no_room_for(&self, record: usize) -> bool {
        self.count > 0 && self.frames.len() + FRAME + record > BLOCK_BYTES
    }

    /// Adds a record.
    pub(super) fn push(&mut self, record: &Record) {
        let length = record.encoded_len();
        self.frames.reserve(FRAME + length);
        self.begin_frame(record.version.at, length);
        record.encode_into(&mut self.frames);
    }

    /// Adds a record that is encoded already.
    pub(super) fn push_encoded(&mut self, at: At, record: &[u8]) {
        self.begin_frame(at, record.len());
        self.frames.put_slice(record);
    }

    fn begin_frame(&mut self, at: At, length: usize) {
        self.frames.put_u64_le(at.revision);
        self.frames.put_u32_le(at.sub);
        self.frames.put_u32_le(u32::try_from(length).expect("records are bounded by a request's size"));
        self.count += 1;
        self.last = at;
    }

    /// Bytes of frames.
    pub(super) fn bytes(&self) -> u64 {
        (self.frames.len() - 4) as u64
    }

    /// The values that make it, by piece.
    pub(super) fn finish(mut self) -> impl Iterator<Item = (u16, Vec<u8>)> {
        let length = u32::try_from(self.frames.len() - 4).expect("a block is a few records, or one");
        self.frames[..4].copy_from_slice(&length.to_le_bytes());
        let pieces = if self.frames.len() <= VALUE_MAX {
            vec![self.frames]
        } else {
            self.frames.chunks(VALUE_MAX).map(<[u8]>::to_vec).collect()
        };
        (0..).zip(pieces)
    }
}

/// How many pieces a block of `bytes` of frames has.
pub(super) fn pieces(bytes: u64) -> u16 {
    u16::try_from((bytes + 4).div_ceil(VALUE_MAX as u64)).unwrap_or(u16::MAX)
}

/// The frames of a block from its first piece, and the bytes that all pieces together have; `None` when it is no block.
pub(super) fn read_first_piece(mut piece: Bytes) -> Option<(Bytes, usize)> {
    let length = usize::try_from(piece.try_get_u32_le().ok()?).ok()?;
    (piece.len() == length.min(VALUE_MAX - 4)).then_some((piece, length))
}

/// The encoded records of a block.
pub(super) struct Frames(pub(super) Bytes);

impl Iterator for Frames {
    /// A record, or nothing for what is no frame; then that was the last.
    type Item = Option<(At, Bytes)>;

    fn next(&mut self) -> Option<Option<(At, Bytes)>> {
        if self.0.is_empty() {
            return None;
        }
        let frame = self.frame();
        if frame.is_none() {
            self.0.clear();
        }
        Some(frame)
    }
}

impl Frames {
    fn frame(&mut self) -> Option<(At, Bytes)> {
        let at = At { revision: self.0.try_get_u64_le().ok()?, sub: self.0.try_get_u32_le().ok()? };
        let length = usize::try_from(self.0.try_get_u32_le().ok()?).ok()?;
        (length <= self.0.len()).then(|| (at, self.0.split_to(length)))
    }
}
