//! The bodies that most clients send are JSON, which YAML reads the same in all but a few corners. A body without any of
//! those is read by the JSON reader, at a tenth of the cost; whatever else it holds, the stages of YAML decide.

use pintle_meta::Value;
use pintle_meta::value::parse;

/// Longer keys are no simple keys to YAML.
const KEY_MAX: usize = 1000;

/// Longer numbers may not fit an integer.
const DIGITS_MAX: usize = 18;

/// The value of a body that JSON and YAML read alike, as YAML's stages would make it; `None` leaves it to them.
pub(super) fn read(bytes: &[u8]) -> Option<Value> {
    let said = members(bytes)?;
    let mut value = parse(bytes).ok()?;
    // What repeats a key has fewer members than it says.
    (sort_and_count(&mut value) == said).then_some(value)
}

/// How many members the text says, repeated ones included; `None` when YAML may see something else in it.
fn members(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'{') {
        return None;
    }
    let mut members = 0;
    let mut rest = bytes;
    // How long the text before is, when the byte before ended one.
    let mut text_before = None;
    while let Some((first, after)) = rest.split_first() {
        let key = text_before.take();
        rest = match first {
            b'"' => {
                let length = text_length(after)?;
                text_before = Some(length);
                &after[length + 1..]
            }
            b':' => {
                key.filter(|length| *length <= KEY_MAX)?;
                members += 1;
                after
            }
            b'-' | b'0'..=b'9' => &rest[number_length(rest)?..],
            b' ' | b'\n' | b'{' | b'}' | b'[' | b']' | b',' | b'a'..=b'z' => after,
            _ => return None,
        };
    }
    Some(members)
}

/// The length of a text up to its closing quote: printable ASCII, escapes that both know, and no merge key.
fn text_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => break,
            b'\\' => match bytes.get(at + 1)? {
                b'"' | b'\\' | b'n' | b't' | b'r' => at += 2,
                _ => return None,
            },
            b' '..=b'~' => at += 1,
            _ => return None,
        }
    }
    (&bytes[..at] != b"<<").then_some(at)
}

/// The length of an integer that is written alike in both.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let digits = bytes[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_plain = match bytes[sign..].first() {
        Some(b'0') => digits == 1 && sign == 0,
        _ => (1..=DIGITS_MAX).contains(&digits),
    };
    let ends = matches!(bytes.get(sign + digits), Some(b',' | b'}' | b']' | b' ' | b'\n'));
    (is_plain && ends).then_some(sign + digits)
}

/// Puts members in the order in which YAML's stages leave them, and counts them.
fn sort_and_count(value: &mut Value) -> usize {
    match value {
        Value::Map(map) => {
            map.sort();
            map.iter_mut().map(|(_, member)| 1 + sort_and_count(member)).sum()
        }
        Value::List(list) => list.make_mut().iter_mut().map(sort_and_count).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::by_stages;
    use pintle_meta::value::to_json;

    #[test]
    fn what_is_read_as_json_is_what_yaml_reads() {
        for text in [
            "{}",
            "{\n  \"b\": {\"c\": [1, -2, 0, true, false, null, \"x\"]},\n  \"a\": \"\\\"\\\\\\n\\t\\r\"\n}\n",
            r#"{"long":123456789012345678,"yes":"yes","no":"~","on":"2026-01-02","hash":"a # b","colon":"a: b"}"#,
            r#"{"nested":{"nested":{"nested":[[[{}]],[]]}}}"#,
        ] {
            let read = read(text.as_bytes()).unwrap_or_else(|| panic!("{text} was left to YAML"));
            assert_eq!(to_json(&read), to_json(&by_stages(text.as_bytes()).unwrap().value), "{text}");
        }
    }

    #[test]
    fn what_may_be_something_else_to_yaml_is_left_to_it() {
        let long_key = format!("{{\"{}\":1}}", "k".repeat(KEY_MAX + 1));
        for text in [
            "a: b",
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":1.5}"#,
            r#"{"a":1e3}"#,
            r#"{"a":-0}"#,
            r#"{"a":012}"#,
            r#"{"a":12345678901234567890}"#,
            r#"{"<<":{"a":1}}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\ud83d\ude00"}"#,
            "{\"a\":\"\u{fc}\"}",
            "{\"a\":\"\u{7f}\"}",
            "{\t\"a\":1}",
            "{\"a\"\n:1}",
            "{\"a\" :1}",
            "{\"a\":yes}",
            "{\"a\":1} # what it is",
            "{\"a\":1}\n---\n{}",
            "{\"a\":1",
            "\u{feff}{}",
            "[1]",
            &long_key,
        ] {
            assert!(read(text.as_bytes()).is_none(), "{text} was read as JSON");
        }
    }
}
