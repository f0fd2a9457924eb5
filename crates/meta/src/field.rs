//! Errors about one field of an object, in the words of k8s.io/apimachinery's field package.

use crate::value::{Value, to_json};
use std::fmt;

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldErrorKind {
    /// A referenced thing does not exist.
    NotFound,
    /// A value must be given.
    Required,
    /// A value stands twice where it must be unique.
    Duplicate,
    /// A malformed or out-of-range value.
    Invalid,
    /// Not one of the allowed values.
    NotSupported,
    /// A value that is fine elsewhere but not here and now.
    Forbidden,
    /// Longer than allowed.
    TooLong,
    /// More items than allowed.
    TooMany,
    /// Something failed while checking.
    Internal,
    /// A value of the wrong type.
    TypeInvalid,
}

impl FieldErrorKind {
    /// The machine-readable reason in `details.causes`.
    pub fn reason(self) -> &'static str {
        match self {
            FieldErrorKind::NotFound => "FieldValueNotFound",
            FieldErrorKind::Required => "FieldValueRequired",
            FieldErrorKind::Duplicate => "FieldValueDuplicate",
            FieldErrorKind::Invalid => "FieldValueInvalid",
            FieldErrorKind::NotSupported => "FieldValueNotSupported",
            FieldErrorKind::Forbidden => "FieldValueForbidden",
            FieldErrorKind::TooLong => "FieldValueTooLong",
            FieldErrorKind::TooMany => "FieldValueTooMany",
            FieldErrorKind::Internal => "InternalError",
            FieldErrorKind::TypeInvalid => "FieldValueTypeInvalid",
        }
    }

    fn words(self) -> &'static str {
        match self {
            FieldErrorKind::NotFound => "Not found",
            FieldErrorKind::Required => "Required value",
            FieldErrorKind::Duplicate => "Duplicate value",
            FieldErrorKind::Invalid | FieldErrorKind::TypeInvalid => "Invalid value",
            FieldErrorKind::NotSupported => "Unsupported value",
            FieldErrorKind::Forbidden => "Forbidden",
            FieldErrorKind::TooLong => "Too long",
            FieldErrorKind::TooMany => "Too many",
            FieldErrorKind::Internal => "Internal error",
        }
    }

    /// Whether the message shows the offending value.
    fn shows_value(self) -> bool {
        !matches!(
            self,
            FieldErrorKind::Required
                | FieldErrorKind::Forbidden
                | FieldErrorKind::TooLong
                | FieldErrorKind::Internal
        )
    }
}

/// One field's error.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// What is wrong.
    pub kind: FieldErrorKind,
    /// Where: `spec.containers[0].name`; empty prints as the reference's nil path.
    pub path: String,
    /// The offending value as the message shows it; `None` leaves it out.
    pub shown: Option<String>,
    /// What would be right.
    pub detail: String,
}

impl FieldError {
    /// An error that shows no value.
    pub fn new(kind: FieldErrorKind, path: impl Into<String>, detail: impl Into<String>) -> FieldError {
        FieldError { kind, path: path.into(), shown: None, detail: detail.into() }
    }

    /// A value must be given.
    pub fn required(path: impl Into<String>, detail: impl Into<String>) -> FieldError {
        FieldError::new(FieldErrorKind::Required, path, detail)
    }

    /// Not allowed here.
    pub fn forbidden(path: impl Into<String>, detail: impl Into<String>) -> FieldError {
        FieldError::new(FieldErrorKind::Forbidden, path, detail)
    }

    /// A malformed value.
    pub fn invalid(path: impl Into<String>, value: &Value, detail: impl Into<String>) -> FieldError {
        FieldError::new(FieldErrorKind::Invalid, path, detail).showing(value)
    }

    /// A value that stands twice.
    pub fn duplicate(path: impl Into<String>, value: &Value) -> FieldError {
        FieldError::new(FieldErrorKind::Duplicate, path, "").showing(value)
    }

