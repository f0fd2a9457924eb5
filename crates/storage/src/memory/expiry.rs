//! The task that revokes leases when their time is up. Started by the first grant, stopped with the node. Writes
//! do not depend on it, they look for overdue leases themselves; watchers of a quiet node do.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::shared::Shared;

#[derive(Debug, Default)]
pub(super) struct Expiry {
    /// At most one task. Aborted when dropped.
    task: Mutex<JoinSet<()>>,
    granted: Arc<Notify>,
}

impl Expiry {
    /// A lease was granted, so the next deadline may be sooner than the one the task waits for.
    pub(super) fn lease_granted(&self, shared: &Arc<Shared>) {
        self.granted.notify_one();
        let mut task = self.task.lock();
        // A task that ended, ended with the runtime it was started in.
        while task.try_join_next().is_some() {}
        if task.is_empty() {
            task.spawn(revoke_when_due(Arc::clone(shared), Arc::clone(&self.granted)));
        }
    }
}

async fn revoke_when_due(shared: Arc<Shared>, granted: Arc<Notify>) {
    loop {
        let next = shared.state.read().leases.next_deadline();
        match next {
            None => granted.notified().await,
            Some(deadline) => tokio::select! {
                () = sleep_until(deadline) => shared.write(|_, _| ()),
                () = granted.notified() => {}
            },
        }
    }
}
