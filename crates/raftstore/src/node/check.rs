//! What any store would refuse, whatever it holds: checked before a request is proposed or read, in etcd's order and
//! words (etcd's server/etcdserver/api/v3rpc/key.go).

use super::NodeError;
use crate::revisions::Span;
use bytes::Bytes;
use pintle_storage::Error;
use pintle_wire::etcdserverpb::range_request::{SortOrder, SortTarget};
use pintle_wire::etcdserverpb::request_op::Request;
use pintle_wire::etcdserverpb::{DeleteRangeRequest, PutRequest, RangeRequest, RequestOp, TxnRequest};
use std::collections::BTreeSet;

/// Refuses a range without a key, or sorted by what does not exist.
pub(super) fn check_range(request: &RangeRequest) -> Result<(), NodeError> {
    check_key(&request.key)?;
    let sorted = SortOrder::try_from(request.sort_order).is_ok();
    if sorted && SortTarget::try_from(request.sort_target).is_ok() {
        Ok(())
    } else {
        Err(NodeError::InvalidSortOption)
    }
}

/// Refuses a put without a key, or with what it says to ignore.
pub(super) fn check_put(request: &PutRequest) -> Result<(), NodeError> {
    check_key(&request.key)?;
    if request.ignore_value && !request.value.is_empty() {
        return Err(NodeError::ValueProvided);
    }
    if request.ignore_lease && request.lease != 0 {
        return Err(NodeError::LeaseProvided);
    }
    Ok(())
}

/// Refuses a deletion without a key.
pub(super) fn check_delete(request: &DeleteRangeRequest) -> Result<(), NodeError> {
    check_key(&request.key)
}

/// Refuses a transaction of more than `ops_max` compares or operations (those around an inner one count there, too), or
/// one that would change a key twice.
pub(super) fn check_txn(request: &TxnRequest, ops_max: usize) -> Result<(), NodeError> {
    check_operations(request, ops_max)?;
    changes(&request.success)?;
    changes(&request.failure)?;
    Ok(())
}

fn check_operations(request: &TxnRequest, ops_max: usize) -> Result<(), NodeError> {
    let most = request.compare.len().max(request.success.len()).max(request.failure.len());
    let Some(left) = ops_max.checked_sub(most) else { return Err(Error::TooManyOps.into()) };
    request.compare.iter().try_for_each(|compare| check_key(&compare.key))?;
    request.success.iter().chain(&request.failure).try_for_each(|operation| match &operation.request {
        Some(Request::RequestRange(range)) => check_range(range),
        Some(Request::RequestPut(put)) => check_put(put),
        Some(Request::RequestDeleteRange(delete)) => check_delete(delete),
        Some(Request::RequestTxn(inner)) => check_operations(inner, left),
        None => Err(NodeError::KeyNotFound),
    })
}

fn check_key(key: &Bytes) -> Result<(), NodeError> {
    if key.is_empty() { Err(Error::EmptyKey.into()) } else { Ok(()) }
}

/// What a list of operations puts and deletes, with the lists within.
#[derive(Default)]
struct Changes {
    puts: BTreeSet<Bytes>,
    deletes: Vec<Span>,
}

impl Changes {
    fn put(&mut self, key: &Bytes) -> Result<(), NodeError> {
        if self.deletes.iter().any(|span| span.contains(key)) || !self.puts.insert(key.clone()) {
            return Err(Error::DuplicateKey.into());
        }
        Ok(())
    }

    /// Adds a deletion; etcd misses a put before it that came out of an inner transaction, and then deletes at the same
    /// revision what it put.
    fn delete(&mut self, span: Span) -> Result<(), NodeError> {
        if self.puts.iter().any(|key| span.contains(key)) {
            return Err(Error::DuplicateKey.into());
        }
        self.deletes.push(span);
        Ok(())
    }

    /// Adds both branches of an inner transaction, of which one is taken.
    fn either(&mut self, then: Changes, otherwise: Changes) -> Result<(), NodeError> {
        let only_otherwise: Vec<Bytes> = otherwise.puts.difference(&then.puts).cloned().collect();
        then.puts.iter().chain(&only_otherwise).try_for_each(|key| self.put(key))?;
        // What one branch puts the other may delete.
        for (deletes, puts) in [(then.deletes, &then.puts), (otherwise.deletes, &otherwise.puts)] {
            for span in deletes {
                let others = self
                    .puts
                    .iter()
                    .filter(|key| !then.puts.contains(*key) && !otherwise.puts.contains(*key));
                if others.chain(puts).any(|key| span.contains(key)) {
                    return Err(Error::DuplicateKey.into());
                }
                self.deletes.push(span);
            }
        }
        Ok(())
    }
}

