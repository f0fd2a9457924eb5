//! Keys and ranges of keys. A key is a non-empty byte string, ordered bytewise. etcd writes a range as a key and
//! an end with two special ends; [`KeyRange`] is the same with the cases spelled out, and converts both ways.

use std::ops::Bound;

use bytes::Bytes;

/// Which keys a range, a delete or a watch is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyRange {
    /// Exactly this key.
    Key(Bytes),
    /// From `start` up to, but without, `end`. Contains nothing when `end` is not above `start`.
    Between {
        /// The first key that may be in the range.
        start: Bytes,
        /// The first key beyond it.
        end: Bytes,
    },
    /// This key and all above it.
    From(Bytes),
}

/// Where a range begins and ends in an ordered map.
pub type KeyBounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// What etcd writes as the end of a range that has none.
const NO_END: &[u8] = b"\0";

impl KeyRange {
    /// Exactly `key`.
    pub fn key(key: impl Into<Bytes>) -> KeyRange {
        KeyRange::Key(key.into())
    }

    /// From `start` up to, but without, `end`.
    pub fn between(start: impl Into<Bytes>, end: impl Into<Bytes>) -> KeyRange {
        KeyRange::Between { start: start.into(), end: end.into() }
    }

    /// `start` and all keys above it.
    pub fn starting_at(start: impl Into<Bytes>) -> KeyRange {
        KeyRange::From(start.into())
    }

    /// All keys that begin with `prefix`; every key there is, when `prefix` is empty.
    pub fn prefix(prefix: impl Into<Bytes>) -> KeyRange {
        let start = prefix.into();
        match prefix_end(&start) {
            Some(end) => KeyRange::Between { start, end },
            None if start.is_empty() => KeyRange::all(),
            None => KeyRange::From(start),
        }
    }

    /// Every key there is.
    pub fn all() -> KeyRange {
        KeyRange::From(Bytes::from_static(b"\0"))
    }

    /// The range that etcd's API writes as `key` and `range_end`: an empty end means the single key, the end
    /// `"\0"` means no end.
    pub fn from_etcd(key: Bytes, range_end: Bytes) -> KeyRange {
        match range_end {
            end if end.is_empty() => KeyRange::Key(key),
            end if end == NO_END => KeyRange::From(key),
            end => KeyRange::Between { start: key, end },
        }
    }

    /// The range as etcd's API writes it: `key` and `range_end`. An empty range whose end the API would take for
    /// one of its special ones is written as another empty range.
    pub fn to_etcd(&self) -> (Bytes, Bytes) {
        const NOTHING: Bytes = Bytes::from_static(b"\x01");
        match self {
            KeyRange::Key(key) => (key.clone(), Bytes::new()),
            KeyRange::From(start) => (start.clone(), Bytes::from_static(NO_END)),
            KeyRange::Between { end, .. } if end.is_empty() || end == NO_END => (NOTHING, NOTHING),
            KeyRange::Between { start, end } => (start.clone(), end.clone()),
        }
    }

    /// The first key that may be in the range.
    pub fn start(&self) -> &Bytes {
        match self {
            KeyRange::Key(start) | KeyRange::From(start) | KeyRange::Between { start, .. } => start,
        }
    }

    /// Whether `key` is in the range.
    pub fn contains(&self, key: &[u8]) -> bool {
        match self {
            KeyRange::Key(only) => only == key,
            KeyRange::From(start) => key >= start,
            KeyRange::Between { start, end } => key >= start && key < end,
        }
    }

    /// The range as bounds for an ordered map, or `None` when it can contain nothing (an ordered map panics on
    /// bounds that cross).
    pub fn bounds(&self) -> Option<KeyBounds<'_>> {
        match self {
            KeyRange::Key(only) => Some((Bound::Included(only), Bound::Included(only))),
            KeyRange::From(start) => Some((Bound::Included(start), Bound::Unbounded)),
            KeyRange::Between { start, end } if start < end => {
                Some((Bound::Included(start), Bound::Excluded(end)))
            }
            KeyRange::Between { .. } => None,
        }
    }
}

/// The first key beyond all keys that begin with `prefix`, or `None` when there is none: the prefix is empty or
/// consists of 0xff bytes.
pub fn prefix_end(prefix: &[u8]) -> Option<Bytes> {
    let last = prefix.iter().rposition(|&byte| byte != 0xff)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end.into())
}

/// The key directly after `key`: where the next page starts when `key` was the last of this one.
pub fn successor(key: &[u8]) -> Bytes {
    let mut next = Vec::with_capacity(key.len() + 1);
    next.extend_from_slice(key);
    next.push(0);
    next.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_its_last_byte_can_rise() {
        assert_eq!(prefix_end(b"/a/").as_deref(), Some(b"/a0".as_slice()));
        assert_eq!(prefix_end(b"a\xff\xff").as_deref(), Some(b"b".as_slice()));
        assert_eq!(prefix_end(b"\xff\xff"), None);
        assert_eq!(prefix_end(b""), None);
    }

    #[test]
    fn a_prefix_without_an_end_is_open() {
        assert_eq!(KeyRange::prefix(""), KeyRange::all());
        assert_eq!(KeyRange::prefix(&b"\xff"[..]), KeyRange::starting_at(&b"\xff"[..]));
        assert!(KeyRange::prefix("/a/").contains(b"/a/b"));
        assert!(!KeyRange::prefix("/a/").contains(b"/a0"));
    }

    #[test]
    fn etcd_notation_survives_the_round_trip() {
        let ranges = [
            KeyRange::key("a"),
            KeyRange::between("a", "b"),
            KeyRange::starting_at("a"),
            KeyRange::all(),
            KeyRange::prefix("/registry/"),
        ];
        for range in ranges {
            let (key, end) = range.to_etcd();
            assert_eq!(KeyRange::from_etcd(key, end), range);
        }
    }

    #[test]
    fn an_empty_range_stays_empty_in_etcd_notation() {
        for (start, end) in [("a", ""), ("a", "\0"), ("a", "a"), ("\0", ""), ("\0", "\0")] {
            let range = KeyRange::between(start, end);
            assert_eq!(range.bounds(), None);
            let (key, range_end) = range.to_etcd();
            assert_eq!(KeyRange::from_etcd(key, range_end).bounds(), None, "{start:?}..{end:?}");
        }
    }

    #[test]
    fn the_successor_is_the_very_next_key() {
        assert_eq!(&successor(b"a")[..], b"a\0");
        assert!(KeyRange::starting_at(successor(b"a")).contains(b"a\0"));
        assert!(!KeyRange::starting_at(successor(b"a")).contains(b"a"));
    }
}
