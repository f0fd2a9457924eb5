//! Forgetting. A compaction takes effect at once, by raising the compacted revision; what lies below is then
//! cleared away in steps, so that nobody waits long for the lock. The same steps keep history within its bytes.

use super::state::State;
use crate::{Error, Result, Revision};

/// How many changes are cleared away at a time when history outgrows its bytes.
const TRIM_STEP: usize = 64;

impl State {
    /// From now on nothing below `revision` can be read or watched. [`forget`](Self::forget) must follow.
    pub(super) fn begin_compaction(&mut self, revision: Revision) -> Result<()> {
        if revision <= self.compacted {
            return Err(Error::Compacted { revision: self.compacted });
        }
        if revision > self.revision {
            return Err(Error::FutureRevision);
        }
        self.compacted = revision;
        Ok(())
    }

    /// Clears away up to `steps` changes that lie below the compacted revision. Answers whether there is more.
    pub(super) fn forget(&mut self, steps: usize) -> bool {
        for _ in 0..steps {
            let Some(change) = self.history.pop_below(self.compacted) else {
                self.forget_what_was_replaced();
                return false;
            };
            self.index.forget_below(&change.after.key, self.compacted);
        }
        true
    }

    /// Keeps history within its bytes by compacting its oldest revisions.
    pub(super) fn trim_history(&mut self) {
        while self.history.bytes() > self.history_bytes {
            if self.forget(TRIM_STEP) {
                continue;
            }
            let Some(oldest) = self.history.oldest() else { return };
            let next = oldest.max(self.compacted.next());
            if self.history.bytes() <= self.history_bytes || next > self.revision {
                return;
            }
            self.compacted = next;
            tracing::trace!(revision = %next, "compacted: history has outgrown its bytes");
            self.forget(TRIM_STEP);
        }
    }

    /// Changes at the compacted revision itself can still be watched, but what they replaced is gone.
    fn forget_what_was_replaced(&mut self) {
        for replaced in self.history.take_replaced(self.compacted) {
            self.index.forget_below(&replaced.key, self.compacted);
        }
    }
}
