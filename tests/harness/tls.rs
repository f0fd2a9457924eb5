//! TLS to the server, as the administrator or as nobody.

use crate::server::Server;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
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
        let mut config = self.tls_config(who);
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let tcp = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::from(self.address.ip());
        TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap()
    }

    fn tls_config(&self, who: Who) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.pki("ca.crt")).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.unwrap().with_root_certificates(roots);
        match who {
            Who::Nobody => builder.with_no_client_auth(),
            Who::Admin => {
                let chain = CertificateDer::pem_file_iter(self.pki("admin.crt")).unwrap();
                let chain = chain.collect::<Result<Vec<_>, _>>().unwrap();
                let key = PrivateKeyDer::from_pem_file(self.pki("admin.key")).unwrap();
                builder.with_client_auth_cert(chain, key).unwrap()
            }
        }
    }
}
