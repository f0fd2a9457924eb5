//! Transactions. Which branches are taken is decided before anything happens, then everything that can be refused is
//! refused, then the operations run: nothing is ever undone. (etcd's server/etcdserver/txn.)

use super::range::{Selection, header, select, shown, signed};
use super::{Fatal, Refusal, State};
use crate::revisions::{At, Change, Damaged, Record, Span, Values, Version};
use bytes::Bytes;
use pintle_wire::etcdserverpb::compare::{CompareResult, CompareTarget, TargetUnion};
use pintle_wire::etcdserverpb::request_op::Request;
use pintle_wire::etcdserverpb::response_op::Response;
use pintle_wire::etcdserverpb::{
    Compare, DeleteRangeRequest, DeleteRangeResponse, PutRequest, PutResponse, RangeRequest, RangeResponse,
    RequestOp, ResponseOp, TxnRequest, TxnResponse,
};
use pintle_wire::mvccpb::KeyValue;
use std::cmp::Ordering;

/// A revision in the making: the index and leases show its changes already, the values keep them afterwards.
pub(super) struct Writing<'a> {
    state: &'a mut State,
    values: &'a dyn Values,
    changes: Vec<Change>,
}

/// Which branch a transaction takes, and those within that branch, in order.
struct Path {
    succeeded: bool,
    within: Vec<Path>,
}

