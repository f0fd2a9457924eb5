//! The three older patches.

use crate::documents::Choices;
use crate::object::Kind;
use crate::reverse;
use pintle_catalog::catalog;
use pintle_meta::Value;
use pintle_meta::value::{parse, to_json};
use pintle_schema::patch::{json, merge, strategic};
use pintle_schema::{Struct, decode};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) fn text(value: &Value) -> String {
    String::from_utf8_lossy(&to_json(value)).into_owned()
}

/// A kind's type and two documents of it, in normal form.
fn two(bytes: &[u8]) -> (Kind, Value, Value) {
    let mut choices = Choices(bytes);
    let kind = Kind::chosen(&mut choices);
    let (one, other) = (kind.document(&mut choices), kind.document(&mut choices));
    (kind, one, other)
}

fn by_operations(from: &Value, patch: &Value) -> Value {
    json::Document::parse(&to_json(patch)).unwrap().apply(from).unwrap()
}

fn by_merge(from: &Value, patch: &Value) -> Value {
    merge::apply(from, &merge::parse(&to_json(patch)).unwrap()).unwrap()
}

fn by_strategy(ty: &Struct, from: &Value, patch: &Value) -> Value {
    strategic::apply(from, &strategic::parse(&to_json(patch)).unwrap(), ty).unwrap()
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn a_json_patch_and_its_reverse_restore(bytes in vec(any::<u8>(), 0..300)) {
        let (_, one, other) = two(&bytes);
        let there = by_operations(&one, &reverse::operations(&one, &other));
        prop_assert_eq!(text(&sorted(&there)), text(&sorted(&other)));
        let back = by_operations(&there, &reverse::operations(&other, &one));
        prop_assert_eq!(text(&sorted(&back)), text(&sorted(&one)));
    }

    #[test]
    fn a_merge_patch_and_its_reverse_restore(bytes in vec(any::<u8>(), 0..300)) {
        let (_, one, other) = two(&bytes);
        let there = by_merge(&one, &reverse::merge(&one, &other));
        prop_assert_eq!(text(&sorted(&there)), text(&sorted(&other)));
        let back = by_merge(&there, &reverse::merge(&other, &one));
        prop_assert_eq!(text(&sorted(&back)), text(&sorted(&one)));
    }

    #[test]
    fn a_strategic_merge_patch_and_its_reverse_restore(bytes in vec(any::<u8>(), 0..300)) {
        let (kind, one, other) = two(&bytes);
        let patch = reverse::strategic(kind.schema(), &one, &other);
        let there = by_strategy(kind.schema(), &one, &patch);
        prop_assert_eq!(text(&sorted(&there)), text(&sorted(&other)), "by {}", text(&patch));
        let back = by_strategy(kind.schema(), &there, &reverse::strategic(kind.schema(), &other, &one));
        prop_assert_eq!(text(&sorted(&back)), text(&sorted(&one)));
    }

    #[test]
    fn a_patch_that_says_what_is_there_changes_nothing(bytes in vec(any::<u8>(), 0..300)) {
        let (kind, one, _) = two(&bytes);
        prop_assert_eq!(text(&sorted(&by_merge(&one, &one))), text(&sorted(&one)));
        match strategic::apply(&one, &one, kind.schema()) {
            Ok(patched) => prop_assert_eq!(text(&sorted(&patched)), text(&sorted(&one))),
            Err(error) => prop_assert!(is_opaque(&error.to_string()), "{error}"),
        }
        prop_assert_eq!(by_operations(&one, &Value::List(pintle_meta::List::new())), one);
    }

    #[test]
    fn patches_of_anything_end_in_an_answer(bytes in vec(any::<u8>(), 0..300), patch in documents()) {
        let (kind, one, _) = two(&bytes);
        let schema = kind.schema();
        let object = kind.created(one, "creator");
        let patch = to_json(&patch);
        let outcomes = [
            json::Document::parse(&patch).and_then(|patch| patch.apply(&object)),
            merge::parse(&patch).and_then(|patch| merge::apply(&object, &patch)),
            strategic::parse(&patch).and_then(|patch| strategic::apply(&object, &patch, schema)),
        ];
        for document in outcomes.into_iter().flatten() {
            if let Ok(decoded) = decode::unstructured(document, schema) {
                kind.updated(&object, decoded.value, "patcher");
            }
        }
    }
}

/// What a Go struct keeps as it came has no members that could be merged.
fn is_opaque(error: &str) -> bool {
    let opaque = ["RawExtension", "FieldsV1", "JSON"];
    opaque.iter().any(|name| error.starts_with(&format!("unable to find api field in struct {name}")))
}

/// JSON that often looks like a patch.
fn documents() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("spec"),
        Just("metadata"),
        Just("labels"),
        Just("template"),
        Just("containers"),
        Just("name"),
        Just("ports"),
        Just("status"),
        Just("data"),
        Just("a"),
        Just("$patch"),
        Just("$retainKeys"),
        Just("$setElementOrder/containers"),
        Just("$deleteFromPrimitiveList/finalizers"),
        Just("finalizers"),
        Just("op"),
        Just("path"),
        Just("from"),
        Just("value"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("JSON has none", |number| number.is_finite()).prop_map(Value::Float),
        prop_oneof![
            Just("delete"),
            Just("replace"),
            Just("merge"),
            Just("add"),
            Just("test"),
            Just("move"),
            Just("copy"),
            Just("/spec"),
            Just("/metadata/labels"),
            Just("/metadata/finalizers/-"),
            Just("/-1"),
            Just(""),
            Just("a"),
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|items| items.into_iter().collect::<Value>()),
            vec((name.clone(), inner), 0..6).prop_map(|members| {
                Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
            }),
        ]
    })
}

/// Maps in the order of their keys: patches keep none.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Map(entries.into_iter().collect())
        }
        Value::List(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_member_that_is_replaced_is_not_merged() {
    let budgets =
        catalog().resources().iter().find(|resource| &*resource.names.plural == "poddisruptionbudgets");
    let schema = &budgets.unwrap().versions[0].schema;
    let document = |text: &str| parse(text.as_bytes()).unwrap();
    let live = document(r#"{"spec":{"minAvailable":1,"selector":{"matchLabels":{"a":"b"}}}}"#);
    let patch = document(r#"{"spec":{"selector":{"matchLabels":{"c":"d"}}}}"#);
    let wanted = document(r#"{"spec":{"minAvailable":1,"selector":{"matchLabels":{"c":"d"}}}}"#);
    assert_eq!(by_strategy(schema, &live, &patch), wanted);
}
