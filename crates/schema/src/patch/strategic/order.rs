//! The order of a merged list: as near as possible to both what was there and what the patch says.

use super::{DIRECTIVE, go_map_text};
use crate::patch::PatchError;
use pintle_meta::{List, Value};
use std::collections::HashMap;

/// Whether two items are the same: by their merge key, or as they are when there is none.
pub(super) fn same(a: &Value, b: &Value, merge_key: &str) -> bool {
    if merge_key.is_empty() {
        a == b
    } else {
        a.get(merge_key).is_some() && a.get(merge_key) == b.get(merge_key)
    }
}

/// Items that `order` names come in its order, the others keep theirs; the two are woven together by where they
/// stood in `before`.
pub(super) fn enforce(merged: List, order: &List, before: &List, merge_key: &str) -> List {
    let (ranks, places) = (positions(order, merge_key), positions(before, merge_key));
    let rank = |item: &Value| identity(item, merge_key).and_then(|name| ranks.get(&name).copied());
    let place = |item: &Value| identity(item, merge_key).and_then(|name| places.get(&name).copied());
    let (mut named, mut others): (Vec<Value>, Vec<Value>) =
        merged.iter().cloned().partition(|item| rank(item).is_some());
    named.sort_by_key(&rank);
    others.sort_by_key(|item| place(item).unwrap_or(usize::MAX));
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    let mut woven = List::with_capacity(merged.len());
    loop {
        let other_first = match (others.peek(), named.peek()) {
            (None, None) => return woven,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(name)) => {
                matches!((place(other), place(name)), (Some(other), Some(name)) if other < name)
            }
        };
        woven.push((if other_first { others.next() } else { named.next() }).unwrap_or_default());
    }
}

/// Refuses a patch whose items do not stand in the order it sets itself.
pub(super) fn check(changes: Option<&List>, order: &List, merge_key: &str) -> Result<(), PatchError> {
    let Some(changes) = changes else { return Ok(()) };
    let deleted = |item: &&Value| item.get(DIRECTIVE).and_then(Value::as_str) == Some("delete");
    let mut left = changes.iter().filter(|item| !deleted(item)).peekable();
    for item in order {
        left.next_if(|change| same(change, item, merge_key));
    }
    if left.peek().is_none() {
        return Ok(());
    }
    let (changes, order) =
        (go_map_text(&Value::List(changes.clone())), go_map_text(&Value::List(order.clone())));
    Err(PatchError::Directive(format!(
        "The order in patch list:\n{changes}\n doesn't match $setElementOrder list:\n{order}\n"
    )))
}

fn positions(list: &List, merge_key: &str) -> HashMap<String, usize> {
    let mut positions = HashMap::with_capacity(list.len());
    for (at, item) in list.iter().enumerate() {
        if let Some(name) = identity(item, merge_key) {
            positions.entry(name).or_insert(at);
        }
    }
    positions
}

fn identity(item: &Value, merge_key: &str) -> Option<String> {
    let value = if merge_key.is_empty() { Some(item) } else { item.get(merge_key) }?;
    Some(format!("{}{}", value.json_kind(), go_map_text(value)))
}
