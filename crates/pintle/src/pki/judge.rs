//! Whether what lies on disk can be used again. Anything doubtful is not good, and is made anew.

use super::leaf::Leaf;
use rcgen::{KeyPair, PublicKeyData};
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::{Pem, parse_x509_pem};

/// Renewed when less than this is left.
const RENEW_WITHIN: Duration = Duration::days(30);

/// Whether an authority's certificate and key belong together and it is good until `until` at least.
pub(super) fn is_good_authority(certificate: &str, key: &str, until: OffsetDateTime) -> bool {
    let judged = read(certificate, |certificate| {
        certificate.is_ca()
            && lasts(certificate, until)
            && certificate.verify_signature(None).is_ok()
            && owns(key, certificate)
    });
    judged.unwrap_or(false)
}

/// Whether a certificate says what `leaf` says, has this key, is signed by `authority` and lasts a while.
pub(super) fn is_good_leaf(
    certificate: &str,
    key: &str,
    leaf: &Leaf,
    authority: &str,
    now: OffsetDateTime,
) -> bool {
    let signed = |certificate: &X509Certificate<'_>| {
        read(authority, |authority| certificate.verify_signature(Some(authority.public_key())).is_ok())
    };
    let judged = read(certificate, |certificate| {
        lasts(certificate, now + RENEW_WITHIN)
            && owns(key, certificate)
            && says(certificate, leaf)
            && signed(certificate).unwrap_or(false)
    });
    judged.unwrap_or(false)
}

fn read<T>(pem: &str, judge: impl FnOnce(&X509Certificate<'_>) -> T) -> Option<T> {
    let (_, pem): (_, Pem) = parse_x509_pem(pem.as_bytes()).ok()?;
    let certificate = pem.parse_x509().ok()?;
    Some(judge(&certificate))
}

fn lasts(certificate: &X509Certificate<'_>, until: OffsetDateTime) -> bool {
    certificate.validity().not_after.timestamp() >= until.unix_timestamp()
}

fn owns(key: &str, certificate: &X509Certificate<'_>) -> bool {
    KeyPair::from_pem(key).is_ok_and(|key| key.subject_public_key_info() == certificate.public_key().raw)
}

/// Whether the holder is the same, and every name and address is there.
fn says(certificate: &X509Certificate<'_>, leaf: &Leaf) -> bool {
    let subject = certificate.subject();
    let name = subject.iter_common_name().next().and_then(|name| name.as_str().ok());
    let organization = subject.iter_organization().next().and_then(|name| name.as_str().ok());
    let alternatives = certificate.subject_alternative_name().ok().flatten();
    let alternatives = alternatives.map_or(&[][..], |found| found.value.general_names.as_slice());
    let has_name = |name: &&'static str| alternatives.contains(&GeneralName::DNSName(name));
    let has_address = |address: &IpAddr| match address {
        IpAddr::V4(address) => alternatives.contains(&GeneralName::IPAddress(&address.octets())),
        IpAddr::V6(address) => alternatives.contains(&GeneralName::IPAddress(&address.octets())),
    };
    name == Some(leaf.common_name)
        && organization == leaf.organization
        && leaf.names.iter().all(has_name)
        && leaf.addresses.iter().all(has_address)
}
