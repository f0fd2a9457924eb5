//! `cargo conform`: recorded conversations with kube-apiserver, held against a fresh server for each area.
//!
//! ```text
//! build the server > make keys > for each area, two at a time: start > replay > compare with the pending list
//! ```
//!
//! The conversations and their replayer live beside the project, in `../shared/conformance`. Without them there
//! is nothing to hold against, which is said aloud and is no failure.

mod areas;
mod pending;
mod replay;
mod report;
mod server;

use crate::Outcome;
use crate::failure::Failure;
use crate::program::{self, exists};
use areas::Area;
use pending::Pending;
use replay::Replayed;
use server::Server;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where the conversations are, from the top of the repository.
const RECORDINGS: &str = "../shared/conformance";
/// Areas that run at the same time.
const BESIDE: usize = 2;

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Order {
    /// Areas (`write`) or cases (`write/name-`); all that CI runs when left out.
    areas: Vec<String>,
    /// Run the pending cases too, and fail when one has become exact.
    #[arg(long)]
    all: bool,
    /// Folder that holds the conversations and their replayer.
    #[arg(long, default_value = RECORDINGS)]
    recordings: PathBuf,
}

impl Order {
    /// What CI runs.
    pub(crate) fn everything() -> Order {
        Order { areas: Vec::new(), all: true, recordings: RECORDINGS.into() }
    }
}

/// Builds the server, then [`replay_built`]s.
///
/// # Errors
/// When it can't be built; those of [`replay_built`].
pub(crate) fn run(order: &Order) -> Outcome {
    program::build_server()?;
    replay_built(order)
}

/// Runs them against the server as it is built and compares with what is pending.
///
/// # Errors
/// When a case that is not pending differs, a pending one does not, or the pending list is not sound.
pub(crate) fn replay_built(order: &Order) -> Outcome {
    let pending = Pending::read(Path::new("conformance"))?;
    let areas = areas::chosen(&order.areas)?;
    let shared = &order.recordings;
    if !shared.is_dir() {
        println!("SKIPPED: no recorded conversations at {}", shared.display());
        return Ok(());
    }
    if let Some(missing) = ["python3", "openssl"].into_iter().find(|name| !exists(name, "--help")) {
        return Err(Failure::Found(format!(
            "{missing} is missing: install it (Debian: apt-get install {missing})"
        )));
    }
    pending.check_names(shared)?;
    let bench =
        Bench { shared: shared.clone(), folder: folder()?, pintle: program::server()?, all: order.all };
    program::run(Command::new(shared.join("make-pki.sh")).arg(bench.folder.join("pki")))?;
    let replayed = bench.replay_all(&areas)?;
    let verdict = report::print(&replayed, &pending, order.all);
    match &verdict {
        Ok(()) => {
            std::fs::remove_dir_all(&bench.folder).map_err(|error| Failure::file(&bench.folder, error))?
        }
        Err(_) => println!("the servers' logs are in {}", bench.folder.display()),
    }
    verdict
}

/// What all areas share.
struct Bench {
    shared: PathBuf,
    folder: PathBuf,
    pintle: PathBuf,
    all: bool,
}

impl Bench {
    /// Side by side where ports allow it; the areas that insist on one port after the others.
    fn replay_all(&self, areas: &[Area]) -> Result<Vec<Replayed>, Failure> {
        let (alone, beside): (Vec<&Area>, Vec<&Area>) = areas.iter().partition(|area| area.alone());
        let next = AtomicUsize::new(0);
        let worker = || {
            let mut done = Vec::new();
            while let Some(area) = beside.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push(self.replay(area));
            }
            done
        };
        let mut done: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..BESIDE).map(|_| scope.spawn(worker)).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("a worker only returns")).collect()
        });
        done.extend(alone.into_iter().map(|area| self.replay(area)));
        let mut done = done.into_iter().collect::<Result<Vec<_>, _>>()?;
        done.sort_by_key(|replayed| areas.iter().position(|area| area.name() == replayed.area));
        Ok(done)
    }

    fn replay(&self, area: &Area) -> Result<Replayed, Failure> {
        let server = Server::start(self, area)?;
        let replayed = replay::run(self, area, &server);
        server.stop()?;
        replayed
    }
}

/// A folder of this process for keys and logs.
fn folder() -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir().join(format!("pintle-conform-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
    Ok(folder)
}
