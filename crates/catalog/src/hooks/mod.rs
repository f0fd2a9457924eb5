//! The kinds' hooks, looked up here and nowhere else: a folder per group, a file per kind, small pure functions.
//!
//! A kind that no group's table names is served by data alone.

mod admissionregistration;
mod apiextensions;
mod apiregistration;
mod apiserverinternal;
mod apps;
mod autoscaling;
mod batch;
mod cells;
mod certificates;
mod coordination;
mod core;
mod discovery;
mod events;
mod flowcontrol;
mod image;
mod networking;
mod pod_features;
mod pod_template;
mod policy;
mod rbac;
mod resource;
mod scheduling;
mod shape;
mod storage;
mod storagemigration;

use pintle_schema::{Hooks, NoHooks};

/// The hooks of a kind; those that do nothing for kinds that are served by data alone.
pub fn of(group: &str, kind: &str) -> &'static dyn Hooks {
    let found = match group {
        "" => core::of(kind),
        "admissionregistration.k8s.io" => admissionregistration::of(kind),
        "apiextensions.k8s.io" => apiextensions::of(kind),
        "apiregistration.k8s.io" => apiregistration::of(kind),
        "apps" => apps::of(kind),
        "autoscaling" => autoscaling::of(kind),
        "batch" => batch::of(kind),
        "certificates.k8s.io" => certificates::of(kind),
        "coordination.k8s.io" => coordination::of(kind),
        "discovery.k8s.io" => discovery::of(kind),
        "events.k8s.io" => events::of(kind),
        "flowcontrol.apiserver.k8s.io" => flowcontrol::of(kind),
        "internal.apiserver.k8s.io" => apiserverinternal::of(kind),
        "networking.k8s.io" => networking::of(kind),
        "policy" => policy::of(kind),
        "rbac.authorization.k8s.io" => rbac::of(kind),
        "resource.k8s.io" => resource::of(kind),
        "scheduling.k8s.io" => scheduling::of(kind),
        "storage.k8s.io" => storage::of(kind),
        "storagemigration.k8s.io" => storagemigration::of(kind),
        _ => None,
    };
    found.unwrap_or(&NoHooks)
}
