//! Why a command ended without having done its work, each with what to do next.

use crate::flags::FlagError;
use crate::options::Problems;
use pintle_apiserver::StartError;
use pintle_storage::etcd::ConfigError;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A failure for the terminal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A command line that can't be understood.
    #[error("{0}\nhelp: `pintle apiserver --help` lists the flags")]
    Flag(#[from] FlagError),
    /// Flags that don't go together, or ask for what can't be had.
    #[error("{0}")]
    Options(Problems),
    /// A command line that is no text.
    #[error("{0:?} is not UTF-8")]
    NotText(std::ffi::OsString),
    /// What clap says, in its words.
    #[error("{0}")]
    Usage(String),
    /// A file or folder that can't be used.
    #[error("{path}: {reason}\nhelp: {help}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        reason: String,
        /// What to do.
        help: String,
    },
    /// Somebody else works in the folder.
    #[error(
        "{0} is in use by another `pintle dev`\nhelp: stop that one, or choose another folder with --data-dir \
         and another port with --port"
    )]
    InUse(PathBuf),
    /// A cluster in the folder that is not the one that was asked for.
    #[error(
        "{folder} holds a cluster of {has} storage nodes, not {asked}\nhelp: start it with --nodes {has}, choose another folder \
             with --data-dir, or remove {folder} to begin anew"
    )]
    OtherCluster {
        /// Where it is.
        folder: PathBuf,
        /// Its nodes.
        has: usize,
        /// Those that were asked for.
        asked: usize,
    },
    /// A process that another one has started and that did not get ready.
    #[error("{name} can't start: {how}\n{said}help: its log is {log}")]
    Process {
        /// Which.
        name: String,
        /// How it ended.
        how: String,
        /// The end of its log, in whole lines.
        said: String,
        /// All of it.
        log: PathBuf,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}: {reason}\nhelp: {help}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        reason: String,
        /// What to do.
        help: String,
    },
    /// A storage node that can't start, or can't go on.
    #[error("{0}")]
    Storage(String),
    /// Files that the frontend can't use.
    #[error("{0}")]
    Start(StartError),
    /// Storage in this process that can't be used.
    #[error("{reason}\nhelp: {help}")]
    EmbeddedStorage {
        /// Which, and what is the matter.
        reason: String,
        /// What to do.
        help: &'static str,
    },
    /// Servers of etcd's API that can't be asked.
    #[error("{0}\nhelp: check --etcd-servers, --etcd-cafile, --etcd-certfile and --etcd-keyfile")]
    Etcd(ConfigError),
    /// A key or certificate that can't be made.
    #[error("can't make certificates: {0}")]
    Certificates(#[from] rcgen::Error),
    /// The operating system refused something that always works.
    #[error("{what}: {source}")]
    System {
        /// What was wanted.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Failure {
    /// About a file or folder.
    pub(crate) fn file(path: &Path, error: &io::Error, help: impl Into<String>) -> Failure {
        Failure::File { path: path.to_owned(), reason: reason(error), help: help.into() }
    }

    /// About storage in this process.
    pub(crate) fn embedded_storage(reason: String, help: &'static str) -> Failure {
        Failure::EmbeddedStorage { reason, help }
    }

    /// About an address; `port_flag` is how to choose another port.
    pub(crate) fn listen(address: SocketAddr, error: &io::Error, port_flag: &str) -> Failure {
        let port = address.port();
        let help = match error.kind() {
            io::ErrorKind::AddrInUse => {
                let other = port.checked_add(1).unwrap_or(16443);
                format!(
                    "another process has port {port}; choose another with {port_flag}={other}, or any free one with {port_flag}=0"
                )
            }
            io::ErrorKind::PermissionDenied => {
                format!("ports below 1024 need privileges; choose another with {port_flag}=6443")
            }
            io::ErrorKind::AddrNotAvailable => {
                "no interface of this machine has that address; choose another with --bind-address".to_owned()
            }
            _ => format!("choose another address with --bind-address, or another port with {port_flag}"),
        };
        // The frontend puts the address in front; here it is said once.
        let reason = reason(error).rsplit(": ").next().unwrap_or_default().to_owned();
        Failure::Listen { address, reason, help }
    }
}

/// The system's words without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_says_how_to_choose_another() {
        let error = io::Error::new(
            io::ErrorKind::AddrInUse,
            "cannot listen on it: Address already in use (os error 98)",
        );
        let failure = Failure::listen(([127, 0, 0, 1], 6443).into(), &error, "--port");
        assert_eq!(
            failure.to_string(),
            "can't listen on 127.0.0.1:6443: Address already in use\nhelp: another process has port 6443; choose \
             another with --port=6444, or any free one with --port=0"
        );
    }
}
