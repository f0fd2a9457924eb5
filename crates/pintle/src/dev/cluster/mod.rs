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
use table::{Row, Table, quoted};
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
    let setup = Setup { order, folder, credentials, home, plan, storage };
    frontend::block_on(async {
        let mut signals =
            Signals::new().map_err(|source| Failure::System { what: "can't wait for signals", source })?;
        let mut tiers = Tiers::default();
        let outcome = tokio::select! {
            outcome = setup.live(&mut tiers) => outcome,
            () = signals.next() => Ok(()),
        };
        tiers.stop(&mut signals).await;
        outcome
    })
}

/// What a cluster is started with.
struct Setup<'a> {
    order: &'a DevOrder,
    folder: &'a Folder,
    credentials: &'a Credentials,
    home: PathBuf,
    plan: Plan,
    storage: StorageCredentials,
}

impl Setup<'_> {
    /// Starts everything and says what happens, for ever.
    ///
    /// # Errors
    /// What kept it from starting.
    async fn live(&self, tiers: &mut Tiers) -> Result<(), Failure> {
        let nodes = recipes::storage(&self.home, &self.plan, &self.storage, self.order.v)?;
        let apiservers =
            recipes::apiservers(self.order, &self.home, &self.plan, self.credentials, &self.storage)?;
        let (first, all) = (nodes.len(), nodes.len() + apiservers.len());
        let (events, heard) = mpsc::channel(EVENTS);
        let mut terminal = Terminal {
            logs: nodes.iter().chain(&apiservers).map(|recipe| recipe.log.clone()).collect(),
            table: Table { rows: self.rows(&nodes, &apiservers) },
            heard,
        };
        wait_for_the_last(&self.home, &self.plan, self.order.port).await?;
        eprintln!("starting the storage nodes");
        tiers.storage.start(nodes, 0, &events);
        terminal.until_all_serve(0..first).await?;
        eprintln!("starting the API servers");
        tiers.frontends.start(apiservers, first, &events);
        terminal.until_all_serve(first..all).await?;
        let kubeconfig = self.write_kubeconfig()?;
        print!("{}", terminal.table.greeting(&kubeconfig, &self.home, &self.control()));
        terminal.tell().await;
        Ok(())
    }

    fn rows(&self, nodes: &[Recipe], apiservers: &[Recipe]) -> Vec<Row> {
        let node = |(recipe, node): (&Recipe, &plan::NodePorts)| Row {
            name: recipe.name.clone(),
            pid: 0,
            address: format!("https://127.0.0.1:{}", node.client),
            folder: Some(self.home.join(&recipe.name)),
        };
        let apiserver = |(recipe, port): (&Recipe, &u16)| Row {
            name: recipe.name.clone(),
            pid: 0,
            address: format!("https://{}", self.address(*port)),
            folder: None,
        };
        let nodes = nodes.iter().zip(&self.plan.nodes).map(node);
        nodes.chain(apiservers.iter().zip(&self.plan.apiservers).map(apiserver)).collect()
    }

    /// Where this machine reaches an API server.
    fn address(&self, port: u16) -> SocketAddr {
        SocketAddr::new(reachable(self.order.bind_address), port)
    }

    fn write_kubeconfig(&self) -> Result<PathBuf, Failure> {
        let ports = self.plan.apiservers.iter().enumerate();
        let servers: Vec<_> =
            ports.map(|(at, port)| (recipes::apiserver_name(at), self.address(*port))).collect();
        let path = self.folder.kubeconfig();
        kubeconfig::write(&path, &servers, self.credentials)?;
        Ok(path)
    }

    /// The flags that let `pintle ctl` in.
    fn control(&self) -> String {
        let path = |path: &Path| quoted(&path.display().to_string());
        format!(
            "--endpoints={} --cacert={} --cert={} --key={}",
            recipes::endpoints(&self.plan),
            path(&self.storage.authority),
            path(&self.storage.client.certificate),
            path(&self.storage.client.key),
        )
    }
}

/// All processes.
#[derive(Default)]
struct Tiers {
    storage: Group,
    frontends: Group,
}

impl Tiers {
    /// Ends them in order; at once when another signal comes.
    async fn stop(&mut self, signals: &mut Signals) {
        eprintln!("stopping the API servers, then the storage nodes; a second signal ends all at once");
        let in_order = async {
            // Requests that are still being answered need storage.
            self.frontends.stop().await;
            self.storage.stop().await;
        };
        tokio::select! {
            () = in_order => return,
            () = signals.next() => {}
        }
        self.frontends.keeping.shutdown().await;
        self.storage.keeping.shutdown().await;
    }
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
    logs: Vec<PathBuf>,
    table: Table,
    heard: mpsc::Receiver<(usize, Event)>,
}

impl Terminal {
    /// Returns when each of these has said that it serves.
    ///
    /// # Errors
    /// When one of them ends before: what is wrong now is wrong the next time, too.
    async fn until_all_serve(&mut self, these: std::ops::Range<usize>) -> Result<(), Failure> {
        let mut waiting: Vec<usize> = these.collect();
        while !waiting.is_empty() {
            let Some((place, event)) = self.heard.recv().await else { return Ok(()) };
            match event {
                // Not to standard output, whose first line is for a shell.
                event if !waiting.contains(&place) => eprintln!("{}", self.line(place, event)),
                Event::Started(pid) => self.table.rows[place].pid = pid,
                Event::Serves(after) => {
                    waiting.retain(|waiting| *waiting != place);
                    eprintln!("  {} serves after {}", self.table.rows[place].name, seconds(after));
                }
                Event::Ended { how, .. } => {
                    let (name, log) = (self.table.rows[place].name.clone(), self.logs[place].clone());
                    let said = last_words(&log);
                    return Err(Failure::Process { name, how, said, log });
                }
            }
        }
        Ok(())
    }

    /// Says what happens, for ever.
    async fn tell(&mut self) {
        while let Some((place, event)) = self.heard.recv().await {
            println!("{}", self.line(place, event));
        }
    }

    /// What has happened to a process that has served before, as a line.
    fn line(&mut self, place: usize, event: Event) -> String {
        let row = &mut self.table.rows[place];
        let name = &row.name;
        match event {
            Event::Started(pid) => {
                row.pid = pid;
                format!("{name} is started again, with PID {pid}")
            }
            Event::Serves(after) => format!("{name} serves again, {} after it ended", seconds(after)),
            Event::Ended { how, again } => {
                let (pid, again) = (row.pid, seconds(again));
                format!("{name} (PID {pid}) has ended: {how}; it is started again in {again}")
            }
        }
    }
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
