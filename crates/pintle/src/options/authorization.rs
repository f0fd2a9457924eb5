//! Who gets in without credentials, and who decides what users may do. When in doubt, nobody.

use super::{AuthorizationMode, Problems};
use crate::flags::Given;

/// What this server believes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Access {
    /// In order.
    pub(super) modes: Vec<AuthorizationMode>,
    /// Whether requests without credentials get in.
    pub(super) anonymous: bool,
}

const MODES: [(&str, AuthorizationMode); 6] = [
    ("AlwaysAllow", AuthorizationMode::AlwaysAllow),
    ("AlwaysDeny", AuthorizationMode::AlwaysDeny),
    ("ABAC", AuthorizationMode::Abac),
    ("Node", AuthorizationMode::Node),
    ("RBAC", AuthorizationMode::Rbac),
    ("Webhook", AuthorizationMode::Webhook),
];

/// Reads the modes, and whether anonymous requests go with them.
pub(super) fn read(given: &Given, problems: &mut Problems, warnings: &mut Vec<String>) -> Access {
    let modes = if given.path("authorization-config").is_some() {
        // The file may hold anything; until it is read, nobody but system:masters passes.
        if given.has("authorization-mode")
            || given.names().any(|flag| flag.starts_with("authorization-webhook-"))
        {
            problems.add("--authorization-config takes the place of --authorization-mode and --authorization-webhook-*: give one or the other");
        }
        warnings.push("--authorization-config: only system:masters pass until it is read".to_owned());
        Vec::new()
    } else {
        named(given, problems, warnings)
    };
    Access { anonymous: anonymous(given, &modes, warnings), modes }
}

fn named(given: &Given, problems: &mut Problems, warnings: &mut Vec<String>) -> Vec<AuthorizationMode> {
    if !given.has("authorization-mode") {
        return vec![AuthorizationMode::AlwaysAllow];
    }
    let mut modes = Vec::new();
    for name in given.list("authorization-mode") {
        match MODES.iter().find(|(known, _)| *known == name) {
            None => {
                let known = MODES.map(|(known, _)| known).join(", ");
                problems.add(format!("--authorization-mode {name:?} is not a valid mode; there are {known}"));
            }
            Some((_, mode)) if modes.contains(mode) => {
                problems.add(format!("--authorization-mode has {name} more than once"));
            }
            Some((_, mode)) => modes.push(*mode),
        }
        if !matches!(name.as_str(), "AlwaysAllow" | "AlwaysDeny") {
            warnings.push(format!(
                "--authorization-mode={name}: only system:masters pass through it until it comes"
            ));
        }
    }
    if modes.is_empty() && problems.0.is_empty() {
        problems.add("--authorization-mode must name at least one mode");
    }
    file_goes_with(
        given,
        "authorization-policy-file",
        "ABAC",
        modes.contains(&AuthorizationMode::Abac),
        problems,
    );
    let webhook = modes.contains(&AuthorizationMode::Webhook);
    file_goes_with(given, "authorization-webhook-config-file", "Webhook", webhook, problems);
    modes
}

/// A mode that needs a file has one, and a file has its mode.
fn file_goes_with(given: &Given, flag: &str, mode: &str, listed: bool, problems: &mut Problems) {
    match (listed, given.path(flag).is_some()) {
        (true, false) => problems.add(format!("--authorization-mode={mode} needs --{flag}")),
        (false, true) => problems.add(format!("--{flag} needs --authorization-mode={mode}")),
        _ => {}
    }
}

fn anonymous(given: &Given, modes: &[AuthorizationMode], warnings: &mut Vec<String>) -> bool {
    if !given.bool("anonymous-auth") {
        return false;
    }
    if modes.contains(&AuthorizationMode::AlwaysAllow) {
        warnings.push(
            "--anonymous-auth is off: everybody would be allowed everything while --authorization-mode has AlwaysAllow"
                .to_owned(),
        );
        return false;
    }
    if given.path("authentication-config").is_some() {
        // The file may switch anonymous requests off or narrow them down.
        warnings.push("--anonymous-auth is off until --authentication-config is read".to_owned());
        return false;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::AuthorizationMode::*;
    use super::*;

    fn access(words: &[&str]) -> Result<Access, Vec<String>> {
        let (mut problems, mut warnings) = (Problems::default(), Vec::new());
        let access = read(&Given::from_words(words).unwrap(), &mut problems, &mut warnings);
        if problems.0.is_empty() { Ok(access) } else { Err(problems.0) }
    }

    #[test]
    fn never_weaker_than_asked() {
        let cases: [(&[&str], &[AuthorizationMode], bool); 7] = [
            (&[], &[AlwaysAllow], false),
            (&["--anonymous-auth=true"], &[AlwaysAllow], false),
            (&["--authorization-mode=Node,RBAC"], &[Node, Rbac], true),
            (&["--authorization-mode=RBAC", "--anonymous-auth=false"], &[Rbac], false),
            (&["--authorization-mode=AlwaysDeny"], &[AlwaysDeny], true),
            (&["--authorization-config=a.yaml"], &[], true),
            (&["--authorization-mode=RBAC", "--authentication-config=a.yaml"], &[Rbac], false),
        ];
        for (words, modes, anonymous) in cases {
            assert_eq!(access(words), Ok(Access { modes: modes.to_vec(), anonymous }), "{words:?}");
        }
    }

    #[test]
    fn modes_that_make_no_sense() {
        let cases: [(&[&str], &str); 6] = [
            (
                &["--authorization-mode=Rbac"],
                "--authorization-mode \"Rbac\" is not a valid mode; there are AlwaysAllow, AlwaysDeny, ABAC, Node, RBAC, Webhook",
            ),
            (&["--authorization-mode=RBAC,RBAC"], "--authorization-mode has RBAC more than once"),
            (&["--authorization-mode="], "--authorization-mode must name at least one mode"),
            (&["--authorization-mode=ABAC"], "--authorization-mode=ABAC needs --authorization-policy-file"),
            (
                &["--authorization-mode=RBAC", "--authorization-webhook-config-file=a"],
                "--authorization-webhook-config-file needs --authorization-mode=Webhook",
            ),
            (
                &["--authorization-mode=RBAC", "--authorization-config=a"],
                "--authorization-config takes the place of --authorization-mode and --authorization-webhook-*: give one or the other",
            ),
        ];
        cases.iter().for_each(|(words, problem)| assert_eq!(access(words), Err(vec![(*problem).to_owned()])));
    }
}
