//! What `pintle storage` was told: etcd's flags, by etcd's names and meanings.

use super::failed;
use crate::clock;
use crate::failure::Failure;
use crate::flags::value::duration;
use pintle_raftstore::log;
use pintle_raftstore::node::{Bounds, Options, parse_members};
use pintle_raftstore::raft::Settings;
use pintle_raftstore::service;
use pintle_storage::Limits;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The largest request that may be allowed, in bytes.
const REQUEST_MAX: usize = 16 << 20;

/// What `pintle storage` was told.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct StorageOrder {
    /// The member's name, for people
    #[arg(long, default_value = "default")]
    pub(super) name: String,
    /// The folder of the member; made when missing
    #[arg(long, value_name = "FOLDER", default_value = "default.etcd")]
    pub(super) data_dir: PathBuf,
    /// Where clients are served
    #[arg(long, value_name = "URLS", value_delimiter = ',', default_value = "http://localhost:2379")]
    pub(super) listen_client_urls: Vec<String>,
    /// Where clients reach this member, as other members tell them
    #[arg(long, value_name = "URLS", value_delimiter = ',', default_value = "http://localhost:2379")]
    pub(super) advertise_client_urls: Vec<String>,
    /// Where other members are served
    #[arg(long, value_name = "URLS", value_delimiter = ',', default_value = "http://localhost:2380")]
    pub(super) listen_peer_urls: Vec<String>,
    /// Where /metrics, /health, /livez and /readyz are served beside clients' addresses, without certificates
    #[arg(long, value_name = "URLS", value_delimiter = ',')]
    pub(super) listen_metrics_urls: Vec<String>,
    /// Where other members reach this one
    #[arg(long, value_name = "URLS", value_delimiter = ',', default_value = "http://localhost:2380")]
    pub(super) initial_advertise_peer_urls: Vec<String>,
    /// The members of the cluster: name=url,name=url
    #[arg(long, value_name = "MEMBERS", default_value = "")]
    pub(super) initial_cluster: String,
    /// Whether the cluster is made now, or this member was added to it
    #[arg(long, value_name = "STATE", default_value = "new", value_parser = ["new", "existing"])]
    pub(super) initial_cluster_state: String,
    /// Keeps apart clusters that are given the same addresses
    #[arg(long, value_name = "TOKEN", default_value = "etcd-cluster")]
    pub(super) initial_cluster_token: String,
    /// How often a leader says that it is there, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 100)]
    pub(super) heartbeat_interval: u64,
    /// How long nothing is heard of a leader before there is an election, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    pub(super) election_timeout: u64,
    /// The largest request, in bytes; up to 16 MiB
    #[arg(long, value_name = "BYTES", default_value_t = 1536 * 1024)]
    pub(super) max_request_bytes: usize,
    /// The operations of one transaction
    #[arg(long, value_name = "COUNT", default_value_t = 128)]
    pub(super) max_txn_ops: usize,
    /// How often a watch that asked for it hears that nothing happened
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration)]
    pub(super) watch_progress_notify_interval: Duration,
    /// Memory for the working state's disk cache, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    pub(super) state_cache_bytes: u64,
    /// Bytes that stay free on the disk: with less, nothing is written until there is more
    #[arg(long, value_name = "BYTES", default_value_t = 192 << 20)]
    pub(super) disk_reserve_bytes: u64,
    /// Bytes of one file of the log, taken from the disk beforehand
    #[arg(long, value_name = "BYTES", default_value_t = Bounds::default().log.segment_bytes,
          value_parser = clap::value_parser!(u64).range(64 << 10..=1 << 30))]
    pub(super) log_segment_bytes: u64,
    /// Bytes that the log may have before a snapshot is written; more where the state has more
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub(super) snapshot_log_bytes: u64,
    /// The certificate that clients are shown
    #[arg(long, value_name = "FILE")]
    pub(super) cert_file: Option<PathBuf>,
    /// Its key
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
    /// Who signs clients' certificates
    #[arg(long, value_name = "FILE")]
    pub(super) trusted_ca_file: Option<PathBuf>,
    /// Whether clients must have a certificate
    #[arg(long)]
    pub(super) client_cert_auth: bool,
    /// Clients' certificates are taken only if they are of one of these hosts
    #[arg(long, value_name = "HOSTS", value_delimiter = ',', requires = "client_cert_auth")]
    pub(super) client_cert_allowed_hostname: Vec<String>,
    /// The certificate that other members are shown, and that this one shows them
    #[arg(long, value_name = "FILE")]
    pub(super) peer_cert_file: Option<PathBuf>,
    /// Its key
    #[arg(long, value_name = "FILE")]
    pub(super) peer_key_file: Option<PathBuf>,
    /// Who signs other members' certificates
    #[arg(long, value_name = "FILE")]
    pub(super) peer_trusted_ca_file: Option<PathBuf>,
    /// Whether other members must have a certificate
    #[arg(long)]
    pub(super) peer_client_cert_auth: bool,
    /// Other members' certificates are taken only if they have one of these common names
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "peer_client_cert_auth")]
    pub(super) peer_cert_allowed_cn: Vec<String>,
    /// Other members' certificates are taken only if they are of one of these hosts
    #[arg(
        long,
        value_name = "HOSTS",
        value_delimiter = ',',
        requires = "peer_client_cert_auth",
        conflicts_with = "peer_cert_allowed_cn"
    )]
    pub(super) peer_cert_allowed_hostname: Vec<String>,
    /// How often the members compare their states, for which each reads all that it has; 0 for only after a start
    #[arg(long, value_name = "DURATION", default_value = "12h", value_parser = duration)]
    pub(super) corrupt_check_time: Duration,
    /// How much is logged: from 0 for little to 6 and more for everything
    #[arg(short, value_name = "LEVEL", default_value_t = 2)]
    pub(super) v: u8,
}

