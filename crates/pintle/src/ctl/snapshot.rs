//! Backups: saved from a running member, looked into, restored.

use super::bar::Bar;
use super::cluster::{Cluster, Line, said};
use super::failed;
use super::order::{RestoreOrder, StatusOrder};
use super::print::{Format, Table, bytes, json};
use crate::failure::Failure;
use crate::storage::founders;
use futures_util::StreamExt;
use pintle_raftstore::backup::{self, BackupError, Order, Restored, Status};
use pintle_wire::etcdserverpb::SnapshotRequest;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

/// How long nothing may come of a backup. Before the first bytes the member writes a snapshot.
const SILENCE_MAX: Duration = Duration::from_secs(600);
/// The layout of the state, as etcd numbers its own.
const STORAGE_VERSION: &str = "3.6.0";

/// Saves a backup of a member: under another name until it is whole, verified and durable.
pub(super) async fn save(cluster: &Cluster, file: &Path) -> Result<(), Failure> {
    let line = cluster.any().await?;
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let saved = save_as(line, &part, file).await;
    if saved.is_err() {
        // What came so far is of no use; that it is in the way would be the lesser evil.
        let _ = fs::remove_file(&part);
    }
    saved
}

async fn save_as(line: Line, part: &Path, file: &Path) -> Result<(), Failure> {
    let mut bar = Bar::new();
    let endpoint = line.endpoint.clone();
    let version = receive(line, part, &mut bar).await?;
    let path = part.to_owned();
    let verified = tokio::task::spawn_blocking(move || {
        backup::status(&path, &mut |stage, done, total| bar.show_stage(stage, done, total))
    });
    let verified = verified.await.map_err(failed)?;
    verified.map_err(|error| match error {
        BackupError::NotABackup(_) => failed(format!(
            "{endpoint} sent a backup that is not Pintle's; nothing was saved\nhelp: back up an etcd with etcdctl"
        )),
        error => failed(format!("what {endpoint} sent is no good, nothing was saved: {error}\nhelp: try again, or another member")),
    })?;
    fs::rename(part, file).map_err(|error| unwritable(file, &error))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| unwritable(folder, &error))?;
    println!("Snapshot saved at {}", file.display());
    println!("Server version {version}");
    Ok(())
}

/// Writes what a member sends, durably; answers the version that it tells.
async fn receive(mut line: Line, part: &Path, bar: &mut Bar) -> Result<String, Failure> {
    let silent = || failed(format!("nothing came for {SILENCE_MAX:?}\nhelp: try again, or another member"));
    let asked = timeout(SILENCE_MAX, line.maintenance.snapshot(SnapshotRequest {})).await;
    let mut stream =
        asked.map_err(|_| silent())?.map_err(|status| line.failure(&said(&status)))?.into_inner();
    let mut file = tokio::fs::File::create(part).await.map_err(|error| unwritable(part, &error))?;
    let (mut received, mut version) = (0, String::new());
    while let Some(response) = timeout(SILENCE_MAX, stream.next()).await.map_err(|_| silent())? {
        let response = response.map_err(|status| line.failure(&said(&status)))?;
        file.write_all(&response.blob).await.map_err(|error| unwritable(part, &error))?;
        received += response.blob.len() as u64;
        version = response.version;
        bar.show("saving", received, received.saturating_add(response.remaining_bytes));
    }
    file.sync_all().await.map_err(|error| unwritable(part, &error))?;
    Ok(version)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::file(path, error, "choose a file in a folder that can be written and has room")
}

/// What is in a backup: etcdutl's fields first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Contents {
    hash: u32,
    revision: u64,
    total_key: u64,
    total_size: u64,
    version: &'static str,
    compact_revision: u64,
    records: u64,
    leases: u64,
    raft_term: u64,
    raft_index: u64,
    cluster_version: u32,
    members: BTreeMap<String, Vec<String>>,
    /// Whether a hash over the whole file stood behind it.
    hashed: bool,
}

