//! The files of a log: the one that is written, those that are full, and going from one to the next.

use super::format::{Builder, FRAME, Kind};
use super::telemetry::timed;
use super::{Options, State};
use crate::files::{File, Files};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a seal takes.
const SEAL: u64 = FRAME as u64 + 1;

/// All files, oldest first.
#[derive(Debug)]
pub(super) struct Segments {
    pub(super) full: VecDeque<Full>,
    pub(super) open: Option<Open>,
    /// Bytes of all files, for others to look at.
    pub(super) size: Arc<AtomicU64>,
}

/// A segment that ends with a seal.
#[derive(Debug)]
pub(super) struct Full {
    pub(super) number: u64,
    pub(super) size: u64,
    /// Index of the last entry in it; 0 when it has none.
    pub(super) last: u64,
}

/// The segment that is written.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) number: u64,
    pub(super) file: Arc<dyn File>,
    pub(super) size: u64,
    /// Where the next record goes.
    pub(super) at: u64,
    pub(super) last: u64,
}

/// Where a record went.
pub(super) struct Written {
    pub(super) file: Arc<dyn File>,
    pub(super) segment: u64,
    pub(super) offset: u64,
}

/// What segment `number` is called.
pub(super) fn name(number: u64) -> String {
    format!("{number:016x}.log")
}

/// The number of the segment of this name; `None` for another file.
pub(super) fn number(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".log").filter(|digits| digits.len() == 16)?;
    u64::from_str_radix(digits, 16).ok()
}

impl Segments {
    /// Writes a record, in a new segment when the present one is full, and makes it durable. `last` is the index of
    /// the last entry in it, 0 when it has none; `before` is what was remembered before it.
    pub(super) fn write(
        &mut self,
        files: &dyn Files,
        options: &Options,
        record: Builder,
        last: u64,
        before: &State,
    ) -> io::Result<Written> {
        let length = record.len() as u64;
        if self.open.as_ref().is_none_or(|open| open.at + length + SEAL > open.size) {
            self.begin_next(files, options, length, before)?;
        }
        let open = self.open.as_mut().expect("one was begun just now");
        let offset = open.at;
        open.file.write_at(&record.finish(open.number, offset), offset)?;
        timed(|| open.file.sync())?;
        open.at += length;
        open.last = open.last.max(last);
        Ok(Written { file: Arc::clone(&open.file), segment: open.number, offset })
    }

    fn begin_next(
        &mut self,
        files: &dyn Files,
        options: &Options,
        length: u64,
        before: &State,
    ) -> io::Result<()> {
        if let Some(open) = &self.open {
            open.file.write_at(&Builder::new(Kind::Seal).finish(open.number, open.at), open.at)?;
            open.file.sync()?;
        }
        if let Some(open) = self.open.take() {
            self.full.push_back(Full { number: open.number, size: open.size, last: open.last });
        }
        let number = self.full.back().map_or(1, |full| full.number + 1);
        let header = Builder::header(number, before).finish(number, 0);
        let at = header.len() as u64;
        let size = options.segment_bytes.max(at + length + SEAL);
        let file = files.create(&name(number), size)?;
        file.write_at(&header, 0)?;
        file.sync()?;
        files.sync()?;
        self.size.fetch_add(size, Ordering::Relaxed);
        self.open = Some(Open { number, file, size, at, last: 0 });
        Ok(())
    }

    /// Removes the oldest segments as long as they hold nothing after `purged`. One after the other, each for good
    /// before the next, so that a crash never leaves a gap.
    pub(super) fn remove_up_to(&mut self, files: &dyn Files, purged: u64) -> io::Result<()> {
        while let Some(full) = self.full.front().filter(|full| full.last <= purged) {
            files.remove(&name(full.number))?;
            files.sync()?;
            self.size.fetch_sub(full.size, Ordering::Relaxed);
            self.full.pop_front();
        }
        Ok(())
    }
}
