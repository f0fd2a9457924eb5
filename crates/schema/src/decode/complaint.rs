//! What is wrong with a document, and where: the path kept while walking, strict findings, Go's type errors.

use super::{DecodeError, Decoded};
use crate::types::{Field, Struct};
use pintle_meta::{Str, Value};
use std::collections::HashSet;
use std::fmt::Write;

/// The most strict findings reported for one document, as in the reference.
const STRICT_MAX: usize = 100;

/// One step of the path from the root.
pub(super) enum Step<'a> {
    Field(&'a Struct, &'a Field),
    Index(usize),
    Key(Str),
}

/// Whose words errors are told in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Words {
    /// Go's JSON decoder: bodies, JSON patches and merge patches.
    #[default]
    Json,
    /// apimachinery's converter of untyped documents: strategic merge patches. Integers wrap.
    Unstructured,
}

/// Everything found wrong so far.
#[derive(Default)]
pub(super) struct Complaints<'a> {
    pub(super) words: Words,
    path: Vec<Step<'a>>,
    strict: Vec<String>,
    seen: HashSet<String>,
    /// The first wrong type; decoding goes on after it.
    first: Option<String>,
    /// What ended decoding.
    fatal: Option<String>,
}

impl<'a> Complaints<'a> {
    pub(super) fn told_in(words: Words) -> Complaints<'a> {
        Complaints { words, ..Complaints::default() }
    }

    pub(super) fn enter(&mut self, step: Step<'a>) {
        self.path.push(step);
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    pub(super) fn unknown(&mut self, key: &str) {
        self.strict("unknown", key);
    }

    pub(super) fn duplicate(&mut self, key: &str) {
        self.strict("duplicate", key);
    }

    /// An error that Go's decoder remembers and goes on after.
    pub(super) fn remember(&mut self, text: String) {
        self.first.get_or_insert(text);
    }

    /// An error that ends decoding.
    pub(super) fn abort(&mut self, text: String) {
        self.fatal.get_or_insert(text);
    }

    /// Go's text for a value of the wrong type at the present place.
    pub(super) fn type_error(&self, found: &str, wanted: &str) -> String {
        let fields = self.path.iter().filter_map(|step| match step {
            Step::Field(owner, field) => Some((owner, field)),
            _ => None,
        });
        let (mut path, mut innermost) = (String::new(), None);
        for (owner, field) in fields {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&field.name);
            innermost = Some(owner);
        }
        match innermost {
            Some(owner) => {
                format!(
                    "json: cannot unmarshal {found} into Go struct field {}.{path} of type {wanted}",
                    owner.go_name
                )
            }
            None => format!("json: cannot unmarshal {found} into Go value of type {wanted}"),
        }
    }

    pub(super) fn fatal(self) -> Option<DecodeError> {
        self.fatal.map(DecodeError::Type)
    }

    pub(super) fn finish(self, value: Value) -> Result<Decoded, DecodeError> {
        match self.fatal.as_ref().or(self.first.as_ref()) {
            Some(text) => Err(DecodeError::Type(text.clone())),
            None => Ok(Decoded { value, strict: self.in_order() }),
        }
    }

    /// The converter of untyped documents walks maps, so it sorts what it found.
    fn in_order(mut self) -> Vec<String> {
        if self.words == Words::Unstructured {
            self.strict.sort();
        }
        self.strict
    }

    fn strict(&mut self, what: &str, key: &str) {
        if self.strict.len() >= STRICT_MAX {
            return;
        }
        let finding = format!("{what} field {}", pintle_meta::field::go_quote(&self.place(key)));
        if self.seen.insert(finding.clone()) {
            self.strict.push(finding);
        }
    }

    fn place(&self, key: &str) -> String {
        let mut place = String::new();
        let names = self.path.iter().map(|step| match step {
            Step::Field(_, field) => Ok(field.name.as_str()),
            Step::Key(key) => Ok(key.as_str()),
            Step::Index(index) => Err(*index),
        });
        for name in names.chain([Ok(key)]) {
            match name {
                Ok(name) => {
                    let dot = if place.is_empty() { "" } else { "." };
                    let _ = write!(place, "{dot}{name}");
                }
                Err(index) => {
                    let _ = write!(place, "[{index}]");
                }
            }
        }
        place
    }
}
