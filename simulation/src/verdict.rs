//! Which promises were broken, found from what clients were told. The watch that missed nothing says what happened, in
//! which order; everything else must fit.

use crate::clients::{LEASED, Records};
use crate::seen::{Keys, Told, Watched};
use bytes::Bytes;
use pintle_chaos::checks::{End, violations};
use pintle_chaos::keys::PREFIX;
use pintle_chaos::told::{Telling, Told as ToldAlone};
use pintle_storage::Revision;
use std::collections::BTreeMap;

/// How much faster a leader's clock may go than that of the world, in thousandths of a lease's time that are left.
const LEASE_LEFT: u64 = 850;

/// What is there when all is over.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    pub(crate) revision: u64,
    pub(crate) compacted: u64,
    pub(crate) keys: Keys,
}

/// Every broken promise, in words.
pub(crate) fn judge(records: &Records, watches: &[Watched], rest: &Rest) -> Vec<String> {
    let Some((all, others)) = watches.split_first() else { return vec!["nobody watched".to_owned()] };
    let mut broken = Vec::new();
    let by_revision = revisions(all, rest, &mut broken);
    reads(records, &by_revision, rest, &mut broken);
    written(records, &by_revision, &mut broken);
    leases(records, all, rest, &mut broken);
    for watched in others {
        watch(watched, &by_revision, rest, &mut broken);
    }
    calls(records, all, rest, &mut broken);
    broken
}

/// What a revision changed, and what was true behind it.
struct Made {
    events: Vec<Told>,
    keys: Keys,
}

/// All revisions: each is there, and each event fits to what was before.
fn revisions(all: &Watched, rest: &Rest, broken: &mut Vec<String>) -> BTreeMap<u64, Made> {
    let mut made: BTreeMap<u64, Made> = BTreeMap::new();
    made.insert(1, Made { events: Vec::new(), keys: Keys::new() });
    let mut keys = Keys::new();
    let mut last = 1;
    for (_, event) in &all.events {
        let revision = event.revision;
        if revision != last && revision != last + 1 {
            broken.push(format!("the watch of everything told revision {revision} after {last}"));
        }
        last = revision;
        let before = keys.get(&event.key);
        let fits = match (&event.version, before) {
            (Some(now), Some(before)) => {
                now.created == before.created && now.version == before.version + 1 && now.modified == revision
            }
            (Some(now), None) => now.created == revision && now.version == 1 && now.modified == revision,
            (None, before) => before.is_some(),
        };
        let is_twice =
            made.get(&revision).is_some_and(|made| made.events.iter().any(|told| told.key == event.key));
        if !fits || is_twice {
            broken.push(format!("{event:?} does not fit to {before:?}"));
        }
        match &event.version {
            Some(version) => drop(keys.insert(event.key.clone(), version.clone())),
            None => drop(keys.remove(&event.key)),
        }
        let made = made.entry(revision).or_insert_with(|| Made { events: Vec::new(), keys: Keys::new() });
        made.events.push(event.clone());
        made.keys = keys.clone();
    }
    if last != rest.revision || all.covered.len() != 1 {
        let covered = &all.covered;
        broken.push(format!(
            "the watch of everything ends at {last} ({covered:?}), storage at {}",
            rest.revision
        ));
    }
    if keys != rest.keys {
        broken.push(format!("the watch of everything ends with {keys:?}, storage has {:?}", rest.keys));
    }
    made
}

/// Whoever reads, reads what was true, and nothing older than what anybody was told before.
fn reads(records: &Records, made: &BTreeMap<u64, Made>, rest: &Rest, broken: &mut Vec<String>) {
    for read in records.reads.lock().iter() {
        if read.header < read.floor || read.revision > rest.revision {
            let (header, floor, host) = (read.header, read.floor, read.host);
            broken.push(format!(
                "a read of node {host} is of revision {header}, {floor} was acknowledged before"
            ));
        }
        let Some(made) = made.get(&read.revision) else { continue };
        let there: Keys = made
            .keys
            .iter()
            .filter(|(key, _)| read.range.contains(key))
            .map(|(key, version)| (key.clone(), version.clone()))
            .collect();
        if there != read.keys {
            broken.push(format!("{read:?}, but there was {there:?}"));
        }
    }
}

