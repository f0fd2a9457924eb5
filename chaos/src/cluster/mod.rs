//! Members as processes, each with its folder, its disk and its place in the network.

mod admin;
mod member;

pub(crate) use admin::Admin;
pub(crate) use member::{Member, RESERVE_BYTES};

use crate::failure::Failure;
use crate::ground::{Disk, Ground};
use pintle_storage::Storage;
use pintle_storage::etcd::{Etcd, Options};
use rustix::process::Signal;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::time::Instant;

/// How long a cluster may take to be well again once nobody hurts it.
pub(crate) const HEAL_MAX: Duration = Duration::from_secs(90);
/// How long to wait before it is asked again whether it is.
const PAUSE: Duration = Duration::from_millis(100);

/// A cluster of processes.
#[derive(Debug)]
pub(crate) struct Cluster {
    binary: PathBuf,
    /// Where members' logs are, and their files when something is to be found out from them.
    folder: PathBuf,
    is_ours: bool,
    pub(crate) ground: Ground,
    pub(crate) members: Vec<Member>,
}

impl Cluster {
    /// Starts a new cluster of `count` members, and waits until it answers. `why_not` says why there are no namespaces.
    pub(crate) async fn start(
        count: usize,
        binary: Option<&Path>,
        folder: Option<&Path>,
        why_not: Option<String>,
    ) -> Result<Cluster, Failure> {
        let binary = binary.map_or_else(beside, |binary| Ok(binary.to_owned()))?;
        if !binary.is_file() {
            return Err(Failure::NoBinary(binary));
        }
        // Process ids are not unique among namespaces, the moment of the start nearly is.
        let ours = || std::env::temp_dir().join(format!("pintle-chaos-{:08x}", rand::random::<u32>()));
        let is_ours = folder.is_none();
        let folder = folder.map_or_else(ours, Path::to_owned);
        std::fs::create_dir_all(&folder)?;
        let ground = Ground::prepare(count, &folder, why_not)?;
        let ports =
            if ground.network.can_cut() { [2379, 2380].repeat(count) } else { free_ports(2 * count)? };
        let member = |(place, ports): (usize, &[u16])| Member {
            name: format!("m{place}"),
            address: ground.network.address(place),
            client_port: ports[0],
            peer_port: ports[1],
            disk: ground.disks[place].path(),
            folders: 0,
            added: false,
            log: folder.join(format!("m{place}.log")),
            enter: ground.network.enter(place),
            lives: Arc::new(AtomicU64::new(0)),
            process: None,
        };
        let members = ports.chunks(2).enumerate().map(member).collect();
        let mut cluster = Cluster { binary, folder, is_ours, ground, members };
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
        Ok(Arc::new(Etcd::new(Options::new(self.members.iter().map(Member::client_url)))?))
    }

    /// A client that knows one member.
    pub(crate) fn client_of(&self, place: usize) -> Result<Arc<Etcd>, Failure> {
        Ok(Arc::new(Etcd::new(Options::new([self.members[place].client_url()]))?))
    }

    /// Who asks what operators ask.
    pub(crate) fn admin(&self) -> Admin {
        Admin {
            client_urls: self.members.iter().map(Member::client_url).collect(),
            peer_urls: self.members.iter().map(Member::peer_url).collect(),
            folder: self.folder.clone(),
        }
    }

    pub(crate) fn is_running(&self, place: usize) -> bool {
        self.members[place].process.is_some()
    }

    /// Starts a member, unless it runs.
    pub(crate) fn run(&mut self, place: usize) -> Result<(), Failure> {
        if self.is_running(place) {
            return Ok(());
        }
        let name = |member: &Member| format!("{}={}", member.name, member.peer_url());
        let members: Vec<String> = self.members.iter().map(name).collect();
        self.members[place].run(&self.binary, &members.join(","))
    }

    /// Ends a member at once, wherever it is.
    pub(crate) async fn kill(&mut self, place: usize) -> Result<(), Failure> {
        self.members[place].kill().await
    }

    /// Holds a member still, or lets it go on.
    pub(crate) fn hold(&self, place: usize, still: bool) -> Result<(), Failure> {
        self.members[place].signal(if still { Signal::STOP } else { Signal::CONT })
    }

    /// Waits until a member has ended by itself, no longer than `patience`. Answers whether it has.
    pub(crate) async fn await_end(&mut self, place: usize, patience: Duration) -> Result<bool, Failure> {
        let deadline = Instant::now() + patience;
        while !self.members[place].has_fallen() {
            if Instant::now() > deadline {
                return Ok(false);
            }
            tokio::time::sleep(PAUSE / 2).await;
        }
        self.kill(place).await?;
        Ok(true)
    }

    /// Gives a member that does not run an empty folder; the old one is removed.
    pub(crate) fn lose_folder(&mut self, place: usize) -> Result<(), Failure> {
        let member = &mut self.members[place];
        std::fs::remove_dir_all(member.folder())?;
        member.folders += 1;
        Ok(())
    }

    /// Replaces a member that does not run by a new one at the same place.
    pub(crate) async fn replace(&mut self, place: usize) -> Result<(), Failure> {
        let admin = self.admin();
        admin.remove(place).await?;
        self.lose_folder(place)?;
        admin.add(place).await?;
        self.members[place].added = true;
        self.run(place)
    }

    /// Lets everybody run and hear the others, and waits until all of them answer.
    pub(crate) async fn heal(&mut self) -> Result<(), Failure> {
        self.ground.network.mend()?;
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
            while let Err(error) = client.revision().await {
                if self.members[place].has_fallen() {
                    let words = self.members[place].last_words();
                    return Err(self.unwell(format!("m{place} ended while it was to get well:\n{words}")));
                }
                if Instant::now() > deadline {
                    let within = HEAL_MAX.as_secs();
                    return Err(self.unwell(format!("m{place} does not answer within {within} s: {error}")));
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    pub(crate) fn unwell(&self, what: String) -> Failure {
        Failure::Unwell { what, folder: self.folder.clone() }
    }

    /// Ends all members; their files are kept when something is to be found out from them.
    pub(crate) async fn stop(mut self, is_good: bool) {
        for place in 0..self.len() {
            // They are ended with this process in any case.
            let _ = self.kill(place).await;
        }
        if is_good && self.is_ours {
            let removed = self.ground.disks.iter().try_for_each(Disk::remove);
            if let Err(failure) = removed.and_then(|()| Ok(std::fs::remove_dir_all(&self.folder)?)) {
                println!("{} is left: {failure}", self.folder.display());
            }
            return;
        }
        self.keep_files();
        println!("the members' logs and files are in {}", self.folder.display());
    }

    /// Copies what is on disks that end with this process.
    fn keep_files(&self) {
        let disks = self.members.iter().zip(&self.ground.disks);
        for (member, _) in disks.filter(|(_, disk)| disk.is_device()) {
            let copy = self.folder.join(format!("files-of-{}", member.name));
            let words = ["cp", "-a", "--sparse=always"].map(str::to_owned);
            let paths = [&member.disk, &copy].map(|path| path.display().to_string());
            let words: Vec<&str> = words.iter().chain(&paths).map(String::as_str).collect();
            if let Err(failure) = crate::ground::tool::run(&words) {
                println!("the files of {} are not kept: {failure}", member.name);
            }
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