impl<'a> Writing<'a> {
    pub(super) fn begin(state: &'a mut State, values: &'a dyn Values) -> Writing<'a> {
        Writing { state, values, changes: Vec::new() }
    }

    /// Runs a transaction, or refuses all of it.
    pub(super) fn run(&mut self, request: &TxnRequest) -> Result<Result<TxnResponse, Refusal>, Fatal> {
        let path = self.path(request)?;
        if let Err(refusal) = self.check(request, &path) {
            return Ok(Err(refusal));
        }
        Ok(Ok(self.take(request, &path)?))
    }

    /// The changes; the revision is made if there are any.
    pub(super) fn commit(self) -> Vec<Change> {
        if !self.changes.is_empty() {
            self.state.revision += 1;
        }
        self.changes
    }

    fn path(&self, request: &TxnRequest) -> Result<Path, Damaged> {
        let mut succeeded = true;
        for compare in &request.compare {
            succeeded = succeeded && holds(self.state, self.values, compare)?;
        }
        let mut within = Vec::new();
        for operation in branch(request, succeeded) {
            if let Some(Request::RequestTxn(inner)) = &operation.request {
                within.push(self.path(inner)?);
            }
        }
        Ok(Path { succeeded, within })
    }

    fn check(&self, request: &TxnRequest, path: &Path) -> Result<(), Refusal> {
        let mut within = path.within.iter();
        for operation in branch(request, path.succeeded) {
            match &operation.request {
                Some(Request::RequestRange(range)) => self.state.check_readable(range.revision)?,
                Some(Request::RequestPut(put)) => self.check_put(put)?,
                Some(Request::RequestTxn(inner)) => {
                    self.check(inner, within.next().expect("a path for each inner transaction"))?;
                }
                Some(Request::RequestDeleteRange(_)) | None => {}
            }
        }
        Ok(())
    }

    fn check_put(&self, put: &PutRequest) -> Result<(), Refusal> {
        if (put.ignore_value || put.ignore_lease) && self.state.index.get(&put.key).is_none() {
            return Err(Refusal::KeyNotFound);
        }
        if put.lease != 0 && self.state.leases.get(put.lease).is_none() {
            return Err(Refusal::LeaseNotFound);
        }
        Ok(())
    }

    fn take(&mut self, request: &TxnRequest, path: &Path) -> Result<TxnResponse, Damaged> {
        let mut within = path.within.iter();
        let mut responses = Vec::new();
        for operation in branch(request, path.succeeded) {
            let response = match &operation.request {
                Some(Request::RequestRange(range)) => Some(Response::ResponseRange(self.range(range)?)),
                Some(Request::RequestPut(put)) => Some(Response::ResponsePut(self.put(put)?)),
                Some(Request::RequestDeleteRange(delete)) => {
                    Some(Response::ResponseDeleteRange(self.delete_range(delete)?))
                }
                Some(Request::RequestTxn(inner)) => {
                    let path = within.next().expect("a path for each inner transaction");
                    Some(Response::ResponseTxn(self.take(inner, path)?))
                }
                None => None,
            };
            responses.push(ResponseOp { response });
        }
        Ok(TxnResponse { header: Some(header(self.now())), succeeded: path.succeeded, responses })
    }

    /// The revision that readers within the transaction see.
    fn now(&self) -> u64 {
        self.state.revision + u64::from(!self.changes.is_empty())
    }

    fn next_at(&self) -> At {
        let sub = u32::try_from(self.changes.len()).expect("the operations of a transaction are bounded");
        At { revision: self.state.revision + 1, sub }
    }

    fn fetch(&self, at: At) -> Result<Record, Damaged> {
        fetch(self.state, self.values, &self.changes, at)
    }

    fn range(&self, request: &RangeRequest) -> Result<RangeResponse, Damaged> {
        let selection = select(self.state, request, self.now());
        let values: Result<Vec<Bytes>, Damaged> =
            selection.wanted().map(|at| Ok(self.fetch(at)?.value)).collect();
        Ok(selection.finish(values?))
    }

    fn put(&mut self, put: &PutRequest) -> Result<PutResponse, Damaged> {
        let before = self.state.index.get(&put.key).copied();
        let prev_kv = match before.filter(|_| put.prev_kv) {
            Some(version) => Some(shown(put.key.clone(), &version, self.fetch(version.at)?.value)),
            None => None,
        };
        let value = match before.filter(|_| put.ignore_value) {
            Some(version) => self.fetch(version.at)?.value,
            None => put.value.clone(),
        };
        let lease = if put.ignore_lease { before.map_or(0, |version| version.lease) } else { put.lease };
        let at = self.next_at();
        let (created, count) =
            before.map_or((at.revision, 1), |version| (version.created, version.version + 1));
        let version = Version { at, created, version: count, lease };
        // A new key is copied: it stays as long as the index does, the request should not.
        let known = self.state.index.known(&put.key).cloned();
        let key = known.unwrap_or_else(|| Bytes::copy_from_slice(&put.key));
        self.write(key, before, version, value);
        Ok(PutResponse { header: Some(header(self.now())), prev_kv })
    }

    fn delete_range(&mut self, delete: &DeleteRangeRequest) -> Result<DeleteRangeResponse, Damaged> {
        let span = Span::of(&delete.key, &delete.range_end);
        let found: Vec<(Bytes, Version)> =
            self.state.index.range(&span, None).map(|(key, version)| (key.clone(), *version)).collect();
        let mut prev_kvs: Vec<KeyValue> = Vec::new();
        if delete.prev_kv {
            for (key, version) in &found {
                prev_kvs.push(shown(key.clone(), version, self.fetch(version.at)?.value));
            }
        }
        let deleted = i64::try_from(found.len()).unwrap_or(i64::MAX);
        for (key, version) in found {
            let at = self.next_at();
            self.write(key, Some(version), Version::deletion(at), Bytes::new());
        }
        Ok(DeleteRangeResponse { header: Some(header(self.now())), deleted, prev_kvs })
    }

    fn write(&mut self, key: Bytes, before: Option<Version>, version: Version, value: Bytes) {
        self.state.leases.moved(&key, before.map_or(0, |version| version.lease), version.lease);
        self.state.index.push(key.clone(), version);
        let before = before.map(|version| version.at);
        self.changes.push(Change { record: Record { key, value, version }, before });
    }
}

/// What a transaction that only reads is answered, chosen from the index; the values are to be fetched.
#[derive(Debug)]
pub struct Choice {
    now: u64,
    succeeded: bool,
    /// What the ranges ask for, in order.
    pub selections: Vec<Selection>,
}

