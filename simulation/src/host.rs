//! A machine with a node on it: it starts, is ended at once, loses power, and keeps a clock of its own.

use crate::chance::Chance;
use crate::network::{Address, From, Net, Up, url};
use crate::place::Disk;
use parking_lot::Mutex;
use pintle_raftstore::log;
use pintle_raftstore::machine;
use pintle_raftstore::node::{Bounds, Node, Options, StartError};
use pintle_raftstore::raft::Settings;
use pintle_storage::Limits;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};

/// Members at the beginning: the first machines.
pub(crate) const MEMBERS: usize = 3;
/// How long elections take: shorter than in production, so that more of them fit into a run.
pub(crate) const SETTINGS: Settings =
    Settings { heartbeat: Duration::from_millis(50), election: Duration::from_millis(300) };

thread_local! {
    /// The time of the simulation, for ids that have not been before.
    static SINCE_EPOCH: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Lets nodes see this time.
pub(crate) fn set_time(micros: u64) {
    SINCE_EPOCH.set(Duration::from_secs(1_700_000_000) + Duration::from_micros(micros));
}

/// A machine.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) address: Address,
    pub(crate) disk: Disk,
    /// How fast its clock goes, in thousandths.
    pub(crate) pace: u64,
    /// Who is there, as a new node is told: addresses. It was added to a cluster that exists if that is said.
    pub(crate) flags: Flags,
    pub(crate) running: Option<Running>,
    /// How often it was started.
    pub(crate) starts: u64,
    behind: u64,
}

/// With which flags a node starts.
#[derive(Clone, Debug)]
pub(crate) struct Flags {
    pub(crate) members: Vec<Address>,
    pub(crate) existing: bool,
}

/// A process.
#[derive(Debug)]
pub(crate) struct Running {
    runtime: Runtime,
    pub(crate) node: Option<Node>,
    said: Arc<Mutex<Said>>,
    pub(crate) since: u64,
}

/// What a process said.
#[derive(Debug, Default)]
struct Said {
    started: Option<Result<Node, StartError>>,
    failed: Option<String>,
}

/// How a process stands.
#[derive(Debug)]
pub(crate) enum News {
    None,
    Started,
    /// It does not start.
    Refused(StartError),
    /// It ended by itself.
    Ended(String),
}

impl Host {
    pub(crate) fn new(address: Address, pace: u64, flags: Flags) -> Host {
        Host { address, disk: Disk::default(), pace, flags, running: None, starts: 0, behind: 0 }
    }

    pub(crate) fn node(&self) -> Option<&Node> {
        self.running.as_ref()?.node.as_ref()
    }

    /// Starts a process.
    pub(crate) fn start(&mut self, net: &Net, seed: u64) {
        net.note(format_args!("{} starts", self.address));
        let runtime = clock(seed);
        let said = Arc::new(Mutex::new(Said::default()));
        let (tell, place, options) = (Arc::clone(&said), Arc::new(self.disk.clone()), self.options());
        let way = From { net: net.clone(), address: self.address };
        let name = options.name.clone();
        runtime.spawn(async move {
            let started = Node::start_at(place, options, &way).await;
            let node = started.as_ref().ok().cloned();
            tell.lock().started = Some(started);
            if let Some(node) = node {
                let announced = node.clone();
                Handle::current().spawn(async move { announce(&announced, &name).await });
                tell.lock().failed = Some(node.failure().await);
            }
        });
        self.starts += 1;
        self.running = Some(Running { runtime, node: None, said, since: net.now() });
    }

    /// Lets it work for a time of the world, in microseconds.
    pub(crate) fn work(&mut self, time: u64) {
        let Some(running) = &self.running else { return };
        // Timers tick in whole milliseconds.
        let owed = self.behind + time * self.pace;
        self.behind = owed % 1_000_000;
        let millis = owed / 1_000_000;
        if millis > 0 {
            running.runtime.block_on(async { tokio::time::sleep(Duration::from_millis(millis)).await });
        }
    }

    /// What there is to know of its process.
    pub(crate) fn news(&mut self, net: &Net) -> News {
        let Some(running) = &mut self.running else { return News::None };
        let Said { started, failed } = std::mem::take(&mut *running.said.lock());
        if let Some(failed) = failed {
            return News::Ended(failed);
        }
        match started {
            None => News::None,
            Some(Err(error)) => News::Refused(error),
            Some(Ok(node)) => {
                net.join(self.address, Up { node: node.clone(), runtime: running.runtime.handle().clone() });
                running.node = Some(node);
                News::Started
            }
        }
    }

    /// Ends the process, wherever it is. With `power`, what was not synced may be lost.
    pub(crate) fn crash(&mut self, net: &Net, power: Option<&mut Chance>) {
        net.leave(self.address);
        self.disk = match power {
            Some(chance) => self.disk.after_power_loss(chance),
            None => self.disk.after_exit(),
        };
        // What it still writes while it is taken down goes to the disk that nobody looks at any more.
        self.running = None;
    }

    fn options(&self) -> Options {
        let member = |address: &Address| (address.to_string(), vec![url(*address)]);
        Options {
            folder: PathBuf::new(),
            name: self.address.to_string(),
            members: self.flags.members.iter().map(member).collect::<BTreeMap<_, _>>(),
            existing: self.flags.existing,
            token: "simulation".to_owned(),
            settings: SETTINGS,
            limits: Limits::default(),
            bounds: Bounds {
                machine: machine::Bounds {
                    recent_bytes: 6000,
                    unwritten_bytes: 20_000,
                    cached_bytes: 8000,
                    write_after: Duration::from_millis(100),
                    write_bytes: 1500,
                },
                log: log::Options {
                    segment_bytes: 8000,
                    cached_bytes: 4000,
                    batch_bytes: 20_000,
                    queue: 1024,
                },
                cache_bytes: 0,
                log_bytes: Some(24_000),
                reserve_bytes: 1,
                compare_every: Some(Duration::from_secs(10)),
            },
            since_epoch: || SINCE_EPOCH.get(),
        }
    }
}

/// A runtime on this thread, in whose time only this thread moves. Its own chance, in which order it wakes who waits for
/// the same, is the seed's where the build lets it be: see [`is_repeatable`].
pub(crate) fn clock(seed: u64) -> Runtime {
    let mut builder = Builder::new_current_thread();
    #[cfg(tokio_unstable)]
    builder.rng_seed(tokio::runtime::RngSeed::from_bytes(&seed.to_le_bytes()));
    #[cfg(not(tokio_unstable))]
    let _ = seed;
    let runtime = builder.enable_time().start_paused(true).build();
    runtime.expect("a runtime without sockets and threads takes nothing that could be missing")
}

/// Whether a seed goes the same way every time: only tokio's unstable interface lets its chance be decided, for which
/// everything has to be built (`.cargo/config.toml`).
pub const fn is_repeatable() -> bool {
    cfg!(tokio_unstable)
}

/// Tells the others where clients reach it, as a server does once it serves.
async fn announce(node: &Node, name: &str) {
    let urls = vec![format!("http://node-{name}:2379")];
    while node.announce(name, urls.clone()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
