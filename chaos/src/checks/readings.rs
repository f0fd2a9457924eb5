//! Reads say at which revision they are true. So each is held against all that was told: the value must be the one
//! that the key had then, whoever was asked and however.

use crate::history::{Became, Call};
use crate::keys::name;
use crate::told::Telling;
use bytes::Bytes;
use pintle_storage::Revision;
use std::collections::{BTreeMap, HashMap};

/// What one read said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Which member was asked; `None` for whichever.
    pub member: Option<usize>,
    /// Which life of that member it was, if it was one from beginning to end.
    pub life: Option<u64>,
    /// Whether it must know everything that was acknowledged before it began.
    pub linearizable: bool,
    /// Which key.
    pub key: u32,
    /// When it is true.
    pub revision: Revision,
    /// The value, and when it was written.
    pub found: Option<(u64, Revision)>,
    /// When it began, on the history's clock.
    pub begun: i64,
    /// When it ended.
    pub ended: i64,
}

/// Every read that told something that was not so, or not any more. `told` is what a complete watch told.
pub fn readings(calls: &[Call], readings: &[Reading], told: &[Telling], broken: &mut Vec<String>) {
    consistent(readings, told, broken);
    fresh(calls, readings, broken);
    not_from_the_future(calls, readings, broken);
    monotone(readings, broken);
}

/// The value is the one that the key had at the revision.
fn consistent(readings: &[Reading], told: &[Telling], broken: &mut Vec<String>) {
    let mut keys: HashMap<&Bytes, Vec<&Telling>> = HashMap::new();
    for telling in told {
        keys.entry(&telling.key).or_default().push(telling);
    }
    for reading in readings {
        let history = keys.get(&name(reading.key)).map_or(&[] as &[_], Vec::as_slice);
        let then = history.partition_point(|telling| telling.revision <= reading.revision);
        let then = then.checked_sub(1).map(|at| history[at]);
        let then = then.and_then(|telling| Some((telling.value?, telling.revision)));
        if then != reading.found {
            broken.push(format!("{reading:?}, but then the key had {then:?}"));
        }
    }
}

/// A linearizable read is true at no earlier revision than any write that was acknowledged before it began.
fn fresh(calls: &[Call], readings: &[Reading], broken: &mut Vec<String>) {
    let mut written: Vec<(i64, Revision)> = calls
        .iter()
        .filter_map(|call| if let Became::Written(at) = call.became { Some((call.ended, at)) } else { None })
        .collect();
    written.sort_unstable();
    // The highest revision that was acknowledged by then.
    let mut highest = Revision::ZERO;
    for (_, revision) in &mut written {
        highest = highest.max(*revision);
        *revision = highest;
    }
    for reading in readings.iter().filter(|reading| reading.linearizable) {
        let before = written.partition_point(|(ended, _)| *ended < reading.begun);
        let Some((_, known)) = before.checked_sub(1).map(|at| written[at]) else { continue };
        if reading.revision < known {
            broken.push(format!("{reading:?} is stale: {known:?} was acknowledged before it began"));
        }
    }
}

/// Nothing is read before somebody began to write it.
fn not_from_the_future(calls: &[Call], readings: &[Reading], broken: &mut Vec<String>) {
    let begun: BTreeMap<Revision, i64> = calls
        .iter()
        .filter_map(|call| if let Became::Written(at) = call.became { Some((at, call.begun)) } else { None })
        .collect();
    for reading in readings {
        if let Some((_, at)) = reading.found
            && begun.get(&at).is_some_and(|begun| *begun > reading.ended)
        {
            broken.push(format!("{reading:?} is over before it was written"));
        }
    }
}

/// While a member lives, its revision never goes back. Only reads that came after each other say something of that.
fn monotone(readings: &[Reading], broken: &mut Vec<String>) {
    let mut lives: BTreeMap<(usize, u64), Vec<&Reading>> = BTreeMap::new();
    for reading in readings {
        if let (Some(member), Some(life)) = (reading.member, reading.life) {
            lives.entry((member, life)).or_default().push(reading);
        }
    }
    for mut life in lives.into_values() {
        life.sort_unstable_by_key(|reading| reading.ended);
        // The highest that was read up to each end.
        let mut highest: Vec<(i64, Revision)> = Vec::with_capacity(life.len());
        for reading in &life {
            let known = highest.last().map_or(Revision::ZERO, |(_, known)| *known);
            highest.push((reading.ended, known.max(reading.revision)));
        }
        for reading in life {
            let before = highest.partition_point(|(ended, _)| *ended < reading.begun);
            let Some((_, known)) = before.checked_sub(1).map(|at| highest[at]) else { continue };
            if reading.revision < known {
                broken.push(format!("{reading:?} goes back: the same process had said {known:?}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Asked;

    fn reading(revision: u64, found: Option<(u64, u64)>, begun: i64) -> Reading {
        let found = found.map(|(value, at)| (value, Revision::new(at)));
        let revision = Revision::new(revision);
        Reading {
            member: Some(1),
            life: Some(4),
            linearizable: false,
            key: 0,
            revision,
            found,
            begun,
            ended: begun + 1,
        }
    }

    fn broken(reads: &[Reading]) -> usize {
        let telling = |revision, value| Telling { revision: Revision::new(revision), key: name(0), value };
        let told = [telling(2, Some(1)), telling(4, None), telling(6, Some(2))];
        let put = |value, at, begun| Call {
            client: 0,
            key: 0,
            asked: Asked::Put(value),
            became: Became::Written(Revision::new(at)),
            begun,
            ended: begun + 1,
        };
        let mut broken = Vec::new();
        readings(&[put(1, 2, 0), put(2, 6, 20)], reads, &told, &mut broken);
        broken.len()
    }

    #[test]
    fn a_read_is_what_was_so_at_its_revision() {
        assert_eq!(broken(&[reading(3, Some((1, 2)), 2)]), 0);
        assert_eq!(broken(&[reading(3, Some((1, 3)), 2)]), 1, "it was written at another");
        assert_eq!(broken(&[reading(4, Some((1, 2)), 2)]), 1, "it was deleted by then");
        assert_eq!(broken(&[reading(5, None, 2)]), 0);
        assert_eq!(broken(&[reading(1, None, 2)]), 0);
        assert_eq!(broken(&[reading(3, None, 2)]), 1, "it is missing");
    }

    #[test]
    fn a_linearizable_read_is_not_stale_and_no_read_is_from_the_future() {
        let stale = reading(4, None, 30);
        assert_eq!(broken(&[stale]), 0, "a serializable one may be");
        assert_eq!(broken(&[Reading { linearizable: true, ..stale }]), 1);
        assert_eq!(broken(&[Reading { linearizable: true, begun: 21, ..stale }]), 0, "it was under way");
        assert_eq!(broken(&[reading(6, Some((2, 6)), 10)]), 1, "the write began at 20");
        assert_eq!(broken(&[reading(6, Some((2, 6)), 19)]), 0);
    }

    #[test]
    fn a_process_does_not_go_back() {
        let (new, old) = (reading(6, Some((2, 6)), 30), reading(5, None, 40));
        assert_eq!(broken(&[new, old]), 1);
        assert_eq!(broken(&[new, Reading { life: Some(5), ..old }]), 0, "another life");
        assert_eq!(broken(&[new, Reading { life: None, ..old }]), 0, "it may be another life");
        assert_eq!(broken(&[new, Reading { begun: 31, ..old }]), 0, "side by side");
        assert_eq!(broken(&[new, Reading { member: Some(0), ..old }]), 0, "another member");
    }
}
