//! Opening a log that was there before: every record read, every doubt resolved or refused.
//!
//! Only the newest segment may end in the middle of a record: that record's batch was being written when everything
//! stopped, and nobody was told it was done. A record that does not fit while a good one follows it is damage, and so
//! is anything odd in an older segment.

use super::format::{self, BODY_MAX, FRAME, Kind, Operation};
use super::index::{Index, Place};
use super::segment::{self, Full, Open, Segments};
use super::{OpenError, Options};
use crate::files::{File, Files};
use bytes::Bytes;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// A log as found.
pub(super) struct Recovered {
    pub(super) index: Index,
    pub(super) segments: Segments,
}

/// Reads all segments. A torn end is cut off on disk too, so that what is written next stands alone.
pub(super) fn recover(files: &dyn Files, options: &Options) -> Result<Recovered, OpenError> {
    let numbers = numbers(files)?;
    let mut index = Index::new(options.cached_bytes);
    let (mut full, mut open, mut total) = (VecDeque::new(), None, 0);
    for (at, number) in numbers.iter().copied().enumerate() {
        let newest = at + 1 == numbers.len();
        let found = read_segment(files, number, newest)?;
        let Some(found) = found else {
            discard(files, number)?;
            continue;
        };
        let last = replay(&mut index, &found)?;
        total += found.size;
        if found.sealed {
            full.push_back(Full { number, size: found.size, last });
        } else {
            cut(&found, last)?;
            open = Some(Open { number, file: found.file, size: found.size, at: found.end, last });
        }
    }
    check_beginning(&index, numbers.first().copied())?;
    let segments = Segments { full, open, size: Arc::new(AtomicU64::new(total)) };
    Ok(Recovered { index, segments })
}

/// One segment as read.
struct Found {
    number: u64,
    file: Arc<dyn File>,
    size: u64,
    bytes: Bytes,
    /// Places of bodies, with their operations.
    records: Vec<(u64, Vec<Operation>)>,
    sealed: bool,
    /// Where the next record goes.
    end: u64,
}

fn numbers(files: &dyn Files) -> Result<Vec<u64>, OpenError> {
    let names =
        files.list().map_err(|source| OpenError::Io { file: "the log's folder".to_owned(), source })?;
    let mut numbers: Vec<u64> = names.iter().filter_map(|name| segment::number(name)).collect();
    numbers.sort_unstable();
    match numbers.windows(2).find(|pair| pair[1] != pair[0] + 1) {
        Some(gap) => Err(damaged(gap[0] + 1, 0, "the segment is missing, but there are newer ones")),
        None => Ok(numbers),
    }
}

/// Reads a segment; `None` when it is the newest and was never begun.
fn read_segment(files: &dyn Files, number: u64, newest: bool) -> Result<Option<Found>, OpenError> {
    let failed = |source| OpenError::Io { file: segment::name(number), source };
    let file = files.open(&segment::name(number)).map_err(failed)?;
    let bytes = read_all(&*file).map_err(failed)?;
    let size = bytes.len() as u64;
    let mut found = Found { number, file, size, bytes, records: Vec::new(), sealed: false, end: 0 };
    loop {
        let offset = found.end;
        let Some(body) = record(&found.bytes, number, offset) else { break };
        let operations = match (format::kind(&body), offset) {
            (Some(Kind::Header), 0) => format::read_header(&body, number),
            (Some(Kind::Batch), 1..) => format::read_batch(&body),
            (Some(Kind::Seal), 1..) => Some(Vec::new()),
            _ => None,
        };
        let operations = operations.ok_or_else(|| damaged(number, offset, "the record makes no sense"))?;
        found.records.push((offset + FRAME as u64, operations));
        found.end = offset + (FRAME + body.len()) as u64;
        if format::kind(&body) == Some(Kind::Seal) {
            found.sealed = true;
            return Ok(Some(found));
        }
    }
    if !newest {
        return Err(damaged(number, found.end, "the record's checksum is wrong, and newer segments exist"));
    }
    // Behind the last byte that is not zero nothing was ever written.
    let written = found.end + written(&found.bytes, found.end) as u64;
    if let Some(next) =
        (found.end + 1..written).find(|offset| record(&found.bytes, number, *offset).is_some())
    {
        tracing::error!(segment = number, bad = found.end, good = next, "a good record follows a bad one");
        return Err(damaged(number, found.end, "the record's checksum is wrong, and a good one follows it"));
    }
    Ok(Some(found).filter(|found| !found.records.is_empty()))
}