impl StorageOrder {
    /// What the node is started with.
    pub(super) fn options(&self) -> Result<Options, Failure> {
        if self.max_request_bytes > REQUEST_MAX {
            return Err(failed(format!(
                "--max-request-bytes={} is above {REQUEST_MAX}",
                self.max_request_bytes
            )));
        }
        if self.election_timeout < 5 * self.heartbeat_interval {
            return Err(failed(format!(
                "--election-timeout={} must be at least five times --heartbeat-interval={}",
                self.election_timeout, self.heartbeat_interval
            )));
        }
        Ok(Options {
            folder: self.data_dir.clone(),
            name: self.name.clone(),
            members: founders(&self.name, &self.initial_advertise_peer_urls, &self.initial_cluster)?,
            existing: self.initial_cluster_state == "existing",
            token: self.initial_cluster_token.clone(),
            settings: Settings {
                heartbeat: Duration::from_millis(self.heartbeat_interval),
                election: Duration::from_millis(self.election_timeout),
            },
            limits: Limits { request_bytes: self.max_request_bytes, txn_ops: self.max_txn_ops },
            bounds: Bounds {
                cache_bytes: self.state_cache_bytes,
                reserve_bytes: self.disk_reserve_bytes,
                log: log::Options { segment_bytes: self.log_segment_bytes, ..log::Options::default() },
                log_bytes: Some(self.snapshot_log_bytes),
                compare_every: Some(self.corrupt_check_time).filter(|time| !time.is_zero()),
                ..Bounds::default()
            },
            since_epoch: clock::since_epoch,
        })
    }

    pub(super) fn service_options(&self) -> service::Options {
        service::Options { progress_every: self.watch_progress_notify_interval }
    }
}

/// The members of a new cluster by name, as `--initial-cluster` has them; without it, the one of this name alone.
///
/// # Errors
/// When it can't be read, or says otherwise of this member than its own flags.
pub(crate) fn founders(
    name: &str,
    own: &[String],
    initial_cluster: &str,
) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    if initial_cluster.is_empty() {
        return Ok(BTreeMap::from([(name.to_owned(), own.to_owned())]));
    }
    let members = parse_members(initial_cluster)
        .map_err(|part| failed(format!("--initial-cluster: {part:?} is not of the form name=url")))?;
    match members.get(name) {
        None => Err(failed(format!("--initial-cluster does not name this member, --name={name}"))),
        Some(urls) if sorted(urls) != sorted(own) => Err(failed(format!(
            "--initial-cluster says {name}={}, but --initial-advertise-peer-urls={}",
            urls.join(","),
            own.join(",")
        ))),
        Some(_) => Ok(members),
    }
}

fn sorted(urls: &[String]) -> Vec<&str> {
    let mut urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    urls.sort_unstable();
    urls
}
