//! A field selector: terms `field=value`, `field==value` and `field!=value` that must all hold.
//!
//! Values escape `\`, `,` and `=` by a backslash. What fields there are, a kind decides: it renames and refuses
//! them through [`FieldSelector::transform`].

use crate::value::Str;
use std::fmt;

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRequirement {
    /// Name of the field, `metadata.name` say.
    pub field: Str,
    /// Whether the value must not be had.
    pub negated: bool,
    /// The value, unescaped.
    pub value: Str,
}

/// Terms that must all hold, sorted by their text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSelector {
    requirements: Vec<FieldRequirement>,
}

impl FieldSelector {
    /// Matches all objects.
    pub fn everything() -> FieldSelector {
        FieldSelector::default()
    }

    /// Matches where `field` has this value.
    pub fn equal(field: impl Into<Str>, value: impl Into<Str>) -> FieldSelector {
        let requirement = FieldRequirement { field: field.into(), negated: false, value: value.into() };
        FieldSelector { requirements: vec![requirement] }
    }

    /// The same and one more term.
    #[must_use]
    pub fn and_equal(mut self, field: impl Into<Str>, value: impl Into<Str>) -> FieldSelector {
        self.requirements.push(FieldRequirement { field: field.into(), negated: false, value: value.into() });
        self
    }

    /// From the text of a `fieldSelector` parameter.
    ///
    /// # Errors
    /// The reference's text.
    pub fn parse(text: &str) -> Result<FieldSelector, String> {
        let mut terms = split_terms(text);
        terms.sort_unstable();
        let mut requirements = Vec::new();
        for term in terms.into_iter().filter(|term| !term.is_empty()) {
            let Some((field, negated, value)) = split_term(term) else {
                return Err(format!("invalid selector: '{text}'; can't understand '{term}'"));
            };
            requirements.push(FieldRequirement { field: field.into(), negated, value: unescape(value)? });
        }
        Ok(FieldSelector { requirements })
    }

    /// Whether it restricts nothing.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The terms.
    pub fn requirements(&self) -> &[FieldRequirement] {
        &self.requirements
    }

    /// Whether all terms hold, `text_of` being the text of a field; absent fields are the empty text.
    pub fn matches<T: AsRef<str>>(&self, mut text_of: impl FnMut(&str) -> T) -> bool {
        self.requirements
            .iter()
            .all(|term| (text_of(&term.field).as_ref() == term.value.as_str()) != term.negated)
    }

    /// The value that `field` must have, when a term says so.
    pub fn exact(&self, field: &str) -> Option<&str> {
        let term = self.requirements.iter().find(|term| !term.negated && term.field == field)?;
        Some(&term.value)
    }

    /// The same with each field and value replaced by what `convert` makes of them. A term that becomes
    /// empty on both sides is left out.
    ///
    /// # Errors
    /// The first that `convert` gives.
    pub fn transform<E>(
        &self,
        mut convert: impl FnMut(&str, &str) -> Result<(Str, Str), E>,
    ) -> Result<FieldSelector, E> {
        let mut requirements = Vec::with_capacity(self.requirements.len());
        for term in &self.requirements {
            let (field, value) = convert(&term.field, &term.value)?;
            if !(field.is_empty() && value.is_empty()) {
                requirements.push(FieldRequirement { field, negated: term.negated, value });
            }
        }
        Ok(FieldSelector { requirements })
    }
}

