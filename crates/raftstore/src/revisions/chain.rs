//! The versions of one key, oldest first. Most keys have one, which takes no allocation.

use super::At;

/// One version of a key: a value it had, or its deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The change that made it.
    pub at: At,
    /// The revision at which the key last came into being; 0 for a deletion.
    pub created: u64,
    /// How often the key was put since, from 1; 0 for a deletion.
    pub version: u64,
    /// The lease the key is on; 0 for none.
    pub lease: i64,
}

impl Version {
    /// A deletion.
    pub fn deletion(at: At) -> Version {
        Version { at, created: 0, version: 0, lease: 0 }
    }

    /// Whether the key did not exist from here on.
    pub fn is_deletion(&self) -> bool {
        self.version == 0
    }

    /// Whether the newest version at or below `revision`, if it is this one, can be seen from there.
    fn is_seen_at(&self, revision: u64) -> bool {
        !self.is_deletion() || self.at.revision == revision
    }
}

/// All versions of a key since the last compaction, and the one that held when it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    latest: Version,
    /// Oldest first, all before `latest`. Most keys have none, and there is one of these for each key.
    #[expect(clippy::box_collection, reason = "a pointer is 16 bytes shorter than a vector")]
    older: Option<Box<Vec<Version>>>,
}

impl Chain {
    /// A key that was just written for the first time.
    pub fn new(version: Version) -> Chain {
        Chain { latest: version, older: None }
    }

    /// The newest version.
    pub fn latest(&self) -> &Version {
        &self.latest
    }

    /// The newest version, unless it is a deletion.
    pub fn live(&self) -> Option<&Version> {
        Some(&self.latest).filter(|version| !version.is_deletion())
    }

    /// The version that held at `revision`, unless the key did not exist then.
    pub fn live_at(&self, revision: u64) -> Option<&Version> {
        self.at(revision).filter(|version| !version.is_deletion())
    }

    /// Adds a version.
    ///
    /// # Panics
    /// When it is not newer than all others.
    pub fn push(&mut self, version: Version) {
        assert!(self.latest.at.revision < version.at.revision, "a key changes at most once in a revision");
        let before = std::mem::replace(&mut self.latest, version);
        self.older.get_or_insert_default().push(before);
    }

    /// Forgets what neither a read nor a watch at `revision` or later can see; hands each forgotten version to
    /// `forgotten`. Answers whether nothing is left. A deletion at `revision` itself stays: a watch may begin there.
    pub fn compact(&mut self, revision: u64, mut forgotten: impl FnMut(At)) -> bool {
        let Some(older) = &mut self.older else { return self.forget_deletion(revision, forgotten) };
        if self.latest.at.revision <= revision {
            older.drain(..).for_each(|version| forgotten(version.at));
            self.older = None;
            return self.forget_deletion(revision, forgotten);
        }
        let held = older.partition_point(|version| version.at.revision <= revision);
        let unseen = match held.checked_sub(1) {
            Some(last) if older[last].is_seen_at(revision) => last,
            _ => held,
        };
        older.drain(..unseen).for_each(|version| forgotten(version.at));
        if older.is_empty() {
            self.older = None;
        } else if older.capacity() > 4 * older.len() {
            older.shrink_to_fit();
        }
        false
    }

    /// Of the latest version alone: forgets it, if it is a deletion before `revision`.
    fn forget_deletion(&self, revision: u64, mut forgotten: impl FnMut(At)) -> bool {
        let is_gone = self.latest.is_deletion() && self.latest.at.revision < revision;
        if is_gone {
            forgotten(self.latest.at);
        }
        is_gone
    }

    /// All versions, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        self.older().iter().chain(std::iter::once(&self.latest))
    }

    /// The versions that a read or a watch at `compacted` or later can see: those that [`Chain::compact`] keeps.
    pub fn visible(&self, compacted: u64) -> impl Iterator<Item = &Version> {
        let held = self.at(compacted).map(|version| version.at);
        self.versions().filter(move |version| {
            version.at.revision > compacted || (Some(version.at) == held && version.is_seen_at(compacted))
        })
    }

    /// The version that a change at `revision` replaced.
    pub fn before(&self, revision: u64) -> Option<&Version> {
        self.live_at(revision.checked_sub(1)?)
    }

    fn at(&self, revision: u64) -> Option<&Version> {
        if self.latest.at.revision <= revision {
            return Some(&self.latest);
        }
        let older = self.older();
        let newer = older.partition_point(|version| version.at.revision <= revision);
        newer.checked_sub(1).map(|position| &older[position])
    }

    fn older(&self) -> &[Version] {
        self.older.as_ref().map_or(&[], |older| older.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(revision: u64) -> Version {
        Version { at: At { revision, sub: 0 }, created: 2, version: revision, lease: 0 }
    }

    fn deleted(revision: u64) -> Version {
        Version::deletion(At { revision, sub: 0 })
    }

    fn chain(versions: &[Version]) -> Chain {
        let mut chain = Chain::new(versions[0]);
        versions[1..].iter().for_each(|version| chain.push(*version));
        chain
    }

    #[test]
    fn a_read_sees_what_held_then() {
        let chain = chain(&[put(2), put(4), deleted(6), put(8)]);
        let seen: Vec<Option<u64>> =
            (1..=9).map(|revision| chain.live_at(revision).map(|version| version.at.revision)).collect();
        assert_eq!(seen, [None, Some(2), Some(2), Some(4), Some(4), None, None, Some(8), Some(8)]);
    }

    #[test]
    fn compaction_keeps_exactly_what_can_still_be_seen() {
        for revision in 1..=10 {
            let whole = chain(&[put(2), put(4), deleted(6), put(8), deleted(9)]);
            let (mut compacted, mut forgotten) = (whole.clone(), Vec::new());
            let gone = compacted.compact(revision, |at| forgotten.push(at.revision));
            assert_eq!(gone, revision > 9, "{revision}");
            for at in revision..12 {
                let left = if gone { None } else { compacted.live_at(at) };
                assert_eq!(left, whole.live_at(at), "compacted at {revision}, read at {at}");
            }
            let kept: Vec<Version> = if gone { Vec::new() } else { compacted.versions().copied().collect() };
            assert_eq!(forgotten.len() + kept.len(), 5);
            assert!(whole.visible(revision).eq(&kept), "{revision}");
            // What was changed at the revision itself can be watched.
            let changed = whole.versions().find(|version| version.at.revision == revision);
            assert!(changed.is_none_or(|version| kept.contains(version)), "{revision}");
        }
    }
}
