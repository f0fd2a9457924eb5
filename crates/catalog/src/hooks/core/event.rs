//! Event: shown as the newer group's events are, and selected by who reported it.

use crate::hooks::events::event::{cells, reporter};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// core Event.
#[derive(Debug)]
pub(super) struct Event;

impl Hooks for Event {
    fn selectable_field(&self, object: &Value, field: &str) -> Option<String> {
        (field == "source").then(|| reporter(object).to_owned())
    }

    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        cells(object, now_unix_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;
    use pintle_meta::value::parse;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &Event,
            &[(
                r#"{"involvedObject":{"kind":"Pod","name":"p"},"source":{"component":"k","host":"h"},"message":" m ",
                    "firstTimestamp":"1970-01-01T00:16:30Z","lastTimestamp":"1970-01-01T00:16:39Z","count":2}"#,
                r#"["1s","pod/p","k, h","m","10s",2]"#,
            )],
        );
    }

    #[test]
    fn the_source_is_who_reported() {
        for (event, source) in [
            (r#"{"source":{"component":"a"},"reportingComponent":"b"}"#, "a"),
            (r#"{"source":{},"reportingComponent":"b"}"#, "b"),
            (r#"{}"#, ""),
        ] {
            let event = parse(event.as_bytes()).unwrap();
            assert_eq!(Event.selectable_field(&event, "source").as_deref(), Some(source));
            assert_eq!(Event.selectable_field(&event, "reason"), None);
        }
    }
}
