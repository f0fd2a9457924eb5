//! Requests and limits: what containers and the pod as a whole ask for when they say only a part of it.

use super::set_member;
use crate::hooks::cells::{is_set, items};
use crate::hooks::shape::{definition, items_mut, set_at};
use pintle_meta::{Map, Quantity, Str, Value};
use std::collections::BTreeMap;

const REQUESTS: &str = "requests";
const LIMITS: &str = "limits";

/// Containers of `list` request what they are limited to, where they do not say.
pub(super) fn request_limits(pod: &mut Value, list: &str) {
    let lacks = |container: &Value| {
        container
            .get("resources")
            .is_some_and(|resources| missing(resources, REQUESTS, LIMITS).next().is_some())
    };
    if !items(pod, &["spec", list]).iter().any(lacks) {
        return;
    }
    let ty = definition("io.k8s.api.core.v1.Container");
    for container in items_mut(pod, &["spec", list]).iter_mut().filter(|container| lacks(container)) {
        let resources = &container["resources"];
        let added: Vec<(Str, Value)> = owned(missing(resources, REQUESTS, LIMITS));
        let all = with(resources.get(REQUESTS), added);
        set_at(ty, container, &["resources", REQUESTS], all);
    }
}

/// The pod as a whole, when it says anything: limits of huge pages follow from its containers, requests from
/// its containers and then from its limits.
pub(super) fn default_whole(pod: &mut Value) {
    if !is_set(pod, &["spec", "resources"]) {
        return;
    }
    default_huge_page_limits(pod);
    default_requests(pod);
}

fn default_huge_page_limits(pod: &mut Value) {
    let whole = &pod["spec"]["resources"];
    if whole[LIMITS].is_empty() && whole[REQUESTS].is_empty() {
        return;
    }
    let fits = |name: &str| is_huge_page(name) && !has(whole, REQUESTS, name) && !has(whole, LIMITS, name);
    let added: Vec<(Str, Value)> = summed(pod, LIMITS).into_iter().filter(|(name, _)| fits(name)).collect();
    add(pod, LIMITS, added);
}

fn default_requests(pod: &mut Value) {
    let whole = &pod["spec"]["resources"];
    if whole[LIMITS].is_empty() {
        return;
    }
    let fits = |name: &str| matches!(name, "cpu" | "memory") && !has(whole, REQUESTS, name);
    let mut added: Vec<(Str, Value)> =
        summed(pod, REQUESTS).into_iter().filter(|(name, _)| fits(name)).collect();
    let limits = owned(missing(whole, REQUESTS, LIMITS));
    let rest = limits.into_iter().filter(|(name, _)| {
        (matches!(name.as_str(), "cpu" | "memory") || is_huge_page(name))
            && !added.iter().any(|(had, _)| had == name)
    });
    let rest: Vec<(Str, Value)> = rest.collect();
    added.extend(rest);
    add(pod, REQUESTS, added);
}

fn add(pod: &mut Value, list: &str, added: Vec<(Str, Value)>) {
    if !added.is_empty() {
        let all = with(pod.at(&["spec", "resources", list]), added);
        set_member(pod, &["spec", "resources", list], all);
    }
}

/// What all containers together need at most at one time: those that run side by side added up, or the most
/// that an init container needs beside the ones that keep running, whichever is more.
fn summed(pod: &Value, list: &str) -> Vec<(Str, Value)> {
    let (mut running, mut kept, mut starting) = (Amounts::new(), Amounts::new(), Amounts::new());
    for container in items(pod, &["spec", "containers"]) {
        plus(&mut running, &amounts(container, list));
    }
    for container in items(pod, &["spec", "initContainers"]) {
        let mut own = amounts(container, list);
        if container.text_at(&["restartPolicy"]) == "Always" {
            plus(&mut running, &own);
            plus(&mut kept, &own);
            own.clone_from(&kept);
        } else {
            plus(&mut own, &kept);
        }
        most(&mut starting, &own);
    }
    most(&mut running, &starting);
    running.into_iter().map(|(name, quantity)| (name, quantity.to_value())).collect()
}

