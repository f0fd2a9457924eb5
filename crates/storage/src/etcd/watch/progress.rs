//! Which reports of progress count for which watch. A member answers a request for progress with one response for
//! all watches of the stream, once it has sent them all they wait for. That response may overtake the word that a
//! new watch was created, which then has not yet been sent what happened since the revision it began at.
//!
//! So an answer counts for a watch that replays the past only when it can't be one to a request made before it.

use crate::Revision;

/// etcd keeps no more answers than this for one stream; it drops what is beyond.
const MOST_OUTSTANDING: u64 = 128;

/// Requests for progress on one stream. A member answers each at most once, and in order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Requests {
    outstanding: u64,
}

impl Requests {
    pub(super) fn sent(&mut self) {
        self.outstanding = (self.outstanding + 1).min(MOST_OUTSTANDING);
    }

    pub(super) fn answered(&mut self) {
        self.outstanding = self.outstanding.saturating_sub(1);
    }

    /// How many answers may yet come.
    pub(super) fn outstanding(self) -> u64 {
        self.outstanding
    }
}

/// What an answer must be, to count for one watch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// Where the store stood when the watch was created, or later.
    created: Revision,
    /// How many answers may be to requests made before the watch.
    stale: u64,
}

impl Claim {
    /// For a watch from `from`, created when the store stood at `created` or before, behind so many
    /// `outstanding` requests.
    pub(super) fn new(from: Option<Revision>, created: Revision, outstanding: u64) -> Claim {
        let replays = from.is_some_and(|from| from <= created);
        Claim { created, stale: if replays { outstanding } else { 0 } }
    }

    /// Whether an answer that names `revision` counts.
    pub(super) fn covers(&mut self, revision: Revision) -> bool {
        if revision > self.created {
            self.stale = 0;
        }
        if self.stale > 0 {
            self.stale -= 1;
            return false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Revision = Revision::new(7);

    #[test]
    fn a_replaying_watch_disbelieves_answers_to_older_requests() {
        let mut claim = Claim::new(Some(Revision::new(3)), AT, 2);
        assert_eq!([AT, AT, AT].map(|revision| claim.covers(revision)), [false, false, true]);
    }

    #[test]
    fn an_answer_from_after_its_creation_is_believed() {
        let mut claim = Claim::new(Some(Revision::new(3)), AT, 100);
        assert!(claim.covers(AT.next()));
        assert!(claim.covers(AT.next()));
    }

    #[test]
    fn a_watch_without_a_past_believes_all() {
        assert!(Claim::new(None, AT, 2).covers(AT));
        assert!(Claim::new(Some(AT.next()), AT, 2).covers(AT));
    }

    #[test]
    fn requests_that_are_dropped_are_not_counted_for_ever() {
        let mut requests = Requests::default();
        for _ in 0..1000 {
            requests.sent();
        }
        assert_eq!(requests.outstanding(), MOST_OUTSTANDING);
        requests.answered();
        assert_eq!(requests.outstanding(), MOST_OUTSTANDING - 1);
    }
}
