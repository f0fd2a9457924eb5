//! YAML text in the style that the reference's clients know: block style, four columns deeper each time, two
//! within an item of a list.

use pintle_meta::Value;
use pintle_meta::value::{float_text, write_json_string};
use std::fmt::Write;

/// `value` as a YAML document.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    if is_block(value) {
        block(value, 0, false, &mut out);
    } else {
        scalar(value, &mut out);
        out.push('\n');
    }
    out
}

/// Writes a list or map that is not empty; every line of it begins at `indent`, but for the first when it
/// `continues` one.
fn block(value: &Value, indent: usize, mut continues: bool, out: &mut String) {
    let mut margin = |out: &mut String| {
        if !std::mem::take(&mut continues) {
            out.extend(std::iter::repeat_n(' ', indent));
        }
    };
    match value {
        Value::List(items) => {
            for item in items {
                margin(out);
                out.push_str("- ");
                if is_block(item) {
                    block(item, indent + 2, true, out);
                } else {
                    scalar(item, out);
                    out.push('\n');
                }
            }
        }
        Value::Map(map) => {
            for (key, value) in map.iter() {
                margin(out);
                string(key, out);
                out.push(':');
                if is_block(value) {
                    out.push('\n');
                    block(value, (indent + 4) / 4 * 4, false, out);
                } else {
                    out.push(' ');
                    scalar(value, out);
                    out.push('\n');
                }
            }
        }
        other => scalar(other, out),
    }
}

fn is_block(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_)) && !value.is_empty()
}

fn scalar(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => out.push_str(&float_text(*number)),
        Value::String(text) => string(text, out),
        Value::List(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
    }
}

/// Plain where it means the same text, in single quotes where a sign would mislead, in double quotes where it
/// would be something else than text or has signs that need escapes.
fn string(text: &str, out: &mut String) {
    let escapes = text
        .chars()
        .any(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}'));
    if escapes || means_something_else(text) {
        let mut json = Vec::new();
        write_json_string(text, &mut json);
        out.push_str(&String::from_utf8_lossy(&json));
    } else if is_plain(text) {
        out.push_str(text);
    } else {
        let _ = write!(out, "'{}'", text.replace('\'', "''"));
    }
}

/// Words that YAML, old or new, takes for null, booleans, numbers or times.
fn means_something_else(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(
        lower.as_str(),
        "" | "~"
            | "null"
            | "true"
            | "false"
            | "y"
            | "n"
            | "yes"
            | "no"
            | "on"
            | "off"
            | "<<"
            | ".nan"
            | ".inf"
            | "-.inf"
            | "+.inf"
    );
    let number = |text: &str| {
        let digits = text.trim_start_matches(['-', '+']);
        digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            && digits.chars().all(|letter| letter.is_ascii_alphanumeric() || "._:-+".contains(letter))
    };
    word || number(text)
}

fn is_plain(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next().unwrap_or(' ');
    let second = letters.next().unwrap_or(' ');
    let indicator = ",[]{}#&*!|>'\"%@`".contains(first) || ("-?:".contains(first) && second == ' ');
    !indicator
        && !text.starts_with(' ')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text != "---"
        && text != "..."
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[track_caller]
    fn check(json: &str, wanted: &str) {
        assert_eq!(write(&parse(json.as_bytes()).unwrap()), wanted, "{json}");
    }

    #[test]
    fn extensions_look_as_clients_know_them() {
        check(r#""atomic""#, "atomic\n");
        check(r#"["name","cert sign"]"#, "- name\n- cert sign\n");
        check(r#"[{"group":"","kind":"Pod","version":"v1"}]"#, "- group: \"\"\n  kind: Pod\n  version: v1\n");
        check(
            r#"[{"discriminator":"type","fields-to-discriminateBy":{"a":"A"}}]"#,
            "- discriminator: type\n  fields-to-discriminateBy:\n    a: A\n",
        );
        check(r#"{"a":{"b":[1,{"c":true}]},"d":{}}"#, "a:\n    b:\n        - 1\n        - c: true\nd: {}\n");
    }

    #[test]
    fn texts_stay_texts() {
        check(r#""1""#, "\"1\"\n");
        check(r#""yes""#, "\"yes\"\n");
        check(r#""*""#, "'*'\n");
        check(r#""- it's""#, "'- it''s'\n");
        check(r#""a: b""#, "'a: b'\n");
        check(r#""two\nlines""#, "\"two\\nlines\"\n");
        check(r#""v1.2:x""#, "v1.2:x\n");
    }
}
