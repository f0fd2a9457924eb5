//! Requests, as etcd's API writes them.

use pintle_wire::etcdserverpb as wire;
use pintle_wire::etcdserverpb::compare::{CompareResult, CompareTarget, TargetUnion};
use pintle_wire::etcdserverpb::request_op::Request;

use crate::{
    Compare, Consistency, KeyRange, LeaseId, Op, RangeRequest, Relation, Revision, Select, Target, Txn,
};

/// A range.
pub fn range_request(request: RangeRequest) -> wire::RangeRequest {
    let (key, range_end) = request.range.to_etcd();
    wire::RangeRequest {
        key,
        range_end,
        limit: wire_number(request.limit),
        revision: request.revision.map_or(0, asked_for),
        serializable: request.consistency == Consistency::Serializable,
        keys_only: request.select == Select::Keys,
        count_only: request.select == Select::Count,
        ..wire::RangeRequest::default()
    }
}

/// A transaction.
pub fn txn_request(txn: Txn) -> wire::TxnRequest {
    wire::TxnRequest {
        compare: txn.compares.into_iter().map(compare).collect(),
        success: txn.success.into_iter().map(op).collect(),
        failure: txn.failure.into_iter().map(op).collect(),
    }
}

/// A watch called `id`, from `from` or from now on.
pub fn watch_create(
    id: i64,
    range: &KeyRange,
    from: Option<Revision>,
    prev: bool,
) -> wire::WatchCreateRequest {
    let (key, range_end) = range.to_etcd();
    wire::WatchCreateRequest {
        key,
        range_end,
        start_revision: from.map_or(0, asked_for),
        progress_notify: true,
        filters: Vec::new(),
        prev_kv: prev,
        watch_id: id,
        fragment: true,
    }
}

/// etcd's numbers are signed. What is beyond them is beyond all there is.
pub fn wire_number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Zero means "now" to etcd. To us it is the time before the first revision, when there was nothing: what is
/// true of it is true of the first.
fn asked_for(revision: Revision) -> i64 {
    wire_number(revision.get()).max(1)
}

fn compare(compare: Compare) -> wire::Compare {
    let (target, union) = match compare.target {
        Target::ModRevision(revision) => {
            (CompareTarget::Mod, TargetUnion::ModRevision(wire_number(revision.get())))
        }
        Target::CreateRevision(revision) => {
            (CompareTarget::Create, TargetUnion::CreateRevision(wire_number(revision.get())))
        }
        Target::Version(version) => (CompareTarget::Version, TargetUnion::Version(wire_number(version))),
        Target::Value(value) => (CompareTarget::Value, TargetUnion::Value(value)),
        Target::Lease(lease) => (CompareTarget::Lease, TargetUnion::Lease(lease_number(lease))),
    };
    let result = match compare.relation {
        Relation::Equal => CompareResult::Equal,
        Relation::NotEqual => CompareResult::NotEqual,
        Relation::Greater => CompareResult::Greater,
        Relation::Less => CompareResult::Less,
    };
    wire::Compare {
        result: result.into(),
        target: target.into(),
        key: compare.key,
        target_union: Some(union),
        ..wire::Compare::default()
    }
}

fn op(op: Op) -> wire::RequestOp {
    let request = match op {
        Op::Put { key, value, lease } => Request::RequestPut(wire::PutRequest {
            key,
            value,
            lease: lease_number(lease),
            ..wire::PutRequest::default()
        }),
        Op::Delete { range } => {
            let (key, range_end) = range.to_etcd();
            Request::RequestDeleteRange(wire::DeleteRangeRequest { key, range_end, prev_kv: false })
        }
        Op::Range(request) => Request::RequestRange(range_request(request)),
    };
    wire::RequestOp { request: Some(request) }
}

fn lease_number(lease: Option<LeaseId>) -> i64 {
    lease.map_or(0, LeaseId::get)
}
