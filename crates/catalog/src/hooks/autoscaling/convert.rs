//! HorizontalPodAutoscaler between v1 and v2. v1 has one target, the CPU percentage; everything else it keeps
//! in annotations as JSON, so that nothing is lost on the way there and back.

use super::metrics::{self, Side};
use super::{annotations, behavior};
use crate::hooks::cells::items;
use crate::hooks::shape;
use pintle_meta::Value;
use pintle_meta::value::to_json;

const CONDITION: &str = "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition";

/// From v1 to v2. Annotations that can't be read count for nothing; none of them stays.
pub(super) fn to_v2(object: &mut Value) {
    let target = object.take_at(&["spec", "targetCPUUtilizationPercentage"]).and_then(|value| value.as_int());
    let mut wanted = list(object, annotations::METRICS, Side::Spec).unwrap_or_default();
    wanted.extend(target.map(metrics::cpu_utilization));
    if wanted.is_empty() {
        wanted.push(metrics::cpu_utilization(metrics::CPU_DEFAULT));
    }

    let current =
        object.take_at(&["status", "currentCPUUtilizationPercentage"]).and_then(|value| value.as_int());
    let shown = list(object, annotations::CURRENT_METRICS, Side::Status);
    let shown = shown.unwrap_or_else(|| current.map(cpu_status).into_iter().collect());

    let rules = annotations::get(object, annotations::BEHAVIOR).and_then(behavior::from_text);
    let conditions = annotations::get(object, annotations::CONDITIONS);
    let conditions = conditions.and_then(|text| shape::read_list(text, shape::definition(CONDITION)));

    annotations::drop(object);
    put(object, &["spec", "metrics"], wanted.into_iter().collect());
    if !shown.is_empty() {
        put(object, &["status", "currentMetrics"], shown.into_iter().collect());
    }
    if let Some(rules) = rules {
        put(object, &["spec", "behavior"], rules);
    }
    if let Some(conditions) = conditions.filter(|conditions| !conditions.is_empty()) {
        put(object, &["status", "conditions"], conditions.into_iter().collect());
    }
}

/// From v2 to v1.
pub(super) fn to_v1(object: &mut Value) {
    annotations::drop(object);
    let mut texts = Vec::new();
    let wanted = take(object, &["spec", "metrics"]);
    let wanted = items(&wanted, &[]);
    let others = wanted.iter().filter(|metric| metrics::cpu_percent(Side::Spec, metric).is_none());
    let others: Vec<Value> = others.map(|metric| metrics::to_v1(Side::Spec, metric)).collect();
    texts.extend(text_of(others).map(|text| (annotations::METRICS, text)));

    let shown = take(object, &["status", "currentMetrics"]);
    let shown = items(&shown, &[]);
    let flat = shown.iter().map(|metric| metrics::to_v1(Side::Status, metric)).collect();
    texts.extend(text_of(flat).map(|text| (annotations::CURRENT_METRICS, text)));

    let rules = take(object, &["spec", "behavior"]);
    if !rules.is_null() {
        texts.push((annotations::BEHAVIOR, behavior::to_text(&rules)));
    }
    let conditions = take(object, &["status", "conditions"]);
    let conditions = items(&conditions, &[]).to_vec();
    texts.extend(text_of(conditions).map(|text| (annotations::CONDITIONS, text)));
    annotations::add(object, texts);

    // The first target counts, and the last state.
    if let Some(target) = wanted.iter().find_map(|metric| metrics::cpu_percent(Side::Spec, metric)) {
        put(object, &["spec", "targetCPUUtilizationPercentage"], target.into());
    }
    if let Some(current) = shown.iter().rev().find_map(|metric| metrics::cpu_percent(Side::Status, metric)) {
        put(object, &["status", "currentCPUUtilizationPercentage"], current.into());
    }
}

/// The v2 items of an annotation; `None` when there is none that can be read.
fn list(object: &Value, annotation: &str, side: Side) -> Option<Vec<Value>> {
    let items = shape::read_list(annotations::get(object, annotation)?, side.v1())?;
    Some(items.iter().map(|item| metrics::to_v2(side, item)).collect())
}

fn cpu_status(percent: i64) -> Value {
    let current = Value::from([("averageUtilization", percent.into())]);
    let resource = Value::from([("name", "cpu".into()), ("current", current)]);
    Value::from([("type", "Resource".into()), ("resource", resource)])
}

fn text_of(items: Vec<Value>) -> Option<String> {
    let filled = Some(items).filter(|items| !items.is_empty())?;
    let list: Value = filled.into_iter().collect();
    Some(String::from_utf8_lossy(&to_json(&list)).into_owned())
}

