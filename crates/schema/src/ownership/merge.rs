//! What an applied document makes of the live one: its leaves win, its lists' order too, and nothing is removed.
//! (structured-merge-diff's typed.Merge.)

use super::Element;
use super::shape::{self, Place, Shape, Unkeyed, item_element, items};
use crate::types::{ListType, Struct};
use pintle_meta::{Map, Value};
use std::collections::BTreeMap;

/// `live` with `config` merged into it, both of type `ty`.
///
/// # Errors
/// When an item of a list lacks what it is known by.
pub(super) fn merge(ty: &Struct, live: &Value, config: &Value) -> Result<Value, Unkeyed> {
    let merged = members(Shape::Struct(ty), live.as_map(), config.as_map())?;
    Ok(merged.unwrap_or_else(|| config.clone()))
}

/// A value of which each side may say nothing; where only one says something, that is it.
fn value(place: Place<'_>, live: Option<&Value>, config: Option<&Value>) -> Result<Option<Value>, Unkeyed> {
    let (Some(old), Some(new)) = (live, config) else { return Ok(config.or(live).cloned()) };
    if place.is_atomic() {
        return Ok(Some(new.clone()));
    }
    match place.shape() {
        Shape::List(ty) => {
            let (old, new_items) = (items(live), items(config));
            if old.is_empty() && new_items.is_empty() {
                return Ok(Some(new.clone()));
            }
            Ok(Some(list(ty, old, new_items)?).filter(|list| !list.is_empty()))
        }
        shape if shape.has_members(new) => {
            let (old, new_members) = (shape::members(live), shape::members(config));
            if old.is_none() && new_members.is_none() {
                return Ok(Some(new.clone()));
            }
            members(shape, old, new_members)
        }
        _ => Ok(Some(if new == old { old.clone() } else { new.clone() })),
    }
}

/// Members of either, the live one's first.
fn members(shape: Shape<'_>, live: Option<&Map>, config: Option<&Map>) -> Result<Option<Value>, Unkeyed> {
    let mut merged = live.cloned().unwrap_or_default();
    for (name, new) in config.into_iter().flat_map(Map::iter) {
        let Some(place) = shape.member(name) else { continue };
        let old = live.and_then(|map| map.get(name));
        if old == Some(new) {
            continue;
        }
        match value(place, old, Some(new))? {
            Some(value) => drop(merged.insert(name.clone(), value)),
            None => drop(merged.remove(name)),
        }
    }
    Ok(Some(merged).filter(|map| !map.is_empty()).map(Value::Map))
}

/// Items of either: those that both have in the config's order, the others of each where they stood between them.
/// An item that stands several times in the live list is replaced by the config's, if that has it.
fn list(ty: &ListType, live: &[Value], config: &[Value]) -> Result<Value, Unkeyed> {
    let mut merge = ListMerge::new(ty, live, config)?;
    let (mut at_live, mut at_config) = (0, 0);
    while at_live < live.len() || at_config < config.len() {
        if let (Some(old), Some(new)) = (merge.live.get(at_live), merge.config.get(at_config)) {
            if old == new {
                merge.take_config(at_config)?;
                (at_live, at_config) = (at_live + 1, at_config + 1);
                merge.next_shared(at_config);
                continue;
            }
            // Both have it, but its turn comes later.
            let waits = merge.shared.is_some_and(|shared| merge.config[shared] != *old);
            if merge.in_config.contains_key(old) && waits {
                at_live += 1;
                continue;
            }
        }
        if let Some(old) = merge.live.get(at_live) {
            match merge.in_config.get(old) {
                None => {
                    merge.out.push(live[at_live].clone());
                    at_live += 1;
                    continue;
                }
                Some(at) if merge.taken[*at] => at_live += 1,
                Some(_) => {}
            }
        }
        if at_config < config.len() {
            merge.take_config(at_config)?;
            at_config += 1;
            if merge.shared == Some(at_config - 1) {
                merge.next_shared(at_config);
            }
        }
    }
    Ok(merge.out.into_iter().collect())
}

struct ListMerge<'a> {
    place: Place<'a>,
    live: Vec<Element>,
    config: Vec<Element>,
    config_items: &'a [Value],
    /// The live item; none when several are known by the same.
    by_live: BTreeMap<Element, Option<&'a Value>>,
    /// Where in the config.
    in_config: BTreeMap<Element, usize>,
    /// Which of the config's items are in `out`.
    taken: Vec<bool>,
    /// The next of the config's items that the live list has, too.
    shared: Option<usize>,
    out: Vec<Value>,
}

impl<'a> ListMerge<'a> {
    fn new(ty: &'a ListType, live: &'a [Value], config: &'a [Value]) -> Result<ListMerge<'a>, Unkeyed> {
        let elements = |items: &[Value]| -> Result<Vec<Element>, Unkeyed> {
            items.iter().map(|item| item_element(ty, item)).collect()
        };
        let known = elements(live)?;
        let mut by_live: BTreeMap<Element, Option<&Value>> = BTreeMap::new();
        for (element, item) in known.iter().zip(live) {
            by_live.entry(element.clone()).and_modify(|found| *found = None).or_insert(Some(item));
        }
        let wanted = elements(config)?;
        let in_config = wanted.iter().cloned().enumerate().map(|(at, element)| (element, at)).collect();
        let mut merge = ListMerge {
            place: Place::of(&ty.item),
            live: known,
            taken: vec![false; wanted.len()],
            config: wanted,
            config_items: config,
            by_live,
            in_config,
            shared: None,
            out: Vec::with_capacity(live.len().max(config.len())),
        };
        merge.next_shared(0);
        Ok(merge)
    }

    fn next_shared(&mut self, from: usize) {
        let later = self.config.iter().enumerate().skip(from);
        self.shared =
            later.filter(|(_, element)| self.by_live.contains_key(*element)).map(|(at, _)| at).next();
    }

    /// The config's item, merged into the live one of the same name.
    fn take_config(&mut self, at: usize) -> Result<(), Unkeyed> {
        let old = self.by_live.get(&self.config[at]).copied().flatten();
        self.taken[at] = true;
        self.out.extend(value(self.place, old, Some(&self.config_items[at]))?);
        Ok(())
    }
}
