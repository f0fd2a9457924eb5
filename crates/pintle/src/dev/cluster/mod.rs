//! `pintle dev --nodes 3 --apiservers 2`: a cluster of processes on one machine, for who wants to see what happens when one
//! of them is killed.
//!
//! ```text
//! plan (ports, remembered) --recipes--> keep: one task for each process --events--> run: the terminal
//! ```
//! One that ends by accident is started again after a few seconds. All of them end with this process, however it ends.

mod plan;
mod process;
mod recipes;
mod table;

use super::folder::Folder;
use super::{DevOrder, kubeconfig, reachable};
use crate::clock;
use crate::dev::credentials::Credentials;
use crate::failure::Failure;
use crate::frontend;
use crate::stop::Signals;
use plan::{Asked, Plan};
use process::{Event, Recipe, keep, last_words};
use recipes::StorageCredentials;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use table::{Row, Table};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Events that wait for the terminal.
const EVENTS: usize = 64;
/// How long the processes of a `pintle dev` that was killed may take to end.
const LEFT_MAX: Duration = Duration::from_secs(30);
/// How often they are looked for.
const LOOK: Duration = Duration::from_millis(100);

/// Starts everything, keeps it running until told to stop, and ends it in order.
///
/// # Errors
/// What kept it from starting.
pub(super) fn run(
    order: &DevOrder,
    folder: &Folder,
    credentials: &Credentials,
    (nodes, apiservers): (usize, usize),
) -> Result<(), Failure> {
    let home = folder.cluster();
    let plan = Plan::of(&home, Asked { nodes, apiservers, port: order.port })?;
    let storage = StorageCredentials::of(&folder.pki().join("storage"), clock::now())?;
    let first = recipes::storage(&home, &plan, &storage, order.v)?;
    let then = recipes::apiservers(order, &home, &plan, credentials, &storage)?;
    frontend::block_on(async {
        let mut signals =
            Signals::new().map_err(|source| Failure::System { what: "can't wait for signals", source })?;
        let (events, heard) = mpsc::channel(EVENTS);
        let rows = rows(order, &home, &plan, &first, &then);
        let names: Vec<_> = first.iter().chain(&then).map(|recipe| recipe.name.clone()).collect();
        let logs: Vec<_> = first.iter().chain(&then).map(|recipe| recipe.log.clone()).collect();
        let mut terminal = Terminal { names, logs, table: Table { rows }, heard };
        let (mut storage_tier, mut frontends) = (Group::default(), Group::default());
        let living = async {
            let unused = wait_for_the_last(&home, &plan, order.port);
            unused.await?;
            eprintln!("starting {} storage nodes", first.len());
            storage_tier.start(first, 0, &events);
            terminal.until_all_serve(0..nodes).await?;
            eprintln!("starting {} API servers", then.len());
            frontends.start(then, nodes, &events);
            terminal.until_all_serve(nodes..nodes + apiservers).await?;
            let address = |port| SocketAddr::new(reachable(order.bind_address), port);
            let servers: Vec<_> = (plan.apiservers.iter().enumerate())
                .map(|(at, port)| (recipes::apiserver_name(at), address(*port)))
                .collect();
            kubeconfig::write(&folder.kubeconfig(), &servers, credentials)?;
            print!("{}", terminal.table.greeting(&folder.kubeconfig(), &home, &control(&plan, &storage)));
            terminal.tell().await
        };
        let outcome = tokio::select! {
            outcome = living => outcome,
            () = signals.next() => Ok(()),
        };
        drop(terminal);
        let stopping = async {
            eprintln!("stopping the API servers, then the storage nodes; a second signal ends all at once");
            // Requests that are still being answered need storage.
            frontends.stop().await;
            storage_tier.stop().await;
        };
        tokio::select! {
            () = stopping => return outcome,
            () = signals.next() => {}
        }
        frontends.keeping.shutdown().await;
        storage_tier.keeping.shutdown().await;
        outcome
    })
}

/// Processes that are started and stopped together.
#[derive(Default)]
struct Group {
    stop: CancellationToken,
    keeping: JoinSet<()>,
}

impl Group {
    /// Starts them; the first has the number `from`.
    fn start(&mut self, recipes: Vec<Recipe>, from: usize, events: &mpsc::Sender<(usize, Event)>) {
        for (at, recipe) in recipes.into_iter().enumerate() {
            self.keeping.spawn(keep(recipe, from + at, events.clone(), self.stop.clone()));
        }
    }

    /// Ends them in order, all at a time.
    async fn stop(&mut self) {
        self.stop.cancel();
        while self.keeping.join_next().await.is_some() {}
    }
}

/// What is said about the processes.
struct Terminal {
    names: Vec<String>,
    logs: Vec<PathBuf>,
    table: Table,
    heard: mpsc::Receiver<(usize, Event)>,
}

