//! Members as processes, each with its folder and its ports on the loopback interface.

use crate::failure::Failure;
use pintle_storage::Storage;
use pintle_storage::etcd::{Etcd, Options};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// How long a cluster may take to be well again once nobody hurts it.
const HEAL_MAX: Duration = Duration::from_secs(60);

/// A cluster of processes.
#[derive(Debug)]
pub(crate) struct Cluster {
    binary: PathBuf,
    folder: PathBuf,
    is_ours: bool,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    client_port: u16,
    peer_port: u16,
    process: Option<Child>,
}

impl Cluster {
    /// Starts a new cluster, and waits until it answers.
    pub(crate) async fn start(
        count: usize,
        binary: Option<&Path>,
        folder: Option<&Path>,
    ) -> Result<Cluster, Failure> {
        let binary = binary.map_or_else(beside, |binary| Ok(binary.to_owned()))?;
        if !binary.is_file() {
            return Err(Failure::NoBinary(binary));
        }
        let ours = || std::env::temp_dir().join(format!("pintle-chaos-{}", std::process::id()));
        let is_ours = folder.is_none();
        let folder = folder.map_or_else(ours, Path::to_owned);
        std::fs::create_dir_all(&folder)?;
        let mut members = Vec::new();
        for ports in free_ports(2 * count)?.chunks(2) {
            members.push(Member { client_port: ports[0], peer_port: ports[1], process: None });
        }
        let mut cluster = Cluster { binary, folder, is_ours, members };
        for place in 0..count {
            cluster.run(place)?;
        }
        cluster.heal().await?;
        Ok(cluster)
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// A client that knows all members.
    pub(crate) fn client(&self) -> Result<Arc<Etcd>, Failure> {
        let urls = self.members.iter().map(|member| format!("http://127.0.0.1:{}", member.client_port));
        Ok(Arc::new(Etcd::new(Options::new(urls))?))
    }

    /// A client that knows one member.
    pub(crate) fn client_of(&self, place: usize) -> Result<Arc<Etcd>, Failure> {
        let url = format!("http://127.0.0.1:{}", self.members[place].client_port);
        Ok(Arc::new(Etcd::new(Options::new([url]))?))
    }

    pub(crate) fn is_running(&self, place: usize) -> bool {
        self.members[place].process.is_some()
    }

    /// Starts a member that does not run.
    pub(crate) fn run(&mut self, place: usize) -> Result<(), Failure> {
        let name = |place: usize| format!("m{place}");
        let peers: Vec<String> = self
            .members
            .iter()
            .enumerate()
            .map(|(place, member)| format!("{}=http://127.0.0.1:{}", name(place), member.peer_port))
            .collect();
        let member = &mut self.members[place];
        let client = format!("http://127.0.0.1:{}", member.client_port);
        let peer = format!("http://127.0.0.1:{}", member.peer_port);
        let log =
            File::options().create(true).append(true).open(self.folder.join(format!("m{place}.log")))?;
        let child = Command::new(&self.binary)
            .args(["storage", "--name", &name(place)])
            .arg("--data-dir")
            .arg(self.folder.join(name(place)))
            .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
            .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
            .args(["--initial-cluster", &peers.join(","), "--initial-cluster-token", "chaos"])
            .args(["--disk-reserve-bytes", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        member.process = Some(child);
        Ok(())
    }

    /// Ends a member at once, wherever it is.
    pub(crate) async fn kill(&mut self, place: usize) -> Result<(), Failure> {
        if let Some(mut process) = self.members[place].process.take() {
            process.kill().await?;
        }
        Ok(())
    }

    /// Holds a member still, or lets it go on.
    pub(crate) fn hold(&self, place: usize, still: bool) -> Result<(), Failure> {
        let process = self.members[place].process.as_ref().and_then(Child::id);
        let pid = process.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let signal = if still { Signal::STOP } else { Signal::CONT };
            kill_process(pid, signal).map_err(std::io::Error::from)?;
        }
        Ok(())
    }

    /// Members that ended without having been told to; the place of each.
    pub(crate) fn fallen(&mut self) -> Vec<usize> {
        let has_ended = |member: &mut Member| {
            member.process.as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(Some(_))))
        };
        self.members
            .iter_mut()
            .enumerate()
            .filter_map(|(place, member)| has_ended(member).then_some(place))
            .collect()
    }

    /// Lets everybody run, and waits until all of them answer.
    pub(crate) async fn heal(&mut self) -> Result<(), Failure> {
        for place in 0..self.len() {
            if self.is_running(place) {
                self.hold(place, false)?;
            } else {
                self.run(place)?;
            }
        }
        let deadline = Instant::now() + HEAL_MAX;
        for place in 0..self.len() {
            let client = self.client_of(place)?;
            while client.revision().await.is_err() {
                if Instant::now() > deadline {
                    let what = format!("member m{place} does not answer within {} s", HEAL_MAX.as_secs());
                    return Err(Failure::Unwell { what, folder: self.folder.clone() });
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(())
    }

    /// Ends all members; their files are kept when something is to be found out from them.
    pub(crate) async fn stop(mut self, remove: bool) {
        for place in 0..self.len() {
            // They are ended with this process in any case.
            let _ = self.kill(place).await;
        }
        if remove && self.is_ours {
            let _ = std::fs::remove_dir_all(&self.folder);
        } else {
            println!("the members' logs and files are in {}", self.folder.display());
        }
    }
}

/// The program that was built beside this one.
fn beside() -> Result<PathBuf, Failure> {
    Ok(std::env::current_exe()?.with_file_name("pintle"))
}

/// Ports that nobody has now.
fn free_ports(count: usize) -> Result<Vec<u16>, Failure> {
    let held: Result<Vec<_>, _> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    let ports: Result<Vec<u16>, _> =
        held?.iter().map(|held| held.local_addr().map(|address| address.port())).collect();
    Ok(ports?)
}
