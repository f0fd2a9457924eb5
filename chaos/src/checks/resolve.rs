//! Writes of unknown fate, as far as a watch knows more: what was told has happened before it was told, and what was
//! never told has not happened. Without that, no checker could think through the hundreds of them that kills leave
//! behind: each may come true at any later moment.

use crate::history::{Asked, Became, Call};
use crate::keys::name;
use crate::told::Telling;
use bytes::Bytes;
use pintle_storage::Revision;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The calls, with those of unknown fate that were told as what they became, and without those that were not.
/// `told` has, for each event of a watch of everything, the moment on the history's clock at which it was told.
///
/// That the watch is complete is checked elsewhere: if it is not, this may only make a history worse.
pub fn resolve(calls: &[Call], told: &[(Telling, i64)]) -> Vec<Call> {
    let puts: HashMap<(&Bytes, u64), (Revision, i64)> = told
        .iter()
        .filter_map(|(telling, at)| Some(((&telling.key, telling.value?), (telling.revision, *at))))
        .collect();
    let mut resolved: Vec<Call> = calls.iter().filter_map(|call| known(call, &puts)).collect();
    resolved.extend(deletions(calls, told));
    resolved
}

fn known(call: &Call, puts: &HashMap<(&Bytes, u64), (Revision, i64)>) -> Option<Call> {
    if call.became != Became::Unknown {
        return Some(*call);
    }
    let (Asked::Put(value) | Asked::Swap { to: value, .. }) = call.asked else { return None };
    let (revision, at) = *puts.get(&(&name(call.key), value))?;
    Some(Call { became: Became::Written(revision), ended: at, ..*call })
}

/// A deletion does not say whose it was. Each that nobody was told of is one of those of unknown fate; it began no
/// earlier than the first of them.
fn deletions(calls: &[Call], told: &[(Telling, i64)]) -> Vec<Call> {
    let is_deletion = |call: &&Call| call.asked == Asked::Delete;
    let acknowledged: BTreeSet<Revision> = calls
        .iter()
        .filter(is_deletion)
        .filter_map(|call| if let Became::Written(revision) = call.became { Some(revision) } else { None })
        .collect();
    let mut first: BTreeMap<Bytes, &Call> = BTreeMap::new();
    for call in calls.iter().filter(is_deletion).filter(|call| call.became == Became::Unknown) {
        let earliest = first.entry(name(call.key)).or_insert(call);
        if call.begun < earliest.begun {
            *earliest = call;
        }
    }
    let unclaimed =
        |(telling, _): &&(Telling, i64)| telling.value.is_none() && !acknowledged.contains(&telling.revision);
    told.iter()
        .filter(unclaimed)
        .filter_map(|(telling, at)| {
            let call = **first.get(&telling.key)?;
            Some(Call { became: Became::Written(telling.revision), ended: *at, ..call })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::linearizable;

    fn is_linearizable(calls: &[Call]) -> bool {
        linearizable(calls).is_none()
    }

    fn call(asked: Asked, became: Became, begun: i64, ended: i64) -> Call {
        Call { client: 0, key: 0, asked, became, begun, ended }
    }

    fn telling(revision: u64, value: Option<u64>, at: i64) -> (Telling, i64) {
        (Telling { revision: Revision::new(revision), key: name(0), value }, at)
    }

    #[test]
    fn what_was_told_has_happened_by_then_and_what_was_not_has_not() {
        let unknown = [
            call(Asked::Put(1), Became::Unknown, 0, i64::MAX),
            call(Asked::Put(2), Became::Unknown, 1, i64::MAX),
            call(Asked::Delete, Became::Unknown, 2, i64::MAX),
        ];
        let told = [telling(2, Some(1), 5), telling(3, None, 9)];
        let written = |revision| Became::Written(Revision::new(revision));
        let resolved = resolve(&unknown, &told);
        assert_eq!(resolved.len(), 2);
        assert_eq!((resolved[0].became, resolved[0].ended), (written(2), 5));
        assert_eq!((resolved[1].asked, resolved[1].became), (Asked::Delete, written(3)));
        assert_eq!((resolved[1].begun, resolved[1].ended), (2, 9));
    }

    #[test]
    fn a_read_that_misses_what_was_told_before_it_is_found() {
        let unknown = call(Asked::Put(1), Became::Unknown, 0, i64::MAX);
        let read = |begun| call(Asked::Get, Became::Found(None), begun, begun + 1);
        let told = [telling(2, Some(1), 5)];
        assert!(is_linearizable(&resolve(&[unknown, read(3)], &told)));
        assert!(!is_linearizable(&resolve(&[unknown, read(6)], &told)));
        assert!(is_linearizable(&[unknown, read(6)]), "the checker alone can't know");
    }

    #[test]
    fn hundreds_of_unknown_fates_are_thought_through() {
        let mut calls: Vec<Call> =
            (1..500).map(|value| call(Asked::Put(value), Became::Unknown, value as i64, i64::MAX)).collect();
        calls.push(call(Asked::Get, Became::Found(Some(7)), 600, 601));
        let told = [telling(2, Some(7), 590)];
        assert!(is_linearizable(&resolve(&calls, &told)));
        calls.push(call(Asked::Get, Became::Found(None), 602, 603));
        assert!(!is_linearizable(&resolve(&calls, &told)));
    }
}
