//! How each process of a cluster is started: which flags a careful operator would give it.

use super::plan::Plan;
use super::process::Recipe;
use crate::dev::credentials::Credentials;
use crate::dev::{DevOrder, file_flag, frontend_words};
use crate::failure::Failure;
use crate::pki::{Authority, Issued, Leaf, make_folder};
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Keeps apart clusters that meet on one machine.
const TOKEN: &str = "pintle-dev";

/// What proves to members of the storage tier who others are. An authority of its own: who has a certificate of the
/// API's may not read storage with it.
#[derive(Debug)]
pub(super) struct StorageCredentials {
    /// The authority's certificate.
    pub(super) authority: PathBuf,
    /// What members show to everybody.
    member: Issued,
    /// What clients of the tier show.
    pub(super) client: Issued,
}

impl StorageCredentials {
    /// Those of `folder`; made where missing, renewed where near their end.
    ///
    /// # Errors
    /// When the files can't be written.
    pub(super) fn of(folder: &Path, now: OffsetDateTime) -> Result<StorageCredentials, Failure> {
        make_folder(folder, "choose a folder that this user may write to with --data-dir")?;
        let authority = Authority::of(folder, now)?;
        Ok(StorageCredentials {
            authority: folder.join("ca.crt"),
            member: authority.issued("member", &Leaf::member(), now)?,
            client: authority.issued(
                "client",
                &Leaf::client("pintle-apiserver", "pintle-apiservers"),
                now,
            )?,
        })
    }
}

/// The members of the storage tier.
///
/// # Errors
/// When a path is no text, or a folder can't be made.
pub(super) fn storage(
    folder: &Path,
    plan: &Plan,
    credentials: &StorageCredentials,
    level: u8,
) -> Result<Vec<Recipe>, Failure> {
    let peers: Vec<String> = plan
        .nodes
        .iter()
        .enumerate()
        .map(|(at, node)| format!("{}=https://127.0.0.1:{}", node_name(at), node.peer))
        .collect();
    let recipe = |(at, node): (usize, &super::plan::NodePorts)| {
        let (client, peer) =
            (format!("https://127.0.0.1:{}", node.client), format!("https://127.0.0.1:{}", node.peer));
        let name = node_name(at);
        let words = vec![
            "storage".to_owned(),
            format!("--name={name}"),
            file_flag("data-dir", &folder.join(&name))?,
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster={}", peers.join(",")),
            format!("--initial-cluster-token={TOKEN}"),
            file_flag("cert-file", &credentials.member.certificate)?,
            file_flag("key-file", &credentials.member.key)?,
            file_flag("trusted-ca-file", &credentials.authority)?,
            "--client-cert-auth".to_owned(),
            file_flag("peer-cert-file", &credentials.member.certificate)?,
            file_flag("peer-key-file", &credentials.member.key)?,
            file_flag("peer-trusted-ca-file", &credentials.authority)?,
            "--peer-client-cert-auth".to_owned(),
            format!("-v={level}"),
        ];
        Ok(Recipe { words, log: log(folder, &name)?, name })
    };
    plan.nodes.iter().enumerate().map(recipe).collect()
}

/// The API servers.
///
/// # Errors
/// When a path is no text, or a folder can't be made.
pub(super) fn apiservers(
    order: &DevOrder,
    folder: &Path,
    plan: &Plan,
    credentials: &Credentials,
    storage: &StorageCredentials,
) -> Result<Vec<Recipe>, Failure> {
    let recipe = |(at, port): (usize, &u16)| {
        let name = apiserver_name(at);
        let mut words = vec!["apiserver".to_owned(), format!("--etcd-servers={}", endpoints(plan))];
        words.push(file_flag("etcd-cafile", &storage.authority)?);
        words.push(file_flag("etcd-certfile", &storage.client.certificate)?);
        words.push(file_flag("etcd-keyfile", &storage.client.key)?);
        words.push(format!("--v={}", order.v));
        words.extend(frontend_words(order.bind_address, *port, credentials)?);
        Ok(Recipe { words, log: log(folder, &name)?, name })
    };
    plan.apiservers.iter().enumerate().map(recipe).collect()
}

/// Where clients reach the members, as flags take it.
pub(super) fn endpoints(plan: &Plan) -> String {
    let urls: Vec<String> =
        plan.nodes.iter().map(|node| format!("https://127.0.0.1:{}", node.client)).collect();
    urls.join(",")
}

/// What a member of the storage tier is called, and its folder.
pub(super) fn node_name(at: usize) -> String {
    format!("storage-{}", at + 1)
}

/// What an API server is called, and kubectl's context for it.
pub(super) fn apiserver_name(at: usize) -> String {
    format!("apiserver-{}", at + 1)
}

fn log(folder: &Path, name: &str) -> Result<PathBuf, Failure> {
    let logs = folder.join("logs");
    make_folder(&logs, "choose a folder that this user may write to with --data-dir")?;
    Ok(logs.join(format!("{name}.log")))
}
