//! Keys and names that are no Kubernetes names: ConfigMap keys, environment variables, ports, headers.

use super::ascii::{all_of, headed};
use super::{SUBDOMAIN_MAX, max_len_message, qualified_name, range_message, regex_message};
use crate::field::FieldError;
use crate::names::dns1123_subdomain;
use crate::value::Value;

/// A key of a ConfigMap or Secret.
pub fn config_map_key(text: &str) -> Vec<String> {
    const RULE: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    let mut errors = Vec::new();
    if text.len() > SUBDOMAIN_MAX {
        errors.push(max_len_message(SUBDOMAIN_MAX));
    }
    if !all_of(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')) {
        errors.push(regex_message(RULE, "[-._a-zA-Z0-9]+", &["key.name", "KEY_NAME", "key-name"]));
    }
    errors.extend(parent_directory(text));
    errors
}

/// The name of an environment variable, by the older rule.
pub fn env_var_name(text: &str) -> Vec<String> {
    const RULE: &str = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', \
                        or '.', and must not start with a digit";
    let first = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'.' | b'_');
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let mut errors = Vec::new();
    if !headed(text, first, rest) {
        let examples = ["my.env-name", "MY_ENV.NAME", "MyEnvName1"];
        errors.push(regex_message(RULE, "[-._a-zA-Z][-._a-zA-Z0-9]*", &examples));
    }
    errors.extend(parent_directory(text));
    errors
}

/// The name of an environment variable: printable ASCII but `=`.
pub fn relaxed_env_var_name(text: &str) -> Vec<String> {
    if text.is_empty() {
        return vec!["environment variable name must be non-empty".to_owned()];
    }
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=') {
        return Vec::new();
    }
    vec![
        "a valid environment variable name must consist only of printable ASCII characters other than '='"
            .to_owned(),
    ]
}

/// An identifier as in C.
pub fn c_identifier(text: &str) -> Vec<String> {
    const RULE: &str = "a valid C identifier must start with alphabetic character or '_', followed by a string of \
                        alphanumeric characters or '_'";
    let first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    if headed(text, first, |byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Vec::new();
    }
    vec![regex_message(RULE, "[A-Za-z_][A-Za-z0-9_]*", &["my_name", "MY_NAME", "MyName"])]
}

/// The name of an HTTP header.
pub fn http_header_name(text: &str) -> Vec<String> {
    if all_of(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Vec::new();
    }
    let rule = "a valid HTTP header must consist of alphanumeric characters or '-'";
    vec![regex_message(rule, "[-A-Za-z0-9]+", &["X-Header-Name"])]
}

/// A whole number of percent.
pub fn percent(text: &str) -> Vec<String> {
    if text.strip_suffix('%').is_some_and(|digits| all_of(digits, |byte| byte.is_ascii_digit())) {
        return Vec::new();
    }
    let rule = "a valid percent string must be a numeric string followed by an ending '%'";
    vec![regex_message(rule, "[0-9]+%", &["1%", "93%"])]
}

/// The name of a port (RFC 6335, in lower case).
pub fn port_name(text: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if text.len() > 15 {
        errors.push(max_len_message(15));
    }
    if !all_of(text, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        errors.push("must contain at least one letter (a-z)".to_owned());
    }
    if text.contains("--") {
        errors.push("must not contain consecutive hyphens".to_owned());
    }
    if text.starts_with('-') || text.ends_with('-') {
        errors.push("must not begin or end with a hyphen".to_owned());
    }
    errors
}

/// The number of a port.
pub fn port_number(port: i64) -> Vec<String> {
    if (1..=65535).contains(&port) { Vec::new() } else { vec![range_message(1, 65535)] }
}

/// A label key with a prefix, as errors of a field.
pub fn domain_prefixed_key(path: &str, text: &str) -> Vec<FieldError> {
    if text.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let invalid = |detail: String| FieldError::invalid(path, &Value::from(text), detail);
    let errors = qualified_name(text);
    if errors.is_empty() && !text.contains('/') {
        return vec![invalid("must be a domain-prefixed key (such as \"acme.io/foo\")".to_owned())];
    }
    errors.into_iter().map(invalid).collect()
}

/// A domain, `/` and an HTTP path, as errors of a field.
pub fn domain_prefixed_path(path: &str, text: &str) -> Vec<FieldError> {
    if text.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let invalid = |shown: &str, detail: String| FieldError::invalid(path, &Value::from(shown), detail);
    let parts = text.split_once('/').filter(|(host, rest)| !host.is_empty() && !rest.is_empty());
    let Some((host, rest)) = parts else {
        let detail = "must be a domain-prefixed path (such as \"acme.io/foo\")";
        return vec![invalid(text, detail.to_owned())];
    };
    let mut errors: Vec<FieldError> =
        dns1123_subdomain(host).into_iter().map(|detail| invalid(host, detail)).collect();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte);
    if !all_of(rest, allowed) {
        errors.push(invalid(rest, regex_message("Invalid path", r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+", &[])));
    }
    errors
}

/// Names that would lead out of a directory when a volume is written.
fn parent_directory(text: &str) -> Option<String> {
    match text {
        "." => Some("must not be '.'".to_owned()),
        ".." => Some("must not be '..'".to_owned()),
        _ if text.starts_with("..") => Some("must not start with '..'".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_ones_have_no_message() {
        for (rule, texts) in [
            (
                config_map_key as fn(&str) -> Vec<String>,
                &["a", "A_b-c.d", "...x".trim_start_matches('.')][..],
            ),
            (env_var_name, &["A", "_a.b-c", "-x"]),
            (relaxed_env_var_name, &["1 a!", "~"]),
            (c_identifier, &["_", "a1"]),
            (http_header_name, &["X-Y", "1"]),
            (percent, &["0%", "100%"]),
            (port_name, &["http", "a-1", "1a"]),
        ] {
            for text in texts {
                assert!(rule(text).is_empty(), "{text:?}");
            }
        }
    }

    #[test]
    fn messages_are_the_reference_s() {
        for (errors, texts) in [
            (
                config_map_key("a b"),
                &[
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or \
                   'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
                ][..],
            ),
            (config_map_key(".."), &["must not be '..'"]),
            (config_map_key("..a"), &["must not start with '..'"]),
            (env_var_name("."), &["must not be '.'"]),
            (port_name("way-too-long-a-name"), &["must be no more than 15 characters"]),
            (
                port_name("-"),
                &["must contain at least one letter (a-z)", "must not begin or end with a hyphen"],
            ),
            (port_number(0), &["must be between 1 and 65535, inclusive"]),
            (relaxed_env_var_name(""), &["environment variable name must be non-empty"]),
        ] {
            assert_eq!(errors, texts);
        }
        assert_eq!(
            domain_prefixed_path("f", "a.b/ ")[0].detail,
            r"Invalid path (regex used for validation is '[A-Za-z0-9/\-._~%!$&'()*+,;=:]+')"
        );
        assert_eq!(
            domain_prefixed_key("f", "a")[0].detail,
            "must be a domain-prefixed key (such as \"acme.io/foo\")"
        );
    }
}
