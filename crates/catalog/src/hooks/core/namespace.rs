//! Namespace: its name as a label, its phases, and the finalizer that keeps it until its content is gone.

use crate::hooks::cells::items;
use crate::hooks::shape::{definition, set_at};
use pintle_meta::{Object, ObjectMut, Value};
use pintle_schema::{Hooks, Struct};

/// The label every namespace has.
const NAME_LABEL: [&str; 3] = ["metadata", "labels", "kubernetes.io/metadata.name"];
const FINALIZERS: [&str; 2] = ["spec", "finalizers"];
/// What the namespace controller removes when nothing is left in it.
const KUBERNETES: &str = "kubernetes";

/// core Namespace.
#[derive(Debug)]
pub(super) struct Namespace;

impl Hooks for Namespace {
    fn default(&self, _version: &str, object: &mut Value) {
        // A namespace whose name is yet to be generated gets its label when it has it.
        let name = object.name();
        if !name.is_empty() && object.text_at(&NAME_LABEL) != name {
            let name = name.to_owned();
            set_at(ty(), object, &NAME_LABEL, name);
        }
    }

    fn prepare_create(&self, object: &mut Value) {
        set_at(ty(), object, &["status", "phase"], "Active");
        let mut finalizers = items(object, &FINALIZERS).to_vec();
        if !finalizers.iter().any(|finalizer| finalizer.as_str() == Some(KUBERNETES)) {
            finalizers.push(KUBERNETES.into());
            set_at(ty(), object, &FINALIZERS, finalizers.into_iter().collect::<Value>());
        }
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        match old.at(&FINALIZERS) {
            Some(kept) if object.at(&FINALIZERS) != Some(kept) => {
                set_at(ty(), object, &FINALIZERS, kept.clone())
            }
            Some(_) => {}
            None => drop(object.take_at(&FINALIZERS)),
        }
    }

    /// `finalize` is the way to change what other updates keep.
    fn prepare_subresource(&self, _subresource: &str, _object: &mut Value, _old: &Value) {}

    fn deletes_by_own_store(&self) -> bool {
        true
    }

    fn mark_deleting(&self, object: &mut Value) {
        set_at(ty(), object, &["status", "phase"], "Terminating");
        object.remove_meta("deletionGracePeriodSeconds");
    }

    /// The first delete only marks it, finalizers or not.
    fn may_finish_deletion(&self, object: &Value) -> bool {
        object.deletion_timestamp().is_some() && items(object, &FINALIZERS).is_empty()
    }
}

fn ty() -> &'static Struct {
    definition("io.k8s.api.core.v1.Namespace")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check_default;
    use pintle_meta::value::parse;

    #[test]
    fn the_name_is_a_label() {
        check_default(
            &Namespace,
            "v1",
            &[
                (r#"{"metadata":{"generateName":"n-"}}"#, r#"{"metadata":{"generateName":"n-"}}"#),
                (
                    r#"{"metadata":{"name":"n","labels":{"kubernetes.io/metadata.name":"x"}}}"#,
                    r#"{"metadata":{"name":"n","labels":{"kubernetes.io/metadata.name":"n"}}}"#,
                ),
            ],
        );
    }

    #[test]
    fn finalizers_hold_it_until_they_are_gone() {
        let mut namespace =
            parse(br#"{"metadata":{"deletionGracePeriodSeconds":0},"spec":{"finalizers":["x/y"]}}"#).unwrap();
        Namespace.prepare_create(&mut namespace);
        assert_eq!(namespace["spec"], parse(br#"{"finalizers":["x/y","kubernetes"]}"#).unwrap());
        assert_eq!(namespace["status"], parse(br#"{"phase":"Active"}"#).unwrap());
        assert!(!Namespace.may_finish_deletion(&namespace));

        let mut update = parse(br#"{"spec":{}}"#).unwrap();
        Namespace.prepare_update(&mut update, &namespace);
        assert_eq!(update["spec"], namespace["spec"]);

        Namespace.mark_deleting(&mut namespace);
        assert_eq!(namespace["status"], parse(br#"{"phase":"Terminating"}"#).unwrap());
        assert_eq!(namespace.deletion_grace_period_seconds(), None);

        let mut finalized = parse(br#"{"metadata":{"deletionTimestamp":"t"},"spec":{}}"#).unwrap();
        Namespace.prepare_subresource("finalize", &mut finalized, &namespace);
        assert!(Namespace.may_finish_deletion(&finalized));
    }
}
