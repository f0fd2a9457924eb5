//! Who is a member, and changes of that.

use super::cluster::{Cluster, Line, within};
use super::failed;
use super::order::{AddOrder, UpdateOrder};
use super::print::{Format, Header, Table, json};
use crate::failure::Failure;
use pintle_wire::etcdserverpb::{
    Member, MemberAddRequest, MemberListRequest, MemberPromoteRequest, MemberRemoveRequest,
    MemberUpdateRequest, ResponseHeader,
};
use serde::Serialize;

/// Members, in etcdctl's shape.
#[derive(Debug, Serialize)]
struct Members {
    header: Header,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<MemberBody>,
    members: Vec<MemberBody>,
}

#[derive(Debug, Serialize)]
struct MemberBody {
    #[serde(rename = "ID")]
    id: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(rename = "peerURLs")]
    peer_urls: Vec<String>,
    #[serde(rename = "clientURLs", skip_serializing_if = "Vec::is_empty")]
    client_urls: Vec<String>,
    #[serde(rename = "isLearner", skip_serializing_if = "std::ops::Not::not")]
    is_learner: bool,
}

/// Prints the members.
pub(super) async fn list(cluster: &Cluster, format: Format) -> Result<(), Failure> {
    let mut line = cluster.any().await?;
    let listed =
        within(line.limit(), line.cluster.member_list(MemberListRequest { linearizable: true })).await;
    let listed = listed.map_err(|error| refused(&line, &error))?;
    if format == Format::Json {
        json(&members(listed.header.as_ref(), None, listed.members));
        return Ok(());
    }
    let mut table = Table::new(&["ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner"]);
    for member in listed.members {
        // A member tells its name when it starts.
        let status = if member.name.is_empty() { "unstarted" } else { "started" };
        table.row(vec![
            format!("{:x}", member.id),
            status.to_owned(),
            member.name,
            member.peer_ur_ls.join(","),
            member.client_ur_ls.join(","),
            member.is_learner.to_string(),
        ]);
    }
    table.print(format);
    Ok(())
}

/// Adds a member, and prints what it is to be started with.
pub(super) async fn add(cluster: &Cluster, order: &AddOrder, format: Format) -> Result<(), Failure> {
    let mut line = cluster.any().await?;
    let request = MemberAddRequest { peer_ur_ls: order.peer_urls.clone(), is_learner: order.learner };
    let added = within(line.limit(), line.cluster.member_add(request)).await;
    let added = added.map_err(|error| refused(&line, &error))?;
    if format == Format::Json {
        json(&members(added.header.as_ref(), added.member, added.members));
        return Ok(());
    }
    let id = added.member.as_ref().map_or(0, |member| member.id);
    println!("Member {id:16x} added to cluster {:16x}\n", cluster_of(added.header.as_ref()));
    let urls = order.peer_urls.join(",");
    let initial = initial_cluster(&added.members, id, &order.name);
    let name = &order.name;
    println!("ETCD_NAME={name:?}");
    println!("ETCD_INITIAL_CLUSTER={initial:?}");
    println!("ETCD_INITIAL_ADVERTISE_PEER_URLS={urls:?}");
    println!("ETCD_INITIAL_CLUSTER_STATE=\"existing\"\n");
    println!("Start it on an empty folder, and tell it where it serves clients:");
    println!("  pintle storage --name {name} --data-dir FOLDER --initial-cluster-state existing \\");
    println!("      --initial-cluster {initial} \\");
    println!("      --initial-advertise-peer-urls {urls} --listen-peer-urls {urls} \\");
    println!("      --listen-client-urls URLS --advertise-client-urls URLS");
    if order.learner {
        println!("When it has caught up, let it vote:\n  pintle ctl member promote {id:x}");
    }
    Ok(())
}

/// Removes a member.
pub(super) async fn remove(cluster: &Cluster, id: u64, format: Format) -> Result<(), Failure> {
    let mut line = cluster.any().await?;
    let removed = within(line.limit(), line.cluster.member_remove(MemberRemoveRequest { id })).await;
    let removed = removed.map_err(|error| refused(&line, &error))?;
    changed("removed from", id, removed.header.as_ref(), removed.members, format);
    Ok(())
}

/// Changes where a member is reached.
pub(super) async fn update(cluster: &Cluster, order: &UpdateOrder, format: Format) -> Result<(), Failure> {
    let mut line = cluster.any().await?;
    let request = MemberUpdateRequest { id: order.id, peer_ur_ls: order.peer_urls.clone() };
    let updated = within(line.limit(), line.cluster.member_update(request)).await;
    let updated = updated.map_err(|error| refused(&line, &error))?;
    changed("updated in", order.id, updated.header.as_ref(), updated.members, format);
    Ok(())
}

/// Lets a learner vote.
pub(super) async fn promote(cluster: &Cluster, id: u64, format: Format) -> Result<(), Failure> {
    let mut line = cluster.any().await?;
    let promoted = within(line.limit(), line.cluster.member_promote(MemberPromoteRequest { id })).await;
    let promoted = promoted.map_err(|error| refused(&line, &error))?;
    changed("promoted in", id, promoted.header.as_ref(), promoted.members, format);
    Ok(())
}

fn changed(how: &str, id: u64, header: Option<&ResponseHeader>, now: Vec<Member>, format: Format) {
    match format {
        Format::Json => json(&members(header, None, now)),
        _ => println!("Member {id:16x} {how} cluster {:16x}", cluster_of(header)),
    }
}

/// What a member refused, and what to do about it.
fn refused(line: &Line, why: &str) -> Failure {
    let help = match why {
        why if why.contains("not enough started members") => {
            "start the members that are down, or remove one of them first; `pintle ctl endpoint health --cluster` shows them"
        }
        why if why.contains("in sync with leader") => {
            "wait until the learner has caught up, and promote it again"
        }
        why if why.contains("too many learner") => "promote or remove the learner that is there first",
        why if why.contains("member not found") => "`pintle ctl member list` prints the ids",
        why if why.contains("Peer URLs already exists") => "`pintle ctl member list` shows who has them",
        why if why.contains("member URLs are invalid") => "a URL is like http://10.0.0.4:2380",
        why => return line.failure(why),
    };
    failed(format!("{}: {why}\nhelp: {help}", line.endpoint))
}

/// The members as `--initial-cluster` names them. Those that have no name yet are not started: they need not be named.
fn initial_cluster(members: &[Member], new: u64, name: &str) -> String {
    let named = members.iter().flat_map(|member| {
        let name = if member.id == new { name } else { &member.name };
        member.peer_ur_ls.iter().filter(move |_| !name.is_empty()).map(move |url| format!("{name}={url}"))
    });
    named.collect::<Vec<_>>().join(",")
}

fn cluster_of(header: Option<&ResponseHeader>) -> u64 {
    header.map_or(0, |header| header.cluster_id)
}

fn members(header: Option<&ResponseHeader>, member: Option<Member>, members: Vec<Member>) -> Members {
    let members = members.into_iter().map(MemberBody::from).collect();
    Members { header: Header::of(header), member: member.map(MemberBody::from), members }
}

impl From<Member> for MemberBody {
    fn from(member: Member) -> MemberBody {
        let Member { id, name, peer_ur_ls, client_ur_ls, is_learner } = member;
        MemberBody { id, name, peer_urls: peer_ur_ls, client_urls: client_ur_ls, is_learner }
    }
}
