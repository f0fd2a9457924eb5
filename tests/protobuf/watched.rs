//! The frames of a watch in protobuf: four bytes of length, then an event whose object lies in an envelope.

use crate::client::{Client, opened};
use crate::life::Seen;
use crate::shared::differences;
use pintle_meta::{Object, Value};
use pintle_schema::protobuf::wire::{Fields, Read};

/// Watches a collection from before an object's life on, and compares what it is told with what the writer was.
pub(crate) async fn compare(mut client: Client, seen: Seen) {
    let path = format!("{}?watch=true&timeoutSeconds=1&resourceVersion={}", seen.collection, seen.since);
    let reply = client.send("GET", &path, "", b"").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, "application/vnd.kubernetes.protobuf;stream=watch")
    );
    let events = events(&reply.body);
    let mut told = events.iter().filter(|(_, object)| object.name() == seen.name);
    for (at, state) in seen.states.iter().enumerate() {
        let (kind, object) = told.next().unwrap_or_else(|| panic!("{path}: not told of state {at}"));
        assert_eq!(kind, if at == 0 { "ADDED" } else { "MODIFIED" }, "{path}");
        assert_eq!(differences(object, state), [""; 0], "{path}");
    }
    let last = told.next_back().map(|(kind, _)| kind.as_str());
    // A namespace waits for a controller that none is here.
    let gone = !seen.collection.ends_with("/namespaces");
    assert_eq!(last, Some(if gone { "DELETED" } else { "MODIFIED" }), "{path}");
}

fn events(mut body: &[u8]) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    while let Some((length, rest)) = body.split_first_chunk::<4>() {
        let (frame, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        body = rest;
        events.push(event(frame));
    }
    assert!(body.is_empty(), "a frame was cut off");
    events
}

fn event(frame: &[u8]) -> (String, Value) {
    let kind = String::from_utf8(member(frame, 1).to_vec()).unwrap();
    (kind, opened(member(member(frame, 2), 1)))
}

fn member(message: &[u8], wanted: u32) -> &[u8] {
    let mut fields = Fields::new(message).map(Result::unwrap);
    match fields.find(|(number, _)| *number == wanted) {
        Some((_, Read::Bytes(bytes))) => bytes,
        other => panic!("field {wanted}: {other:?}"),
    }
}
