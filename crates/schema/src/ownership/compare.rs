//! Which fields a write added, changed and removed, by the lists' and maps' rules of ownership.
//! (structured-merge-diff's typed.Compare.)

use super::set::Node;
use super::shape::{self, Place, Shape, Unkeyed, item_element, items};
use super::{Element, FieldSet};
use crate::types::{ListType, Struct};
use pintle_meta::{Map, Str, Value};

/// What a write did to fields.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// There before, not after.
    pub removed: FieldSet,
    /// There before and after, and not the same.
    pub modified: FieldSet,
    /// There after, not before.
    pub added: FieldSet,
}

/// Two documents can't be compared: an item of a list lacks what it is known by.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Incomparable(String);

impl From<Unkeyed> for Incomparable {
    fn from(error: Unkeyed) -> Incomparable {
        Incomparable(error.to_string())
    }
}

impl Comparison {
    /// Compares two documents of type `ty`.
    ///
    /// # Errors
    /// [`Incomparable`].
    pub fn of(ty: &Struct, before: &Value, after: &Value) -> Result<Comparison, Incomparable> {
        let mut level = Level::default();
        level.members(Shape::Struct(ty), before.as_map(), after.as_map())?;
        Ok(level.done())
    }

    /// The same without what lies in or below `ignored`.
    #[must_use]
    pub fn without(self, ignored: &FieldSet) -> Comparison {
        Comparison {
            removed: self.removed.without_below(ignored),
            modified: self.modified.without_below(ignored),
            added: self.added.without_below(ignored),
        }
    }
}

/// What was found of the members of one value.
#[derive(Default)]
struct Level {
    removed: Vec<Node>,
    modified: Vec<Node>,
    added: Vec<Node>,
}

/// A value before and after, at least one of them.
type Pair<'a> = (Option<&'a Value>, Option<&'a Value>);

/// What became of a value as a whole.
#[derive(Clone, Copy)]
enum Fate {
    Removed,
    Modified,
    Added,
}

impl Level {
    fn done(self) -> Comparison {
        Comparison {
            removed: FieldSet::of_nodes(self.removed),
            modified: FieldSet::of_nodes(self.modified),
            added: FieldSet::of_nodes(self.added),
        }
    }

    fn mark(&mut self, element: Element, fate: Fate) {
        let nodes = match fate {
            Fate::Removed => &mut self.removed,
            Fate::Modified => &mut self.modified,
            Fate::Added => &mut self.added,
        };
        nodes.push(Node::member(element));
    }

    /// Compares what `element` leads to.
    fn step(&mut self, element: Element, place: Place<'_>, pair: Pair<'_>) -> Result<(), Unkeyed> {
        let mut below = Level::default();
        let is_leaf = place.is_atomic() || !below.inside(place.shape(), pair)?;
        match (is_leaf, pair) {
            (_, (None, _)) => self.mark(element.clone(), Fate::Added),
            (_, (_, None)) => self.mark(element.clone(), Fate::Removed),
            (true, (Some(before), Some(after))) if !same(before, after) => {
                self.mark(element.clone(), Fate::Modified);
            }
            _ => {}
        }
        let Comparison { removed, modified, added } = below.done();
        for (found, nodes) in
            [(removed, &mut self.removed), (modified, &mut self.modified), (added, &mut self.added)]
        {
            if !found.is_empty() {
                nodes.push(Node { element: element.clone(), member: false, below: found });
            }
        }
        Ok(())
    }

    /// Compares the members or items; false when there are none to own, or the value can't have any.
    fn inside(&mut self, shape: Shape<'_>, pair: Pair<'_>) -> Result<bool, Unkeyed> {
        match shape {
            Shape::Scalar(_) => Ok(false),
            Shape::List(ty) => {
                let (before, after) = (items(pair.0), items(pair.1));
                let is_bare = before.is_empty() && after.is_empty();
                if !is_bare {
                    self.list(ty, before, after)?;
                }
                Ok(!is_bare)
            }
            Shape::Struct(_) | Shape::Map(_) | Shape::Any => {
                // With nothing on either side, the difference between nothing and empty is all there is to own.
                let (before, after) = (shape::members(pair.0), shape::members(pair.1));
                self.members(shape, before, after)?;
                let is_leaf = |value: &Value| !shape.has_members(value);
                let is_other = pair.0.is_some_and(is_leaf) || pair.1.is_some_and(is_leaf);
                Ok((before.is_some() || after.is_some()) && !is_other)
            }
        }
    }

