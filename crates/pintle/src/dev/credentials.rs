//! Everything that proves who is who on a development server.

use crate::failure::Failure;
use crate::pki::{Authority, Issued, Leaf, key_pair};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Files of one server, all in one folder.
#[derive(Debug)]
pub(super) struct Credentials {
    /// The authority's certificate.
    pub(super) authority: PathBuf,
    /// The same, PEM.
    pub(super) authority_pem: String,
    /// The server's.
    pub(super) server: Issued,
    /// The administrator's: in `system:masters`, so everything is allowed.
    pub(super) admin: Issued,
    /// For tokens of service accounts: public and private key.
    pub(super) service_account: (PathBuf, PathBuf),
}

impl Credentials {
    /// Those of `folder`; made where missing, renewed where near their end.
    ///
    /// # Errors
    /// When the files can't be written.
    pub(super) fn of(
        folder: &Path,
        addresses: Vec<IpAddr>,
        now: OffsetDateTime,
    ) -> Result<Credentials, Failure> {
        let authority = Authority::of(folder, now)?;
        Ok(Credentials {
            authority: folder.join("ca.crt"),
            authority_pem: authority.certificate().to_owned(),
            server: authority.issued("server", &Leaf::server(addresses), now)?,
            admin: authority.issued("admin", &Leaf::client("kubernetes-admin", "system:masters"), now)?,
            service_account: key_pair(folder, "sa")?,
        })
    }
}
