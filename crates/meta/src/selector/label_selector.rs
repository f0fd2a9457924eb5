//! A label selector: requirements that must all be met.

use super::document;
use super::parser;
use super::requirement::LabelRequirement;
use crate::object::Object;
use crate::value::{Map, Value};
use std::fmt;

/// Requirements on labels, sorted by key; all must be met.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelSelector {
    requirements: Vec<LabelRequirement>,
    /// Set for the selector that no labels match.
    nothing: bool,
}

impl LabelSelector {
    /// Matches all labels.
    pub fn everything() -> LabelSelector {
        LabelSelector::default()
    }

    /// Matches no labels.
    pub fn nothing() -> LabelSelector {
        LabelSelector { requirements: Vec::new(), nothing: true }
    }

    /// Of these requirements.
    pub fn new(mut requirements: Vec<LabelRequirement>) -> LabelSelector {
        requirements.sort_by(|a, b| a.key().cmp(b.key()));
        LabelSelector { requirements, nothing: false }
    }

    /// From the text of a `labelSelector` parameter.
    ///
    /// # Errors
    /// The reference's text.
    pub fn parse(text: &str) -> Result<LabelSelector, String> {
        parser::parse(text).map(LabelSelector::new)
    }

    /// From a metav1.LabelSelector document: null matches nothing, an empty one everything.
    ///
    /// # Errors
    /// The reference's text for a bad operator, key or value.
    pub fn from_document(document: &Value) -> Result<LabelSelector, String> {
        document::read(document)
    }

    /// Whether it restricts nothing.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty() && !self.nothing
    }

    /// Whether it is [`LabelSelector::nothing`].
    pub fn is_nothing(&self) -> bool {
        self.nothing
    }

    /// The requirements, sorted by key.
    pub fn requirements(&self) -> &[LabelRequirement] {
        &self.requirements
    }

    /// Whether `labels` meet all requirements.
    pub fn matches(&self, labels: &Map) -> bool {
        !self.nothing && self.requirements.iter().all(|requirement| requirement.matches(labels))
    }

    /// Whether labels that are looked up by `value_of` meet all requirements.
    pub fn matches_by<'a>(&self, mut value_of: impl FnMut(&str) -> Option<&'a str>) -> bool {
        !self.nothing
            && self.requirements.iter().all(|requirement| requirement.admits(value_of(requirement.key())))
    }

    /// Whether the labels of `object` meet all requirements.
    pub fn matches_object(&self, object: &impl Object) -> bool {
        if self.is_everything() {
            return true;
        }
        match object.labels() {
            Some(labels) => self.matches(labels),
            None => self.matches(&Map::new()),
        }
    }

    /// The value that the label `key` must have, when there is exactly one.
    pub fn exact(&self, key: &str) -> Option<&str> {
        self.requirements.iter().find(|requirement| requirement.key() == key)?.exact()
    }
}

