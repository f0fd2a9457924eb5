//! `cargo verify`: what CI checks, in one command that writes nothing into the work tree.
//!
//! ```text
//! format > lint and build > catalog > tests > conform > simulate > chaos        the first failure ends it
//! ```

use crate::Outcome;
use crate::catalog;
use crate::conform;
use crate::program::{self, cargo, exists, linting};
use crate::stages::Stages;
use std::path::Path;
use std::process::Command;

/// What to leave to others.
#[derive(clap::Args, Default)]
pub(crate) struct Order {
    /// Test with `cargo test --workspace`, even where cargo-nextest is installed.
    #[arg(long)]
    plain_tests: bool,
}

/// Runs every stage, then says how long each took.
///
/// # Errors
/// The first stage that fails.
pub(crate) fn run(order: &Order) -> Outcome {
    let mut stages = Stages::default();
    let outcome = verify(order, &mut stages);
    print!("\n{}", stages.table());
    outcome
}

fn verify(order: &Order, stages: &mut Stages) -> Outcome {
    stages
        .run("format", "run `cargo fmt --all`", || program::run(&mut cargo(&["fmt", "--all", "--check"])))?;
    // Builds everything, too: the tests, and the programs of the stages behind them.
    stages.run("lint", "mend what clippy names; an `expect` needs a reason", program::build_all)?;
    stages.run("catalog", "run `cargo catalog` and commit what it writes", || {
        catalog::run(Path::new("../shared/kubernetes"), true)
    })?;
    stages.run("tests", "run the failed test alone: `cargo test -p PACKAGE NAME`", || tests(order))?;
    stages.run("conform", "run `cargo conform AREA` for the area it names", || {
        conform::replay_built(&conform::Order::everything())
    })?;
    // Short ones, of other seeds each time; they name their seeds. Long ones are run by hand.
    stages.run("simulate", "run the command that it printed for the seed", || {
        program::run(Command::new(program::built("pintle-simulation")?).args([
            "--minutes",
            "1.5",
            "--threads",
            "2",
        ]))
    })?;
    stages.run("chaos", "run `cargo chaos --seed SEED` with the seed that it printed", || {
        program::run(Command::new(program::built("pintle-chaos")?).args(["--minutes", "0.4"]))
    })
}

/// With nextest where it is installed: it reports better and runs the packages' tests side by side. Examples in
/// documentation are beyond it.
fn tests(order: &Order) -> Outcome {
    if order.plain_tests || !exists("cargo-nextest", "--version") {
        return program::run(linting(&mut cargo(&["test", "--workspace"])));
    }
    program::run(linting(&mut cargo(&["nextest", "run", "--workspace", "--no-fail-fast"])))?;
    program::run(linting(&mut cargo(&["test", "--workspace", "--doc", "--quiet"])))
}
