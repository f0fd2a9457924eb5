//! What is asked of the cluster as a whole: who leads it, and how much of the past it keeps.

use super::cluster::{Cluster, Line, within};
use super::failed;
use super::order::CompactOrder;
use super::print::{Format, Header, json};
use crate::failure::Failure;
use pintle_wire::etcdserverpb::{CompactionRequest, MoveLeaderRequest, StatusRequest};
use serde::Serialize;
use std::time::Duration;

/// How long freeing space may take.
const PHYSICAL_MAX: Duration = Duration::from_secs(600);

/// An answer that says nothing but who gave it.
#[derive(Debug, Serialize)]
struct Answered {
    header: Header,
}

/// Hands leadership to a member. Only who has it can be asked: it is looked for.
pub(super) async fn move_leader(cluster: &Cluster, to: u64, format: Format) -> Result<(), Failure> {
    let (mut line, leader) = leader(cluster).await?;
    let moved = within(line.limit(), line.maintenance.move_leader(MoveLeaderRequest { target_id: to })).await;
    let moved = moved.map_err(|error| {
        failed(format!("{}: {error}\nhelp: `pintle ctl member list` shows who votes", line.endpoint))
    })?;
    match format {
        Format::Json => json(&Answered { header: Header::of(moved.header.as_ref()) }),
        _ => println!("Leadership transferred from {leader:x} to {to:x}"),
    }
    Ok(())
}

/// A line to the leader, and its id: one of the endpoints or, if it is none of them, where the members say it is.
async fn leader(cluster: &Cluster) -> Result<(Line, u64), Failure> {
    for all in [false, true] {
        for address in cluster.addresses(all).await? {
            let Ok(mut line) = cluster.line(&address).await else { continue };
            let status = within(line.limit(), line.maintenance.status(StatusRequest {})).await;
            let Ok(status) = status else { continue };
            if status.leader != 0 && status.header.is_some_and(|header| header.member_id == status.leader) {
                return Ok((line, status.leader));
            }
        }
    }
    Err(failed(
        "no member says that it leads\nhelp: `pintle ctl endpoint health --cluster` tells how the members are",
    ))
}

/// Forgets what was true only below a revision.
pub(super) async fn compact(cluster: &Cluster, order: &CompactOrder, format: Format) -> Result<(), Failure> {
    let mut line = cluster.any().await?;
    let limit = if order.physical { PHYSICAL_MAX } else { line.limit() };
    let request = CompactionRequest { revision: order.revision, physical: order.physical };
    let compacted = within(limit, line.kv.compact(request)).await.map_err(|error| line.failure(&error))?;
    match format {
        Format::Json => json(&Answered { header: Header::of(compacted.header.as_ref()) }),
        _ => println!("compacted revision {}", order.revision),
    }
    Ok(())
}