/// The terms of `text`: what stands between commas that no backslash precedes.
fn split_terms(text: &str) -> Vec<&str> {
    let (mut terms, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b',' => {
                terms.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    terms
}

/// Field, whether negated, and raw value, split at the first operator.
fn split_term(term: &str) -> Option<(&str, bool, &str)> {
    let bytes = term.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    if at > 0 && bytes[at - 1] == b'!' {
        return Some((&term[..at - 1], true, &term[at + 1..]));
    }
    let value = &term[at + 1..];
    Some((&term[..at], false, value.strip_prefix('=').unwrap_or(value)))
}

fn unescape(value: &str) -> Result<Str, String> {
    if !value.contains(['\\', ',', '=']) {
        return Ok(Str::from(value));
    }
    let mut out = Str::new();
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some(escaped @ ('\\' | ',' | '=')) => out.push(escaped),
                other => {
                    let other = other.map(String::from).unwrap_or_default();
                    return Err(format!("invalid field selector: invalid escape sequence: \\{other}"));
                }
            },
            // The reference prints the number of the character here.
            ',' | '=' => {
                let number = u32::from(c);
                return Err(format!("invalid field selector: unescaped character in value: {number}"));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

/// `value` with `\`, `,` and `=` escaped.
pub fn escape_field_value(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\\' | ',' | '=') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Canonical: terms sorted as they were parsed, `==` written `=`.
impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.requirements.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let operator = if term.negated { "!=" } else { "=" };
            write!(f, "{comma}{}{operator}{}", term.field, escape_field_value(&term.value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_is_canonical() {
        for (text, canonical) in [
            ("", ""),
            (",,", ""),
            ("b=1,a!=2", "a!=2,b=1"),
            ("a==1", "a=1"),
            (r"a=x\,y\=z\\", r"a=x\,y\=z\\"),
            ("a!b=c", "a!b=c"),
            ("a=", "a="),
            ("=", "="),
            ("=a", "=a"),
        ] {
            assert_eq!(FieldSelector::parse(text).unwrap().to_string(), canonical, "{text:?}");
        }
    }

    #[test]
    fn errors_are_the_reference_s() {
        for (text, error) in [
            ("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
            ("b=1,a>2", "invalid selector: 'b=1,a>2'; can't understand 'a>2'"),
            (r"a=\x", r"invalid field selector: invalid escape sequence: \x"),
            ("a=\\", "invalid field selector: invalid escape sequence: \\"),
            ("a=b=c", "invalid field selector: unescaped character in value: 61"),
            ("a===c", "invalid field selector: unescaped character in value: 61"),
        ] {
            assert_eq!(FieldSelector::parse(text).unwrap_err(), error, "{text:?}");
        }
    }

    #[test]
    fn all_terms_must_hold() {
        let text_of = |field: &str| match field {
            "metadata.name" => "a",
            "spec.nodeName" => "n,1",
            _ => "",
        };
        for (text, matches) in [
            ("", true),
            ("metadata.name=a", true),
            ("metadata.name!=a", false),
            (r"spec.nodeName=n\,1,metadata.name=a", true),
            ("status.phase=", true),
            ("status.phase!=,metadata.name=a", false),
        ] {
            assert_eq!(FieldSelector::parse(text).unwrap().matches(text_of), matches, "{text:?}");
        }
    }

    #[test]
    fn a_kind_renames_and_refuses_fields() {
        let rename = |field: &str, value: &str| match field {
            "name" => Ok((Str::from("metadata.name"), Str::from(value))),
            "drop" => Ok((Str::new(), Str::new())),
            _ => Err(format!("field label not supported: {field}")),
        };
        let selector = FieldSelector::parse("name=a,drop=x").unwrap().transform(rename).unwrap();
        assert_eq!(selector.to_string(), "metadata.name=a");
        assert_eq!(selector.exact("metadata.name"), Some("a"));
        assert_eq!(
            FieldSelector::parse("odd=a").unwrap().transform(rename).unwrap_err(),
            "field label not supported: odd"
        );
    }

    #[test]
    fn random_text_is_parsed_or_refused() {
        let alphabet = ['a', '\\', ',', '=', '!', 'é'];
        let mut seed = 0x00c0_ffee_00c0_ffee_u64;
        for turn in 0..20_000_usize {
            let text: String = (0..turn % 10)
                .map(|_| {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    alphabet[(seed % alphabet.len() as u64) as usize]
                })
                .collect();
            if let Ok(selector) = FieldSelector::parse(&text) {
                let again = FieldSelector::parse(&selector.to_string()).unwrap();
                assert_eq!(again.requirements().len(), selector.requirements().len(), "{text:?}");
            }
        }
    }
}