    fn members(
        &mut self,
        shape: Shape<'_>,
        before: Option<&Map>,
        after: Option<&Map>,
    ) -> Result<(), Unkeyed> {
        for name in names(before, after) {
            let pair = (before.and_then(|map| map.get(name)), after.and_then(|map| map.get(name)));
            if pair.0 == pair.1 {
                continue;
            }
            if let Some(place) = shape.member(name) {
                self.step(Element::field(name), place, pair)?;
            }
        }
        Ok(())
    }

    fn list(&mut self, ty: &ListType, before: &[Value], after: &[Value]) -> Result<(), Unkeyed> {
        let (before, after) = (sorted(ty, before)?, sorted(ty, after)?);
        let (mut before, mut after) = (&before[..], &after[..]);
        while let Some(element) = first_of(before, after) {
            let old = take_while_known_by(element, &mut before);
            let new = take_while_known_by(element, &mut after);
            self.item(ty, element.clone(), old, new)?;
        }
        Ok(())
    }

    /// Items that stand once are compared; those that stand twice are one thing, owned as a whole.
    fn item(
        &mut self,
        ty: &ListType,
        element: Element,
        before: &[Known<'_>],
        after: &[Known<'_>],
    ) -> Result<(), Unkeyed> {
        let place = Place::of(&ty.item);
        let (old, new) = (before.first().map(|(_, item)| *item), after.first().map(|(_, item)| *item));
        match (before, after) {
            ([] | [_], [] | [_]) => {
                if old != new {
                    self.step(element, place, (old, new))?;
                }
            }
            ([_, _, ..], [_, _, ..]) => {
                if !before.iter().map(|(_, item)| item).eq(after.iter().map(|(_, item)| item)) {
                    self.mark(element, Fate::Modified);
                }
            }
            ([_, _, ..], _) => {
                if let Some(item) = new {
                    self.step(element.clone(), place, (None, Some(item)))?;
                }
                self.mark(element, Fate::Removed);
            }
            (_, _) => {
                if let Some(item) = old {
                    self.step(element.clone(), place, (Some(item), None))?;
                }
                self.mark(element, Fate::Added);
            }
        }
        Ok(())
    }
}

/// An item and what it is known by.
type Known<'a> = (Element, &'a Value);

/// The items by what they are known by; equal ones in their order.
fn sorted<'a>(ty: &ListType, items: &'a [Value]) -> Result<Vec<Known<'a>>, Unkeyed> {
    let known = items.iter().map(|item| Ok((item_element(ty, item)?, item)));
    let mut known = known.collect::<Result<Vec<_>, Unkeyed>>()?;
    known.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(known)
}

fn first_of<'a>(before: &'a [Known<'_>], after: &'a [Known<'_>]) -> Option<&'a Element> {
    match (before.first(), after.first()) {
        (Some((a, _)), Some((b, _))) => Some(a.min(b)),
        (a, b) => a.or(b).map(|(element, _)| element),
    }
}

fn take_while_known_by<'a, 'v>(element: &Element, known: &mut &'a [Known<'v>]) -> &'a [Known<'v>] {
    let count = known.iter().take_while(|(other, _)| other == element).count();
    let (taken, rest) = known.split_at(count);
    *known = rest;
    taken
}

/// Names of either, each once: those of `before` in order, then the new ones.
fn names<'a>(before: Option<&'a Map>, after: Option<&'a Map>) -> impl Iterator<Item = &'a Str> {
    let new = move |name: &&Str| before.is_none_or(|map| !map.contains_key(name));
    let old = before.into_iter().flat_map(Map::keys);
    old.chain(after.into_iter().flat_map(Map::keys).filter(new))
}

/// Whether two values are the same; 1 and 1.0 are.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
            *int as f64 == *float
        }
        (Value::List(a), Value::List(b)) => {
            a.shares(b) || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.shares(b)
                || a.len() == b.len()
                    && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        (a, b) => a == b,
    }
}
