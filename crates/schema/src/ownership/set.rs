//! Sets of fields, as trees: each node says whether the field itself is in the set, and which fields below it are.
//! (structured-merge-diff's fieldpath.Set.)

use super::Element;
use std::cmp::Ordering;

/// A set of paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet {
    /// In order, each once, none that says nothing.
    nodes: Vec<Node>,
}

/// A field that is in the set, or has fields below it that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) element: Element,
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
        let at = match self.find(first) {
            Ok(at) => at,
            Err(at) => {
                let node = Node { element: first.clone(), member: false, below: FieldSet::new() };
                self.nodes.insert(at, node);
                at
            }
        };
        let node = &mut self.nodes[at];
        if rest.is_empty() {
            node.member = true;
        } else {
            node.below.insert(rest);
        }
    }

    /// Whether the field at the end of `path` is in it.
    pub fn contains(&self, path: &[Element]) -> bool {
        match path {
            [] => false,
            [last] => self.node(last).is_some_and(|node| node.member),
            [first, rest @ ..] => self.node(first).is_some_and(|node| node.below.contains(rest)),
        }
    }

    /// What is in either.
    #[must_use]
    pub fn union(self, other: FieldSet) -> FieldSet {
        if self.is_empty() || other.is_empty() {
            return if self.is_empty() { other } else { self };
        }
        let mut nodes = Vec::with_capacity(self.nodes.len().max(other.nodes.len()));
        let (mut ours, mut theirs) = (self.nodes.into_iter().peekable(), other.nodes.into_iter().peekable());
        while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
            match a.element.cmp(&b.element) {
                Ordering::Less => nodes.extend(ours.next()),
                Ordering::Greater => nodes.extend(theirs.next()),
                Ordering::Equal => {
                    if let (Some(a), Some(b)) = (ours.next(), theirs.next()) {
                        let member = a.member || b.member;
                        nodes.push(Node { element: a.element, member, below: a.below.union(b.below) });
                    }
                }
            }
        }
        nodes.extend(ours);
        nodes.extend(theirs);
        FieldSet { nodes }
    }

    /// What is in this and not in `other`.
    #[must_use]
    pub fn difference(self, other: &FieldSet) -> FieldSet {
        self.each_with(other, |node, theirs| {
            node.member &= !theirs.member;
            node.below = std::mem::take(&mut node.below).difference(&theirs.below);
        })
    }

    /// What is in this and neither in `other` nor below something that is.
    #[must_use]
    pub fn without_below(self, other: &FieldSet) -> FieldSet {
        self.each_with(other, |node, theirs| {
            node.member &= !theirs.member;
            let below = std::mem::take(&mut node.below);
            if !theirs.member {
                node.below = below.without_below(&theirs.below);
            }
        })
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &FieldSet) -> FieldSet {
        let both = self.nodes.iter().filter_map(|node| {
            let theirs = other.node(&node.element)?;
            let member = node.member && theirs.member;
            let below = node.below.intersection(&theirs.below);
            (member || !below.is_empty()).then(|| Node { element: node.element.clone(), member, below })
        });
        FieldSet { nodes: both.collect() }
    }

    /// Whether everything in this is in `other`, too.
    pub fn is_within(&self, other: &FieldSet) -> bool {
        self.nodes.iter().all(|node| {
            other
                .node(&node.element)
                .is_some_and(|theirs| (theirs.member || !node.member) && node.below.is_within(&theirs.below))
        })
    }

    /// Calls `found` with each path: those that end here first, then those that go on.
    pub fn each_path(&self, found: &mut impl FnMut(&[Element])) {
        self.each_below(&mut Vec::new(), found);
    }

    fn each_below(&self, path: &mut Vec<Element>, found: &mut impl FnMut(&[Element])) {
        for node in self.nodes.iter().filter(|node| node.member) {
            path.push(node.element.clone());
            found(path);
            path.pop();
        }
        for node in self.nodes.iter().filter(|node| !node.below.is_empty()) {
            path.push(node.element.clone());
            node.below.each_below(path, found);
            path.pop();
        }
    }

    /// The set of `nodes`, in whatever order; of equal ones the sum counts.
    pub(super) fn of_nodes(mut nodes: Vec<Node>) -> FieldSet {
        nodes.retain(|node| node.member || !node.below.is_empty());
        if !nodes.is_sorted_by(|a, b| a.element < b.element) {
            nodes.sort_by(|a, b| a.element.cmp(&b.element));
            nodes.dedup_by(|later, kept| {
                let same = later.element == kept.element;
                if same {
                    kept.member |= later.member;
                    kept.below = std::mem::take(&mut kept.below).union(std::mem::take(&mut later.below));
                }
                same
            });
        }
        FieldSet { nodes }
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn node(&self, element: &Element) -> Option<&Node> {
        self.find(element).ok().map(|at| &self.nodes[at])
    }

    fn find(&self, element: &Element) -> Result<usize, usize> {
        self.nodes.binary_search_by(|node| node.element.cmp(element))
    }

    fn each_with(mut self, other: &FieldSet, change: impl Fn(&mut Node, &Node)) -> FieldSet {
        if other.is_empty() {
            return self;
        }
        self.nodes.retain_mut(|node| {
            if let Some(theirs) = other.node(&node.element) {
                change(node, theirs);
            }
            node.member || !node.below.is_empty()
        });
        self
    }
}

impl Node {
    /// A field that is in the set, with nothing below it.
    pub(super) fn member(element: Element) -> Node {
        Node { element, member: true, below: FieldSet::new() }
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
        let other = FieldSet::of_names(["a.b", "c", "x"]);
        assert_eq!(set.intersection(&other), FieldSet::of_names(["a.b"]));
        assert!(set.intersection(&other).is_within(&set) && !set.is_within(&other));
    }

    #[test]
    fn paths_that_end_come_before_those_that_go_on() {
        let set = FieldSet::of_names(["b", "a.z", "a.b.c", "a"]);
        let mut paths = Vec::new();
        set.each_path(&mut |path| paths.push(path.iter().map(ToString::to_string).collect::<String>()));
        assert_eq!(paths, [".a", ".b", ".a.z", ".a.b.c"]);
    }

    #[test]
    fn nodes_are_sorted_and_equal_ones_joined() {
        let name = |name: &str| Element::Field(name.into());
        let deep = Node { element: name("a"), member: false, below: FieldSet::of_names(["b"]) };
        let nodes = vec![Node::member(name("c")), deep, Node::member(name("a"))];
        assert_eq!(FieldSet::of_nodes(nodes), FieldSet::of_names(["a", "a.b", "c"]));
    }
}