/// What is put together is there together.
fn written(records: &Records, made: &BTreeMap<u64, Made>, broken: &mut Vec<String>) {
    for written in records.written.lock().iter() {
        let events = made.get(&written.revision).map_or(&[][..], |made| &made.events[..]);
        let is_of = |event: &Told| {
            written.keys.contains(&event.key)
                && event.version.as_ref().is_some_and(|version| version.value == written.value)
        };
        if events.len() != written.keys.len() || !events.iter().all(is_of) {
            broken.push(format!("{written:?} was acknowledged, the watch told {events:?}"));
        }
    }
}

/// No lease ends before its time, and none stays.
fn leases(records: &Records, all: &Watched, rest: &Rest, broken: &mut Vec<String>) {
    let mut ended: BTreeMap<&Bytes, u64> = BTreeMap::new();
    for (at, event) in &all.events {
        if event.version.is_none() {
            ended.insert(&event.key, *at);
        }
    }
    for lease in records.leases.lock().iter().filter(|lease| !lease.revoked) {
        let least = lease.alive + lease.ttl * LEASE_LEFT / 1000;
        if let Some(at) = ended.get(&lease.key).filter(|at| **at < least) {
            broken.push(format!("{lease:?} ended at {at} us, before its time"));
        }
    }
    if let Some(key) = rest.keys.keys().find(|key| key.starts_with(LEASED.as_bytes())) {
        broken.push(format!("{key:?} is still there, though nothing keeps its lease alive"));
    }
}

/// A watch told everything of what it covered, once and in order, and nothing else.
fn watch(watched: &Watched, made: &BTreeMap<u64, Made>, rest: &Rest, broken: &mut Vec<String>) {
    let mut expected = Vec::new();
    for (from, to) in &watched.covered {
        if from > to {
            continue;
        }
        let events = made.range(from..=to).flat_map(|(_, made)| &made.events);
        expected.extend(events.filter(|event| watched.range.contains(&event.key)));
    }
    let alike = |(told, expected): (&Told, &&Told)| {
        (&told.key, told.revision, &told.version) == (&expected.key, expected.revision, &expected.version)
    };
    let told: Vec<&Told> = watched.events.iter().map(|(_, told)| told).collect();
    let first = told.iter().copied().zip(&expected).position(|pair| !alike(pair));
    let first = first.or((told.len() != expected.len()).then(|| told.len().min(expected.len())));
    if let Some(first) = first {
        broken.push(format!(
            "a watch of {:?} told {:?} where {:?} was due (covered {:?})",
            watched.range,
            told.get(first),
            expected.get(first),
            watched.covered
        ));
    }
    for told in told.into_iter().filter(|_| watched.prev) {
        let before = made.range(..told.revision).next_back().and_then(|(_, made)| made.keys.get(&told.key));
        let may_be_gone = told.prev.is_none() && told.revision <= rest.compacted;
        if told.prev.as_ref() != before && !may_be_gone {
            broken.push(format!("{told:?} replaced {before:?}"));
        }
    }
}

