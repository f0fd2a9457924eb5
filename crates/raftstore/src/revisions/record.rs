//! One change as it is kept: the key, the value and the version's facts, so that the index can be made from records.
//!
//! ```text
//! flags u8 (1: deletion) | created u64 | version u64 | lease i64 | key length u32 | key | value | crc32c u32
//! ```

use super::{At, Version};
use bytes::{Buf, Bytes};

/// Length of everything but key and value.
const FRAME: usize = 1 + 8 + 8 + 8 + 4 + 4;

/// A change of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The key.
    pub key: Bytes,
    /// The value; empty for a deletion.
    pub value: Bytes,
    /// The version it made.
    pub version: Version,
}

/// A change as it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What was written.
    pub record: Record,
    /// The version it replaced, if the key existed.
    pub before: Option<At>,
}

impl Record {
    /// The record as bytes. `at` is not among them, but the checksum covers it: a record in another's place is found.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        self.encode_into(&mut bytes);
        bytes
    }

    /// Bytes of [`Record::encode`].
    pub fn encoded_len(&self) -> usize {
        FRAME + self.key.len() + self.value.len()
    }

    /// Appends what [`Record::encode`] makes.
    pub fn encode_into(&self, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        bytes.push(u8::from(self.version.is_deletion()));
        bytes.extend_from_slice(&self.version.created.to_le_bytes());
        bytes.extend_from_slice(&self.version.version.to_le_bytes());
        bytes.extend_from_slice(&self.version.lease.to_le_bytes());
        let length = u32::try_from(self.key.len()).expect("keys are bounded by the size of a request");
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&self.key);
        bytes.extend_from_slice(&self.value);
        let crc = checksum(self.version.at, &bytes[start..]);
        bytes.extend_from_slice(&crc.to_le_bytes());
    }

    /// The record of `bytes`, as it was written at `at`; `None` when it was not.
    pub fn decode(at: At, bytes: &Bytes) -> Option<Record> {
        if bytes.len() < FRAME {
            return None;
        }
        let (mut content, mut crc) = (bytes.slice(..bytes.len() - 4), bytes.slice(bytes.len() - 4..));
        if checksum(at, &content) != crc.get_u32_le() {
            return None;
        }
        let is_deletion = content.get_u8() == 1;
        let (created, version, lease) = (content.get_u64_le(), content.get_u64_le(), content.get_i64_le());
        let length = usize::try_from(content.get_u32_le()).ok()?;
        if length > content.len() || is_deletion != (version == 0) {
            return None;
        }
        let key = content.split_to(length);
        Some(Record { key, value: content, version: Version { at, created, version, lease } })
    }
}

fn checksum(at: At, content: &[u8]) -> u32 {
    let mut place = [0; 12];
    place[..8].copy_from_slice(&at.revision.to_le_bytes());
    place[8..].copy_from_slice(&at.sub.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c(&place), content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_it_was_written_and_nowhere_else() {
        let at = At { revision: 7, sub: 1 };
        let version = Version { at, created: 3, version: 2, lease: -5 };
        let record = Record { key: Bytes::from_static(b"k"), value: Bytes::from_static(b"value"), version };
        let bytes = Bytes::from(record.encode());
        assert_eq!(Record::decode(at, &bytes), Some(record));
        assert_eq!(Record::decode(At { revision: 8, sub: 1 }, &bytes), None);
        for at_byte in 0..bytes.len() {
            let mut other = bytes.to_vec();
            other[at_byte] ^= 1;
            assert_eq!(Record::decode(at, &Bytes::from(other)), None, "byte {at_byte}");
            assert_eq!(Record::decode(at, &bytes.slice(..at_byte)), None);
        }
    }
}
