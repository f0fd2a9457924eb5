//! The Pod that is read and written: about 4 KB as JSON, with its owners.

use crate::client::Client;
use crate::config::CONFIG;
use crate::failure::Failure;
use pintle_meta::value::{parse, to_json};

pub(crate) const PODS: &str = "/api/v1/namespaces/default/pods";
pub(crate) const POD: &str = "/api/v1/namespaces/default/pods/web";
/// Who applies it.
pub(crate) const MANAGER: &str = "bench";

/// Applies it, and tells how many bytes it has then.
///
/// # Errors
/// When the server refuses.
pub(crate) async fn create(client: &mut Client) -> Result<usize, Failure> {
    let path = format!("{POD}?fieldManager={MANAGER}");
    let body = CONFIG.as_bytes().to_vec();
    Ok(client.ask("PATCH", &path, "application/apply-patch+yaml", body).await?.len())
}

/// How many bytes of it tell who owns what.
///
/// # Errors
/// When the server refuses.
pub(crate) async fn owners_size(client: &mut Client) -> Result<usize, Failure> {
    let answer = client.ask("GET", POD, "application/json", Vec::new()).await?;
    let pod = parse(&answer).map_err(|error| Failure::Server(error.to_string()))?;
    Ok(pod.at(&["metadata", "managedFields"]).map(|owners| to_json(owners).len()).unwrap_or_default())
}
