//! What the server has of a team's objects.

use crate::{held, team};
use pintle_catalog::catalog;
use pintle_meta::value::parse;
use pintle_meta::{Object, Value};
use pintle_schema::ownership::Managers;
use pintle_tests::Kubectl;

/// A team's objects, as they were read at one time.
#[derive(PartialEq)]
pub(crate) struct Cluster {
    objects: Vec<Value>,
}

impl Cluster {
    /// The objects that `manifests` name, with who owns what.
    pub(crate) async fn of(kubectl: &Kubectl<'_>, manifests: &str) -> Cluster {
        let said = kubectl.run_with("get -f - -o json --show-managed-fields", manifests).await;
        let list = parse(said.good().as_bytes()).unwrap();
        let objects = list.get("items").and_then(Value::as_list).unwrap().to_vec();
        assert_eq!(objects.len(), team::OBJECTS);
        Cluster { objects }
    }

    /// Nothing was written since `before`: not even a resourceVersion is another.
    #[track_caller]
    pub(crate) fn is_as(&self, before: &Cluster) {
        for (now, before) in self.objects.iter().zip(&before.objects) {
            assert_eq!(now, before, "{} {}", now.kind(), now.name());
        }
    }

    /// Every object has this label.
    #[track_caller]
    pub(crate) fn all_have(&self, label: &str, value: &str) {
        for object in &self.objects {
            let found = object.text_at(&["metadata", "labels", label]);
            assert_eq!(found, value, "{label} of {} {}", object.kind(), object.name());
        }
    }

    /// Nothing is left of what only the first version had.
    #[track_caller]
    pub(crate) fn has_nothing_of_the_first_version(&self) {
        for object in &self.objects {
            let mut bare = object.clone();
            // Who applied it on the client's side keeps there what it applied last.
            bare.take_at(&["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]);
            let text = String::from_utf8(pintle_meta::value::to_json(&bare)).unwrap();
            for word in ["1.0.0", "ONLY_IN_1_0_0", "only_in_1_0_0"] {
                assert!(!text.contains(word), "{word} in {text}");
            }
        }
    }

    /// Every object is managed by all of these and nobody else; those who apply are marked by a `*`.
    #[track_caller]
    pub(crate) fn is_managed_by(&self, wanted: &[&str]) {
        for object in &self.objects {
            let mut found: Vec<String> = Managers::of(object)
                .0
                .iter()
                .map(|(manager, _)| format!("{}{}", manager.name, if manager.applies { "*" } else { "" }))
                .collect();
            found.sort();
            assert_eq!(found, wanted, "{} {}", object.kind(), object.name());
        }
    }

    /// Whatever is owned is there, but for members that say nothing.
    #[track_caller]
    pub(crate) fn says_who_owns_what(&self) {
        let mut absent = Vec::new();
        for object in &self.objects {
            let kind = object.group_version_kind().unwrap();
            let schema = catalog().kind(&kind).unwrap();
            let found = held::owned_but_absent(schema, object).into_iter();
            absent.extend(found.map(|text| format!("{} {}: {text}", object.kind(), object.name())));
        }
        // Applied as `false`, which Go does not print.
        absent.retain(|text| !text.contains(".globalDefault,"));
        assert!(absent.is_empty(), "{}", absent.join("\n"));
    }
}
