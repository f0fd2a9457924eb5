//! Areas of the recorded conversations: which are run in CI, and what each needs.

use crate::failure::Failure;

/// A part of the conversations that gets its own server.
#[derive(Debug)]
pub(super) struct Area {
    /// As chosen: `write`, or the beginning of a case's name, `write/name-`.
    chosen: String,
}

/// Run when nothing is chosen.
const IN_CI: [&str; 7] = ["smoke", "discovery", "list", "watch", "write", "patch", "ssa"];
/// Only run when asked for: what they are about is not there yet.
const ON_REQUEST: [&str; 11] = [
    "aggregation",
    "audit",
    "auth",
    "crd",
    "kinds-core",
    "kinds-rest",
    "kinds-workloads",
    "plugins",
    "policy",
    "subresources",
    "webhook",
];
/// Their recordings hold the test hook's port.
const FIXED_HOOK_PORT: [&str; 2] = ["aggregation", "audit"];
const HOOK_PORT: u16 = 19454;

impl Area {
    /// The area's name.
    pub(super) fn name(&self) -> &str {
        self.chosen.split('/').next().unwrap_or_default()
    }

    /// How the names of its cases begin.
    pub(super) fn prefix(&self) -> String {
        if self.chosen.contains('/') { self.chosen.clone() } else { format!("{}/", self.chosen) }
    }

    /// Whether no other may run beside it.
    pub(super) fn alone(&self) -> bool {
        FIXED_HOOK_PORT.contains(&self.name())
    }

    /// The port of the test hook, when it may not be any.
    pub(super) fn hook_port(&self) -> Option<u16> {
        self.alone().then_some(HOOK_PORT)
    }

    /// Whether the server must be told what to audit.
    pub(super) fn is_audit(&self) -> bool {
        self.name() == "audit"
    }
}

/// Those with these names, or those that CI runs.
///
/// # Errors
/// When a name is no area's.
pub(super) fn chosen(names: &[String]) -> Result<Vec<Area>, Failure> {
    if names.is_empty() {
        return Ok(IN_CI.map(|name| Area { chosen: name.to_owned() }).into());
    }
    let area = |name: &String| {
        let area = Area { chosen: name.clone() };
        if IN_CI.contains(&area.name()) || ON_REQUEST.contains(&area.name()) {
            return Ok(area);
        }
        let known: Vec<_> = IN_CI.into_iter().chain(ON_REQUEST).collect();
        Err(Failure::Found(format!("no area {}; there are {}", area.name(), known.join(", "))))
    };
    names.iter().map(area).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_or_cases_of_it() {
        let areas = chosen(&["write".to_owned(), "patch/json".to_owned()]).unwrap();
        assert_eq!((areas[0].name(), areas[0].prefix().as_str()), ("write", "write/"));
        assert_eq!((areas[1].name(), areas[1].prefix().as_str()), ("patch", "patch/json"));
    }

    #[test]
    fn nothing_chosen_is_what_ci_runs() {
        let names: Vec<_> = chosen(&[]).unwrap().iter().map(|area| area.name().to_owned()).collect();
        assert_eq!(names, IN_CI);
    }

    #[test]
    fn an_unknown_area_is_refused_with_the_known_ones() {
        let said = chosen(&["wirte".to_owned()]).unwrap_err().to_string();
        assert!(said.starts_with("no area wirte; there are smoke, discovery"), "{said}");
    }
}
