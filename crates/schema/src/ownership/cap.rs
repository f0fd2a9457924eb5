//! The most managers that update: beyond it the oldest are merged.

use super::managers::{Manager, Managers};
use pintle_meta::Str;

/// The most managers that update.
const UPDATERS_MAX: usize = 10;
/// What the merged oldest are called.
const ANCIENT: &str = "ancient-changes";

/// Merges the oldest managers that update, each with those of its version, until they are few enough.
pub(super) fn cap(managers: &mut Managers) {
    let updaters = managers.0.iter().filter(|(manager, _)| !manager.applies);
    let mut updaters: Vec<(Str, String, Manager)> = updaters
        .map(|(manager, owned)| (owned.time.clone(), manager.identifier(), manager.clone()))
        .collect();
    if updaters.len() <= UPDATERS_MAX {
        return;
    }
    updaters.sort();
    let mut left = updaters.len();
    let mut first_of: Vec<(Str, Manager)> = Vec::new();
    for (_, _, manager) in updaters {
        if left <= UPDATERS_MAX {
            return;
        }
        let Some((_, first)) = first_of.iter().find(|(version, _)| *version == manager.api_version) else {
            first_of.push((manager.api_version.clone(), manager));
            continue;
        };
        merge(managers, &first.clone(), &manager);
        left -= 1;
    }
}

/// Merges a manager into the bucket of its version, which is made of the first manager of that version.
fn merge(managers: &mut Managers, first: &Manager, manager: &Manager) {
    let bucket = Manager {
        name: ANCIENT.into(),
        applies: false,
        api_version: manager.api_version.clone(),
        subresource: Str::new(),
    };
    let Some(at) = managers.0.iter().position(|(have, _)| have == manager) else { return };
    let (_, merged) = managers.0.remove(at);
    if managers.get_mut(&bucket).is_none()
        && let Some(entry) = managers.0.iter_mut().find(|(have, _)| have == first)
    {
        entry.0 = bucket.clone();
    }
    if let Some(owned) = managers.get_mut(&bucket) {
        owned.fields = std::mem::take(&mut owned.fields).union(merged.fields);
        owned.time = merged.time;
    }
}
