//! Strategic merge patch: a merge patch that knows the type. Lists of objects are merged by a key, lists of
//! primitives united, and directives (`$patch`, `$retainKeys`, `$setElementOrder/F`, `$deleteFromPrimitiveList/F`)
//! say what merging can't. The rules are those of apimachinery's strategicpatch package.

mod list;
mod order;
mod text;

pub use text::go_map_text;

use super::{PatchError, parse_object};
use crate::types::{Field, Struct, Type};
use list::merge_list;
use pintle_meta::{List, Map, Str, Value};

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const SET_ORDER: &str = "$setElementOrder/";
const DELETE_PRIMITIVES: &str = "$deleteFromPrimitiveList/";

/// Parses a patch.
///
/// # Errors
/// [`PatchError::Malformed`] for what is no JSON object.
pub fn parse(bytes: &[u8]) -> Result<Value, PatchError> {
    match parse_object(bytes) {
        Ok(map) => Ok(Value::Map(map.unwrap_or_default())),
        Err(text) => Err(PatchError::Malformed(text)),
    }
}

/// The document that `patch` makes of `target`, which is of type `ty`.
///
/// # Errors
/// [`PatchError`] in the words of the reference.
pub fn apply(target: &Value, patch: &Value, ty: &Struct) -> Result<Value, PatchError> {
    let original = target.as_map().cloned().unwrap_or_default();
    let patch = patch.as_map().cloned().unwrap_or_default();
    Ok(Value::Map(merge_map(original, patch, Schema::Struct(ty))?))
}

/// What is known of the members of a map.
#[derive(Clone, Copy)]
enum Schema<'a> {
    /// They are fields of a struct.
    Struct(&'a Struct),
    /// They are members of a Go map of this value type.
    Members(&'a Type),
    /// They are no fields: a Go struct of this name holds them in a form of its own.
    Opaque(&'static str),
    /// Nothing: no struct, but something of this Go kind.
    Unknown(&'a str),
}

impl<'a> Schema<'a> {
    fn of(ty: &'a Type) -> Schema<'a> {
        match ty {
            Type::Struct(ty) => Schema::Struct(ty),
            Type::Map(map) => Schema::Members(&map.value),
            Type::Special(special) => Schema::Opaque(special.go_name()),
            Type::List(_) | Type::Bytes => Schema::Unknown("slice"),
            Type::Bool | Type::Int(_) | Type::Float | Type::String => Schema::Unknown("string"),
        }
    }

    fn field(self, key: &str) -> Result<Option<&'a Field>, PatchError> {
        match self {
            Schema::Struct(ty) => match ty.field(key) {
                Some((_, field)) => Ok(Some(field)),
                None => Err(no_field(&ty.go_name, key)),
            },
            Schema::Opaque(go_name) => Err(no_field(go_name, key)),
            Schema::Members(_) => Ok(None),
            Schema::Unknown(kind) => Err(PatchError::Directive(format!(
                "merging an object in json but data type is not struct, instead is: {kind}"
            ))),
        }
    }

    /// What is known of the members of the member `key`.
    fn below(self, key: &str) -> Result<Schema<'a>, PatchError> {
        match (self, self.field(key)?) {
            (_, Some(field)) => Ok(Schema::of(&field.ty)),
            (Schema::Members(ty), None) => Ok(Schema::of(ty)),
            _ => Ok(Schema::Unknown("interface")),
        }
    }
}

fn merge_map(mut original: Map, mut patch: Map, schema: Schema<'_>) -> Result<Map, PatchError> {
    if let Some(directive) = patch.get(DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => {
                patch.remove(DIRECTIVE);
                Ok(patch)
            }
            Some("delete") => Ok(Map::new()),
            _ => Err(bad_directive(directive, &patch)),
        };
    }
    retain_keys(&mut original, &mut patch)?;
    set_orders(&mut original, &mut patch, schema)?;
    let mut added: Vec<(Str, Value)> = Vec::new();
    for (key, change) in patch.take() {
        if let Some(field) = key.strip_prefix(DELETE_PRIMITIVES) {
            delete_primitives(&mut original, field, &change)?;
        } else if change.is_null() {
            original.remove(&key);
        } else if let Some(place) = original.get_mut(&key) {
            merge_member(place, &key, change, schema)?;
        } else {
            added.extend(without_directives(change).map(|change| (key, without_nulls(change))));
        }
    }
    if !added.is_empty() {
        original.extend(added);
    }
    Ok(original)
}

fn merge_member(place: &mut Value, key: &str, change: Value, schema: Schema<'_>) -> Result<(), PatchError> {
    match (&mut *place, change) {
        (Value::Map(original), Value::Map(patch)) => {
            let is_replaced = schema.field(key)?.is_some_and(|field| field.patch.replace);
            *original = match is_replaced {
                true => patch,
                false => merge_map(std::mem::take(original), patch, schema.below(key)?)?,
            };
        }
        (Value::List(original), Value::List(patch)) => {
            *original = merge_field(std::mem::take(original), patch, key, schema)?;
        }
        (_, change) => *place = without_nulls(change),
    }
    Ok(())
}

/// Merges a list as its field says, or replaces it.
fn merge_field(original: List, patch: List, key: &str, schema: Schema<'_>) -> Result<List, PatchError> {
    let Some(field) = schema.field(key)? else { return Ok(patch) };
    if !field.patch.merge {
        return Ok(patch);
    }
    merge_list(original, patch, &field.patch.key, &item_schema(field))
}

/// What is known of the members of a list's items.
fn item_schema(field: &Field) -> Schema<'_> {
    match &field.ty {
        Type::List(list) => Schema::of(&list.item),
        _ => Schema::Unknown("interface"),
    }
}

