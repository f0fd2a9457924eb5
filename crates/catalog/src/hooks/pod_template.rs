//! What the pod specs of all kinds have in common: pods themselves, and the templates of what makes pods.

use super::cells::items;
use super::image::pull_policy;
use super::shape::{at_mut, definition, items_mut, set};
use pintle_meta::Value;

/// The lists of containers of a pod spec.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Annotations by which old versions kept init containers; they are dropped wherever they appear.
const OUTDATED: [&str; 4] = [
    "pod.beta.kubernetes.io/init-containers",
    "pod.alpha.kubernetes.io/init-containers",
    "pod.beta.kubernetes.io/init-container-statuses",
    "pod.alpha.kubernetes.io/init-container-statuses",
];

/// [`default_spec`] for the pod template that `path` leads to.
pub(super) fn default_template(object: &mut Value, path: &[&str]) {
    drop_outdated(object, &[path, &["metadata"]].concat());
    default_spec(object, &[path, &["spec"]].concat());
}

/// Sets the conditional defaults of the pod spec that `path` leads to.
pub(super) fn default_spec(object: &mut Value, path: &[&str]) {
    let Some(spec) = object.at(path) else { return };
    let (volumes, account) = (has_incomplete_volume(spec), account_to_set(spec));
    let containers = CONTAINERS.map(|list| items(spec, &[list]).iter().any(lacks_policy));
    if !volumes && account.is_none() && containers == [false; 3] {
        return;
    }
    let Some(spec) = at_mut(object, path) else { return };
    if volumes {
        items_mut(spec, &["volumes"]).iter_mut().for_each(default_volume);
    }
    for (list, _) in CONTAINERS.iter().zip(containers).filter(|(_, incomplete)| *incomplete) {
        items_mut(spec, &[list]).iter_mut().for_each(|container| default_policy(container, list));
    }
    if let Some(account) = account {
        let ty = definition("io.k8s.api.core.v1.PodSpec");
        set(ty, spec, "serviceAccountName", account.clone());
        set(ty, spec, "serviceAccount", account);
    }
}

/// Drops annotations that nobody reads any more from the metadata that `path` leads to.
pub(super) fn drop_outdated(object: &mut Value, path: &[&str]) {
    let annotations = object.at(path).and_then(|meta| meta.get("annotations")).and_then(Value::as_map);
    if !annotations.is_some_and(|map| OUTDATED.iter().any(|key| map.contains_key(key))) {
        return;
    }
    let Some(Value::Map(meta)) = at_mut(object, path) else { return };
    if let Some(Value::Map(annotations)) = meta.get_mut("annotations") {
        annotations.retain(|key, _| !OUTDATED.contains(&key));
        if annotations.is_empty() {
            meta.remove("annotations");
        }
    }
}

/// The names and the images of the containers of a pod spec, as cells.
pub(super) fn names_and_images(spec: Option<&Value>) -> [Value; 2] {
    let containers = spec.map_or(&[][..], |spec| items(spec, &["containers"]));
    ["name", "image"].map(|member| {
        let texts: Vec<&str> = containers.iter().map(|container| container.text_at(&[member])).collect();
        texts.join(",").into()
    })
}

/// The service account has a name of old that follows the new one.
fn account_to_set(spec: &Value) -> Option<Value> {
    let (name, old) = (spec.text_at(&["serviceAccountName"]), spec.text_at(&["serviceAccount"]));
    let wanted = if name.is_empty() { old } else { name };
    (name != old).then(|| wanted.into())
}

fn has_incomplete_volume(spec: &Value) -> bool {
    items(spec, &["volumes"]).iter().any(|volume| is_without_source(volume) || lacks_image_policy(volume))
}

fn is_without_source(volume: &Value) -> bool {
    volume.as_map().is_some_and(|map| map.iter().all(|(key, value)| key == "name" || value.is_null()))
}

fn lacks_image_policy(volume: &Value) -> bool {
    volume.get("image").is_some_and(|image| !image.is_null() && image.text_at(&["pullPolicy"]).is_empty())
}

fn default_volume(volume: &mut Value) {
    if is_without_source(volume) {
        set(definition("io.k8s.api.core.v1.Volume"), volume, "emptyDir", Value::map());
    }
    if lacks_image_policy(volume)
        && let Some(image) = at_mut(volume, &["image"])
    {
        let policy = pull_policy(image.text_at(&["reference"]));
        set(definition("io.k8s.api.core.v1.ImageVolumeSource"), image, "pullPolicy", policy);
    }
}

fn lacks_policy(container: &Value) -> bool {
    container.text_at(&["imagePullPolicy"]).is_empty()
}

fn default_policy(container: &mut Value, list: &str) {
    if lacks_policy(container) {
        let ty = match list {
            "ephemeralContainers" => definition("io.k8s.api.core.v1.EphemeralContainer"),
            _ => definition("io.k8s.api.core.v1.Container"),
        };
        let policy = pull_policy(container.text_at(&["image"]));
        set(ty, container, "imagePullPolicy", policy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::{parse, to_json};

    #[test]
    fn specs_are_completed_once() {
        for (spec, completed) in [
            (r#"{}"#, r#"{}"#),
            (r#"{"volumes":[{"name":"a"}]}"#, r#"{"volumes":[{"name":"a","emptyDir":{}}]}"#),
            (
                r#"{"volumes":[{"name":"a","hostPath":{"path":"/"}}]}"#,
                r#"{"volumes":[{"name":"a","hostPath":{"path":"/"}}]}"#,
            ),
            (
                r#"{"volumes":[{"name":"a","image":{"reference":"r"}}]}"#,
                r#"{"volumes":[{"name":"a","image":{"reference":"r","pullPolicy":"Always"}}]}"#,
            ),
            (
                r#"{"initContainers":[{"name":"a","image":"i:1","tty":true}],"containers":[{"name":"b"}]}"#,
                r#"{"initContainers":[{"name":"a","image":"i:1","imagePullPolicy":"IfNotPresent","tty":true}],"containers":[{"name":"b","imagePullPolicy":"IfNotPresent"}]}"#,
            ),
            (
                r#"{"serviceAccount":"a","nodeName":"n"}"#,
                r#"{"serviceAccountName":"a","serviceAccount":"a","nodeName":"n"}"#,
            ),
            (
                r#"{"serviceAccountName":"a","serviceAccount":"b"}"#,
                r#"{"serviceAccountName":"a","serviceAccount":"a"}"#,
            ),
        ] {
            let mut object = Value::from([("spec", parse(spec.as_bytes()).unwrap())]);
            for _ in 0..2 {
                default_spec(&mut object, &["spec"]);
                assert_eq!(String::from_utf8(to_json(&object["spec"])).unwrap(), completed);
            }
        }
    }

    #[test]
    fn outdated_annotations_go() {
        let mut object = parse(
            br#"{"template":{"metadata":{"annotations":{"pod.beta.kubernetes.io/init-containers":"x"}}}}"#,
        )
        .unwrap();
        default_template(&mut object, &["template"]);
        assert_eq!(to_json(&object), br#"{"template":{"metadata":{}}}"#);
    }
}
