//! Developer commands, in Rust like the rest: `cargo xtask --help`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

mod catalog;
mod conform;
mod failure;
mod program;
mod stages;
mod verify;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Developer commands of Pintle.
#[derive(Parser)]
#[command(name = "cargo xtask", arg_required_else_help = true)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Makes the facts of the built-in kinds from the published API's tables.
    Catalog {
        /// Folder that holds the tables (go-fields.tsv and its siblings).
        #[arg(long, default_value = "../shared/kubernetes")]
        facts: PathBuf,
        /// Write nothing; fail when what would be written differs from what is there.
        #[arg(long)]
        check: bool,
    },
    /// Holds recorded conversations with kube-apiserver against a fresh server.
    Conform(conform::Order),
    /// Everything that CI checks, in the order of how soon it fails; writes nothing.
    Verify(verify::Order),
}

fn main() -> ExitCode {
    let outcome = at_the_top().and_then(|()| match Command::parse().task {
        Task::Catalog { facts, check } => catalog::run(&facts, check),
        Task::Conform(order) => conform::run(&order),
        Task::Verify(order) => verify::run(&order),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Paths in these commands are meant from the top of the repository, wherever they are called.
fn at_the_top() -> Outcome {
    let top = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    std::env::set_current_dir(top).map_err(|error| Failure::file(top, error))
}

/// What every command may end with.
type Outcome = Result<(), Failure>;
