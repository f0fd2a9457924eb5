//! A document without some of its fields. (structured-merge-diff's typed.RemoveItems.)

use super::shape::{Place, Shape, item_element, items};
use super::{Element, FieldSet};
use crate::types::Struct;
use pintle_meta::{Map, Value};

/// `document` of type `ty` without the fields in `set`. What loses all it had becomes null.
pub(super) fn remove(ty: &Struct, document: &Value, set: &FieldSet) -> Value {
    match document.as_map() {
        Some(map) if !set.is_empty() => members(Shape::Struct(ty), map, set),
        _ => document.clone(),
    }
}

/// A value that has fields below it which go.
fn value(place: Place<'_>, found: &Value, set: &FieldSet) -> Value {
    match (place.shape(), found) {
        (Shape::Scalar(_), _) => found.clone(),
        (Shape::Any, Value::List(_)) => Value::Null,
        _ if place.is_atomic() => Value::Null,
        (Shape::List(ty), Value::List(_)) => {
            let kept: Vec<Value> = items(Some(found))
                .iter()
                .filter_map(|item| {
                    let node = item_element(ty, item).ok().and_then(|element| set.node(&element));
                    match node {
                        None => Some(item.clone()),
                        Some(node) if node.member => None,
                        Some(node) => Some(value(Place::of(&ty.item), item, &node.below)),
                    }
                })
                .collect();
            if kept.is_empty() { Value::Null } else { kept.into_iter().collect() }
        }
        (shape, Value::Map(map)) => members(shape, map, set),
        (Shape::Any, scalar) => scalar.clone(),
        _ => Value::Null,
    }
}

fn members(shape: Shape<'_>, map: &Map, set: &FieldSet) -> Value {
    let mut kept = map.clone();
    for node in set.nodes() {
        let Element::Field(name) = &node.element else { continue };
        let Some(found) = map.get(name) else { continue };
        if node.member {
            kept.remove(name);
        } else if let Some(place) = shape.member(name) {
            kept.insert(name.clone(), value(place, found, &node.below));
        }
    }
    if kept.is_empty() { Value::Null } else { Value::Map(kept) }
}