fn changes(operations: &[RequestOp]) -> Result<Changes, NodeError> {
    let mut changes = Changes::default();
    for operation in operations {
        if let Some(Request::RequestDeleteRange(delete)) = &operation.request {
            changes.delete(Span::of(&delete.key, &delete.range_end))?;
        }
    }
    for operation in operations {
        if let Some(Request::RequestTxn(inner)) = &operation.request {
            changes.either(self::changes(&inner.success)?, self::changes(&inner.failure)?)?;
        }
    }
    for operation in operations {
        if let Some(Request::RequestPut(put)) = &operation.request {
            changes.put(&put.key)?;
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &'static str) -> RequestOp {
        let put = PutRequest { key: Bytes::from_static(key.as_bytes()), ..PutRequest::default() };
        RequestOp { request: Some(Request::RequestPut(put)) }
    }

    fn delete(from: &'static str, to: &'static str) -> RequestOp {
        let delete =
            DeleteRangeRequest { key: from.into(), range_end: to.into(), ..DeleteRangeRequest::default() };
        RequestOp { request: Some(Request::RequestDeleteRange(delete)) }
    }

    fn inner(success: Vec<RequestOp>, failure: Vec<RequestOp>) -> RequestOp {
        let inner = TxnRequest { compare: Vec::new(), success, failure };
        RequestOp { request: Some(Request::RequestTxn(inner)) }
    }

    fn refusal(success: Vec<RequestOp>) -> Option<String> {
        let request = TxnRequest { compare: Vec::new(), success, failure: Vec::new() };
        check_txn(&request, 128).err().map(|error| error.to_string())
    }

    #[test]
    fn a_key_is_changed_once() {
        let twice = Some("etcdserver: duplicate key given in txn request".to_owned());
        assert_eq!(refusal(vec![put("a"), put("b")]), None);
        assert_eq!(refusal(vec![put("a"), put("a")]), twice);
        assert_eq!(refusal(vec![put("b"), delete("a", "c")]), twice);
        assert_eq!(refusal(vec![put("c"), delete("a", "c"), delete("a", "")]), None);
        assert_eq!(refusal(vec![put("a"), inner(vec![put("a")], vec![])]), twice);
        assert_eq!(refusal(vec![inner(vec![put("a")], vec![put("a")])]), None, "one of both happens");
        assert_eq!(refusal(vec![inner(vec![put("a")], vec![delete("a", "")])]), None);
        assert_eq!(refusal(vec![inner(vec![put("a")], vec![]), inner(vec![put("a")], vec![])]), twice);
        assert_eq!(refusal(vec![inner(vec![delete("a", "z")], vec![]), put("b")]), twice);
        assert_eq!(
            refusal(vec![inner(vec![put("b")], vec![]), inner(vec![delete("a", "z")], vec![])]),
            twice
        );
    }

    #[test]
    fn operations_are_counted_along_the_way_in() {
        let nested = |depth: usize| (0..depth).fold(put("a"), |within, _| inner(vec![within], vec![]));
        let request = |depth| TxnRequest { success: vec![nested(depth)], ..TxnRequest::default() };
        assert!(check_txn(&request(3), 4).is_ok());
        let error = check_txn(&request(4), 4).unwrap_err();
        assert_eq!(error.to_string(), "etcdserver: too many operations in txn request");
        let many = TxnRequest { failure: vec![put("a"); 5], ..TxnRequest::default() };
        assert!(check_txn(&many, 4).is_err());
    }

    #[test]
    fn what_is_missing_or_too_much_is_named() {
        let range = RangeRequest { key: "k".into(), sort_order: 9, ..RangeRequest::default() };
        assert_eq!(check_range(&range).unwrap_err().to_string(), "etcdserver: invalid sort option");
        assert_eq!(
            check_range(&RangeRequest::default()).unwrap_err().to_string(),
            "etcdserver: key is not provided"
        );
        let put = PutRequest { key: "k".into(), ignore_lease: true, lease: 1, ..PutRequest::default() };
        assert_eq!(check_put(&put).unwrap_err().to_string(), "etcdserver: lease is provided");
        assert_eq!(refusal(vec![RequestOp { request: None }]), Some("etcdserver: key not found".to_owned()));
    }
}
