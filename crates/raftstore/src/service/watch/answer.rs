//! Events as etcd's API says them.

use crate::feed::Event;
use crate::revisions::Record;
use bytes::Bytes;
use pintle_wire::etcdserverpb::{ResponseHeader, WatchResponse};
use pintle_wire::mvccpb;
use pintle_wire::mvccpb::event::EventType;
use prost::Message;

/// The answer that brings events; in pieces of about `piece_max` bytes, if the client takes pieces.
pub(super) fn events(
    header: ResponseHeader,
    watch_id: i64,
    events: &[Event],
    piece_max: Option<usize>,
) -> Vec<WatchResponse> {
    let events: Vec<mvccpb::Event> = events.iter().map(event).collect();
    let whole = WatchResponse { header: Some(header), watch_id, events, ..WatchResponse::default() };
    match piece_max {
        Some(piece_max) if whole.encoded_len() >= piece_max && whole.events.len() > 1 => {
            pieces(header, watch_id, whole.events, piece_max)
        }
        _ => vec![whole],
    }
}

/// All but the last say that more is to come.
fn pieces(
    header: ResponseHeader,
    watch_id: i64,
    events: Vec<mvccpb::Event>,
    piece_max: usize,
) -> Vec<WatchResponse> {
    let mut pieces: Vec<WatchResponse> = Vec::new();
    let mut size = piece_max;
    for event in events {
        let length = event.encoded_len();
        if size + length > piece_max {
            let header = Some(header);
            pieces.push(WatchResponse { header, watch_id, fragment: true, ..WatchResponse::default() });
            size = 0;
        }
        size += length;
        if let Some(piece) = pieces.last_mut() {
            piece.events.push(event);
        }
    }
    if let Some(last) = pieces.last_mut() {
        last.fragment = false;
    }
    pieces
}

fn event(event: &Event) -> mvccpb::Event {
    let record = event.record();
    let prev_kv = event.prev.as_ref().map(key_value);
    if record.version.is_deletion() {
        let kv = mvccpb::KeyValue {
            key: record.key.clone(),
            mod_revision: signed(record.version.at.revision),
            ..mvccpb::KeyValue::default()
        };
        return mvccpb::Event { r#type: EventType::Delete.into(), kv: Some(kv), prev_kv };
    }
    mvccpb::Event { r#type: EventType::Put.into(), kv: Some(key_value(record)), prev_kv }
}

fn key_value(record: &Record) -> mvccpb::KeyValue {
    mvccpb::KeyValue {
        key: record.key.clone(),
        create_revision: signed(record.version.created),
        mod_revision: signed(record.version.at.revision),
        version: signed(record.version.version),
        value: Bytes::clone(&record.value),
        lease: record.version.lease,
    }
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
