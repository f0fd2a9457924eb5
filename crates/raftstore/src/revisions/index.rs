//! Keys in order, with their versions.

use super::{At, Chain, Version};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Where a walk over keys begins and ends.
type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// Keys between two bounds, as etcd's requests name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// One key.
    Key(Bytes),
    /// From `start` up to and without `end`.
    Between(Bytes, Bytes),
    /// From here on.
    From(Bytes),
}

impl Span {
    /// The span of a request's `key` and `range_end`: no end is one key, a single zero byte is everything from the key
    /// on.
    pub fn of(key: &Bytes, range_end: &Bytes) -> Span {
        match range_end.as_ref() {
            [] => Span::Key(key.clone()),
            [0] => Span::From(key.clone()),
            _ => Span::Between(key.clone(), range_end.clone()),
        }
    }

    /// Whether `key` is within.
    pub fn contains(&self, key: &[u8]) -> bool {
        match self {
            Span::Key(one) => one == key,
            Span::Between(start, end) => start.as_ref() <= key && key < end.as_ref(),
            Span::From(start) => start.as_ref() <= key,
        }
    }

    /// Whether a key can be in both.
    pub fn overlaps(&self, other: &Span) -> bool {
        let (start, end) = self.ends();
        let (other_start, other_end) = other.ends();
        let before =
            |end: &Option<Vec<u8>>, start: &[u8]| end.as_ref().is_some_and(|end| end.as_slice() <= start);
        !before(&end, other_start) && !before(&other_end, start)
    }

    /// First key, and the key after the last; `None` when there is no last.
    fn ends(&self) -> (&[u8], Option<Vec<u8>>) {
        match self {
            Span::Key(key) => (key, Some([key.as_ref(), &[0]].concat())),
            Span::Between(start, end) => (start, Some(end.to_vec())),
            Span::From(start) => (start, None),
        }
    }

    fn bounds(&self) -> Option<Bounds<'_>> {
        Some(match self {
            Span::Key(key) => (Bound::Included(key), Bound::Included(key)),
            Span::Between(start, end) if start < end => (Bound::Included(start), Bound::Excluded(end)),
            Span::Between(..) => return None,
            Span::From(start) => (Bound::Included(start), Bound::Unbounded),
        })
    }
}

/// Every key that exists, or existed since the last compaction.
#[derive(Clone, Debug, Default)]
pub struct KeyIndex {
    chains: BTreeMap<Bytes, Chain>,
}

impl KeyIndex {
    /// The newest version of a key that exists.
    pub fn get(&self, key: &[u8]) -> Option<&Version> {
        self.chains.get(key)?.live()
    }

    /// The versions that held at `revision`, or that hold now, in the order of their keys.
    pub fn range(&self, span: &Span, revision: Option<u64>) -> impl Iterator<Item = (&Bytes, &Version)> {
        let chains = span.bounds().map(|bounds| self.chains.range::<[u8], _>(bounds));
        chains.into_iter().flatten().filter_map(move |(key, chain)| {
            let version = match revision {
                None => chain.live(),
                Some(revision) => chain.live_at(revision),
            };
            Some((key, version?))
        })
    }

    /// The bytes of a key that is known already, so that everybody shares them.
    pub fn known(&self, key: &[u8]) -> Option<&Bytes> {
        self.chains.get_key_value(key).map(|(known, _)| known)
    }

    /// The version that a change of `key` at `revision` replaced.
    pub fn before(&self, key: &[u8], revision: u64) -> Option<&Version> {
        self.chains.get(key)?.before(revision)
    }

    /// Tells of up to `steps` keys from `from` on, with their versions. Answers where to go on, or `None` at the end.
    pub fn walk(&self, from: &[u8], steps: usize, mut tell: impl FnMut(&Bytes, &Chain)) -> Option<Bytes> {
        let mut chains = self.chains.range::<[u8], _>((Bound::Included(from), Bound::Unbounded));
        chains.by_ref().take(steps).for_each(|(key, chain)| tell(key, chain));
        chains.next().map(|(key, _)| key.clone())
    }

    /// Adds the newest version of a key. The bytes of a key that is new are kept, so they should not be part of
    /// something larger.
    pub fn push(&mut self, key: Bytes, version: Version) {
        match self.chains.get_mut(&key) {
            Some(chain) => chain.push(version),
            None => drop(self.chains.insert(key, Chain::new(version))),
        }
    }

    /// Adds a version of a key as [`KeyIndex::push`] does, unless the key has one that is not older; answers whether it
    /// did.
    pub fn push_newer(&mut self, key: &Bytes, version: Version) -> bool {
        match self.chains.get_mut(key) {
            Some(chain) if chain.latest().at.revision >= version.at.revision => false,
            Some(chain) => {
                chain.push(version);
                true
            }
            None => {
                self.chains.insert(Bytes::copy_from_slice(key), Chain::new(version));
                true
            }
        }
    }

    /// Forgets of up to `steps` keys from `from` on what no read at `revision` or later can see. Answers where to go
    /// on, or `None` at the end.
    pub fn compact(
        &mut self,
        revision: u64,
        from: &[u8],
        steps: usize,
        mut forgotten: impl FnMut(At),
    ) -> Option<Bytes> {
        let (mut gone, mut looked, mut next) = (Vec::new(), 0, None);
        for (key, chain) in self.chains.range_mut::<[u8], _>((Bound::Included(from), Bound::Unbounded)) {
            if looked == steps {
                next = Some(key.clone());
                break;
            }
            looked += 1;
            if chain.compact(revision, &mut forgotten) {
                gone.push(key.clone());
            }
        }
        gone.iter().for_each(|key| drop(self.chains.remove(key)));
        next
    }

    /// How many keys are known.
    pub fn len(&self) -> usize {
        self.chains.len()
    }

    /// Whether no key is known.
    pub fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn spans_overlap_when_a_key_can_be_in_both() {
        let key = |text| Span::Key(bytes(text));
        let between = |start, end| Span::Between(bytes(start), bytes(end));
        assert!(key("a").overlaps(&key("a")) && !key("a").overlaps(&key("b")));
        assert!(between("a", "c").overlaps(&key("b")) && !between("a", "c").overlaps(&key("c")));
        assert!(
            !between("a", "c").overlaps(&between("c", "d")) && between("a", "d").overlaps(&between("c", "e"))
        );
        assert!(Span::From(bytes("m")).overlaps(&key("z")) && !Span::From(bytes("m")).overlaps(&key("a")));
        assert!(Span::of(&bytes("k"), &bytes("\0")).contains(b"z"));
    }

    #[test]
    fn keys_are_compacted_in_steps() {
        let mut index = KeyIndex::default();
        for (revision, key) in (2..).zip(["a", "b", "c", "a", "b"]) {
            let at = At { revision, sub: 0 };
            let version = if revision == 6 {
                Version::deletion(at)
            } else {
                Version { at, created: revision, version: 1, lease: 0 }
            };
            index.push(bytes(key), version);
        }
        let mut forgotten = Vec::new();
        let mut from = Some(Bytes::new());
        while let Some(key) = from {
            from = index.compact(7, &key, 1, |at| forgotten.push(at.revision));
        }
        assert_eq!(forgotten, [2, 3, 6]);
        let left: Vec<_> = index.range(&Span::From(bytes("a")), None).map(|(key, _)| key.clone()).collect();
        assert_eq!(left, [bytes("a"), bytes("c")]);
    }
}
