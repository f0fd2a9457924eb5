//! Watches that are late: whatever they were told so far must be the beginning of what everybody was told, except where
//! compaction overtook them.

use crate::told::Telling;
use pintle_storage::Revision;

/// What a late watch was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Of a change at this revision.
    Told(Revision),
    /// That this is the oldest revision that there still is; it went on from there.
    Overtaken(Revision),
}

/// Every step that is not the next one. `told` is what a complete watch told, each revision once.
pub fn gaps(steps: &[Step], told: &[Telling], broken: &mut Vec<String>) {
    let mut next = 0;
    for step in steps {
        let due = told.get(next).map(|telling| telling.revision);
        match *step {
            Step::Told(revision) => {
                if due != Some(revision) {
                    broken.push(format!("a slow watch was told {revision:?}, next was {due:?}"));
                }
                next = told.partition_point(|telling| telling.revision <= revision);
            }
            Step::Overtaken(oldest) => {
                if due.is_some_and(|due| due >= oldest) {
                    broken.push(format!("a slow watch was ended for {oldest:?}, next was {due:?}"));
                }
                next = told.partition_point(|telling| telling.revision < oldest).max(next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::name;

    #[test]
    fn gaps_and_repetitions_are_found_and_compaction_is_none() {
        let telling = |revision| Telling { revision: Revision::new(revision), key: name(0), value: Some(1) };
        let all: Vec<_> = [2, 3, 5, 8].map(telling).into();
        let told = |revision| Step::Told(Revision::new(revision));
        let overtaken = |revision| Step::Overtaken(Revision::new(revision));
        let broken = |steps: &[Step]| {
            let mut broken = Vec::new();
            gaps(steps, &all, &mut broken);
            broken.len()
        };
        assert_eq!(broken(&[told(2), told(3), told(5)]), 0);
        assert_eq!(broken(&[told(2), told(5), told(8)]), 1, "3 is missing");
        assert_eq!(broken(&[told(2), told(2), told(3)]), 1, "twice");
        assert_eq!(broken(&[told(2), told(4), told(5)]), 1, "4 never was");
        assert_eq!(broken(&[told(2), overtaken(5), told(5)]), 0);
        assert_eq!(broken(&[told(2), overtaken(3), told(3)]), 1, "it had not been overtaken");
        assert_eq!(broken(&[told(2), overtaken(4), told(8)]), 1, "5 is missing");
    }
}
