//! A running `pintle apiserver` with the flags of the test: a free port, a certificate of its own, one token.

use crate::binary;
use crate::folder::Folder;
use crate::http::{Connection, Protocol, Reply, request};
use crate::program;
use crate::tls::dial;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long until it listens, and for anything that it is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// The administrator's token as a header, and the file that says so.
pub const TOKEN: &str = "Bearer a-token-for-tests";
const TOKENS: &str = "a-token-for-tests,admin,1,system:masters\n";
/// The line of the log that says where it listens.
const LISTENING: &str = "listening address=";

/// A server; ends with this value.
#[derive(Debug)]
pub struct Apiserver {
    child: Child,
    folder: Folder,
    address: SocketAddr,
}

impl Apiserver {
    /// Starts one with these flags besides its own and waits until it listens. It may not be ready.
    pub fn start(flags: &[&str]) -> Apiserver {
        let folder = Folder::new();
        let mut command = command(&folder, flags);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let stderr = child.stderr.take().unwrap();
        let (listens, heard) = sync_channel(1);
        // Ends with the server, which keeps its standard error open.
        std::thread::spawn(move || keep(stderr, log, &listens));
        let mut server = Apiserver { child, folder, address: ([127, 0, 0, 1], 0).into() };
        server.address = heard.recv_timeout(PATIENCE).expect("the server listens in time");
        server
    }

    /// Runs one with these flags that is expected to end by itself.
    pub async fn run(flags: &[&str]) -> program::Ended {
        let folder = Folder::new();
        program::run(command(&folder, flags).into(), "", PATIENCE).await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens a connection to it.
    pub async fn connect(&self, protocol: Protocol) -> Connection {
        let certificate = self.folder.path().join("apiserver.crt");
        let tls = dial(self.address, &certificate, None, &[protocol.name()]).await.unwrap();
        Connection::over(tls, protocol).await.unwrap()
    }

    /// GET as the administrator, on a connection of its own.
    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "").await
    }

    /// POST of a JSON text as the administrator, on a connection of its own.
    pub async fn post(&self, path: &str, body: impl Into<bytes::Bytes>) -> Reply {
        self.send("POST", path, body).await
    }

    async fn send(&self, method: &str, path: &str, body: impl Into<bytes::Bytes>) -> Reply {
        let headers = [("authorization", TOKEN), ("content-type", "application/json")];
        self.connect(Protocol::H2).await.send(request(method, path, &headers, body)).await.unwrap()
    }

    /// Waits until a health path answers with this status, and gives the answer.
    pub async fn until(&self, path: &str, status: u16) -> Reply {
        let begun = Instant::now();
        loop {
            let reply = self.get(path).await;
            if reply.status == status {
                return reply;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{path} is not {status} in time: {}\n{}",
                reply.text(),
                self.log()
            );
            sleep(LOOK).await;
        }
    }

    /// Ends it without a word.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop and waits until it has, in order.
    pub async fn stop(mut self) {
        let asked = std::process::Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let wait = move || {
            let status = self.child.wait().unwrap();
            assert!(status.success(), "the end is orderly:\n{}", self.log());
        };
        tokio::task::spawn_blocking(wait).await.unwrap();
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

impl Drop for Apiserver {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the server's log:\n{}", self.log());
        }
        // It may be dead already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &Folder, flags: &[&str]) -> std::process::Command {
    let tokens = folder.write("tokens.csv", TOKENS);
    let mut command = std::process::Command::new(binary::pintle());
    command.args([
        "apiserver",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
        "--authorization-mode=RBAC",
        "--v=4",
    ]);
    command.arg("--advertise-address=127.0.0.1").arg(format!("--cert-dir={}", folder.path().display()));
    command.arg(format!("--token-auth-file={}", tokens.display())).args(flags);
    command
}

/// Keeps what the server says, and tells where it listens.
fn keep(stderr: ChildStderr, mut log: File, listens: &SyncSender<SocketAddr>) {
    for line in BufReader::new(stderr).lines() {
        let Ok(line) = line else { return };
        let _ = writeln!(log, "{line}");
        if let Some((_, address)) = line.split_once(LISTENING) {
            let _ = listens.try_send(address.trim().parse().unwrap());
        }
    }
}
