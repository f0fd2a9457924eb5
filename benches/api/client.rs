//! One connection as the administrator: HTTP/2 over TLS, requests one after the other.

use crate::failure::Failure;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

#[derive(Debug)]
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    /// What moves bytes between the sender and the server; ends with the client.
    _connection: JoinSet<()>,
}

impl Client {
    /// Connects to a server whose keys and certificates are in `pki`.
    pub(crate) async fn connect(address: SocketAddr, pki: &Path) -> Result<Client, Failure> {
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        let connector = TlsConnector::from(Arc::new(tls(pki)?));
        let tls = connector.connect(ServerName::from(address.ip()), tcp).await?;
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await?;
        let mut owner = JoinSet::new();
        owner.spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("the connection ended: {error}");
            }
        });
        Ok(Client { sender, _connection: owner })
    }

    /// Asks, and reads the answer to its end.
    ///
    /// # Errors
    /// When it is not a success.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<Bytes, Failure> {
        let request = Request::builder().method(method).uri(format!("https://localhost{path}"));
        let request = request.header("content-type", content_type).body(Full::new(Bytes::from(body)))?;
        let (head, answer) = self.sender.send_request(request).await?.into_parts();
        let answer = answer.collect().await?.to_bytes();
        if head.status.is_success() {
            return Ok(answer);
        }
        Err(Failure::Server(format!("{method} {path}: {}", String::from_utf8_lossy(&answer))))
    }
}

fn tls(pki: &Path) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pki.join("ca.crt"))?)?;
    let chain = CertificateDer::pem_file_iter(pki.join("admin.crt"))?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(pki.join("admin.key"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(roots).with_client_auth_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}
