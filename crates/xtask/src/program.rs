//! Other programs: cargo, openssl, python3. Run to their end, with what they say on the terminal or kept.

use crate::Outcome;
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The cargo that started this command.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words);
    command
}

/// Builds everything there is, its tests too, with clippy as the compiler: what is looked at is built, once. A warning of
/// clippy is an error.
pub(crate) fn build_all() -> Outcome {
    run(linting(&mut cargo(&["build", "--quiet", "--workspace", "--all-targets"])))
}

/// Has this cargo compile the workspace with clippy, as `cargo clippy` does, so that it finds what [`build_all`] built.
pub(crate) fn linting(cargo: &mut Command) -> &mut Command {
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__")
}

/// Builds the server under test.
///
/// # Errors
/// When cargo says no.
pub(crate) fn build_server() -> Outcome {
    run(&mut cargo(&["build", "--quiet", "--package", "pintle"]))
}

/// Where it lies: cargo put this command beside it.
///
/// # Errors
/// When the system can't tell where this command is.
pub(crate) fn server() -> Result<PathBuf, Failure> {
    built("pintle")
}

/// A program of this workspace that is built: cargo put it beside this command.
///
/// # Errors
/// When the system can't tell where this command is.
pub(crate) fn built(name: &str) -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::file(Path::new("cargo xtask"), error))?;
    Ok(own.with_file_name(name))
}

/// Runs it; what it says goes to the terminal.
///
/// # Errors
/// When it can't be started, or ends with another status than 0.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.stdin(Stdio::null()).status().map_err(|error| failure(command, error))?;
    if status.success() { Ok(()) } else { Err(failure(command, format!("ended with {status}"))) }
}

/// Runs it and keeps what it says, whatever its status.
///
/// # Errors
/// When it can't be started.
pub(crate) fn output(command: &mut Command) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).output().map_err(|error| failure(command, error))
}

/// Whether there is such a program: it is asked for its version.
pub(crate) fn exists(program: &str, question: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(question).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// About this command line.
pub(crate) fn failure(command: &Command, reason: impl ToString) -> Failure {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    Failure::Program { program: words.join(" "), reason: reason.to_string() }
}
