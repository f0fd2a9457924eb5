//! How members are.

use super::cluster::{Cluster, Line, within};
use super::failed;
use super::order::All;
use super::print::{Format, Header, Table, bytes, json};
use crate::failure::Failure;
use pintle_storage::dial::Address;
use pintle_wire::etcdserverpb::{AlarmRequest, AlarmType, RangeRequest, StatusRequest, StatusResponse};
use serde::Serialize;
use std::time::Duration;
use tokio::time::Instant;

/// What a member says of itself, in etcdctl's shape.
#[derive(Debug, Serialize)]
struct EndpointStatus {
    #[serde(rename = "Endpoint")]
    endpoint: String,
    #[serde(rename = "Status")]
    status: StatusBody,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusBody {
    header: Header,
    version: String,
    db_size: i64,
    leader: u64,
    raft_index: u64,
    raft_term: u64,
    raft_applied_index: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<String>,
    db_size_in_use: i64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_learner: bool,
    storage_version: String,
    db_size_quota: i64,
}

/// Prints the status of members.
pub(super) async fn status(cluster: &Cluster, all: All, format: Format) -> Result<(), Failure> {
    let (mut statuses, mut missing) = (Vec::new(), 0);
    for address in cluster.addresses(all.cluster).await? {
        match status_of(cluster, &address).await {
            Ok(response) => statuses.push((address.to_string(), response)),
            Err(error) => {
                missing += 1;
                eprintln!("Failed to get the status of endpoint {address} ({error})");
            }
        }
    }
    match format {
        Format::Json => json(&statuses.into_iter().map(EndpointStatus::from).collect::<Vec<_>>()),
        _ => table(&statuses).print(format),
    }
    match missing {
        0 => Ok(()),
        missing => Err(failed(format!("{missing} of the members gave no status"))),
    }
}

/// What a member says of itself, or why it does not.
pub(super) async fn status_of(cluster: &Cluster, address: &Address) -> Result<StatusResponse, String> {
    let mut line = cluster.line(address).await?;
    within(line.limit(), line.maintenance.status(StatusRequest {})).await
}

fn table(statuses: &[(String, StatusResponse)]) -> Table {
    let mut table = Table::new(&[
        "endpoint",
        "ID",
        "version",
        "storage version",
        "db size",
        "in use",
        "percentage not in use",
        "quota",
        "is leader",
        "is learner",
        "raft term",
        "raft index",
        "raft applied index",
        "errors",
    ]);
    for (endpoint, status) in statuses {
        let member = status.header.map_or(0, |header| header.member_id);
        let (size, in_use) = (status.db_size.max(0), status.db_size_in_use.max(0));
        let unused = (size - in_use).max(0).saturating_mul(100).checked_div(size).unwrap_or(0);
        table.row(vec![
            endpoint.clone(),
            format!("{member:x}"),
            status.version.clone(),
            status.storage_version.clone(),
            bytes(size.unsigned_abs()),
            bytes(in_use.unsigned_abs()),
            format!("{unused}%"),
            bytes(status.db_size_quota.max(0).unsigned_abs()),
            (status.leader == member).to_string(),
            status.is_learner.to_string(),
            status.raft_term.to_string(),
            status.raft_index.to_string(),
            status.raft_applied_index.to_string(),
            status.errors.join(", "),
        ]);
    }
    table
}

impl From<(String, StatusResponse)> for EndpointStatus {
    fn from((endpoint, status): (String, StatusResponse)) -> EndpointStatus {
        let status = StatusBody {
            header: Header::of(status.header.as_ref()),
            version: status.version,
            db_size: status.db_size,
            leader: status.leader,
            raft_index: status.raft_index,
            raft_term: status.raft_term,
            raft_applied_index: status.raft_applied_index,
            errors: status.errors,
            db_size_in_use: status.db_size_in_use,
            is_learner: status.is_learner,
            storage_version: status.storage_version,
            db_size_quota: status.db_size_quota,
        };
        EndpointStatus { endpoint, status }
    }
}

/// Whether a member is well, in etcdctl's shape.
#[derive(Debug, Serialize)]
struct Health {
    endpoint: String,
    health: bool,
    took: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    error: String,
}

/// Prints whether members can answer with what a majority knows.
pub(super) async fn health(cluster: &Cluster, all: All, format: Format) -> Result<(), Failure> {
    let mut found = Vec::new();
    for address in cluster.addresses(all.cluster).await? {
        let begun = Instant::now();
        let error = match cluster.line(&address).await {
            Ok(line) => ailment(line).await.err(),
            Err(error) => Some(error),
        };
        found.push(Health {
            endpoint: address.to_string(),
            health: error.is_none(),
            took: took(begun.elapsed()),
            error: error.unwrap_or_default(),
        });
    }
    match format {
        Format::Json => json(&found),
        Format::Table => {
            let mut table = Table::new(&["endpoint", "health", "took", "error"]);
            for Health { endpoint, health, took, error } in &found {
                table.row(vec![endpoint.clone(), health.to_string(), took.clone(), error.clone()]);
            }
            table.print(format);
        }
        Format::Simple => found.iter().for_each(say),
    }
    match found.iter().filter(|health| !health.health).count() {
        0 => Ok(()),
        _ => Err(failed(
            "unhealthy cluster\nhelp: `pintle ctl endpoint status` tells more of those that answer",
        )),
    }
}

fn say(health: &Health) {
    let Health { endpoint, took, error, .. } = health;
    if health.health {
        println!("{endpoint} is healthy: successfully committed proposal: took = {took}");
    } else {
        eprintln!("{endpoint} is unhealthy: failed to commit proposal: {error}");
    }
}

/// What is wrong with a member: it can't read what a majority knows, or raises an alarm.
async fn ailment(mut line: Line) -> Result<(), String> {
    let limit = line.limit();
    let read = RangeRequest { key: "health".into(), ..RangeRequest::default() };
    within(limit, line.kv.range(read)).await?;
    let asked = line.maintenance.alarm(AlarmRequest::default());
    let alarms = within(limit, asked).await?.alarms;
    if alarms.is_empty() {
        return Ok(());
    }
    let named = alarms.iter().map(|alarm| {
        AlarmType::try_from(alarm.alarm)
            .map_or_else(|_| alarm.alarm.to_string(), |kind| kind.as_str_name().to_owned())
    });
    Err(format!("Active Alarm(s): {}", named.collect::<Vec<_>>().join(", ")))
}

/// To the microsecond, as nobody reads more.
fn took(time: Duration) -> String {
    format!("{:?}", Duration::from_micros(u64::try_from(time.as_micros()).unwrap_or(u64::MAX)))
}
