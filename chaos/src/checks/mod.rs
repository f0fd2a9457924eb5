//! Which promises were broken.
//!
//! ```text
//! linearizable   one order explains every call          resolve    what a watch knows of calls of unknown fate
//! promises       calls against what a watch told        readings   reads against what was so at their revision
//! leases         what lives on leases                       gaps       watches that are late
//! ```

mod gaps;
mod leases;
mod readings;
mod resolve;

pub use gaps::{Step, gaps};
pub use leases::{Held, leases};
pub use readings::{Reading, readings};
pub use resolve::resolve;

use crate::history::{Asked, Became, Call};
use crate::keys::{PREFIX, name, value_of};
use crate::model::operations;
use crate::told::{Telling, Told};
use bytes::Bytes;
use pintle_storage::{Error, KeyRange, RangeRequest, Revision, Storage};
use porcupine_rs::{CheckResult, check_operations_timeout};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

/// How long the checker may think about a history.
const THINK_MAX: Duration = Duration::from_secs(300);

/// What is there when all is over.
#[derive(Debug)]
pub struct End {
    /// Of the last write that is still there.
    pub revision: Revision,
    /// By key; `None` for a value that no history writes.
    pub values: BTreeMap<Bytes, Option<u64>>,
}

/// Reads everything, and goes on asking while there is nobody who answers.
///
/// # Errors
/// What asking again would not change.
pub async fn what_is_there(storage: &impl Storage) -> Result<End, Error> {
    let found = loop {
        match storage.range(RangeRequest::new(KeyRange::prefix(PREFIX))).await {
            Ok(found) => break found,
            Err(error) if error.may_retry() => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(error) => return Err(error),
        }
    };
    let last = found.kvs.iter().map(|kv| kv.mod_revision).max().unwrap_or(Revision::FIRST);
    let values = found.kvs.iter().map(|kv| (kv.key.clone(), value_of(kv))).collect();
    Ok(End { revision: last, values })
}

/// Every broken promise, in words: [`linearizable`] and [`promises`].
pub fn violations(calls: &[Call], told: &Told, end: &End) -> Vec<String> {
    let mut broken = Vec::new();
    broken.extend(linearizable(calls));
    broken.extend(promises(calls, told, end));
    broken
}

/// Whether there is no order in which all calls make sense, in words. With many calls of unknown fate,
/// [`resolve`] them first.
pub fn linearizable(calls: &[Call]) -> Option<String> {
    match check_operations_timeout(&operations(calls), THINK_MAX) {
        CheckResult::Ok => None,
        CheckResult::Illegal => Some("the history is not linearizable".to_owned()),
        CheckResult::Unknown => Some("the history is too long to tell whether it is linearizable".to_owned()),
    }
}

/// Every promise of a watch that `told` breaks: all that was acknowledged, nothing else, once, in order.
pub fn promises(calls: &[Call], told: &Told, end: &End) -> Vec<String> {
    let mut broken = Vec::new();
    order(&told.events, &mut broken);
    one_after_the_other(calls, &mut broken);
    acknowledged(calls, &told.events, &mut broken);
    invented(calls, &told.events, &mut broken);
    last(&told.events, end, &mut broken);
    broken
}

/// Revisions only rise; each change is told once.
fn order(events: &[Telling], broken: &mut Vec<String>) {
    for pair in events.windows(2) {
        if pair[0].revision >= pair[1].revision {
            broken.push(format!("the watch told {:?} after {:?}", pair[1], pair[0]));
        }
    }
}

/// A write that began when another was acknowledged has a higher revision, whatever their keys.
fn one_after_the_other(calls: &[Call], broken: &mut Vec<String>) {
    let written = |call: &Call| match call.became {
        Became::Written(revision) => Some((call.begun, call.ended, revision)),
        _ => None,
    };
    let mut by_end: Vec<_> = calls.iter().filter_map(written).collect();
    let mut by_begin = by_end.clone();
    by_end.sort_unstable_by_key(|(_, ended, _)| *ended);
    by_begin.sort_unstable_by_key(|(begun, ..)| *begun);
    let (mut before, mut highest) = (by_end.into_iter().peekable(), Revision::ZERO);
    for (begun, _, revision) in by_begin {
        while let Some((.., known)) = before.next_if(|(_, ended, _)| *ended < begun) {
            highest = highest.max(known);
        }
        if revision <= highest {
            broken.push(format!(
                "{revision:?} was given to a write that began after {highest:?} was acknowledged"
            ));
        }
    }
}

