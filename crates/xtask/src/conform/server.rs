//! The server under test: a fresh one for each area, started by the recordings' own script.

use super::Bench;
use super::areas::Area;
use crate::failure::Failure;
use crate::program;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a start may take.
const READY_MAX: Duration = Duration::from_secs(60);
/// What the log says once everything is answered.
const READY_WORDS: &str = "serving address=";

/// A running server; ends with this value.
pub(super) struct Server {
    child: Child,
    log: Option<JoinHandle<()>>,
    /// Where it listens.
    pub(super) port: u16,
}

impl Server {
    /// Starts one and waits until it answers everything.
    ///
    /// # Errors
    /// When it ends at once or takes too long; its log says why.
    pub(super) fn start(bench: &Bench, area: &Area) -> Result<Server, Failure> {
        let port = free_port()?;
        let pki = bench.folder.join("pki");
        let mut command = Command::new(bench.shared.join("serve.sh"));
        command.arg(&bench.pintle).arg(&pki).arg(port.to_string());
        if area.is_audit() {
            command.args(audit_flags(&bench.shared, &pki)?);
        }
        let log = bench.folder.join(format!("{}.log", area.name()));
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| program::failure(&command, error))?;
        let stderr = child.stderr.take().ok_or_else(|| program::failure(&command, "has no log"))?;
        let (ready, heard) = sync_channel(1);
        let copied = log.clone();
        let file = File::create(&log).map_err(|error| Failure::file(&log, error))?;
        let copier = std::thread::spawn(move || copy(stderr, file, &ready));
        let server = Server { child, log: Some(copier), port };
        heard.recv_timeout(READY_MAX).map_err(|_| Failure::file(&copied, last_words(&copied)))?;
        Ok(server)
    }

    /// Stops it, in order.
    ///
    /// # Errors
    /// When it ended by itself before, or in disorder.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        let early = self.child.try_wait().ok().flatten();
        program::run(Command::new("kill").arg(self.child.id().to_string()))?;
        let status = self.child.wait().map_err(|error| Failure::Found(format!("the server: {error}")))?;
        match early {
            None if status.success() => Ok(()),
            _ => Err(Failure::Found(format!("the server ended with {status}"))),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(log) = self.log.take() {
            let _ = log.join();
        }
    }
}

/// Any port that nobody has now. Another program could take it in between; the server then says so.
pub(super) fn free_port() -> Result<u16, Failure> {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    Ok(taken.map_err(|error| Failure::Found(format!("no free port: {error}")))?.port())
}

/// Copies the log line by line, and tells when the ready line came. Ends with the server.
fn copy(log: impl Read, mut file: File, ready: &SyncSender<()>) {
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        if line.contains(READY_WORDS) {
            let _ = ready.try_send(());
        }
        if writeln!(file, "{line}").is_err() {
            return;
        }
    }
}

fn last_words(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let last: Vec<_> = text.lines().rev().take(5).collect();
    format!("the server did not get ready:\n{}", last.into_iter().rev().collect::<Vec<_>>().join("\n"))
}

fn audit_flags(shared: &Path, pki: &PathBuf) -> Result<Vec<String>, Failure> {
    let mut command = Command::new("python3");
    let output = program::output(command.arg(shared.join("audit-setup.py")).arg(pki))?;
    Ok(String::from_utf8_lossy(&output.stdout).split_whitespace().map(str::to_owned).collect())
}
