//! Makes the objects that a cluster begins with: namespaces, priority classes, flow control, RBAC policy,
//! APIServices, the address of the API itself. Those that are there already stay as they are, unless an earlier start ended
//! before they were finished.

use super::settings;
use crate::request::write;
use crate::server::Server;
use pintle_meta::{Object, Status, Str, Value};
use std::sync::Arc;
use std::time::Duration;

/// How long to wait after a failure, at first and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Resources whose objects are made again when somebody deletes them.
const KEPT: [&str; 3] = ["namespaces", "servicecidrs", "services"];
/// How often they are looked at.
const KEPT_EVERY: Duration = Duration::from_secs(60);

/// An object to make.
pub(super) struct Wanted {
    /// API group of its resource.
    pub(super) group: Str,
    /// Plural of its resource.
    pub(super) resource: Str,
    /// The object; what stands in `status` is written in a second step.
    pub(super) object: Value,
}

/// Makes everything, however often storage fails in between, then looks after what must never be missing.
pub(super) async fn run(server: Arc<Server>) {
    server.cache.wait_ready().await;
    let wanted = all(&server);
    for wanted in &wanted {
        insist(&server, wanted).await;
    }
    server.set_bootstrapped();
    tracing::debug!("the objects that every cluster has are there");
    loop {
        tokio::time::sleep(KEPT_EVERY).await;
        for wanted in wanted.iter().filter(|wanted| KEPT.contains(&wanted.resource.as_str())) {
            insist(&server, wanted).await;
        }
    }
}

/// Makes one object, again and again until storage answers.
async fn insist(server: &Arc<Server>, wanted: &Wanted) {
    let (mut wait, mut failed) = (RETRY.0, false);
    while let Err(status) = make(server, wanted).await {
        let (resource, name) = (&wanted.resource, wanted.object.name());
        // Another server does the same at the same time.
        let raced = status.code == 409;
        if status.code < 500 && status.code != 429 && !raced {
            tracing::error!(%resource, name, %status, "an object that every cluster has was refused");
            return;
        }
        // Once: that storage is away is said elsewhere, too.
        if raced || std::mem::replace(&mut failed, true) {
            tracing::debug!(%resource, name, %status, "an object that every cluster has could not be made yet");
        } else {
            tracing::warn!(%resource, name, %status, "an object that every cluster has could not be made yet");
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(RETRY.1);
    }
}

fn all(server: &Server) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = pintle_catalog::bootstrap()
        .into_iter()
        .map(|made| Wanted { group: made.group, resource: made.resource, object: made.object })
        .collect();
    wanted.extend(settings::objects(&server.config, server.sources.now()));
    wanted
}

/// Makes one object, in one write or two. Whoever ends between the two leaves an object without a status: who comes next
/// finishes it.
async fn make(server: &Arc<Server>, wanted: &Wanted) -> Result<(), Status> {
    let served = server.served();
    let Some(target) = served.preferred(&wanted.group, &wanted.resource) else {
        return Ok(());
    };
    let has_status = |object: &Value| object.get("status").is_some_and(|status| !status.is_empty());
    let mut object = match write::create_by_server(server, &target, wanted.object.clone()).await {
        Ok(created) => created,
        Err(status) if status.code == 409 && !has_status(&wanted.object) => return Ok(()),
        Err(status) if status.code == 409 => {
            match write::read_by_server(server, &target, &wanted.object).await? {
                Some(unfinished) if !has_status(&unfinished) => unfinished,
                // Deleted meanwhile, it is made the next time that somebody looks.
                _ => return Ok(()),
            }
        }
        Err(status) => return Err(status),
    };
    let Some(status) = wanted.object.get("status").filter(|status| !status.is_empty()) else { return Ok(()) };
    let Some(target) = target.with_subresource("status") else { return Ok(()) };
    if let Some(place) = object.place(&["status"]) {
        *place = status.clone();
    }
    write::update_by_server(server, &target, object).await.map(drop)
}

#[cfg(test)]
mod tests;
