//! Why nothing was measured, and what to do about it.

use std::io;
use std::path::PathBuf;

/// What kept a load from its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The system refused.
    #[error("{0}")]
    System(#[from] io::Error),
    /// A file can't be used.
    #[error("{}: {why}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// In words.
        why: String,
    },
    /// Nobody says where the server is.
    #[error(
        "no server was named\nhelp: --kubeconfig FILE (`pintle dev` prints where its own is), or --server URL with --ca-file and \
         a client certificate or token"
    )]
    NoServer,
    /// It is not there.
    #[error("cannot connect to {server}: {why}\nhelp: is the server up, and is this the address it prints?")]
    Unreachable {
        /// The address.
        server: String,
        /// In words.
        why: String,
    },
    /// The server said nothing.
    #[error("the server broke a connection off: {0}")]
    Call(#[from] hyper::Error),
    /// No connection is made.
    #[error("{0}\nhelp: is --ca-file the authority of the server's certificate?")]
    Tls(#[from] rustls::Error),
    /// Keys and certificates can't be read.
    #[error("{0}")]
    Pki(#[from] rustls::pki_types::pem::Error),
    /// A request that can't be made.
    #[error("{0}")]
    Request(#[from] http::Error),
    /// The server did something else than was asked.
    #[error("{0}")]
    Server(String),
    /// The load was done, and what came of it is not what had to.
    #[error("{0}")]
    Wrong(String),
}
