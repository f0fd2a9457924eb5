//! Metrics of an autoscaler between v2, and the flat form that v1 keeps in annotations.

use crate::hooks::shape;
use pintle_meta::Value;
use pintle_schema::Struct;

/// The percentage that an autoscaler without metrics aims at.
pub(super) const CPU_DEFAULT: i64 = 80;

/// Where a member stands in v2, and what v1 calls it.
type Members = &'static [(&'static [&'static str], &'static str)];

/// Members by the kind of metric, for what is wanted.
const SPEC: &[(&str, Members)] = &[
    (
        "resource",
        &[
            (&["name"], "name"),
            (&["target", "averageUtilization"], "targetAverageUtilization"),
            (&["target", "averageValue"], "targetAverageValue"),
        ],
    ),
    (
        "containerResource",
        &[
            (&["name"], "name"),
            (&["target", "averageUtilization"], "targetAverageUtilization"),
            (&["target", "averageValue"], "targetAverageValue"),
            (&["container"], "container"),
        ],
    ),
    (
        "pods",
        &[
            (&["metric", "name"], "metricName"),
            (&["target", "averageValue"], "targetAverageValue"),
            (&["metric", "selector"], "selector"),
        ],
    ),
    (
        "object",
        &[
            (&["describedObject"], "target"),
            (&["metric", "name"], "metricName"),
            (&["target", "value"], "targetValue"),
            (&["metric", "selector"], "selector"),
            (&["target", "averageValue"], "averageValue"),
        ],
    ),
    (
        "external",
        &[
            (&["metric", "name"], "metricName"),
            (&["metric", "selector"], "metricSelector"),
            (&["target", "value"], "targetValue"),
            (&["target", "averageValue"], "targetAverageValue"),
        ],
    ),
];

/// The same for what is.
const STATUS: &[(&str, Members)] = &[
    (
        "resource",
        &[
            (&["name"], "name"),
            (&["current", "averageUtilization"], "currentAverageUtilization"),
            (&["current", "averageValue"], "currentAverageValue"),
        ],
    ),
    (
        "containerResource",
        &[
            (&["name"], "name"),
            (&["current", "averageUtilization"], "currentAverageUtilization"),
            (&["current", "averageValue"], "currentAverageValue"),
            (&["container"], "container"),
        ],
    ),
    (
        "pods",
        &[
            (&["metric", "name"], "metricName"),
            (&["current", "averageValue"], "currentAverageValue"),
            (&["metric", "selector"], "selector"),
        ],
    ),
    (
        "object",
        &[
            (&["describedObject"], "target"),
            (&["metric", "name"], "metricName"),
            (&["current", "value"], "currentValue"),
            (&["metric", "selector"], "selector"),
            (&["current", "averageValue"], "averageValue"),
        ],
    ),
    (
        "external",
        &[
            (&["metric", "name"], "metricName"),
            (&["metric", "selector"], "metricSelector"),
            (&["current", "value"], "currentValue"),
            (&["current", "averageValue"], "currentAverageValue"),
        ],
    ),
];

/// What is wanted, or what is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Spec,
    Status,
}

impl Side {
    fn members(self) -> &'static [(&'static str, Members)] {
        match self {
            Side::Spec => SPEC,
            Side::Status => STATUS,
        }
    }

    /// The type of v1's items, which exist in annotations only.
    pub(super) fn v1(self) -> &'static Struct {
        shape::definition(match self {
            Side::Spec => "io.k8s.api.autoscaling.v1.MetricSpec",
            Side::Status => "io.k8s.api.autoscaling.v1.MetricStatus",
        })
    }
}

/// A v2 item as v1 keeps it, in normal form.
pub(super) fn to_v1(side: Side, item: &Value) -> Value {
    let mut made = Value::from([("type", item.get("type").cloned().unwrap_or_default())]);
    for (kind, members) in side.members() {
        let Some(source) = given(item, &[kind]) else { continue };
        let mut flat = Value::map();
        for (path, name) in *members {
            if let (Some(value), Some(place)) = (given(source, path), flat.place(&[name])) {
                *place = value.clone();
            }
        }
        put(&mut made, &[kind], flat);
    }
    shape::read(made, side.v1()).unwrap_or_default()
}

/// A v1 item in normal form as v2 has it; members stand in any order.
pub(super) fn to_v2(side: Side, item: &Value) -> Value {
    let mut made = Value::from([("type", item.get("type").cloned().unwrap_or_default())]);
    for (kind, members) in side.members() {
        let Some(flat) = given(item, &[kind]) else { continue };
        let mut source = Value::map();
        for (path, name) in *members {
            if let Some(value) = given(flat, &[name]) {
                put(&mut source, path, value.clone());
            }
        }
        if side == Side::Spec {
            let target = target_type(kind, &source);
            put(&mut source, &["target", "type"], target.into());
        }
        put(&mut made, &[kind], source);
    }
    made
}

/// What kind of target a v1 metric has follows from the members it gives.
fn target_type(kind: &str, source: &Value) -> &'static str {
    let gives = |name: &str| given(source, &["target", name]).is_some();
    match kind {
        "resource" | "containerResource" if gives("averageUtilization") => "Utilization",
        "external" if gives("value") => "Value",
        "object" if !gives("averageValue") => "Value",
        _ => "AverageValue",
    }
}

/// The v2 metric of a target percentage of CPU.
pub(super) fn cpu_utilization(percent: i64) -> Value {
    let target = [("type", "Utilization".into()), ("averageUtilization", percent.into())];
    let resource = [("name", "cpu".into()), ("target", Value::from(target))];
    Value::from([("type", "Resource".into()), ("resource", Value::from(resource))])
}

/// The percentage of CPU that a v2 metric aims at, or that a v2 status shows.
pub(super) fn cpu_percent(side: Side, item: &Value) -> Option<i64> {
    let is_cpu = item.text_at(&["type"]) == "Resource" && item.text_at(&["resource", "name"]) == "cpu";
    let holder = if side == Side::Spec { "target" } else { "current" };
    let percent = item.at(&["resource", holder, "averageUtilization"]).and_then(Value::as_int);
    percent.filter(|_| is_cpu)
}

fn given<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    value.at(path).filter(|value| !value.is_null())
}

fn put(value: &mut Value, path: &[&str], member: Value) {
    if let Some(place) = value.place(path) {
        *place = member;
    }
}
