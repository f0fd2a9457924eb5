//! The Pod that is read and written: about 4 KB as JSON, with its owners.

use crate::client::Client;
use crate::config::config;
use crate::failure::Failure;
use serde_json::Value;

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
    let body = config().to_string().into_bytes();
    Ok(client.ask("PATCH", &path, "application/apply-patch+yaml", body).await?.len())
}

/// How many bytes of it tell who owns what.
///
/// # Errors
/// When the server refuses.
pub(crate) async fn owners_size(client: &mut Client) -> Result<usize, Failure> {
    let answer = client.ask("GET", POD, "application/json", Vec::new()).await?;
    let pod: Value = serde_json::from_slice(&answer).map_err(|error| Failure::Server(error.to_string()))?;
    Ok(pod["metadata"]["managedFields"].to_string().len())
}
