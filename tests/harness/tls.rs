//! TLS to a server, as the administrator or as nobody.

use crate::server::Server;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Who is asking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Who {
    /// With the administrator's certificate.
    Admin,
    /// Without a certificate.
    Nobody,
}

impl Server {
    /// A TLS connection that offers these protocols; what is said on it is up to the caller.
    pub async fn tls(&self, who: Who, protocols: &[&str]) -> TlsStream<TcpStream> {
        let admin = || (self.pki("admin.crt"), self.pki("admin.key"));
        let shown = (who == Who::Admin).then(admin);
        dial(self.address, &self.pki("ca.crt"), shown, protocols).await.unwrap()
    }
}

/// Connects, trusting one certificate and showing another.
///
/// # Errors
/// When nobody answers there, or another than was trusted.
pub(crate) async fn dial(
    address: SocketAddr,
    trusted: &Path,
    shown: Option<(PathBuf, PathBuf)>,
    protocols: &[&str],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(trusted).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.unwrap().with_root_certificates(roots);
    let mut config = match shown {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = CertificateDer::pem_file_iter(certificate).unwrap();
            let chain = chain.collect::<Result<Vec<_>, _>>().unwrap();
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap()).unwrap()
        }
    };
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let tcp = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::from(address.ip()), tcp).await
}
