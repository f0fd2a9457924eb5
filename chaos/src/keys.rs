//! The keys that histories are about, and their values: each value is a number that is written once.

use bytes::Bytes;
use pintle_storage::{KeyValue, Payload};

/// Where the keys lie.
pub const PREFIX: &str = "/chaos/";
/// Bytes that values are longer than their number, at the most.
const PADDING_MAX: u64 = 3000;

/// The key of this number, as storage knows it.
pub fn name(key: u32) -> Bytes {
    format!("{PREFIX}{key:04}").into()
}

/// The value of this number, as storage knows it: the number, and behind it as much as the number says, so that values
/// are of all lengths.
pub fn text(value: u64) -> Bytes {
    let padding =
        usize::try_from(value.wrapping_mul(0x9e37_79b9_7f4a_7c15) % PADDING_MAX).unwrap_or_default();
    format!("{value} {:.<padding$}", "").into()
}

/// The number that a value is; `None` for a value that no history writes.
pub fn value_of(kv: &KeyValue) -> Option<u64> {
    let Payload::Bytes(bytes) = &kv.payload else { return None };
    let text = std::str::from_utf8(bytes).ok()?;
    let (number, padding) = text.split_once(' ').unwrap_or((text, ""));
    let number = number.parse().ok()?;
    (padding.is_empty() || self::text(number) == *bytes).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_storage::Revision;

    fn read(payload: Bytes) -> Option<u64> {
        let (create_revision, mod_revision) = (Revision::FIRST, Revision::FIRST);
        value_of(&KeyValue {
            key: name(1),
            payload: Payload::Bytes(payload),
            create_revision,
            mod_revision,
            version: 1,
            lease: None,
            stale: false,
        })
    }

    #[test]
    fn a_value_is_its_number_and_nothing_of_it_may_be_missing() {
        for value in [0, 1, 77, u64::MAX] {
            assert_eq!(read(text(value)), Some(value));
        }
        assert_eq!(read("77".into()), Some(77));
        let whole = text(7);
        assert_eq!(read(whole.slice(..whole.len() - 1)), None);
        assert_eq!(read("".into()), None);
    }
}
