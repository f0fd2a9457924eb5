//! One member: a process of `pintle storage` with its folder.

use crate::failure::Failure;
use crate::ground::tool;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::process::{Child, Command};

/// Bytes that a member keeps free on its disk.
pub(crate) const RESERVE_BYTES: u64 = 24 << 20;
/// Bytes of a segment of its log: small, so that there are many.
const SEGMENT_BYTES: u64 = 256 << 10;
/// Bytes that its log may have before it writes a snapshot: few, so that it often does.
const SNAPSHOT_LOG_BYTES: u64 = 1 << 20;
/// Bytes of its log that are shown of a member that ended.
const SHOWN: usize = 1500;

/// A member, running or not.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) address: IpAddr,
    pub(crate) client_port: u16,
    pub(crate) peer_port: u16,
    /// Its folder is in here; one after the other where it loses them.
    pub(crate) disk: PathBuf,
    /// How many folders it has had.
    pub(crate) folders: usize,
    /// Whether it was added to the cluster, and is no founder.
    pub(crate) added: bool,
    /// What it writes to its standard error.
    pub(crate) log: PathBuf,
    /// The words before its command.
    pub(crate) enter: Vec<String>,
    /// Counts its starts and ends: what was answered between two equal counts came from one process.
    pub(crate) lives: Arc<AtomicU64>,
    pub(crate) process: Option<Child>,
}

impl Member {
    pub(crate) fn folder(&self) -> PathBuf {
        self.disk.join(format!("folder.{}", self.folders))
    }

    pub(crate) fn client_url(&self) -> String {
        format!("http://{}:{}", self.address, self.client_port)
    }

    pub(crate) fn peer_url(&self) -> String {
        format!("http://{}:{}", self.address, self.peer_port)
    }

    /// Starts it with the cluster's members by name.
    pub(crate) fn run(&mut self, binary: &Path, members: &str) -> Result<(), Failure> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let (client, peer) = (self.client_url(), self.peer_url());
        // A write beyond a limit on the size of files is to fail as a bad disk fails it, not to end the process.
        let words = self.enter.iter().map(String::as_str).chain(["env", "--ignore-signal=XFSZ"]);
        let words: Vec<&str> = words.collect();
        let child = Command::new(words[0])
            .args(&words[1..])
            .arg(binary)
            .args(["storage", "--name", &self.name])
            .arg("--data-dir")
            .arg(self.folder())
            .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
            .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
            .args(["--initial-cluster", members, "--initial-cluster-token", "chaos"])
            .args(["--initial-cluster-state", if self.added { "existing" } else { "new" }])
            .args(["--disk-reserve-bytes", &RESERVE_BYTES.to_string()])
            .args(["--log-segment-bytes", &SEGMENT_BYTES.to_string()])
            .args(["--snapshot-log-bytes", &SNAPSHOT_LOG_BYTES.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        self.process = Some(child);
        self.lives.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// Ends it at once, wherever it is.
    pub(crate) async fn kill(&mut self) -> Result<(), Failure> {
        if let Some(mut process) = self.process.take() {
            process.kill().await?;
            self.lives.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Whether it ended without having been told to.
    pub(crate) fn has_fallen(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(Some(_))))
    }

    pub(crate) fn signal(&self, signal: Signal) -> Result<(), Failure> {
        if let Some(pid) = self.pid().and_then(Pid::from_raw) {
            kill_process(pid, signal).map_err(std::io::Error::from)?;
        }
        Ok(())
    }

    /// Lets its writes fail that would make a file larger than this, or that lie behind it.
    pub(crate) fn limit_files(&self, bytes: u64) -> Result<(), Failure> {
        let Some(pid) = self.pid() else { return Ok(()) };
        tool::run(&["prlimit", "--pid", &pid.to_string(), &format!("--fsize={bytes}")]).map(drop)
    }

    fn pid(&self) -> Option<i32> {
        self.process.as_ref().and_then(Child::id).and_then(|id| i32::try_from(id).ok())
    }

    /// The end of what it wrote to its log, for people.
    pub(crate) fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_else(|error| error.to_string());
        let from = (text.len().saturating_sub(SHOWN)..).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text[from..].to_owned()
    }

    /// How long its log is.
    pub(crate) fn log_length(&self) -> u64 {
        std::fs::metadata(&self.log).map_or(0, |log| log.len())
    }

    /// What it wrote to its log from a place on.
    pub(crate) fn words_since(&self, length: u64) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let from = usize::try_from(length).unwrap_or(usize::MAX).min(text.len());
        String::from_utf8_lossy(&text[from..]).into_owned()
    }
}
