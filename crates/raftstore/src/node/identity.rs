//! Who a node is. Ids are hashed as etcd hashes them (server/etcdserver/api/membership), so that members that were given
//! the same flags agree without asking each other, and members of another cluster don't.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::collections::BTreeMap;

/// Who a node is, as its folder remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its cluster.
    pub cluster: u64,
    /// It, among the members.
    pub member: u64,
    /// The token that the cluster's ids are hashed with.
    pub token: String,
}

/// The id of a member: of where others reach it and its cluster's token; of the time, too, when it is added later, so that
/// an address that comes back gets a new id. Seconds since 1970.
pub fn member_id(peer_urls: &[String], token: &str, added: Option<u64>) -> u64 {
    let mut urls: Vec<&str> = peer_urls.iter().map(String::as_str).collect();
    urls.sort_unstable();
    let mut hashed = urls.concat();
    hashed.push_str(token);
    if let Some(seconds) = added {
        hashed.push_str(&seconds.to_string());
    }
    hash(hashed.as_bytes())
}

/// The id of a cluster: of the members it began with.
pub fn cluster_id<'a>(members: impl IntoIterator<Item = &'a u64>) -> u64 {
    let mut ids: Vec<u64> = members.into_iter().copied().collect();
    ids.sort_unstable();
    let bytes: Vec<u8> = ids.into_iter().flat_map(u64::to_be_bytes).collect();
    hash(&bytes)
}

fn hash(bytes: &[u8]) -> u64 {
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes);
    digest.as_ref()[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Members as `--initial-cluster` names them: `name=url,name=url`, a name once for each of its URLs.
///
/// # Errors
/// The part that is not of this form.
pub fn parse_members(text: &str) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, url) = part.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or(part)?;
        members.entry(name.to_owned()).or_default().push(url.to_owned());
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_addresses_token_and_time_and_on_nothing_else() {
        let urls = ["http://10.0.0.1:2380".to_owned(), "http://10.0.0.1:2381".to_owned()];
        let turned = [urls[1].clone(), urls[0].clone()];
        assert_eq!(member_id(&urls, "token", None), member_id(&turned, "token", None));
        assert_ne!(member_id(&urls, "token", None), member_id(&urls, "other", None));
        assert_ne!(member_id(&urls, "token", None), member_id(&urls, "token", Some(1)));
        assert_eq!(cluster_id(&[1, 2]), cluster_id(&[2, 1]));
    }

    /// What etcd prints for a single member of these flags.
    #[test]
    fn ids_are_etcd_s() {
        let urls = ["http://localhost:2380".to_owned()];
        let id = member_id(&urls, "etcd-cluster", None);
        assert_eq!(format!("{id:x} {:x}", cluster_id(&[id])), "8e9e05c52164694d cdf818194e3a8c32");
    }

    #[test]
    fn members_are_named_once_for_each_url() {
        let members = parse_members("a=http://x:1,b=http://y:1,a=http://x:2").unwrap();
        assert_eq!(members["a"], ["http://x:1", "http://x:2"]);
        assert_eq!(parse_members("a=http://x:1,b"), Err("b".to_owned()));
    }
}
