//! Sets of fields, as trees: each node says whether the field itself is in the set, and which fields below it are.
//! (structured-merge-diff's fieldpath.Set.)

use super::Element;
use std::collections::BTreeMap;

/// A set of paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet {
    nodes: BTreeMap<Element, Node>,
}

/// A field that is in the set, or has fields below it that are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) member: bool,
    pub(super) below: FieldSet,
}

impl FieldSet {
    /// The set of nothing.
    pub fn new() -> FieldSet {
        FieldSet::default()
    }

    /// The set of these members, each a path of names joined by dots.
    pub fn of_names<'a>(paths: impl IntoIterator<Item = &'a str>) -> FieldSet {
        let mut set = FieldSet::new();
        for path in paths {
            let elements: Vec<Element> = path.split('.').map(|name| Element::Field(name.into())).collect();
            set.insert(&elements);
        }
        set
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Adds the field at the end of `path`; the empty path is no field.
    pub fn insert(&mut self, path: &[Element]) {
        let Some((first, rest)) = path.split_first() else { return };
        if !self.nodes.contains_key(first) {
            self.nodes.insert(first.clone(), Node::default());
        }
        let Some(node) = self.nodes.get_mut(first) else { return };
        if rest.is_empty() {
            node.member = true;
        } else {
            node.below.insert(rest);
        }
    }

    /// What is in either.
    #[must_use]
    pub fn union(mut self, other: FieldSet) -> FieldSet {
        for (element, theirs) in other.nodes {
            let node = self.nodes.entry(element).or_default();
            node.member |= theirs.member;
            node.below = std::mem::take(&mut node.below).union(theirs.below);
        }
        self
    }

    /// What is in this and not in `other`.
    #[must_use]
    pub fn difference(mut self, other: &FieldSet) -> FieldSet {
        self.nodes.retain(|element, node| {
            if let Some(theirs) = other.nodes.get(element) {
                node.member &= !theirs.member;
                node.below = std::mem::take(&mut node.below).difference(&theirs.below);
            }
            node.member || !node.below.is_empty()
        });
        self
    }

    /// What is in this and neither in `other` nor below something that is.
    #[must_use]
    pub fn without_below(mut self, other: &FieldSet) -> FieldSet {
        self.nodes.retain(|element, node| {
            let Some(theirs) = other.nodes.get(element) else { return true };
            if theirs.member {
                return false;
            }
            node.below = std::mem::take(&mut node.below).without_below(&theirs.below);
            node.member || !node.below.is_empty()
        });
        self
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = (&Element, &Node)> {
        self.nodes.iter()
    }

    pub(super) fn put(&mut self, element: Element, node: Node) {
        if node.member || !node.below.is_empty() {
            self.nodes.insert(element, node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_add_and_take_away() {
        let set = FieldSet::of_names(["a", "a.b", "c.d"]);
        assert_eq!(set.clone().difference(&FieldSet::of_names(["a"])), FieldSet::of_names(["a.b", "c.d"]));
        assert_eq!(set.clone().without_below(&FieldSet::of_names(["a"])), FieldSet::of_names(["c.d"]));
        assert_eq!(FieldSet::of_names(["a", "c.d"]).union(FieldSet::of_names(["a.b"])), set);
        assert!(set.clone().difference(&set).is_empty());
    }
}
