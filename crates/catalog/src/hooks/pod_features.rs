//! Members of pod specs that belong to features which are off: they are dropped, unless the old object has them.

use super::cells::{is_set, items};
use super::shape::{at_mut, items_mut};
use pintle_meta::Value;

/// The lists of containers of a pod spec.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Sources of projected volumes whose features are off.
const SOURCES: [&str; 2] = ["clusterTrustBundle", "podCertificate"];

/// Drops what features that are off would need from the pod spec that `path` leads to, in `object` and in the
/// `old` one that it replaces.
pub(super) fn drop_disabled(object: &mut Value, old: Option<&Value>, path: &[&str]) {
    let before = old.and_then(|old| old.at(path));
    let Some(spec) = object.at(path) else { return };
    let in_use = |uses: fn(&Value) -> bool| before.is_some_and(uses);
    let signals = uses_stop_signal(spec) && !in_use(uses_stop_signal);
    let group = uses_scheduling_group(spec) && !in_use(uses_scheduling_group);
    let sources = SOURCES
        .map(|source| uses_source(spec, source) && !before.is_some_and(|old| uses_source(old, source)));
    if !(signals || group || sources.contains(&true)) {
        return;
    }
    let Some(spec) = at_mut(object, path) else { return };
    if signals {
        for list in CONTAINERS {
            items_mut(spec, &[list])
                .iter_mut()
                .for_each(|container| drop(container.take_at(&["lifecycle", "stopSignal"])));
        }
    }
    if group {
        spec.take_at(&["schedulingGroup"]);
    }
    for (source, _) in SOURCES.iter().zip(sources).filter(|(_, dropped)| *dropped) {
        for volume in items_mut(spec, &["volumes"]) {
            items_mut(volume, &["projected", "sources"])
                .iter_mut()
                .for_each(|item| drop(item.take_at(&[source])));
        }
    }
}

fn uses_stop_signal(spec: &Value) -> bool {
    let uses = |container: &Value| is_set(container, &["lifecycle", "stopSignal"]);
    CONTAINERS.iter().any(|list| items(spec, &[list]).iter().any(uses))
}

fn uses_scheduling_group(spec: &Value) -> bool {
    is_set(spec, &["schedulingGroup"])
}

fn uses_source(spec: &Value, source: &str) -> bool {
    let mut sources =
        items(spec, &["volumes"]).iter().flat_map(|volume| items(volume, &["projected", "sources"]));
    sources.any(|item| is_set(item, &[source]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::{parse, to_json};

    const SPEC: &str = r#"{"containers":[{"lifecycle":{"stopSignal":"SIGINT"}}],"schedulingGroup":{},"volumes":[{"projected":{"sources":[{"podCertificate":{}}]}}]}"#;

    #[test]
    fn what_is_off_is_dropped_unless_it_was_there() {
        let spec = parse(SPEC.as_bytes()).unwrap();
        let mut made = spec.clone();
        drop_disabled(&mut made, None, &[]);
        assert_eq!(
            String::from_utf8(to_json(&made)).unwrap(),
            r#"{"containers":[{"lifecycle":{}}],"volumes":[{"projected":{"sources":[{}]}}]}"#
        );
        let mut kept = spec.clone();
        drop_disabled(&mut kept, Some(&spec), &[]);
        assert_eq!(kept, spec);
    }
}
