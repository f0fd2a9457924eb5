//! What runs beside requests, from start to stop: the objects a cluster begins with, a look at storage now and then,
//! and the end of its history. Every loop here has an owner and ends when told. Objects are written only through the
//! pipeline that requests use.

mod bootstrap;
mod compaction;
mod settings;
mod storage_health;

use crate::server::Server;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts all loops.
pub(crate) fn start(server: &Arc<Server>, tasks: &TaskTracker, stop: &CancellationToken) {
    let (of, until) = (Arc::clone(server), stop.clone());
    tasks.spawn(async move { until.run_until_cancelled(bootstrap::run(of)).await });
    let (of, until) = (Arc::clone(server), stop.clone());
    tasks.spawn(async move { until.run_until_cancelled(storage_health::run(of)).await });
    let (of, until) = (Arc::clone(server), stop.clone());
    tasks.spawn(async move { until.run_until_cancelled(compaction::run(of)).await });
}
