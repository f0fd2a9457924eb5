//! Job: defaults that depend on each other, the labels by which it knows its pods, and its progress as cells.

mod progress;

use crate::hooks::cells::{count_at, is_set};
use crate::hooks::pod_features::drop_disabled;
use crate::hooks::pod_template::{default_template, names_and_images};
use crate::hooks::shape::{definition, set_at};
use pintle_meta::{Object, Value};
use pintle_schema::{Hooks, Struct};

/// Where its pods' spec is.
const POD_SPEC: [&str; 3] = ["spec", "template", "spec"];
const LABELS: [&str; 4] = ["spec", "template", "metadata", "labels"];
const MATCH_LABELS: [&str; 3] = ["spec", "selector", "matchLabels"];

/// The label that a job's selector looks for.
const UID_LABEL: &str = "batch.kubernetes.io/controller-uid";
/// Labels with the job's name, and with its uid: the name of old and the one in use.
const NAME_LABELS: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];
const UID_LABELS: [&str; 2] = ["controller-uid", UID_LABEL];

/// batch Job.
#[derive(Debug)]
pub(super) struct Job;

impl Hooks for Job {
    fn default(&self, _version: &str, object: &mut Value) {
        default_template(object, &["spec", "template"]);
        default_spec(object);
        take_labels(object);
    }

    fn prepare_create(&self, object: &mut Value) {
        if object["spec"]["manualSelector"] != Value::Bool(true) {
            generate_selector(object);
        }
        drop_disabled(object, None, &POD_SPEC);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        drop_disabled(object, Some(old), &POD_SPEC);
    }

    fn selectable_field(&self, object: &Value, field: &str) -> Option<String> {
        (field == "status.successful").then(|| count_at(object, &["status", "succeeded"]).to_string())
    }

    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        let [names, images] = names_and_images(object.at(&POD_SPEC));
        vec![
            progress::status(object).into(),
            progress::completions(object).into(),
            progress::duration(object, now_unix_seconds).into(),
            names,
            images,
        ]
    }
}

fn default_spec(object: &mut Value) {
    let set = |object: &Value, member: &str| is_set(object, &["spec", member]);
    if !set(object, "completions") && !set(object, "parallelism") {
        set_at(ty(), object, &["spec", "completions"], 1);
    }
    let tries = if set(object, "backoffLimitPerIndex") { i64::from(i32::MAX) } else { 6 };
    let replacement = if set(object, "podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    let defaults: [(&str, Value); 6] = [
        ("parallelism", 1.into()),
        ("backoffLimit", tries.into()),
        ("completionMode", "NonIndexed".into()),
        ("suspend", false.into()),
        ("podReplacementPolicy", replacement.into()),
        ("manualSelector", false.into()),
    ];
    for (member, default) in defaults {
        if !set(object, member) {
            set_at(ty(), object, &["spec", member], default);
        }
    }
}

/// A job without labels has those of its pods.
fn take_labels(object: &mut Value) {
    if object.labels().is_some_and(|labels| !labels.is_empty()) {
        return;
    }
    if let Some(labels) = object.at(&LABELS).filter(|labels| !labels.is_empty()).cloned() {
        set_at(ty(), object, &["metadata", "labels"], labels);
    }
}

/// Makes the pods' labels and the selector that tells them from others'. Wrong values of the client stay, for
/// validation to refuse.
fn generate_selector(object: &mut Value) {
    let (name, uid) = (object.name().to_owned(), object.uid().to_owned());
    let labels =
        NAME_LABELS.map(|label| (label, &name)).into_iter().chain(UID_LABELS.map(|label| (label, &uid)));
    for (label, value) in labels {
        let path = [LABELS[0], LABELS[1], LABELS[2], LABELS[3], label];
        if object.at(&path).is_none() {
            set_at(ty(), object, &path, value.as_str());
        }
    }
    let path = [MATCH_LABELS[0], MATCH_LABELS[1], MATCH_LABELS[2], UID_LABEL];
    if object.at(&path).is_none() {
        set_at(ty(), object, &path, uid);
    }
}

fn ty() -> &'static Struct {
    definition("io.k8s.api.batch.v1.Job")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check_default;
    use pintle_meta::value::{parse, to_json};

    #[test]
    fn defaults_depend_on_each_other() {
        let rest = r#""completionMode":"NonIndexed","suspend":false,"manualSelector":false"#;
        for (spec, wanted) in [
            (
                "",
                r#""completions":1,"parallelism":1,"backoffLimit":6,"podReplacementPolicy":"TerminatingOrFailed""#,
            ),
            (
                r#""parallelism":0"#,
                r#""parallelism":0,"backoffLimit":6,"podReplacementPolicy":"TerminatingOrFailed""#,
            ),
            (
                r#""completions":3,"backoffLimitPerIndex":0,"podFailurePolicy":{}"#,
                r#""completions":3,"backoffLimitPerIndex":0,"podFailurePolicy":{},"parallelism":1,
                   "backoffLimit":2147483647,"podReplacementPolicy":"Failed""#,
            ),
        ] {
            let (given, wanted) =
                (format!(r#"{{"spec":{{{spec}}}}}"#), format!(r#"{{"spec":{{{wanted},{rest}}}}}"#));
            check_default(&Job, "v1", &[(&given, &wanted)]);
        }
    }

    #[test]
    fn pods_are_told_apart_by_the_job_s_uid() {
        let mut job = parse(
            br#"{"metadata":{"name":"j","uid":"u"},"spec":{"template":{"metadata":{"labels":{"job-name":"x"}}}}}"#,
        )
        .unwrap();
        Job.prepare_create(&mut job);
        assert_eq!(
            String::from_utf8(to_json(&job["spec"])).unwrap(),
            r#"{"selector":{"matchLabels":{"batch.kubernetes.io/controller-uid":"u"}},"template":{"metadata":{"labels":{"batch.kubernetes.io/controller-uid":"u","batch.kubernetes.io/job-name":"j","controller-uid":"u","job-name":"x"}}}}"#
        );
    }

    #[test]
    fn success_is_selected_by_its_number() {
        let job = parse(br#"{"status":{"succeeded":2}}"#).unwrap();
        assert_eq!(Job.selectable_field(&job, "status.successful").as_deref(), Some("2"));
        assert_eq!(Job.selectable_field(&Value::map(), "status.successful").as_deref(), Some("0"));
    }
}
