//! What a start would make of what is there: the decision of `machine::open` and `log::recover`, without doing it.

/// What a start would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It starts; out of what.
    Starts(String),
    /// It starts only if another member sends it a snapshot, for which it asks; why, and what to do otherwise.
    NeedsOthers(String),
    /// It refuses to; why, and what to do.
    Refuses(String),
}

/// What the decision hangs on.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) identity_is_lost: bool,
    /// The segment that is damaged.
    pub(super) log_is_damaged: Option<String>,
    /// The last entry that must be known for the log to go on from it.
    pub(super) needed: Option<u64>,
    /// The first and the last entry of the log.
    pub(super) log: Option<(u64, u64)>,
    /// The last entry that a good working state knows.
    pub(super) state: Option<Option<u64>>,
    pub(super) state_is_damaged: bool,
    /// Good snapshots and the last entries they know, newest first.
    pub(super) snapshots: Vec<(String, u64)>,
}

impl Facts {
    pub(super) fn outlook(&self) -> Outlook {
        if self.identity_is_lost {
            return Outlook::Refuses(
                "whose folder this is can't be told; remove this member and add it again with an empty folder or, if it \
                 is the only one, restore a backup"
                    .to_owned(),
            );
        }
        if let Some(segment) = &self.log_is_damaged {
            return Outlook::Refuses(format!(
                "{segment} is damaged, and a log with a hole is not trusted; remove this member and add it again with an \
                 empty folder or, if it is the only one, restore a backup"
            ));
        }
        let enough = |index: Option<u64>| index >= self.needed;
        let snapshot = self.snapshots.iter().find(|(_, index)| enough(Some(*index)));
        let state = self.state.filter(|applied| enough(*applied));
        match (state, snapshot) {
            (Some(applied), Some((_, index))) if applied < Some(*index) => self.rebuilt(snapshot),
            (Some(applied), _) => Outlook::Starts(format!("the working state is used{}", self.rest(applied))),
            (None, Some(_)) => self.rebuilt(snapshot),
            (None, None) if self.needed.is_none() => self.rebuilt(None),
            (None, None) => Outlook::NeedsOthers(format!(
                "the log lacks what came up to entry {}, and neither the working state nor a snapshot has it; another \
                 member is asked for a snapshot: if there is none, restore a backup",
                self.needed.unwrap_or_default()
            )),
        }
    }

    fn rebuilt(&self, snapshot: Option<&(String, u64)>) -> Outlook {
        let why = match (self.state_is_damaged, self.state) {
            (true, _) => "the working state is damaged: it is set aside and",
            (false, Some(_)) => "the working state is behind: it is",
            (false, None) => "there is no working state: it is",
        };
        Outlook::Starts(match snapshot {
            Some((name, index)) => {
                format!("{why} made anew from snapshots/{name}{}", self.rest(Some(*index)))
            }
            None => format!("{why} made anew, from nothing{}", self.rest(None)),
        })
    }

    /// What the log adds behind entry `applied`.
    fn rest(&self, applied: Option<u64>) -> String {
        match self.log {
            Some((first, last)) if Some(last) > applied => {
                let from = applied.map_or(first, |applied| first.max(applied + 1));
                format!(" and the log, entries {from} to {last}")
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            needed: Some(10),
            log: Some((11, 30)),
            state: Some(Some(25)),
            snapshots: vec![("b".to_owned(), 20), ("a".to_owned(), 10)],
            ..Facts::default()
        }
    }

    fn starts(facts: &Facts) -> String {
        match facts.outlook() {
            Outlook::Starts(how) => how,
            other => panic!("{other:?}"),
        }
    }

    fn needs_others(facts: &Facts) -> String {
        match facts.outlook() {
            Outlook::NeedsOthers(why) => why,
            other => panic!("{other:?}"),
        }
    }

    fn refuses(facts: &Facts) -> String {
        match facts.outlook() {
            Outlook::Refuses(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_newest_that_is_good_and_enough_is_used() {
        let good = facts();
        assert_eq!(starts(&good), "the working state is used and the log, entries 26 to 30");
        let damaged = Facts { state: None, state_is_damaged: true, ..facts() };
        assert_eq!(
            starts(&damaged),
            "the working state is damaged: it is set aside and made anew from snapshots/b and the log, entries 21 to 30"
        );
        let behind = Facts { state: Some(Some(15)), ..facts() };
        assert!(starts(&behind).starts_with("the working state is behind: it is made anew from snapshots/b"));
        let older = Facts { state: None, snapshots: vec![("a".to_owned(), 10)], ..facts() };
        assert!(starts(&older).contains("snapshots/a and the log, entries 11 to 30"));
        let young = Facts { log: Some((0, 3)), ..Facts::default() };
        assert_eq!(
            starts(&young),
            "there is no working state: it is made anew, from nothing and the log, entries 0 to 3"
        );
    }

    #[test]
    fn nothing_is_begun_over_a_hole() {
        let nothing = Facts { state: None, snapshots: Vec::new(), ..facts() };
        assert!(needs_others(&nothing).contains("up to entry 10"));
        let short = Facts { state: Some(Some(9)), snapshots: vec![("a".to_owned(), 8)], ..facts() };
        needs_others(&short);
        let log = Facts { log_is_damaged: Some("log/1.log".to_owned()), ..facts() };
        assert!(refuses(&log).contains("log/1.log is damaged"));
        refuses(&Facts { identity_is_lost: true, ..facts() });
    }
}
