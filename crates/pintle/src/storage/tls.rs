//! The certificates of `pintle storage`.

use super::{StorageOrder, failed};
use crate::failure::Failure;
use pintle_raftstore::peers::{PeerTls, Remote};
use pintle_raftstore::serve::{Allowed, ServerTls, TlsFiles};
use std::path::PathBuf;

impl StorageOrder {
    /// What clients are served with.
    pub(super) fn client_tls(&self) -> Result<Option<ServerTls>, Failure> {
        let allowed = match &self.client_cert_allowed_hostname[..] {
            [] => Allowed::Anyone,
            hosts => Allowed::Hosts(hosts.to_vec()),
        };
        server(&self.cert_file, &self.key_file, &self.trusted_ca_file, self.client_cert_auth, allowed)
    }

    /// What other members are served with.
    pub(super) fn peer_tls(&self) -> Result<Option<ServerTls>, Failure> {
        let allowed = match (&self.peer_cert_allowed_cn[..], &self.peer_cert_allowed_hostname[..]) {
            ([], []) => Allowed::Anyone,
            ([], hosts) => Allowed::Hosts(hosts.to_vec()),
            (names, _) => Allowed::CommonNames(names.to_vec()),
        };
        server(
            &self.peer_cert_file,
            &self.peer_key_file,
            &self.peer_trusted_ca_file,
            self.peer_client_cert_auth,
            allowed,
        )
    }

    /// How other members are reached.
    pub(super) fn peers(&self) -> Result<Remote, Failure> {
        let tls = PeerTls {
            ca: self.peer_trusted_ca_file.clone(),
            certificate: self.peer_cert_file.clone(),
            key: self.peer_key_file.clone(),
        };
        Remote::new(tls).map_err(failed)
    }
}

fn server(
    certificate: &Option<PathBuf>,
    key: &Option<PathBuf>,
    client_ca: &Option<PathBuf>,
    require_client: bool,
    allowed: Allowed,
) -> Result<Option<ServerTls>, Failure> {
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => {
            let (certificate, key, client_ca) = (certificate.clone(), key.clone(), client_ca.clone());
            let files = TlsFiles { certificate, key, client_ca, require_client, allowed };
            ServerTls::load(files).map(Some).map_err(failed)
        }
        _ => Err(failed("a certificate and its key must be given together")),
    }
}
