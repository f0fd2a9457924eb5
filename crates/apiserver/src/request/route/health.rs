//! `/healthz`, `/livez`, `/readyz`: whether the server lives, and whether it should get traffic.
//!
//! Each is a list of named checks; `?verbose` shows them all, `?exclude=` leaves some out, a path below asks for
//! one. What failed is told, why only the log knows.

use super::not_found;
use crate::request::authorize::Authorized;
use crate::request::receive::Query;
use crate::request::reply::{self, Response};
use crate::server::Server;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A named check.
struct Check {
    name: &'static str,
    /// Which of `healthz`, `livez`, `readyz` include it.
    paths: &'static [&'static str],
    holds: fn(&Server) -> bool,
}

const EVERYWHERE: &[&str] = &["healthz", "livez", "readyz"];

/// All checks, in the order in which they are shown. As in kube-apiserver, what watches `livez` learns of storage too.
const CHECKS: [Check; 7] = [
    Check { name: "ping", paths: EVERYWHERE, holds: |_| true },
    Check { name: "log", paths: EVERYWHERE, holds: |_| true },
    Check { name: "etcd", paths: EVERYWHERE, holds: |server| server.storage_is_healthy() },
    Check { name: "etcd-readiness", paths: &["readyz"], holds: |server| server.storage_is_ready() },
    Check { name: "informer-sync", paths: &["readyz"], holds: |server| server.cache.is_ready() },
    Check {
        name: "poststarthook/bootstrap-objects",
        paths: EVERYWHERE,
        holds: |server| server.is_bootstrapped(),
    },
    Check { name: "shutdown", paths: &["readyz"], holds: |server| !server.stopping.announced.is_cancelled() },
];

/// Answers a health path.
pub(super) fn answer(server: &Server, request: &Authorized) -> Response {
    let path = request.received.info.path.as_str();
    let Some((kind, rest)) = EVERYWHERE.iter().find_map(|kind| Some((*kind, path[1..].strip_prefix(kind)?)))
    else {
        return not_found();
    };
    let mut checks = CHECKS.iter().filter(|check| check.paths.contains(&kind));
    match rest.strip_prefix('/') {
        None if rest.is_empty() => all(server, kind, checks, &request.received.query),
        None => not_found(),
        Some(name) => match checks.find(|check| check.name == name) {
            Some(check) if (check.holds)(server) => reply::text(200, "ok"),
            Some(check) => reply::text(500, format!("internal server error: {} failed\n", check.name)),
            None => not_found(),
        },
    }
}

/// The paths of all checks, for the index.
pub(super) fn paths() -> impl Iterator<Item = String> {
    EVERYWHERE.iter().flat_map(|kind| {
        let checks = CHECKS.iter().filter(|check| check.paths.contains(kind));
        std::iter::once(format!("/{kind}")).chain(checks.map(move |check| format!("/{kind}/{}", check.name)))
    })
}

fn all<'a>(server: &Server, kind: &str, checks: impl Iterator<Item = &'a Check>, query: &Query) -> Response {
    let mut excluded: BTreeSet<&str> = query.all("exclude").collect();
    let (mut told, mut failed) = (String::new(), false);
    for check in checks {
        let name = check.name;
        let line = if excluded.remove(name) {
            format!("[+]{name} excluded: ok")
        } else if (check.holds)(server) {
            format!("[+]{name} ok")
        } else {
            failed = true;
            tracing::warn!(check = name, path = kind, "a health check failed");
            format!("[-]{name} failed: reason withheld")
        };
        let _ = writeln!(told, "{line}");
    }
    if !excluded.is_empty() {
        let names: Vec<String> = excluded.iter().map(|name| pintle_meta::field::go_quote(name)).collect();
        let _ = writeln!(
            told,
            "warn: some health checks cannot be excluded: no matches for {}",
            names.join(", ")
        );
    }
    if failed {
        return reply::text(500, format!("{told}{kind} check failed\n"));
    }
    match query.first("verbose") {
        Some(_) => reply::text(200, format!("{told}{kind} check passed\n")),
        None => reply::text(200, "ok"),
    }
}
