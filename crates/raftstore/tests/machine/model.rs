//! What should be true: every revision as a whole map, and the commands that make them.

use crate::chance::Chance;
use bytes::Bytes;
use pintle_raftstore::revisions::Span;
use pintle_wire::etcdserverpb::request_op::Request;
use pintle_wire::etcdserverpb::{
    CompactionRequest, DeleteRangeRequest, LeaseGrantRequest, PutRequest, RequestOp, TxnRequest,
};
use pintle_wire::mvccpb::KeyValue;
use pintle_wire::pintle::command::command::Command as Body;
use pintle_wire::pintle::command::{Command, LeaseRevoke};
use prost::Message;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) const KEYS: u64 = 12;

/// All keys at one revision.
pub(crate) type Keys = BTreeMap<Bytes, KeyValue>;

/// Everything that ever was.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// By revision; those below 1 are empty.
    pub(crate) revisions: Vec<Arc<Keys>>,
    pub(crate) compacted: u64,
    pub(crate) leases: BTreeMap<i64, i64>,
}

/// A change as a watch tells it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) revision: u64,
    pub(crate) key: Bytes,
    /// `None` for a deletion.
    pub(crate) kv: Option<KeyValue>,
    pub(crate) prev: Option<KeyValue>,
}

/// What to do to a key.
#[derive(Clone, Debug)]
enum Step {
    Put(Bytes, Bytes, i64),
    Delete(Bytes, Bytes),
}

impl Model {
    pub(crate) fn new() -> Model {
        Model { revisions: vec![Arc::default(), Arc::default()], compacted: 0, leases: BTreeMap::new() }
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revisions.len() as u64 - 1
    }

    pub(crate) fn now(&self) -> &Keys {
        self.revisions.last().unwrap()
    }

    /// Some command, carried out here; its bytes are for the machine.
    pub(crate) fn any(&mut self, chance: &mut Chance) -> Bytes {
        match chance.below(40) {
            0 => self.compact(chance),
            1 | 2 => self.grant(chance.below(6) as i64 + 1, chance.below(100) as i64 + 1),
            3 => self.revoke(chance.below(6) as i64 + 1),
            _ => self.write(chance),
        }
    }

    pub(crate) fn put(&mut self, key: Bytes, value: Bytes) -> Bytes {
        self.carry_out(vec![Step::Put(key, value, 0)])
    }

    pub(crate) fn put_all(&mut self) -> Bytes {
        let steps = (0..KEYS).map(|n| Step::Put(key(n), Bytes::from_static(b"end"), 0));
        self.carry_out(steps.collect())
    }

    pub(crate) fn delete_all(&mut self) -> Bytes {
        self.carry_out(vec![Step::Delete(Bytes::from_static(b"k"), Bytes::from_static(b"l"))])
    }

    pub(crate) fn compact_at(&mut self, revision: u64) -> Bytes {
        if revision > self.compacted && revision <= self.revision() {
            self.compacted = revision;
        }
        encode(Body::Compact(CompactionRequest { revision: revision as i64, physical: false }))
    }

    fn compact(&mut self, chance: &mut Chance) -> Bytes {
        let revision = self.revision().saturating_sub(chance.below(12)).max(1);
        self.compact_at(revision)
    }

    fn grant(&mut self, id: i64, ttl: i64) -> Bytes {
        self.leases.entry(id).or_insert(ttl);
        encode(Body::LeaseGrant(LeaseGrantRequest { id, ttl }))
    }

    fn revoke(&mut self, id: i64) -> Bytes {
        if self.leases.remove(&id).is_some() {
            let gone: Vec<Bytes> =
                self.now().values().filter(|kv| kv.lease == id).map(|kv| kv.key.clone()).collect();
            if !gone.is_empty() {
                let mut keys = Keys::clone(self.now());
                gone.iter().for_each(|key| drop(keys.remove(key)));
                self.revisions.push(Arc::new(keys));
            }
        }
        encode(Body::LeaseRevoke(LeaseRevoke { id }))
    }

    fn write(&mut self, chance: &mut Chance) -> Bytes {
        let mut steps = Vec::new();
        let mut taken = BTreeSet::new();
        for _ in 0..1 + chance.below(3) {
            let name = key(chance.below(KEYS));
            if !taken.insert(name.clone()) {
                continue;
            }
            if chance.one_in(3) {
                let end = if chance.one_in(8) && taken.len() == 1 {
                    Bytes::from_static(b"k07")
                } else {
                    Bytes::new()
                };
                let is_range = !end.is_empty();
                steps.push(Step::Delete(name, end));
                if is_range {
                    break;
                }
            } else {
                let lease = self.leases.keys().nth(chance.below(8) as usize).copied().unwrap_or_default();
                let length = if chance.one_in(60) { 120_000 } else { chance.below(900) };
                let value = Bytes::from(vec![(chance.next() % 251) as u8; length as usize]);
                steps.push(Step::Put(name, value, lease));
            }
        }
        self.carry_out(steps)
    }

    fn carry_out(&mut self, steps: Vec<Step>) -> Bytes {
        let revision = self.revision() + 1;
        let (mut keys, mut changed) = (Keys::clone(self.now()), false);
        let mut operations = Vec::new();
        for step in steps {
            let request = match step {
                Step::Put(key, value, lease) => {
                    changed = true;
                    let before = keys.get(&key);
                    let kv = KeyValue {
                        key: key.clone(),
                        value: value.clone(),
                        lease,
                        mod_revision: revision as i64,
                        create_revision: before.map_or(revision as i64, |kv| kv.create_revision),
                        version: before.map_or(1, |kv| kv.version + 1),
                    };
                    keys.insert(key.clone(), kv);
                    Request::RequestPut(PutRequest { key, value, lease, ..PutRequest::default() })
                }
                Step::Delete(key, range_end) => {
                    let span = Span::of(&key, &range_end);
                    let before = keys.len();
                    keys.retain(|key, _| !span.contains(key));
                    changed |= keys.len() < before;
                    Request::RequestDeleteRange(DeleteRangeRequest { key, range_end, prev_kv: false })
                }
            };
            operations.push(RequestOp { request: Some(request) });
        }
        if changed {
            self.revisions.push(Arc::new(keys));
        }
        encode(Body::Txn(TxnRequest { success: operations, ..TxnRequest::default() }))
    }

    /// What a watch of `span` from `from` up to and including `to` tells.
    pub(crate) fn told(&self, span: &Span, from: u64, to: u64) -> Vec<Told> {
        let mut told = Vec::new();
        for revision in from.max(2)..=to {
            let (before, after) =
                (&self.revisions[revision as usize - 1], &self.revisions[revision as usize]);
            let keys: BTreeSet<&Bytes> = before.keys().chain(after.keys()).collect();
            for key in keys.into_iter().filter(|key| span.contains(key)) {
                let (kv, prev) = (after.get(key), before.get(key));
                let put = kv.filter(|kv| kv.mod_revision == revision as i64);
                if put.is_some() || (kv.is_none() && prev.is_some()) {
                    told.push(Told { revision, key: key.clone(), kv: kv.cloned(), prev: prev.cloned() });
                }
            }
        }
        told
    }
}

pub(crate) fn key(number: u64) -> Bytes {
    Bytes::from(format!("k{number:02}"))
}

fn encode(body: Body) -> Bytes {
    Command { command: Some(body) }.encode_to_vec().into()
}
