//! TLS: our certificate, and client certificates asked for but judged later.
//!
//! The handshake proves that a client holds its key; whether we trust the certificate is decided once per
//! connection by [`Identity`], so that an unknown CA costs the client its name, not the connection.

use crate::config::{TlsFiles, TlsVersion};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{
    DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
    SupportedProtocolVersion,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How this server does TLS and whom it believes.
#[derive(Clone)]
pub struct TlsConfig {
    /// For the acceptor.
    pub server: Arc<ServerConfig>,
    /// Checks client certificates against `--client-ca-file`; `None` without one.
    pub clients: Option<Arc<dyn ClientCertVerifier>>,
}

/// Why TLS can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that can't be read as PEM.
    #[error("{path}: {reason}; check that the file exists and holds PEM")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// Certificate and key don't go together, or a CA is unusable.
    #[error("{0}")]
    Unusable(String),
}

/// Who a client certificate says its holder is, once the chain was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// No certificate, or no `--client-ca-file`.
    None,
    /// A certificate that is not to be trusted, with the reason for the log.
    Refused(String),
    /// The subject of a good certificate.
    Known {
        /// Common name.
        name: String,
        /// Organizations, in order.
        groups: Vec<String>,
        /// UID attribute 1.3.6.1.4.1.57683.2, or "".
        uid: String,
        /// Lower-case hex SHA-256 of the certificate.
        fingerprint: String,
    },
}

impl TlsConfig {
    /// Reads certificate, key and client CA.
    ///
    /// # Errors
    /// [`TlsError`] naming the file and the reason.
    pub fn load(files: &TlsFiles) -> Result<TlsConfig, TlsError> {
        let provider = Arc::new(provider(&files.cipher_suites)?);
        let chain = certificates(&files.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| file_error(&files.key, &error))?;
        let clients = files.client_ca.as_deref().map(|path| client_verifier(path, &provider)).transpose()?;
        let versions: &[&SupportedProtocolVersion] = match files.min_version {
            TlsVersion::Tls12 => &[&TLS13, &TLS12],
            TlsVersion::Tls13 => &[&TLS13],
        };
        let mut server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .map_err(|error| TlsError::Unusable(error.to_string()))?
            .with_client_cert_verifier(Arc::new(AskOnly { provider }))
            .with_single_cert(chain, key)
            .map_err(|error| TlsError::Unusable(format!("certificate and key: {error}")))?;
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsConfig { server: Arc::new(server), clients })
    }

    /// Judges the chain a client presented.
    pub fn identify(&self, chain: &[CertificateDer<'static>], now: UnixTime) -> Identity {
        let (Some(verifier), Some((leaf, rest))) = (&self.clients, chain.split_first()) else {
            return Identity::None;
        };
        match verifier.verify_client_cert(leaf, rest, now) {
            Ok(_) => subject(leaf).unwrap_or_else(Identity::Refused),
            Err(error) => Identity::Refused(error.to_string()),
        }
    }
}

/// The provider with the TLS 1.2 suites that were asked for, or all. Those of TLS 1.3 always stay, as in Go.
fn provider(names: &[String]) -> Result<CryptoProvider, TlsError> {
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    if names.is_empty() {
        return Ok(provider);
    }
    let wanted = |name: &str| {
        names.iter().any(|asked| asked.trim_end_matches("_SHA256") == name.trim_end_matches("_SHA256"))
    };
    provider.cipher_suites.retain(|suite| {
        let name = suite.suite().as_str().unwrap_or_default();
        suite.tls13().is_some() || wanted(name)
    });
    if provider.cipher_suites.iter().all(|suite| suite.tls13().is_some()) {
        let known =
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 and their like";
        return Err(TlsError::Unusable(format!(
            "none of the cipher suites {} is supported; use {known}",
            names.join(", ")
        )));
    }
    Ok(provider)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let found = found.map_err(|error| file_error(path, &error))?;
    if found.is_empty() {
        return Err(TlsError::File { path: path.to_owned(), reason: "no certificate in it".to_owned() });
    }
    Ok(found)
}

fn client_verifier(
    path: &Path,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| file_error(path, &error))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| TlsError::Unusable(format!("{}: {error}", path.display())))
}

fn file_error(path: &Path, reason: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { path: path.to_owned(), reason: reason.to_string() }
}

/// Reads the subject of a certificate that was found good.
fn subject(leaf: &CertificateDer<'_>) -> Result<Identity, String> {
    use x509_parser::oid_registry::{OID_X509_COMMON_NAME, OID_X509_ORGANIZATION_NAME};
    let (_, certificate) = x509_parser::parse_x509_certificate(leaf).map_err(|error| error.to_string())?;
    let texts = |oid: &x509_parser::oid_registry::Oid<'_>| -> Vec<String> {
        let attributes = certificate.subject().iter_attributes();
        let found = attributes.filter(|attribute| attribute.attr_type() == oid);
        found.filter_map(|attribute| attribute.as_str().ok().map(str::to_owned)).collect()
    };
    let uid_oid = x509_parser::oid_registry::Oid::from(&[1, 3, 6, 1, 4, 1, 57683, 2])
        .map_err(|error| format!("{error:?}"))?;
    let digest = aws_digest(leaf);
    Ok(Identity::Known {
        name: texts(&OID_X509_COMMON_NAME).pop().unwrap_or_default(),
        groups: texts(&OID_X509_ORGANIZATION_NAME),
        uid: texts(&uid_oid).pop().unwrap_or_default(),
        fingerprint: digest,
    })
}

fn aws_digest(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Asks every client for a certificate, insists on none, and checks only that its key signed the handshake.
#[derive(Debug)]
struct AskOnly {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for AskOnly {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
