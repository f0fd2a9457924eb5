//! Reading a snapshot: every byte checked, every record told. Nothing is believed before its checksum was right.

use super::SnapshotError;
use super::format::{CHUNK_HEAD, FORMAT, Head, Kind, MAGIC, PREAMBLE, Trailer, checksum, read_chunk_head};
use crate::files::File;
use crate::records::{Census, of_record};
use crate::revisions::{At, Record};
use bytes::{Buf, Bytes};
use std::io;

/// Told of each record, in order.
pub(crate) type TellRecord<'a, E> = &'a mut dyn FnMut(Record) -> Result<(), E>;

/// Reads a whole snapshot: hands its head to `begin`, then each record to `tell`.
pub(crate) fn read<E: From<SnapshotError>>(
    name: &str,
    file: &dyn File,
    begin: impl FnOnce(&Head) -> Result<(), E>,
    tell: TellRecord<'_, E>,
) -> Result<Head, E> {
    let mut reading = Reading { name, file, offset: 0, records: Census::default(), last: None, size: 0 };
    let head = reading.head()?;
    begin(&head)?;
    loop {
        let (kind, start, body) = reading.chunk()?;
        match kind {
            Kind::Records => reading.records(start, body, head.facts.revision, tell)?,
            Kind::Trailer => {
                reading.trailer(start, body)?;
                return Ok(head);
            }
            Kind::Facts => return Err(reading.damaged(start, "it begins twice").into()),
        }
    }
}

/// How many bytes a snapshot has in a file that may go on behind it. Only the chunks' heads are read: nothing is verified.
pub(crate) fn length(name: &str, file: &dyn File) -> Result<u64, SnapshotError> {
    let mut reading = Reading { name, file, offset: 0, records: Census::default(), last: None, size: 0 };
    reading.head()?;
    loop {
        let (kind, start, length, _) = reading.chunk_head()?;
        reading.offset += length as u64;
        if reading.offset > reading.size {
            return Err(reading.damaged(start, "it is cut short"));
        }
        if kind == Kind::Trailer {
            return Ok(reading.offset);
        }
    }
}

/// Reads what comes before the records.
pub(super) fn read_head(name: &str, file: &dyn File) -> Result<Head, SnapshotError> {
    Reading { name, file, offset: 0, records: Census::default(), last: None, size: 0 }.head()
}

struct Reading<'a> {
    name: &'a str,
    file: &'a dyn File,
    offset: u64,
    records: Census,
    last: Option<At>,
    size: u64,
}

impl Reading<'_> {
    fn head(&mut self) -> Result<Head, SnapshotError> {
        self.size = self.file.size().map_err(|source| self.io(source))?;
        let preamble = self.take(PREAMBLE)?;
        let (magic, mut format) = preamble.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(self.damaged(0, "it is no snapshot"));
        }
        let format = format.get_u32_le();
        if format != FORMAT {
            return Err(SnapshotError::UnknownFormat { file: self.name.to_owned(), format });
        }
        let (kind, start, body) = self.chunk()?;
        if kind != Kind::Facts {
            return Err(self.damaged(start, "it does not begin with facts"));
        }
        Head::decode(body).map_err(|error| self.damaged(start, &error.to_string()))
    }

    /// The next chunk's kind, where it begins, the length of its body and its checksum.
    fn chunk_head(&mut self) -> Result<(Kind, u64, usize, u32), SnapshotError> {
        let start = self.offset;
        let head: [u8; CHUNK_HEAD] =
            self.take(CHUNK_HEAD)?.as_slice().try_into().expect("it has the length that was asked for");
        let head = read_chunk_head(head);
        let (kind, length, crc) = head.ok_or_else(|| self.damaged(start, "what follows is no chunk"))?;
        Ok((kind, start, length, crc))
    }

    fn chunk(&mut self) -> Result<(Kind, u64, Bytes), SnapshotError> {
        let (kind, start, length, crc) = self.chunk_head()?;
        let body = self.take(length)?;
        if checksum(start, kind, &body) != crc {
            return Err(self.damaged(start, "a checksum is wrong"));
        }
        Ok((kind, start, Bytes::from(body)))
    }

    fn records<E: From<SnapshotError>>(
        &mut self,
        start: u64,
        mut body: Bytes,
        revision: u64,
        tell: TellRecord<'_, E>,
    ) -> Result<(), E> {
        while !body.is_empty() {
            let frame = frame(&mut body).ok_or_else(|| self.damaged(start, "a record is cut short"))?;
            let record = Record::decode(frame.0, &frame.1);
            let record = record.ok_or_else(|| self.damaged(start, "a record is damaged"))?;
            let at = record.version.at;
            if self.last.is_some_and(|last| at <= last) || at.revision > revision {
                return Err(self.damaged(start, "a record is not in its place").into());
            }
            self.last = Some(at);
            self.records.add(of_record(at));
            tell(record)?;
        }
        Ok(())
    }

    fn trailer(&self, start: u64, body: Bytes) -> Result<(), SnapshotError> {
        let trailer = Trailer::decode(body).map_err(|error| self.damaged(start, &error.to_string()))?;
        if trailer.records != self.records {
            return Err(self.damaged(start, "records are missing"));
        }
        if trailer.length != self.offset || self.size != self.offset {
            return Err(self.damaged(start, "its length is wrong"));
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, SnapshotError> {
        // Room is taken only for what is there.
        if self.offset + length as u64 > self.size {
            return Err(self.damaged(self.offset, "it is cut short"));
        }
        let mut bytes = vec![0; length];
        self.file.read_at(&mut bytes, self.offset).map_err(|source| self.io(source))?;
        self.offset += length as u64;
        Ok(bytes)
    }

    fn io(&self, source: io::Error) -> SnapshotError {
        SnapshotError::Io { file: self.name.to_owned(), source }
    }

    fn damaged(&self, offset: u64, reason: &str) -> SnapshotError {
        SnapshotError::Damaged { file: self.name.to_owned(), offset, reason: reason.to_owned() }
    }
}

fn frame(body: &mut Bytes) -> Option<(At, Bytes)> {
    let at = At { revision: body.try_get_u64_le().ok()?, sub: body.try_get_u32_le().ok()? };
    let length = usize::try_from(body.try_get_u32_le().ok()?).ok()?;
    // A copy, for the chunk is larger and need not stay.
    (length <= body.len()).then(|| (at, Bytes::copy_from_slice(&body.split_to(length))))
}
