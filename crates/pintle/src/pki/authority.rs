//! A certificate authority of our own, and what it issues.

use super::file;
use super::judge;
use super::leaf::Leaf;
use crate::failure::Failure;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use std::path::{Path, PathBuf};
use time::{Duration, OffsetDateTime};

/// How long an authority is good for.
const AUTHORITY_LIFE: Duration = Duration::days(3650);
/// How long what it issues is good for.
const LEAF_LIFE: Duration = Duration::days(365);
/// Clocks differ: certificates are good a little before they are made.
const SKEW: Duration = Duration::minutes(5);
const NAME: &str = "pintle-dev-ca";

/// Signs certificates, and keeps them in its folder.
#[derive(Debug)]
pub(crate) struct Authority {
    folder: PathBuf,
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, on disk.
#[derive(Debug)]
pub(crate) struct Issued {
    /// PEM.
    pub(crate) certificate: PathBuf,
    /// PEM, for its owner only.
    pub(crate) key: PathBuf,
}

/// A certificate with its key, in memory: PEM both.
pub(super) struct Made {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Authority {
    /// The authority of `folder`: `ca.crt` and `ca.key`. Made anew when missing, unreadable or near its end.
    ///
    /// # Errors
    /// When the files can't be written.
    pub(crate) fn of(folder: &Path, now: OffsetDateTime) -> Result<Authority, Failure> {
        let (certificate, key) = (folder.join("ca.crt"), folder.join("ca.key"));
        if let (Some(pem), Some(key)) = (file::read(&certificate)?, file::read(&key)?)
            && judge::is_good_authority(&pem, &key, now + LEAF_LIFE)
        {
            let issuer = Issuer::from_ca_cert_pem(&pem, KeyPair::from_pem(&key)?)?;
            return Ok(Authority { folder: folder.to_owned(), certificate: pem, issuer });
        }
        let made_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let params = authority_params(now);
        let pem = params.self_signed(&made_key)?.pem();
        let made = Made { certificate: pem.clone(), key: made_key.serialize_pem() };
        file::write_pair(&certificate, &key, &made)?;
        Ok(Authority { folder: folder.to_owned(), certificate: pem, issuer: Issuer::new(params, made_key) })
    }

    /// Its certificate, PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The certificate `name` of its folder: the one that is there while it is good, or a new one.
    ///
    /// # Errors
    /// When the files can't be written.
    pub(crate) fn issued(&self, name: &str, leaf: &Leaf, now: OffsetDateTime) -> Result<Issued, Failure> {
        let certificate = self.folder.join(format!("{name}.crt"));
        let key = self.folder.join(format!("{name}.key"));
        let have = (file::read(&certificate)?, file::read(&key)?);
        let good = matches!(&have, (Some(pem), Some(key)) if judge::is_good_leaf(pem, key, leaf, &self.certificate, now));
        if !good {
            file::write_pair(&certificate, &key, &self.issue(leaf, now)?)?;
        }
        Ok(Issued { certificate, key })
    }

    fn issue(&self, leaf: &Leaf, now: OffsetDateTime) -> Result<Made, Failure> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let params = lasting(leaf.params()?, now, LEAF_LIFE);
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Made { certificate, key: key.serialize_pem() })
    }
}

/// A server's certificate without an authority.
pub(super) fn vouch_for_itself(leaf: &Leaf, now: OffsetDateTime) -> Result<Made, Failure> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let params = lasting(leaf.params()?, now, LEAF_LIFE);
    Ok(Made { certificate: params.self_signed(&key)?.pem(), key: key.serialize_pem() })
}

/// The key pair `name` of a folder, `name.key` and `name.pub`: the one that is there, or a new one.
///
/// # Errors
/// When the files can't be written.
pub(crate) fn key_pair(folder: &Path, name: &str) -> Result<(PathBuf, PathBuf), Failure> {
    let (public, key) = (folder.join(format!("{name}.pub")), folder.join(format!("{name}.key")));
    let have = file::read(&key)?.and_then(|pem| KeyPair::from_pem(&pem).ok());
    let pair = match have {
        Some(pair) => pair,
        None => {
            let made = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
            file::write_key(&key, &made.serialize_pem())?;
            made
        }
    };
    let pem = pair.public_key_pem();
    if file::read(&public)?.as_deref() != Some(pem.as_str()) {
        file::write_public(&public, &pem)?;
    }
    Ok((public, key))
}

fn authority_params(now: OffsetDateTime) -> CertificateParams {
    let mut params = lasting(CertificateParams::default(), now, AUTHORITY_LIFE);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages =
        vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params
}

fn lasting(mut params: CertificateParams, now: OffsetDateTime, life: Duration) -> CertificateParams {
    params.not_before = now - SKEW;
    params.not_after = now + life;
    params
}
