//! Server-side apply.

use crate::documents::Choices;
use crate::held;
use crate::object::{Kind, NOW};
use crate::patches::text;
use pintle_meta::{Map, Object, ObjectMut, Str, Value};
use pintle_schema::ownership::{Element, FieldSet, Managers, fields_of};
use pintle_schema::types::{Members, Ownership};
use pintle_schema::{Struct, Type};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..300)
}

/// Times alone are no change: nothing is written then.
fn without_times(object: &Value) -> String {
    text(object).replace(&format!(r#""time":"{NOW}","#), "")
}

/// Leaves that are owned and not there. A struct may go with all that was in it, and stay owned by who set it first.
fn absent(kind: &Kind, object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (manager, owned) in &Managers::of(object).0 {
        owned.fields.each_path(&mut |path| {
            if held::value_at(object, path).is_none() && is_leaf(kind.schema(), path) {
                let path: String = path.iter().map(ToString::to_string).collect();
                found.push(format!("{} owns {path}, which is not there", manager.name));
            }
        });
    }
    found
}

fn is_leaf(schema: &Struct, path: &[Element]) -> bool {
    let Some((Element::Field(first), rest)) = path.split_first() else { return true };
    let first = schema.field(first).map(|(_, field)| &field.ty);
    let end = rest.iter().try_fold(first, |ty, element| match (ty?, element) {
        (Type::Struct(ty), Element::Field(name)) => Some(ty.field(name).map(|(_, field)| &field.ty)),
        (Type::Map(ty), Element::Field(_)) => Some(Some(&ty.value)),
        (Type::List(ty), _) => Some(Some(&ty.item)),
        _ => None,
    });
    !matches!(end, Some(Some(Type::Struct(_) | Type::Map(_) | Type::List(_))))
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn a_second_apply_changes_nothing(bytes in bytes(), force in any::<bool>()) {
        let mut choices = Choices(&bytes);
        let kind = Kind::chosen(&mut choices);
        let config = kind.document(&mut choices);
        let live = kind.created(kind.document(&mut choices), "creator");
        for live in [kind.nothing(), live] {
            let once = kind.applied(&live, &config, "applier", true).unwrap();
            let twice = kind.applied(&once, &config, "applier", force).unwrap();
            prop_assert_eq!(without_times(&twice), without_times(&once));
        }
    }

    #[test]
    fn whoever_owns_something_owns_what_is_there(bytes in bytes()) {
        let mut choices = Choices(&bytes);
        // The hooks of some kinds make one member of another.
        let kind = Kind::chosen(&mut choices).without_defaults();
        let mut object = kind.created(kind.full_document(&mut choices), "creator");
        prop_assert_eq!(absent(&kind, &object), Vec::<String>::new());
        for manager in ["a", "b", "a", "c", "b"] {
            let document = kind.full_document(&mut choices);
            object = match choices.below(3) {
                0 => kind.updated(&object, document, manager),
                1 => kind.applied(&object, &document, manager, true).unwrap(),
                _ => kind.applied(&object, &document, manager, false).unwrap_or(object),
            };
            let absent: Vec<String> = absent(&kind, &object);
            prop_assert!(absent.is_empty(), "{absent:?} of {}", text(&object));
        }
    }

    #[test]
    fn what_an_applier_no_longer_wants_is_gone_when_it_was_its_own(bytes in bytes()) {
        let mut choices = Choices(&bytes);
        let kind = Kind::chosen(&mut choices).without_defaults();
        let (config, bare) = (kind.full_document(&mut choices), kind.document(&mut Choices(&[])));
        let once = kind.applied(&kind.nothing(), &config, "applier", false).unwrap();
        let after = kind.applied(&once, &bare, "applier", false).unwrap();
        let begun = kind.applied(&kind.nothing(), &bare, "applier", false).unwrap();
        prop_assert_eq!(unowned(after), unowned(begun));
    }

    #[test]
    fn appliers_of_different_fields_may_come_in_any_order(bytes in bytes()) {
        let mut choices = Choices(&bytes);
        let kind = Kind::chosen(&mut choices).without_defaults();
        let (one, other) = (kind.full_document(&mut choices), kind.full_document(&mut choices));
        let other = without(kind.schema(), &other, &one);
        let both = |first: (&str, &Value), second: (&str, &Value)| {
            let object = kind.applied(&kind.nothing(), first.1, first.0, false).unwrap();
            kind.applied(&object, second.1, second.0, false)
        };
        let ab = both(("a", &one), ("b", &other)).map_err(|error| TestCaseError::fail(format!("{error}: {} and {}", text(&one), text(&other))))?;
        let ba = both(("b", &other), ("a", &one)).map_err(|error| TestCaseError::fail(format!("{error}: {} and {}", text(&other), text(&one))))?;
        prop_assert_eq!(owners(&ab), owners(&ba));
        let in_order = |object| text(&in_order(kind.schema(), unowned(object)));
        prop_assert_eq!(in_order(ab), in_order(ba));
    }

    #[test]
    fn a_forced_apply_leaves_what_it_wants(bytes in bytes()) {
        let mut choices = Choices(&bytes);
        let kind = Kind::chosen(&mut choices).without_defaults();
        let (config, live) = (kind.full_document(&mut choices), kind.created(kind.full_document(&mut choices), "creator"));
        let object = kind.applied(&live, &config, "applier", true).unwrap();
        let missing = held::set_but_not_owned(kind.schema(), &config, &object, "applier", &FieldSet::new());
        prop_assert!(missing.is_empty(), "{missing:?} of {}", text(&object));
        let wanted = kind.normal(config.clone());
        fields_of(kind.schema(), &config).each_path(&mut |path| {
            let (wanted, there) = (held::value_at(&wanted, path), held::value_at(&object, path));
            let is_scalar = |value: &Value| value.as_map().is_none() && value.as_list().is_none();
            assert!(wanted == there || !wanted.is_some_and(is_scalar), "{wanted:?} at {path:?}, not {there:?}");
        });
    }
}

/// Who owns what, whenever they came to.
fn owners(object: &Value) -> BTreeMap<String, FieldSet> {
    Managers::of(object)
        .0
        .into_iter()
        .map(|(manager, owned)| (manager.name.to_string(), owned.fields))
        .collect()
}

fn unowned(mut object: Value) -> Value {
    object.remove_meta("managedFields");
    object
}

/// `document` without what `other` sets, but for what tells items apart.
fn without(ty: &Struct, document: &Value, other: &Value) -> Value {
    let mut kept = rest_of_struct(ty, document, other, &[]).unwrap_or_else(Value::map);
    for name in ["apiVersion", "kind"] {
        if let (Some(map), Some(value)) = (kept.as_map_mut(), document.get(name)) {
            map.insert(name, value.clone());
        }
    }
    let mut metadata =
        kept.take_at(&["metadata"]).filter(|value| value.as_map().is_some()).unwrap_or_else(Value::map);
    if let Some(map) = metadata.as_map_mut() {
        map.insert("name", document.name());
    }
    kept.as_map_mut().expect("a map").insert("metadata", metadata);
    kept
}

fn rest_of_struct(ty: &Struct, value: &Value, other: &Value, keys: &[Str]) -> Option<Value> {
    if ty.atomic {
        return None;
    }
    let (map, theirs) = (value.as_map()?, other.as_map()?);
    let mut kept = Map::new();
    for (name, value) in map.iter() {
        let (_, field) = ty.field(name).expect("made by its type");
        let rest = match theirs.get(name) {
            _ if keys.contains(name) => Some(value.clone()),
            None => Some(value.clone()),
            Some(_) if field.members == Members::Atomic => None,
            Some(theirs) => rest(&field.ty, value, theirs),
        };
        if let Some(rest) = rest {
            kept.insert(name.clone(), rest);
        }
    }
    (!kept.is_empty()).then_some(Value::Map(kept))
}

fn rest(ty: &Type, value: &Value, other: &Value) -> Option<Value> {
    match (ty, value, other) {
        (Type::Struct(ty), value, other) => rest_of_struct(ty, value, other, &[]),
        (Type::Map(ty), Value::Map(map), Value::Map(theirs)) => {
            let kept = map.iter().filter_map(|(name, value)| {
                let rest = match theirs.get(name) {
                    Some(theirs) => rest(&ty.value, value, theirs)?,
                    None => value.clone(),
                };
                Some((name.clone(), rest))
            });
            let kept: Map = kept.collect();
            (!kept.is_empty()).then_some(Value::Map(kept))
        }
        (Type::List(list), Value::List(items), Value::List(theirs)) => match (&list.ownership, &list.item) {
            (Ownership::Map(keys), Type::Struct(item)) => {
                let known = |item: &Value| keys.iter().map(|key| item.get(key).cloned()).collect::<Vec<_>>();
                let kept = items.iter().filter_map(|ours| {
                    match theirs.iter().find(|theirs| known(theirs) == known(ours)) {
                        Some(theirs) => rest_of_struct(item, ours, theirs, keys),
                        None => Some(ours.clone()),
                    }
                });
                Some(kept.collect::<Value>()).filter(|list| !list.is_empty())
            }
            (Ownership::Set, _) => {
                let kept = items.iter().filter(|item| !theirs.contains(item)).cloned();
                Some(kept.collect::<Value>()).filter(|list| !list.is_empty())
            }
            _ => None,
        },
        _ => None,
    }
}

/// The document with the items of lists that have names in the order of these: who came first decides it.
fn in_order(ty: &Struct, document: Value) -> Value {
    let Value::Map(map) = &document else { return document };
    let made = map.replaced(|name, value| Some(sorted(&ty.field(name)?.1.ty, value.clone())));
    made.map_or(document, Value::Map)
}

fn sorted(ty: &Type, value: Value) -> Value {
    match (ty, value) {
        (Type::Struct(ty), value) => in_order(ty, value),
        (Type::Map(ty), Value::Map(mut map)) => {
            Value::Map(map.take().map(|(name, value)| (name, sorted(&ty.value, value))).collect())
        }
        (Type::List(ty), Value::List(mut list)) => {
            let mut items: Vec<Value> = list.take().map(|item| sorted(&ty.item, item)).collect();
            if matches!(ty.ownership, Ownership::Map(_) | Ownership::Set) {
                items.sort_by_cached_key(|item| match &ty.ownership {
                    Ownership::Map(keys) => {
                        keys.iter().map(|key| text(item.get(key).unwrap_or(&Value::Null))).collect()
                    }
                    _ => vec![text(item)],
                });
            }
            items.into_iter().collect()
        }
        (_, value) => value,
    }
}

/// The checks above look at something.
#[test]
fn documents_of_chance_own_and_lose_something() {
    let bytes: Vec<u8> = (0..=255).chain(0..=255).collect();
    let mut owned = 0;
    for start in 0..200 {
        let mut choices = Choices(&bytes[start..]);
        let kind = Kind::chosen(&mut choices);
        let object = kind.created(kind.full_document(&mut choices), "creator");
        for (_, owner) in &Managers::of(&object).0 {
            owner.fields.each_path(&mut |path| owned += usize::from(matches!(path[0], Element::Field(_))));
        }
    }
    assert!(owned > 500, "only {owned} fields were owned");
}
