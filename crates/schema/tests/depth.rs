//! The deepest document that is read at all can be walked by every walk there is, on the stack that servers have.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use pintle_meta::Value;
use pintle_meta::value::{DEPTH_MAX, STACK_SIZE, parse, to_json, to_pretty_json};
use pintle_schema::patch::{json, merge};
use pintle_schema::yaml;

/// A map in a map in a map.
fn deepest() -> Vec<u8> {
    let levels = DEPTH_MAX - 1;
    ["{\"a\":".repeat(levels), "{}".to_owned(), "}".repeat(levels)].concat().into_bytes()
}

#[test]
fn the_deepest_document_is_walked_on_half_a_stack() {
    let walk_all = || {
        let bytes = deepest();
        let document = parse(&bytes).unwrap();
        let mut copy = document.clone();
        assert!(copy == document);
        assert_eq!(to_json(&document), bytes);
        assert!(to_pretty_json(&document).len() > bytes.len() && yaml::emit(&document).len() > bytes.len());
        assert!(merge::apply(&copy, &document).unwrap() == document);
        assert!(merge::apply(&Value::map(), &document).unwrap() == document);
        let add = json::Document::parse(br#"[{"op":"copy","from":"/a","path":"/b"}]"#).unwrap();
        assert!(add.apply(&document).unwrap().get("b") == document.get("a"));
        if let Value::Map(map) = &mut copy {
            map.insert("z", 1);
        }
        assert!(copy != document && format!("{document:?}").len() > bytes.len());
    };
    let thread = std::thread::Builder::new().stack_size(STACK_SIZE / 2).spawn(walk_all).unwrap();
    thread.join().unwrap();
    assert!(parse(&[b"[".repeat(DEPTH_MAX + 1), b"]".repeat(DEPTH_MAX + 1)].concat()).is_err());
}