/// Chooses what a transaction asks for in whose branches there are only ranges.
///
/// # Errors
/// [`Damaged`] when a compare needs a value that can't be read. Within: the first range whose revision is not readable.
pub fn choose(
    state: &State,
    values: &dyn Values,
    request: &TxnRequest,
) -> Result<Result<Choice, Refusal>, Damaged> {
    let mut succeeded = true;
    for compare in &request.compare {
        succeeded = succeeded && holds(state, values, compare)?;
    }
    let mut selections = Vec::new();
    for operation in branch(request, succeeded) {
        let Some(Request::RequestRange(range)) = &operation.request else { continue };
        if let Err(refusal) = state.check_readable(range.revision) {
            return Ok(Err(refusal));
        }
        selections.push(select(state, range, state.revision));
    }
    Ok(Ok(Choice { now: state.revision, succeeded, selections }))
}

impl Choice {
    /// The answer, with what the ranges found.
    pub fn finish(self, ranges: impl IntoIterator<Item = RangeResponse>) -> TxnResponse {
        let response = |range| ResponseOp { response: Some(Response::ResponseRange(range)) };
        let responses = ranges.into_iter().map(response).collect();
        TxnResponse { header: Some(header(self.now)), succeeded: self.succeeded, responses }
    }
}

/// Whether a compare holds for every key of its range; for one key, also when the key does not exist.
fn holds(state: &State, values: &dyn Values, compare: &Compare) -> Result<bool, Damaged> {
    let span = Span::of(&compare.key, &compare.range_end);
    let found: Vec<Version> = state.index.range(&span, None).map(|(_, version)| *version).collect();
    if found.is_empty() {
        // A key that is not there has revisions, version and lease of zero, and no value to compare.
        return Ok(compare.target() != CompareTarget::Value && relates(compare, None, &Bytes::new()));
    }
    for version in &found {
        let value = match compare.target() {
            CompareTarget::Value => values.get(version.at)?.value,
            _ => Bytes::new(),
        };
        if !relates(compare, Some(version), &value) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Deletes keys that exist, at one revision.
pub(super) fn delete_all(state: &mut State, keys: impl IntoIterator<Item = Bytes>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (key, sub) in keys.into_iter().zip(0..) {
        let version = Version::deletion(At { revision: state.revision + 1, sub });
        let before = state.index.get(&key).map(|version| version.at);
        state.index.push(key.clone(), version);
        changes.push(Change { record: Record { key, value: Bytes::new(), version }, before });
    }
    if !changes.is_empty() {
        state.revision += 1;
    }
    changes
}

fn fetch(state: &State, values: &dyn Values, changes: &[Change], at: At) -> Result<Record, Damaged> {
    match usize::try_from(at.sub)
        .ok()
        .filter(|_| at.revision > state.revision)
        .and_then(|sub| changes.get(sub))
    {
        Some(change) => Ok(change.record.clone()),
        None => values.get(at),
    }
}

fn branch(request: &TxnRequest, succeeded: bool) -> &[RequestOp] {
    if succeeded { &request.success } else { &request.failure }
}

fn relates(compare: &Compare, version: Option<&Version>, value: &Bytes) -> bool {
    let number = |have: u64, given: i64| signed(have).cmp(&given);
    let zero = Version::deletion(At { revision: 0, sub: 0 });
    let have = version.unwrap_or(&zero);
    let order = match (compare.target(), &compare.target_union) {
        (CompareTarget::Version, Some(TargetUnion::Version(given))) => number(have.version, *given),
        (CompareTarget::Create, Some(TargetUnion::CreateRevision(given))) => number(have.created, *given),
        (CompareTarget::Mod, Some(TargetUnion::ModRevision(given))) => number(have.at.revision, *given),
        (CompareTarget::Value, Some(TargetUnion::Value(given))) => value.cmp(given),
        (CompareTarget::Lease, Some(TargetUnion::Lease(given))) => have.lease.cmp(given),
        // Nothing was given: it counts as zero, as everywhere in protobuf.
        (CompareTarget::Version, _) => number(have.version, 0),
        (CompareTarget::Create, _) => number(have.created, 0),
        (CompareTarget::Mod, _) => number(have.at.revision, 0),
        (CompareTarget::Value, _) => value.as_ref().cmp(&[]),
        (CompareTarget::Lease, _) => have.lease.cmp(&0),
    };
    match compare.result() {
        CompareResult::Equal => order == Ordering::Equal,
        CompareResult::NotEqual => order != Ordering::Equal,
        CompareResult::Greater => order == Ordering::Greater,
        CompareResult::Less => order == Ordering::Less,
    }
}