/// Verifies a backup, and prints what is in it.
pub(super) fn status(order: &StatusOrder, format: Format) -> Result<(), Failure> {
    let mut bar = Bar::new();
    let status = backup::status(&order.file, &mut |stage, done, total| bar.show_stage(stage, done, total));
    drop(bar);
    let Status { hash, revision, compacted, keys, records, leases, size, hashed, position, .. } =
        *status.as_ref().map_err(|error| failed(error.to_string()))?;
    let status = status.map_err(failed)?;
    let members: BTreeMap<String, Vec<String>> =
        status.members.into_values().map(|member| (member.name, member.peer_urls)).collect();
    if format == Format::Json {
        json(&Contents {
            hash,
            revision,
            total_key: keys,
            total_size: size,
            version: STORAGE_VERSION,
            compact_revision: compacted,
            records,
            leases,
            raft_term: position.0,
            raft_index: position.1,
            cluster_version: status.cluster_version,
            members,
            hashed,
        });
        return Ok(());
    }
    let mut table = Table::new(&[
        "hash",
        "revision",
        "total keys",
        "total size",
        "version",
        "compact revision",
        "leases",
        "raft term",
        "raft index",
        "members",
    ]);
    table.row(vec![
        format!("{hash:x}"),
        revision.to_string(),
        keys.to_string(),
        bytes(size),
        STORAGE_VERSION.to_owned(),
        compacted.to_string(),
        leases.to_string(),
        position.0.to_string(),
        position.1.to_string(),
        members.into_keys().collect::<Vec<_>>().join(" "),
    ]);
    table.print(format);
    Ok(())
}

/// What a restore made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    data_dir: String,
    cluster_id: u64,
    member_id: u64,
    initial_cluster_token: String,
    revision: u64,
    compact_revision: u64,
    backup_revision: u64,
    records: u64,
    leases: u64,
}

/// Makes a member's folder out of a backup, and prints how to start it.
pub(super) fn restore(order: &RestoreOrder, format: Format) -> Result<(), Failure> {
    let members = founders(
        &order.name,
        &order.initial_advertise_peer_urls,
        order.initial_cluster.as_deref().unwrap_or_default(),
    )?;
    let what = Order {
        backup: order.file.clone(),
        folder: order.data_dir.clone(),
        name: order.name.clone(),
        members,
        token: order.initial_cluster_token.clone(),
        bump: order.bump_revision,
        mark_compacted: order.mark_compacted,
    };
    let mut bar = Bar::new();
    let restored = backup::restore(&what, &mut |stage, done, total| bar.show_stage(stage, done, total));
    drop(bar);
    let restored = restored.map_err(failed)?;
    if format == Format::Json {
        json(&Made {
            data_dir: order.data_dir.display().to_string(),
            cluster_id: restored.identity.cluster,
            member_id: restored.identity.member,
            initial_cluster_token: restored.identity.token,
            revision: restored.revision,
            compact_revision: restored.compacted,
            backup_revision: restored.backed_up,
            records: restored.records,
            leases: restored.leases,
        });
    } else {
        say(order, &restored);
    }
    Ok(())
}

fn say(order: &RestoreOrder, restored: &Restored) {
    let Restored { identity, revision, compacted, backed_up, records, leases } = restored;
    let folder = order.data_dir.display();
    println!(
        "Restored member {} ({:x}) of new cluster {:x} into {folder}",
        order.name, identity.member, identity.cluster
    );
    if revision == compacted {
        println!("Revision {revision}, raised from {backed_up}; clients read and list everything anew");
    } else {
        println!("Revision {revision}, not raised: clients that saw newer ones must be restarted");
    }
    println!("{records} keys and revisions of keys, {leases} leases\n");
    let urls = order.initial_advertise_peer_urls.join(",");
    println!("Start it with, as all members with theirs:");
    println!("  pintle storage --name {} --data-dir {folder} \\", order.name);
    if let Some(members) = &order.initial_cluster {
        println!("      --initial-cluster {members} \\");
    }
    println!("      --initial-cluster-token {} \\", identity.token);
    println!("      --initial-advertise-peer-urls {urls} --listen-peer-urls {urls} \\");
    println!("      --listen-client-urls URLS --advertise-client-urls URLS");
}
