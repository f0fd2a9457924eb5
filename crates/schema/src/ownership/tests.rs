//! Ownership over a sequence of writes, on a small type of its own.

use super::*;
use crate::decode;
use crate::types::{Field, IntType, ListType, MapType, Members, Omit, Ownership, Patch, Struct, Type};
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Object, Value};
use std::sync::Arc;

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        go_type: "string".into(),
        go_name: name.into(),
        omit: Omit::Empty,
        pointer: false,
        required: false,
        default: None,
        implied: None,
        thousandths: false,
        allowed: Vec::new(),
        members: Members::Unsaid,
        patch: Patch::default(),
        number: 0,
        ty,
    }
}

fn structure(name: &str, fields: Vec<Field>) -> Arc<Struct> {
    let made = Struct::new(name, name, name, false);
    made.lay_out(fields, Vec::new());
    Arc::new(made)
}

fn list(item: Type, ownership: Ownership) -> Type {
    Type::List(Arc::new(ListType { item, pointer_items: false, boxed: false, ownership }))
}

fn map_of_text() -> Type {
    Type::Map(Arc::new(MapType { value: Type::String }))
}

/// A kind with a list of items known by name, a set, a list owned as a whole, and labels.
fn kind() -> Arc<Struct> {
    let item = structure("Item", vec![field("name", Type::String), field("size", Type::Int(IntType::I64))]);
    let spec = structure(
        "Spec",
        vec![
            field("items", list(Type::Struct(item), Ownership::Map(vec!["name".into()]))),
            field("set", list(Type::String, Ownership::Set)),
            field("whole", list(Type::String, Ownership::Atomic)),
        ],
    );
    let raw = Type::Special(crate::types::Special::Json);
    let meta = structure(
        "Meta",
        vec![
            field("name", Type::String),
            field("labels", map_of_text()),
            field("managedFields", list(raw, Ownership::Atomic)),
        ],
    );
    structure("Kind", vec![field("metadata", Type::Struct(meta)), field("spec", Type::Struct(spec))])
}

struct Story {
    kind: Arc<Struct>,
    live: Value,
}

impl Story {
    fn begin() -> Story {
        let kind = kind();
        Story { live: decode::zero(&kind), kind }
    }

    /// `manager` replaces the object with `text` at time `now`; what the managed fields are then.
    fn write(&mut self, manager: &str, now: &str, text: &str) -> String {
        let mut object = decode::json(text.as_bytes(), &self.kind).unwrap().value;
        let ignored = FieldSet::new();
        let versions = OneVersion { api_version: "v1".into(), schema: self.kind.clone() };
        let write = Write {
            versions: &versions,
            schema: &self.kind,
            api_version: "v1",
            manager,
            subresource: "",
            ignored: &ignored,
            now,
        };
        update(&write, &self.live, &mut object);
        self.live = object;
        let managed =
            self.live.metadata().and_then(|meta| meta.get("managedFields")).cloned().unwrap_or_default();
        String::from_utf8(to_json(&managed)).unwrap()
    }
}

#[test]
fn who_changes_a_field_owns_it() {
    let mut story = Story::begin();
    let first = story.write("a", "1", r#"{"metadata":{"name":"x","labels":{"l":"1"}},"spec":{"items":[{"name":"i","size":1}],"set":["p"]}}"#);
    let wanted = r#"[{"manager":"a","operation":"Update","apiVersion":"v1","time":"1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:l":{}}},"f:spec":{"f:items":{".":{},"k:{\"name\":\"i\"}":{".":{},"f:name":{},"f:size":{}}},"f:set":{".":{},"v:\"p\"":{}}}}}]"#;
    assert_eq!(first, wanted);
    let second = story.write("b", "2", r#"{"metadata":{"name":"x","labels":{"l":"1"}},"spec":{"items":[{"name":"i","size":2}],"set":["p","q"]}}"#);
    assert!(second.contains(r#"{"manager":"b","operation":"Update","apiVersion":"v1","time":"2","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:items":{"k:{\"name\":\"i\"}":{"f:size":{}}},"f:set":{"v:\"q\"":{}}}}}"#), "{second}");
    assert!(second.contains(r#""k:{\"name\":\"i\"}":{".":{},"f:name":{}}"#), "{second}");
    // Nothing changed: nobody's time moves.
    let text = String::from_utf8(to_json(&story.live)).unwrap();
    assert_eq!(story.write("c", "3", &text), second);
    // What is removed is nobody's.
    let last = story.write("b", "4", r#"{"metadata":{"name":"x"},"spec":{"set":["q"]}}"#);
    assert!(!last.contains("f:labels") && !last.contains("f:items") && last.contains(r#"v:\"q\""#), "{last}");
}

#[test]
fn a_list_owned_as_a_whole_changes_as_a_whole() {
    let mut story = Story::begin();
    story.write("a", "1", r#"{"metadata":{"name":"x"},"spec":{"whole":["p"]}}"#);
    let managed = story.write("b", "2", r#"{"metadata":{"name":"x"},"spec":{"whole":["p","q"]}}"#);
    assert_eq!(managed.matches("f:whole").count(), 1);
    assert!(managed.starts_with(r#"[{"manager":"b""#), "{managed}");
}

#[test]
fn a_client_may_reset_but_not_forge() {
    let mut story = Story::begin();
    let first = story.write("a", "1", r#"{"metadata":{"name":"x","labels":{"l":"1"}}}"#);
    let forged =
        r#"{"metadata":{"name":"x","labels":{"l":"1"},"managedFields":[{"manager":"z","operation":"Own"}]}}"#;
    assert_eq!(story.write("b", "2", forged), first);
    let reset = r#"{"metadata":{"name":"x","labels":{"l":"1"},"managedFields":[{}]}}"#;
    assert_eq!(story.write("b", "3", reset), "null");
}

#[test]
fn the_oldest_updaters_are_merged() {
    let mut story = Story::begin();
    let mut managed = String::new();
    for n in 0..15 {
        let labels: Vec<String> = (0..=n).map(|l| format!("\"l{l:02}\":\"1\"")).collect();
        let text = format!(r#"{{"metadata":{{"name":"x","labels":{{{}}}}}}}"#, labels.join(","));
        managed = story.write(&format!("m{n:02}"), &format!("{n:02}"), &text);
    }
    let entries = parse(managed.as_bytes()).unwrap();
    assert_eq!(entries.as_list().unwrap().len(), 10);
    assert_eq!(entries.as_list().unwrap()[0].text_at(&["manager"]), "ancient-changes");
    assert_eq!(managed.matches("f:l0").count() + managed.matches("f:l1").count(), 15);
}

#[test]
fn ownership_by_former_rules_is_brought_to_todays() {
    let set = |text: &str| fields_v1::from_document(&parse(text.as_bytes()).unwrap()).unwrap();
    let reconciled = |text: &str| {
        let reconciled = reconcile::reconcile(&set(text), &kind())?;
        Some(String::from_utf8(to_json(&fields_v1::to_document(&reconciled))).unwrap())
    };
    // Parts of what is owned as a whole now.
    let parts = r#"{"f:spec":{"f:whole":{".":{},"v:\"p\"":{}}}}"#;
    assert_eq!(reconciled(parts).unwrap(), r#"{"f:spec":{"f:whole":{}}}"#);
    // The whole of what is owned in parts now, and what nobody knows any more.
    for kept in [r#"{"f:spec":{"f:set":{}}}"#, r#"{"f:metadata":{"f:labels":{}},"f:gone":{"f:a":{}}}"#] {
        assert_eq!(reconciled(kept), None);
    }
}
