//! The beginning of a watch that starts with a list: reads the list out in small pieces, so that it can be taken away
//! at any time.

use std::collections::VecDeque;
use std::sync::Arc;

use pintle_storage::Revision;

use super::{Delivery, Ending, EventKind, WatchEvent};
use crate::entry::Entry;
use crate::resource::Slot;

/// How many objects are taken from the list at a time.
const PIECE: usize = 32;

#[derive(Debug)]
pub(super) struct Initial {
    revision: Revision,
    /// What was taken and not yet delivered.
    piece: VecDeque<Arc<Entry>>,
    /// The last that was taken.
    last: Option<Arc<[u8]>>,
    /// The piece is the last one.
    complete: bool,
}

impl Initial {
    pub(super) fn new(revision: Revision) -> Initial {
        Initial { revision, piece: VecDeque::new(), last: None, complete: false }
    }

    /// The next object that is `chosen`, then the end of them all. Ended when the list was taken away before.
    pub(super) fn next(&mut self, slot: &Slot, chosen: impl Fn(&Entry) -> bool) -> Option<Delivery> {
        loop {
            while let Some(entry) = self.piece.pop_front() {
                if chosen(&entry) {
                    let revision = entry.mod_revision();
                    let event = WatchEvent { kind: EventKind::Added, revision, entry, previous: None };
                    return Some(Delivery::Event(event));
                }
            }
            if self.complete {
                slot.end_initial();
                return Some(Delivery::InitialEventsEnd(self.revision));
            }
            let taken = slot.with_initial(|list| match &self.last {
                None => list.iter().take(PIECE).cloned().collect(),
                Some(last) => list.iter_after(last).take(PIECE).cloned().collect(),
            });
            match taken {
                None => return Some(Delivery::Ended(Ending::Expired)),
                Some(taken) => self.take(taken),
            }
        }
    }

    fn take(&mut self, piece: VecDeque<Arc<Entry>>) {
        self.complete = piece.len() < PIECE;
        if let Some(last) = piece.back() {
            self.last = Some(Arc::clone(last.shared_key()));
        }
        self.piece = piece;
    }
}
