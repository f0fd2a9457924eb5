//! `cargo verify`: what CI checks, in one command that writes nothing into the work tree.
//!
//! ```text
//! format > lint > catalog > build > tests > conform > simulate > chaos        the first failure ends it
//! ```

use crate::Outcome;
use crate::catalog;
use crate::conform;
use crate::program::{self, cargo, exists};
use crate::stages::Stages;
use std::path::Path;

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
    stages.run("lint", "mend what clippy names; an `expect` needs a reason", || {
        let words = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        program::run(&mut cargo(&words))
    })?;
    stages.run("catalog", "run `cargo catalog` and commit what it writes", || {
        catalog::run(Path::new("../shared/kubernetes"), true)
    })?;
    stages.run("build", "run `cargo build`", program::build_server)?;
    stages.run("tests", "run the failed test alone: `cargo test -p PACKAGE NAME`", || tests(order))?;
    stages.run("conform", "run `cargo conform AREA` for the area it names", || {
        conform::run(&conform::Order::everything())
    })?;
    // Short ones, of other seeds each time; they name their seeds. Long ones are run by hand.
    stages.run("simulate", "run the command that it printed for the seed", || {
        program::run(&mut cargo(&["simulate", "--minutes", "1"]))
    })?;
    stages.run("chaos", "run `cargo chaos --seed SEED` with the seed that it printed", || {
        program::run(&mut cargo(&["chaos", "--minutes", "0.4"]))
    })
}

/// With nextest where it is installed: it reports better and runs the packages' tests side by side. Examples in
/// documentation are beyond it.
fn tests(order: &Order) -> Outcome {
    if order.plain_tests || !exists("cargo-nextest", "--version") {
        return program::run(&mut cargo(&["test", "--workspace"]));
    }
    program::run(&mut cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]))?;
    program::run(&mut cargo(&["test", "--workspace", "--doc", "--quiet"]))
}
