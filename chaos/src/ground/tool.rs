//! Programs of the system that do what this one can't.

use crate::failure::Failure;
use std::process::{Command, Stdio};

/// Runs a program to its end.
///
/// # Errors
/// [`Failure::Tool`] with what it said.
pub(crate) fn run(words: &[&str]) -> Result<String, Failure> {
    let failed = |why: String| Failure::Tool { command: words.join(" "), why };
    let (program, arguments) = words.split_first().ok_or_else(|| failed("there is no program".to_owned()))?;
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(if said.is_empty() { output.status.to_string() } else { said }))
}

/// Whether a program is there.
pub(crate) fn exists(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .any(|folder| folder.join(program).is_file())
}