/// `$retainKeys` names all members that stay; the patch may not set others.
fn retain_keys(original: &mut Map, patch: &mut Map) -> Result<(), PatchError> {
    let Some(list) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    let Value::List(list) = list else {
        return Err(PatchError::Malformed("invalid patch format of retainKeys".to_owned()));
    };
    let retained = |key: &str| list.iter().any(|name| name.as_str() == Some(key));
    for (key, value) in patch.iter() {
        let directive = key.starts_with(DELETE_PRIMITIVES) || key.starts_with(SET_ORDER);
        if !value.is_null() && !directive && !retained(key) {
            return Err(PatchError::DoesNotApply("patch content doesn't match retainKeys list".to_owned()));
        }
    }
    original.retain(|key, _| retained(key));
    Ok(())
}

/// `$setElementOrder/F` gives the list F its order; F's own changes are merged on the way.
fn set_orders(original: &mut Map, patch: &mut Map, schema: Schema<'_>) -> Result<(), PatchError> {
    let keys: Vec<Str> = patch.keys().filter(|key| key.starts_with(SET_ORDER)).cloned().collect();
    for key in keys {
        let name = key.strip_prefix(SET_ORDER).unwrap_or_default();
        let Some(Value::List(order)) = patch.remove(&key) else {
            return Err(PatchError::Malformed("invalid patch format of setElementOrder list".to_owned()));
        };
        let field = schema.field(name)?;
        let merge_key = field.map(|field| field.patch.key.clone()).unwrap_or_default();
        let changes = list_member(patch.remove(name))?;
        order::check(changes.as_ref(), &order, &merge_key)?;
        let before = list_member(original.get(name).cloned())?;
        let merged = match (before.clone(), changes) {
            (None, None) => continue,
            (Some(before), None) => before,
            (None, Some(changes)) => match without_directives(Value::List(changes)) {
                Some(Value::List(changes)) => changes,
                _ => continue,
            },
            (Some(before), Some(changes)) => merge_field(before, changes, name, schema)?,
        };
        let ordered = order::enforce(merged, &order, &before.unwrap_or_default(), &merge_key);
        original.insert(name, ordered);
    }
    Ok(())
}

fn list_member(value: Option<Value>) -> Result<Option<List>, PatchError> {
    match value {
        None => Ok(None),
        Some(Value::List(list)) => Ok(Some(list)),
        Some(other) => Err(PatchError::Directive(format!(
            "expected a []interface {{}}, but received a {}",
            other.json_kind()
        ))),
    }
}

fn delete_primitives(original: &mut Map, field: &str, gone: &Value) -> Result<(), PatchError> {
    let Value::List(gone) = gone else {
        return Err(PatchError::Malformed("invalid patch format of primitive list".to_owned()));
    };
    if let Some(Value::List(list)) = original.get_mut(field) {
        list.retain(|item| !gone.contains(item));
    }
    Ok(())
}

/// A value without the directives in it; `None` when it says itself that it goes.
fn without_directives(value: Value) -> Option<Value> {
    match value {
        Value::Map(mut map) => {
            if map.get(DIRECTIVE).and_then(Value::as_str) == Some("delete") {
                return None;
            }
            let is_directive = |key: &str| {
                key == DIRECTIVE
                    || key == RETAIN_KEYS
                    || key.starts_with(SET_ORDER)
                    || key.starts_with(DELETE_PRIMITIVES)
            };
            let kept = map.take().filter(|(key, _)| !is_directive(key));
            Some(Value::Map(
                kept.filter_map(|(key, value)| Some((key, without_directives(value)?))).collect(),
            ))
        }
        Value::List(mut list) => Some(list.take().filter_map(without_directives).collect()),
        other => Some(other),
    }
}

/// A value without the members that are null, at any depth.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Map(mut map) => {
            let kept = map.take().filter(|(_, value)| !value.is_null());
            Value::Map(kept.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        Value::List(mut list) => list.take().map(without_nulls).collect(),
        other => other,
    }
}

fn no_field(go_name: &str, key: &str) -> PatchError {
    PatchError::Directive(format!("unable to find api field in struct {go_name} for the json field {key:?}"))
}

fn bad_directive(directive: &Value, patch: &Map) -> PatchError {
    let (directive, patch) = (go_map_text(directive), go_map_text(&Value::Map(patch.clone())));
    PatchError::Directive(format!("unknown patch type: {directive} in map: {patch}"))
}
