//! Whether an applied document is of its type, as far as ownership cares. (structured-merge-diff's typed.Validate.)

use super::shape::{Place, Scalar, Shape, item_element};
use super::{Element, go_text};
use crate::types::{ListType, Ownership, Struct};
use pintle_meta::{Map, Value};
use std::collections::BTreeSet;

/// The most mistakes that are told.
const TOLD_MAX: usize = 100;

/// Holds `document` against `ty`.
///
/// # Errors
/// What is wrong, in the reference's words: one mistake bare, several below each other.
pub(super) fn check(ty: &Struct, document: &Value) -> Result<(), String> {
    let mut mistakes = Mistakes::default();
    match document {
        Value::Map(map) => mistakes.members(Shape::Struct(ty), map),
        Value::Null => {}
        other => mistakes.add(format!("expected map, got {}", go_text::printed(other))),
    }
    match &mistakes.found[..] {
        [] => Ok(()),
        [one] => Err(one.clone()),
        many => Err(format!("errors:\n  {}", many.join("\n  "))),
    }
}

#[derive(Default)]
struct Mistakes {
    path: Vec<Element>,
    found: Vec<String>,
}

impl Mistakes {
    fn add(&mut self, text: String) {
        if self.found.len() >= TOLD_MAX {
            return;
        }
        let path: String = self.path.iter().map(ToString::to_string).collect();
        self.found.push(if path.is_empty() { text } else { format!("{path}: {text}") });
    }

    fn step(&mut self, element: Element, place: Place<'_>, value: &Value) {
        self.path.push(element);
        self.value(place, value);
        self.path.pop();
    }

    fn value(&mut self, place: Place<'_>, value: &Value) {
        match (place.shape(), value) {
            (_, Value::Null) | (Shape::Any, _) => {}
            (Shape::Scalar(scalar), value) => self.scalar(scalar, value),
            (Shape::List(ty), Value::List(list)) => self.items(ty, list),
            (Shape::List(_), other) => self.add(format!("expected list, got {}", go_text::printed(other))),
            (shape, Value::Map(map)) => self.members(shape, map),
            (_, other) => self.add(format!("expected map, got {}", go_text::printed(other))),
        }
    }

    fn scalar(&mut self, scalar: Scalar, value: &Value) {
        let text = match (scalar, value) {
            (Scalar::Number, Value::Int(_) | Value::Float(_))
            | (Scalar::Text, Value::String(_))
            | (Scalar::Flag, Value::Bool(_))
            | (Scalar::Untyped, _) => return,
            (Scalar::Number, other) => {
                format!("expected numeric (int or float), got {}", go_text::type_of(other))
            }
            (Scalar::Text, other) => format!("expected string, got {}", go_text::syntax(other)),
            (Scalar::Flag, other) => format!("expected boolean, got {}", go_text::printed(other)),
        };
        self.add(text);
    }

    fn members(&mut self, shape: Shape<'_>, map: &Map) {
        for (name, value) in map.iter() {
            match shape.member(name) {
                Some(place) => self.step(Element::field(name), place, value),
                None => {
                    self.path.push(Element::field(name));
                    self.add("field not declared in schema".to_owned());
                    self.path.pop();
                    return;
                }
            }
        }
    }

    fn items(&mut self, ty: &ListType, list: &[Value]) {
        let is_associative = matches!(ty.ownership, Ownership::Set | Ownership::Map(_));
        let mut seen = BTreeSet::new();
        for (index, item) in list.iter().enumerate() {
            let element = match is_associative.then(|| item_element(ty, item)) {
                None => Element::Index(i64::try_from(index).unwrap_or(i64::MAX)),
                Some(Ok(element)) => element,
                Some(Err(error)) => return self.add(format!("element {index}: {error}")),
            };
            if is_associative && !seen.insert(element.clone()) {
                self.add(format!("duplicate entries for key {element}"));
            }
            self.step(element, Place::of(&ty.item), item);
        }
    }
}
