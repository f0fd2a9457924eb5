//! LimitRange: limits of containers that follow from each other.

use crate::hooks::cells::items;
use crate::hooks::shape::{definition, items_mut, set};
use pintle_meta::{Map, Str, Value};
use pintle_schema::Hooks;

/// core LimitRange.
#[derive(Debug)]
pub(super) struct LimitRange;

impl Hooks for LimitRange {
    fn default(&self, _version: &str, object: &mut Value) {
        if !items(object, &["spec", "limits"]).iter().any(lacks_any) {
            return;
        }
        let limits = items_mut(object, &["spec", "limits"]).iter_mut();
        limits.filter(|limit| lacks_any(limit)).for_each(complete);
    }
}

/// The members that follow from others, in order.
const FOLLOWING: [(&str, &str); 3] =
    [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")];

fn lacks_any(limit: &Value) -> bool {
    let lacks = |(member, from): (&str, &str)| missing(limit, member, from).next().is_some();
    limit.text_at(&["type"]) == "Container" && FOLLOWING.into_iter().any(lacks)
}

/// What `from` says of resources of which `member` says nothing.
fn missing<'a>(limit: &'a Value, member: &'a str, from: &str) -> impl Iterator<Item = (&'a Str, &'a Value)> {
    let has = move |name: &str| limit.at(&[member, name]).is_some();
    limit
        .get(from)
        .and_then(Value::as_map)
        .into_iter()
        .flat_map(Map::iter)
        .filter(move |(name, _)| !has(name))
}

fn complete(limit: &mut Value) {
    let ty = definition("io.k8s.api.core.v1.LimitRangeItem");
    for (member, from) in FOLLOWING {
        let added: Vec<(Str, Value)> =
            missing(limit, member, from).map(|(name, value)| (name.clone(), value.clone())).collect();
        if added.is_empty() {
            continue;
        }
        let mut quantities = limit.get(member).and_then(Value::as_map).cloned().unwrap_or_default();
        quantities.extend(added);
        quantities.sort();
        set(ty, limit, member, quantities);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check_default;

    #[test]
    fn limits_follow_from_each_other() {
        check_default(
            &LimitRange,
            "v1",
            &[
                (
                    r#"{"spec":{"limits":[{"type":"Container","max":{"a":"3"},"min":{"b":"1","c":"1"},"default":{"c":"2"}}]}}"#,
                    r#"{"spec":{"limits":[{"type":"Container","max":{"a":"3"},"min":{"b":"1","c":"1"},
                        "default":{"a":"3","c":"2"},"defaultRequest":{"a":"3","b":"1","c":"2"}}]}}"#,
                ),
                (
                    r#"{"spec":{"limits":[{"type":"Pod","max":{"a":"3"}}]}}"#,
                    r#"{"spec":{"limits":[{"type":"Pod","max":{"a":"3"}}]}}"#,
                ),
            ],
        );
    }
}
