//! The pending list: cases that can't be exact yet, each with the capability it waits for.
//!
//! `pending.txt` has a case a line, then blanks and the capability. `done.txt` names capabilities that are there:
//! nothing may wait for them any more. `README.md` beside them lists every capability, as "- `name`: what it is".

use super::replay::case_names;
use crate::failure::Failure;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What waits, and for what.
#[derive(Debug, Default)]
pub(super) struct Pending(BTreeMap<String, String>);

impl Pending {
    /// Where the list lies, from the top of the repository.
    pub(super) const FILE: &'static str = "conformance/pending.txt";

    /// Reads the list and holds it against the capabilities.
    ///
    /// # Errors
    /// Every line that is wrong, at once.
    pub(super) fn read(folder: &Path) -> Result<Pending, Failure> {
        let text = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))
        };
        Pending::parse(&text("pending.txt")?, &text("README.md")?, &text("done.txt")?)
    }

    fn parse(list: &str, readme: &str, done: &str) -> Result<Pending, Failure> {
        let capabilities: BTreeSet<_> = readme.lines().filter_map(capability).collect();
        let done: BTreeSet<_> = content(done).map(str::trim).collect();
        let mut pending = Pending::default();
        let mut wrong = Vec::new();
        for line in content(list) {
            let mut words = line.split_whitespace();
            let (Some(case), Some(waits_for), None) = (words.next(), words.next(), words.next()) else {
                wrong.push(format!("`{line}` is not a case and a capability"));
                continue;
            };
            if !capabilities.contains(waits_for) {
                wrong.push(format!("{case} waits for {waits_for}, which the README beside it does not know"));
            }
            if done.contains(waits_for) {
                wrong.push(format!("{case} waits for {waits_for}, which is done"));
            }
            if pending.0.insert(case.to_owned(), waits_for.to_owned()).is_some() {
                wrong.push(format!("{case} is there twice"));
            }
        }
        pending.or_wrong(wrong)
    }

    /// Whether every name in the list is a case's.
    ///
    /// # Errors
    /// The names that are not.
    pub(super) fn check_names(&self, shared: &Path) -> Result<(), Failure> {
        let areas: BTreeSet<_> = self.0.keys().filter_map(|case| case.split('/').next()).collect();
        let mut known = BTreeSet::new();
        for area in areas {
            known.extend(case_names(shared, area)?);
        }
        let unknown = self.0.keys().filter(|case| !known.contains(*case));
        Pending::default().or_wrong(unknown.map(|case| format!("{case}: no such case")).collect()).map(|_| ())
    }

    /// Whether this case waits.
    pub(super) fn contains(&self, case: &str) -> bool {
        self.0.contains_key(case)
    }

    /// How many cases of an area wait.
    pub(super) fn count(&self, area: &str) -> usize {
        self.0.keys().filter(|case| case.split('/').next() == Some(area)).count()
    }

    fn or_wrong(self, wrong: Vec<String>) -> Result<Pending, Failure> {
        let named = |line: String| format!("{}: {line}", Pending::FILE);
        if wrong.is_empty() {
            return Ok(self);
        }
        Err(Failure::Found(wrong.into_iter().map(named).collect::<Vec<_>>().join("\n")))
    }
}

fn content(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

fn capability(line: &str) -> Option<&str> {
    line.strip_prefix("- `")?.split_once("`: ").map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# Heading\n- `rbac`: who may do what\n- `audit`: who did what\n";

    #[test]
    fn a_case_and_its_capability() {
        let pending = Pending::parse("# waiting\nauth/a   rbac\n\nauth/b audit\n", README, "").unwrap();
        assert!(pending.contains("auth/a") && !pending.contains("auth/c"));
        assert_eq!((pending.count("auth"), pending.count("audit")), (2, 0));
    }

    #[test]
    fn every_wrong_line_is_named() {
        let list = "auth/a\nauth/b magic\nauth/c audit\nauth/d rbac\nauth/d rbac\n";
        let said = Pending::parse(list, README, "audit\n").unwrap_err().to_string();
        let lines: Vec<_> = said.lines().collect();
        assert_eq!(
            lines,
            [
                "conformance/pending.txt: `auth/a` is not a case and a capability",
                "conformance/pending.txt: auth/b waits for magic, which the README beside it does not know",
                "conformance/pending.txt: auth/c waits for audit, which is done",
                "conformance/pending.txt: auth/d is there twice",
            ]
        );
    }
}
