//! Messages that nobody wrote by accident: cut off, of wrong wire types, in pieces, packed, nested without end.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use pintle_catalog::catalog;
use pintle_meta::value::{STACK_SIZE, parse, to_json};
use pintle_schema::protobuf::wire::{Backward, NESTING_MAX};
use pintle_schema::protobuf::{self, Envelope, ProtobufError};
use pintle_schema::{Struct, decode};
use std::sync::Arc;

fn definition(name: &str) -> &'static Arc<Struct> {
    catalog().definition(name).unwrap()
}

fn message(write: impl FnOnce(&mut Backward)) -> Vec<u8> {
    let mut out = Backward::default();
    write(&mut out);
    out.finish().unwrap().to_vec()
}

fn json(ty: &Struct, message: &[u8]) -> Result<String, ProtobufError> {
    protobuf::decode(ty, message).map(|value| String::from_utf8(to_json(&value)).unwrap())
}

#[test]
fn errors_are_in_the_reference_s_words() {
    let pod = definition("io.k8s.api.core.v1.Pod");
    for (bytes, text) in [
        (&[0x08, 0x01][..], "proto: wrong wireType = 0 for field ObjectMeta"),
        (&[0x0a, 0x02, 0x08, 0x01], "proto: wrong wireType = 0 for field Name"),
        (&[0x0a, 0x05, 0x0a], "unexpected EOF"),
        (&[0x0c], "proto: Pod: wiretype end group for non-group"),
        (&[0x0a, 0x02, 0x07, 0x00], "proto: ObjectMeta: illegal tag 0 (wire type 7)"),
        (
            &[0x0a, 0x0b, 0x38, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            "proto: integer overflow",
        ),
        (
            &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            "proto: negative length found during unmarshaling",
        ),
    ] {
        assert_eq!(json(pod, bytes).unwrap_err().to_string(), text, "{bytes:x?}");
    }
    let list = definition("io.k8s.api.core.v1.ResourceRequirements");
    let bad = message(|out| {
        out.message(1, |out| {
            out.message(2, |out| out.text(1, b"much"));
            out.text(1, b"cpu");
        });
    });
    let words = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    assert_eq!(json(list, &bad).unwrap_err().to_string(), words);
}

#[test]
fn envelopes_are_told_apart() {
    let error = |bytes: &[u8]| Envelope::read(bytes).unwrap_err().to_string();
    assert_eq!(error(b""), "empty data");
    assert_eq!(error(b"k8s\0"), "empty body");
    assert_eq!(error(b"k8s\0\x0a\x05"), "unexpected EOF");
    assert_eq!(error(b"k8s\0\x10\x05"), "proto: wrong wireType = 0 for field Raw");
    assert_eq!(
        error(b"{}"),
        "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
    );
}

#[test]
fn numbers_come_packed_or_one_by_one() {
    let context = definition("io.k8s.api.core.v1.PodSecurityContext");
    let one_by_one = message(|out| [3, 300, 1].iter().for_each(|group| out.number(4, *group)));
    let packed = message(|out| {
        out.text(4, &[0xac, 0x02, 0x03]);
        out.number(4, 1);
    });
    let expected = "{\"supplementalGroups\":[1,300,3]}";
    assert_eq!(json(context, &one_by_one).unwrap(), expected);
    assert_eq!(json(context, &packed).unwrap(), expected);
    assert_eq!(json(context, &[0x22, 0x01, 0x80]).unwrap_err().to_string(), "unexpected EOF");
}

#[test]
fn pieces_of_a_message_are_merged_and_the_last_scalar_counts() {
    let pod = definition("io.k8s.api.core.v1.Pod");
    let pieces = message(|out| {
        out.message(1, |out| {
            out.text(3, b"space");
            out.text(1, b"second");
        });
        out.text(99, b"nobody knows this field");
        out.message(2, |out| out.text(10, b"node"));
        out.message(1, |out| {
            out.text(1, b"first");
            out.number(7, 5);
        });
    });
    let value = protobuf::decode(pod, &pieces).unwrap();
    assert_eq!(value.text_at(&["metadata", "name"]), "second");
    assert_eq!(value.text_at(&["metadata", "namespace"]), "space");
    assert_eq!(value["metadata"]["generation"].as_int(), Some(5));
    assert_eq!(value.text_at(&["spec", "nodeName"]), "node");
}

/// What is nil, zero or empty, as the reference writes it.
#[test]
fn zeros_follow_the_rules() {
    for (name, document, bytes) in [
        (
            "io.k8s.api.core.v1.Secret",
            r#"{"data":{"b":"","a":"AQI="}}"#,
            &b"\n\x10\n\0\x12\0\x1a\0\"\0*\x002\x008\0B\0\x12\x07\x0a\x01a\x12\x02\x01\x02\x12\x05\x0a\x01b\x12\0\x1a\0"[..],
        ),
        ("io.k8s.api.core.v1.TCPSocketAction", "{}", b"\x0a\x06\x08\0\x10\0\x1a\0\x12\0"),
        (
            "io.k8s.api.core.v1.TCPSocketAction",
            r#"{"port":-1}"#,
            b"\x0a\x0f\x08\0\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x1a\0\x12\0",
        ),
        ("io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions", r#"{"uid":""}"#, b"\x0a\0"),
        ("io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions", "{}", b""),
        ("io.k8s.api.core.v1.Volume", r#"{"name":"v"}"#, b"\x0a\x01v\x12\0"),
        (
            "io.k8s.api.coordination.v1.LeaseSpec",
            r#"{"renewTime":"1970-01-01T00:00:01.000002Z"}"#,
            b"\x22\x05\x08\x01\x10\xd0\x0f",
        ),
    ] {
        let ty = definition(name);
        let value = decode::json(document.as_bytes(), ty).unwrap().value;
        let written = protobuf::encode(ty, &value).unwrap();
        assert_eq!(written.escape_ascii().to_string(), bytes.escape_ascii().to_string(), "{name} {document}");
        assert_eq!(protobuf::decode(ty, &written).unwrap(), value, "{name} {document}");
    }
}

#[test]
fn the_deepest_schemas_are_read_and_written_on_half_a_stack() {
    let schema = definition("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
    let all = move || {
        let levels = NESTING_MAX - 1;
        for (open, close) in [("{\"not\":", "}"), ("{\"items\":[", "]}"), ("{\"properties\":{\"a\":", "}}")] {
            let levels = levels / open.matches(['{', '[']).count();
            let document = [open.repeat(levels), "{}".to_owned(), close.repeat(levels)].concat();
            let document = parse(document.as_bytes()).unwrap();
            let written = protobuf::encode(schema, &document).unwrap();
            assert!(protobuf::decode(schema, &written).is_ok(), "{open}");
        }
        // `not` in `not`, by hand: a length and a tag a level.
        let mut bomb = Vec::new();
        for _ in 0..NESTING_MAX + 1 {
            bomb = message(|out| out.text(28, &bomb));
        }
        assert_eq!(protobuf::decode(schema, &bomb), Err(ProtobufError::TooDeep));
    };
    std::thread::Builder::new().stack_size(STACK_SIZE / 2).spawn(all).unwrap().join().unwrap();
}
