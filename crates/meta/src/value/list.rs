//! A shared, copy-on-write list of values.

use super::{Value, drain, unload};
use ecow::EcoVec;
use std::ops::{Deref, Index};

/// An ordered list of values; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct List(EcoVec<Value>);

impl PartialEq for List {
    /// Lists that share their items are equal without a look at them.
    fn eq(&self, other: &List) -> bool {
        self.shares(other) || self.0 == other.0
    }
}

impl List {
    /// Whether both are one list in memory: clones of each other that nobody changed.
    pub fn shares(&self, other: &List) -> bool {
        self.0.as_ptr() == other.0.as_ptr() && self.0.len() == other.0.len()
    }

    /// The same with other items where `other` has one; `None` when it has none.
    pub fn replaced(&self, mut other: impl FnMut(&Value) -> Option<Value>) -> Option<List> {
        let mut made: Option<List> = None;
        for (at, item) in self.iter().enumerate() {
            if let Some(item) = other(item) {
                made.get_or_insert_with(|| self.clone()).make_mut()[at] = item;
            }
        }
        made
    }

    /// An empty list.
    pub fn new() -> List {
        List(EcoVec::new())
    }

    /// An empty list with room for `capacity` items.
    pub fn with_capacity(capacity: usize) -> List {
        List(EcoVec::with_capacity(capacity))
    }

    /// Appends an item.
    pub fn push(&mut self, value: Value) {
        self.0.push(value);
    }

    /// Puts an item before the one at `index` (at most `len`).
    pub fn insert(&mut self, index: usize, value: Value) {
        self.0.insert(index, value);
    }

    /// Takes out the item at `index`, which must exist.
    pub fn remove(&mut self, index: usize) -> Value {
        self.0.remove(index)
    }

    /// The items for editing; copies the list first when it is shared.
    pub fn make_mut(&mut self) -> &mut [Value] {
        self.0.make_mut()
    }

    /// The item at `index` for editing.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut Value> {
        if index < self.0.len() { self.0.make_mut().get_mut(index) } else { None }
    }

    /// Keeps the items for which `keep` says so.
    pub fn retain(&mut self, keep: impl FnMut(&mut Value) -> bool) {
        self.0.retain(keep);
    }

    /// Takes the items out, leaving an empty list.
    pub fn take(&mut self) -> impl Iterator<Item = Value> + use<> {
        std::mem::take(&mut self.0).into_iter()
    }

    pub(super) fn unload(&mut self, pending: &mut Vec<Value>) {
        if self.0.is_unique() {
            unload(self.0.make_mut().iter_mut(), pending);
        }
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl Index<&str> for Value {
    type Output = Value;

    /// The member `key`, or null: reads like Go's zero values. For tests and read-only looks.
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&Value::Null)
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> List {
        List(items.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Drop for List {
    fn drop(&mut self) {
        let mut pending = Vec::new();
        self.unload(&mut pending);
        drain(pending);
    }
}
