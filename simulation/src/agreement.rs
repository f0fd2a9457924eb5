//! What must be the same on all nodes at any time: who leads in a term, and what an entry has made of the state.

use crate::network::Address;
use pintle_raftstore::node::Node;
use std::collections::BTreeMap;

/// What nodes were seen to be.
#[derive(Debug, Default)]
pub(crate) struct Agreement {
    leaders: BTreeMap<u64, u64>,
    applied: BTreeMap<u64, State>,
    /// What each node was last seen at, so that nothing is looked at twice.
    last: BTreeMap<Address, u64>,
}

/// What is true behind an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    term: u64,
    revision: u64,
    compacted: u64,
    hash: Option<u32>,
    leases: Vec<(i64, i64)>,
}

impl Agreement {
    /// Looks at a node; says what does not fit. Hashing takes as long as there is state: not every time.
    pub(crate) fn look(&mut self, address: Address, node: &Node, hash: bool) -> Option<String> {
        let (standing, id) = (node.standing(), node.identity().member);
        if standing.leads {
            let known = *self.leaders.entry(standing.term).or_insert(id);
            if known != id {
                return Some(format!("two leaders in term {}: {known:x} and {id:x}", standing.term));
            }
        }
        let machine = node.machine();
        let applied = machine.applied()?;
        if self.last.insert(address, applied.index) == Some(applied.index) && !hash {
            return None;
        }
        let state = State {
            term: applied.term,
            revision: machine.revision(),
            compacted: machine.compacted(),
            hash: if hash { node.hash_kv(0).ok().map(|hash| hash.hash) } else { None },
            leases: machine.leases(),
        };
        let known = self.applied.entry(applied.index).or_insert_with(|| state.clone());
        let fits = State { hash: known.hash, ..state.clone() } == *known;
        let hashes = known.hash.is_none() || state.hash.is_none() || known.hash == state.hash;
        if !fits || !hashes {
            return Some(format!(
                "behind entry {} node {address} has {state:?}, another had {known:?}",
                applied.index
            ));
        }
        known.hash = known.hash.or(state.hash);
        None
    }

    /// The node has another disk now, or another process.
    pub(crate) fn forget(&mut self, address: Address) {
        self.last.remove(&address);
    }
}