/// The calls on single keys, as chaos judges them.
fn calls(records: &Records, all: &Watched, rest: &Rest, broken: &mut Vec<String>) {
    let number = |value: &Bytes| std::str::from_utf8(value).ok()?.parse().ok();
    let is_of = |key: &Bytes| key.starts_with(PREFIX.as_bytes());
    let events = all.events.iter().filter(|(_, event)| is_of(&event.key)).map(|(_, event)| Telling {
        revision: Revision::new(event.revision),
        key: event.key.clone(),
        value: event.version.as_ref().and_then(|version| number(&version.value)),
    });
    let begun = usize::try_from(all.begun).unwrap_or(usize::MAX);
    let told = ToldAlone { events: events.collect(), begun };
    let values = rest.keys.iter().filter(|(key, _)| is_of(key));
    let values = values.map(|(key, version)| (key.clone(), number(&version.value))).collect();
    let end = End { revision: Revision::new(rest.revision), values };
    broken.extend(violations(&records.history.take(), &told, &end));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::{Leased, Read, Version, Written};
    use pintle_storage::KeyRange;

    fn version(value: &str, created: u64, modified: u64, version: u64) -> Version {
        Version { value: Bytes::from(value.to_owned()), created, modified, version, lease: 0 }
    }

    fn told(key: &str, revision: u64, version: Option<Version>) -> (u64, Told) {
        (revision * 1000, Told { key: Bytes::from(key.to_owned()), revision, version, prev: None })
    }

    /// A key is put twice and deleted.
    fn watched() -> Watched {
        let mut watched = Watched::new(KeyRange::prefix("/"), false);
        watched.begin(Revision::new(2));
        watched.events = vec![
            told("/together/a", 2, Some(version("1", 2, 2, 1))),
            told("/together/a", 3, Some(version("2", 2, 3, 2))),
            told("/together/a", 4, None),
        ];
        watched.reach(4);
        watched
    }

    fn verdict(records: &Records, watches: &[Watched]) -> Vec<String> {
        judge(records, watches, &Rest { revision: 4, compacted: 0, keys: Keys::new() })
    }

    fn read(floor: u64, revision: u64, found: Option<Version>) -> Records {
        let records = Records::default();
        let range = KeyRange::prefix("/together/");
        let keys = found.map(|found| (Bytes::from_static(b"/together/a"), found)).into_iter().collect();
        records.reads.lock().push(Read { range, floor, header: revision, revision, keys, host: 0 });
        records
    }

    #[test]
    fn what_fits_is_no_violation() {
        assert_eq!(verdict(&Records::default(), &[watched(), watched()]), Vec::<String>::new());
        let records = read(3, 3, Some(version("2", 2, 3, 2)));
        assert_eq!(verdict(&records, &[watched()]), Vec::<String>::new());
    }

    #[test]
    fn a_watch_that_misses_repeats_or_swaps_is_found() {
        for spoil in [
            |events: &mut Vec<(u64, Told)>| drop(events.remove(1)),
            |events: &mut Vec<(u64, Told)>| events.insert(1, events[1].clone()),
            |events: &mut Vec<(u64, Told)>| events.swap(0, 1),
            |events: &mut Vec<(u64, Told)>| drop(events.pop()),
        ] {
            let mut spoiled = watched();
            spoil(&mut spoiled.events);
            assert_ne!(verdict(&Records::default(), &[spoiled.clone()]), Vec::<String>::new());
            assert_ne!(verdict(&Records::default(), &[watched(), spoiled]), Vec::<String>::new());
        }
    }

    #[test]
    fn stale_and_wrong_reads_are_found() {
        let stale = read(3, 2, Some(version("1", 2, 2, 1)));
        assert_eq!(verdict(&stale, &[watched()]).len(), 1);
        let wrong = read(0, 3, Some(version("1", 2, 2, 1)));
        assert_eq!(verdict(&wrong, &[watched()]).len(), 1);
        let gone = read(0, 3, None);
        assert_eq!(verdict(&gone, &[watched()]).len(), 1);
    }

    #[test]
    fn lost_writes_and_leases_that_end_early_are_found() {
        let records = Records::default();
        let key = Bytes::from_static(b"/together/a");
        let value = Bytes::from_static(b"other");
        records.written.lock().push(Written { revision: 3, keys: vec![key.clone()], value });
        assert_eq!(verdict(&records, &[watched()]).len(), 1);
        let records = Records::default();
        // It ends at 4 ms.
        records.leases.lock().push(Leased { key, ttl: 6000, alive: 1000, revoked: false });
        assert_eq!(verdict(&records, &[watched()]).len(), 1);
        records.leases.lock()[0].revoked = true;
        assert_eq!(verdict(&records, &[watched()]), Vec::<String>::new());
    }
}
