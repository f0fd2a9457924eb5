//! Whose certificates are taken, of those that are signed by the right authority: etcd's `--peer-cert-allowed-cn` and
//! `--*-cert-allowed-hostname`.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use std::sync::Arc;
use x509_parser::parse_x509_certificate;

/// Whose certificates are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Allowed {
    /// Everybody's.
    #[default]
    Anyone,
    /// Of subjects with one of these common names.
    CommonNames(Vec<String>),
    /// Of these hosts: names or addresses, as a client would look for them in a server's certificate.
    Hosts(Vec<String>),
}

impl Allowed {
    /// What takes only these certificates, and of them only those that `signed` takes.
    pub(super) fn and(&self, signed: Arc<dyn ClientCertVerifier>) -> Arc<dyn ClientCertVerifier> {
        match self {
            Allowed::Anyone => signed,
            allowed => Arc::new(Verifier { signed, allowed: allowed.clone() }),
        }
    }

    fn allows(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let is_allowed = match self {
            Allowed::Anyone => true,
            Allowed::CommonNames(names) => {
                let (_, parsed) = parse_x509_certificate(certificate)
                    .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
                let mut given = parsed.subject().iter_common_name().filter_map(|name| name.as_str().ok());
                given.any(|given| names.iter().any(|name| name == given))
            }
            Allowed::Hosts(hosts) => {
                let parsed = ParsedCertificate::try_from(certificate)?;
                let mut names = hosts.iter().filter_map(|host| ServerName::try_from(host.as_str()).ok());
                names.any(|name| verify_server_name(&parsed, &name).is_ok())
            }
        };
        if is_allowed {
            Ok(())
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }
}

#[derive(Debug)]
struct Verifier {
    signed: Arc<dyn ClientCertVerifier>,
    allowed: Allowed,
}

impl ClientCertVerifier for Verifier {
    fn offer_client_auth(&self) -> bool {
        self.signed.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.signed.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.signed.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.signed.verify_client_cert(certificate, intermediates, now)?;
        self.allowed.allows(certificate).map(|()| verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signed.supported_verify_schemes()
    }
}
