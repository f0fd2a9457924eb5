//! A storage node in this process. The frontend calls it directly; everybody else reaches it by etcd's API, on a socket
//! in its folder and, if asked for, over TCP: so backups and `etcdctl` work while it runs.
//!
//! It is the only member of its cluster, named as etcd names one that was told nothing, so that `pintle storage` can open
//! the folder later and let the cluster grow.

use crate::clock;
use crate::failure::Failure;
use crate::options::{ClientUrlTls, EmbeddedStorage};
use crate::pki::make_folder;
use pintle_raftstore::embedded::Embedded;
use pintle_raftstore::local::Board;
use pintle_raftstore::node::{self, Bounds, FolderError, Node};
use pintle_raftstore::raft::Settings;
use pintle_raftstore::serve::{Listener, ServerTls, TlsFiles, serve};
use pintle_raftstore::service::{self, routes};
use pintle_storage::{Limits, Storage};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// etcd's defaults of `--name`, `--initial-advertise-peer-urls` and `--initial-cluster-token`.
const NAME: &str = "default";
const PEER_URL: &str = "http://localhost:2380";
const TOKEN: &str = "etcd-cluster";

/// Nobody else votes, so an election needs no patience: it only would make every start wait. Nobody hears heartbeats, and
/// each beat wakes the processor some times.
const ALONE: Settings =
    Settings { heartbeat: Duration::from_millis(95), election: Duration::from_millis(100) };

/// The socket in the folder.
const SOCKET: &str = "etcd.sock";
/// The longest path that a socket can have where it can have the least (macOS has 104 bytes with the end, Linux 108).
const SOCKET_PATH_MAX: usize = 103;

const FOLDER_HELP: &str = "choose a folder that this user may write to";
const IN_USE_HELP: &str =
    "stop that one, or give each a folder of its own; servers that share objects take --etcd-servers";
const UNUSABLE_HELP: &str =
    "its files are as they were: mend what is named, or restore a backup into another folder";
const GROWN_HELP: &str = "start its members with `pintle storage`, and this server with their --etcd-servers";
/// Nobody else reaches the node here, so a second voter would leave it without a majority for ever.
const ALONE_WHY: &str = "this one is embedded in an API server; to let it grow, stop that server, start `pintle storage` on \
     its folder, and give the server --etcd-servers";
const URLS_HELP: &str = "check --embedded-storage-listen-client-urls and the files beside it";
const ENDED_HELP: &str = "what was answered is kept: start again when the disk is well";

/// A node that serves.
pub(super) struct EmbeddedNode {
    folder: PathBuf,
    node: Node,
    serving: TaskTracker,
    stop: CancellationToken,
}

impl EmbeddedNode {
    /// Opens the folder, making it where it is missing, and serves etcd's API of it.
    ///
    /// # Errors
    /// When another process has the folder, it can't be read, or an address can't be listened on.
    pub(super) async fn open(order: &EmbeddedStorage) -> Result<EmbeddedNode, Failure> {
        let tls = order.tls.as_ref().map(tls).transpose()?;
        make_folder(&order.folder, FOLDER_HELP)?;
        let started = Node::start(options(order), &Board::default()).await;
        let node = started.map_err(|error| unusable(&order.folder, &error))?;
        node.stay_alone(ALONE_WHY);
        let opened = EmbeddedNode {
            folder: order.folder.clone(),
            node,
            serving: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        match opened.begin(order, tls).await {
            Ok(()) => Ok(opened),
            Err(failure) => {
                opened.close().await;
                Err(failure)
            }
        }
    }

    /// What the frontend works on.
    pub(super) fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(Embedded::new(self.node.clone()))
    }

    /// Returns when the node can't go on.
    pub(super) async fn failure(&self) -> Failure {
        let reason = self.node.failure().await;
        Failure::embedded_storage(
            format!("storage in {} can't go on: {reason}", self.folder.display()),
            ENDED_HELP,
        )
    }

    /// Ends what others have under way, then writes down what there is.
    pub(super) async fn close(self) {
        self.stop.cancel();
        self.serving.close();
        self.serving.wait().await;
        self.node.stop().await;
    }

