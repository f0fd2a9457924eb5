//! FieldsV1: a set of fields as a document. A field with nothing below it is `{}`; one that has something below it and
//! is in the set itself says so with `.`.

use super::set::Node;
use super::{Element, FieldSet};
use pintle_meta::{Map, Str, Value};

/// The most steps a path may have; the reference's documents nest no deeper.
const DEPTH_MAX: usize = 1000;

/// The document of a set.
pub fn to_document(set: &FieldSet) -> Value {
    let mut map = Map::new();
    let entries = set.nodes().map(|(element, node)| (Str::from(element.to_text()), to_node(node)));
    map.extend(entries);
    Value::Map(map)
}

fn to_node(node: &Node) -> Value {
    let Value::Map(below) = to_document(&node.below) else { return Value::map() };
    if below.is_empty() || !node.member {
        return Value::Map(below);
    }
    let mut map = Map::new();
    let mut below = below;
    map.extend(std::iter::once((Str::from("."), Value::map())).chain(below.take()));
    Value::Map(map)
}

/// The set of a document; `None` when it is none.
pub fn from_document(document: &Value) -> Option<FieldSet> {
    read(document, DEPTH_MAX).map(|node| node.below)
}

fn read(document: &Value, depth: usize) -> Option<Node> {
    let map = match document {
        Value::Map(map) => map,
        Value::Null => return Some(Node { member: true, below: FieldSet::new() }),
        _ => return None,
    };
    let depth = depth.checked_sub(1)?;
    let mut node = Node::default();
    for (key, value) in map.iter() {
        if key == "." {
            node.member = true;
            continue;
        }
        node.below.put(Element::parse(key)?, read(value, depth)?);
    }
    node.member |= node.below.is_empty();
    Some(node)
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
