//! Reading: ranges, and hashes of everything. What to read is chosen while the state is locked, values are fetched
//! afterwards.

use super::shared::Shared;
use super::{HashKv, Machine, ReadError};
use crate::records::{Records, mix};
use crate::revisions::{At, Damaged, Record, Span};
use crate::state_machine::{Choice, Selection, choose, select};
use bytes::Bytes;
use pintle_wire::etcdserverpb::{RangeRequest, RangeResponse, TxnRequest, TxnResponse};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How often a range is chosen anew before it holds clearing back.
const TRIES: usize = 3;
/// Keys that are looked at while the state is locked.
const STEP: usize = 1024;
/// A range of more keys is large.
const LARGE: usize = 1000;
/// Records that are fetched at once.
const AT_ONCE: usize = 256;

impl Machine {
    /// Answers a range, as of what is applied. The header says nothing but the revision. Blocks where values are on
    /// disk.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn range(&self, request: &RangeRequest) -> Result<RangeResponse, ReadError> {
        self.until_read(|| {
            let (selection, records) = self.select(request)?;
            Ok(finish(selection, &records)?)
        })
    }

    /// Whether a range has so many keys that it is better answered beside everything else.
    pub fn is_large(&self, request: &RangeRequest) -> bool {
        if request.range_end.is_empty() || (1..=LARGE as i64).contains(&request.limit) {
            return false;
        }
        let span = Span::of(&request.key, &request.range_end);
        let inner = self.shared.inner.read();
        inner.state.index.range(&span, None).nth(LARGE).is_some()
    }

    /// Answers a transaction in whose branches there are only ranges, as [`range`](Machine::range) does, all at one
    /// moment.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read_txn(&self, request: &TxnRequest) -> Result<TxnResponse, ReadError> {
        self.until_read(|| {
            let (mut choice, records) = self.choose(request)?;
            let mut ranges = Vec::with_capacity(choice.selections.len());
            for selection in std::mem::take(&mut choice.selections) {
                match finish(selection, &records)? {
                    Ok(range) => ranges.push(range),
                    Err(missing) => return Ok(Err(missing)),
                }
            }
            Ok(Ok(choice.finish(ranges)))
        })
    }

    /// Reads again when a record was cleared between its choice and its reading; at last with clearing held back.
    fn until_read<T>(
        &self,
        read: impl Fn() -> Result<Result<T, Damaged>, ReadError>,
    ) -> Result<T, ReadError> {
        self.shared.counters.ranges.fetch_add(1, Ordering::Relaxed);
        for _ in 0..TRIES {
            if let Ok(answer) = read()? {
                return Ok(answer);
            }
            self.shared.counters.range_retries.fetch_add(1, Ordering::Relaxed);
        }
        let _pin = self.shared.pins.pin();
        Ok(read()??)
    }

    fn choose(&self, request: &TxnRequest) -> Result<(Choice, Arc<Records>), ReadError> {
        let inner = self.shared.inner.read();
        self.check_running()?;
        let choice = choose(&inner.state, &*inner.records, request)??;
        Ok((choice, Arc::clone(&inner.records)))
    }

    fn select(&self, request: &RangeRequest) -> Result<(Selection, Arc<Records>), ReadError> {
        let inner = self.shared.inner.read();
        self.check_running()?;
        inner.state.check_readable(request.revision)?;
        Ok((select(&inner.state, request, inner.state.revision), Arc::clone(&inner.records)))
    }

    /// A hash of what was true at `revision`, or is now if that is 0: the same on every member that is compacted at the
    /// same revision, whatever has been cleared. Reads everything, so it takes a while; it blocks.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn hash_kv(&self, revision: i64) -> Result<HashKv, ReadError> {
        let _pin = self.shared.pins.pin();
        let (compacted, revision, records) = {
            let inner = self.shared.inner.read();
            self.check_running()?;
            inner.state.check_readable(revision)?;
            let asked = u64::try_from(revision).ok().filter(|revision| *revision > 0);
            (inner.state.compacted, asked.unwrap_or(inner.state.revision), Arc::clone(&inner.records))
        };
        let hash = fold(hash_records(&self.shared, &records, compacted, revision)?);
        Ok(HashKv { hash, revision, compacted })
    }

    /// A hash of everything that is replicated, at the last applied entry. Reads everything; it blocks.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn hash(&self) -> Result<u32, ReadError> {
        let _pin = self.shared.pins.pin();
        let (facts, leases, records) = {
            let inner = self.shared.inner.read();
            self.check_running()?;
            (inner.facts(), inner.leases(), Arc::clone(&inner.records))
        };
        let mut sum = hash_records(&self.shared, &records, facts.compacted, facts.revision)?;
        let mut bytes = Vec::new();
        facts.encode(&mut bytes);
        for (id, ttl) in leases {
            bytes.extend_from_slice(&id.to_le_bytes());
            bytes.extend_from_slice(&ttl.to_le_bytes());
        }
        sum = sum.wrapping_add(mix(crc32c::crc32c(&bytes).into(), bytes.len() as u64));
        Ok(fold(sum))
    }

    /// Refuses when an entry could not be applied: the state may be half changed.
    fn check_running(&self) -> Result<(), ReadError> {
        if self.shared.is_stopped() { Err(ReadError::Stopped) } else { Ok(()) }
    }
}

