//! Client certificates: common name and organizations of a chain that our client CA signed.

use super::User;
use crate::request::receive::Identity;
use pintle_meta::Status;

/// The certificate's user; `None` without a certificate or without a name in it.
pub(super) fn user(identity: &Identity) -> Result<Option<User>, Status> {
    match identity {
        Identity::None => Ok(None),
        Identity::Refused(reason) => {
            tracing::debug!(%reason, "client certificate refused");
            Err(Status::unauthorized())
        }
        Identity::Known { name, .. } if name.is_empty() => Ok(None),
        Identity::Known { name, groups, uid, fingerprint } => Ok(Some(User {
            name: name.clone(),
            uid: uid.clone(),
            groups: groups.clone(),
            extra: vec![(
                "authentication.kubernetes.io/credential-id".to_owned(),
                vec![format!("X509SHA256={fingerprint}")],
            )],
        })),
    }
}
