//! Ownership after a write that is no apply: who changed a field owns it, who had it before does not any more.

use super::managers::{Manager, Managers, Owned, Said};
use super::{Comparison, FieldSet};
use crate::object_meta::set_meta;
use crate::types::Struct;
use pintle_meta::{ObjectMut, Str, Value};
use std::sync::Arc;

/// The most managers that update; the oldest are merged beyond it.
const UPDATERS_MAX: usize = 10;
/// What the merged oldest are called.
const ANCIENT: &str = "ancient-changes";
/// Members that nobody owns.
const UNOWNED: [&str; 12] = [
    "apiVersion",
    "kind",
    "metadata",
    "metadata.name",
    "metadata.namespace",
    "metadata.creationTimestamp",
    "metadata.selfLink",
    "metadata.uid",
    "metadata.clusterName",
    "metadata.generation",
    "metadata.managedFields",
    "metadata.resourceVersion",
];

/// A write, as far as ownership is concerned.
#[derive(Debug)]
pub struct Update<'a> {
    /// The type of both documents.
    pub schema: &'a Arc<Struct>,
    /// Group and version of both documents.
    pub api_version: &'a str,
    /// Who writes.
    pub manager: &'a str,
    /// The subresource written through, or "".
    pub subresource: &'a str,
    /// Members whose change does not count, for a write cannot change them.
    pub ignored: &'a FieldSet,
    /// The present time, as metadata holds it.
    pub now: &'a str,
}

/// Both documents in another version, with their type.
pub type Versioned = (Arc<Struct>, Value, Value);

/// Sets `object`'s managed fields as they are after it replaced `live` (a zero document when it is new). `versioned`
/// gives both documents in a version that other managers write in; without it those managers are forgotten.
///
/// When ownership can't be worked out, `live`'s managed fields are kept, as in the reference.
pub fn update(
    write: &Update<'_>,
    live: &Value,
    object: &mut Value,
    versioned: impl FnMut(&str) -> Option<Versioned>,
) {
    // Through a subresource nobody sets managed fields.
    let said = if write.subresource.is_empty() { Managers::said_by(object) } else { Said::Nothing };
    let managers = match said {
        Said::These(managers) => managers,
        Said::Reset => Managers::default(),
        Said::Nothing => Managers::of(live),
    };
    object.remove_meta("managedFields");
    let after = match updated(write, managers, live, object, versioned) {
        Some(managers) => managers.to_document(),
        None => pintle_meta::Object::metadata(live).and_then(|meta| meta.get("managedFields")).cloned(),
    };
    if let Some(document) = after {
        set_meta(write.schema, object, "managedFields", document);
    }
}

fn updated(
    write: &Update<'_>,
    mut managers: Managers,
    live: &Value,
    object: &Value,
    mut versioned: impl FnMut(&str) -> Option<Versioned>,
) -> Option<Managers> {
    let own = Comparison::of(write.schema, live, object).ok()?.without(write.ignored);
    let mut others: Vec<(Str, Option<Comparison>)> = Vec::new();
    for (_, owned) in &managers.0 {
        let known = owned.api_version == write.api_version
            || others.iter().any(|(have, _)| *have == owned.api_version);
        if !known {
            let comparison = match versioned(&owned.api_version) {
                Some((ty, live, object)) => Some(Comparison::of(&ty, &live, &object).ok()?),
                None => None,
            };
            others.push((owned.api_version.clone(), comparison));
        }
    }
    managers.0.retain_mut(|(_, owned)| {
        let other = others.iter().find(|(version, _)| *version == owned.api_version).map(|(_, found)| found);
        let comparison = match other {
            None => &own,
            Some(Some(comparison)) => comparison,
            // Nobody knows the version any more.
            Some(None) => return false,
        };
        let fields = std::mem::take(&mut owned.fields);
        let fields = fields.difference(&comparison.modified).difference(&comparison.added);
        owned.fields = fields.difference(&comparison.removed);
        !owned.fields.is_empty()
    });
    take(write, &mut managers, own);
    cap(&mut managers);
    Some(managers)
}

/// Gives the writer what it changed.
fn take(write: &Update<'_>, managers: &mut Managers, changed: Comparison) {
    let taken = changed.modified.union(changed.added).without_below(write.ignored);
    let taken = taken.difference(&FieldSet::of_names(UNOWNED));
    if taken.is_empty() {
        return;
    }
    let name = if write.manager.is_empty() { "unknown" } else { write.manager };
    let manager = Manager {
        name: name.into(),
        applies: false,
        api_version: write.api_version.into(),
        subresource: write.subresource.into(),
    };
    match managers.get_mut(&manager) {
        Some(owned) => {
            owned.fields = std::mem::take(&mut owned.fields).union(taken);
            owned.time = write.now.into();
        }
        None => {
            let owned =
                Owned { fields: taken, api_version: write.api_version.into(), time: write.now.into() };
            managers.0.push((manager, owned));
        }
    }
}

/// Merges the oldest managers that update, each with those of its version, until they are few enough.
fn cap(managers: &mut Managers) {
    let mut updaters: Vec<(Str, Manager)> = managers
        .0
        .iter()
        .filter(|(manager, _)| !manager.applies)
        .map(|(manager, owned)| (owned.time.clone(), manager.clone()))
        .collect();
    updaters.sort();
    let mut left = updaters.len();
    let mut first_of: Vec<(Str, Manager)> = Vec::new();
    for (_, manager) in updaters {
        if left <= UPDATERS_MAX {
            return;
        }
        let Some((_, first)) = first_of.iter().find(|(version, _)| *version == manager.api_version) else {
            first_of.push((manager.api_version.clone(), manager));
            continue;
        };
        let first = first.clone();
        let bucket = Manager {
            name: ANCIENT.into(),
            applies: false,
            api_version: manager.api_version.clone(),
            subresource: Str::new(),
        };
        let Some(at) = managers.0.iter().position(|(have, _)| *have == manager) else { continue };
        let (_, merged) = managers.0.remove(at);
        if managers.get_mut(&bucket).is_none()
            && let Some(entry) = managers.0.iter_mut().find(|(have, _)| *have == first)
        {
            entry.0 = bucket.clone();
        }
        if let Some(owned) = managers.get_mut(&bucket) {
            owned.fields = std::mem::take(&mut owned.fields).union(merged.fields);
            owned.time = merged.time;
        }
        left -= 1;
    }
}
