//! Writing a snapshot: chunk after chunk into a file that nobody takes for a snapshot yet.

use super::SnapshotError;
use super::format::{CHUNK_BYTES, CHUNK_HEAD, FORMAT, Head, Kind, MAGIC, PREAMBLE, Trailer, chunk_head};
use crate::files::File;
use crate::records::{Census, of_record};
use crate::revisions::Record;
use bytes::BufMut;
use std::sync::Arc;

/// A snapshot that is being written.
#[derive(Debug)]
pub(super) struct Writing {
    name: String,
    file: Arc<dyn File>,
    offset: u64,
    records: Census,
    chunk: Vec<u8>,
}

impl Writing {
    /// Begins; the file is empty.
    pub(super) fn begin(name: String, file: Arc<dyn File>, head: &Head) -> Result<Writing, SnapshotError> {
        let mut writing = Writing { name, file, offset: 0, records: Census::default(), chunk: Vec::new() };
        let mut preamble = Vec::with_capacity(PREAMBLE);
        preamble.put_slice(MAGIC);
        preamble.put_u32_le(FORMAT);
        writing.append(&preamble)?;
        writing.chunk(Kind::Facts, &head.encode())?;
        Ok(writing)
    }

    /// Adds the next record, in the order of their places.
    pub(super) fn add(&mut self, record: &Record) -> Result<(), SnapshotError> {
        let at = record.version.at;
        self.records.add(of_record(at));
        self.chunk.put_u64_le(at.revision);
        self.chunk.put_u32_le(at.sub);
        let length = u32::try_from(record.encoded_len()).expect("records are bounded by a request's size");
        self.chunk.put_u32_le(length);
        record.encode_into(&mut self.chunk);
        if self.chunk.len() >= CHUNK_BYTES { self.write_records() } else { Ok(()) }
    }

    /// Ends the file, and makes it durable.
    pub(super) fn finish(mut self) -> Result<(), SnapshotError> {
        if !self.chunk.is_empty() {
            self.write_records()?;
        }
        let length = self.offset + (CHUNK_HEAD + Trailer::LENGTH) as u64;
        let trailer = Trailer { records: self.records, length };
        self.chunk(Kind::Trailer, &trailer.encode())?;
        self.file.sync().map_err(|source| SnapshotError::Io { file: self.name, source })
    }

    fn write_records(&mut self) -> Result<(), SnapshotError> {
        let mut chunk = std::mem::take(&mut self.chunk);
        self.chunk(Kind::Records, &chunk)?;
        chunk.clear();
        self.chunk = chunk;
        Ok(())
    }

    fn chunk(&mut self, kind: Kind, body: &[u8]) -> Result<(), SnapshotError> {
        self.append(&chunk_head(self.offset, kind, body))?;
        self.append(body)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        let written = self.file.write_at(bytes, self.offset);
        written.map_err(|source| SnapshotError::Io { file: self.name.clone(), source })?;
        self.offset += bytes.len() as u64;
        Ok(())
    }
}
