//! What an applied document makes of the live one: its leaves win, its lists' order too, and nothing is removed.
//! (structured-merge-diff's typed.Merge.)

use super::Element;
use super::shape::{self, Place, Shape, Unkeyed, item_element, items};
use crate::types::{ListType, Struct};
use pintle_meta::{Map, Value};
use std::collections::BTreeMap;

/// The most items that are looked through for each of them.
const PAIRED_MAX: usize = 32;

/// `live` with `config` merged into it, both of type `ty`; `None` when that changes nothing.
///
/// # Errors
/// When an item of a list lacks what it is known by.
pub(super) fn merge(ty: &Struct, live: &Value, config: &Value) -> Result<Option<Value>, Unkeyed> {
    Ok(match members(Shape::Struct(ty), live.as_map(), config.as_map())? {
        Merged::Live => None,
        Merged::Other(Some(value)) => Some(value),
        Merged::Other(None) => Some(config.clone()),
    })
}

/// What a merge makes of a value.
enum Merged {
    /// The live one, as it is.
    Live,
    /// This one, or nothing.
    Other(Option<Value>),
}

/// A value of which the live document may say nothing.
fn value(place: Place<'_>, live: Option<&Value>, new: &Value) -> Result<Merged, Unkeyed> {
    let Some(old) = live else { return Ok(Merged::Other(Some(new.clone()))) };
    let shape = place.shape();
    if place.is_atomic() {
        return Ok(either(old, new));
    }
    match shape {
        Shape::List(ty) => {
            let (old_items, new_items) = (items(live), items(Some(new)));
            if old_items.is_empty() && new_items.is_empty() {
                return Ok(either(old, new));
            }
            list(ty, old_items, new_items)
        }
        shape if shape.has_members(new) => {
            let (old_members, new_members) = (shape::members(live), shape::members(Some(new)));
            if old_members.is_none() && new_members.is_none() {
                return Ok(either(old, new));
            }
            members(shape, old_members, new_members)
        }
        _ => Ok(either(old, new)),
    }
}

/// The new one, or the old one where they are the same.
fn either(old: &Value, new: &Value) -> Merged {
    if old == new { Merged::Live } else { Merged::Other(Some(new.clone())) }
}

/// Members of either, the live one's first.
fn members(shape: Shape<'_>, live: Option<&Map>, config: Option<&Map>) -> Result<Merged, Unkeyed> {
    let mut merged: Option<Map> = None;
    let copy = || live.cloned().unwrap_or_default();
    for (name, new) in config.into_iter().flat_map(Map::iter) {
        let Some(place) = shape.member(name) else { continue };
        match value(place, live.and_then(|map| map.get(name)), new)? {
            Merged::Live => {}
            Merged::Other(Some(value)) => drop(merged.get_or_insert_with(copy).insert(name.clone(), value)),
            Merged::Other(None) => drop(merged.get_or_insert_with(copy).remove(name)),
        }
    }
    Ok(match merged {
        None if live.is_some_and(|live| !live.is_empty()) => Merged::Live,
        merged => Merged::Other(merged.filter(|map| !map.is_empty()).map(Value::Map)),
    })
}

/// Items of either: those that both have in the config's order, the others of each where they stood between them.
/// An item that stands several times in the live list is replaced by the config's, if that has it.
fn list(ty: &ListType, live: &[Value], config: &[Value]) -> Result<Merged, Unkeyed> {
    let known = elements(ty, live)?;
    let wanted = elements(ty, config)?;
    if known == wanted
        && known.len() <= PAIRED_MAX
        && (1..known.len()).all(|at| !known[..at].contains(&known[at]))
    {
        return pairs(Place::of(&ty.item), live, config);
    }
    let mut merge = ListMerge::new(ty, (known, live), (wanted, config));
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
    // What was left as it is shares its memory with the live item: this look costs next to nothing.
    if merge.out == live {
        return Ok(Merged::Live);
    }
    Ok(Merged::Other(Some(merge.out.into_iter().collect()).filter(|list: &Value| !list.is_empty())))
}

/// Lists of the same items in the same order, as most are.
fn pairs(place: Place<'_>, live: &[Value], config: &[Value]) -> Result<Merged, Unkeyed> {
    let mut merged: Option<Vec<Option<Value>>> = None;
    for (at, (old, new)) in live.iter().zip(config).enumerate() {
        let Merged::Other(item) = value(place, Some(old), new)? else { continue };
        let list = merged.get_or_insert_with(|| live.iter().cloned().map(Some).collect());
        list[at] = item;
    }
    let Some(list) = merged else { return Ok(Merged::Live) };
    let list: Value = list.into_iter().flatten().collect();
    Ok(Merged::Other(Some(list).filter(|list| !list.is_empty())))
}

fn elements(ty: &ListType, items: &[Value]) -> Result<Vec<Element>, Unkeyed> {
    items.iter().map(|item| item_element(ty, item)).collect()
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
    fn new(
        ty: &'a ListType,
        (known, live): (Vec<Element>, &'a [Value]),
        (wanted, config): (Vec<Element>, &'a [Value]),
    ) -> ListMerge<'a> {
        let mut by_live: BTreeMap<Element, Option<&Value>> = BTreeMap::new();
        for (element, item) in known.iter().zip(live) {
            by_live.entry(element.clone()).and_modify(|found| *found = None).or_insert(Some(item));
        }
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
        merge
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
        match value(self.place, old, &self.config_items[at])? {
            Merged::Live => self.out.extend(old.cloned()),
            Merged::Other(value) => self.out.extend(value),
        }
        Ok(())
    }
}
