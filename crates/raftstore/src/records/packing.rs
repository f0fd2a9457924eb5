//! Records on their way to a disk, in blocks.

use super::block::{Block, block_key};
use super::census::{self, Census};
use super::directory::Entry;
use crate::disk::Batch;
use crate::revisions::{At, Record};

/// Records, in order, becoming blocks of one batch.
#[derive(Debug, Default)]
pub(super) struct Packing {
    pub(super) batch: Batch,
    /// The blocks in the batch.
    pub(super) blocks: Vec<(At, Entry)>,
    /// Bytes of the blocks.
    pub(super) bytes: usize,
    /// The block that takes records in.
    pub(super) open: Option<Block>,
}

impl Packing {
    /// Adds a record, and counts it.
    pub(super) fn add(&mut self, record: &Record, census: &mut Census) {
        let at = record.version.at;
        census.add(census::of_record(at));
        if self.open.as_ref().is_some_and(|block| block.has_no_room_for(record.encoded_len())) {
            self.close();
        }
        self.open.get_or_insert_with(|| Block::new(at)).push(record);
    }

    /// Completes the last block.
    pub(super) fn close(&mut self) {
        if let Some(block) = self.open.take() {
            self.put(block);
        }
    }

    /// Adds a block.
    pub(super) fn put(&mut self, block: Block) {
        let first = block.first;
        self.bytes += usize::try_from(block.bytes()).expect("it is in memory");
        let entry = Entry { last: block.last, count: block.count, bytes: block.bytes(), dead: Vec::new() };
        self.blocks.push((first, entry));
        for (piece, value) in block.finish() {
            self.batch.put(block_key(first, piece), value);
        }
    }
}
