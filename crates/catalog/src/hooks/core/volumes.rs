//! What volumes and claims show alike.

use crate::hooks::cells::{items, text_or};
use pintle_meta::Value;

/// The annotation that named the storage class before there was a field.
const CLASS: [&str; 3] = ["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"];

/// Access modes and how they are abbreviated, in the order of cells.
const MODES: [(&str, &str); 4] = [
    ("ReadWriteOnce", "RWO"),
    ("ReadOnlyMany", "ROX"),
    ("ReadWriteMany", "RWX"),
    ("ReadWriteOncePod", "RWOP"),
];

/// The access modes that `path` leads to, abbreviated.
pub(super) fn access_modes(object: &Value, path: &[&str]) -> String {
    let given = items(object, path);
    let has = |mode: &str| given.iter().any(|value| value.as_str() == Some(mode));
    let modes: Vec<&str> = MODES.iter().filter(|(mode, _)| has(mode)).map(|(_, short)| *short).collect();
    modes.join(",")
}

/// The storage class, by annotation or by field.
pub(super) fn storage_class(object: &Value) -> &str {
    text_or(object, &CLASS, object.text_at(&["spec", "storageClassName"]))
}

/// The quantity of storage in the list that `path` leads to.
pub(super) fn storage<'a>(object: &'a Value, path: &[&str]) -> &'a str {
    object.at(path).map_or("0", |list| text_or(list, &["storage"], "0"))
}

/// The phase, unless it is being deleted.
pub(super) fn phase(object: &Value) -> &str {
    match object.text_at(&["metadata", "deletionTimestamp"]) {
        "" => object.text_at(&["status", "phase"]),
        _ => "Terminating",
    }
}

/// A text of the spec that may be unset.
pub(super) fn spec_text<'a>(object: &'a Value, member: &str) -> &'a str {
    text_or(object, &["spec", member], "<unset>")
}