impl Terminal {
    /// Returns when each of them has said that it serves.
    ///
    /// # Errors
    /// When one of them ends: what is wrong now is wrong the next time, too.
    async fn until_all_serve(&mut self, mut waiting: std::ops::Range<usize>) -> Result<(), Failure> {
        let mut left: Vec<usize> = waiting.by_ref().collect();
        while !left.is_empty() {
            let Some((place, event)) = self.heard.recv().await else { return Ok(()) };
            match event {
                Event::Started(pid) => self.table.rows[place].pid = pid,
                Event::Serves(after) => {
                    left.retain(|waiting| *waiting != place);
                    eprintln!("  {} serves after {}", self.names[place], seconds(after));
                }
                Event::Ended { how, .. } => {
                    let (name, log) = (self.names[place].clone(), self.logs[place].clone());
                    let said = last_words(&log);
                    return Err(Failure::Process { name, how, said, log });
                }
            }
        }
        Ok(())
    }

    /// Says what happens, for ever.
    async fn tell(&mut self) -> Result<(), Failure> {
        while let Some((place, event)) = self.heard.recv().await {
            let (name, row) = (&self.names[place], &mut self.table.rows[place]);
            match event {
                Event::Started(pid) => {
                    row.pid = pid;
                    println!("{name} is started again, with PID {pid}");
                }
                Event::Serves(after) => println!("{name} serves again, {} after it ended", seconds(after)),
                Event::Ended { how, again } => {
                    println!(
                        "{name} (PID {}) has ended: {how}; it is started again in {}",
                        row.pid,
                        seconds(again)
                    );
                }
            }
        }
        Ok(())
    }
}

fn rows(order: &DevOrder, home: &Path, plan: &Plan, storage: &[Recipe], apiservers: &[Recipe]) -> Vec<Row> {
    let node = |(recipe, node): (&Recipe, &plan::NodePorts)| Row {
        name: recipe.name.clone(),
        pid: 0,
        address: format!("https://127.0.0.1:{}", node.client),
        folder: Some(home.join(&recipe.name)),
    };
    let apiserver = |(recipe, port): (&Recipe, &u16)| Row {
        name: recipe.name.clone(),
        pid: 0,
        address: format!("https://{}", SocketAddr::new(reachable(order.bind_address), *port)),
        folder: None,
    };
    let nodes = storage.iter().zip(&plan.nodes).map(node);
    nodes.chain(apiservers.iter().zip(&plan.apiservers).map(apiserver)).collect()
}

/// The flags that let `pintle ctl` in.
fn control(plan: &Plan, storage: &StorageCredentials) -> String {
    format!(
        "--endpoints={} --cacert={} --cert={} --key={}",
        recipes::endpoints(plan),
        table::quoted(&storage.authority.display().to_string()),
        table::quoted(&storage.client.certificate.display().to_string()),
        table::quoted(&storage.client.key.display().to_string()),
    )
}

/// Returns when nobody has the ports and folders any more: who was killed leaves children that are about to end.
///
/// # Errors
/// When somebody goes on having one.
async fn wait_for_the_last(home: &Path, plan: &Plan, port: u16) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut said = false;
    loop {
        let folders = (0..plan.nodes.len()).map(|at| home.join(recipes::node_name(at)));
        let taken = plan.ports().find(|port| !plan::is_free(*port));
        let held = folders.into_iter().find(|folder| is_held(folder));
        let (taken, held) = match (taken, held) {
            (None, None) => return Ok(()),
            found => found,
        };
        // A port that was chosen by hand is another's most likely.
        let patience = if held.is_none() && !has_run(home) { Duration::ZERO } else { LEFT_MAX };
        if begun.elapsed() >= patience {
            return Err(match (taken, held) {
                (Some(taken), _) => in_use(plan, taken, port),
                (None, folder) => Failure::InUse(folder.unwrap_or_else(|| home.to_owned())),
            });
        }
        if !std::mem::replace(&mut said, true) {
            eprintln!("waiting for the processes of an earlier start to end");
        }
        sleep(LOOK).await;
    }
}

fn in_use(plan: &Plan, taken: u16, port: u16) -> Failure {
    let address = SocketAddr::from(([127, 0, 0, 1], taken));
    let error = std::io::Error::from(std::io::ErrorKind::AddrInUse);
    if port != 0 && plan.apiservers.contains(&taken) {
        return Failure::listen(address, &error, "--port");
    }
    Failure::Listen {
        address,
        reason: error.to_string(),
        help: "the cluster in this folder needs that port: end who has it, or choose another folder with --data-dir"
            .to_owned(),
    }
}

/// Whether a member was started in this cluster before.
fn has_run(home: &Path) -> bool {
    home.join(recipes::node_name(0)).exists()
}

/// Whether somebody works in a member's folder.
fn is_held(folder: &Path) -> bool {
    File::open(folder.join("lock")).is_ok_and(|lock| lock.try_lock().is_err())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
