//! What goes along with every call between members.

use crate::node::Identity;
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::{Request, Status};

/// The version of what members say to each other. A member answers its own and the one before.
const VERSION: u32 = 1;

const CLUSTER: &str = "pintle-cluster";
const FROM: &str = "pintle-from";
const TO: &str = "pintle-to";
const SPEAKS: &str = "pintle-version";

/// Who asks whom.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    cluster: MetadataValue<Ascii>,
    from: MetadataValue<Ascii>,
    to: MetadataValue<Ascii>,
}

impl Credentials {
    pub(super) fn new(cluster: u64, from: u64, to: u64) -> Credentials {
        Credentials { cluster: number(cluster), from: number(from), to: number(to) }
    }

    /// The request with them.
    pub(super) fn with<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert(CLUSTER, self.cluster.clone());
        metadata.insert(FROM, self.from.clone());
        metadata.insert(TO, self.to.clone());
        metadata.insert(SPEAKS, VERSION.into());
        request
    }
}

/// Refuses whoever is of another cluster, means another member, or speaks otherwise. Answers who it is.
pub(super) fn check(own: &Identity, metadata: &MetadataMap) -> Result<u64, Status> {
    let stranger = |why: String| Err(Status::permission_denied(why));
    let said = |name: &'static str| {
        let text = metadata.get(name).and_then(|value| value.to_str().ok())?;
        u64::from_str_radix(text, 16).ok()
    };
    let (Some(cluster), Some(from), Some(to), Some(version)) =
        (said(CLUSTER), said(FROM), said(TO), said(SPEAKS))
    else {
        return stranger("who asks does not say who it is".to_owned());
    };
    if version != u64::from(VERSION) {
        return stranger(format!(
            "it speaks version {version} of the members' protocol, this is version {VERSION}"
        ));
    }
    if cluster != own.cluster {
        return stranger(format!("it is of cluster {cluster:x}, this is a member of {:x}", own.cluster));
    }
    if to != own.member {
        return stranger(format!("it asks member {to:x}, this is {:x}", own.member));
    }
    Ok(from)
}

fn number(number: u64) -> MetadataValue<Ascii> {
    MetadataValue::try_from(format!("{number:x}")).expect("hexadecimal digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_of_the_cluster_who_mean_this_member_are_answered() {
        let own = Identity { cluster: 0xc, member: 0xa, token: String::new() };
        let ask = |cluster, from, to| Credentials::new(cluster, from, to).with(()).metadata().clone();
        assert_eq!(check(&own, &ask(0xc, 0xb, 0xa)).unwrap(), 0xb);
        for metadata in [ask(0xd, 0xb, 0xa), ask(0xc, 0xb, 0xb), MetadataMap::new()] {
            assert_eq!(check(&own, &metadata).unwrap_err().code(), tonic::Code::PermissionDenied);
        }
    }
}
