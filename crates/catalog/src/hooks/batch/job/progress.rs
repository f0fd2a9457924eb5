//! How far a job has come, as cells.

use crate::hooks::cells::{condition, count_at};
use pintle_meta::time::{Duration, Time, human_duration};
use pintle_meta::{Object, Value};

/// What of its conditions and deletion matters most.
pub(super) fn status(job: &Value) -> &'static str {
    let has =
        |kind: &str| condition(job, kind).is_some_and(|condition| condition.text_at(&["status"]) == "True");
    if has("Complete") {
        "Complete"
    } else if has("Failed") {
        "Failed"
    } else if job.deletion_timestamp().is_some() {
        "Terminating"
    } else if has("Suspended") {
        "Suspended"
    } else if has("FailureTarget") {
        "FailureTarget"
    } else {
        "Running"
    }
}

/// `succeeded/wanted`; a job that works until one pod succeeds says of how many.
pub(super) fn completions(job: &Value) -> String {
    let succeeded = count_at(job, &["status", "succeeded"]);
    if let Some(wanted) = job["spec"]["completions"].as_int() {
        return format!("{succeeded}/{wanted}");
    }
    match count_at(job, &["spec", "parallelism"]) {
        parallel if parallel > 1 => format!("{succeeded}/1 of {parallel}"),
        _ => format!("{succeeded}/1"),
    }
}

/// How long it took, or has taken up to now.
pub(super) fn duration(job: &Value, now: i64) -> String {
    let time = |member: &str| Time::parse(job.text_at(&["status", member])).ok().map(Time::unix);
    let Some(start) = time("startTime") else { return String::new() };
    let end = time("completionTime").unwrap_or(now);
    Duration::from_seconds(end - start).map(human_duration).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn progress_reads_as_the_reference_prints_it() {
        for (job, cells) in [
            (r#"{}"#, ["Running", "0/1", ""]),
            (
                r#"{"spec":{"completions":3,"parallelism":2},"status":{"succeeded":1,"startTime":"1970-01-01T00:00:00Z"}}"#,
                ["Running", "1/3", "16m"],
            ),
            (
                r#"{"spec":{"parallelism":2},"status":{"startTime":"1970-01-01T00:00:00Z","completionTime":"1970-01-01T00:00:09Z",
                    "conditions":[{"type":"Suspended","status":"True"},{"type":"Complete","status":"True"}]}}"#,
                ["Complete", "0/1 of 2", "9s"],
            ),
            (
                r#"{"metadata":{"deletionTimestamp":"1970-01-01T00:00:00Z"},"status":{"conditions":[{"type":"Failed","status":"False"}]}}"#,
                ["Terminating", "0/1", ""],
            ),
        ] {
            let object = parse(job.as_bytes()).unwrap();
            assert_eq!([status(&object), &completions(&object), &duration(&object, 1000)], cells, "{job}");
        }
    }
}
