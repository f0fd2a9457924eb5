//! What one key does, for the checker of linearizability: it has the value that was put last, or none.

use crate::history::{Asked, Became, Call};
use porcupine_rs::{Model, Operation};
use std::collections::BTreeMap;

/// A key with a value.
#[derive(Clone, Debug)]
pub struct Key;

impl Model for Key {
    type State = Option<u64>;
    type Op = Call;
    type Metadata = ();

    /// Each key by itself: what happens to one never depends on another.
    fn partition_operations(history: &[Operation<Key>]) -> Vec<Vec<Operation<Key>>> {
        let mut keys: BTreeMap<u32, Vec<Operation<Key>>> = BTreeMap::new();
        for operation in history {
            keys.entry(operation.op.key).or_default().push(operation.clone());
        }
        keys.into_values().collect()
    }

    fn init() -> Option<u64> {
        None
    }

    fn step(state: &Option<u64>, call: &Call) -> (bool, Option<u64>) {
        let matches = |from: Option<u64>| *state == from;
        match (call.asked, call.became) {
            (Asked::Get, Became::Found(found)) => (matches(found), *state),
            (Asked::Put(value), Became::Written(_) | Became::Unknown) => (true, Some(value)),
            (Asked::Swap { from, to }, Became::Written(_)) => (matches(from), Some(to)),
            (Asked::Swap { from, .. }, Became::Refused) => (!matches(from), *state),
            (Asked::Swap { from, to }, Became::Unknown) => {
                (true, if matches(from) { Some(to) } else { *state })
            }
            (Asked::Delete, Became::Written(_)) => (state.is_some(), None),
            (Asked::Delete, Became::Refused) => (state.is_none(), None),
            (Asked::Delete, Became::Unknown) => (true, None),
            // No call ends like this.
            _ => (false, *state),
        }
    }
}

/// The calls as the checker takes them.
pub fn operations(calls: &[Call]) -> Vec<Operation<Key>> {
    let operation = |call: &Call| Operation {
        client_id: Some(call.client),
        call_time: call.begun,
        return_time: call.ended,
        op: *call,
        metadata: None,
    };
    calls.iter().map(operation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_storage::Revision;
    use porcupine_rs::check_operations;

    fn call(client: u32, asked: Asked, became: Became, begun: i64, ended: i64) -> Call {
        Call { client, key: 0, asked, became, begun, ended }
    }

    fn linearizable(calls: &[Call]) -> bool {
        check_operations(&operations(calls))
    }

    #[test]
    fn a_stale_read_is_found() {
        let written = Became::Written(Revision::new(2));
        let first = call(0, Asked::Put(1), written, 0, 1);
        let second = call(0, Asked::Put(2), written, 2, 3);
        let read = |found, begun, ended| call(1, Asked::Get, Became::Found(Some(found)), begun, ended);
        assert!(linearizable(&[first, second, read(2, 4, 5)]));
        assert!(!linearizable(&[first, second, read(1, 4, 5)]));
        assert!(linearizable(&[first, second, read(1, 1, 5)]), "it began before");
    }

    #[test]
    fn a_lost_write_is_found_and_one_of_unknown_fate_may_come_or_not() {
        let written = Became::Written(Revision::new(2));
        let none = call(1, Asked::Get, Became::Found(None), 2, 3);
        let some = call(1, Asked::Get, Became::Found(Some(1)), 4, 5);
        assert!(!linearizable(&[call(0, Asked::Put(1), written, 0, 1), none]));
        let unknown = call(0, Asked::Put(1), Became::Unknown, 0, i64::MAX);
        assert!(linearizable(&[unknown, none]));
        assert!(linearizable(&[unknown, none, some]));
        let gone = call(1, Asked::Get, Became::Found(None), 6, 7);
        assert!(!linearizable(&[unknown, none, some, gone]), "it was seen and is gone");
    }
}
