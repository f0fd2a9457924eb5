//! Answers of etcd, taken apart.

use std::borrow::Cow;

use pintle_wire::etcdserverpb as wire;
use pintle_wire::etcdserverpb::response_op::Response;
use pintle_wire::mvccpb;
use pintle_wire::mvccpb::event::EventType;

use crate::{Event, KeyValue, LeaseId, OpResponse, Payload, RangeResponse, Revision, Status, TxnResponse};

/// An answer that etcd does not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("etcd's answer lacks its {0}")]
pub struct Malformed(&'static str);

impl Malformed {
    /// A lease was granted without a name or a time to live.
    pub const LEASE: Malformed = Malformed("lease");
}

/// The answer to a range.
///
/// # Errors
/// [`Malformed`].
pub fn range_response(response: wire::RangeResponse) -> Result<RangeResponse, Malformed> {
    Ok(RangeResponse {
        revision: position(response.header.as_ref())?,
        kvs: response.kvs.into_iter().map(kv).collect(),
        more: response.more,
        count: count(response.count),
    })
}

/// The answer to a transaction.
///
/// # Errors
/// [`Malformed`].
pub fn txn_response(response: wire::TxnResponse) -> Result<TxnResponse, Malformed> {
    let responses: Result<_, _> = response.responses.into_iter().map(op_response).collect();
    Ok(TxnResponse {
        succeeded: response.succeeded,
        revision: position(response.header.as_ref())?,
        responses: responses?,
    })
}

/// Where the store stood.
///
/// # Errors
/// [`Malformed`].
pub fn position(header: Option<&wire::ResponseHeader>) -> Result<Revision, Malformed> {
    header.map(|header| revision(header.revision)).ok_or(Malformed("header"))
}

/// How a member stands.
///
/// # Errors
/// [`Malformed`].
pub fn status(response: wire::StatusResponse) -> Result<Status, Malformed> {
    Ok(Status {
        revision: position(response.header.as_ref())?,
        member: response.header.map_or(0, |header| header.member_id),
        version: Cow::Owned(response.version),
        size: count(response.db_size),
        size_in_use: count(response.db_size_in_use),
        leader: (response.leader != 0).then_some(response.leader),
        learner: response.is_learner,
    })
}

/// What a watch brought.
///
/// # Errors
/// [`Malformed`].
pub fn events(events: Vec<mvccpb::Event>) -> Result<Vec<Event>, Malformed> {
    events.into_iter().map(event).collect()
}

fn kv(kv: mvccpb::KeyValue) -> KeyValue {
    KeyValue {
        key: kv.key,
        payload: Payload::Bytes(kv.value),
        stale: false,
        create_revision: revision(kv.create_revision),
        mod_revision: revision(kv.mod_revision),
        version: count(kv.version),
        lease: LeaseId::new(kv.lease),
    }
}

fn event(event: mvccpb::Event) -> Result<Event, Malformed> {
    let deletes = event.r#type() == EventType::Delete;
    let changed = event.kv.ok_or(Malformed("key"))?;
    let prev = event.prev_kv.map(kv);
    Ok(if deletes {
        Event::Delete { revision: revision(changed.mod_revision), key: changed.key, prev }
    } else {
        Event::Put { kv: kv(changed), prev }
    })
}

fn op_response(response: wire::ResponseOp) -> Result<OpResponse, Malformed> {
    match response.response {
        Some(Response::ResponseRange(response)) => range_response(response).map(OpResponse::Range),
        Some(Response::ResponsePut(_)) => Ok(OpResponse::Put),
        Some(Response::ResponseDeleteRange(response)) => {
            Ok(OpResponse::Delete { deleted: count(response.deleted) })
        }
        Some(Response::ResponseTxn(_)) | None => Err(Malformed("operation")),
    }
}

/// etcd's numbers are signed but never below zero.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn revision(number: i64) -> Revision {
    Revision::new(count(number))
}
