//! Label keys and values; annotations, finalizers and resource names use the key rule too.

use super::ascii::{framed, is_dns1123_subdomain};
use super::dns::subdomain_message;
use super::{LABEL_MAX, SUBDOMAIN_MAX, regex_message};

const KEY_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                        alphanumeric character";
const KEY_REGEX: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const KEY_EXAMPLES: &[&str] = &["MyName", "my.name", "123-abc"];

/// A qualified name, which is what a label key is: an optional DNS subdomain and `/`, then a name of at most
/// 63 bytes.
pub fn qualified_name(text: &str) -> Vec<String> {
    let mut parts = text.split('/');
    let (first, second, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    if more.is_some() {
        let rule = regex_message(KEY_RULE, KEY_REGEX, KEY_EXAMPLES);
        return vec![format!(
            "a valid label key {rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        )];
    }
    let mut errors = second.map_or_else(Vec::new, |_| prefix_errors(first));
    let name = second.unwrap_or(first);
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    } else if name.len() > LABEL_MAX {
        errors.push(format!("name part {}", too_long(LABEL_MAX)));
    }
    if !is_name(name) {
        errors.push(format!("name part {}", regex_message(KEY_RULE, KEY_REGEX, KEY_EXAMPLES)));
    }
    errors
}

fn prefix_errors(prefix: &str) -> Vec<String> {
    if prefix.is_empty() {
        return vec!["prefix part must be non-empty".to_owned()];
    }
    let mut errors = Vec::new();
    if prefix.len() > SUBDOMAIN_MAX {
        errors.push(format!("prefix part {}", too_long(SUBDOMAIN_MAX)));
    }
    if !is_dns1123_subdomain(prefix) {
        errors.push(format!("prefix part {}", subdomain_message()));
    }
    errors
}

/// A label key that must have a prefix.
pub fn prefixed_label_key(text: &str) -> Vec<String> {
    let errors = qualified_name(text);
    if errors.is_empty() && !text.contains('/') {
        return vec!["must include a prefix (e.g. 'example.com/key')".to_owned()];
    }
    errors
}

/// A label's value: empty, or of the shape of a key's name.
pub fn label_value(text: &str) -> Vec<String> {
    const RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
                        and must start and end with an alphanumeric character";
    let mut errors = Vec::new();
    if text.len() > LABEL_MAX {
        errors.push(too_long(LABEL_MAX));
    }
    if !text.is_empty() && !is_name(text) {
        errors.push(regex_message(RULE, &format!("({KEY_REGEX})?"), &["MyValue", "my_value", "12345"]));
    }
    errors
}

fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    framed(text, |byte| byte.is_ascii_alphanumeric(), inner)
}

fn too_long(max: usize) -> String {
    format!("must be no more than {max} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                       alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
                       validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    #[test]
    fn keys_are_judged_part_by_part() {
        for key in ["a", "A.b_c-1", "example.com/MyName", "1", &"x".repeat(63)] {
            assert!(qualified_name(key).is_empty(), "{key:?}");
        }
        for (key, errors) in [
            ("", vec!["name part must be non-empty".to_owned(), format!("name part {KEY}")]),
            ("-bad", vec![format!("name part {KEY}")]),
            ("/a", vec!["prefix part must be non-empty".to_owned()]),
            ("A.B/c", vec![format!("prefix part {}", subdomain_message())]),
            (
                "a/b/c",
                vec![format!(
                    "a valid label key {KEY} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
                )],
            ),
        ] {
            assert_eq!(qualified_name(key), errors);
        }
        assert_eq!(qualified_name(&"x".repeat(64)), ["name part must be no more than 63 bytes"]);
        assert_eq!(
            qualified_name(&format!("{}/x", "a".repeat(254))),
            ["prefix part must be no more than 253 bytes"]
        );
        assert_eq!(prefixed_label_key("a"), ["must include a prefix (e.g. 'example.com/key')"]);
    }

    #[test]
    fn values_may_be_empty() {
        assert!(label_value("").is_empty());
        assert!(label_value("a_B.c-1").is_empty());
        assert_eq!(label_value(&"v".repeat(64)), ["must be no more than 63 bytes"]);
        assert_eq!(
            label_value("b c"),
            [
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must \
              start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used \
              for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            ]
        );
    }
}
