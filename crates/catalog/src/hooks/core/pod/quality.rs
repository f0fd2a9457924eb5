//! The quality of service that a pod's requests and limits entitle it to.

use crate::hooks::cells::{is_set, items};
use pintle_meta::{Map, Quantity, Value};

/// The resources that matter.
const NAMES: [&str; 2] = ["cpu", "memory"];

/// What was added up of one resource; `None` when nobody named more than nothing of it.
type Sums = [Option<Quantity>; 2];

/// `Guaranteed` when everything is limited to what it requests, `BestEffort` when nothing is said, else
/// `Burstable`.
pub(super) fn of(pod: &Value) -> &'static str {
    let (mut requests, mut limits) = (Sums::default(), Sums::default());
    let mut all_limited = true;
    if is_set(pod, &["spec", "resources"]) {
        let whole = &pod["spec"]["resources"];
        add(&mut requests, whole.get("requests"));
        let found = add(&mut limits, whole.get("limits"));
        all_limited = whole["limits"].is_empty() || found == [true; 2];
    } else {
        for list in ["containers", "initContainers"] {
            for container in items(pod, &["spec", list]) {
                add(&mut requests, container.at(&["resources", "requests"]));
                all_limited &= add(&mut limits, container.at(&["resources", "limits"])) == [true; 2];
            }
        }
    }
    if requests == Sums::default() && limits == Sums::default() {
        return "BestEffort";
    }
    if all_limited && requests == limits { "Guaranteed" } else { "Burstable" }
}

/// Adds a list's positive quantities; says which of the resources it had.
fn add(sums: &mut Sums, list: Option<&Value>) -> [bool; 2] {
    let mut found = [false; 2];
    for (name, value) in list.and_then(Value::as_map).into_iter().flat_map(Map::iter) {
        let Some(at) = NAMES.iter().position(|known| known == name) else { continue };
        let Some(quantity) = Quantity::from_value(value).ok().filter(|quantity| quantity.sign() > 0) else {
            continue;
        };
        found[at] = true;
        match &mut sums[at] {
            Some(sum) => sum.add(&quantity),
            sum => *sum = Some(quantity),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn quality_follows_from_requests_and_limits() {
        let both = r#"{"cpu":"1","memory":"1Gi"}"#;
        for (spec, quality) in [
            (r#"{"containers":[{"resources":{}}]}"#.to_owned(), "BestEffort"),
            (r#"{"containers":[{"resources":{"requests":{"cpu":"0"}}}]}"#.to_owned(), "BestEffort"),
            (r#"{"containers":[{"resources":{"requests":{"gpu":"1"}}}]}"#.to_owned(), "BestEffort"),
            (r#"{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}"#.to_owned(), "Burstable"),
            (
                format!(r#"{{"containers":[{{"resources":{{"requests":{both},"limits":{both}}}}}]}}"#),
                "Guaranteed",
            ),
            (
                format!(
                    r#"{{"containers":[{{"resources":{{"requests":{both},"limits":{both}}}}}],"initContainers":[{{"resources":{{}}}}]}}"#
                ),
                "Burstable",
            ),
            (
                format!(
                    r#"{{"containers":[{{"resources":{{"requests":{{"cpu":"1000m","memory":"1024Mi"}},"limits":{both}}}}}]}}"#
                ),
                "Guaranteed",
            ),
            (
                format!(r#"{{"resources":{{"requests":{both},"limits":{both}}},"containers":[{{}}]}}"#),
                "Guaranteed",
            ),
            (format!(r#"{{"resources":{{"requests":{both}}},"containers":[{{}}]}}"#), "Burstable"),
        ] {
            let pod = Value::from([("spec", parse(spec.as_bytes()).unwrap())]);
            assert_eq!(of(&pod), quality, "{spec}");
        }
    }
}
