//! What is known of a state beside its records: written with every batch of them, and at the head of every snapshot.
//! All numbers are little-endian.
//!
//! ```text
//! format u32 | applied: 1 or 0 for none u8, term u64, index u64 | revision u64 | compacted u64 | cluster version u32
//! | membership: as applied, then length u32 (all ones for none), bytes
//! disk: facts | records: count u64, sum u128 | leases: count u64, sum u128 | crc32c u32
//! ```

use super::census::Census;
use crate::machine::Position;
use bytes::{Buf, BufMut, Bytes, TryGetError};

/// The format of what this version writes to disks; another one is rebuilt from a snapshot.
const FORMAT: u32 = 1;
const NO_MEMBERSHIP: u32 = u32::MAX;

/// Everything about a state but its records and leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) applied: Option<Position>,
    pub(crate) revision: u64,
    pub(crate) compacted: u64,
    pub(crate) cluster_version: u32,
    pub(crate) membership: Option<(Position, Bytes)>,
}

/// What a disk says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) facts: Facts,
    pub(super) records: Census,
    pub(super) leases: Census,
}

impl Facts {
    pub(crate) fn encode(&self, into: &mut Vec<u8>) {
        put_position(into, self.applied);
        into.put_u64_le(self.revision);
        into.put_u64_le(self.compacted);
        into.put_u32_le(self.cluster_version);
        match &self.membership {
            None => {
                put_position(into, None);
                into.put_u32_le(NO_MEMBERSHIP);
            }
            Some((position, bytes)) => {
                put_position(into, Some(*position));
                let length = u32::try_from(bytes.len()).expect("a membership is a few hundred bytes");
                into.put_u32_le(length);
                into.put_slice(bytes);
            }
        }
    }

    pub(crate) fn decode(from: &mut Bytes) -> Result<Facts, TryGetError> {
        let applied = get_position(from)?;
        let (revision, compacted) = (from.try_get_u64_le()?, from.try_get_u64_le()?);
        let cluster_version = from.try_get_u32_le()?;
        let position = get_position(from)?.unwrap_or_default();
        let membership = match from.try_get_u32_le()? {
            NO_MEMBERSHIP => None,
            length => {
                let length = length as usize;
                if from.len() < length {
                    return Err(TryGetError { requested: length, available: from.len() });
                }
                // A copy, for what surrounds it may be large.
                Some((position, Bytes::copy_from_slice(&from.split_to(length))))
            }
        };
        Ok(Facts { applied, revision, compacted, cluster_version, membership })
    }
}

impl Meta {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.put_u32_le(FORMAT);
        self.facts.encode(&mut bytes);
        for census in [&self.records, &self.leases] {
            bytes.put_u64_le(census.count);
            bytes.put_u128_le(census.sum);
        }
        let crc = crc32c::crc32c(&bytes);
        bytes.put_u32_le(crc);
        bytes
    }

    /// What `bytes` say, or why they say nothing.
    pub(super) fn decode(bytes: Vec<u8>) -> Result<Meta, String> {
        let bytes = Bytes::from(bytes);
        let Some(length) = bytes.len().checked_sub(4) else { return Err("cut short".to_owned()) };
        let (mut content, mut crc) = (bytes.slice(..length), bytes.slice(length..));
        if crc32c::crc32c(&content) != crc.get_u32_le() {
            return Err("a wrong checksum".to_owned());
        }
        let format = content.try_get_u32_le().map_err(|error| error.to_string())?;
        if format != FORMAT {
            return Err(format!("format {format}, which this version does not know"));
        }
        Meta::decode_content(content).map_err(|error| error.to_string())
    }

    fn decode_content(mut content: Bytes) -> Result<Meta, TryGetError> {
        let facts = Facts::decode(&mut content)?;
        let mut census = || Ok(Census { count: content.try_get_u64_le()?, sum: content.try_get_u128_le()? });
        Ok(Meta { facts, records: census()?, leases: census()? })
    }
}

fn put_position(into: &mut Vec<u8>, position: Option<Position>) {
    into.put_u8(u8::from(position.is_some()));
    let position = position.unwrap_or_default();
    into.put_u64_le(position.term);
    into.put_u64_le(position.index);
}

fn get_position(from: &mut Bytes) -> Result<Option<Position>, TryGetError> {
    let is_there = from.try_get_u8()? == 1;
    let position = Position { term: from.try_get_u64_le()?, index: from.try_get_u64_le()? };
    Ok(is_there.then_some(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_reads_as_it_was_written_or_not_at_all() {
        let position = Position { term: 3, index: 0 };
        for membership in [None, Some((position, Bytes::from_static(b"who votes")))] {
            let facts =
                Facts { applied: Some(position), revision: 7, compacted: 2, cluster_version: 1, membership };
            let records = Census { count: 5, sum: u128::MAX - 1 };
            let meta = Meta { facts, records, leases: Census::default() };
            let bytes = meta.encode();
            assert_eq!(Meta::decode(bytes.clone()).unwrap(), meta);
            for at in 0..bytes.len() {
                let mut other = bytes.clone();
                other[at] ^= 4;
                assert!(Meta::decode(other).is_err());
                assert!(Meta::decode(bytes[..at].to_vec()).is_err());
            }
        }
    }
}
