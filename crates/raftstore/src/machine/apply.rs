//! Applying entries, in the order of the log.

use super::shared::{Inner, Shared};
use super::{Content, Machine, Position, Reply};
use crate::records::{LeaseChange, Records};
use crate::revisions::Change;
use crate::state_machine::{Answer, Applied, Fatal};
use pintle_wire::pintle::command::Command;
use pintle_wire::pintle::command::command::Command as Body;
use prost::Message;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What a batch did so far.
#[derive(Default)]
struct Done {
    replies: Vec<Reply>,
    revisions: Vec<Arc<[Change]>>,
    compacted: bool,
}

impl Machine {
    /// Applies entries of the log, in their order, and answers in the same order what became of each. Everything is
    /// visible when this returns: to readers, and to watchers. Waits while too much is unwritten, so it is not for a
    /// thread that others need.
    ///
    /// # Errors
    /// [`Fatal`]: the node must stop. Nothing can be read, applied or watched afterwards.
    ///
    /// # Panics
    /// When an entry is not after all others: what keeps the log is broken then.
    pub fn apply(&self, batch: Vec<(Position, Content)>) -> Result<Vec<Reply>, Fatal> {
        let _one_at_a_time = self.applying.lock();
        if self.shared.is_stopped() {
            return Err(Fatal::Stopped);
        }
        let guard = Guard(&self.shared);
        let outcome = apply_all(&self.shared, batch);
        drop(guard);
        match outcome {
            Ok(done) => {
                if !done.revisions.is_empty() {
                    let revision = self.shared.inner.read().state.revision;
                    self.shared.feed.publish(&done.revisions, revision);
                }
                if done.compacted {
                    self.clearing.wake();
                }
                Ok(done.replies)
            }
            Err(fatal) => {
                self.shared.stop();
                Err(fatal)
            }
        }
    }
}

/// Stops the machine when applying panics: nobody is to see what is half changed.
struct Guard<'a>(&'a Shared);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

fn apply_all(shared: &Shared, batch: Vec<(Position, Content)>) -> Result<Done, Fatal> {
    let records = Arc::clone(&shared.inner.read().records);
    let mut done = Done { replies: Vec::with_capacity(batch.len()), ..Done::default() };
    shared.counters.applied_entries.fetch_add(batch.len() as u64, Ordering::Relaxed);
    for (position, content) in batch {
        records.wait_for_room()?;
        // Decoded before anybody has to wait.
        let command = match &content {
            Content::Command(bytes) => Some(Command::decode(bytes.clone())?),
            Content::Blank | Content::Membership(_) => None,
        };
        let mut inner = shared.inner.write();
        assert!(
            inner.applied.is_none_or(|applied| applied.index < position.index),
            "entry {position:?} was applied before"
        );
        inner.applied = Some(position);
        if let Content::Membership(bytes) = content {
            inner.membership = Some((position, bytes));
        }
        match command {
            Some(command) => apply_command(shared, &mut inner, &records, command, &mut done)?,
            None => {
                records.push(inner.facts(), None, None);
                done.replies.push(Reply::Nothing);
            }
        }
    }
    Ok(done)
}

fn apply_command(
    shared: &Shared,
    inner: &mut Inner,
    records: &Records,
    command: Command,
    done: &mut Done,
) -> Result<(), Fatal> {
    let is_compaction = matches!(command.command, Some(Body::Compact(_)));
    let revoked = match &command.command {
        Some(Body::LeaseRevoke(revoke)) => inner
            .state
            .leases
            .get(revoke.id)
            .map(|lease| LeaseChange::Revoked { id: revoke.id, ttl: lease.ttl }),
        _ => None,
    };
    let Applied { answer, changes } = inner.state.apply(records, command)?;
    let lease = match &answer {
        Ok(Answer::Lease { id, ttl }) => Some(LeaseChange::Granted { id: *id, ttl: *ttl }),
        _ => revoked,
    };
    done.compacted |= is_compaction && answer.is_ok();
    shared.counters.changes.fetch_add(changes.len() as u64, Ordering::Relaxed);
    let changes: Option<Arc<[Change]>> = (!changes.is_empty()).then(|| changes.into());
    // Before the state is unlocked: who finds a version in it finds its record.
    records.push(inner.facts(), changes.clone(), lease);
    done.revisions.extend(changes);
    done.replies.push(Reply::Applied { answer, revision: inner.state.revision });
    Ok(())
}
