//! Which promises were broken.

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

/// Every broken promise, in words.
pub fn violations(calls: &[Call], told: &Told, end: &End) -> Vec<String> {
    let mut broken = Vec::new();
    match check_operations_timeout(&operations(calls), THINK_MAX) {
        CheckResult::Ok => {}
        CheckResult::Illegal => broken.push("the history is not linearizable".to_owned()),
        CheckResult::Unknown => {
            broken.push("the history is too long to tell whether it is linearizable".to_owned())
        }
    }
    order(&told.events, &mut broken);
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