type Amounts = BTreeMap<Str, Quantity>;

fn amounts(container: &Value, list: &str) -> Amounts {
    let members = container.at(&["resources", list]).and_then(Value::as_map);
    let read = |(name, value): (&Str, &Value)| Some((name.clone(), Quantity::from_value(value).ok()?));
    members.into_iter().flat_map(Map::iter).filter_map(read).collect()
}

fn plus(sum: &mut Amounts, more: &Amounts) {
    for (name, quantity) in more {
        match sum.get_mut(name) {
            Some(had) => had.add(quantity),
            None => drop(sum.insert(name.clone(), quantity.clone())),
        }
    }
}

fn most(sum: &mut Amounts, other: &Amounts) {
    for (name, quantity) in other {
        if sum.get(name).is_none_or(|had| quantity > had) {
            sum.insert(name.clone(), quantity.clone());
        }
    }
}

fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

fn has(resources: &Value, list: &str, name: &str) -> bool {
    resources.at(&[list, name]).is_some()
}

/// What `from` names and `list` does not.
fn missing<'a>(
    resources: &'a Value,
    list: &'a str,
    from: &str,
) -> impl Iterator<Item = (&'a Str, &'a Value)> {
    let members = resources.get(from).and_then(Value::as_map);
    members.into_iter().flat_map(Map::iter).filter(move |(name, _)| !has(resources, list, name))
}

fn owned<'a>(members: impl Iterator<Item = (&'a Str, &'a Value)>) -> Vec<(Str, Value)> {
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn with(list: Option<&Value>, added: Vec<(Str, Value)>) -> Map {
    let mut all = list.and_then(Value::as_map).cloned().unwrap_or_default();
    all.extend(added);
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn limits_are_requested() {
        let mut pod = parse(
            br#"{"spec":{"containers":[{"resources":{}},{"resources":{"limits":{"cpu":"1","a":"2"},"requests":{"cpu":"0"}}}]}}"#,
        )
        .unwrap();
        request_limits(&mut pod, "containers");
        let wanted = parse(br#"{"limits":{"cpu":"1","a":"2"},"requests":{"a":"2","cpu":"0"}}"#).unwrap();
        assert_eq!(items(&pod, &["spec", "containers"])[1]["resources"], wanted);
    }

    #[test]
    fn the_whole_follows_from_its_parts() {
        for (whole, wanted) in [
            (r#"{}"#, r#"{}"#),
            (
                r#"{"limits":{"cpu":"4","memory":"1Gi"}}"#,
                r#"{"limits":{"cpu":"4","memory":"1Gi","hugepages-2Mi":"4Mi"},
                    "requests":{"cpu":"3","memory":"1Gi","hugepages-2Mi":"4Mi"}}"#,
            ),
            (
                r#"{"requests":{"cpu":"9"}}"#,
                r#"{"limits":{"hugepages-2Mi":"4Mi"},"requests":{"cpu":"9","hugepages-2Mi":"4Mi"}}"#,
            ),
        ] {
            let text = format!(
                r#"{{"spec":{{"resources":{whole},"containers":[{{"resources":{{"requests":{{"cpu":"1"}},"limits":{{"hugepages-2Mi":"4Mi"}}}}}}],
                    "initContainers":[{{"restartPolicy":"Always","resources":{{"requests":{{"cpu":"500m"}}}}}},
                                      {{"resources":{{"requests":{{"cpu":"2500m"}}}}}}]}}}}"#
            );
            let mut pod = parse(text.as_bytes()).unwrap();
            default_whole(&mut pod);
            assert_eq!(pod["spec"]["resources"], parse(wanted.as_bytes()).unwrap(), "{whole}");
        }
    }
}
