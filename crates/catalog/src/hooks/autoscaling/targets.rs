//! The cells of a HorizontalPodAutoscaler, from its v2 form.

use crate::hooks::cells::items;
use pintle_meta::Value;

/// How many metrics a cell shows.
const METRICS_MAX: usize = 2;
const UNKNOWN: &str = "<unknown>";

/// What is scaled, by which metrics, to how few pods.
pub(super) fn cells(object: &Value) -> Vec<Value> {
    let target = |key: &str| object.text_at(&["spec", "scaleTargetRef", key]);
    let min = object.at(&["spec", "minReplicas"]).and_then(Value::as_int);
    vec![
        format!("{}/{}", target("kind"), target("name")).into(),
        targets(items(object, &["spec", "metrics"]), items(object, &["status", "currentMetrics"])).into(),
        min.map_or_else(|| "<unset>".to_owned(), |min| min.to_string()).into(),
    ]
}

/// Each metric beside the state at the same place.
fn targets(wanted: &[Value], shown: &[Value]) -> String {
    if wanted.is_empty() {
        return "<none>".to_owned();
    }
    let texts = wanted.iter().enumerate().map(|(at, metric)| target(metric, shown.get(at)));
    let text = texts.take(METRICS_MAX).collect::<Vec<_>>().join(", ");
    match wanted.len().checked_sub(METRICS_MAX) {
        Some(more) if more > 0 => format!("{text} + {more} more..."),
        _ => text,
    }
}

/// `current/target`
fn target(metric: &Value, shown: Option<&Value>) -> String {
    let section = match metric.text_at(&["type"]) {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let wanted = metric.get(section).and_then(|source| source.get("target"));
    let current = shown.and_then(|shown| shown.get(section)).filter(|shown| !shown.is_null());
    let current = current.and_then(|shown| shown.get("current"));
    let averaged = given(wanted, "averageValue").is_some();
    match section {
        "pods" => pair(current, wanted, "averageValue"),
        "external" | "object" if averaged => {
            let shown = given(current, "averageValue").map_or(UNKNOWN, quantity);
            format!("{shown}/{} (avg)", quantity_at(wanted, "averageValue"))
        }
        "external" | "object" => pair(current, wanted, "value"),
        _ => {
            let name = metric.text_at(&[section, "name"]);
            let pair =
                if averaged { pair(current, wanted, "averageValue") } else { percents(current, wanted) };
            format!("{name}: {pair}")
        }
    }
}

fn pair(current: Option<&Value>, wanted: Option<&Value>, name: &str) -> String {
    let shown = if current.is_some() { quantity_at(current, name) } else { UNKNOWN };
    format!("{shown}/{}", quantity_at(wanted, name))
}

fn percents(current: Option<&Value>, wanted: Option<&Value>) -> String {
    let percent = |holder: Option<&Value>, unset: &str| {
        let number = given(holder, "averageUtilization").and_then(Value::as_int);
        number.map_or_else(|| unset.to_owned(), |number| format!("{number}%"))
    };
    format!("{}/{}", percent(current, UNKNOWN), percent(wanted, "<auto>"))
}

fn given<'a>(holder: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    holder.and_then(|holder| holder.get(name)).filter(|value| !value.is_null())
}

/// Go prints a pointer to no quantity like this.
fn quantity_at<'a>(holder: Option<&'a Value>, name: &str) -> &'a str {
    given(holder, name).map_or("<nil>", quantity)
}

fn quantity(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn targets_are_the_reference_s() {
        for (wanted, shown, text) in [
            ("[]", "[]", "<none>"),
            (
                r#"[{"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":80}}}]"#,
                "[]",
                "cpu: <unknown>/80%",
            ),
            (
                r#"[{"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":80}}},
                    {"type":"ContainerResource","containerResource":{"name":"memory","container":"c",
                    "target":{"averageValue":"1Gi"}}}]"#,
                r#"[{"resource":{"current":{"averageUtilization":7,"averageValue":"3m"}}},
                    {"containerResource":{"current":{"averageValue":"5Mi"}}}]"#,
                "cpu: 7%/80%, memory: 5Mi/1Gi",
            ),
            (
                r#"[{"type":"Pods","pods":{"target":{"averageValue":"10"}}},
                    {"type":"External","external":{"target":{"averageValue":"3"}}},{"type":"Odd"}]"#,
                r#"[{"pods":{"current":{"averageValue":"2"}}},{"external":{"current":{}}}]"#,
                "2/10, <unknown>/3 (avg) + 1 more...",
            ),
            (
                r#"[{"type":"Object","object":{"target":{"value":"10"}}},{"type":"Odd"}]"#,
                r#"[{"object":{"current":{}}}]"#,
                "<nil>/10, <unknown type>",
            ),
            (r#"[{"type":"Resource","resource":{"name":"cpu","target":{}}}]"#, "[]", "cpu: <unknown>/<auto>"),
        ] {
            let (wanted, shown) = (parse(wanted.as_bytes()).unwrap(), parse(shown.as_bytes()).unwrap());
            assert_eq!(targets(items(&wanted, &[]), items(&shown, &[])), text);
        }
    }
}
