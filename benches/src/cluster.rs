//! Servers of one kind as processes, on folders of the same disk and ports of the loopback interface.

use crate::failure::Failure;
use crate::usage::{self, Memory};
use pintle_wire::etcdserverpb::RangeRequest;
use pintle_wire::etcdserverpb::kv_client::KvClient;
use rustix::process::{Pid, Signal, kill_process};
use std::fmt;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::Instant;
use tonic::transport::{Channel, Endpoint};

/// How long servers may take to answer after they were started.
const START_MAX: Duration = Duration::from_secs(300);
/// How long a server may take to end when it is told to.
const STOP_MAX: Duration = Duration::from_secs(60);
/// How often a server that starts is asked whether it answers.
const ASK_EVERY: Duration = Duration::from_millis(2);
/// What of its log a server is asked to sync, and of its state: both count as syncs.
const SYNCS: [&str; 2] =
    ["etcd_disk_wal_fsync_duration_seconds_count", "etcd_disk_backend_commit_duration_seconds_count"];

/// Whose servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Etcd,
    Pintle,
}

/// The programs to compare.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) etcd: PathBuf,
    pub(crate) pintle: PathBuf,
    /// What else pintle is started with.
    pub(crate) pintle_flags: Vec<String>,
}

/// One server, or several that replicate.
#[derive(Debug)]
pub(crate) struct Cluster {
    kind: Kind,
    programs: Programs,
    folder: PathBuf,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    client: u16,
    peer: u16,
    metrics: u16,
    process: Option<Child>,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Etcd => "etcd",
            Kind::Pintle => "pintle",
        })
    }
}

impl Cluster {
    /// Starts servers on an empty folder, and waits until all answer.
    pub(crate) async fn start(
        kind: Kind,
        programs: &Programs,
        folder: &Path,
        nodes: usize,
    ) -> Result<Cluster, Failure> {
        let folder = folder.join(kind.to_string());
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let members = free_ports(3 * nodes)?;
        let members = members.chunks(3).map(|ports| Member {
            client: ports[0],
            peer: ports[1],
            metrics: ports[2],
            process: None,
        });
        let members = members.collect();
        let mut cluster = Cluster { kind, programs: programs.clone(), folder, members };
        cluster.run().await?;
        Ok(cluster)
    }

    /// Starts what does not run, and waits until every member answers a linearizable read. Returns how long that took.
    pub(crate) async fn run(&mut self) -> Result<Duration, Failure> {
        let begun = Instant::now();
        for place in 0..self.members.len() {
            if self.members[place].process.is_none() {
                let child = self.command(place)?.spawn()?;
                self.members[place].process = Some(child);
            }
        }
        for member in &self.members {
            while !answers(member.client).await {
                if begun.elapsed() > START_MAX {
                    let text = format!("{} does not answer; see {}", self.kind, self.folder.display());
                    return Err(Failure::Server(text));
                }
                tokio::time::sleep(ASK_EVERY).await;
            }
        }
        Ok(begun.elapsed())
    }

    fn command(&self, place: usize) -> Result<Command, Failure> {
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let cluster: Vec<String> = self
            .members
            .iter()
            .enumerate()
            .map(|(place, member)| format!("m{place}={}", url(member.peer)))
            .collect();
        let member = &self.members[place];
        let mut command = match self.kind {
            Kind::Etcd => {
                let mut command = Command::new(&self.programs.etcd);
                command.args(["--logger", "zap", "--log-level", "error"]);
                command.args(["--quota-backend-bytes", &(8u64 << 30).to_string()]);
                command
            }
            Kind::Pintle => {
                let mut command = Command::new(&self.programs.pintle);
                command.arg("storage").args(&self.programs.pintle_flags);
                command
            }
        };
        let log = self.folder.join(format!("m{place}.log"));
        command
            .args(["--name", &format!("m{place}")])
            .arg("--data-dir")
            .arg(self.folder.join(format!("m{place}")))
            .args(["--listen-client-urls", &url(member.client)])
            .args(["--advertise-client-urls", &url(member.client)])
            .args(["--listen-peer-urls", &url(member.peer)])
            .args(["--initial-advertise-peer-urls", &url(member.peer)])
            .args(["--listen-metrics-urls", &url(member.metrics)])
            .args(["--initial-cluster", &cluster.join(",")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::options().create(true).append(true).open(log)?)
            .kill_on_drop(true);
        Ok(command)
    }

    /// Connections, spread over the members.
    pub(crate) async fn connect(&self, connections: usize) -> Result<Vec<Channel>, Failure> {
        let mut channels = Vec::with_capacity(connections);
        for member in self.members.iter().cycle().take(connections) {
            channels.push(endpoint(member.client)?.connect().await?);
        }
        Ok(channels)
    }

    /// Time on processors of all members.
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        self.processes().map(usage::cpu).sum()
    }

