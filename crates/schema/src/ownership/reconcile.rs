//! Ownership that was written when lists and maps were owned another way, brought to how they are owned now.
//! (structured-merge-diff's ReconcileFieldSetWithSchema.)

use super::set::Node;
use super::shape::{Place, Shape};
use super::{Element, FieldSet};
use crate::types::Struct;

/// What the owner of `set` owns by today's rules of type `ty`: who owned parts of what is owned as a whole owns it. Who
/// owned as a whole what is owned in parts now owns none of them; fields that the type does not have stay. `None` when
/// that is what `set` says already, as almost every one does.
pub(super) fn reconcile(set: &FieldSet, ty: &Struct) -> Option<FieldSet> {
    let shape = Shape::Struct(ty);
    needs(set, shape).then(|| below(set, shape))
}

fn needs(set: &FieldSet, shape: Shape<'_>) -> bool {
    set.nodes().iter().filter(|node| !node.below.is_empty()).any(|node| {
        let Some(place) = place_of(shape, &node.element) else { return false };
        is_whole(place) || needs(&node.below, place.shape())
    })
}

fn below(set: &FieldSet, shape: Shape<'_>) -> FieldSet {
    let nodes = set.nodes().iter().map(|node| match place_of(shape, &node.element) {
        Some(place) if !node.below.is_empty() && is_whole(place) => Node::member(node.element.clone()),
        Some(place) => Node {
            element: node.element.clone(),
            member: node.member,
            below: below(&node.below, place.shape()),
        },
        None => node.clone(),
    });
    FieldSet::of_nodes(nodes.collect())
}

/// Whether a list or map stands here that is owned as a whole.
fn is_whole(place: Place<'_>) -> bool {
    place.is_atomic() && !matches!(place.shape(), Shape::Scalar(_) | Shape::Any)
}

/// Where `element` leads; `None` where nothing is known of what is below.
fn place_of<'a>(shape: Shape<'a>, element: &Element) -> Option<Place<'a>> {
    match (shape, element) {
        (Shape::List(ty), _) => Some(Place::of(&ty.item)),
        (Shape::Map(value), _) => Some(Place::of(value)),
        (Shape::Struct(_), Element::Field(name)) => shape.member(name),
        (Shape::Struct(_) | Shape::Scalar(_) | Shape::Any, _) => None,
    }
}
