//! DNS labels and subdomains (RFC 1035, RFC 1123).

use super::ascii::{framed, is_dns1123_label, is_dns1123_subdomain, lower_or_digit};
use super::{LABEL_MAX, SUBDOMAIN_MAX, max_len_message, regex_message};
use crate::field::FieldError;
use crate::value::Value;

const LABEL_RULE: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \
                          '-', and must start and end with an alphanumeric character";
const LABEL_REGEX: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN_RULE: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
                              characters, '-' or '.', and must start and end with an alphanumeric character";
const SUBDOMAIN_REGEX: &str = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

/// A label: lower case letters, digits and inner dashes, at most 63 bytes.
pub fn dns1123_label(text: &str) -> Vec<String> {
    let mut errors = too_long(text, LABEL_MAX);
    if !is_dns1123_label(text) {
        errors.push(if is_dns1123_subdomain(text) {
            "must not contain dots".to_owned()
        } else {
            regex_message(LABEL_RULE, LABEL_REGEX, &["my-name", "123-abc"])
        });
    }
    errors
}

/// Labels joined by dots, at most 253 bytes.
pub fn dns1123_subdomain(text: &str) -> Vec<String> {
    let mut errors = too_long(text, SUBDOMAIN_MAX);
    if !is_dns1123_subdomain(text) {
        errors.push(subdomain_message());
    }
    errors
}

/// What is said of text that is no subdomain.
pub(super) fn subdomain_message() -> String {
    regex_message(SUBDOMAIN_RULE, SUBDOMAIN_REGEX, &["example.com"])
}

/// A subdomain in which upper case letters count as lower case.
pub fn dns1123_subdomain_caseless(text: &str) -> Vec<String> {
    const RULE: &str = "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must \
                        start and end with an alphanumeric character";
    let alphanumeric = |byte: u8| byte.is_ascii_alphanumeric();
    let mut errors = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        errors.push(format!("must be no more than {SUBDOMAIN_MAX} bytes"));
    }
    let is_label = |label| framed(label, alphanumeric, |byte| byte == b'-' || byte.is_ascii_alphanumeric());
    if !text.split('.').all(is_label) {
        errors.push(regex_message(RULE, SUBDOMAIN_REGEX, &["Example.com"]));
    }
    errors
}

/// A subdomain whose labels may hold underscores, one of them in front.
pub fn dns1123_subdomain_with_underscore(text: &str) -> Vec<String> {
    const RULE: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' \
                        or '.', and must start and end with an alphanumeric character";
    const REGEX: &str = r"_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*";
    let mut errors = too_long(text, SUBDOMAIN_MAX);
    let is_label = |label: &str| {
        let bare = label.strip_prefix('_').unwrap_or(label);
        framed(bare, lower_or_digit, |byte| matches!(byte, b'-' | b'_') || lower_or_digit(byte))
    };
    if !text.split('.').all(is_label) {
        errors.push(regex_message(RULE, REGEX, &["example.com"]));
    }
    errors
}

/// A label that starts with a letter.
pub fn dns1035_label(text: &str) -> Vec<String> {
    const RULE: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with \
                        an alphabetic character, and end with an alphanumeric character";
    const REGEX: &str = "[a-z]([-a-z0-9]*[a-z0-9])?";
    let mut errors = too_long(text, LABEL_MAX);
    if !(text.starts_with(|c: char| c.is_ascii_lowercase()) && is_dns1123_label(text)) {
        errors.push(regex_message(RULE, REGEX, &["my-name", "abc-123"]));
    }
    errors
}

/// `*.` and a subdomain (RFC 1034 section 4.3.3).
pub fn wildcard_dns1123_subdomain(text: &str) -> Vec<String> {
    const RULE: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which \
                        must consist of lower case alphanumeric characters, '-' or '.' and end with an \
                        alphanumeric character";
    let mut errors = too_long(text, SUBDOMAIN_MAX);
    if !text.strip_prefix("*.").is_some_and(is_dns1123_subdomain) {
        errors.push(regex_message(RULE, &format!(r"\*\.{SUBDOMAIN_REGEX}"), &["*.example.com"]));
    }
    errors
}

