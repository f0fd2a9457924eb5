//! PersistentVolumeClaim: its first phase, a data source under two names, and itself as cells.

use super::volumes::{access_modes, phase, spec_text, storage, storage_class};
use crate::hooks::cells::is_set;
use crate::hooks::shape::{definition, set_at};
use pintle_meta::Value;
use pintle_schema::{Hooks, Struct};

const SOURCE: [&str; 2] = ["spec", "dataSource"];
const REFERENCE: [&str; 2] = ["spec", "dataSourceRef"];

/// core PersistentVolumeClaim.
#[derive(Debug)]
pub(super) struct PersistentVolumeClaim;

impl Hooks for PersistentVolumeClaim {
    fn prepare_create(&self, object: &mut Value) {
        set_at(ty(), object, &["status", "phase"], "Pending");
        drop_far_source(object);
        copy_source(object);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        if !is_set(old, &REFERENCE) {
            drop_far_source(object);
        }
        copy_source(object);
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let bound = !object.text_at(&["spec", "volumeName"]).is_empty();
        let capacity = if bound { storage(object, &["status", "capacity"]) } else { "" };
        let modes = if bound { access_modes(object, &["status", "accessModes"]) } else { String::new() };
        vec![
            phase(object).into(),
            capacity.into(),
            modes.into(),
            storage_class(object).into(),
            spec_text(object, "volumeAttributesClassName").into(),
            spec_text(object, "volumeMode").into(),
        ]
    }
}

/// Sources in other namespaces are a feature that is off.
fn drop_far_source(object: &mut Value) {
    if object.at(&REFERENCE).is_some_and(|reference| !reference.text_at(&["namespace"]).is_empty()) {
        object.take_at(&REFERENCE);
    }
}

/// The reference is the newer name of the source; either fills the other.
fn copy_source(object: &mut Value) {
    let given = |path: &[&str]| object.at(path).filter(|value| !value.is_null()).cloned();
    match (given(&SOURCE), given(&REFERENCE)) {
        (Some(source), None) => set_at(ty(), object, &REFERENCE, source),
        (None, Some(reference)) if reference.text_at(&["namespace"]).is_empty() => {
            let mut source = reference;
            source.take_at(&["namespace"]);
            set_at(ty(), object, &SOURCE, source);
        }
        _ => {}
    }
}

fn ty() -> &'static Struct {
    definition("io.k8s.api.core.v1.PersistentVolumeClaim")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;
    use pintle_meta::value::parse;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &PersistentVolumeClaim,
            &[
                (
                    r#"{"spec":{},"status":{"phase":"Pending"}}"#,
                    r#"["Pending","","","","<unset>","<unset>"]"#,
                ),
                (
                    r#"{"metadata":{"deletionTimestamp":"x"},"spec":{"volumeName":"v","volumeMode":"Block","storageClassName":"s"},
                        "status":{"phase":"Bound","capacity":{"storage":"1Gi"},"accessModes":["ReadOnlyMany","ReadOnlyMany"]}}"#,
                    r#"["Terminating","1Gi","ROX","s","<unset>","Block"]"#,
                ),
            ],
        );
    }

    #[test]
    fn a_source_has_two_names() {
        for (spec, wanted) in [
            (
                r#"{"dataSource":{"kind":"k","name":"n"}}"#,
                r#"{"dataSource":{"kind":"k","name":"n"},"dataSourceRef":{"kind":"k","name":"n"}}"#,
            ),
            (
                r#"{"dataSourceRef":{"kind":"k","name":"n"}}"#,
                r#"{"dataSource":{"kind":"k","name":"n"},"dataSourceRef":{"kind":"k","name":"n"}}"#,
            ),
            (r#"{"dataSourceRef":{"kind":"k","name":"n","namespace":"x"}}"#, r#"{}"#),
        ] {
            let mut claim = Value::from([("spec", parse(spec.as_bytes()).unwrap())]);
            PersistentVolumeClaim.prepare_create(&mut claim);
            assert_eq!(claim["spec"], parse(wanted.as_bytes()).unwrap(), "{spec}");
        }
    }
}
