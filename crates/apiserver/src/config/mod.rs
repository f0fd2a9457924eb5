//! What can be set about a frontend: plain values, checked by whoever read them from a command line. Nothing in
//! here acts.

pub use pintle_schema::form::StoredAs;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Settings of one frontend.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen. Port 0 is any free port.
    pub bind_address: SocketAddr,
    /// The address that other members of the cluster reach this frontend at.
    pub advertise_address: IpAddr,
    /// Certificate and keys.
    pub tls: TlsFiles,
    /// What a proxy in front may say about who is asking.
    pub front_proxy: FrontProxy,
    /// A file of bearer tokens.
    pub token_auth_file: Option<PathBuf>,
    /// Whether requests without credentials are answered at all.
    pub anonymous_auth: bool,
    /// Who decides, in order.
    pub authorization_modes: Vec<AuthorizationMode>,
    /// The ranges that Services get their addresses from, primary first.
    pub service_cidrs: Vec<Cidr>,
    /// How long a request may take that does not stay open by its nature.
    pub request_timeout: Duration,
    /// The least that a watch lasts when its client does not say; the most is twice as long.
    pub min_request_timeout: Duration,
    /// How connections are shared out over servers.
    pub connections: Connections,
    /// How many bytes of replaced and deleted values the watch cache keeps, so that watches can start in the past.
    pub watch_history_bytes: usize,
    /// What all keys in storage begin with, with slashes at both ends: `/registry/`.
    pub storage_prefix: String,
    /// The form that objects are stored in; what is there already is read in either.
    pub stored_as: StoredAs,
    /// Whether storage lies in this process, so that values come in buffers of their own that may be kept as they are.
    pub storage_in_process: bool,
    /// How often storage's history is cut off behind what was current then; zero for never. The frontends of a cluster
    /// share the work, so it is best the same everywhere.
    pub compaction_interval: Duration,
    /// How long storage may take to answer before it counts as not well (`/healthz`). Above zero.
    pub storage_health_timeout: Duration,
    /// The same before no traffic should come here (`/readyz`). Above zero.
    pub storage_ready_timeout: Duration,
    /// What was built.
    pub build: Build,
}

/// Where certificates and keys lie, all PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The server's certificate, followed by those between it and its CA.
    pub certificate: PathBuf,
    /// The key of that certificate.
    pub key: PathBuf,
    /// Who may sign client certificates; without it none counts.
    pub client_ca: Option<PathBuf>,
    /// The lowest version of TLS spoken.
    pub min_version: TlsVersion,
    /// Cipher suites of TLS 1.2 by their IANA names; empty for all good ones. TLS 1.3 has no choice, as in Go.
    pub cipher_suites: Vec<String>,
}

/// The `--requestheader-*` settings: how a proxy that authenticates clients tells whom it speaks for.
#[derive(Clone, Debug, Default)]
pub struct FrontProxy {
    /// Who may sign the proxy's certificate; without it no header counts.
    pub client_ca: Option<PathBuf>,
    /// Common names the proxy's certificate may have; empty for any.
    pub allowed_names: Vec<String>,
    /// Headers that hold the user's name.
    pub username_headers: Vec<String>,
    /// Headers that hold the user's uid.
    pub uid_headers: Vec<String>,
    /// Headers that hold the user's groups.
    pub group_headers: Vec<String>,
    /// What headers with further attributes begin with.
    pub extra_prefixes: Vec<String>,
}

/// When clients are told to connect anew, and what a connection carries.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// The chance that a request over HTTP/2 makes its client take another connection for the next ones: 0 to 0.02.
    pub goaway_chance: f64,
    /// The age at which a connection ends, watches on it included; up to a fifth earlier, so that not all end at once.
    pub age_max: Option<Duration>,
    /// Streams that one HTTP/2 connection may have open.
    pub streams_max: u32,
}

impl Default for Connections {
    fn default() -> Connections {
        Connections { goaway_chance: 0.0, age_max: None, streams_max: 1000 }
    }
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersion {
    /// RFC 5246.
    #[default]
    Tls12,
    /// RFC 8446.
    Tls13,
}

/// One entry of `--authorization-mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationMode {
    /// Everybody may do everything.
    AlwaysAllow,
    /// Nobody may do anything.
    AlwaysDeny,
    /// Roles and bindings.
    Rbac,
    /// Kubelets, about what runs on their node.
    Node,
    /// A policy file.
    Abac,
    /// A web service.
    Webhook,
}

/// A range of IP addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    /// The first address of the range.
    pub network: IpAddr,
    /// How many leading bits its addresses share.
    pub prefix_len: u8,
}

/// What was built, as `/version` tells it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Build {
    /// The commit, or "".
    pub commit: &'static str,
    /// When, RFC 3339, or "".
    pub date: &'static str,
}

impl Cidr {
    /// The `n`th address of the range.
    pub fn address(&self, n: u32) -> IpAddr {
        match self.network {
            IpAddr::V4(network) => {
                IpAddr::V4(std::net::Ipv4Addr::from_bits(network.to_bits().wrapping_add(n)))
            }
            IpAddr::V6(network) => {
                IpAddr::V6(std::net::Ipv6Addr::from_bits(network.to_bits().wrapping_add(n.into())))
            }
        }
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix_len)
    }
}
