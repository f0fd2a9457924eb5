//! What `cargo chaos` was told.

use crate::failure::Failure;
use crate::nemesis::{BLOWS, Blow};
use std::path::PathBuf;

/// After the help text.
const EXAMPLES: &str = "\
Examples:
  cargo chaos --minutes 10
  cargo chaos --seed 42 --minutes 1 --nodes 5 --clients 16
  cargo chaos --nodes 1 --only power-loss,flip-state";

/// Hurts a storage cluster while it works, and checks that it kept every promise
#[derive(Debug, clap::Parser)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Order {
    /// Where chance begins; the same seed hurts the same members in the same order
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How long to go on
    #[arg(long, default_value_t = 1.0)]
    pub(crate) minutes: f64,
    /// How many processes to kill at least, however long it takes
    #[arg(long, default_value_t = 0)]
    pub(crate) kills: usize,
    /// Members of the cluster
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=7))]
    pub(crate) nodes: u8,
    /// Clients at work
    #[arg(long, default_value_t = 8)]
    pub(crate) clients: usize,
    /// Keys they work on: few, so that they meet
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keys: u32,
    /// Blows to choose from; without it, all that are possible
    #[arg(long, value_name = "BLOWS", value_delimiter = ',', long_help = blows())]
    pub(crate) only: Vec<String>,
    /// Stay in the namespaces of this process: no partitions, no disks of their own
    #[arg(long)]
    pub(crate) plain: bool,
    /// The program of the members; without it, the one that was built beside this one
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,
    /// Where members' logs are kept; without it, a folder that is removed when all went well
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
}

impl Order {
    /// The blows to choose from; none for all.
    pub(crate) fn blows(&self) -> Result<Vec<Blow>, Failure> {
        let blow = |name: &String| {
            let found = BLOWS.iter().find(|(_, known, _)| known == name);
            found.map(|(blow, ..)| *blow).ok_or_else(|| Failure::NoBlow(name.clone()))
        };
        self.only.iter().map(blow).collect()
    }
}

fn blows() -> String {
    let names: Vec<&str> = BLOWS.iter().map(|(_, name, _)| *name).collect();
    format!("Blows to choose from; without it, all that are possible of:\n{}", names.join(", "))
}
