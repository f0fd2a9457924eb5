//! Which fields a write added, changed and removed, by the lists' and maps' rules of ownership.
//! (structured-merge-diff's typed.Compare.)

use super::{Element, FieldSet};
use crate::types::{Field, ListType, Members, Ownership, Special, Struct, Type};
use pintle_meta::{Map, Str, Value};
use std::collections::BTreeMap;

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

/// A list item lacks one of the fields it is known by, so nobody can say who owns it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a list item has no {0:?}, by which it is known")]
pub struct Unkeyed(Str);

impl Comparison {
    /// Compares two documents of type `ty`.
    ///
    /// # Errors
    /// [`Unkeyed`].
    pub fn of(ty: &Struct, before: &Value, after: &Value) -> Result<Comparison, Unkeyed> {
        let mut walk = Walk { path: Vec::new(), found: Comparison::default() };
        walk.members(ty, before.as_map(), after.as_map())?;
        Ok(walk.found)
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

struct Walk {
    path: Vec<Element>,
    found: Comparison,
}

/// A value before and after, at least one of them.
type Pair<'a> = (Option<&'a Value>, Option<&'a Value>);

impl Walk {
    /// Compares what `element` leads to.
    fn step(&mut self, element: Element, ty: &Type, atomic: bool, pair: Pair<'_>) -> Result<(), Unkeyed> {
        self.path.push(element);
        let inner = if atomic { Ok(self.leaf(pair)) } else { self.value(ty, pair) };
        let is_leaf = inner?;
        if !is_leaf {
            match pair {
                (None, _) => self.found.added.insert(&self.path),
                (_, None) => self.found.removed.insert(&self.path),
                _ => {}
            }
        }
        self.path.pop();
        Ok(())
    }

    /// Whether the value was taken as a whole.
    fn value(&mut self, ty: &Type, pair: Pair<'_>) -> Result<bool, Unkeyed> {
        match ty {
            Type::Struct(ty) if !ty.atomic => self.map_like(pair, |walk, a, b| walk.members(ty, a, b)),
            Type::Map(ty) => self.map_like(pair, |walk, a, b| walk.entries(&ty.value, false, a, b)),
            // What a raw extension holds has members, but nothing is known of what they hold.
            Type::Special(Special::RawExtension) => {
                self.map_like(pair, |walk, a, b| walk.entries(&Type::Special(Special::Json), true, a, b))
            }
            Type::List(ty) => self.list(ty, pair),
            _ => Ok(self.leaf(pair)),
        }
    }

    fn map_like(
        &mut self,
        pair: Pair<'_>,
        inner: impl FnOnce(&mut Walk, Option<&Map>, Option<&Map>) -> Result<(), Unkeyed>,
    ) -> Result<bool, Unkeyed> {
        let (before, after) = (pair.0.and_then(Value::as_map), pair.1.and_then(Value::as_map));
        // With nothing on either side, the difference between nothing and empty is all there is to own.
        if before.is_none_or(Map::is_empty) && after.is_none_or(Map::is_empty) {
            return Ok(self.leaf(pair));
        }
        inner(self, before, after)?;
        Ok(false)
    }

    fn leaf(&mut self, pair: Pair<'_>) -> bool {
        match pair {
            (None, _) => self.found.added.insert(&self.path),
            (_, None) => self.found.removed.insert(&self.path),
            (before, after) if before != after => self.found.modified.insert(&self.path),
            _ => {}
        }
        true
    }

    fn members(&mut self, ty: &Struct, before: Option<&Map>, after: Option<&Map>) -> Result<(), Unkeyed> {
        for name in names(before, after) {
            let pair = (before.and_then(|map| map.get(name)), after.and_then(|map| map.get(name)));
            if let Some((_, field)) = ty.field(name).filter(|_| pair.0 != pair.1) {
                self.step(Element::Field(name.clone()), &field.ty, is_atomic(field), pair)?;
            }
        }
        Ok(())
    }

    fn entries(
        &mut self,
        ty: &Type,
        atomic: bool,
        before: Option<&Map>,
        after: Option<&Map>,
    ) -> Result<(), Unkeyed> {
        for name in names(before, after) {
            let pair = (before.and_then(|map| map.get(name)), after.and_then(|map| map.get(name)));
            if pair.0 != pair.1 {
                self.step(Element::Field(name.clone()), ty, atomic, pair)?;
            }
        }
        Ok(())
    }

    fn list(&mut self, ty: &ListType, pair: Pair<'_>) -> Result<bool, Unkeyed> {
        let (before, after) = (items(pair.0), items(pair.1));
        let atomic = matches!(ty.ownership, Ownership::Unsaid | Ownership::Atomic);
        if atomic || (before.is_empty() && after.is_empty()) {
            return Ok(self.leaf(pair));
        }
        let mut by_element: BTreeMap<Element, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
        for item in before {
            by_element.entry(element(ty, item)?).or_default().0.push(item);
        }
        for item in after {
            by_element.entry(element(ty, item)?).or_default().1.push(item);
        }
        for (element, (before, after)) in by_element {
            self.item(ty, element, &before, &after)?;
        }
        Ok(false)
    }

    /// Items that stand once are compared; those that stand twice are one thing, owned as a whole.
    fn item(
        &mut self,
        ty: &ListType,
        element: Element,
        before: &[&Value],
        after: &[&Value],
    ) -> Result<(), Unkeyed> {
        let mark = |set: &mut FieldSet, path: &[Element], element: &Element| {
            let mut path = path.to_vec();
            path.push(element.clone());
            set.insert(&path);
        };
        match (before, after) {
            ([] | [_], [] | [_]) => {
                self.step(element, &ty.item, false, (before.first().copied(), after.first().copied()))
            }
            ([_, _, ..], [_, _, ..]) => {
                if before != after {
                    mark(&mut self.found.modified, &self.path, &element);
                }
                Ok(())
            }
            ([_, _, ..], after) => {
                if let Some(after) = after.first() {
                    self.step(element.clone(), &ty.item, false, (None, Some(after)))?;
                }
                mark(&mut self.found.removed, &self.path, &element);
                Ok(())
            }
            (before, _) => {
                if let Some(before) = before.first() {
                    self.step(element.clone(), &ty.item, false, (Some(before), None))?;
                }
                mark(&mut self.found.added, &self.path, &element);
                Ok(())
            }
        }
    }
}

fn is_atomic(field: &Field) -> bool {
    field.members == Members::Atomic
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_list).map_or(&[], |list| list)
}

/// Names of either, each once: those of `before` in order, then the new ones.
fn names<'a>(before: Option<&'a Map>, after: Option<&'a Map>) -> impl Iterator<Item = &'a Str> {
    let new = move |name: &&Str| before.is_none_or(|map| !map.contains_key(name));
    let old = before.into_iter().flat_map(Map::keys);
    old.chain(after.into_iter().flat_map(Map::keys).filter(new))
}

/// What a list item is known by.
fn element(ty: &ListType, item: &Value) -> Result<Element, Unkeyed> {
    let Ownership::Map(keys) = &ty.ownership else { return Ok(Element::Value(item.clone())) };
    let mut fields = Vec::with_capacity(keys.len());
    for key in keys {
        let given = item.get(key).filter(|value| !value.is_null()).cloned();
        let value = given.or_else(|| key_default(&ty.item, key)).ok_or_else(|| Unkeyed(key.clone()))?;
        fields.push((key.clone(), value));
    }
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Element::Key(fields))
}

fn key_default(item: &Type, key: &str) -> Option<Value> {
    let (_, field) = item.as_struct()?.field(key)?;
    field.default.clone()
}
