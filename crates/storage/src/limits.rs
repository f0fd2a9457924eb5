//! How big a request may be, and the checks that need no stored state. Every implementation makes them before
//! it proposes or sends anything, so that the same request is refused with the same words everywhere.

use std::collections::BTreeSet;

use crate::{Compare, Error, KeyRange, Op, RangeRequest, Result, Target, Txn};

/// Bounds on one request. The defaults are etcd's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The bytes of a transaction, as [`Txn::size`] counts them. 1.5 MiB by default.
    pub request_bytes: usize,
    /// The compares, and the operations of each list, in one transaction. 128 by default.
    pub txn_ops: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { request_bytes: 1536 * 1024, txn_ops: 128 }
    }
}

/// What a compare or an operation weighs besides its keys and values.
const OP_BYTES: usize = 16;

impl Txn {
    /// The bytes the transaction weighs: keys and values of both lists and of the compares, and a little for
    /// each of them. An encoded request may differ by a few bytes an operation.
    pub fn size(&self) -> usize {
        let compares = self.compares.iter().map(compare_size);
        let ops = self.success.iter().chain(&self.failure).map(op_size);
        compares.chain(ops).sum()
    }

    /// Whether any store could take the transaction.
    ///
    /// # Errors
    /// [`Error::TooManyOps`], [`Error::EmptyKey`], [`Error::DuplicateKey`] (in either list, whether or not it
    /// would run) or [`Error::TooLarge`], in this order.
    pub fn check(&self, limits: &Limits) -> Result<()> {
        let most = self.compares.len().max(self.success.len()).max(self.failure.len());
        if most > limits.txn_ops {
            return Err(Error::TooManyOps);
        }
        let compared = self.compares.iter().map(|compare| &compare.key);
        let named = self.success.iter().chain(&self.failure).map(op_key);
        if compared.chain(named).any(|key| key.is_empty()) {
            return Err(Error::EmptyKey);
        }
        check_overlaps(&self.success)?;
        check_overlaps(&self.failure)?;
        if self.size() > limits.request_bytes {
            return Err(Error::TooLarge);
        }
        Ok(())
    }
}

impl RangeRequest {
    /// Whether any store could answer the request.
    ///
    /// # Errors
    /// [`Error::EmptyKey`].
    pub fn check(&self) -> Result<()> {
        if self.range.start().is_empty() { Err(Error::EmptyKey) } else { Ok(()) }
    }
}

fn compare_size(compare: &Compare) -> usize {
    let given = match &compare.target {
        Target::Value(value) => value.len(),
        _ => 0,
    };
    OP_BYTES + compare.key.len() + given
}

fn op_size(op: &Op) -> usize {
    OP_BYTES
        + match op {
            Op::Put { key, value, .. } => key.len() + value.len(),
            Op::Delete { range } => range_size(range),
            Op::Range(request) => range_size(&request.range),
        }
}

fn range_size(range: &KeyRange) -> usize {
    match range {
        KeyRange::Key(key) | KeyRange::From(key) => key.len(),
        KeyRange::Between { start, end } => start.len() + end.len(),
    }
}

fn op_key(op: &Op) -> &bytes::Bytes {
    match op {
        Op::Put { key, .. } => key,
        Op::Delete { range } => range.start(),
        Op::Range(request) => request.range.start(),
    }
}

/// A key is put at most once in a list, and not at all if the list also deletes it: all changes of a
/// transaction share one revision, at which a key can have only one value. Deletes may overlap.
fn check_overlaps(ops: &[Op]) -> Result<()> {
    if ops.len() < 2 {
        return Ok(());
    }
    let mut puts = BTreeSet::new();
    for op in ops {
        if let Op::Put { key, .. } = op
            && !puts.insert(&key[..])
        {
            return Err(Error::DuplicateKey);
        }
    }
    for op in ops {
        if let Op::Delete { range } = op
            && let Some(bounds) = range.bounds()
            && puts.range::<[u8], _>(bounds).next().is_some()
        {
            return Err(Error::DuplicateKey);
        }
    }
    Ok(())
}
