//! Reading blocks that lie beside one another in one walk: a disk keeps several values together, and reads all of them for
//! each that is asked for by itself.

use super::Shared;
use super::block::{Frames, block_key, pieces, read_block_key, read_first_piece};
use super::directory::Entry;
use super::read::damaged;
use crate::revisions::{At, Damaged};
use bytes::Bytes;
use std::ops::ControlFlow;

impl Shared {
    /// The encoded records of blocks, which come in order and with few others between them; `None` for one that is cleared
    /// meanwhile.
    pub(super) fn read_neighbours(&self, blocks: &[(At, Entry)]) -> Result<Vec<Option<Frames>>, Damaged> {
        // One record may fill many pieces: nobody walks past those for its neighbours.
        let short = blocks.iter().all(|(_, entry)| pieces(entry.bytes) == 1);
        match blocks {
            [(first, _), .., (last, _)] if short => self.walk(*first, *last, blocks),
            _ => blocks.iter().map(|(first, entry)| self.read_block_if_there(*first, entry)).collect(),
        }
    }

    fn walk(&self, first: At, last: At, blocks: &[(At, Entry)]) -> Result<Vec<Option<Frames>>, Damaged> {
        let mut found = Vec::with_capacity(blocks.len());
        found.resize_with(blocks.len(), || None);
        let mut senseless = None;
        let mut place = 0;
        let mut visit = |key: &[u8], value: &[u8]| {
            let Some((at, 0)) = read_block_key(key) else { return ControlFlow::Continue(()) };
            while blocks.get(place).is_some_and(|(first, _)| *first < at) {
                place += 1;
            }
            if blocks.get(place).is_none_or(|(first, _)| *first != at) {
                return ControlFlow::Continue(());
            }
            match read_first_piece(Bytes::copy_from_slice(value)) {
                Some((frames, length)) if frames.len() == length => found[place] = Some(Frames(frames)),
                _ => {
                    senseless = Some(at);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        };
        let walked = self.disk.scan(&block_key(first, 0), &block_key(last, 1), &mut visit);
        walked.map_err(|error| damaged(first, &error.to_string()))?;
        senseless.map_or(Ok(found), |at| Err(damaged(at, "its block makes no sense")))
    }
}
