//! The TLS of a listener, made anew when a file has changed. Connections keep what they began with.

use super::allowed::Allowed;
use parking_lot::Mutex;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often the files are looked at, at the most.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The files of a listener, as etcd's `--cert-file`, `--key-file`, `--trusted-ca-file` and `--client-cert-auth` name them.
#[derive(Clone, Debug, Default)]
pub struct TlsFiles {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Who signs clients' certificates.
    pub client_ca: Option<PathBuf>,
    /// Whether a client must have a certificate.
    pub require_client: bool,
    /// Which of their certificates are taken; needs `client_ca`.
    pub allowed: Allowed,
}

/// Why TLS can't be had.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The files don't go together.
    #[error("{0}")]
    Config(String),
}

/// The files, and what was last made of them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ServerTls(Arc<Source>);

#[derive(Debug)]
struct Source {
    files: TlsFiles,
    loaded: Mutex<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    contents: Contents,
    config: Arc<ServerConfig>,
    looked: Instant,
}

/// What the files held: certificate, key, authorities.
type Contents = (Vec<u8>, Vec<u8>, Option<Vec<u8>>);

impl ServerTls {
    /// Reads the files for the first time; they must be good now.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(files: TlsFiles) -> Result<ServerTls, TlsError> {
        if files.require_client && files.client_ca.is_none() {
            let why = "clients must have certificates, but no CA is given that signs them";
            return Err(TlsError::Config(why.to_owned()));
        }
        if files.allowed != Allowed::Anyone && !files.require_client {
            let why = "only some clients' certificates are to be taken, but clients need none";
            return Err(TlsError::Config(why.to_owned()));
        }
        let contents = read(&files)?;
        let config = make(&files, &contents)?;
        let loaded = Mutex::new(Loaded { contents, config, looked: Instant::now() });
        Ok(ServerTls(Arc::new(Source { files, loaded })))
    }

    /// What a new connection uses. Files that can't be used now (they may be in the middle of a change) change nothing.
    pub(super) async fn current(&self) -> Arc<ServerConfig> {
        {
            let mut loaded = self.0.loaded.lock();
            if loaded.looked.elapsed() < LOOK_EVERY {
                return Arc::clone(&loaded.config);
            }
            loaded.looked = Instant::now();
        }
        let source = Arc::clone(&self.0);
        match tokio::task::spawn_blocking(move || source.reload()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "keeping the TLS files that were read before"),
            Err(error) => tracing::warn!(%error, "the TLS files were not read"),
        }
        Arc::clone(&self.0.loaded.lock().config)
    }
}

impl Source {
    fn reload(&self) -> Result<(), TlsError> {
        let contents = read(&self.files)?;
        if contents == self.loaded.lock().contents {
            return Ok(());
        }
        let config = make(&self.files, &contents)?;
        let mut loaded = self.loaded.lock();
        (loaded.contents, loaded.config) = (contents, config);
        tracing::info!(certificate = %self.files.certificate.display(), "new TLS files are in use");
        Ok(())
    }
}

fn read(files: &TlsFiles) -> Result<Contents, TlsError> {
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| unusable(path, &error));
    Ok((read(&files.certificate)?, read(&files.key)?, files.client_ca.as_ref().map(read).transpose()?))
}

fn make(files: &TlsFiles, (certificate, key, client_ca): &Contents) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Config(error.to_string()))?;
    let builder = match (&files.client_ca, client_ca) {
        (Some(path), Some(pem)) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path, pem)? {
                roots.add(certificate).map_err(|error| unusable(path, &error))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier =
                if files.require_client { verifier } else { verifier.allow_unauthenticated() }.build();
            let verifier = verifier.map_err(|error| unusable(path, &error))?;
            builder.with_client_cert_verifier(files.allowed.and(verifier))
        }
        _ => builder.with_no_client_auth(),
    };
    let chain = certificates(&files.certificate, certificate)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| unusable(&files.key, &error))?;
    let mut config =
        builder.with_single_cert(chain, key).map_err(|error| unusable(&files.certificate, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match parsed.map_err(|error| unusable(path, &error))? {
        none if none.is_empty() => Err(unusable(path, &"it holds no certificate")),
        certificates => Ok(certificates),
    }
}

fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { path: path.to_owned(), reason: reason.to_string() }
}
