//! A running `pintle dev`: started on a free port, stopped by a signal or killed, its log kept when the test fails.

use crate::binary;
use crate::folder::Folder;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

/// How long a start may take.
const READY_MAX: Duration = Duration::from_secs(60);

/// A server; ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    folder: Arc<Folder>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts one in an empty folder and waits until it says that it is ready.
    pub fn start() -> Server {
        Server::start_in(Arc::new(Folder::new()))
    }

    /// The same in a folder that another may have left.
    pub fn start_in(folder: Arc<Folder>) -> Server {
        let mut command = Command::new(binary::pintle());
        command.args(["dev", "--port=0", "--data-dir"]).arg(folder.path());
        let log = File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (ready, heard) = sync_channel(1);
        // Ends with the server, which keeps its standard output open.
        std::thread::spawn(move || first_line(stdout, &ready));
        let mut server = Server { child, folder, address: ([127, 0, 0, 1], 0).into() };
        let line = heard.recv_timeout(READY_MAX).expect("the server gets ready in time");
        assert_eq!(line, format!("export KUBECONFIG={}", server.kubeconfig().display()));
        server.address = address(&std::fs::read_to_string(server.kubeconfig()).unwrap());
        server
    }

    /// What kubectl and its siblings read.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("kubeconfig")
    }

    /// A file of its keys and certificates.
    pub fn pki(&self, name: &str) -> PathBuf {
        self.folder.path().join("pki").join(name)
    }

    /// Ends it as a power failure would, as far as the process goes: it is told nothing. What stays is its folder.
    pub fn kill(mut self) -> Arc<Folder> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        Arc::clone(&self.folder)
    }

    /// Whether it is still there.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Its resident memory in KiB, where the system tells.
    pub fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Asks it to stop and waits until it has. Connections to it go on meanwhile: they must agree to their end.
    pub async fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let wait = move || {
            let status = self.child.wait().unwrap();
            assert!(status.success(), "the end is orderly:\n{}", self.log());
        };
        tokio::task::spawn_blocking(wait).await.unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the server's log:\n{}", self.log());
        }
        // Nothing is left to be saved: what a test started ends at once.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_line(stdout: ChildStdout, ready: &SyncSender<String>) {
    let mut lines = BufReader::new(stdout);
    let mut line = String::new();
    if lines.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
        let _ = ready.try_send(line.trim_end().to_owned());
    }
    let _ = lines.read_to_string(&mut line);
}

fn address(kubeconfig: &str) -> SocketAddr {
    let server = kubeconfig.lines().find_map(|line| line.trim().strip_prefix("server: https://")).unwrap();
    server.parse().unwrap()
}