fn take(object: &mut Value, path: &[&str]) -> Value {
    object.take_at(path).unwrap_or_default()
}

fn put(object: &mut Value, path: &[&str], value: Value) {
    if let Some(place) = object.place(path) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    fn object(text: &str) -> Value {
        parse(text.as_bytes()).unwrap()
    }

    /// v2 holds everything, so there and back is the same, but that v1's own target goes last.
    #[test]
    fn v1_keeps_in_annotations_what_it_has_no_fields_for() {
        let v2 = object(
            r#"{"metadata":{"annotations":{"keep":"me"}},"spec":{"metrics":[
                {"type":"External","external":{"metric":{"name":"e"},"target":{"type":"AverageValue","averageValue":"3"}}},
                {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}],
                "behavior":{"scaleUp":{"selectPolicy":"Min","policies":[{"type":"Pods","value":4,"periodSeconds":15}],
                "tolerance":"100m"},"scaleDown":{"stabilizationWindowSeconds":1}}},
                "status":{"currentMetrics":[
                {"type":"Resource","resource":{"name":"cpu","current":{"averageValue":"3m","averageUtilization":7}}}],
                "conditions":[{"type":"AbleToScale","status":"True","lastTransitionTime":null}]}}"#,
        );
        let mut made = v2.clone();
        to_v1(&mut made);
        let annotation = |name: &str| annotations::get(&made, name).unwrap();
        assert_eq!(
            annotation(annotations::METRICS),
            r#"[{"type":"External","external":{"metricName":"e","targetAverageValue":"3"}}]"#
        );
        assert_eq!(
            annotation(annotations::CURRENT_METRICS),
            concat!(
                r#"[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":7,"#,
                r#""currentAverageValue":"3m"}}]"#
            )
        );
        assert_eq!(
            annotation(annotations::BEHAVIOR),
            concat!(
                r#"{"ScaleUp":{"StabilizationWindowSeconds":null,"SelectPolicy":"Min","#,
                r#""Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15}],"Tolerance":"100m"},"#,
                r#""ScaleDown":{"StabilizationWindowSeconds":1,"SelectPolicy":null,"Policies":null,"Tolerance":null}}"#
            )
        );
        assert_eq!(made["spec"]["targetCPUUtilizationPercentage"], Value::Int(60));
        assert_eq!(made["status"]["currentCPUUtilizationPercentage"], Value::Int(7));
        to_v2(&mut made);
        assert_eq!(made, v2);
    }

    #[test]
    fn states_without_a_value_get_zero() {
        let metric = object(
            r#"{"type":"Object","object":{"metric":{"name":"m"},"describedObject":{"kind":"K","name":"n"},
                "current":{"averageValue":"1"}}}"#,
        );
        let flat = metrics::to_v1(Side::Status, &metric);
        let text = String::from_utf8(to_json(&flat)).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"type":"Object","object":{"target":{"kind":"K","name":"n"},"metricName":"m","#,
                r#""currentValue":"0","averageValue":"1"}}"#
            )
        );
        assert_eq!(metrics::to_v2(Side::Status, &flat)["object"]["current"]["value"], Value::from("0"));
    }

    #[test]
    fn what_can_t_be_read_counts_for_nothing() {
        for text in ["not json", "{}", r#"[{"type":1}]"#, r#"[{"pods":{"targetAverageValue":"x"}}]"#] {
            let mut made = object(r#"{"metadata":{},"spec":{}}"#);
            annotations::add(&mut made, vec![(annotations::METRICS, text.to_owned())]);
            to_v2(&mut made);
            let cpu: Value = [metrics::cpu_utilization(80)].into_iter().collect();
            assert_eq!(made["spec"]["metrics"], cpu, "{text}");
            assert_eq!(made["metadata"], Value::map());
        }
    }

    #[test]
    fn names_in_annotations_are_read_in_any_case() {
        let mut made = object(r#"{"metadata":{},"spec":{}}"#);
        let text = r#"[{"TYPE":"Pods","Pods":{"MetricName":"m","targetaveragevalue":"10"}}]"#;
        annotations::add(&mut made, vec![(annotations::METRICS, text.to_owned())]);
        to_v2(&mut made);
        let pods = r#"[{"type":"Pods","pods":{"metric":{"name":"m"},"target":{"type":"AverageValue","averageValue":"10"}}}]"#;
        assert_eq!(made["spec"]["metrics"], object(pods));
    }
}
