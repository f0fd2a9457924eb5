//! Developer commands, in Rust like the rest: `cargo xtask --help`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

mod catalog;
mod failure;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::path::PathBuf;
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
}

fn main() -> ExitCode {
    let outcome = match Command::parse().task {
        Task::Catalog { facts, check } => catalog::run(&facts, check),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// What every command may end with.
type Outcome = Result<(), Failure>;
