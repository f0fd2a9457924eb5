//! Namespaces for the whole run: its own network, mounts and processes. The kernel takes all of it back when the
//! run ends, however it ends, so that nothing is ever left over.

use super::tool::{exists, run};
use crate::failure::Failure;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Says that this process is the one inside.
const INSIDE: &str = "PINTLE_CHAOS_INSIDE";
/// Programs without which there are no namespaces.
const TOOLS: [&str; 5] = ["unshare", "nsenter", "ip", "tc", "mount"];
/// What is unshared. Whoever kills the parent kills everybody inside.
const UNSHARE: [&str; 7] = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];

/// Whether this process is inside of its own namespaces.
pub(crate) fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Why there can be no namespaces here; `None` when there can.
pub(crate) fn obstacle() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("only root can make network namespaces and mounts".to_owned());
    }
    if let Some(missing) = TOOLS.iter().find(|tool| !exists(tool)) {
        return Some(format!("there is no program `{missing}`"));
    }
    let mut words = UNSHARE.to_vec();
    words.push("true");
    run(&words).err().map(|failure| failure.to_string())
}

/// Goes on as the same program inside of new namespaces; returns only when that can't be.
pub(crate) fn enter() -> Failure {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error.into(),
    };
    let error = Command::new(UNSHARE[0])
        .args(&UNSHARE[1..])
        .arg(program)
        .args(std::env::args_os().skip(1))
        .env(INSIDE, "1")
        .exec();
    error.into()
}