    async fn begin(&self, order: &EmbeddedStorage, tls: Option<ServerTls>) -> Result<(), Failure> {
        // Alone it leads at once. With others it never does, for nothing here reaches them.
        let leads = self.node.linearize().await;
        let known = self.node.members(false).await;
        if known.is_ok_and(|members| members.len() > 1) {
            let text = format!("{} belongs to one of several members of a cluster", self.folder.display());
            return Err(Failure::embedded_storage(text, GROWN_HELP));
        }
        if let Err(error) = leads {
            // The frontend says so, too, and is not ready until it does.
            tracing::warn!(%error, "the embedded storage does not answer yet");
        }
        let mut urls = Vec::new();
        if let Some(socket) = socket(&self.folder) {
            self.serve(&socket, None).await?;
        }
        for url in &order.client_urls {
            urls.push(self.serve(url, tls.clone()).await?);
        }
        let (node, stop) = (self.node.clone(), self.stop.clone());
        self.serving.spawn(async move { stop.run_until_cancelled(announce(node, urls)).await });
        Ok(())
    }

    /// Serves etcd's API there; answers the URL with the port that was taken.
    async fn serve(&self, url: &str, tls: Option<ServerTls>) -> Result<String, Failure> {
        let listener = Listener::bind(url).await;
        let listener = listener.map_err(|error| Failure::embedded_storage(error.to_string(), URLS_HELP))?;
        let url = listener.url.clone();
        tracing::debug!(%url, "serving the etcd API of the embedded storage");
        let services = routes(self.node.clone(), service::Options::default());
        let (serving, at) = (serve(listener, tls, services, self.stop.clone()), url.clone());
        self.serving.spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, url = at, "the etcd API of the embedded storage is not served any more");
            }
        });
        Ok(url)
    }
}

fn options(order: &EmbeddedStorage) -> node::Options {
    node::Options {
        folder: order.folder.clone(),
        name: NAME.to_owned(),
        members: BTreeMap::from([(NAME.to_owned(), vec![PEER_URL.to_owned()])]),
        existing: false,
        token: TOKEN.to_owned(),
        settings: ALONE,
        limits: Limits::default(),
        bounds: Bounds { cache_bytes: order.cache_bytes, ..Bounds::default() },
        since_epoch: clock::since_epoch,
    }
}

/// Writes down where clients reach the node, for who asks for its members.
async fn announce(node: Node, urls: Vec<String>) {
    if let Err(error) = node.announce(NAME, urls).await {
        tracing::warn!(%error, "the list of members does not name the addresses of the embedded storage");
    }
}

/// The socket's URL; `None`, with a warning, where the folder lies too deep for one. Objects are kept all the same.
fn socket(folder: &Path) -> Option<String> {
    let path = folder.join(SOCKET);
    let Some(text) = path.to_str().filter(|path| path.len() <= SOCKET_PATH_MAX) else {
        tracing::warn!(
            path = %path.display(),
            "no socket for backups: its path is no text, or longer than {SOCKET_PATH_MAX} bytes"
        );
        return None;
    };
    Some(format!("unix://{text}"))
}

fn tls(files: &ClientUrlTls) -> Result<ServerTls, Failure> {
    let ClientUrlTls { certificate, key, trusted_ca } = files.clone();
    let files = TlsFiles {
        certificate,
        key,
        client_ca: Some(trusted_ca),
        require_client: true,
        ..TlsFiles::default()
    };
    ServerTls::load(files).map_err(|error| Failure::embedded_storage(error.to_string(), URLS_HELP))
}

fn unusable(folder: &Path, error: &node::StartError) -> Failure {
    match error {
        node::StartError::Folder(FolderError::InUse(_)) => {
            Failure::embedded_storage(error.to_string(), IN_USE_HELP)
        }
        _ => Failure::embedded_storage(
            format!("storage in {} can't be opened: {error}", folder.display()),
            UNUSABLE_HELP,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_has_a_short_path() {
        assert_eq!(socket(Path::new("data")).as_deref(), Some("unix://data/etcd.sock"));
        assert_eq!(socket(Path::new(&"d".repeat(93))).map(|url| url.len()), Some(7 + 103));
        assert_eq!(socket(Path::new(&"d".repeat(94))), None);
    }
}
