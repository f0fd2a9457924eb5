//! A real etcd: one member, on a unix socket or on loopback, in a folder of its own that goes with it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pintle_storage::Storage;
use pintle_storage::etcd::{Etcd, Options};

/// Names another binary than the one on the path.
const BINARY: &str = "PINTLE_TEST_ETCD";

/// Longer than a member takes to start on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    process: Child,
    folder: PathBuf,
    endpoint: String,
}

/// The version of the etcd to test with, or why there is none.
pub(crate) fn version() -> Result<String, String> {
    let output = Command::new(binary()).arg("--version").output();
    let output = output.map_err(|error| format!("no etcd can be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.lines().find_map(|line| line.strip_prefix("etcd Version: "));
    version.map(|version| version.trim().to_owned()).ok_or_else(|| format!("etcd has no version: {text}"))
}

impl Server {
    /// Starts a member on a unix socket.
    pub(crate) fn start() -> Server {
        let folder = new_folder();
        // etcd takes no path, only a name with a port, which it makes a socket in its working folder.
        let endpoint = format!("unix://{}", folder.join("etcd:1").display());
        Server::start_in(folder, "unix://etcd:1", &endpoint, &[])
    }

    /// Starts a member by itself in a folder that is there, listening on `url`, which clients know as `endpoint`.
    pub(crate) fn start_in(folder: PathBuf, url: &str, endpoint: &str, more: &[&str]) -> Server {
        let alone = [
            "--listen-peer-urls=http://127.0.0.1:0",
            "--initial-advertise-peer-urls=http://127.0.0.1:1",
            "--initial-cluster=default=http://127.0.0.1:1",
        ];
        Server::run(folder, url, endpoint, &[&alone, more].concat())
    }

    /// Starts the members of a cluster.
    pub(crate) fn start_cluster(size: usize) -> Vec<Server> {
        let urls: Vec<_> = (0..size).map(|_| (free_url("http"), free_url("http"))).collect();
        let cluster: Vec<_> = urls.iter().enumerate().map(|(i, (peer, _))| format!("m{i}={peer}")).collect();
        let member = |(i, (peer, url)): (usize, &(String, String))| {
            let flags = [
                format!("--name=m{i}"),
                format!("--listen-peer-urls={peer}"),
                format!("--initial-advertise-peer-urls={peer}"),
                format!("--initial-cluster={}", cluster.join(",")),
            ];
            Server::run(new_folder(), url, url, &flags.each_ref().map(String::as_str))
        };
        urls.iter().enumerate().map(member).collect()
    }

    fn run(folder: PathBuf, url: &str, endpoint: &str, more: &[&str]) -> Server {
        let log = std::fs::File::create(folder.join("log")).expect("the folder can be written");
        let process = Command::new(binary())
            .current_dir(&folder)
            .args(["--data-dir", "data", "--logger", "zap"])
            .args(["--listen-client-urls", url, "--advertise-client-urls", url])
            .args(["--heartbeat-interval", "50", "--election-timeout", "500"])
            .arg(progress_flag())
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("etcd starts");
        Server { process, folder, endpoint: endpoint.to_owned() }
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            connect_timeout: PATIENCE,
            call_timeout: PATIENCE,
            ..Options::new([self.endpoint.as_str()])
        }
    }

    /// A client, when the member serves.
    pub(crate) async fn client(&self, options: Options) -> Etcd {
        let client = Etcd::new(options).expect("the options are good");
        let served = async {
            while client.revision().await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(PATIENCE, served).await.is_err() {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            panic!("etcd does not serve:\n{log}");
        }
        client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let ended = self.process.kill().and_then(|()| self.process.wait());
        let removed = std::fs::remove_dir_all(&self.folder);
        if let (Err(error), _) | (_, Err(error)) = (ended.map(|_| ()), removed) {
            crate::say(&format!("etcd in {} was not cleared away: {error}", self.folder.display()));
        }
    }
}

/// A URL with a port that was free a moment ago: etcd can't say which one it took.
pub(crate) fn free_url(scheme: &str) -> String {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    format!("{scheme}://{}", free.expect("a port is free"))
}

/// A folder that no other test uses.
pub(crate) fn new_folder() -> PathBuf {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("pintle-etcd-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
}

/// Old members can't be asked for progress, but can be told to report it often.
fn progress_flag() -> &'static str {
    match version() {
        Ok(version) if version.starts_with("3.4.") || version.starts_with("3.5.") => {
            "--experimental-watch-progress-notify-interval=100ms"
        }
        _ => "--watch-progress-notify-interval=100ms",
    }
}

fn binary() -> PathBuf {
    std::env::var_os(BINARY).map_or_else(|| Path::new("etcd").to_owned(), PathBuf::from)
}
