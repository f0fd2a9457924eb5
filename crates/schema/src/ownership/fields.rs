//! The fields that a document mentions. (structured-merge-diff's typed.ToFieldSet.)

use super::set::Node;
use super::shape::{Place, Shape, item_element, items};
use super::{Element, FieldSet};
use crate::types::{ListType, Struct};
use pintle_meta::{Map, Value};

/// Every leaf and every item in `document` of type `ty`; members of structs by themselves are none.
pub fn fields_of(ty: &Struct, document: &Value) -> FieldSet {
    document.as_map().map(|map| members(Shape::Struct(ty), map)).unwrap_or_default()
}

/// Whether the value itself is a field, and what is below it.
fn value(place: Place<'_>, value: &Value) -> (bool, FieldSet) {
    let shape = place.shape();
    if matches!(shape, Shape::Scalar(_)) || place.is_atomic() {
        return (true, FieldSet::new());
    }
    match (shape, value) {
        (Shape::List(ty), value) => (false, list(ty, items(Some(value)))),
        (shape, value) if shape.has_members(value) => {
            (false, value.as_map().map(|map| members(shape, map)).unwrap_or_default())
        }
        _ => (true, FieldSet::new()),
    }
}

fn members(shape: Shape<'_>, map: &Map) -> FieldSet {
    let nodes = map.iter().filter_map(|(name, found)| {
        let (is_field, below) = value(shape.member(name)?, found);
        let is_bare = found.is_null() || found.as_map().is_some_and(Map::is_empty);
        let member = is_field || is_bare || !shape.names(name);
        Some(Node { element: Element::field(name), member, below })
    });
    FieldSet::of_nodes(nodes.collect())
}

/// Items known by the same are one field, owned as a whole.
fn list(ty: &ListType, items: &[Value]) -> FieldSet {
    let mut found: Vec<(Element, &Value)> =
        items.iter().filter_map(|item| Some((item_element(ty, item).ok()?, item))).collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut nodes = Vec::with_capacity(found.len());
    let mut rest = &found[..];
    while let Some(((element, item), _)) = rest.split_first() {
        let same = rest.iter().take_while(|(other, _)| other == element).count();
        let below = if same == 1 { value(Place::of(&ty.item), item).1 } else { FieldSet::new() };
        nodes.push(Node { element: element.clone(), member: true, below });
        rest = &rest[same..];
    }
    FieldSet::of_nodes(nodes)
}

impl FieldSet {
    /// The same with the members of structs that only have something below them.
    #[must_use]
    pub(super) fn with_named(&self, ty: &Struct) -> FieldSet {
        named(self, Some(Shape::Struct(ty)))
    }
}

fn named(set: &FieldSet, shape: Option<Shape<'_>>) -> FieldSet {
    let nodes = set.nodes().iter().map(|node| {
        let below = match (&node.element, shape) {
            (Element::Field(name), Some(shape)) => shape.member(name).map(Place::shape),
            (Element::Key(_), Some(Shape::List(ty))) => Some(Place::of(&ty.item).shape()),
            _ => None,
        };
        let is_named =
            matches!(&node.element, Element::Field(name) if shape.is_some_and(|shape| shape.names(name)));
        Node {
            element: node.element.clone(),
            member: node.member || is_named,
            below: named(&node.below, below),
        }
    });
    FieldSet::of_nodes(nodes.collect())
}
