//! Hooks of the apps group.

mod controller_revision;
mod daemon_set;
mod deployment;
mod replica_set;
mod stateful_set;

use pintle_schema::Hooks;

/// The hooks of a kind of this group that has any.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    Some(match kind {
        "ControllerRevision" => &controller_revision::ControllerRevision,
        "DaemonSet" => &daemon_set::DaemonSet,
        "Deployment" => &deployment::Deployment,
        "ReplicaSet" => &replica_set::ReplicaSet,
        "StatefulSet" => &stateful_set::StatefulSet,
        _ => return None,
    })
}