/// Canonical: requirements sorted by key, values sorted.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, requirement) in self.requirements.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::parse;

    fn labels(text: &str) -> Map {
        parse(text.as_bytes()).unwrap().as_map().unwrap().clone()
    }

    #[test]
    fn every_operator_matches_as_in_the_reference() {
        let labels = labels(r#"{"a":"1","b":"x","empty":"","n":"-7","not":"number"}"#);
        for (selector, matches) in [
            ("", true),
            ("a", true),
            ("z", false),
            ("!z", true),
            ("!a", false),
            ("a=1", true),
            ("a==2", false),
            ("a!=2", true),
            ("z!=2", true),
            ("a in (1,2)", true),
            ("z in (1)", false),
            ("z notin (1)", true),
            ("a notin (1,2)", false),
            ("a>0", true),
            ("a>1", false),
            ("a<2", true),
            ("n<0", true),
            ("not>0", false),
            ("z>0", false),
            ("empty=", true),
            ("empty in ()", true),
            ("a=1,b in (x,y),!c", true),
            ("a=1,b=y", false),
            ("empty,in,notin", false),
        ] {
            assert_eq!(LabelSelector::parse(selector).unwrap().matches(&labels), matches, "{selector}");
        }
    }

    #[test]
    fn printing_is_canonical() {
        for (text, canonical) in [
            ("", ""),
            ("  x = a , y!=b ", "x=a,y!=b"),
            ("z,a==b", "a==b,z"),
            ("x in (b, a,, c, )", "x in (,a,b,c)"),
            ("x in ()", "x in ()"),
            ("x notin (in,notin)", "x notin (in,notin)"),
            ("in in (in)", "in in (in)"),
            ("!x", "!x"),
            ("x>1,y<2", "x>1,y<2"),
            ("x=", "x="),
            ("x in (a,a)", "x in (a)"),
        ] {
            let selector = LabelSelector::parse(text).unwrap();
            assert_eq!(selector.to_string(), canonical, "{text:?}");
            assert_eq!(LabelSelector::parse(canonical).unwrap(), selector);
        }
    }

    #[test]
    fn errors_are_the_reference_s() {
        for (text, error) in [
            ("x===1", "unable to parse requirement: found '=', expected: identifier"),
            ("x in", "unable to parse requirement: found '' expected: '('"),
            ("x in 1", "unable to parse requirement: found '1' expected: '('"),
            ("=1", "found '=', expected: !, identifier, or 'end of string'"),
            (",", "found ',', expected: !, identifier, or 'end of string'"),
            ("x,,y", "found ',', expected: identifier after ','"),
            ("x,", "found '', expected: identifier after ','"),
            ("x=a b", "found 'b', expected: ',' or 'end of string'"),
            ("x!1", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"),
            ("(x)", "found '(', expected: !, identifier, or 'end of string'"),
            ("x in (a b)", "unable to parse requirement: found 'b', expected: ',' or ')'"),
            ("x in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"),
            ("x in (,", "unable to parse requirement: found '', expected: ',', or identifier"),
            ("x in (a", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            ("!x=a", "found '=', expected: ',' or 'end of string'"),
            ("x y", "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt"),
            (
                "x>a",
                "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value \
                 must be an integer",
            ),
            (
                "-bad",
                "unable to parse requirement: <nil>: Invalid value: \"-bad\": name part must consist of alphanumeric \
                 characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  \
                 or 'my.name',  or '123-abc', regex used for validation is \
                 '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
            ),
        ] {
            assert_eq!(LabelSelector::parse(text).unwrap_err(), error, "{text:?}");
        }
        let long = format!("x={}", "v".repeat(64));
        assert_eq!(
            LabelSelector::parse(&long).unwrap_err(),
            format!(
                "unable to parse requirement: values[0][x]: Invalid value: \"{}\": must be no more than 63 bytes",
                "v".repeat(64)
            )
        );
    }

    #[test]
    fn documents_select_like_texts() {
        let read = |text: &str| LabelSelector::from_document(&parse(text.as_bytes()).unwrap());
        assert!(read("null").unwrap().is_nothing());
        assert!(!read("null").unwrap().matches(&Map::new()));
        assert!(read("{}").unwrap().is_everything());
        let both = r#"{"matchLabels":{"b":"1"},"matchExpressions":[{"key":"a","operator":"NotIn","values":["x"]},
            {"key":"c","operator":"Exists"},{"key":"d","operator":"DoesNotExist"}]}"#;
        assert_eq!(read(both).unwrap().to_string(), "a notin (x),b=1,c,!d");
        for (text, error) in [
            (
                r#"{"matchExpressions":[{"key":"a","operator":"Odd"}]}"#,
                "\"Odd\" is not a valid pod selector operator",
            ),
            (
                r#"{"matchExpressions":[{"key":"a","operator":"In"}]}"#,
                "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
            ),
            (
                r#"{"matchExpressions":[{"key":"a","operator":"Exists","values":["x"]}]}"#,
                "values: Invalid value: [\"x\"]: values set must be empty for exists and does not exist",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), error);
        }
    }

    #[test]
    fn exact_values_are_found() {
        let selector = LabelSelector::parse("a=1,b in (x),c in (x,y),d").unwrap();
        let exact: Vec<_> = ["a", "b", "c", "d", "e"].iter().map(|key| selector.exact(key)).collect();
        assert_eq!(exact, [Some("1"), Some("x"), None, None, None]);
    }

    #[test]
    fn random_text_is_parsed_or_refused() {
        let words =
            ["in", "notin", "a", "b", "=", "==", "!", "!=", ">", "<", "(", ")", ",", " ", "1", "\0", "é"];
        let mut seed = 0x0bad_5eed_0bad_5eed_u64;
        for turn in 0..50_000_usize {
            let text: String = (0..turn % 12)
                .map(|_| {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    words[(seed % words.len() as u64) as usize]
                })
                .collect();
            if let Ok(selector) = LabelSelector::parse(&text) {
                let canonical = selector.to_string();
                assert_eq!(LabelSelector::parse(&canonical).unwrap().to_string(), canonical, "{text:?}");
            }
        }
    }
}
