//! Merging lists: objects by their key, primitives as a set.

use super::order::{self, same};
use super::{DIRECTIVE, Schema, bad_directive, go_map_text, merge_map};
use crate::patch::PatchError;
use pintle_meta::{List, Map, Value};
use std::collections::HashMap;

/// Merges `patch` into `original` and orders the result: items of the patch in its order, the others where they
/// were relative to them.
pub(super) fn merge_list(
    original: List,
    patch: List,
    merge_key: &str,
    schema: &Schema<'_>,
) -> Result<List, PatchError> {
    if original.is_empty() && patch.is_empty() {
        return Ok(original);
    }
    if !element_is_map(&original, &patch)? {
        let mut merged = List::with_capacity(original.len() + patch.len());
        for item in original.iter().chain(patch.iter()) {
            if !merged.contains(item) {
                merged.push(item.clone());
            }
        }
        return Ok(order::enforce(merged, &patch, &original, ""));
    }
    if merge_key.is_empty() {
        return Err(PatchError::Directive("cannot merge lists without merge key".to_owned()));
    }
    let (original, patch) = apply_directives(original, patch, merge_key)?;
    let merged = merge_objects(original.clone(), &patch, merge_key, *schema)?;
    Ok(order::enforce(merged, &patch, &original, merge_key))
}

/// Whether the items are objects; lists within lists are refused.
fn element_is_map(original: &List, patch: &List) -> Result<bool, PatchError> {
    let mut kind: Option<&'static str> = None;
    for item in original.iter().chain(patch.iter()) {
        let found = item.json_kind();
        if found == "array" {
            return Err(PatchError::DoesNotApply("lists of lists are not supported".to_owned()));
        }
        if kind.is_some_and(|kind| kind != found) {
            let text = "list element types are not identical: there are both maps and primitives";
            return Err(PatchError::Directive(text.to_owned()));
        }
        kind = Some(found);
    }
    Ok(kind == Some("object"))
}

/// `$patch: delete` takes an item away, `$patch: replace` anywhere in the list replaces all of it.
fn apply_directives(mut original: List, patch: List, merge_key: &str) -> Result<(List, List), PatchError> {
    let (mut plain, mut replace) = (List::new(), false);
    for item in patch.iter().filter_map(|item| item.as_map().map(|map| (item, map))) {
        let (item, map) = item;
        match map.get(DIRECTIVE) {
            None => plain.push(item.clone()),
            Some(directive) => match directive.as_str() {
                Some("delete") => {
                    let value = map.get(merge_key).ok_or_else(|| no_merge_key(map, merge_key))?;
                    original.retain(|item| item.get(merge_key) != Some(value));
                }
                Some("replace") => replace = true,
                Some("merge") => {
                    let text = "merging lists cannot yet be specified in the patch";
                    return Err(PatchError::Directive(text.to_owned()));
                }
                _ => return Err(bad_directive(directive, map)),
            },
        }
    }
    Ok(if replace { (plain, List::new()) } else { (original, plain) })
}

fn merge_objects(
    mut original: List,
    patch: &List,
    merge_key: &str,
    schema: Schema<'_>,
) -> Result<List, PatchError> {
    let mut places: HashMap<String, usize> = HashMap::new();
    for (at, item) in original.iter().enumerate() {
        let value = item.get(merge_key).ok_or_else(|| match item.as_map() {
            Some(map) => no_merge_key(map, merge_key),
            None => PatchError::Directive("an item of a list of objects is none".to_owned()),
        })?;
        places.entry(go_map_text(value)).or_insert(at);
    }
    for item in patch {
        let Some(change) = item.as_map() else { continue };
        let value = change.get(merge_key).ok_or_else(|| no_merge_key(change, merge_key))?;
        let name = go_map_text(value);
        let at = places.get(&name).copied().filter(|at| same(&original[*at], item, merge_key));
        match at.and_then(|at| original.get_mut(at)) {
            Some(Value::Map(found)) => *found = merge_map(std::mem::take(found), change.clone(), schema)?,
            _ => {
                places.insert(name, original.len());
                original.push(item.clone());
            }
        }
    }
    Ok(original)
}

fn no_merge_key(map: &Map, merge_key: &str) -> PatchError {
    let map = go_map_text(&Value::Map(map.clone()));
    PatchError::Directive(format!("map: {map} does not contain declared merge key: {merge_key}"))
}
