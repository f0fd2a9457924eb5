//! FieldsV1: a set of fields as a document. A field with nothing below it is `{}`; one that has something below it and
//! is in the set itself says so with `.`.

use super::set::Node;
use super::{Element, FieldSet};
use pintle_meta::{Map, Str, Value};

/// The most steps a path may have; the reference's documents nest no deeper.
const DEPTH_MAX: usize = 1000;

/// The document of a set.
pub fn to_document(set: &FieldSet) -> Value {
    Value::Map(members(set, false))
}

fn members(set: &FieldSet, with_itself: bool) -> Map {
    let mut entries = Vec::with_capacity(set.nodes().len() + usize::from(with_itself));
    if with_itself {
        entries.push((Str::from("."), Value::map()));
    }
    for node in set.nodes() {
        let below = members(&node.below, node.member && !node.below.is_empty());
        entries.push((node.element.to_text(), Value::Map(below)));
    }
    Map::from_entries(entries, |_| {})
}

/// The set of a document; `None` when it is none.
pub fn from_document(document: &Value) -> Option<FieldSet> {
    read(document, DEPTH_MAX).map(|(_, set)| set)
}

/// Whether the document names the field it is of, and what it names below.
fn read(document: &Value, depth: usize) -> Option<(bool, FieldSet)> {
    let map = match document {
        Value::Map(map) => map,
        Value::Null => return Some((true, FieldSet::new())),
        _ => return None,
    };
    let depth = depth.checked_sub(1)?;
    let (mut member, mut nodes) = (false, Vec::with_capacity(map.len()));
    for (key, value) in map.iter() {
        if key == "." {
            member = true;
            continue;
        }
        let (is_member, below) = read(value, depth)?;
        nodes.push(Node { element: Element::parse(key)?, member: is_member, below });
    }
    let set = FieldSet::of_nodes(nodes);
    Some((member || set.is_empty(), set))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::{parse, to_json};

    #[test]
    fn documents_read_and_print_the_same() {
        for text in [
            r#"{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:x":{}}}}"#,
            r#"{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{}}}}}}}"#,
            r#"{"f:metadata":{"f:finalizers":{".":{},"v:\"a/b\"":{}}},"i:3":{}}"#,
        ] {
            let set = from_document(&parse(text.as_bytes()).unwrap()).unwrap();
            let printed = String::from_utf8(to_json(&to_document(&set))).unwrap();
            // A lone "." says the same as nothing at all.
            assert_eq!(printed, text.replace(r#"{".":{}}"#, "{}"));
        }
        for bad in [r#"{"x:a":{}}"#, r#"{"f:a":[]}"#, r#"{"k:[]":{}}"#, "[]"] {
            assert!(from_document(&parse(bad.as_bytes()).unwrap()).is_none(), "{bad}");
        }
    }
}
