//! The options as plain values; what a frontend knows by itself are its own types.

pub(crate) use pintle_apiserver::config::{
    AuthorizationMode, Cidr, Connections, FrontProxy, StoredAs, TlsVersion,
};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Everything one frontend is told at its start.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Where to listen; port 0 is any free port.
    pub(crate) bind_address: SocketAddr,
    /// The address that other members of the cluster reach this server at.
    pub(crate) advertise_address: IpAddr,
    /// Certificate and TLS settings.
    pub(crate) tls: Tls,
    /// What a proxy in front may say about who is asking.
    pub(crate) front_proxy: FrontProxy,
    /// Bearer tokens.
    pub(crate) token_auth_file: Option<PathBuf>,
    /// Whether requests without credentials get in.
    pub(crate) anonymous_auth: bool,
    /// Who decides, in order; nobody but system:masters passes when empty.
    pub(crate) authorization_modes: Vec<AuthorizationMode>,
    /// Where Services get their addresses from: one range, or two of different families, primary first.
    pub(crate) service_cidrs: Vec<Cidr>,
    /// How long a request may take that doesn't stay open by its nature.
    pub(crate) request_timeout: Duration,
    /// The least that a watch lasts when its client doesn't say.
    pub(crate) min_request_timeout: Duration,
    /// How connections are shared out over servers.
    pub(crate) connections: Connections,
    /// How much of the past watches can start in, in bytes.
    pub(crate) watch_history_bytes: usize,
    /// How long to go on serving after the signal to stop.
    pub(crate) shutdown_delay: Duration,
    /// Where everything is kept.
    pub(crate) storage: Storage,
    /// How the log is written.
    pub(crate) log: Log,
    /// What nothing acts on yet.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests look at it"))]
    pub(crate) waiting: Waiting,
}

/// Read and checked like everything else, for features that come later.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "a field moves to `Options` when its feature comes")]
pub(crate) struct Waiting {
    /// Where Services get their node ports from, both ends included.
    pub(crate) service_node_ports: (u16, u16),
    /// Reads, and writes, that may be in work at a time; 0 is any number.
    pub(crate) max_in_flight: (u32, u32),
    /// Whether priority and fairness shares them out.
    pub(crate) priority_and_fairness: bool,
    /// Whether profiles are served.
    pub(crate) profiling: bool,
    /// API versions switched on and off, by `api/...`, `group/version` or `group/version/resource`.
    pub(crate) runtime_config: BTreeMap<String, bool>,
    /// Feature gates that were set: by component ("" is this server's own), then name.
    pub(crate) feature_gates: BTreeMap<(String, String), bool>,
}

/// The server's side of TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tls {
    /// Whose certificate.
    pub(crate) certificate: Certificate,
    /// Who may sign client certificates; without it none counts.
    pub(crate) client_ca: Option<PathBuf>,
    /// The lowest version spoken.
    pub(crate) min_version: TlsVersion,
    /// Cipher suites of TLS 1.2 by their IANA names, all of them known to us; empty for all.
    pub(crate) cipher_suites: Vec<String>,
}

/// Where the server's certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// PEM files.
    Files {
        /// The chain.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// Made here, and kept in this folder.
    SelfSigned(PathBuf),
}

/// Where everything is kept, and how it is looked after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Storage {
    /// Where.
    pub(crate) place: Place,
    /// What all keys begin with, with slashes at both ends: `/registry/`.
    pub(crate) prefix: String,
    /// The form of what is stored.
    pub(crate) stored_as: StoredAs,
    /// How often history is compacted; zero for never.
    pub(crate) compaction_interval: Duration,
    /// How long storage may take to answer and be well; above zero.
    pub(crate) health_timeout: Duration,
    /// The same for being ready; above zero.
    pub(crate) ready_timeout: Duration,
}

/// A place to keep everything in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// This process, until it ends.
    #[default]
    Memory,
    /// A folder that this process works in.
    Folder(EmbeddedStorage),
    /// Elsewhere, reached by etcd's API.
    Etcd(EtcdServers),
}

/// A storage node in this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmbeddedStorage {
    /// Its folder; made when missing.
    pub(crate) folder: PathBuf,
    /// Where it serves etcd's API besides the socket in its folder: `http://` with loopback addresses, `https://` with
    /// any.
    pub(crate) client_urls: Vec<String>,
    /// Memory for the disk cache of its working state, in bytes.
    pub(crate) cache_bytes: u64,
    /// For the `https://` ones: there when there are any.
    pub(crate) tls: Option<ClientUrlTls>,
}

/// The certificate of the embedded storage, and whose clients it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientUrlTls {
    /// The chain.
    pub(crate) certificate: PathBuf,
    /// Its key.
    pub(crate) key: PathBuf,
    /// Who signs the certificates that clients must have.
    pub(crate) trusted_ca: PathBuf,
}

/// Servers of etcd's API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EtcdServers {
    /// URLs of members of one cluster; at least one.
    pub(crate) servers: Vec<String>,
    /// Who signs their certificates.
    pub(crate) ca: Option<PathBuf>,
    /// What is shown to them, and its key; both or neither.
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Log {
    /// One JSON object a line instead of text.
    pub(crate) json: bool,
    /// klog's level: 0 is little, 6 and more everything.
    pub(crate) level: u8,
}
