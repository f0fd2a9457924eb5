//! Whether members hold the same.

use super::cluster::{Cluster, within};
use super::endpoint::status_of;
use super::failed;
use super::order::HashOrder;
use super::print::{Format, Header, Table, json};
use crate::failure::Failure;
use pintle_storage::dial::Address;
use pintle_wire::etcdserverpb::{HashKvRequest, HashKvResponse};
use serde::Serialize;

/// A member's hash, in etcdctl's shape.
#[derive(Debug, Serialize)]
struct EndpointHash {
    #[serde(rename = "Endpoint")]
    endpoint: String,
    #[serde(rename = "HashKV")]
    hash: HashBody,
}

#[derive(Debug, Serialize)]
struct HashBody {
    header: Header,
    hash: u32,
    compact_revision: i64,
    hash_revision: i64,
}

/// Prints a hash of each member at one revision; an error when two that can be compared differ.
pub(super) async fn hashkv(cluster: &Cluster, order: &HashOrder, format: Format) -> Result<(), Failure> {
    let addresses = cluster.addresses(order.all.cluster).await?;
    let revision = match order.rev {
        0 if addresses.len() > 1 => shared_revision(cluster, &addresses).await,
        revision => revision,
    };
    let (mut hashes, mut missing) = (Vec::new(), 0);
    for address in &addresses {
        match hash_of(cluster, address, revision).await {
            Ok(hash) => hashes.push((address.to_string(), hash)),
            Err(error) => {
                missing += 1;
                eprintln!("Failed to get the hash of endpoint {address} ({error})");
            }
        }
    }
    let differ = differ(&hashes);
    match format {
        Format::Json => json(&hashes.into_iter().map(EndpointHash::from).collect::<Vec<_>>()),
        _ => {
            let mut table = Table::new(&["endpoint", "hash", "hash_revision"]);
            for (endpoint, hash) in &hashes {
                table.row(vec![endpoint.clone(), hash.hash.to_string(), hash.hash_revision.to_string()]);
            }
            table.print(format);
        }
    }
    if let Some((one, other)) = differ {
        return Err(failed(format!(
            "{one} and {other} hold different things at the same revision\nhelp: save backups of both, find out which is \
             right, remove the other with `pintle ctl member remove` and add it again with an empty folder"
        )));
    }
    if missing > 0 { Err(failed(format!("{missing} of the members gave no hash"))) } else { Ok(()) }
}

/// The newest revision that all members have, as far as they answer; 0 when nobody does.
async fn shared_revision(cluster: &Cluster, addresses: &[Address]) -> i64 {
    let mut lowest = None;
    for address in addresses {
        // Who does not answer is told of when it is asked for its hash.
        if let Ok(status) = status_of(cluster, address).await
            && let Some(header) = status.header
        {
            lowest = Some(lowest.map_or(header.revision, |lowest: i64| lowest.min(header.revision)));
        }
    }
    lowest.unwrap_or(0)
}

async fn hash_of(cluster: &Cluster, address: &Address, revision: i64) -> Result<HashKvResponse, String> {
    let mut line = cluster.line(address).await?;
    within(line.limit(), line.maintenance.hash_kv(HashKvRequest { revision })).await
}

/// Two members that differ although they are compacted alike.
fn differ(hashes: &[(String, HashKvResponse)]) -> Option<(String, String)> {
    let alike = |one: &HashKvResponse, other: &HashKvResponse| {
        one.hash_revision == other.hash_revision && one.compact_revision == other.compact_revision
    };
    hashes.iter().enumerate().find_map(|(at, (endpoint, hash))| {
        let other = hashes[..at].iter().find(|(_, other)| alike(hash, other) && hash.hash != other.hash);
        other.map(|(other, _)| (other.clone(), endpoint.clone()))
    })
}

impl From<(String, HashKvResponse)> for EndpointHash {
    fn from((endpoint, hash): (String, HashKvResponse)) -> EndpointHash {
        let HashKvResponse { header, hash, compact_revision, hash_revision } = hash;
        let header = Header::of(header.as_ref());
        EndpointHash { endpoint, hash: HashBody { header, hash, compact_revision, hash_revision } }
    }
}
