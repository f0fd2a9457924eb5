//! The storage behind a frontend: opened before it starts, closed after it has drained.
//!
//! ```text
//! Place::Memory --> Memory          gone with the process
//! Place::Folder --> EmbeddedNode    a durable node in this process, and etcd's API of it for others
//! Place::Etcd   --> Etcd            a client; the data is elsewhere
//! ```
//! Nothing above it knows which one it is.

mod embedded;
mod etcd;

use crate::failure::Failure;
use crate::options::Place;
use embedded::EmbeddedNode;
use pintle_storage::Storage;
use pintle_storage::memory::Memory;
use std::sync::Arc;

/// An open storage.
pub(crate) struct Backend {
    storage: Arc<dyn Storage>,
    node: Option<EmbeddedNode>,
}

impl Backend {
    /// Opens it, inside the runtime that is to do its work. Servers elsewhere need not answer yet.
    ///
    /// # Errors
    /// What no waiting would mend: a folder that can't be used, files or addresses that make no sense.
    pub(crate) async fn open(place: &Place) -> Result<Backend, Failure> {
        Ok(match place {
            Place::Memory => Backend { storage: Arc::new(Memory::new()), node: None },
            Place::Etcd(servers) => Backend { storage: Arc::new(etcd::client(servers)?), node: None },
            Place::Folder(embedded) => {
                let node = EmbeddedNode::open(embedded).await?;
                Backend { storage: node.storage(), node: Some(node) }
            }
        })
    }

    /// What a frontend works on.
    pub(crate) fn storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.storage)
    }

    /// Returns when it will never answer again in this process.
    pub(crate) async fn failure(&self) -> Failure {
        match &self.node {
            Some(node) => node.failure().await,
            None => std::future::pending().await,
        }
    }

    /// Writes down what it has. Nobody may use it any more.
    pub(crate) async fn close(self) {
        if let Some(node) = self.node {
            node.close().await;
        }
    }
}