/// The response, or the first record that was not there: it was cleared since it was chosen, or is lost.
fn finish(selection: Selection, records: &Records) -> Result<Result<RangeResponse, Damaged>, Damaged> {
    let wanted: Vec<At> = selection.wanted().collect();
    let mut values = Vec::with_capacity(wanted.len());
    for (at, record) in wanted.iter().zip(records.find_all(&wanted)?) {
        match record {
            Some(record) => values.push(record.value),
            None => return Ok(Err(missing(*at))),
        }
    }
    Ok(Ok(selection.finish(values)))
}

fn hash_records(
    shared: &Shared,
    records: &Records,
    compacted: u64,
    revision: u64,
) -> Result<u128, ReadError> {
    let mut sum = 0u128;
    let mut bytes = Vec::new();
    for_each_visible(shared, records, compacted, revision, &mut |record| {
        bytes.clear();
        record.encode_into(&mut bytes);
        // Without the record's own checksum at the end: with it, that of the whole is the same whatever the content is.
        let crc = crc32c::crc32c(&bytes[..bytes.len() - size_of::<u32>()]);
        sum = sum.wrapping_add(mix(
            record.version.at.revision,
            u64::from(record.version.at.sub) << 32 | u64::from(crc),
        ));
        Ok::<(), ReadError>(())
    })?;
    Ok(sum)
}

/// Tells of each record, in order, that can be seen at `compacted` or later and is not after `revision`. Clearing must
/// be held back.
pub(super) fn for_each_visible<E: From<Damaged>>(
    shared: &Shared,
    records: &Records,
    compacted: u64,
    revision: u64,
    tell: &mut dyn FnMut(&Record) -> Result<(), E>,
) -> Result<(), E> {
    let places = visible(shared, records, compacted, revision)?;
    for places in places.chunks(AT_ONCE) {
        for (at, record) in places.iter().zip(records.find_all(places)?) {
            tell(&record.ok_or_else(|| missing(*at))?)?;
        }
    }
    Ok(())
}

/// The places of all visible records, in order.
fn visible(shared: &Shared, records: &Records, compacted: u64, revision: u64) -> Result<Vec<At>, Damaged> {
    let mut places = Vec::new();
    let mut from = Some(Bytes::new());
    while let Some(key) = from {
        let inner = shared.inner.read();
        if !std::ptr::eq(&*inner.records, records) {
            let at = At { revision, sub: 0 };
            return Err(Damaged { at, reason: "a snapshot took its place meanwhile".to_owned() });
        }
        from = inner.state.index.walk(&key, STEP, |_, chain| {
            let visible = chain.visible(compacted).map(|version| version.at);
            places.extend(visible.filter(|at| at.revision <= revision));
        });
    }
    places.sort_unstable();
    Ok(places)
}

fn missing(at: At) -> Damaged {
    Damaged { at, reason: "it is missing".to_owned() }
}

fn fold(sum: u128) -> u32 {
    let halves = (sum >> 64) as u64 ^ sum as u64;
    (halves >> 32) as u32 ^ halves as u32
}
