//! What clients did and were answered, kept for the judges.

use crate::history::{Item, Key, Told};
use crate::interest::{Interest, Resource};

/// One watch, from its request to its end.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) interest: Interest,
    pub(crate) since: Since,
    pub(crate) frames: Vec<Frame>,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Since {
    /// After this revision.
    Revision(u64),
    /// What is there first (`sendInitialEvents`).
    Initial,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Frame {
    Event(Told),
    Bookmark { revision: u64, ends_initial: bool },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// The stream was ended by the server.
    Orderly,
    /// The connection broke.
    Cut,
    /// It was told that history no longer reaches back so far.
    Gone,
    /// The client had enough.
    Left,
}

/// A whole list, of one page or of several.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) interest: Interest,
    pub(crate) asked: Asked,
    pub(crate) answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Asked {
    /// Of a state that holds every write acknowledged before, of which this was the newest.
    Newest {
        acknowledged: u64,
    },
    /// Of any state.
    Any,
    NotOlderThan(u64),
    Exact(u64),
}

#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The revision that each page named, and the items of all.
    Items { revisions: Vec<u64>, items: Vec<Item> },
    /// History no longer reaches back to this revision.
    Gone(u64),
}

/// An acknowledged write.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) resource: Resource,
    pub(crate) key: Key,
    pub(crate) revision: u64,
    pub(crate) serial: String,
}

impl Session {
    /// The revision through which it told everything, if it got anywhere.
    pub(crate) fn reached(&self) -> Option<u64> {
        let begun = match self.since {
            Since::Revision(revision) => Some(revision),
            // Of the first part nothing can be kept unless all of it came.
            Since::Initial if self.initial_events() == self.frames.len() => return None,
            Since::Initial => None,
        };
        let last = self.frames.last().map(|frame| match frame {
            Frame::Event(told) => told.revision,
            Frame::Bookmark { revision, .. } => *revision,
        });
        last.or(begun)
    }

    /// How many frames stand before the bookmark that ends the first part; all, if it did not come.
    pub(crate) fn initial_events(&self) -> usize {
        let ends = |frame: &Frame| matches!(frame, Frame::Bookmark { ends_initial: true, .. });
        self.frames.iter().position(ends).unwrap_or(self.frames.len())
    }
}
