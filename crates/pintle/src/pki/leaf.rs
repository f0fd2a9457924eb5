//! Whom a certificate is for.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyUsagePurpose, SanType,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a certificate says about its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// CN: the user's name.
    pub(crate) common_name: &'static str,
    /// O: the user's group.
    pub(crate) organization: Option<&'static str>,
    /// Names it serves under; none for a client.
    pub(crate) names: Vec<&'static str>,
    /// Addresses it serves at; none for a client.
    pub(crate) addresses: Vec<IpAddr>,
    /// Whether it also shows itself to others of its kind as their client.
    pub(crate) peer: bool,
}

/// The names that `kubernetes` has inside a cluster, and the one everybody has at home.
const SERVER_NAMES: [&str; 5] = [
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
];

impl Leaf {
    /// An API server at these addresses.
    pub(crate) fn server(addresses: Vec<IpAddr>) -> Leaf {
        let mut unique: Vec<IpAddr> = Vec::new();
        let reachable = addresses.into_iter().filter(|address| !address.is_unspecified());
        reachable.for_each(|address| {
            if !unique.contains(&address) {
                unique.push(address)
            }
        });
        Leaf {
            common_name: "kube-apiserver",
            organization: None,
            names: SERVER_NAMES.to_vec(),
            addresses: unique,
            peer: false,
        }
    }

    /// A member of the storage tier on this machine: a server to clients, and both to other members.
    pub(crate) fn member() -> Leaf {
        Leaf {
            common_name: "pintle-storage",
            organization: None,
            names: vec!["localhost"],
            addresses: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            peer: true,
        }
    }

    /// A user in a group.
    pub(crate) fn client(common_name: &'static str, organization: &'static str) -> Leaf {
        Leaf {
            common_name,
            organization: Some(organization),
            names: Vec::new(),
            addresses: Vec::new(),
            peer: false,
        }
    }

    /// Whether it is a server's.
    pub(crate) fn serves(&self) -> bool {
        !self.names.is_empty()
    }

    /// What to put into the certificate.
    ///
    /// # Errors
    /// When a name can't stand in a certificate.
    pub(super) fn params(&self) -> Result<CertificateParams, rcgen::Error> {
        let names: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names)?;
        params.subject_alt_names.extend(self.addresses.iter().copied().map(SanType::IpAddress));
        params.distinguished_name = DistinguishedName::new();
        if let Some(organization) = self.organization {
            params.distinguished_name.push(DnType::OrganizationName, organization);
        }
        params.distinguished_name.push(DnType::CommonName, self.common_name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = match (self.serves(), self.peer) {
            (true, true) => vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth],
            (true, false) => vec![ExtendedKeyUsagePurpose::ServerAuth],
            (false, _) => vec![ExtendedKeyUsagePurpose::ClientAuth],
        };
        params.use_authority_key_identifier_extension = true;
        Ok(params)
    }
}
