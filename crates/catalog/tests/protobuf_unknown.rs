//! Fields of stored objects that a newer server has written: they stay through writes of this one, with the message that
//! they are in.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use bytes::Bytes;
use pintle_catalog::catalog;
use pintle_meta::{GroupVersion, Value, value::parse};
use pintle_schema::form::{self, StoredAs};
use pintle_schema::protobuf::wire::{Backward, Fields, Read};
use pintle_schema::protobuf::{Envelope, has_unknown, seal};
use pintle_schema::resource::Storage;
use pintle_schema::{Struct, decode, protobuf};

const POD: &str = r#"{
  "kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web"},
  "spec": {
    "containers": [{"name": "one", "image": "a"}, {"name": "two", "image": "b"}],
    "volumes": [{"name": "data", "emptyDir": {}}],
    "tolerations": [{"key": "x", "operator": "Exists"}, {"key": "y", "operator": "Exists"}],
    "securityContext": {"runAsUser": 1}
  },
  "status": {"phase": "Running"}
}"#;

/// No field has it.
const UNKNOWN: u32 = 30_000;

fn storage() -> &'static Storage {
    let kind = GroupVersion::new("", "v1").with_kind("Pod");
    let mut stored = catalog().resources().iter().filter_map(|resource| resource.storage.as_ref());
    stored.find(|storage| storage.kind == kind).unwrap()
}

fn stored(json: &str) -> Bytes {
    let object = decode::value(parse(json.as_bytes()).unwrap(), &storage().schema).unwrap().value;
    form::stored_bytes(storage(), &object, StoredAs::Protobuf).unwrap()
}

/// The message with an unknown field at its end, which tells where it was put, and in each message below.
fn planted(ty: &Struct, message: &[u8], place: &str, out: &mut Backward) {
    out.text(UNKNOWN, place.as_bytes());
    let fields: Vec<_> = Fields::new(message).map(Result::unwrap).collect();
    for (at, (number, read)) in fields.iter().enumerate().rev() {
        let field = ty.fields().iter().find(|field| field.number == *number).unwrap();
        let inner = field.ty.as_struct().or_else(|| match &field.ty {
            pintle_schema::Type::List(list) => list.item.as_struct(),
            _ => None,
        });
        match (read, inner) {
            (Read::Bytes(bytes), Some(inner)) if inner.inlines().is_empty() => {
                let nth = fields[..at].iter().filter(|(other, _)| other == number).count();
                let place = format!("{place}.{}[{nth}]", field.name);
                out.message(*number, |out| planted(inner, bytes, &place, out));
            }
            (Read::Bytes(bytes), _) => out.text(*number, bytes),
            (Read::Varint(value), _) => out.number(*number, *value),
            other => panic!("{other:?}"),
        }
    }
}

fn newer(json: &str) -> Bytes {
    let bytes = stored(json);
    let envelope = Envelope::read(&bytes).unwrap();
    let out = Backward::with_capacity(4096);
    seal("v1", "Pod", out, |out| planted(&storage().schema, envelope.raw, "pod", out)).unwrap()
}

/// What the unknown fields of a message and of those in it tell.
fn found(ty: &Struct, message: &[u8], places: &mut Vec<String>) {
    for field in Fields::new(message) {
        let (number, Read::Bytes(bytes)) = field.unwrap() else { continue };
        if number == UNKNOWN {
            places.push(String::from_utf8(bytes.to_vec()).unwrap());
        }
        let Some(field) = ty.fields().iter().find(|field| field.number == number) else { continue };
        match &field.ty {
            pintle_schema::Type::Struct(ty) => found(ty, bytes, places),
            pintle_schema::Type::List(list) if list.item.as_struct().is_some() => {
                found(list.item.as_struct().unwrap(), bytes, places);
            }
            _ => {}
        }
    }
}

