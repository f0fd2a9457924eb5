//! Ways to members of the storage tier: what their endpoints mean, TLS whose files may change, and connections that know of
//! each request that fails whether it can have been seen by the other side. Clients of a cluster use them, and members
//! among themselves.

mod address;
mod causes;
mod connect;
mod tls;
mod transport;

use std::path::PathBuf;

pub use self::address::{Address, Target};
pub use self::causes::causes;
pub use self::connect::{DialError, Driver, dial};
pub use self::tls::TlsSource;
pub use self::transport::{Transport, TransportError};

/// Files in PEM. They are read again for each new connection, so that renewed ones are used without a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Who may sign the members' certificates; without it, whom the operating system trusts.
    pub ca: Option<PathBuf>,
    /// Our certificate and what it is signed by; only together with `key`.
    pub certificate: Option<PathBuf>,
    /// The key of the certificate.
    pub key: Option<PathBuf>,
}

/// What no amount of waiting would mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No endpoint is given.
    #[error("no endpoint is given")]
    NoEndpoint,
    /// An endpoint is not a URL that can be dialed.
    #[error("endpoint {endpoint:?}: {reason}")]
    Endpoint {
        /// What was given.
        endpoint: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A file can't be read as PEM.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// The files don't make a TLS configuration.
    #[error("TLS: {0}")]
    Tls(String),
}