    /// Memory of all members.
    pub(crate) fn memory(&self) -> Result<Memory, Failure> {
        let mut sum = Memory::default();
        for process in self.processes() {
            let memory = usage::memory(process)?;
            sum.resident += memory.resident;
            sum.peak += memory.peak;
        }
        Ok(sum)
    }

    /// Bytes on disk of all members.
    pub(crate) fn disk(&self) -> u64 {
        usage::disk(&self.folder)
    }

    /// Syncs so far, of all members, as they count them.
    pub(crate) async fn syncs(&self) -> Result<u64, Failure> {
        let mut sum = 0;
        for member in &self.members {
            let metrics = metrics(member.metrics).await?;
            let counts = metrics.lines().filter_map(|line| line.split_once(' '));
            let counts = counts.filter(|(name, _)| SYNCS.contains(name));
            sum += counts.filter_map(|(_, count)| count.parse::<u64>().ok()).sum::<u64>();
        }
        Ok(sum)
    }

    fn processes(&self) -> impl Iterator<Item = u32> {
        self.members.iter().filter_map(|member| member.process.as_ref()?.id())
    }

    /// Ends the servers: in order, or as a power cut would.
    pub(crate) async fn end(&mut self, in_order: bool) -> Result<(), Failure> {
        for process in self.processes() {
            let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
            if let Some(pid) = pid {
                let signal = if in_order { Signal::TERM } else { Signal::KILL };
                kill_process(pid, signal).map_err(std::io::Error::from)?;
            }
        }
        for member in &mut self.members {
            if let Some(mut process) = member.process.take()
                && tokio::time::timeout(STOP_MAX, process.wait()).await.is_err()
            {
                process.kill().await?;
            }
        }
        Ok(())
    }

    /// Ends the servers and removes their files.
    pub(crate) async fn remove(mut self) -> Result<(), Failure> {
        self.end(false).await?;
        Ok(std::fs::remove_dir_all(&self.folder)?)
    }
}

/// As etcd's own client sets it up: windows that never hold a large answer up.
fn endpoint(port: u16) -> Result<Endpoint, Failure> {
    let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?;
    Ok(endpoint
        .initial_stream_window_size(8 << 20)
        .initial_connection_window_size(32 << 20)
        .tcp_nodelay(true))
}

async fn answers(port: u16) -> bool {
    let asking = async {
        let channel = endpoint(port)?.connect().await?;
        let request = RangeRequest { key: "0".into(), ..RangeRequest::default() };
        Ok::<_, Failure>(KvClient::new(channel).range(request).await?)
    };
    matches!(tokio::time::timeout(Duration::from_secs(10), asking).await, Ok(Ok(_)))
}

async fn metrics(port: u16) -> Result<String, Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

/// Ports that nobody has now.
fn free_ports(count: usize) -> Result<Vec<u16>, Failure> {
    let held: Result<Vec<_>, _> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    let ports: Result<Vec<u16>, _> =
        held?.iter().map(|held| held.local_addr().map(|address| address.port())).collect();
    Ok(ports?)
}
