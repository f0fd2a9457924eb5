//! Storage elsewhere: etcd, or our own tier.

use crate::failure::Failure;
use crate::options::EtcdServers;
use pintle_storage::etcd::{Etcd, Options, TlsFiles};

/// A client of these servers, which connects by itself as soon as one answers.
///
/// # Errors
/// When an address or a file makes no sense.
pub(super) fn client(servers: &EtcdServers) -> Result<Etcd, Failure> {
    let mut options = Options::new(servers.servers.iter().cloned());
    let (certificate, key) = servers.certificate.clone().unzip();
    options.tls = TlsFiles { ca: servers.ca.clone(), certificate, key };
    Etcd::new(options).map_err(Failure::Etcd)
}