/// Every acknowledged write is told, as it was acknowledged.
fn acknowledged(calls: &[Call], events: &[Telling], broken: &mut Vec<String>) {
    let told: BTreeMap<Revision, &Telling> = events.iter().map(|event| (event.revision, event)).collect();
    for call in calls {
        let Became::Written(revision) = call.became else { continue };
        let value = match call.asked {
            Asked::Put(value) | Asked::Swap { to: value, .. } => Some(value),
            Asked::Delete | Asked::Get => None,
        };
        let expected = Telling { revision, key: name(call.key), value };
        match told.get(&revision) {
            Some(found) if **found == expected => {}
            Some(found) => broken.push(format!("{expected:?} was acknowledged, the watch told {found:?}")),
            None => broken.push(format!("{expected:?} was acknowledged and never told")),
        }
    }
}

/// Nothing is told that nobody wrote.
fn invented(calls: &[Call], events: &[Telling], broken: &mut Vec<String>) {
    let written = calls.iter().filter(|call| matches!(call.became, Became::Written(_) | Became::Unknown));
    let values: HashSet<(Bytes, u64)> = written
        .filter_map(|call| match call.asked {
            Asked::Put(value) | Asked::Swap { to: value, .. } => Some((name(call.key), value)),
            Asked::Delete | Asked::Get => None,
        })
        .collect();
    for event in events {
        if let Some(value) = event.value
            && !values.contains(&(event.key.clone(), value))
        {
            broken
                .push(format!("the watch told {event:?}, which nobody wrote or everybody was told was not"));
        }
    }
}

/// What was told last of each key is what is there.
fn last(events: &[Telling], end: &End, broken: &mut Vec<String>) {
    let mut values: BTreeMap<Bytes, Option<u64>> = BTreeMap::new();
    for event in events {
        match event.value {
            Some(value) => drop(values.insert(event.key.clone(), Some(value))),
            None => drop(values.remove(&event.key)),
        }
    }
    if values != end.values {
        broken.push(format!("the watch ends with {values:?}, storage has {:?}", end.values));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(client: u32, key: u32, value: u64, revision: u64, begun: i64) -> Call {
        let became = Became::Written(Revision::new(revision));
        Call { client, key, asked: Asked::Put(value), became, begun, ended: begun + 1 }
    }

    fn telling(key: u32, value: Option<u64>, revision: u64) -> Telling {
        Telling { revision: Revision::new(revision), key: name(key), value }
    }

    fn broken(calls: &[Call], events: &[Telling], left: &[(u32, u64)]) -> Vec<String> {
        let values = left.iter().map(|(key, value)| (name(*key), Some(*value))).collect();
        let end = End { revision: Revision::new(9), values };
        promises(calls, &Told { events: events.to_vec(), begun: 1 }, &end)
    }

    #[test]
    fn a_watch_that_tells_everything_once_in_order_breaks_nothing() {
        let unknown = Call { became: Became::Unknown, ..written(1, 1, 2, 0, 0) };
        let calls = [written(0, 0, 1, 2, 0), unknown, written(0, 0, 3, 4, 4)];
        let events = [telling(0, Some(1), 2), telling(1, Some(2), 3), telling(0, Some(3), 4)];
        assert_eq!(broken(&calls, &events, &[(0, 3), (1, 2)]), [] as [&str; 0]);
    }

    #[test]
    fn a_watch_that_misses_doubles_swaps_or_invents_is_found() {
        let calls = [written(0, 0, 1, 2, 0), written(0, 1, 2, 3, 2)];
        let (one, two) = (telling(0, Some(1), 2), telling(1, Some(2), 3));
        let is_found = |events: &[Telling], left: &[(u32, u64)], words: &str| {
            let broken = broken(&calls, events, left);
            assert!(broken.iter().any(|broken| broken.contains(words)), "{words}: {broken:?}");
        };
        let both = [(0, 1), (1, 2)];
        is_found(std::slice::from_ref(&two), &both, "never told");
        is_found(&[one.clone(), one.clone(), two.clone()], &both, "after");
        is_found(&[two.clone(), one.clone()], &both, "after");
        is_found(&[one.clone(), two.clone(), telling(0, Some(7), 4)], &both, "nobody wrote");
        is_found(&[telling(0, Some(2), 2), two.clone()], &both, "the watch told");
        is_found(&[one, two], &[(0, 1)], "storage has");
    }

    #[test]
    fn an_acknowledged_write_that_is_not_there_at_the_end_is_found() {
        let calls = [written(0, 0, 1, 2, 0)];
        let broken = broken(&calls, &[telling(0, Some(1), 2)], &[]);
        assert!(broken[0].contains("storage has {}"), "{broken:?}");
    }

    #[test]
    fn revisions_that_go_back_in_time_are_found_across_keys() {
        let calls = [written(0, 0, 1, 3, 0), written(1, 1, 2, 2, 5)];
        let events = [telling(1, Some(2), 2), telling(0, Some(1), 3)];
        assert_eq!(broken(&calls, &events, &[(0, 1), (1, 2)]).len(), 1);
        assert!(linearizable(&calls).is_none(), "each key by itself is fine");
    }
}
