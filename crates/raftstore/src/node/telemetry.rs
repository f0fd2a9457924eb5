//! What operators see of a node, under etcd's names where etcd has one, so that their dashboards and alerts go on
//! working. Numbers that a node knows anyway are read when somebody looks; only what would be lost is counted along the way.

use super::Node;
use crate::log::FSYNC_SECONDS;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use std::sync::atomic::{AtomicU64, Ordering};

/// Says what each number is. Once for a process.
pub fn describe() {
    describe_gauge!("etcd_server_has_leader", "Whether a leader is known and can be reached.");
    describe_gauge!("etcd_server_is_leader", "Whether this member leads.");
    describe_gauge!("etcd_server_is_learner", "Whether this member only learns.");
    describe_gauge!("etcd_server_id", "The member's id, as a label.");
    describe_gauge!("etcd_server_version", "The version of etcd's API that is served, as a label.");
    describe_counter!("etcd_server_leader_changes_seen_total", "Leaders that came after another.");
    describe_counter!(
        "etcd_server_proposals_committed_total",
        "The last entry of the log that a majority has."
    );
    describe_counter!("etcd_server_proposals_applied_total", "The last entry of the log that the state has.");
    describe_gauge!("etcd_server_proposals_pending", "Proposals under way.");
    describe_counter!(
        "etcd_server_proposals_failed_total",
        "Proposals that failed, or whose fate is not known."
    );
    describe_histogram!(FSYNC_SECONDS, "Seconds that a sync of the log took.");
    describe_gauge!("etcd_mvcc_db_total_size_in_bytes", "Bytes of the state on disk.");
    describe_gauge!("etcd_mvcc_db_total_size_in_use_in_bytes", "Bytes of that in use.");
    describe_gauge!("etcd_debugging_mvcc_current_revision", "The revision of the last write.");
    describe_gauge!("etcd_debugging_mvcc_compact_revision", "The revision below which nothing is known.");
    describe_gauge!("etcd_debugging_mvcc_watcher_total", "Watches.");
    describe_gauge!("etcd_debugging_lease_granted_total", "Leases there are.");
    describe_gauge!("pintle_storage_log_bytes", "Bytes of the log on disk.");
    describe_gauge!("pintle_storage_disk_full", "Whether writes are refused because the disk has no room.");
    describe_gauge!(
        "pintle_storage_snapshot_index",
        "The last entry of the log that the newest snapshot has."
    );
    describe_counter!(
        "pintle_storage_comparisons_total",
        "Times that this member compared its state with that of the others."
    );
    describe_gauge!(
        "pintle_storage_corrupt",
        "Whether the alarm CORRUPT is raised about a member, whose id is a label."
    );
    describe_counter!("pintle_storage_disks_set_aside_total", "Working states found damaged and made anew.");
}

/// What a node counts along the way.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) leaders: AtomicU64,
    pub(super) pending: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) comparisons: AtomicU64,
}

/// A proposal under way, as long as this is held.
#[derive(Debug)]
pub(super) struct Pending<'a>(&'a Counts);

impl Counts {
    pub(super) fn proposal(&self) -> Pending<'_> {
        self.pending.fetch_add(1, Ordering::Relaxed);
        Pending(self)
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Node {
    /// Hands the numbers of this moment to whoever collects them.
    #[expect(clippy::cast_precision_loss, reason = "metrics are floating-point numbers")]
    pub fn observe(&self) {
        let (machine, progress, standing) = (self.machine(), self.progress(), self.standing());
        let counts = &self.inner.counts;
        let number = |atomic: &AtomicU64| atomic.load(Ordering::Relaxed);
        let yes = |yes: bool| f64::from(u8::from(yes));
        gauge!("etcd_server_has_leader").set(yes(self.has_leader()));
        gauge!("etcd_server_is_leader").set(yes(standing.leads));
        gauge!("etcd_server_is_learner").set(yes(self.is_learner()));
        gauge!("etcd_server_id", "server_id" => format!("{:x}", self.identity().member)).set(1.0);
        gauge!("etcd_server_version", "server_version" => crate::embedded::ETCD_VERSION).set(1.0);
        counter!("etcd_server_leader_changes_seen_total").absolute(number(&counts.leaders));
        counter!("etcd_server_proposals_committed_total").absolute(progress.committed);
        counter!("etcd_server_proposals_applied_total").absolute(progress.applied);
        gauge!("etcd_server_proposals_pending").set(number(&counts.pending) as f64);
        counter!("etcd_server_proposals_failed_total").absolute(number(&counts.failed));
        let in_use = machine.size_in_use();
        gauge!("etcd_mvcc_db_total_size_in_bytes").set(machine.size().unwrap_or(in_use) as f64);
        gauge!("etcd_mvcc_db_total_size_in_use_in_bytes").set(in_use as f64);
        gauge!("etcd_debugging_mvcc_current_revision").set(self.revision() as f64);
        gauge!("etcd_debugging_mvcc_compact_revision").set(self.compacted() as f64);
        gauge!("etcd_debugging_mvcc_watcher_total").set(machine.watchers() as f64);
        gauge!("etcd_debugging_lease_granted_total").set(machine.leases().len() as f64);
        gauge!("pintle_storage_log_bytes").set(self.log_bytes() as f64);
        gauge!("pintle_storage_disk_full").set(yes(self.is_full()));
        counter!("pintle_storage_comparisons_total").absolute(number(&counts.comparisons));
        for member in self.inner.consensus.members() {
            let id = format!("{:x}", member.id);
            gauge!("pintle_storage_corrupt", "member" => id).set(yes(member.member.corrupt));
        }
        gauge!("pintle_storage_snapshot_index").set(progress.snapshot as f64);
        counter!("pintle_storage_disks_set_aside_total")
            .absolute(number(&machine.counters().disks_set_aside));
    }
}
