//! What the reference's code does to types and no published fact says. The grammar, a line each:
//!
//! ```text
//! package NAME
//! STRUCT.JSONNAME JSON        the default that is set, but not published, where STRUCT stands
//! ```
//! Lines that begin with `#` say why.

use pintle_meta::Value;
use pintle_meta::value::parse;
use std::collections::HashMap;

/// Implied defaults by `PACKAGE.STRUCT.JSONNAME`, until their fields take them.
pub(super) struct Overlay(HashMap<String, Value>);

impl Overlay {
    /// Reads the facts of all packages.
    pub(super) fn read(text: &str) -> Overlay {
        let (mut package, mut defaults) = ("", HashMap::new());
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (word, rest) = line.split_once(' ').expect("a line has a field and its default");
            if word == "package" {
                package = rest;
                continue;
            }
            let default = parse(rest.as_bytes()).expect("defaults are JSON");
            let twice = defaults.insert(format!("{package}.{word}"), default).is_some();
            assert!(!twice, "{package}.{word} has two defaults");
        }
        Overlay(defaults)
    }

    /// The implied default of a field; each has one taker.
    pub(super) fn take(&mut self, package: &str, owner: &str, field: &str) -> Option<Value> {
        self.0.remove(&format!("{package}.{owner}.{field}"))
    }

    /// Stops the program when a default names a field that does not exist.
    pub(super) fn check_all_used(&self) {
        let left: Vec<_> = self.0.keys().collect();
        assert!(left.is_empty(), "the overlay names fields that no type has: {left:?}");
    }
}