    /// A reference to nothing.
    pub fn not_found(path: impl Into<String>, value: &Value) -> FieldError {
        FieldError::new(FieldErrorKind::NotFound, path, "").showing(value)
    }

    /// Not one of `allowed`, which the message lists in the given order.
    pub fn not_supported(path: impl Into<String>, value: &Value, allowed: &[&str]) -> FieldError {
        let quoted: Vec<String> = allowed.iter().map(|word| format!("{word:?}")).collect();
        let detail = if quoted.is_empty() {
            String::new()
        } else {
            format!("supported values: {}", quoted.join(", "))
        };
        FieldError::new(FieldErrorKind::NotSupported, path, detail).showing(value)
    }

    /// More than `max` bytes.
    pub fn too_long(path: impl Into<String>, max: usize) -> FieldError {
        FieldError::new(FieldErrorKind::TooLong, path, format!("may not be more than {max} bytes"))
    }

    /// `actual` items where `max` are allowed.
    pub fn too_many(path: impl Into<String>, actual: usize, max: usize) -> FieldError {
        let items = if max == 1 { "item" } else { "items" };
        FieldError {
            shown: Some(actual.to_string()),
            ..FieldError::new(FieldErrorKind::TooMany, path, format!("must have at most {max} {items}"))
        }
    }

    /// The same error showing `value`: text in Go's quotes, anything else as Go prints it.
    #[must_use]
    pub fn showing(mut self, value: &Value) -> FieldError {
        self.shown = Some(match value {
            Value::Null => "null".to_owned(),
            Value::String(text) => go_quote(text),
            other => String::from_utf8_lossy(&to_json(other)).into_owned(),
        });
        self
    }

    /// Several errors as Go's aggregates print them: one bare, more in brackets, equal ones once.
    pub fn aggregate(errors: &[FieldError]) -> String {
        let mut texts: Vec<String> = Vec::with_capacity(errors.len());
        for error in errors {
            let text = error.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        match texts.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        }
    }

    /// The message without the path, as in `details.causes`.
    pub fn body(&self) -> String {
        let mut text = self.kind.words().to_owned();
        if let Some(shown) = self.shown.as_ref().filter(|_| self.kind.shows_value()) {
            text = format!("{text}: {shown}");
        }
        if !self.detail.is_empty() {
            text = format!("{text}: {}", self.detail);
        }
        text
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.path.is_empty() { "[]" } else { &self.path }, self.body())
    }
}

/// `text` in quotes as Go's `%q` prints it: printable characters stand, the rest is escaped.
pub fn go_quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if c.is_control() || (c.is_whitespace() && c != ' ') => escape_unicode(c, &mut out),
            c if matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}') =>
            {
                escape_unicode(c, &mut out);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn escape_unicode(c: char, out: &mut String) {
    let code = u32::from(c);
    out.push_str(&if code < 0x10000 { format!("\\u{code:04x}") } else { format!("\\U{code:08x}") });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_as_the_reference_writes_them() {
        let unsupported = FieldError::not_supported("fieldValidation", &"bogus".into(), &["", "Ignore"]);
        assert_eq!(
            unsupported.to_string(),
            "fieldValidation: Unsupported value: \"bogus\": supported values: \"\", \"Ignore\""
        );
        assert_eq!(FieldError::too_long("", 5).to_string(), "[]: Too long: may not be more than 5 bytes");
        let invalid =
            FieldError::invalid("spec.replicas", &Value::Int(-1), "must be greater than or equal to 0");
        assert_eq!(
            invalid.to_string(),
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0"
        );
        assert_eq!(FieldError::required("metadata.name", "").to_string(), "metadata.name: Required value");
    }

    #[test]
    fn quotes_are_go_quotes() {
        assert_eq!(go_quote("a\"b\\\n\u{1}é"), "\"a\\\"b\\\\\\n\\x01é\"");
    }
}
