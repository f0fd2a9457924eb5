//! The cluster version: what every member understands. It rises when the last member can, and nothing that needs a newer
//! one is proposed before. So members of two versions can run side by side, and an older one is never told what it does
//! not know.

use super::start::StartError;
use super::{Inner, NodeError, Result};
use pintle_storage::{Error, Reason};
use pintle_wire::pintle::command::ClusterVersion;
use pintle_wire::pintle::command::command::Command;
use std::sync::Arc;
use std::time::Duration;

pub use crate::state_machine::UNDERSTOOD;

/// How often a leader looks whether the version can rise.
const TICK: Duration = Duration::from_secs(1);

/// Refuses to start on what a newer version has agreed on.
///
/// # Errors
/// [`StartError::Outdated`].
pub(super) fn check(cluster: u32) -> std::result::Result<(), StartError> {
    if cluster > UNDERSTOOD { Err(StartError::Outdated { cluster, understood: UNDERSTOOD }) } else { Ok(()) }
}

/// Raises the cluster version, as long as this member leads, to what all members have said that they understand.
pub(super) async fn raise(inner: Arc<Inner>) {
    loop {
        tokio::time::sleep(TICK).await;
        if !inner.consensus.standing().leads {
            continue;
        }
        let understood = inner.consensus.members().into_iter().map(|member| member.member.understands);
        // This one may lead without having been the one that said so.
        let version = understood.min().unwrap_or_default().min(UNDERSTOOD);
        if version > inner.machine.cluster_version() {
            match inner.propose(Command::ClusterVersion(ClusterVersion { version })).await {
                Ok(_) => {
                    tracing::info!(version, "every member understands this cluster version: it is in use")
                }
                Err(error) => tracing::debug!(%error, version, "the cluster version is proposed again"),
            }
        }
    }
}

/// The cluster version from which on a command may be proposed.
fn needed(command: &Command) -> u32 {
    match command {
        Command::Txn(_)
        | Command::Compact(_)
        | Command::LeaseGrant(_)
        | Command::LeaseRevoke(_)
        | Command::ClusterVersion(_) => 0,
    }
}

impl Inner {
    /// Refuses a command that not every member understands.
    pub(super) fn check_capable(&self, command: &Command) -> Result<()> {
        if needed(command) > self.machine.cluster_version() {
            // etcd's words for the same.
            let why = Reason::Unavailable("etcdserver: not capable".into());
            return Err(NodeError::Storage(Error::NotApplied(why)));
        }
        Ok(())
    }
}
