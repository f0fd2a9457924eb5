//! Joins the fragments of a response. A revision is handed on only when it is whole; the ones before it need not
//! wait for the last fragment.

use super::queue::event_bytes;
use crate::{Event, Revision};

/// The events of a revision that the next fragment may go on with.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    held: Vec<Event>,
    bytes: usize,
}

impl Fragments {
    /// Takes in what came; `more` says that fragments follow. Answers what is whole.
    pub(super) fn join(&mut self, came: Vec<Event>, more: bool) -> Vec<Event> {
        let mut events = std::mem::take(&mut self.held);
        if events.is_empty() {
            events = came;
        } else {
            events.extend(came);
        }
        if more {
            let last = events.last().map_or(Revision::ZERO, Event::revision);
            let whole = events.partition_point(|event| event.revision() < last);
            self.held = events.split_off(whole);
        }
        self.bytes = self.held.iter().map(event_bytes).sum();
        events
    }

    /// Whether fragments are awaited: until they came, nothing that is said of this watch counts.
    pub(super) fn are_awaited(&self) -> bool {
        !self.held.is_empty()
    }

    /// What is held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(revisions: &[u64]) -> Vec<Event> {
        let delete = |revision: &u64| Event::Delete {
            key: "/a".into(),
            revision: Revision::new(*revision),
            prev: None,
        };
        revisions.iter().map(delete).collect()
    }

    #[test]
    fn whole_revisions_are_handed_on_and_the_last_waits() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.join(events(&[1, 2, 2]), true), events(&[1]));
        assert!(fragments.are_awaited() && fragments.bytes() > 0);
        assert_eq!(fragments.join(events(&[2]), true), events(&[]));
        assert_eq!(fragments.join(events(&[2, 3, 4]), true), events(&[2, 2, 2, 2, 3]));
        assert_eq!(fragments.join(events(&[4, 5]), false), events(&[4, 4, 5]));
        assert!(!fragments.are_awaited());
        assert_eq!((fragments.bytes(), fragments.join(events(&[6]), false)), (0, events(&[6])));
    }
}