/// A subdomain of at least three labels.
pub fn fully_qualified_name(path: &str, text: &str) -> Vec<FieldError> {
    qualified(path, text, 3, "should be a domain with at least three segments separated by dots")
        .map_or_else(|error| vec![error], |()| Vec::new())
}

/// A subdomain of at least two labels, each valid by itself; a dot at the end does not count.
pub fn fully_qualified_domain_name(path: &str, text: &str) -> Vec<FieldError> {
    let name = if text.is_empty() { text } else { text.strip_suffix('.').unwrap_or(text) };
    if text == "." {
        return vec![FieldError::invalid(path, &Value::from(name), dns1123_subdomain(name).join(","))];
    }
    let few = "should be a domain with at least two segments separated by dots";
    let bad_label = || {
        let (label, errors) = name
            .split('.')
            .map(|label| (label, dns1123_label(label)))
            .find(|(_, errors)| !errors.is_empty())?;
        Some(FieldError::invalid(path, &Value::from(label), errors.join(",")))
    };
    match qualified(path, name, 2, few) {
        Err(error) => vec![error],
        Ok(()) => bad_label().into_iter().collect(),
    }
}

fn qualified(path: &str, name: &str, segments: usize, too_few: &str) -> Result<(), FieldError> {
    if name.is_empty() {
        return Err(FieldError::required(path, ""));
    }
    let errors = dns1123_subdomain(name);
    if !errors.is_empty() {
        return Err(FieldError::invalid(path, &Value::from(name), errors.join(",")));
    }
    if name.split('.').count() < segments {
        return Err(FieldError::invalid(path, &Value::from(name), too_few));
    }
    Ok(())
}

fn too_long(text: &str, max: usize) -> Vec<String> {
    if text.len() > max { vec![max_len_message(max)] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> Vec<String>, valid: &[&str], invalid: &[&str]) {
        for text in valid {
            assert!(rule(text).is_empty(), "{text:?}");
        }
        for text in invalid {
            assert!(!rule(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn shapes_are_those_of_the_reference() {
        check(dns1123_label, &["a", "1", "a-b", "0-9z", "a--b"], &["", "-", "a-", "A", "a.b", "a_b", "a\n"]);
        check(dns1035_label, &["a", "a1", "a-b"], &["", "1a", "-a", "a-", "A", "a.b"]);
        check(dns1123_subdomain, &["a", "a.b", "0.1-2"], &["", ".", "a.", ".a", "a..b", "A.b", "a-.b"]);
        check(dns1123_subdomain_caseless, &["A.b"], &["A_b"]);
        check(dns1123_subdomain_with_underscore, &["_a.b", "a_b._c"], &["a_", "__a", "_", "_.a"]);
        check(wildcard_dns1123_subdomain, &["*.a.b"], &["*", "a.b", "*.*.a", "*a.b"]);
        check(dns1123_label, &[&"a".repeat(63)], &[&"a".repeat(64)]);
        check(dns1123_subdomain, &[&"a".repeat(253)], &[&"a".repeat(254)]);
    }

    #[test]
    fn messages_carry_example_and_regex() {
        assert_eq!(
            dns1123_label("A_b"),
            [
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
              and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
              '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            ]
        );
        assert_eq!(dns1123_label("a.b"), ["must not contain dots"]);
        assert_eq!(dns1123_label(&"a".repeat(64)), ["must be no more than 63 characters"]);
        assert_eq!(
            dns1123_subdomain("A"),
            [
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
              must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
              '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            ]
        );
    }

    #[test]
    fn qualified_names_have_enough_segments() {
        assert!(fully_qualified_name("f", "a.b.c").is_empty());
        assert!(fully_qualified_domain_name("f", "a.b.").is_empty());
        for (text, error) in [
            ("", "f: Required value"),
            ("a", "f: Invalid value: \"a\": should be a domain with at least two segments separated by dots"),
        ] {
            assert_eq!(fully_qualified_domain_name("f", text)[0].to_string(), error);
        }
        assert_eq!(
            fully_qualified_name("f", "a.b")[0].to_string(),
            "f: Invalid value: \"a.b\": should be a domain with at least three segments separated by dots"
        );
        let long = format!("{}.b", "a".repeat(64));
        assert_eq!(fully_qualified_domain_name("f", &long)[0].detail, "must be no more than 63 characters");
    }
}
