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
