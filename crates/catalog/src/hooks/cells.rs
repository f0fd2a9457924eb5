//! What the cells of several kinds are made of.

use pintle_meta::Value;
use pintle_meta::time::{Duration, MicroTime, Time, human_duration};

/// Time since `time`, for people; `<unknown>` when it is unset.
pub(super) fn age(time: Option<&Value>, now_unix_seconds: i64) -> String {
    let time = time.and_then(Value::as_str).and_then(|text| Time::parse(text).ok());
    since(time.map(Time::unix), now_unix_seconds)
}

/// [`age`] of a time with microseconds.
pub(super) fn micro_age(time: Option<&Value>, now_unix_seconds: i64) -> String {
    let time = time.and_then(Value::as_str).and_then(|text| MicroTime::parse(text).ok());
    since(time.map(|time| time.unix_micros().div_euclid(1_000_000)), now_unix_seconds)
}

fn since(time: Option<i64>, now: i64) -> String {
    let since = time.and_then(|time| Duration::from_seconds(now - time));
    since.map_or_else(|| "<unknown>".to_owned(), human_duration)
}

/// The items of the list that `path` leads to; none when there is no list.
pub(super) fn items<'a>(object: &'a Value, path: &[&str]) -> &'a [Value] {
    object.at(path).and_then(Value::as_list).map_or(&[], |list| list)
}

/// The text that `path` leads to, or `otherwise` when nothing stands there.
pub(super) fn text_or<'a>(object: &'a Value, path: &[&str], otherwise: &'a str) -> &'a str {
    object.at(path).and_then(Value::as_str).unwrap_or(otherwise)
}

/// The text that `path` leads to, or `otherwise` when nothing or empty text stands there.
pub(super) fn non_empty_or<'a>(object: &'a Value, path: &[&str], otherwise: &'a str) -> &'a str {
    match object.text_at(path) {
        "" => otherwise,
        text => text,
    }
}

/// The number that `path` leads to; 0 when there is none.
pub(super) fn count_at(object: &Value, path: &[&str]) -> i64 {
    object.at(path).and_then(Value::as_int).unwrap_or_default()
}

/// Whether something that is not null stands where `path` leads to.
pub(super) fn is_set(object: &Value, path: &[&str]) -> bool {
    object.at(path).is_some_and(|value| !value.is_null())
}

/// Texts with `separator` between them.
pub(super) fn joined(texts: &[Value], separator: &str) -> String {
    texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(separator)
}

/// The first `max` texts and how many follow; `<unset>` when there are none.
pub(super) fn shortened(texts: &[&str], max: usize) -> String {
    match texts.get(..max) {
        Some(first) if texts.len() > max => format!("{} + {} more...", first.join(","), texts.len() - max),
        _ => Some(texts.join(",")).filter(|text| !text.is_empty()).unwrap_or_else(|| "<unset>".to_owned()),
    }
}

/// Whether the object has this annotation with this value.
pub(super) fn annotated(object: &Value, annotation: &str, value: &str) -> bool {
    object.at(&["metadata", "annotations", annotation]).and_then(Value::as_str) == Some(value)
}

/// The condition of this type.
pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    items(object, &["status", "conditions"]).iter().find(|condition| condition.text_at(&["type"]) == kind)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use pintle_meta::value::parse;
    use pintle_schema::Hooks;

    /// Compares the cells of objects, 1000 seconds after 1970, with what they should be.
    pub(crate) fn check(hooks: &dyn Hooks, cases: &[(&str, &str)]) {
        for (object, cells) in cases {
            let made: Value = hooks.cells(&parse(object.as_bytes()).unwrap(), 1000).into_iter().collect();
            assert_eq!(made, parse(cells.as_bytes()).unwrap(), "{object}");
        }
    }

    /// Compares objects after defaulting with what they should be, and that a second time changes nothing.
    pub(crate) fn check_default(hooks: &dyn Hooks, version: &str, cases: &[(&str, &str)]) {
        for (object, defaulted) in cases {
            let mut made = parse(object.as_bytes()).unwrap();
            hooks.default(version, &mut made);
            assert_eq!(made, parse(defaulted.as_bytes()).unwrap(), "{object}");
            let once = made.clone();
            hooks.default(version, &mut made);
            assert_eq!(made, once, "not idempotent: {object}");
        }
    }

    #[test]
    fn long_lists_are_shortened() {
        assert_eq!(shortened(&[], 3), "<unset>");
        assert_eq!(shortened(&["a", "b", "c"], 3), "a,b,c");
        assert_eq!(shortened(&["a", "b", "c", "d", "e"], 3), "a,b,c + 2 more...");
    }

    #[test]
    fn ages_need_a_time() {
        assert_eq!(age(None, 10), "<unknown>");
        assert_eq!(age(Some(&"1970-01-01T00:00:00Z".into()), 10), "10s");
        assert_eq!(micro_age(Some(&"1970-01-01T00:00:01.500000Z".into()), 10), "9s");
    }
}
