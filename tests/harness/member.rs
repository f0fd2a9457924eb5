//! Members of a storage tier as processes, and commands about them.

use crate::binary::pintle;
use crate::folder::Folder;
use crate::program::{self, Ended};
use pintle_storage::etcd::{Etcd, Options};
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long one command may take.
const COMMAND_MAX: Duration = Duration::from_secs(120);
/// How long a member may take to be healthy.
const HEALTHY_MAX: Duration = Duration::from_secs(120);

/// Where members of a cluster are reached.
#[derive(Clone, Debug)]
pub struct Plan {
    /// For each other.
    pub peers: Vec<String>,
    /// For clients, in the same order.
    pub clients: Vec<String>,
    token: String,
}

/// A member; it is killed with this value.
#[derive(Debug)]
pub struct Member {
    child: Child,
    log: PathBuf,
}

impl Plan {
    /// Of `count` members with ids made of `token`.
    pub fn new(count: usize, token: &str) -> Plan {
        let (peers, clients) = (addresses(count), addresses(count));
        Plan { peers, clients, token: token.to_owned() }
    }

    /// Of the member at this place.
    pub fn name(place: usize) -> String {
        format!("member-{place}")
    }

    /// What `--initial-cluster` says.
    pub fn initial_cluster(&self) -> String {
        let members = self.peers.iter().enumerate();
        members.map(|(place, url)| format!("{}={url}", Plan::name(place))).collect::<Vec<_>>().join(",")
    }

    /// What the ids of its members are made of.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Starts the member at `place` on `folder`.
    pub fn start(&self, place: usize, folder: &Path) -> Member {
        self.start_with(place, folder, &["--initial-cluster", &self.initial_cluster()])
    }

    /// The same, with these flags about the cluster.
    pub fn start_with(&self, place: usize, folder: &Path, flags: &[&str]) -> Member {
        let log = folder.with_extension("log");
        let (peer, client) = (&self.peers[place], &self.clients[place]);
        let mut command = Command::new(pintle());
        command.args(["storage", "--name", &Plan::name(place), "--data-dir"]).arg(folder);
        command.args(["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]);
        command.args(["--listen-client-urls", client, "--advertise-client-urls", client]);
        command.args(["--initial-cluster-token", &self.token, "--disk-reserve-bytes", "0"]).args(flags);
        let stderr = File::options().create(true).append(true).open(&log).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
        Member { child, log }
    }

    /// `pintle ctl` with all endpoints, and the words of a line; a word may not hold a blank.
    pub async fn ctl(&self, line: &str) -> Ended {
        let words: Vec<&str> = line.split_whitespace().collect();
        ctl(&[&["--endpoints", &self.clients.join(",")], &words[..]].concat()).await
    }

    /// Waits until all members can answer, and have told the others how clients reach them.
    pub async fn healthy(&self) {
        let deadline = Instant::now() + HEALTHY_MAX;
        loop {
            let (health, members) = (self.ctl("endpoint health").await, self.ctl("member list").await);
            let told = self.clients.iter().all(|url| members.stdout.contains(url));
            if health.code == Some(0) && told {
                return;
            }
            assert!(Instant::now() < deadline, "{health:#?} {members:#?}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// A client of all members.
    pub fn storage(&self) -> Etcd {
        Etcd::new(Options::new(self.clients.clone())).unwrap()
    }
}

/// One member on a folder, healthy.
pub async fn one(folder: &Folder) -> (Plan, Member) {
    let plan = Plan::new(1, "first");
    let member = plan.start(0, &folder.path().join("first"));
    plan.healthy().await;
    (plan, member)
}

/// `pintle ctl` with these words.
pub async fn ctl(words: &[&str]) -> Ended {
    let mut command = tokio::process::Command::new(pintle());
    command.arg("ctl").args(words);
    program::run(command, "", COMMAND_MAX).await
}

/// It did what it was told; what it printed.
#[track_caller]
pub fn good(ended: Ended) -> String {
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    ended.stdout
}

/// It failed, and said this.
#[track_caller]
pub fn fails(ended: &Ended, part: &str) {
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(ended.stderr.contains(part), "no {part:?} in {ended:#?}");
}

impl Member {
    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let wait = move || {
            let status = self.child.wait().unwrap();
            assert!(status.success(), "the end is orderly");
        };
        tokio::task::spawn_blocking(wait).await.unwrap();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            println!("{}:\n{log}", self.log.display());
        }
    }
}

/// Free ones of the loopback interface.
fn addresses(count: usize) -> Vec<String> {
    let listeners: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| format!("http://{}", listener.local_addr().unwrap())).collect()
}
