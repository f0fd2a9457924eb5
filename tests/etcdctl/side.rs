//! Two members that nobody has written to: one of etcd, one of pintle. Each is a cluster of its own.

use pintle_tests::program::{self, Ended, Following};
use pintle_tests::{Folder, pintle};
use std::ffi::OsString;
use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a member may take until it answers.
const HEALTHY_MAX: Duration = Duration::from_secs(60);
/// How long a command may take.
const COMMAND_MAX: Duration = Duration::from_secs(60);

/// A member, and etcdctl pointed at it. It is killed with this value.
pub(crate) struct Side {
    pub(crate) name: &'static str,
    pub(crate) client: String,
    pub(crate) peer: String,
    pub(crate) folder: Folder,
    /// Flags of etcdctl that every command gets.
    flags: Vec<String>,
    member: Child,
}

impl Side {
    /// A member of etcd.
    pub(crate) async fn etcd() -> Side {
        let binary = std::env::var_os("PINTLE_TEST_ETCD").filter(|name| !name.is_empty());
        let mut command = Command::new(binary.unwrap_or_else(|| "etcd".into()));
        command.env("ETCD_UNSUPPORTED_ARCH", std::env::consts::ARCH).args(["--logger", "zap"]);
        Side::start("etcd", command, &[]).await
    }

    /// A member of pintle.
    pub(crate) async fn pintle() -> Side {
        Side::pintle_with("http", &[], &[]).await
    }

    /// The same, with flags of the server and of etcdctl; `scheme` is that of its clients' address.
    pub(crate) async fn pintle_with(scheme: &str, flags: &[&str], etcdctl: &[&str]) -> Side {
        let mut command = Command::new(pintle());
        command.args(["storage", "--disk-reserve-bytes", "0", "-v", "4"]).args(flags);
        Side::start_on(scheme, "pintle", command, etcdctl).await
    }

    async fn start(name: &'static str, command: Command, etcdctl: &[&str]) -> Side {
        Side::start_on("http", name, command, etcdctl).await
    }

    async fn start_on(scheme: &str, name: &'static str, mut command: Command, etcdctl: &[&str]) -> Side {
        let folder = Folder::new();
        let (client, peer) = (format!("{scheme}://{}", address()), format!("http://{}", address()));
        let log = File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
        command.current_dir(folder.path()).args(["--name", "one", "--data-dir", "data"]);
        command.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
        command.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        command.args(["--initial-cluster", &format!("one={peer}")]);
        command.args(["--heartbeat-interval", "50", "--election-timeout", "500"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let member = command.spawn().unwrap();
        let flags = etcdctl.iter().map(|flag| (*flag).to_owned()).collect();
        let side = Side { name, client, peer, folder, flags, member };
        side.healthy().await;
        side
    }

    /// A file of its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs etcdctl with what it is given on its input.
    pub(crate) async fn etcdctl(&self, words: &[&str], input: &str) -> Ended {
        program::run(self.command(words), input, COMMAND_MAX).await
    }

    /// Runs etcdctl, which goes on.
    pub(crate) fn following(&self, words: &[&str]) -> Following {
        Following::start(self.command(words))
    }

    pub(crate) fn command(&self, words: &[&str]) -> tokio::process::Command {
        self.command_at(&self.client, words)
    }

    /// etcdctl for an endpoint of this member.
    pub(crate) fn command_at(&self, endpoint: &str, words: &[&str]) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(etcdctl());
        command.env("ETCDCTL_API", "3").args(["--endpoints", endpoint]).args(&self.flags).args(words);
        command
    }

    async fn healthy(&self) {
        let deadline = Instant::now() + HEALTHY_MAX;
        loop {
            let ended = self.etcdctl(&["member", "list"], "").await;
            // A member is named, and reached by clients, once it has told so.
            if ended.code == Some(0) && ended.stdout.contains(&self.client) {
                return;
            }
            assert!(Instant::now() < deadline, "{ended:#?}");
            sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // It may be dead already, which is what is wanted.
        let _ = self.member.kill();
        let _ = self.member.wait();
        if std::thread::panicking() {
            println!("{}:\n{}", self.name, std::fs::read_to_string(self.path("log")).unwrap_or_default());
        }
    }
}

/// Whether there is an etcdctl; says so aloud when not.
pub(crate) async fn has_etcdctl() -> bool {
    let output =
        tokio::process::Command::new(etcdctl()).env("ETCDCTL_API", "3").arg("version").output().await;
    let here = output.is_ok_and(|output| output.status.success());
    if !here {
        println!("SKIPPED: no etcdctl in $ETCDCTL or the path");
    }
    here
}

fn etcdctl() -> OsString {
    std::env::var_os("ETCDCTL").filter(|program| !program.is_empty()).unwrap_or_else(|| "etcdctl".into())
}

/// A free one of the loopback interface.
fn address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}