/// How many bytes from `offset` on there are up to the last that is not zero. A segment is mostly zeros, so they are
/// looked at in blocks.
fn written(bytes: &Bytes, offset: u64) -> usize {
    const ZEROS: [u8; 4096] = [0; 4096];
    let at = usize::try_from(offset).expect("it is within what was read into memory");
    let mut rest = &bytes[at..];
    while let Some((before, last)) = rest.split_last_chunk::<4096>() {
        if *last != ZEROS {
            break;
        }
        rest = before;
    }
    rest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

fn read_all(file: &dyn File) -> io::Result<Bytes> {
    let size = usize::try_from(file.size()?).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut bytes = vec![0; size];
    file.read_at(&mut bytes, 0)?;
    Ok(Bytes::from(bytes))
}

/// The body of the record at `offset`, if there is a good one.
fn record(bytes: &Bytes, segment: u64, offset: u64) -> Option<Bytes> {
    let at = usize::try_from(offset).ok()?;
    let frame = bytes.get(at..at + FRAME)?;
    let length = usize::try_from(u32::from_le_bytes(frame[..4].try_into().ok()?)).ok()?;
    if length == 0 || length > BODY_MAX {
        return None;
    }
    let body = bytes.get(at + FRAME..at + FRAME + length)?;
    format::kind(body)?;
    let crc = u32::from_le_bytes(frame[4..].try_into().ok()?);
    (format::checksum(segment, offset, body) == crc).then(|| bytes.slice_ref(body))
}

/// Does again what the segment says was done; returns the index of its last entry.
fn replay(index: &mut Index, found: &Found) -> Result<u64, OpenError> {
    let mut last = 0;
    for (at, operations) in &found.records {
        for operation in operations {
            match operation {
                Operation::Entry { index: entry, payload, offset, crc } => {
                    if index.range().is_some_and(|(_, last)| *entry != last + 1) {
                        return Err(damaged(found.number, *at, "an entry does not follow the one before it"));
                    }
                    let offset = at + *offset as u64;
                    let place =
                        Place { file: Arc::clone(&found.file), segment: found.number, offset, crc: *crc };
                    index.add_placed(*entry, payload.len(), place);
                    last = *entry;
                }
                Operation::Vote(vote) => index.state_mut().vote = Some(copied(vote)),
                Operation::Committed(committed) => index.state_mut().committed = Some(copied(committed)),
                Operation::Truncate(from) => index.truncate(*from),
                Operation::Purge(purged) => {
                    index.purge(super::Purged { index: purged.index, id: copied(&purged.id) });
                }
            }
        }
    }
    Ok(last)
}

/// A copy that does not keep the whole segment in memory.
fn copied(bytes: &Bytes) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

/// Entries may be missing only below what was purged.
fn check_beginning(index: &Index, oldest: Option<u64>) -> Result<(), OpenError> {
    let Some(((first, _), oldest)) = index.range().zip(oldest) else { return Ok(()) };
    let begins = index.state().purged.as_ref().map_or(0, |purged| purged.index + 1);
    let fits = first == begins || (index.state().purged.is_none() && first <= 1);
    if fits { Ok(()) } else { Err(damaged(oldest, 0, "entries before its first one are missing")) }
}

/// Zeroes what a torn record left behind.
fn cut(found: &Found, last: u64) -> Result<(), OpenError> {
    let torn = written(&found.bytes, found.end);
    if torn == 0 {
        return Ok(());
    }
    tracing::warn!(
        segment = found.number,
        at = found.end,
        bytes = torn,
        last,
        "dropping a torn record at the log's end"
    );
    let zeroed = found.file.write_at(&vec![0; torn], found.end).and_then(|()| found.file.sync());
    zeroed.map_err(|source| OpenError::Io { file: segment::name(found.number), source })
}

fn discard(files: &dyn Files, number: u64) -> Result<(), OpenError> {
    let removed = files.remove(&segment::name(number)).and_then(|()| files.sync());
    removed.map_err(|source| OpenError::Io { file: segment::name(number), source })
}

fn damaged(number: u64, offset: u64, reason: &'static str) -> OpenError {
    OpenError::Damaged { file: segment::name(number), offset, reason }
}
