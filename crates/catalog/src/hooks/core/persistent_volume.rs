//! PersistentVolume: its first phase, and itself as cells.

use super::volumes::{access_modes, phase, spec_text, storage, storage_class};
use crate::hooks::cells::is_set;
use crate::hooks::shape::{definition, set_at};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// core PersistentVolume.
#[derive(Debug)]
pub(super) struct PersistentVolume;

impl Hooks for PersistentVolume {
    fn prepare_create(&self, object: &mut Value) {
        let ty = definition("io.k8s.api.core.v1.PersistentVolume");
        let now = object["metadata"]["creationTimestamp"].clone();
        set_at(ty, object, &["status", "phase"], "Pending");
        set_at(ty, object, &["status", "lastPhaseTransitionTime"], now);
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![
            storage(object, &["spec", "capacity"]).into(),
            access_modes(object, &["spec", "accessModes"]).into(),
            phase(object).into(),
            claim(object).into(),
            storage_class(object).into(),
            spec_text(object, "volumeAttributesClassName").into(),
            spec_text(object, "volumeMode").into(),
        ]
    }
}

/// `namespace/name` of the claim it is bound to.
fn claim(volume: &Value) -> String {
    const CLAIM: [&str; 2] = ["spec", "claimRef"];
    if !is_set(volume, &CLAIM) {
        return String::new();
    }
    let text = |member: &str| volume.text_at(&[CLAIM[0], CLAIM[1], member]);
    format!("{}/{}", text("namespace"), text("name"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &PersistentVolume,
            &[
                (r#"{}"#, r#"["0","","","","","<unset>","<unset>"]"#),
                (
                    r#"{"metadata":{"annotations":{"volume.beta.kubernetes.io/storage-class":"old"}},
                        "spec":{"capacity":{"storage":"5Gi"},"accessModes":["ReadWriteOncePod","ReadWriteOnce"],"storageClassName":"new",
                        "claimRef":{"namespace":"n","name":"c"},"volumeAttributesClassName":"v","volumeMode":"Block"},
                        "status":{"phase":"Bound"}}"#,
                    r#"["5Gi","RWO,RWOP","Bound","n/c","old","v","Block"]"#,
                ),
            ],
        );
    }
}
