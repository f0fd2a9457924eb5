//! Certificates of an authority that tests make up.

use crate::members::Folder;
use pintle_raftstore::peers::PeerTls;
use pintle_raftstore::serve::{Allowed, TlsFiles};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use std::path::PathBuf;

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a certificate says.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) common_name: &'a str,
    /// Beside 127.0.0.1.
    pub(crate) host: &'a str,
    pub(crate) has_expired: bool,
}

pub(crate) const MEMBER: Subject<'static> =
    Subject { common_name: "member", host: "member.local", has_expired: false };

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Authority(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }
}

/// A folder with `ca.crt`, and certificates that both sides may show.
pub(crate) struct Pki(Folder);

impl Pki {
    /// Everything that members and clients need, of one authority.
    pub(crate) fn new(authority: &Authority) -> Pki {
        let pki = Pki(Folder::new());
        pki.trust(&[authority]);
        pki.issue(authority, "member", MEMBER);
        pki.issue(authority, "client", Subject { common_name: "client", host: "client.local", ..MEMBER });
        pki
    }

    /// Whom everybody trusts from now on.
    pub(crate) fn trust(&self, authorities: &[&Authority]) {
        let pem: String = authorities.iter().map(|authority| authority.pem()).collect();
        self.write("ca.crt", &pem);
    }

    pub(crate) fn issue(&self, authority: &Authority, name: &str, subject: Subject<'_>) {
        let names = ["127.0.0.1".to_owned(), subject.host.to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, subject.common_name);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        if subject.has_expired {
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority.0).unwrap();
        self.write(&format!("{name}.key"), &key.serialize_pem());
        self.write(&format!("{name}.crt"), &certificate.pem());
    }

    /// What a listener shows, and asks of who connects.
    pub(crate) fn server(&self, allowed: Allowed) -> TlsFiles {
        TlsFiles {
            certificate: self.path("member.crt"),
            key: self.path("member.key"),
            client_ca: Some(self.path("ca.crt")),
            require_client: true,
            allowed,
        }
    }

    /// What somebody shows who connects, under `name`; nothing without one.
    pub(crate) fn client(&self, name: Option<&str>) -> PeerTls {
        let file = |end: &str| name.map(|name| self.path(&format!("{name}.{end}")));
        PeerTls { ca: Some(self.path("ca.crt")), certificate: file("crt"), key: file("key") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.0.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        // As who renews certificates does: whoever reads sees the old file or the new one.
        let new = self.path(&format!("{name}.new"));
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.path(name)).unwrap();
    }
}
