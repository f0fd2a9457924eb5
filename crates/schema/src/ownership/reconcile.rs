//! Ownership that was written when lists and maps were owned another way, brought to how they are owned now.
//! (structured-merge-diff's ReconcileFieldSetWithSchema.)

use super::set::Node;
use super::shape::{Place, Shape};
use super::{Element, FieldSet, fields_of};
use crate::types::Struct;
use pintle_meta::Value;

/// A field is owned that the type does not have.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("errors reconciling field set with schema: {0}: field not declared in schema")]
pub(super) struct Undeclared(Element);

/// What of `live` (of type `ty`) the owner of `set` owns by today's rules: who owned parts of what is owned as a whole
/// owns it; who owned a value and nothing below it, although its parts are owned one by one, owns all that is there.
///
/// # Errors
/// [`Undeclared`].
pub(super) fn reconcile(set: FieldSet, ty: &Struct, live: &Value) -> Result<FieldSet, Undeclared> {
    let shape = Shape::Struct(ty);
    if !needs(&set, shape)? {
        return Ok(set);
    }
    Ok(below(&set, shape, &fields_of(ty, live)))
}

/// Almost no set needs anything: then nothing is made anew.
fn needs(set: &FieldSet, shape: Shape<'_>) -> Result<bool, Undeclared> {
    let mut needs_something = false;
    for node in set.nodes() {
        let Some(place) = place_of(shape, &node.element)? else { continue };
        needs_something |= match place.shape() {
            Shape::Scalar(_) => false,
            _ if place.is_atomic() => !node.below.is_empty(),
            _ if node.below.is_empty() => true,
            shape => needs(&node.below, shape)?,
        };
    }
    Ok(needs_something)
}

fn below(set: &FieldSet, shape: Shape<'_>, all: &FieldSet) -> FieldSet {
    let nodes = set.nodes().iter().map(|node| {
        let Ok(Some(place)) = place_of(shape, &node.element) else { return node.clone() };
        let none = FieldSet::new();
        let there = all.node(&node.element).map_or(&none, |found| &found.below);
        let kept = match place.shape() {
            Shape::Scalar(_) => node.below.clone(),
            _ if place.is_atomic() => return Node::member(node.element.clone()),
            _ if node.below.is_empty() => there.clone(),
            shape => below(&node.below, shape, there),
        };
        Node { element: node.element.clone(), member: node.member, below: kept }
    });
    FieldSet::of_nodes(nodes.collect())
}

/// Where `element` leads; `None` where nothing is known of what is below.
fn place_of<'a>(shape: Shape<'a>, element: &Element) -> Result<Option<Place<'a>>, Undeclared> {
    match (shape, element) {
        (Shape::List(ty), _) => Ok(Some(Place::of(&ty.item))),
        (Shape::Scalar(_), _) => Ok(None),
        (Shape::Any, Element::Field(name)) => Ok(shape.member(name)),
        (Shape::Any, _) => Ok(None),
        (Shape::Map(value), _) => Ok(Some(Place::of(value))),
        (Shape::Struct(_), Element::Field(name)) => {
            shape.member(name).map(Some).ok_or_else(|| Undeclared(element.clone()))
        }
        (Shape::Struct(_), _) => Err(Undeclared(element.clone())),
    }
}