fn kept(before: &str, now: &str) -> Vec<String> {
    let kept = form::keep_unknown(storage(), &newer(before), stored(now)).unwrap();
    let envelope = Envelope::read(&kept).unwrap();
    assert_eq!(
        envelope.document(&storage().schema).unwrap(),
        document(now),
        "what is known is what was written"
    );
    let mut places = Vec::new();
    found(&storage().schema, envelope.raw, &mut places);
    places.sort();
    places
}

fn document(json: &str) -> Value {
    let bytes = stored(json);
    Envelope::read(&bytes).unwrap().document(&storage().schema).unwrap()
}

#[test]
fn what_stays_keeps_all_of_it() {
    let newer = newer(POD);
    let raw = Envelope::read(&newer).unwrap().raw;
    assert!(has_unknown(&storage().schema, raw).unwrap());
    let mut all = Vec::new();
    found(&storage().schema, raw, &mut all);
    assert!(all.len() > 10, "{all:?}");
    let again = form::keep_unknown(storage(), &newer, stored(POD)).unwrap();
    assert_eq!(again, newer, "byte for byte, so that nothing has changed");
}

#[test]
fn items_are_found_by_their_keys_and_without_keys_by_their_content() {
    let now = POD
        .replace(r#"{"name": "one", "image": "a"}, "#, "")
        .replace(r#""image": "b""#, r#""image": "c""#)
        .replace(r#"{"key": "x", "operator": "Exists"}, "#, r#"{"key": "z", "operator": "Exists"},"#);
    let kept = kept(POD, &now);
    let has = |place: &str| kept.iter().any(|kept| kept == place);
    assert!(has("pod") && has("pod.spec[0]") && has("pod.metadata[0]"), "{kept:?}");
    assert!(has("pod.spec[0].containers[1]"), "its image changed, its name did not: {kept:?}");
    assert!(!has("pod.spec[0].containers[0]"), "it is gone: {kept:?}");
    assert!(has("pod.spec[0].tolerations[1]") && !has("pod.spec[0].tolerations[0]"), "{kept:?}");
}

#[test]
fn what_is_gone_takes_it_along() {
    let kept = kept(POD, &POD.replace(r#""securityContext": {"runAsUser": 1}"#, r#""hostname": "x""#));
    assert!(!kept.iter().any(|place| place.contains("securityContext")), "{kept:?}");
}

#[test]
fn an_embedded_struct_keeps_its_own() {
    // A volume's source is a message of its own among the volume's fields.
    let volume = catalog().definition("io.k8s.api.core.v1.Volume").unwrap();
    let inline = &volume.inlines()[0];
    let value = parse(br#"{"name": "data", "emptyDir": {"medium": "Memory"}}"#).unwrap();
    let now = protobuf::encode(volume, &decode::value(value, volume).unwrap().value).unwrap();
    let mut out = Backward::default();
    out.message(inline.number, |out| out.text(UNKNOWN, b"source"));
    out.bytes(&now);
    // In two pieces, which a reader merges.
    let before = out.finish().unwrap();
    assert!(has_unknown(volume, &before).unwrap());
    let mut out = Backward::default();
    protobuf::put_with_unknown(volume, &before, &now, &mut out);
    let kept = out.finish().unwrap();
    assert!(has_unknown(volume, &kept).unwrap());
    assert_eq!(protobuf::decode(volume, &kept).unwrap(), protobuf::decode(volume, &now).unwrap());
}

#[test]
fn without_unknown_fields_nothing_is_done() {
    let now = stored(&POD.replace("Running", "Failed"));
    let kept = form::keep_unknown(storage(), &stored(POD), now.clone()).unwrap();
    assert_eq!(kept.as_ptr(), now.as_ptr());
    // Of another version the numbers may mean something else.
    let bytes = newer(POD);
    let raw = Envelope::read(&bytes).unwrap().raw;
    let other = seal("v2", "Pod", Backward::default(), |out| out.bytes(raw)).unwrap();
    assert_eq!(form::keep_unknown(storage(), &other, now.clone()).unwrap(), now);
}
