//! HorizontalPodAutoscaler: what its two versions default to, and its cells.

use super::{annotations, behavior, convert, metrics, targets};
use crate::hooks::shape;
use pintle_meta::Value;
use pintle_schema::{Hooks, decode};

/// autoscaling HorizontalPodAutoscaler.
#[derive(Debug)]
pub(super) struct HorizontalPodAutoscaler;

impl Hooks for HorizontalPodAutoscaler {
    fn default(&self, version: &str, object: &mut Value) {
        match version {
            "v1" => default_v1(object),
            _ => default_v2(object),
        }
    }

    fn convert(&self, from: &str, to: &str, object: &mut Value) {
        match (from, to) {
            ("v1", "v2") => convert::to_v2(object),
            ("v2", "v1") => convert::to_v1(object),
            _ => {}
        }
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        if object.text_at(&["apiVersion"]).ends_with("/v1") {
            let mut hub = object.clone();
            convert::to_v2(&mut hub);
            return targets::cells(&hub);
        }
        targets::cells(object)
    }
}

/// The reference reads a v1 object into its hub form and prints it from there, so annotations that say
/// nothing are gone and an object without metrics has a target.
fn default_v1(object: &mut Value) {
    let target =
        object.at(&["spec", "targetCPUUtilizationPercentage"]).is_some_and(|target| !target.is_null());
    if target && !annotations::present(object) {
        return;
    }
    let shown = annotations::get(object, annotations::CURRENT_METRICS).is_some();
    convert::to_v2(object);
    convert::to_v1(object);
    if !shown {
        // Made of the percentage alone it would say a value of zero, which must not be stored.
        annotations::drop_one(object, annotations::CURRENT_METRICS);
    }
    let ty = shape::definition("io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler");
    if let Ok(restored) = decode::value(object.clone(), ty) {
        *object = restored.value;
    }
}

fn default_v2(object: &mut Value) {
    annotations::drop(object);
    let ty = shape::definition("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec");
    let Some(spec) = object.as_map_mut().and_then(|object| object.get_mut("spec")) else { return };
    if spec.get("metrics").is_none_or(Value::is_empty) {
        shape::set(
            ty,
            spec,
            "metrics",
            [metrics::cpu_utilization(metrics::CPU_DEFAULT)].into_iter().collect::<Value>(),
        );
    }
    if let Some(rules) = spec.as_map_mut().and_then(|spec| spec.get_mut("behavior"))
        && !rules.is_null()
    {
        behavior::default(rules);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check_default;

    #[test]
    fn a_v1_object_is_what_its_hub_form_prints() {
        check_default(
            &HorizontalPodAutoscaler,
            "v1",
            &[
                (
                    r#"{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1","metadata":{"name":"a",
                        "annotations":{"autoscaling.alpha.kubernetes.io/metrics":"not json"}},
                        "spec":{"scaleTargetRef":{"kind":"D","name":"d"},"maxReplicas":3},
                        "status":{"currentReplicas":0,"desiredReplicas":0}}"#,
                    r#"{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1","metadata":{"name":"a"},
                        "spec":{"scaleTargetRef":{"kind":"D","name":"d"},"maxReplicas":3,
                        "targetCPUUtilizationPercentage":80},"status":{"currentReplicas":0,"desiredReplicas":0}}"#,
                ),
                (
                    r#"{"metadata":{},"spec":{"targetCPUUtilizationPercentage":50}}"#,
                    r#"{"metadata":{},"spec":{"targetCPUUtilizationPercentage":50}}"#,
                ),
            ],
        );
    }

    #[test]
    fn v2_behavior_is_filled_rule_by_rule() {
        check_default(
            &HorizontalPodAutoscaler,
            "v2",
            &[(
                r#"{"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/conditions":"[]","keep":"me"}},
                    "spec":{"behavior":{"scaleDown":{"stabilizationWindowSeconds":30}}}}"#,
                r#"{"metadata":{"annotations":{"keep":"me"}},"spec":{"metrics":[{"type":"Resource","resource":
                    {"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}],
                    "behavior":{"scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[
                    {"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]},
                    "scaleDown":{"stabilizationWindowSeconds":30,"selectPolicy":"Max","policies":[
                    {"type":"Percent","value":100,"periodSeconds":15}]}}}}"#,
            )],
        );
    }
}
