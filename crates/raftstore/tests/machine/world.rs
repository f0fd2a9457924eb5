//! A machine, where it keeps things, and the log it is told to apply.

use crate::chance::Chance;
use crate::model::{Keys, Model};
use bytes::Bytes;
use pintle_raftstore::disk::MemoryVolume;
use pintle_raftstore::files::MemoryFiles;
use pintle_raftstore::machine::{Bounds, Content, Machine, OpenError, Options, Position, ReadError};
use pintle_raftstore::state_machine::{Fatal, Refusal};
use pintle_wire::etcdserverpb::RangeRequest;
use std::sync::Arc;
use std::time::Duration;

/// So small that everything happens all the time.
pub(crate) const SMALL: Bounds = Bounds {
    recent_bytes: 3000,
    unwritten_bytes: 20_000,
    cached_bytes: 8000,
    write_after: Duration::from_millis(1),
    write_bytes: 1500,
};

/// A node without consensus.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) volume: MemoryVolume,
    pub(crate) files: MemoryFiles,
    pub(crate) log: Vec<(Position, Content)>,
    /// The model after each entry.
    pub(crate) models: Vec<Model>,
    pub(crate) needed: Option<u64>,
}

impl World {
    pub(crate) fn new() -> World {
        World {
            volume: MemoryVolume::new(),
            files: MemoryFiles::new(),
            log: Vec::new(),
            models: Vec::new(),
            needed: None,
        }
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            volume: Arc::new(self.volume.clone()),
            snapshots: Arc::new(self.files.clone()),
            needed: self.needed,
            bounds: SMALL,
        }
    }

    pub(crate) fn open(&self) -> Result<Machine, OpenError> {
        Machine::open(self.options())
    }

    pub(crate) fn model(&self) -> Model {
        self.models.last().cloned().unwrap_or_else(Model::new)
    }

    /// Adds a command to the log.
    pub(crate) fn log(&mut self, model: Model, command: Bytes) {
        self.push(model, Content::Command(command));
    }

    fn push(&mut self, model: Model, content: Content) {
        let index = self.log.len() as u64;
        self.log.push((Position { term: 1 + index / 50, index }, content));
        self.models.push(model);
    }

    /// Adds entries of all kinds.
    pub(crate) fn grow(&mut self, chance: &mut Chance, entries: u64) {
        for _ in 0..entries {
            let mut model = self.model();
            match chance.below(20) {
                0 => self.push(model, Content::Blank),
                1 => {
                    let membership = Bytes::from(format!("members {}", chance.next()));
                    self.push(model, Content::Membership(membership));
                }
                _ => {
                    let command = model.any(chance);
                    self.push(model, Content::Command(command));
                }
            }
        }
    }

    /// Applies what the machine has not.
    pub(crate) fn catch_up(&self, machine: &Machine, chance: &mut Chance) -> Result<(), Fatal> {
        let mut next = machine.applied().map_or(0, |applied| applied.index + 1) as usize;
        while next < self.log.len() {
            let end = (next + 1 + chance.below(8) as usize).min(self.log.len());
            let replies = machine.apply(self.log[next..end].to_vec())?;
            assert_eq!(replies.len(), end - next);
            next = end;
        }
        Ok(())
    }

    /// Everything that can be read is what it should be after the entry that was applied last.
    pub(crate) fn check(&self, machine: &Machine, context: &str) {
        let Some(applied) = machine.applied() else {
            assert_eq!(machine.revision(), 1, "{context}");
            return;
        };
        let model = &self.models[applied.index as usize];
        assert_eq!(machine.revision(), model.revision(), "{context}");
        assert_eq!(machine.compacted(), model.compacted, "{context}");
        assert_eq!(machine.leases(), model.leases.clone().into_iter().collect::<Vec<_>>(), "{context}");
        for id in model.leases.keys() {
            let keys: Vec<Bytes> =
                model.now().values().filter(|kv| kv.lease == *id).map(|kv| kv.key.clone()).collect();
            assert_eq!(machine.lease(*id).unwrap().keys.into_iter().collect::<Vec<_>>(), keys, "{context}");
        }
        let membership = self.log[..=applied.index as usize].iter().rev().find_map(|(position, content)| {
            if let Content::Membership(bytes) = content { Some((*position, bytes.clone())) } else { None }
        });
        assert_eq!(machine.membership(), membership, "{context}");
        for revision in 1..=model.revision() {
            match everything(machine, revision) {
                Ok(keys) => assert_eq!(keys, *model.revisions[revision as usize], "{context}, at {revision}"),
                Err(ReadError::Refusal(Refusal::Compacted)) => {
                    assert!(revision < model.compacted, "{context}");
                }
                Err(other) => panic!("{context}, at {revision}: {other}"),
            }
            assert_eq!(everything(machine, revision).is_err(), revision < model.compacted, "{context}");
        }
    }
}

/// All keys at a revision; 0 is now.
pub(crate) fn everything(machine: &Machine, revision: u64) -> Result<Keys, ReadError> {
    let zero = Bytes::from_static(&[0]);
    let request = RangeRequest {
        key: zero.clone(),
        range_end: zero,
        revision: revision as i64,
        ..RangeRequest::default()
    };
    Ok(machine.range(&request)?.kvs.into_iter().map(|kv| (kv.key.clone(), kv)).collect())
}
